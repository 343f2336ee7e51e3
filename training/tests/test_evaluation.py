"""The measures of the evaluation against cases that are known, and against plain loops."""

import unittest
from types import SimpleNamespace

import numpy as np
from media2face_training.dataset.plan import Spec
from media2face_training.dataset.voices import Voice
from media2face_training.evaluation import baselines, metrics, real, table, told, testset
from media2face_training.evaluation.runtime import poses
from media2face_training.style.written import Prompt, Said
from media2face_training.vocabulary import ARKIT, EMOTION_NAMES, HEAD_STYLES, STYLE_NAMES
from scipy.spatial.transform import Rotation


def swinging(frames, period, amplitude=0.2):
    """A head that nods: axis-angle [frames, 3]."""
    out = np.zeros((frames, 3))
    out[:, 0] = amplitude * np.sin(2 * np.pi * np.arange(frames) / period)
    return out


class Geometry(unittest.TestCase):
    def test_lip_error_is_the_worst_vertex_of_a_frame(self):
        truth, guess = np.zeros((2, 3, 3)), np.zeros((2, 3, 3))
        guess[0, 1] = [3, 4, 0]
        guess[1, 2] = [0, 0, 1]
        mean, squared = metrics.lip_vertex_error(truth, guess)
        self.assertAlmostEqual(mean, 3.0)
        self.assertAlmostEqual(squared, 13.0)

    def test_dynamics_of_a_still_face_fall_short_by_the_truth_s_own(self):
        truth = np.random.default_rng(0).normal(size=(50, 4, 3))
        expected = np.mean([np.std([sum(c * c for c in truth[f, v]) for f in range(50)]) for v in range(4)])
        self.assertAlmostEqual(metrics.dynamics_deviation(truth, np.zeros_like(truth)), expected, places=10)
        self.assertEqual(metrics.dynamics_deviation(truth, truth), 0.0)

    def test_diversity_is_the_mean_distance_of_pairs(self):
        takes = np.zeros((3, 2, 1, 3))
        takes[1, :, 0, 0], takes[2, :, 0, 0] = 1, 3
        self.assertAlmostEqual(metrics.diversity(takes), (1 + 3 + 2) / 3)


class Prompts(unittest.TestCase):
    def test_a_clip_of_every_act_has_a_prompt(self):
        row = lambda style: dict(emotion="sad", intensity=0.9, style=style, level=1)
        found = {table.prompt(row(style)) for style in STYLE_NAMES}
        self.assertEqual(len(found), len(STYLE_NAMES))
        self.assertIn("very sad, nodding a little", found)
        self.assertEqual(set(table.MOVES), set(HEAD_STYLES))


class Rules(unittest.TestCase):
    def test_an_index_has_what_the_rules_are_drawn_again_from(self):
        voice = Voice("espeak", "en", "en")
        spec = Spec(1, 5, "test", "voice", voice, ("Ah?",), "happy", 0.8, "sway", 2, "spoken", "clean", 1.0, 0.0, 1.0, 0.0)
        row = spec.row() | dict(phones=[["SIL", 0.0, 0.3], ["AA", 0.3, 0.7], ["SIL", 0.7, 1.0]])
        frames, geometry = 30, SimpleNamespace(of_weights=lambda weights: weights)
        clip = testset.Clip(row, np.ones(16000, np.int16), np.zeros((frames, 52)), np.zeros((frames, 6)), None)
        first, second = (baselines.drawn_again(clip, geometry, seed) for seed in (0, 1))
        self.assertEqual(first.shape.shape, (frames, 52))
        self.assertGreater(first.shape[:, ARKIT.index("jawOpen")].max(), 0.1)
        self.assertFalse(np.array_equal(first.pose, second.pose))


class Beats(unittest.TestCase):
    def test_a_nod_beats_where_the_head_turns_back(self):
        found = metrics.beats(swinging(240, 60))
        for frame in (45, 75, 105, 135, 165, 195):
            self.assertLessEqual(np.abs(found - frame).min(), 1)

    def test_the_angle_is_the_geodesic_one(self):
        rng = np.random.default_rng(1)
        a, b = rng.normal(size=3), rng.normal(size=3)
        ours = metrics.rotations(np.stack([a, b]))
        angle = 2 * np.arccos(abs(ours[0] @ ours[1]))
        relative = Rotation.from_rotvec(a).inv() * Rotation.from_rotvec(b)
        self.assertAlmostEqual(angle, relative.magnitude(), places=10)

    def test_alignment_is_one_with_itself_and_less_when_shifted(self):
        head = swinging(240, 60)
        self.assertAlmostEqual(metrics.beat_alignment(head, head), 1.0)
        shifted = metrics.beat_alignment(head[6:], head[:-6])
        self.assertAlmostEqual(shifted, np.exp(-36 / 18), delta=0.1)

    def test_no_beats_in_the_reference_is_undefined_and_none_in_the_motion_is_zero(self):
        still = np.zeros((100, 3))
        self.assertTrue(np.isnan(metrics.beat_alignment(still, swinging(100, 30))))
        self.assertEqual(metrics.beat_alignment(swinging(100, 30), still), 0.0)


class Closures(unittest.TestCase):
    PHONES = [["SIL", 0.0, 0.5], ["M", 0.5, 0.6], ["AA", 0.6, 1.0], ["B", 1.0, 1.1], ["AA", 1.1, 1.5], ["SIL", 1.5, 2.0]]

    def gap(self, *closed):
        out = np.full(60, 8.0)
        for frame in closed:
            out[frame] = 0.2
        return out

    def test_counts_hits_and_false_alarms_but_not_pauses(self):
        counts = metrics.closures(self.gap(2, 3, 16, 25, 55), self.PHONES, 30)
        self.assertEqual(counts.tolist(), [1, 2, 1, 2])

    def test_two_frames_early_still_count_and_five_do_not(self):
        self.assertEqual(metrics.closures(self.gap(28), self.PHONES, 30)[0], 1)
        self.assertEqual(metrics.closures(self.gap(24), self.PHONES, 30)[0], 0)

    def test_shares_are_of_the_sums(self):
        recall, precision = metrics.recall_precision([[1, 2, 1, 4], [3, 4, 3, 4]])
        self.assertAlmostEqual(recall, 4 / 6)
        self.assertAlmostEqual(precision, 0.5)


class Intervals(unittest.TestCase):
    def test_interval_covers_the_mean_and_narrows_with_clips(self):
        rng = np.random.default_rng(0)
        wide, narrow = (metrics.interval(rng.normal(3, 1, (n, 1))) for n in (10, 1000))
        self.assertTrue(wide[1] < wide[0] < wide[2])
        self.assertLess(narrow[2] - narrow[1], wide[2] - wide[1])
        self.assertLess(abs(narrow[0] - 3), 0.15)

    def test_undefined_values_are_left_out(self):
        self.assertEqual(metrics.interval([[1.0, np.nan], [np.nan]])[0], 1.0)
        self.assertTrue(np.isnan(metrics.interval([[np.nan]])[0]))

    def test_lag_finds_a_shifted_track(self):
        track = np.random.default_rng(2).normal(size=200)
        self.assertGreater(real.best(np.roll(track, 1), track), 0.99)
        self.assertLess(real.best(np.roll(track, 3), track), 0.5)


class Runtime(unittest.TestCase):
    def test_quaternions_become_the_vectors_they_came_from(self):
        vectors = np.random.default_rng(3).normal(0, 0.3, (5, 3))
        vectors[0] = 0
        head = [dict(rotation=q.tolist(), translation_mm=[1, 2, 3]) for q in Rotation.from_rotvec(vectors).as_quat()]
        got = poses(dict(head=head))
        np.testing.assert_allclose(got[:, :3], vectors, atol=1e-6)
        np.testing.assert_allclose(got[:, 3:], [[1, 2, 3]] * 5)


class Told(unittest.TestCase):
    def prompt(self, emotions, acts="-"):
        return Prompt("a text", "held_out_en", (Said.parse(emotions, ".6", "0", acts),))

    def test_a_face_is_as_said_by_its_mood_or_by_its_act(self):
        sad = np.eye(len(EMOTION_NAMES))[EMOTION_NAMES.index("sad")]
        still, nods = np.eye(len(STYLE_NAMES))[0], np.eye(len(STYLE_NAMES))[STYLE_NAMES.index("nod")]
        prompts = [self.prompt("sad:1"), self.prompt("happy:1"), self.prompt("neutral:1", "nod:2"), self.prompt("neutral:1", "shake:2")]
        faces = [told.shown(sad, still), told.shown(sad, still), told.shown(np.eye(10)[0], nods), told.shown(np.eye(10)[0], nods)]
        self.assertEqual(told.figures(faces, prompts),
                         {"prompts": 4, "as said": 0.5, "opposite": 0.25, "an act that was asked for": 0.5})

    def test_an_act_that_is_hardly_there_is_none(self):
        faint = np.full(len(STYLE_NAMES), 0.3 / (len(STYLE_NAMES) - 2))
        faint[:2] = 0.35, 0.35
        self.assertFalse(told.shown(np.eye(10)[0], faint).acts.any())


if __name__ == "__main__":
    unittest.main()
