"""The audio encoder's teacher: its file, its lessons, what an encoder begins from, and the map learned from a performer.

    PYTHONPATH=training python -m unittest training/tests/test_teacher.py
"""

import json
import struct
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import numpy as np
import torch
import torch.nn as nn

from media2face_training import stages
from media2face_training.evaluation import ridge
from media2face_training.modules import MelEncoder
from media2face_training.speech import gate, heads, mels, phones, synthesis, teacher, teacher_heads, whisper, windows
from media2face_training.voices import recordings


def model_file(variables, spec="WhisperSpec", version=6):
    """A CTranslate2 model of {name: float16 array}."""
    def text(value):
        return struct.pack("<H", len(value) + 1) + value.encode() + b"\0"

    out = struct.pack("<I", version) + text(spec) + struct.pack("<II", 3, len(variables))
    for name, values in variables.items():
        data = values.astype(np.float16).tobytes()
        out += text(name) + struct.pack(f"<B{values.ndim}I", values.ndim, *values.shape)
        out += struct.pack("<BI", 4, len(data)) + data
    return out + struct.pack("<I", 0)


class File(unittest.TestCase):
    def test_the_encoder_is_read_and_the_rest_is_left(self):
        weights = np.arange(6.0).reshape(2, 3)
        found = whisper.read_model(model_file({"decoder/x": weights, "encoder/conv1/weight": weights + 1}))
        self.assertEqual(list(found), ["conv1/weight"])
        np.testing.assert_array_equal(found["conv1/weight"], weights + 1)

    def test_other_files_are_refused_in_words(self):
        good = model_file({"encoder/a": np.zeros((4, 4))})
        for data, word in ((good[:9], "ends within its head"), (good[:-12], "ends within encoder/a"),
                           (model_file({}, version=5), "version 5"), (model_file({}, spec="BertSpec"), "BertSpec")):
            with self.assertRaisesRegex(whisper.Refused, word):
                whisper.read_model(data)

    def test_bands_are_those_of_slaney(self):
        bands = whisper.filterbank()
        self.assertEqual(bands.shape, (80, 201))
        self.assertAlmostEqual(float((bands.argmax(1) * 40.0)[-1]), 7720, delta=80)
        # What librosa.filters.mel(sr=16000, n_fft=400, n_mels=80) has: the first band's peak lies near 40 Hz.
        self.assertAlmostEqual(float(bands[0, 1]), 0.02486, places=4)


class Tiny(whisper.Teacher):
    """A teacher whose features are the loudness of every 20 ms, for what lies around the network."""

    def __init__(self):
        pass

    def window(self, samples):
        padded = np.zeros(whisper.WINDOW_S * 16000, np.float32)
        padded[: len(samples)] = samples
        return torch.from_numpy(padded.reshape(-1, 320).mean(1, keepdims=True).repeat(whisper.WIDTH, 1))


class Lessons(unittest.TestCase):
    def test_long_sound_comes_in_windows_without_a_seam(self):
        x = np.repeat(np.arange(3700, dtype=np.float32), 320)[:-100]  # 74 s
        features = Tiny()(x)
        self.assertEqual(features.shape, (3700, whisper.WIDTH))
        np.testing.assert_allclose(features[:-1, 0], np.arange(3699))

    def test_clips_share_windows_and_keep_their_places(self):
        rng = np.random.default_rng(0)
        clips = [(k, rng.normal(size=rng.integers(8000, 160000)).astype(np.float32)) for k in range(20)]
        seen = []
        for sound, places in teacher.filled(clips):
            self.assertTrue(len(sound) <= 30 * 16000)
            for number, first, frames in places:
                x = clips[number][1]
                np.testing.assert_allclose(sound[320 * first :][: len(x)] / x, teacher.LOUDNESS / x.std(), rtol=0.1)
                self.assertEqual(frames, -(-len(x) // 320))
                seen.append(number)
        self.assertEqual(seen, list(range(20)))

    def cache(self, folder, count=6, stop_at=None):
        """What a teacher heard in clips of a second; with `stop_at` the run dies there."""
        rows, heard = [dict(number=k) for k in range(count)], []

        def samples_of(row):
            heard.append(row["number"])
            if row["number"] == stop_at:
                raise KeyboardInterrupt
            return np.full(16000 + 320 * row["number"], 0.1 + row["number"], np.float32)

        with mock.patch.object(mels, "samples_of", samples_of), mock.patch.object(whisper, "WINDOW_S", 2), \
                mock.patch.object(whisper, "MARGIN_S", 0):
            teacher.listen(Path(folder) / "teacher", rows, Tiny())
        return heard

    def test_goes_on_where_it_was_stopped(self):
        with tempfile.TemporaryDirectory() as whole, tempfile.TemporaryDirectory() as resumed:
            self.cache(whole)
            with self.assertRaises(KeyboardInterrupt):
                self.cache(resumed, stop_at=1)
            with open(Path(resumed) / "teacher" / "features.raw", "ab") as file:
                file.write(b"half a row")
            self.assertEqual(self.cache(resumed)[0], 2)  # clips 5 to 3 were kept, 2 was in the window that was lost
            for name in ("features.raw", "index.jsonl"):
                self.assertEqual(*((Path(f) / "teacher" / name).read_bytes() for f in (whole, resumed)))

    def test_a_copy_played_faster_gets_its_lessons_faster(self):
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "teacher").mkdir()
            values = np.repeat(np.arange(100, dtype=np.float16)[:, None], whisper.WIDTH, 1)
            (Path(folder) / "teacher" / "features.raw").write_bytes(values.tobytes())
            (Path(folder) / "teacher" / "index.jsonl").write_text(json.dumps(dict(clip=7, start=0, frames=100)) + "\n")
            lessons = teacher.Lessons(folder)
            told = lessons.of(dict(clip=7, factor=0.8), 10, 40) * lessons.scale + lessons.mean
            np.testing.assert_allclose(told[:, 3], (10 + np.arange(40)) / 0.8, rtol=1e-5)
            self.assertTrue(np.isnan(lessons.of(dict(clip=8, factor=1.0), 0, 5)).all())


class Taught(unittest.TestCase):
    def test_further_blocks_begin_as_nothing(self):
        torch.manual_seed(0)

        def net(dilations):
            return nn.ModuleDict(dict(encoder=MelEncoder(16, dilations), heads=heads.Heads(16)))

        with tempfile.TemporaryDirectory() as folder:
            path, small, x = Path(folder) / "e.safetensors", net((1, 2)), torch.randn(2, 60, 80)
            stages.save_stage(path, dict(encoder=small["encoder"].half().float().state_dict(), heads=small["heads"].state_dict()),
                              dict(width=16, dilations=(1, 2)))
            large = net((1, 2, 4))
            heads.begin(large, path)
            torch.testing.assert_close(large["encoder"](x), small["encoder"](x), rtol=1e-2, atol=1e-2)
            with self.assertRaisesRegex(stages.Refused, "only further blocks"):
                heads.begin(net((2, 2, 4)), path)

    def test_frames_without_a_lesson_teach_nothing(self):
        told = torch.zeros(1, 4, 3, requires_grad=True)
        lessons = torch.ones(1, 4, 3)
        lessons[0, 2:] = float("nan")
        self.assertEqual(float(heads.lesson_loss(told, lessons).detach()), 1.0)
        heads.lesson_loss(told, lessons).backward()
        self.assertTrue((told.grad[0, 2:] == 0).all() and (told.grad[0, :2] != 0).all())
        self.assertEqual(float(heads.lesson_loss(told, lessons * float("nan")).detach()), 0.0)

    def test_windows_ask_for_nothing_that_a_cut_has_made_too_hard(self):
        with tempfile.TemporaryDirectory() as folder:
            cache = Path(folder) / "mels"
            cache.mkdir()
            rng = np.random.default_rng(1)
            np.save(cache / "mel.npy", rng.normal(size=(2000, 80)).astype(np.float16))
            np.save(cache / "mean.npy", np.zeros((201, 80), np.float16))
            np.save(cache / "label.npy", np.ones(1000, np.int8))
            np.save(cache / "prior.npy", np.zeros(80, np.float32))
            row = dict(voice="a", clip=0, factor=1.0, copy=0, split="train", start=0, frames=2000, block=0)
            (cache / "index.jsonl").write_text(json.dumps(row) + "\n")
            lessons = mock.Mock(width=4, of=lambda row, first, count: np.ones((count, 4), np.float32))
            for taught, late in ((None, windows.TOO_LATE), (lessons, windows.TAUGHT_TOO_LATE)):
                x, y, told = windows.Windows(folder, taught=taught).batch(60, np.random.default_rng(2))
                first = y.shape[1] - late
                self.assertTrue((y[:, :first] == 1).all())
                self.assertEqual(told is None, taught is None)
                if late:
                    self.assertGreater((y[:, first:] == -1).all(1).mean(), 0.9)
            self.assertFalse(np.isnan(told).any())  # a teacher's pupil is asked up to the cut


class TeacherHeads(unittest.TestCase):
    def test_they_read_what_is_linear_in_the_lessons(self):
        rng = np.random.default_rng(5)

        class Fake:
            taught = mock.Mock(width=len(phones.CLASSES))

            def batch(self, seconds, rng):
                y = rng.integers(0, 40, (8, 30))
                lessons = np.eye(40, dtype=np.float32)[y]
                lessons[0] = np.nan
                return None, y, lessons

        learned = teacher_heads.learn(Fake(), steps=300)
        y = rng.integers(0, 40, 500)
        output = learned(torch.eye(40)[y]).detach()
        self.assertTrue((output[:, :40].argmax(1).numpy() == y).all())
        closed = np.isin(y, heads.CLOSED.numpy())
        self.assertGreater(output[closed, 42].min(), output[~closed, 42].max())

    def test_a_pupil_is_nearest_to_them_where_it_says_the_same(self):
        told = torch.randn(20, 43)
        same, other = (float(heads.likeness(x, told)) for x in (told, told + 0.5 * torch.randn(20, 43)))
        self.assertLess(same, other)

    def test_where_they_are_not_learned_there_are_none(self):
        with tempfile.TemporaryDirectory() as folder:
            self.assertIsNone(heads.told_by(folder))


class Gate(unittest.TestCase):
    def test_every_condition_is_judged_by_what_it_may_lose(self):
        clean = [np.ones(1600, np.float32)]
        names = list(gate.conditions(clean, np.random.default_rng(0)))
        figures = dict.fromkeys(gate.GATES, 0.99)
        results = {name: dict(figures) for name in names}
        self.assertTrue(all(good for *_, good in gate.passed(results)))
        results["one frame ahead"]["rounding"] = 0.94
        failed = [name for name, *_, good in gate.passed(results) if not good]
        self.assertEqual(failed, ["rounding, one frame ahead"])
        results["200 ms ahead"]["AUC"] = 0.975
        self.assertEqual(sum(not good for *_, good in gate.passed(results)), 2)


class Recordings(unittest.TestCase):
    def test_pieces_are_short_enough_and_lose_nothing(self):
        for seconds in (0.3, 1, 29, 31, 113):
            parts = recordings.pieces(np.arange(int(seconds * 16000)) % 1000)
            self.assertEqual(sum(map(len, parts)), 0 if seconds < 0.6 else int(seconds * 16000))
            self.assertTrue(all(len(part) <= 30 * 16000 for part in parts))

    def test_tracks_that_judge_are_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            with self.assertRaisesRegex(recordings.Refused, "holds no wav"):
                recordings.sources(None, None, [folder])
            synthesis.write_wave(Path(folder) / "a.wav", np.zeros(9))
            self.assertEqual(len(recordings.sources(None, None, [folder])), 1)
            (Path(folder) / "names.txt").write_text("mouth_oh_c")
            with self.assertRaisesRegex(recordings.Refused, "to be judged on"):
                recordings.sources(None, None, [folder])
            for given, word in (((folder, None), "asterisk-core-sounds-ru-g722"), ((None, folder), "prompt-fr-armelle")):
                with self.assertRaisesRegex(recordings.Refused, word):
                    recordings.sources(*given, [])


class Ridge(unittest.TestCase):
    def test_finds_a_linear_truth_and_its_reach(self):
        rng = np.random.default_rng(3)
        clips, mix = {}, rng.normal(size=(6, 2))
        for name in "ab":
            x = rng.normal(size=(600, 6))
            clips[name] = x, np.roll(x, 2, 0) @ mix + 0.1 * rng.normal(size=(600, 2))
        near, far = (ridge.crossed(clips, reach, 1.0) for reach in ((0,), (-2, 0, 2)))
        self.assertGreater(far, 0.98)
        self.assertLess(near, 0.6)

    def test_features_come_at_the_animation_rate(self):
        x = ridge.at_fps(np.arange(100.0)[:, None], 60)[:, 0]
        np.testing.assert_allclose(x[1:-1], (np.arange(60) + 0.5)[1:-1] * 5 / 3 - 0.5)


if __name__ == "__main__":
    unittest.main()
