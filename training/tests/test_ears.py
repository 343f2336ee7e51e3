"""Audio encoder: labels, running mean, streaming, windows and the figures of its gate."""

import unittest

import numpy as np
import torch

from media2face_training.modules import MelEncoder
from media2face_training.speech import features, labels, mel, phones, prompts, scores, windows
from media2face_training.voices import pinyin


class Labels(unittest.TestCase):
    def test_frames_take_the_phone_they_are_centred_in(self):
        y = labels.frame_labels([["SIL", 0, 0.03], ["M", 0.03, 0.08], [None, 0.08, 0.1], ["AA", 0.1, 0.16]], 10)
        names = [phones.CLASSES[k] if k >= 0 else None for k in y]
        self.assertEqual(names, ["SIL", "SIL", "M", "M", None, "AA", "AA", "AA", "SIL", "SIL"])

    def test_lips_close_early_after_silence_only(self):
        given = [["SIL", 0.0, 0.5], ["P", 0.5, 0.6], ["AA", 0.6, 0.7], ["B", 0.7, 0.8], ["SIL", 0.8, 0.85], ["M", 0.85, 1]]
        out = labels.close_early(given, np.random.default_rng(0))
        self.assertTrue(0.4 <= out[1][1] <= 0.44)
        self.assertEqual(out[0][2], out[1][1])
        self.assertEqual(out[3], given[3])
        self.assertEqual(out[5][1], 0.8)  # a short silence gives all it has
        self.assertEqual(given[1], ["P", 0.5, 0.6])


class Mandarin(unittest.TestCase):
    def test_compound_finals_become_two_phones_that_share_the_time(self):
        self.assertEqual(phones.expand("espeak", "uo", 1.0, 2.0, "cmn"), [("W", 1.0, 1.4), ("AO", 1.4, 2.0)])
        self.assertEqual(phones.expand("espeak", "p", 0.0, 1.0, "cmn"), [("B", 0.0, 1.0)])
        self.assertEqual(phones.expand("espeak", "p", 0.0, 1.0, "en"), [("P", 0.0, 1.0)])

    def test_every_name_maps_to_classes(self):
        for names in phones._MANDARIN.values():
            self.assertLessEqual(set(names.split()), set(phones.CLASSES))

    def test_syllables_are_spelled_and_drawn_from_the_seed(self):
        self.assertTrue({"ni", "nv", "wo", "yue", "zhuang", "er"} <= set(pinyin.SYLLABLES))
        self.assertFalse({"bong", "jo", "v", "uo"} & set(pinyin.SYLLABLES))
        self.assertEqual(pinyin.sentence(np.random.default_rng(3)), pinyin.sentence(np.random.default_rng(3)))


class RunningMean(unittest.TestCase):
    def setUp(self):
        self.x = np.random.default_rng(0).normal(-6, 2, (500, 80))
        self.prior = np.linspace(-5, -8, 80)

    def test_is_the_recursion_of_the_contract(self):
        mean = self.prior.copy()
        for frame, found in zip(self.x, mel.running_mean(self.x, self.prior)):
            mean += (frame - mean) / 300
            np.testing.assert_allclose(found, mean, rtol=1e-9)

    def test_is_causal_and_the_same_in_chunks(self):
        whole = mel.normalise_running(self.x, self.prior)
        start = mel.running_mean(self.x[:230], self.prior)[-1]
        np.testing.assert_allclose(mel.normalise_running(self.x[230:], start), whole[230:], atol=1e-6)
        np.testing.assert_array_equal(mel.normalise_running(self.x[:100], self.prior), whole[:100])

    def test_takes_batches(self):
        both = mel.normalise_running(np.stack([self.x, self.x + 1]), np.stack([self.prior, self.prior + 1]))
        np.testing.assert_allclose(both[0], both[1], atol=1e-6)


class Streaming(unittest.TestCase):
    def setUp(self):
        torch.manual_seed(0)
        self.ears = features.Ears.__new__(features.Ears)
        self.ears.encoder = MelEncoder(16, (1, 2, 4)).eval().requires_grad_(False)
        self.mels = np.random.default_rng(1).normal(size=(240, 80)).astype(np.float32)

    def test_with_enough_ahead_chunks_give_the_whole(self):
        torch.testing.assert_close(self.ears.chunked(self.mels, 1.0, 5), self.ears.whole(self.mels))

    def test_hears_nothing_later_than_it_may(self):
        other = self.mels.copy()
        other[140:] = 0  # frame 50 is centred on mel frame 100; 200 ms ahead end before 120
        a, b = (self.ears.chunked(x, 0.2, 5) for x in (self.mels, other))
        torch.testing.assert_close(a[:55], b[:55], rtol=0, atol=0)
        self.assertFalse(torch.equal(a[65:], b[65:]))

    def test_features_have_the_length_of_the_face(self):
        x = torch.arange(50.0)[:, None]
        self.assertEqual(features.at_length(x, 30).shape, (30, 1))
        longer = features.at_length(x, 32)[:, 0]
        self.assertEqual((longer[-1], longer[-2]), (longer[29], longer[29]))


class Noise(unittest.TestCase):
    def test_adds_power_and_never_takes_it(self):
        x = np.random.default_rng(2).normal(-4, 1, (64, 50, 80)).astype(np.float32)
        noisy, means = windows.add_noise(x, x.mean(1), np.random.default_rng(3))
        self.assertGreaterEqual((noisy - x).min(), -1e-5)
        touched = (noisy - x).max((1, 2)) > 0.01
        self.assertTrue(32 < touched.sum() < 58)  # seven windows in ten
        self.assertGreaterEqual((means - x.mean(1)).min(), -1e-5)


class Mouths(unittest.TestCase):
    def test_a_shorter_vocal_tract_moves_formants_up(self):
        np.testing.assert_allclose(windows.warping(1.0), np.eye(80), atol=1e-5)
        centres, _ = windows.mel_bands()
        formant = np.exp(-((centres - 1500) / 200) ** 2)
        moved = centres[(formant @ windows.warping(1.15)).argmax()]
        self.assertAlmostEqual(moved / 1725, 1, delta=0.05)
        np.testing.assert_allclose(np.full(80, 3.0) @ windows.warping(0.87), 3, rtol=1e-5)


class Scores(unittest.TestCase):
    def test_area_under_curve(self):
        self.assertEqual(scores.area_under_curve(np.array([1.0, 2, 3, 4]), np.array([False, True, False, True])), 0.75)

    def test_closures_that_touch_are_one_event(self):
        events = scores.closures([["SIL", 0, 1], ["P", 1, 1.1], ["AA", 1.1, 1.2], ["M", 1.2, 1.3], ["B", 1.3, 1.4]])
        self.assertEqual(events, [("P", 1, 1.1, True), ("M", 1.2, 1.4, False)])

    def test_recall_keeps_the_precision(self):
        score = np.zeros(200)
        score[[20, 60, 100, 140, 180]] = [0.9, 0.8, 0.7, 0.6, 0.5]
        events = [[("M", 0.38, 0.42, False), ("B", 1.18, 1.22, False), ("P", 3.58, 3.62, True)]]
        recall, hits = scores.recall_at_precision([score * 2], events)
        self.assertEqual((recall, hits), (1.0, [[True, True, True]]))  # three of five peaks are right
        recall, hits = scores.recall_at_precision([score * 2], events, 0.9)
        self.assertEqual((recall, hits), (2 / 3, [[True, True, False]]))

    def test_a_peak_counts_for_one_event(self):
        events = [("M", 0.98, 1.0, False), ("B", 1.02, 1.04, False)]
        self.assertEqual(scores.matched([1.0], events), [True, False])

    def test_lag_is_positive_where_the_prediction_has_to_come_later(self):
        truth = np.random.default_rng(0).normal(size=100)
        early = np.roll(truth, -1)
        self.assertGreater(scores.correlation_at_lags(early, truth)[2], 0.99)


class Prompts(unittest.TestCase):
    def test_words(self):
        self.assertEqual(prompts.words("Press 1, then # (pound)."), "press one then pound")
        self.assertEqual(prompts.words("[short pause] hello"), "")


if __name__ == "__main__":
    unittest.main()
