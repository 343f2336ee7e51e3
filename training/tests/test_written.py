"""Prompts written by hand: their tables, what is held out, where their codes are to lie, what says nothing.

    PYTHONPATH=training python -m unittest training/tests/test_written.py
"""

import random
import tempfile
import unittest
from pathlib import Path

import numpy as np
import torch
from scipy import sparse

from media2face_training.style import goals, ngrams, written
from media2face_training.style.nonsense import nonsense
from media2face_training.style.slips import slip, slipped
from media2face_training.style.prompts import MOODS, MOVEMENTS, Label
from media2face_training.style.written import Said
from media2face_training.vocabulary import EMOTION_NAMES, HEAD_STYLES


PLACES = [(41022, -1), (18576, 1), (36263, -1), (65479, 1)]  # of the n-grams in the test below


PROBES = [673936, 807287, 940638, 1073989, 1207340, 1340691]


def said(emotions, intensity=0.6, arousal=0.0, acts="-"):
    return Said.parse(emotions, str(intensity), str(arousal), acts)


class Tables(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.learned, cls.kept = written.prompts()

    def test_there_are_as_many_as_were_asked_for(self):
        self.assertGreaterEqual(len(self.learned), 3000)
        self.assertGreaterEqual(len(self.kept), 300)
        self.assertEqual({p.table[:2] for p in self.learned}, {"en", "de", "fr", "es", "zh", "ja"})
        texts = [written.plain(p.text) for p in self.learned]
        self.assertEqual(len(texts), len(set(texts)))

    def test_held_out_prompts_share_no_two_words_with_those_to_learn_from(self):
        known = {pair for p in self.learned for pair in written.bigrams(p.text)}
        self.assertFalse([p.text for p in self.kept if known & set(written.bigrams(p.text))])

    def test_every_emotion_and_every_act_is_asked_for(self):
        lead = np.bincount([p.said.emotions.argmax() for p in self.learned], minlength=10)
        self.assertGreater(lead.min(), 0.03 * len(self.learned), dict(zip(EMOTION_NAMES, lead)))
        acts = np.sum([p.said.acts > 0.5 for p in self.learned], 0)
        self.assertGreater(acts.min(), 100, dict(zip(HEAD_STYLES, acts)))

    def test_both_labels_agree(self):
        for found in (self.learned, self.kept):
            self.assertGreater(sum(len(p.labels) == 2 for p in found), 300)
            told = written.agreement(found)
            self.assertGreater(told["same leading emotion"], 0.85)
            self.assertGreater(told["acts, F1"], 0.7)

    def test_a_line_that_means_nothing_is_named(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "en.tsv"
            for line, why in (("a\thappy:1\t.5\t0", "4 fields"), ("a\tglad:1\t.5\t0\t-", "glad"),
                              ("a\thappy:.7\t.5\t0\t-", "sum to 1"), ("a\thappy:1\t.5\t0\thop:2", "hop")):
                path.write_text("a b\thappy:1\t.5\t0\tnod:2\n" + line + "\n")
                with self.assertRaisesRegex(ValueError, f"line 2: .*{why}"):
                    written.read(path)

    def test_bigrams_are_of_content_words_and_of_characters(self):
        self.assertEqual(list(written.bigrams("Grins at the old, wet dog")), [("wet", "dog")])
        self.assertEqual(list(written.bigrams("开心地笑了")), ["开心地笑", "心地笑了"])
        self.assertEqual(list(written.bigrams("急に目をそらした")), [("急", "目")])


class Labels(unittest.TestCase):
    def test_a_label_comes_back(self):
        for label in (Label(), Label(3, -1), Label(0, 0, 9, 3), Label(9, 1, 14, 1)):
            self.assertEqual(Said.of(label).label(), label)

    def test_mixtures_have_none(self):
        self.assertIsNone(said("happy:.5 sad:.5").label())
        self.assertIsNone(said("happy:1", acts="nod:1 sway:2").label())

    def test_energy_is_beyond_what_moods_bring_along(self):
        self.assertEqual(goals.surplus(said("neutral:1", 0, 0.6)), 0.6)
        self.assertLess(goals.surplus(said("happy:1", 0.9, 0.0)), 0)


class Targets(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        torch.manual_seed(0)
        unit = lambda n: torch.nn.functional.normalize(torch.linalg.qr(torch.randn(128, 128)).Q[:n], dim=1)
        axes = unit(MOODS + MOVEMENTS + 1)
        cls.goals = goals.Goals(axes[:MOODS], axes[MOODS:-1], 0.3 * axes[-1])

    def test_a_plain_label_lies_between_its_prototypes(self):
        label = Label(4, 1, 8, 2)
        code = self.goals.of([Said.of(label)])[0]
        self.assertEqual(int((code @ self.goals.moods.T).argmax()), label.mood)
        self.assertEqual(int((code @ self.goals.movements.T).argmax()), label.movement)

    def test_shares_are_of_what_is_asked(self):
        mixed, hardly = said("happy:.5 sad:.3 tired:.2", 0.45, 0, "nod:1 away:3"), said("angry:1", 0.05)
        for one in (mixed, hardly):
            self.assertAlmostEqual(float(goals.mood_shares(one).sum()), 1)
        self.assertGreater(goals.mood_shares(hardly)[0], 0.5, "hardly angry is mostly nothing")
        self.assertEqual(np.flatnonzero(goals.movement_shares(mixed)).tolist(), [0, 3 * 13 + 2])
        between = said("neutral:1", 0).mean(said("neutral:1", 0, 0, "shake:3"))
        self.assertEqual(goals.movement_shares(between)[3:6].tolist(), [0.5, 0.5, 0])

    def test_energy_moves_the_code_along_its_way(self):
        calm, wild = self.goals.of([said("neutral:1", 0, x) for x in (-0.8, 0.8)])
        self.assertGreater(float((wild - calm) @ self.goals.energy), 0)
        torch.testing.assert_close(wild - calm, 1.6 * goals.LENGTH * self.goals.energy, atol=1e-4, rtol=0)


class Map(unittest.TestCase):
    def test_words_are_cut_alike_everywhere(self):
        self.assertEqual(ngrams.words("Grins, THEN\u2014can't! 开心 2x"), ["grins", "then", "can", "t", "开", "心", "2x"])
        self.assertEqual(ngrams.words("cafe\u0301"), ["caf\u00e9"])
        found = ngrams.grams("so sad")
        self.assertEqual(found[:3], ["so", "sad", "so sad"])
        self.assertIn("#<sad>", found)

    def test_places_stay_what_they_are(self):
        # The runtime has the same numbers.
        self.assertEqual([ngrams.place(ngrams.hashed(gram)) for gram in ("sad", "so sad", "#<sad>", "开")], PLACES)
        self.assertEqual(ngrams.probes(ngrams.hashed("so sad")), PROBES)

    def test_known_is_what_came_twice(self):
        known = ngrams.Known.of(["so sad", "so glad", "glad rags"])
        self.assertTrue(known.has("so") and known.has("glad") and not known.has("rags") and not known.has("so sad"))

    def test_gradients_solve_the_ridge(self):
        rng = np.random.default_rng(0)
        x, y = sparse.random(200, 50, 0.2, random_state=0, format="csr"), rng.normal(size=(200, 3))
        dense = x.toarray()
        want = np.linalg.solve(dense.T @ dense + 0.5 * np.eye(50), dense.T @ y)
        np.testing.assert_allclose(ngrams.solved(x, y, 0.5, 60), want, atol=1e-4)

    def test_what_was_learned_is_read_in_other_company(self):
        happy, sad = (ngrams.values(said(f"{name}:1", 0.8)) for name in ("happy", "sad"))
        texts = ["so cheerful today", "a cheerful old man", "mourning her cat", "still mourning"] * 2
        table = ngrams.Ngrams.fitted(texts, np.stack([happy, happy, sad, sad] * 2), 0.1, 30)
        for text, lead in (("the cheerful cook", "happy"), ("mourning again", "sad")):
            self.assertEqual(EMOTION_NAMES[ngrams.said(table([text])[0]).emotions.argmax()], lead)
        np.testing.assert_array_equal(table(["zzz"])[0], table.bias)
        state = {name: torch.from_numpy(getattr(table, name)) for name in ("known", "weight", "table", "bias")}
        np.testing.assert_array_equal(ngrams.Ngrams.kept(state)(texts), table(texts))


class Nothing(unittest.TestCase):
    def test_nonsense_is_drawn_in_all_its_kinds(self):
        rng = random.Random(0)
        texts = {nonsense(rng, ["table", "river bank"]) for _ in range(500)}
        self.assertGreater(len(texts), 450)
        self.assertTrue(all(text.strip() for text in texts))


class Slips(unittest.TestCase):
    def test_long_words_slip_behind_their_first_letter(self):
        rng = random.Random(0)
        found = [slip(rng, "tired") for _ in range(300)]
        self.assertTrue({"tierd", "tird", "tiired", "tured"} <= set(found), sorted(set(found)))
        self.assertTrue(all(word[0] == "t" and 4 <= len(word) <= 6 for word in found))

    def test_one_word_slips_at_least_and_short_or_wide_ones_never(self):
        rng = random.Random(0)
        for _ in range(100):
            first, *rest = slipped(rng, "sad, worried and müde", 0.0).split()
            self.assertEqual((first, rest[1]), ("sad,", "and"))
        self.assertNotEqual({slipped(rng, "worried", 0.0) for _ in range(20)}, {"worried"})
        self.assertEqual(slipped(rng, "so sad 开心", 1.0), "so sad 开心")


if __name__ == "__main__":
    unittest.main()
