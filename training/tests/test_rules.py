"""The rules of mouth, eyes, brows and head: what people's faces do, on sentences that nobody spoke.

    PYTHONPATH=training python -m unittest training/tests/test_rules.py
"""

import unittest

import numpy as np

from media2face_training.dataset import clip, plan, voices
from media2face_training.evaluation import alive, real
from media2face_training.rules import animation, bearing, emotions, heads
from media2face_training.speech.phones import VOWELS
from media2face_training.vocabulary import ARKIT, EMOTION_NAMES, HEAD_STYLES

SEEDS = range(6)


def said(text):
    """Segments of phones by name: vowels .16 s, consonants .08, SIL .6."""
    segments, position = [], 0.0
    for phone in text.split():
        length = 0.6 if phone == "SIL" else 0.16 if phone in VOWELS else 0.08
        segments.append([phone, position, position + length])
        position += length
    return segments


def animated(segments, db=None, seed=0):
    """{channel: [F]} and pose of segments spoken `db` against the clip's loud parts, silences at -60. Without `db` every phone is
    as loud as it happens to be."""
    end, rng = segments[-1][2], np.random.default_rng(seed + 100)
    energy = np.full(int(end * 100) + 1, -60.0)
    for phone, start, stop in segments:
        if phone != "SIL":
            energy[int(start * 100) : int(stop * 100)] = -rng.uniform(0, 16) if db is None else db
    weights, pose = bearing.animate(segments, energy, int(end * 30), ARKIT, np.random.default_rng(seed))
    return dict(zip(ARKIT, weights.T)), pose


def within(segments, phone):
    """Frames in the middle of the phone's times."""
    return [int((a + b) / 2 * 30) for c, a, b in segments if c == phone]


LONG = said("SIL " + "DH AH M AE N W EH N T T UW S IY AH B OY HH UW N OW Z M AY F AA DH ER SIL " * 4)


class Mouth(unittest.TestCase):
    def test_pauses_shut_the_mouth(self):
        for seed in SEEDS:
            w, _ = animated(LONG, seed=seed)
            for phone, start, end in LONG:
                if phone == "SIL":
                    inside = slice(int((start + 0.17) * 30), max(int((end - 0.13) * 30), 1))
                    self.assertLess(w["jawOpen"][inside].max(), 0.05, f"at {start}, seed {seed}")
                    self.assertLess(w["mouthPucker"][inside].max(), 0.05)

    def test_a_stop_inside_a_word_shuts_nothing(self):
        segments = [["AA", 0.0, 0.3], ["SIL", 0.3, 0.36], ["AA", 0.36, 0.7], ["SIL", 0.7, 1.4]]
        w, _ = animated(segments, 0.0)
        self.assertGreater(w["jawOpen"][8:11].min(), 0.15)

    def test_loudness_opens_vowels_and_nothing_else(self):
        segments = said("SIL AA L AA N AA D AA S AA SIL")
        loud, soft = (np.mean([animated(segments, db, seed)[0]["jawOpen"] for seed in SEEDS], 0) for db in (0.0, -12.0))
        vowels = within(segments, "AA")
        self.assertGreater(loud[vowels].mean(), 1.2 * soft[vowels].mean())
        consonants = np.array([animation.TARGETS[p][0][0] for p in "LNDS"])
        self.assertLess(consonants.max(), 0.2)
        for phone in "LNDS":
            k = within(segments, phone)
            self.assertLess(loud[k].mean() - soft[k].mean(), 0.8 * (loud[vowels].mean() - soft[vowels].mean()), phone)

    def test_oo_and_ee_keep_the_jaw_high(self):
        segments = said("SIL AA UW AA IY AA UW AA IY AA SIL")
        for seed in SEEDS:
            w, _ = animated(segments, 0.0, seed)
            self.assertGreater(w["jawOpen"][within(segments, "AA")].mean(), 0.22)
            for phone, most in (("UW", 0.17), ("IY", 0.19)):
                self.assertLess(w["jawOpen"][within(segments, phone)].max(), most, phone)

    def test_lips_round_as_fast_as_a_performers(self):
        w, _ = animated(LONG)
        self.assertGreater(alive.speed(w["mouthFunnel"] + w["mouthPucker"]), 0.30)

    def test_f_and_v_lay_the_lip_on_the_teeth(self):
        segments = said("SIL AA F AA V AA SIL")
        for seed in SEEDS:
            w, _ = animated(segments, seed=seed)
            k = within(segments, "F") + within(segments, "V")
            self.assertLess(w["jawOpen"][k].max(), 0.12)
            self.assertGreater(min(w["mouthRollLower"][k].min(), w["mouthShrugLower"][k].min() + 0.1), 0.25)
            self.assertGreater(w["mouthUpperUpLeft"][k].min(), 0.12)

    def test_the_tongue_shows_in_th_and_hides_in_s(self):
        segments = said("SIL EH TH EH S EH L EH SIL")
        tongue = np.mean([animated(segments, seed=seed)[0]["tongueOut"] for seed in SEEDS], 0)
        self.assertGreater(tongue[within(segments, "TH")].mean(), 0.2)
        self.assertGreater(tongue[within(segments, "L")].mean(), 0.06)
        self.assertLess(tongue[within(segments, "S")].mean(), 0.04)

    def test_jaw_comes_forward_and_the_lower_lip_rises(self):
        w, _ = animated(said("SIL AA SH AA S AA P AA SIL"))
        self.assertGreater(w["jawForward"].max(), 0.08)
        self.assertGreater(w["mouthShrugLower"].max(), 0.08)


class Eyes(unittest.TestCase):
    def test_eyes_hold_the_world_against_the_head(self):
        gains = [alive.gain_of_eyes(np.stack(list(w.values()), 1), pose) for w, pose in (animated(LONG, seed=s) for s in SEEDS)]
        self.assertLess(np.mean(gains), -0.8)

    def test_eyes_hold_the_world_when_a_style_moves_the_head(self):
        spec = plan.Spec(1, 0, "train", "", voices.Voice("flite", "awb", "en", 120), ("",), "neutral", 0.0, "shake", 3,
                         "spoken", "clean", 1.0, 0.0, 1.0, 0.0)
        end = LONG[-1][2]
        weights, pose = clip.perform(spec, LONG, np.zeros(int(end * 100) + 1), int(end * 30), np.random.default_rng(0))
        self.assertGreater(np.ptp(np.degrees(pose[:, heads.YAW])), 12)
        self.assertLess(alive.gain_of_eyes(weights, pose), -0.8)

    def test_eyes_are_mostly_on_the_listener(self):
        away = []
        for seed in SEEDS:
            w, pose = animated(LONG, seed=seed)
            world = alive.gaze_degrees(np.stack(list(w.values()), 1))[:, 0] + np.degrees(pose[:, 1])
            away.append(np.mean(np.abs(world) > 4))
        self.assertTrue(0.02 < np.mean(away) < 0.4, np.mean(away))

    def test_eyes_drop_in_a_blink_and_nobody_winks(self):
        for seed in SEEDS:
            w, pose = animated(LONG, seed=seed)
            down = alive.gaze_degrees(np.stack(list(w.values()), 1))[:, 1] + np.degrees(pose[:, 0])
            shut = w["eyeBlinkLeft"] > 0.7
            self.assertGreater(down[shut].mean(), down[~shut].mean() + 1.5)
            uneven = np.abs(w["eyeBlinkLeft"] - w["eyeBlinkRight"]) > 0.3
            self.assertFalse((uneven[:-2] & uneven[1:-1] & uneven[2:]).any())


class Bearing(unittest.TestCase):
    def figures(self):
        out = []
        for seed in SEEDS:
            w, pose = animated(LONG, seed=seed)
            speech = np.zeros(len(pose), bool)
            for phone, start, end in LONG:
                if phone != "SIL":
                    speech[int(start * 30) : int(end * 30)] = True
            turning = np.linalg.norm(np.diff(np.degrees(pose[:, :3]), axis=0), axis=1) * 30
            out.append((np.mean(turning[speech[1:]] < 2), w))
        return out

    def test_heads_hold_still_for_a_part_of_the_time(self):
        still = np.mean([share for share, _ in self.figures()])
        self.assertTrue(0.10 < still < 0.5, still)

    def test_sides_are_alike_and_never_the_same(self):
        for _, w in self.figures():
            for name in ("browOuterUp", "browDown", "eyeSquint", "eyeBlink"):
                self.assertFalse(np.allclose(w[name + "Left"], w[name + "Right"]), name)
            self.assertTrue(0.5 < alive.correlation(w["eyeBlinkLeft"], w["eyeBlinkRight"]) < 1 - 1e-6)

    def test_squint_is_alive(self):
        self.assertGreater(np.mean([w["eyeSquintLeft"].std() for _, w in self.figures()]), 0.05)


class Figures(unittest.TestCase):
    def test_every_channel_that_rounds_the_lips_counts(self):
        track = np.arange(12.0).reshape(2, 6)
        channels = ["mouth_stretch_c", "mouth_oh_c", "mouth_oo_c", "mouth_pucker_l", "mouth_pucker_r", "mouth_press_l"]
        np.testing.assert_array_equal(real.rounding_of(track, channels), [1 + 2 + 3 + 4, 7 + 8 + 9 + 10])

    def test_partial_correlation_takes_loudness_out(self):
        rng = np.random.default_rng(0)
        loud, truth = rng.normal(size=(2, 4000))
        self.assertLess(abs(alive.partial(loud + 0.01 * rng.normal(size=4000), loud + truth, loud)), 0.1)
        self.assertGreater(alive.partial(loud + truth, truth, loud), 0.95)

    def test_pauses_are_long_and_their_edges_are_left_out(self):
        energy = np.concatenate([np.zeros(60), np.full(30, -50.0), np.zeros(60), np.full(9, -50.0), np.zeros(30)])
        quiet = alive.pauses(energy, energy > -20)
        self.assertEqual(np.flatnonzero(quiet)[[0, -1]].tolist(), [63, 86])


class Names(unittest.TestCase):
    def test_rules_know_what_the_vocabulary_names_in_its_order(self):
        self.assertEqual(tuple(emotions.EMOTIONS), EMOTION_NAMES)
        self.assertEqual(set(heads.AMOUNT), set(HEAD_STYLES))


if __name__ == "__main__":
    unittest.main()
