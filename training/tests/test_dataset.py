"""The data set: same seed same bytes, resumed or not, closures in the truth, splits that share nothing.

    PYTHONPATH=training python -m unittest discover training/tests
"""

import collections
import contextlib
import hashlib
import io
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import numpy as np

from media2face_training import storage
from media2face_training.dataset import __main__ as command, clip, corpus, delivery, plan, voices, write
from media2face_training.evaluation import alive
from media2face_training.rules import emotions, heads
from media2face_training.speech.phones import VOWELS
from media2face_training.vocabulary import ARKIT, HEAD_STYLES

SEED, SHARD = 3, 4
VOICE = voices.Voice("flite", "awb", "en", 120)
ABSENT = command.absent()


def digest(folder):
    """{relative path: hash} of everything in a folder."""
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(Path(folder).rglob("*")) if path.is_file()}


def fill(folder, shards_before=0, hours=90 / 3600):
    """A tiny set in this process: shards of four clips, optionally some of them made by an earlier run."""
    write.prepare(folder, dict(seed=SEED, hours=hours), resume=shards_before > 0)
    with mock.patch.object(write, "SHARD", SHARD), InProcess():
        return write.generate(folder, hours, SEED, CORPUS, 1, lambda *_: None)


class InProcess:
    """Runs the pool's work here, so that a test may interrupt it and change its constants."""

    def __enter__(self):
        executor = write.concurrent.futures.ThreadPoolExecutor
        self.patch = mock.patch.object(write.concurrent.futures, "ProcessPoolExecutor", lambda jobs, *_: executor(jobs))
        self.patch.start()

    def __exit__(self, *_):
        self.patch.stop()


def setUpModule():
    global CORPUS
    if ABSENT:
        raise unittest.SkipTest(ABSENT)
    CORPUS = corpus.Corpus(SEED)


class Bytes(unittest.TestCase):
    def test_clip_made_alone_and_among_others_is_the_same(self):
        with tempfile.TemporaryDirectory() as folder:
            fill(folder)
            rows = {row["number"]: row for row in storage.read_index(folder)}
            for number in list(rows)[-3:]:
                arrays, row = clip.make(plan.spec(SEED, number, CORPUS), folder)
                with np.load(storage.clip_path(folder, number)) as kept:
                    for name, values in arrays.items():
                        np.testing.assert_array_equal(kept[name], values)
                self.assertEqual(rows[number]["phones"], row["phones"])

    def test_every_engine_repeats_itself(self):
        wanted, number = {"flite", "espeak", "festival"}, 0
        with tempfile.TemporaryDirectory() as folder:
            while wanted:
                spec = plan.spec(SEED, number, CORPUS)
                number += 1
                if spec.voice.engine in wanted and spec.texts:
                    wanted.remove(spec.voice.engine)
                    first, second = (clip.make(spec, folder)[0]["audio"] for _ in range(2))
                    np.testing.assert_array_equal(first, second, spec.voice.engine)

    def test_resumed_set_equals_uninterrupted_set(self):
        with tempfile.TemporaryDirectory() as whole, tempfile.TemporaryDirectory() as resumed:
            fill(whole)
            make, calls = clip.make, []

            def dies(spec, folder):
                calls.append(spec.number)
                if len(calls) > SHARD + 2:  # in the middle of the second shard
                    raise KeyboardInterrupt
                return make(spec, folder)

            with mock.patch.object(clip, "make", dies), self.assertRaises(KeyboardInterrupt):
                fill(resumed)
            self.assertFalse((Path(resumed) / "index.jsonl").exists())
            self.assertEqual(list(write.finished_shards(resumed)), [0])
            fill(resumed, shards_before=1)
            self.assertEqual(digest(whole), digest(resumed))

    def test_other_configuration_is_refused_with_the_difference(self):
        with tempfile.TemporaryDirectory() as folder:
            write.prepare(folder, dict(seed=1, hours=2), resume=False)
            with self.assertRaisesRegex(write.Refused, "seed: there 1, asked for 5"):
                write.prepare(folder, dict(seed=5, hours=2), resume=True)
            with self.assertRaisesRegex(write.Refused, "--resume"):
                write.prepare(folder, dict(seed=1, hours=2), resume=False)

    def test_failed_write_leaves_nothing_behind(self):
        def fails(file):
            file.write(b"half")
            raise OSError(28, "No space left on device")

        with tempfile.TemporaryDirectory() as folder:
            with self.assertRaises(OSError):
                storage.atomically(Path(folder) / "x.npz", fails)
            self.assertEqual(list(Path(folder).iterdir()), [])

    def test_broken_clip_is_left_out_and_kept_on_record(self):
        make = clip.make

        def breaks(spec, folder):
            if spec.number == 1:
                raise clip.BrokenClip("flite: no sound")
            return make(spec, folder)

        with tempfile.TemporaryDirectory() as folder, mock.patch.object(clip, "make", breaks):
            rows = fill(folder)
            self.assertNotIn(1, [row["number"] for row in rows])
            self.assertIn("flite: no sound", (Path(folder) / "broken.jsonl").read_text())

    def test_latents_hook_writes_one_file_per_clip(self):
        with tempfile.TemporaryDirectory() as folder:
            rows = fill(folder, hours=5 / 3600)
            write.add_latents(folder, lambda weights: weights[:, :7] * 2)
            for row in rows:
                z = np.load(Path(folder) / f"latents/{row['number']:07d}.npy")
                self.assertEqual(z.shape, (row["frames"], 7))


class Truth(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.rng = np.random.default_rng(0)

    def perform(self, emotion="neutral", style="none", level=0, seed=0):
        """'Bob may help' between silences, spoken by nobody."""
        spec = plan.Spec(SEED, 0, "train", "", VOICE, ("",), emotion,
                         1.0 if emotion != "neutral" else 0.0, style, level, "spoken", "clean", 1.0, 0.0, 1.0, 0.0)
        phones = ("SIL B AA B SIL M EY HH EH L P SIL F AO R SIL M AE P IH NG B OY Z SIL").split()
        segments, position = [], 0.0
        for phone in phones:
            length = 0.5 if phone == "SIL" else 0.2 if phone in VOWELS else 0.1
            segments.append([phone, position, position + length])
            position += length
        frames = int(position * 30)
        weights, pose = clip.perform(spec, segments, np.zeros(int(position * 100)), frames, np.random.default_rng(seed))
        return segments, weights, pose

    def test_lips_close_on_m_b_p_in_every_emotion(self):
        jaw, close, upper = (ARKIT.index(n) for n in ("jawOpen", "mouthClose", "mouthUpperUpLeft"))
        for emotion in emotions.EMOTIONS:
            for seed in range(4):
                segments, weights, _ = self.perform(emotion, seed=seed)
                for phone, start, end in segments:
                    if phone in ("M", "B", "P"):
                        frames = slice(int((start - 0.03) * 30), int((end + 0.03) * 30) + 1)
                        gap = weights[frames, jaw] - weights[frames, close] + weights[frames, upper]
                        self.assertLess(gap.min(), 0.02, f"{phone} at {start} when {emotion}")

    def test_vowels_open_the_mouth_more_than_closures(self):
        segments, weights, _ = self.perform()
        gap = weights[:, ARKIT.index("jawOpen")] - weights[:, ARKIT.index("mouthClose")]
        middle = {phone: gap[int((start + end) / 2 * 30)] for phone, start, end in segments}
        self.assertGreater(middle["AA"], 0.2)
        self.assertGreater(middle["AA"], 5 * max(middle["B"], 0.01))

    def test_head_styles_grow_with_their_level(self):
        axis = dict(nod=0, shake=1, tilt=2, lower=0, turn=1, forward=5, back=5, sway=2)
        axis["raise"] = 0
        for style, column in axis.items():
            spread = [np.mean([np.ptp(self.perform(style=style, level=level, seed=seed)[2][:, column])
                               for seed in range(8)]) for level in heads.LEVELS]
            self.assertEqual(spread, sorted(spread), style)
            self.assertGreater(spread[2], 1.3 * spread[0], style)

    def test_wink_closes_one_eye_longer_than_the_other(self):
        left, right = ARKIT.index("eyeBlinkLeft"), ARKIT.index("eyeBlinkRight")
        uneven = [np.abs(np.subtract(*self.perform(style="wink", level=3, seed=s)[1][:, [left, right]].T)).max()
                  for s in range(6)]
        self.assertGreater(min(uneven), 0.6)

    def test_acts_of_brows_and_eyes_grow_with_their_level(self):
        def shown(style, level, seed):
            _, weights, pose = self.perform(style=style, level=level, seed=seed)
            if style == "away":
                return np.abs(alive.gaze_degrees(weights)[:, 0] + np.degrees(pose[:, 1])).mean()
            return weights[:, ARKIT.index(dict(brows="browOuterUpLeft", closed="eyeBlinkRight", frown="browDownLeft")[style])].mean()

        for style in ("brows", "closed", "frown", "away"):
            mean = [np.mean([shown(style, level, seed) for seed in range(8)]) for level in heads.LEVELS]
            self.assertEqual(mean, sorted(mean), style)
            self.assertGreater(mean[2], 1.3 * mean[0], style)

    def test_forward_and_back_part(self):
        depth = {style: np.mean([self.perform(style=style, level=2, seed=s)[2][:, heads.FORWARD].mean() for s in range(8)])
                 for style in ("forward", "back", "nod")}
        self.assertGreater(depth["forward"], depth["nod"] + 4)
        self.assertLess(depth["back"], depth["nod"] - 4)

    def test_aroused_voices_move_head_and_brows_more(self):
        def moved(wide, seed):
            spec = plan.Spec(1, seed, "train", "", VOICE, ("",), "neutral", 0.0, "none", 0, "spoken", "clean", 1.0, 0.0, wide, 0.0)
            segments = [[phone, 0.15 * i, 0.15 * (i + 1)] for i, phone in enumerate("AA B IY D OW M EH T".split() * 8)]
            _, pose = (found := clip.perform(spec, segments, np.zeros(1000), 280, np.random.default_rng(seed)))
            return np.degrees(np.abs(np.diff(pose[:, :3], axis=0))).mean() * 30, found[0][:, ARKIT.index("browOuterUpLeft")].mean()

        calm, lively = (np.mean([moved(wide, seed) for seed in range(8)], 0) for wide in (0.5, 2.0))
        self.assertTrue((lively > 1.3 * calm).all(), (calm, lively))
        self.assertEqual(emotions.arousal(1, 0, 1, 0), 0)

    def test_weights_stay_within_0_and_1(self):
        for emotion in emotions.EMOTIONS:
            _, weights, pose = self.perform(emotion, "frown", 3)
            self.assertTrue((weights >= 0).all() and (weights <= 1).all() and np.isfinite(pose).all())


class Splits(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.specs = [plan.spec(SEED, number, CORPUS) for number in range(4000)]
        cls.by_split = collections.defaultdict(list)
        for spec in cls.specs:
            cls.by_split[spec.split].append(spec)

    def test_held_out_engine_language_and_voices_are_heard_in_test_only(self):
        heard = self.by_split["train"] + self.by_split["valid"]
        self.assertNotIn(voices.HELD_OUT_ENGINE, {s.voice.engine for s in heard})
        self.assertNotIn(voices.HELD_OUT_LANGUAGE, {s.voice.language for s in heard})
        kept = {voices.speaker(s.voice) for s in self.by_split["test"] if s.held_out == "voice"}
        self.assertFalse(kept & {voices.speaker(s.voice) for s in heard})

    def test_texts_are_disjoint_and_test_has_unseen_words(self):
        texts = {split: {text for s in specs for text in s.texts} for split, specs in self.by_split.items()}
        self.assertFalse(texts["train"] & texts["test"] or texts["train"] & texts["valid"])
        heard = {word for text in texts["train"] | texts["valid"] for word in corpus.words_of(text)}
        for spec in self.by_split["test"]:
            for text in spec.texts:
                self.assertTrue(set(corpus.words_of(text)) - heard, text)

    def test_the_sheet_of_ingredients_is_met(self):
        self.assertGreaterEqual(len({voices.speaker(s.voice) for s in self.specs}), 40)
        self.assertEqual({s.voice.engine for s in self.specs}, {"flite", "espeak", "festival"})
        self.assertGreaterEqual(len({s.voice.language for s in self.specs}), 4)
        self.assertEqual({s.emotion for s in self.specs}, set(emotions.EMOTIONS))
        self.assertEqual({(s.style, s.level) for s in self.specs} - {("none", 0)},
                         {(style, level) for style in HEAD_STYLES for level in heads.LEVELS})


class Delivery(unittest.TestCase):
    """A buzz of 125 Hz for 0.6 s, said to be S AA S."""

    SEGMENTS = [["S", 0.0, 0.2], ["AA", 0.2, 0.4], ["S", 0.4, 0.6]]

    def setUp(self):
        self.buzz = (8000 * (np.arange(9600) % 128 < 12)).astype(np.int16)

    @staticmethod
    def periodicity(x, low_hz, high_hz):
        """Greatest autocorrelation at a pitch between the two, 0..1."""
        x = x - x.mean()
        lags = range(16000 // high_hz, 16000 // low_hz + 1)
        return max(float(np.dot(x[lag:], x[:-lag]) / np.dot(x, x)) for lag in lags)

    def test_whisper_has_no_pitch_and_the_same_times(self):
        out, segments = delivery.whisper(self.buzz, self.SEGMENTS, np.random.default_rng(0))
        self.assertGreater(self.periodicity(self.buzz.astype(float), 80, 400), 0.8)
        self.assertLess(self.periodicity(out.astype(float), 80, 400), 0.4)
        self.assertEqual((len(out), segments), (len(self.buzz), self.SEGMENTS))

    def test_singing_draws_vowels_out_and_gives_them_a_pitch(self):
        out, segments = delivery.sing(self.buzz, self.SEGMENTS, 150.0, np.random.default_rng(0))
        vowel = segments[1]
        self.assertGreaterEqual(vowel[2] - vowel[1], 1.5 * 0.2 - 1e-6)
        self.assertAlmostEqual(len(out) / 16000, segments[-1][2], places=3)
        middle = (vowel[1] + vowel[2]) / 2
        held = out[int((middle - 0.05) * 16000) : int((middle + 0.05) * 16000)].astype(float)
        self.assertGreater(self.periodicity(held, 100, 350), 0.5)


class Command(unittest.TestCase):
    def test_missing_package_names_itself_and_how_to_get_it(self):
        with mock.patch.object(voices.shutil, "which", lambda name: None if name == "flite" else name):
            message = command.absent()
        self.assertRegex(message, "not installed: flite")
        self.assertRegex(message, "apt-get install --no-install-recommends flite")

    def test_full_disk_is_said_plainly(self):
        full = OSError(28, "No space left on device")
        with mock.patch.object(command, "make", side_effect=full), contextlib.redirect_stderr(io.StringIO()):
            with mock.patch("sys.argv", ["dataset", "--hours", "1", "--out", "x"]):
                with self.assertRaisesRegex(SystemExit, "disk is full.*--resume"):
                    command.main()


if __name__ == "__main__":
    unittest.main()
