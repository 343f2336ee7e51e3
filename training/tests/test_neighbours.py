"""Free lip-sync engines beside ours: what their visemes and phones become, and what a row is fitted and judged by."""

import unittest
from types import SimpleNamespace

import numpy as np
from media2face_training import packages
from media2face_training.evaluation import lipsync, neighbours
from media2face_training.speech.phones import CLASSES
from media2face_training.vocabulary import ARKIT

NAMES = ["mouth_stretch_c", "mouth_oh_c"]


def weight(row, name):
    return row[ARKIT.index(name)]


class Visemes(unittest.TestCase):
    def test_every_phone_has_one_viseme(self):
        self.assertEqual(sorted(" ".join(lipsync.OCULUS.values()).split()), sorted(CLASSES))

    def test_each_does_what_its_phones_do(self):
        rows = dict(zip(lipsync.VISEMES, lipsync.table()))
        self.assertEqual(rows["sil"].max(), 0)
        self.assertEqual(max(rows, key=lambda k: weight(rows[k], "jawOpen")), "aa")
        self.assertEqual(max(rows, key=lambda k: weight(rows[k], "mouthPucker")), "U")
        self.assertGreater(weight(rows["PP"], "mouthPressLeft"), 0.4)
        self.assertEqual(weight(rows["PP"], "mouthClose"), weight(rows["PP"], "jawOpen"))
        for row in rows.values():
            self.assertEqual(weight(row, "mouthSmileLeft"), weight(row, "mouthSmileRight"))

    def test_phones_are_read_at_the_middle_of_a_frame(self):
        visemes = lipsync.of_phones([["M", 0.0, 0.04], ["AA", 0.04, 0.1]], 4)
        self.assertEqual([lipsync.VISEMES[k] for k in visemes.argmax(1)[:3]], ["PP", "aa", "aa"])
        self.assertEqual(visemes[3].sum(), 0)

    def test_names_that_share_a_viseme_add_up(self):
        got = lipsync.of_vowels(np.array([[0.5, 0.2]]), ["A", "N"])
        self.assertEqual((got[0, lipsync.VISEMES.index("aa")], got[0, lipsync.VISEMES.index("PP")]), (0.5, 0.2))

    def test_a_track_is_read_between_its_keys(self):
        keys = [SimpleNamespace(time=0.0, value=0.0), SimpleNamespace(time=1 / 15, value=1.0)]
        got = lipsync.of_track(SimpleNamespace(channels=[SimpleNamespace(name="O", keys=keys)]), 3)
        np.testing.assert_allclose(got[:, lipsync.VISEMES.index("O")], [0.25, 0.75, 1.0])


class Profile(unittest.TestCase):
    def heard(self, *phones):
        """Features whose values are the number of the phone within whose 0.1 s they were made."""
        time = np.arange(0, 0.1 * len(phones), 0.01)
        features = np.stack([time + lipsync.HEARD_S, *[np.floor(time / 0.1 + 1e-9)] * 12], 1)
        return features, [[phone, 0.1 * k, 0.1 * k + 0.1] for k, phone in enumerate(phones)]

    def test_entries_are_of_their_phone_and_fill_the_twelve(self):
        made = lipsync.profile([self.heard("AA", "IY", "UW", "EH", "OW", "M", "SIL")])
        self.assertEqual(len(made["mfccs"]), 12)
        for entry in made["mfccs"]:
            self.assertEqual(len(entry["mfccCalibrationDataList"]), made["mfccDataCount"])
            values = {value for one in entry["mfccCalibrationDataList"] for value in one["array"]}
            self.assertEqual(values, {float("AIUEON-".index(entry["name"]))})

    def test_a_name_that_nobody_says_is_an_error(self):
        with self.assertRaises(packages.Refused):
            lipsync.profile([self.heard("AA", "IY", "UW", "EH", "OW", "SIL")])


class Rows(unittest.TestCase):
    def clip(self, frames=300):
        track = np.abs(np.random.default_rng(0).normal(size=(frames, 2)))
        return neighbours.Clip("a", np.zeros(frames * 16000 // 30, np.int16), [], track=track)

    def test_fit_finds_the_delay_and_the_gain(self):
        clip = self.clip()
        late = np.zeros((clip.frames, len(ARKIT)))
        late[3:, neighbours.JAW] = clip.track[:-3, 0] / 4
        lag, gain = neighbours.fit([late], [clip], NAMES)
        self.assertEqual(lag, 3)
        self.assertAlmostEqual(gain, 4, delta=0.1)

    def test_earlier_keeps_the_length_and_holds_the_end(self):
        rows = np.arange(5.0)[:, None]
        self.assertEqual(neighbours.earlier(rows, 2)[:, 0].tolist(), [2, 3, 4, 4, 4])

    def test_gain_is_of_the_jaw_alone(self):
        weights = np.full((1, len(ARKIT)), 0.2)
        got = neighbours.with_gain(weights, 2.0)[0]
        self.assertAlmostEqual(got[neighbours.JAW], 0.4)
        self.assertAlmostEqual(got[neighbours.CLOSE], 0.4)
        self.assertAlmostEqual(weight(got, "mouthPucker"), 0.2)


if __name__ == "__main__":
    unittest.main()
