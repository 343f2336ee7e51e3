"""What the live network learns from: takes, their noise again, and the features that a stream has."""

import json
import tempfile
import unittest
from pathlib import Path

import numpy as np
import torch
from media2face_training.config import LIVE
from media2face_training.modules import Denoiser
from media2face_training.motion import takes, train_live


class Stretches(unittest.TestCase):
    def test_motion_noise_and_features_are_of_the_same_frames(self):
        frames, other = 60, train_live.STRETCH - 1
        with tempfile.TemporaryDirectory() as folder:
            work = Path(folder)
            (work / "live").mkdir()
            motion = np.arange((other + frames) * 54, dtype=np.float32).reshape(-1, 54) / 4096
            np.save(work / "takes.npy", motion.astype(np.float16))
            np.save(work / "live/features.npy", np.repeat(np.arange(300.0), 3).reshape(300, 3).astype(np.float16))
            heard = [dict(number=number, kind=kind, first=first)
                     for number, kind, first in ((7, "whole", 0), (7, "chunked", 100), (8, "chunked", 40))]
            (work / "live/features.jsonl").write_text("".join(json.dumps(row) + "\n" for row in heard))
            rows = [dict(number=8, first=0, frames=other, seed=8, u=1, p=1, code=[0.0] * 128),
                    dict(number=7, first=other, frames=frames, seed=7, u=3.25, p=1.5, code=[1.0] * 128)]
            (work / "takes.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
            drawn = train_live.Takes(work, np.random.default_rng(0)).batch(20)
        made, noise, audio, style, u, p = drawn
        self.assertEqual(made.shape, (20, train_live.STRETCH, 54))
        whole, starts = takes.noise_of(7, frames, 54), set()
        for k in range(20):  # clips that are too short are none
            start = round(float(made[k, 0, 0]) * 4096 / 54) - other
            starts.add(start)
            torch.testing.assert_close(noise[k], whole[start : start + train_live.STRETCH])
            self.assertEqual(audio[k, :, 0].tolist(), list(range(100 + start, 100 + start + train_live.STRETCH)))
        self.assertGreater(len(starts), 3)
        self.assertEqual((style.unique().tolist(), u.unique().tolist(), p.unique().tolist()), ([1], [3.25], [1.5]))


class Windows(unittest.TestCase):
    def test_what_comes_depends_on_what_was_shown_and_on_the_strengths(self):
        torch.manual_seed(0)
        model = Denoiser(**LIVE)
        x, audio, style, one = torch.randn(2, 30, 54), torch.randn(2, 30, LIVE["d_a"]), torch.randn(2, 1, 128), torch.ones(2, 1, 1)
        made = lambda x=x, u=one, p=one: train_live.window(model, x, audio, style, u, p).detach()
        past = x.clone()
        past[:, 3] += 1
        for other in (made(past), made(u=2 * one), made(p=2 * one)):
            self.assertGreater(float((other - made())[:, train_live.PAST :].abs().amax((1, 2)).min()), 1e-3)

    def test_the_network_is_small(self):
        self.assertLessEqual(sum(p.numel() for p in Denoiser(**LIVE).parameters()), 1_500_000)


if __name__ == "__main__":
    unittest.main()
