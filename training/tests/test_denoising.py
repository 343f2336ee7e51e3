"""Data and arithmetic of the denoiser's training: shards, windows, guidance, spans of the step reduction."""

import tempfile
import unittest
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

import numpy as np
import torch
from media2face_training.evaluation.noise import shaped, span
from media2face_training.modules import Denoiser, first_row, self_attention
from media2face_training.motion import guidance, reduce_steps, shards
from media2face_training.motion.diffusion import alphas_cumprod, sample
from media2face_training.motion.losses import Losses
from media2face_training.motion.train_denoiser import NOISY, disturbed, masked, timesteps
from media2face_training.motion.windows import LONGEST_PREFIX, SHORT, SHORTEST, WINDOW, Source, Windows, lengths


class Shards(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.work, self.out, self.there = (Path(self.folder.name) / n for n in ("work", "out", "there"))
        self.work.mkdir()
        rng = np.random.default_rng(0)
        for name, width in zip(shards.TABLES, (128, 58)):
            np.save(self.work / name, rng.normal(size=(1000, width)).astype(np.float16))
        for name in shards.WHOLE:
            (self.work / name).write_bytes(name.encode())

    def tearDown(self):
        self.folder.cleanup()

    def test_what_was_split_comes_back_in_files_under_the_limit(self):
        shards.split(self.work, self.out, limit=50_000)
        self.assertTrue(all(p.stat().st_size <= 50_000 for p in self.out.iterdir()))
        self.assertGreater(len(list(self.out.glob("features.*.npy"))), 3)
        shards.join(self.out, self.there)
        for name in (*shards.TABLES, *shards.WHOLE):
            self.assertEqual((self.work / name).read_bytes(), (self.there / name).read_bytes())

    def test_a_damaged_shard_is_named_and_nothing_is_put_in_place(self):
        shards.split(self.work, self.out, limit=50_000)
        victim = self.out / "features.0001.npy"
        victim.write_bytes(victim.read_bytes()[:-1] + b"x")
        with self.assertRaisesRegex(shards.Damaged, "features.0001.npy"):
            shards.join(self.out, self.there)
        self.assertFalse(self.there.exists())


class Attention(unittest.TestCase):
    def test_both_ways_give_what_torch_gives(self):
        torch.manual_seed(0)
        attention, h = torch.nn.MultiheadAttention(48, 4, batch_first=True), torch.randn(2, 21, 48)
        torch.nn.init.normal_(attention.in_proj_bias)
        want = attention(h, h, h, need_weights=False)[0]
        torch.testing.assert_close(self_attention(attention, h), want, atol=1e-5, rtol=0)
        with torch.no_grad():
            torch.testing.assert_close(self_attention(attention, h), want, atol=1e-5, rtol=0)

    def test_a_single_row_of_queries_needs_no_keys(self):
        torch.manual_seed(0)
        attention, memory, h = torch.nn.MultiheadAttention(48, 4, batch_first=True), torch.randn(2, 21, 48), torch.randn(2, 1, 48)
        torch.nn.init.normal_(attention.in_proj_bias)
        value = torch.nn.functional.linear(memory, attention.in_proj_weight[96:], attention.in_proj_bias[96:])
        got = attention.out_proj(first_row(attention, h, memory, value))
        torch.testing.assert_close(got, attention(h, memory, memory, need_weights=False)[0], atol=1e-5, rtol=0)


class Batches(unittest.TestCase):
    def test_lengths_keep_to_their_bounds(self):
        rng, seen = np.random.default_rng(0), set()
        for _ in range(500):
            length, count, prefix = lengths(rng, 800)
            self.assertTrue(SHORTEST <= length <= WINDOW and 0 <= prefix <= LONGEST_PREFIX and prefix < length)
            self.assertLessEqual(length * count, 800)
            seen.add((prefix > 0, length == WINDOW, length <= SHORT))
        self.assertTrue({(False, True, False), (True, False, False), (True, False, True), (False, False, True)} <= seen)

    def test_style_goes_without_the_audio_but_not_the_other_way_round(self):
        audio, style = torch.ones(20000, 1, 1), torch.ones(20000, 1, 1)
        audio, style = masked(audio, style, np.random.default_rng(0))
        self.assertAlmostEqual(float(audio.mean()), 0.9, delta=0.01)
        self.assertAlmostEqual(float(style.mean()), 0.9 * 0.75, delta=0.015)
        self.assertFalse(bool(((audio == 0) & (style == 1)).any()))

    def test_the_noisiest_steps_are_asked_for_more_often(self):
        t = timesteps(np.random.default_rng(0), 20000, 500)
        self.assertEqual((int(t.min()), int(t.max())), (0, 499))
        self.assertAlmostEqual(float((t >= 450).float().mean()), NOISY + (1 - NOISY) * 0.1, delta=0.01)

    def test_some_windows_are_disturbed_by_others_and_a_third_are_not(self):
        audio = torch.arange(3000.0)[:, None, None].expand(3000, 4, 1)
        change = (disturbed(audio, np.random.default_rng(0)) - audio).abs().sum((1, 2))
        self.assertAlmostEqual(float((change == 0).float().mean()), 1 / 3, delta=0.03)
        torch.testing.assert_close(disturbed(torch.ones(8, 4, 2), np.random.default_rng(0)), torch.ones(8, 4, 2))

    def test_a_given_prefix_is_not_judged(self):
        losses = Losses(None, np.zeros(58, np.float32), np.ones(58, np.float32), ["jawOpen"] * 52, "cpu")
        clean, guess = torch.randn(2, 30, 58), torch.randn(2, 30, 58)
        judged = torch.ones(1, 30, 1)
        judged[:, :10] = 0
        before = losses(guess, clean, judged)
        guess[:, :10] += 5
        after = losses(guess, clean, judged)
        for name in before:
            torch.testing.assert_close(before[name], after[name])


class Sources(unittest.TestCase):
    def source(self, folder, value):
        """One clip of 90 frames whose motion and features are a number."""
        np.save(Path(folder) / "features.npy", np.full((90, 3), value, np.float16))
        (Path(folder) / "features.jsonl").write_text('{"number": 0, "split": "train", "frames": 90, "first": 0}\n')
        said = dict(first=0, emotion="neutral", intensity=0.0, style="none", level=0)
        return folder, {0: said}, np.full((90, 2), value, np.float16)

    def test_windows_of_another_source_come_as_often_as_asked(self):
        codes = SimpleNamespace(draw=lambda *_: np.zeros(4, np.float32))
        with tempfile.TemporaryDirectory() as own, tempfile.TemporaryDirectory() as other:
            beside = Source(*self.source(other, 1))
            windows = Windows(*self.source(own, 0), codes, np.random.default_rng(0), beside=(beside, 0.25))
            motion, audio, style = windows.batch(40, 400)
            alone = Windows(*self.source(own, 0), codes, np.random.default_rng(0)).batch(40, 20)[0]
        self.assertEqual((motion.shape, audio.shape, style.shape), ((400, 40, 2), (400, 40, 3), (400, 1, 4)))
        self.assertAlmostEqual(float(motion.mean()), 0.25, delta=0.07)
        torch.testing.assert_close(motion.mean((1, 2)), audio.mean((1, 2)))
        self.assertEqual(float(alone.abs().max()), 0)


class StepReduction(unittest.TestCase):
    def test_the_target_leads_where_the_teacher_arrived(self):
        torch.manual_seed(0)
        now, after = torch.tensor(0.3, dtype=torch.float64), torch.tensor(0.8, dtype=torch.float64)
        x, arrived = torch.randn(4, 5, dtype=torch.float64), torch.randn(4, 5, dtype=torch.float64)
        x0 = reduce_steps.target_of(x, arrived, now, after)
        torch.testing.assert_close(reduce_steps.ddim(x, x0, now, after), arrived)

    def test_at_the_end_the_target_is_the_clean_motion(self):
        x, arrived = torch.randn(4, 5), torch.randn(4, 5)
        torch.testing.assert_close(reduce_steps.target_of(x, arrived, torch.tensor(0.9), torch.tensor(1.0)), arrived)

    def test_spans_go_down_a_short_schedule(self):
        way = reduce_steps.spans(np.random.default_rng(0), 200, 500)
        self.assertTrue(bool((way[:, :-1] > way[:, 1:]).all()))
        self.assertTrue(bool((way[:, 0] == 499).any() and (way[:, -1] == -1).any()))

    def test_guidance_tells_a_style_from_the_default_one(self):
        def model(x, t, audio, style):
            return x + 2 * audio + 3 * style

        x, one, u = torch.zeros(2, 3, 8), torch.ones(2, 3, 1), torch.full((2, 1, 1), 4.0)
        of = lambda style, p: guidance.guided(model, x, torch.zeros(2, dtype=torch.long), one, style, 0.5 * one[:, :1], u, p * u / 4)
        styled, head = of(one[:, :1], 1.5), guidance.HEAD_MOST
        torch.testing.assert_close(styled[..., :2], torch.full((2, 3, 2), 4 * 2 + 2.5 * 1.5 + 1.5 * 3))
        torch.testing.assert_close(styled[..., 2:], torch.full((2, 3, 6), head * 2 + (head - 1.5) * 1.5 + 1.5 * 3))
        torch.testing.assert_close(of(one[:, :1], 0), of(5 * one[:, :1], 0))

    def test_a_head_is_smoothed_over_three_frames_and_nothing_else_is(self):
        x = torch.zeros(1, 5, 8)
        x[0, 2] = 4
        steady = guidance.steady(x)[0]
        self.assertEqual(steady[:, 0].tolist(), [0, 0, 4, 0, 0])
        self.assertEqual(steady[:, -1].tolist(), [0, 1, 2, 1, 0])
        torch.testing.assert_close(guidance.steady(torch.ones(1, 5, 8)), torch.ones(1, 5, 8))

    def test_a_network_that_reads_strengths_begins_as_one_that_does_not(self):
        torch.manual_seed(0)
        size = dict(d_x=4, d_a=3, d_p=5, d=8, layers=1, heads=2, ff=16, align=1)
        plain, reads = Denoiser(**size), Denoiser(**size, d_s=2)
        reads.load_state_dict(guidance.with_strengths(plain.state_dict()))
        x, t, audio, style = torch.randn(2, 6, 4), torch.tensor([3, 9]), torch.randn(2, 6, 3), torch.randn(2, 1, 5)
        u, p = (s[:2] for s in guidance.strengths(np.random.default_rng(0), 2))
        torch.testing.assert_close(guidance.taken_in(reads, x, t, audio, style, None, u, p), plain(x, t, audio, style))
        torch.nn.init.normal_(reads.cond_proj.weight)
        again = lambda u, p: guidance.taken_in(reads, x, t, audio, style, None, u, p)
        for other in ((u + 1, p), (u, p + 1)):
            self.assertGreater(float((again(*other) - again(u, p)).detach().abs().amax((1, 2)).min()), 1e-4)

    def test_some_windows_have_the_default_style_and_some_none(self):
        style, told_from = guidance.unstyled(np.random.default_rng(0), torch.ones(20000, 1, 1), torch.tensor([[[2.0]]]))
        share = lambda values, value: float((values == value).float().mean())
        self.assertAlmostEqual(share(style, 2), guidance.UNSTYLED, delta=0.01)
        self.assertAlmostEqual(share(style, 0), guidance.NOTHING, delta=0.01)
        torch.testing.assert_close(told_from, torch.where(style == 0, 0.0, 2.0))

    def test_strengths_are_mostly_as_said(self):
        u, p = guidance.strengths(np.random.default_rng(0), 4000)
        s_P_most, s_A_most = guidance.S_P[1], guidance.S_A[1]
        self.assertTrue(bool(((u >= guidance.S_P[0]) & (u <= s_A_most + s_P_most)).all()))
        self.assertTrue(bool(((p >= 0) & (p <= 2 * s_P_most)).all()))
        self.assertAlmostEqual(float((p > s_P_most).float().mean()), 0.5 * 0.17, delta=0.05)

    def test_noise_levels_fall_to_none(self):
        alpha = alphas_cumprod(500)
        self.assertTrue(bool((alpha.diff() < 0).all()) and float(alpha[0]) > 0.99)


class Sampling(unittest.TestCase):
    def made(self, **more):
        """Motion [250, 4], two windows, of a model that says a mixture of all it is given."""
        def model(x, t, audio, style):
            return 0.3 * x + audio[..., :1] + style[..., :4] * torch.arange(1.0, 5) + 0.001 * t[:, None, None]

        audio = torch.linspace(0, 1, 250)[:, None].expand(250, 3)
        return sample(model, audio, 4, 5, steps=4, **dict(dict(style=torch.ones(5)), **more))

    def test_noise_is_a_number_or_a_matrix(self):
        torch.testing.assert_close(self.made(noise=0.5), self.made(noise=0.5 * torch.eye(4)))
        self.assertGreater(float((self.made(noise=0.5) - self.made()).abs().max()), 1e-3)

    def test_a_part_has_strengths_of_its_own_and_the_rest_keeps_its(self):
        left = torch.diag(torch.tensor([1.0, 1.0, 0.0, 0.0]))
        both = self.made(part=(left, 0.5, 1.0))
        torch.testing.assert_close(both[:, :2], self.made(s_A=0.5, s_P=1.0)[:, :2])
        torch.testing.assert_close(both[:, 2:], self.made()[:, 2:])

    def test_without_a_style_its_strength_counts_for_nothing(self):
        torch.testing.assert_close(self.made(style=None), self.made(style=None, s_P=0.0))

    def test_a_network_that_reads_strengths_has_one_branch(self):
        def model(x, t, audio, style, strengths):
            seen.append(strengths[0, 0].tolist())
            return audio[..., :1] + style[..., :4] + strengths.sum(-1, keepdim=True)

        seen, model = [], mock.Mock(side_effect=model, d_s=2)
        made = sample(model, torch.zeros(30, 3), 4, 5, steps=4, style=torch.ones(5), s_A=1.75, s_P=1.5)
        self.assertEqual(seen, [[3.25, 1.5]] * 4)
        torch.testing.assert_close(made, torch.full((30, 4), 1 + 3.25 + 1.5))

    def test_noise_is_scaled_in_the_span_alone(self):
        lips = span(np.random.default_rng(0).normal(size=(6, 6)), 2)
        out = shaped(lips, 0.5, 8)
        torch.testing.assert_close(out[:6, :6] @ lips, 0.5 * lips)
        torch.testing.assert_close(torch.linalg.eigvalsh(out), torch.tensor([0.5] * 2 + [1.0] * 6))


if __name__ == "__main__":
    unittest.main()
