"""The style encoder: tokens and towers as the runtime has them, no leak of what is held out, labels, pictures, codes.

    PYTHONPATH=training python -m unittest discover training/tests
"""

import json
import re
import tempfile
import unittest
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import torch
from safetensors.torch import load_file
from scipy.spatial.transform import Rotation

from media2face_training import stages
from media2face_training.config import CLIP
from media2face_training.style import (abstract, captions, codes, emoji, faces, material, pictures, prompts, reader, tokens, towers, wordnet,
                                       words)
from media2face_training.style.prompts import Label
from media2face_training.style.train_words import contrast
from media2face_training.vocabulary import ARKIT, EMOTION_NAMES, STYLE_NAMES

GOLDEN = Path(__file__).parents[2] / "tests/data/golden"
HAS_WORDNET = Path(wordnet.FOLDER, "data.adj").exists()
HAS_EMOJI = Path(emoji.FONT).exists() and Path(emoji.ANNOTATIONS, "annotations/en.xml").exists()


def golden_towers():
    """Twin of the tiny CLIP that the runtime is tested on, and the vectors."""
    told = json.loads((GOLDEN / "clip_tiny.json").read_text())
    config = dict(text=told["text_config"], vision=told["vision_config"], projection_dim=told["projection_dim"])
    twin, state = towers.Towers(config), load_file(GOLDEN / "clip_tiny.safetensors")
    del state["logit_scale"]
    twin.load_state_dict(state)
    return twin.eval(), load_file(GOLDEN / "clip_tiny_io.safetensors")


class Twin(unittest.TestCase):
    def test_towers_give_what_transformers_gives(self):
        twin, vectors = golden_towers()
        with torch.no_grad():
            text, picture = twin.text(vectors["input_ids"].tolist()), twin.picture(vectors["pixel_values"])
        torch.testing.assert_close(text, vectors["text_proj"], atol=2e-6, rtol=0)
        torch.testing.assert_close(picture, vectors["vision_proj"], atol=2e-6, rtol=0)

    def test_chunks_of_like_lengths_come_back_in_order(self):
        twin, _ = golden_towers()
        rows = [[62, 5, 7, 63], [62, 63], [62, 9, 9, 9, 9, 63], [62, 1, 63]]
        with torch.no_grad():
            together, alone = twin.text(rows, 2), torch.cat([twin.text([row]) for row in rows])
        torch.testing.assert_close(together, alone, atol=2e-6, rtol=0)

    def test_tokens_are_the_runtime_s(self):
        whole = tokens.Tokenizer(49408, 77)
        for case in json.loads((GOLDEN / "clip_tokens.json").read_text()):
            if "<|" not in case["text"]:  # markers are the runtime's own matter
                self.assertEqual(whole(case["text"])[1:-1], case["hf"][:75], case["text"])

    def test_a_small_vocabulary_takes_its_first_merges_and_ends_with_its_last_token(self):
        small, whole = tokens.Tokenizer(4096, 32), tokens.Tokenizer(49408, 77)
        self.assertEqual(small("the")[1:-1], whole("the")[1:-1])
        self.assertEqual([small("")[0], small("")[-1]], [4094, 4095])
        self.assertGreater(len(small("furious")), len(whole("furious")))
        self.assertEqual(len(small("very " * 50)), 32)


@unittest.skipUnless(HAS_WORDNET, "needs wordnet-base")
class Words(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.wordnet = wordnet.WordNet()
        cls.words = words.lexicon(cls.wordnet)
        cls.prompts = prompts.Prompts(cls.words, cls.wordnet, 3)

    def test_known_words_have_their_emotion_and_strength(self):
        known = {w.text: w for w in self.words if w.language == "en"}
        for text, emotion, third in (("furious", "angry", 1), ("glad", "happy", -1), ("weeping", "sad", 0),
                                     ("drowsy", "tired", -1), ("tranquil", "calm", 0), ("scornful", "contemptuous", 1)):
            self.assertEqual((known[text].emotion, known[text].third), (emotion, third), text)

    def test_every_name_of_an_emotion_is_trained(self):
        names = {w.text for w in self.words if not w.held_out}
        self.assertLessEqual(set(EMOTION_NAMES), names)

    def test_no_prompt_holds_a_held_out_word(self):
        out = {w.text for w in self.words if w.held_out}
        labelled = (self.prompts.draw() for _ in range(20000))
        said = {part.strip(",;.!:") for text, label in labelled if label != Label() for part in text.lower().split()}
        self.assertFalse(out & said)

    def test_entries_keep_to_what_may_be_read(self):
        unread, out = ({w.text for w in self.words if getattr(w, kind)} for kind in ("unread", "held_out"))
        english = {w.text for w in self.words if w.held_out and w.language == "en"}
        labelled, free = material.entries(self.wordnet, self.words)
        self.assertEqual(set(labelled), set(EMOTION_NAMES))
        for word, entry in free:
            self.assertFalse(unread & {word, *re.findall(r"[\w'-]+", entry)}, entry)
        for entry, _ in (row for rows in labelled.values() for row in rows):
            self.assertFalse(english & {*re.findall(r"[\w'-]+", entry)}, entry)
        self.assertGreater(len(english & {word for word, _ in free}), len(english) / 2)

    def test_a_prompt_of_a_label_says_its_strength(self):
        for third, adverb in ((-1, "slightly angry"), (1, "very angry")):
            drawn = {self.prompts.mood(2, third)[0] for _ in range(3000)}
            self.assertTrue(any(adverb in text for text in drawn), adverb)
            self.assertFalse(any(("slightly angry", "very angry")[third < 0] in text for text in drawn))

    def test_labels_count_their_classes(self):
        moods = {Label(e, t).mood for e in range(10) for t in ((-1, 0, 1) if e else (0,))}
        self.assertEqual(moods, set(range(prompts.MOODS)))
        moves = {Label(0, 0, s, n).movement for s in range(len(STYLE_NAMES)) for n in ((1, 2, 3) if s else (0,))}
        self.assertEqual(moves, set(range(prompts.MOVEMENTS)))
        self.assertEqual([prompts.third_of(x) for x in (0.2, 0.5, 0.9)], [-1, 0, 1])

    @unittest.skipUnless(HAS_EMOJI, "needs unicode-cldr-core and fonts-noto-color-emoji")
    def test_held_out_emoji_are_in_no_labelled_text(self):
        found = emoji.collect(self.words)
        out = [e for e in found if e.held_out and e.text == e.base]
        self.assertEqual({e.emotion for e in out}, set(EMOTION_NAMES))
        named = {text for rows in material.named(found, self.words).values() for text, _ in rows}
        self.assertFalse(named & {e.name for e in out})
        self.assertEqual({e.emotion for e in found if e.base == "😡"}, {"angry"})
        self.assertEqual({e.emotion for e in found if e.base == "🚲"}, {None})

    @unittest.skipUnless(HAS_EMOJI, "needs unicode-cldr-core and fonts-noto-color-emoji")
    def test_captions_hold_no_held_out_word_or_name(self):
        found, rng = emoji.collect(self.words), self.prompts.rng
        labelled = [e for e in found if e.emotion and not e.held_out]
        material = SimpleNamespace(rng=rng, words=self.words, emoji=found, prompts=self.prompts,
                                   others=[e for e in found if e.emotion is None],
                                   labelled_emoji=lambda: rng.choice(labelled))
        drawer = captions.Captions(material)
        drawn = [drawer.draw() for _ in range(10000)]
        self.assertEqual({label.emotion for _, label in drawn}, set(range(len(EMOTION_NAMES))))
        out = {w.text for w in self.words if w.held_out}
        self.assertFalse(out & {part for text, _ in drawn for part in re.findall(r"[\w'-]+", text)})
        for e in found:
            if e.held_out:
                self.assertFalse([text for text, _ in drawn if re.search(rf"\b{re.escape(e.name)}\b", text)], e.name)


class Names(unittest.TestCase):
    def test_a_verb_gets_its_ending(self):
        self.assertEqual([captions.gerund(v) for v in ("smile", "sob", "cry", "wail", "moon about", "see red", "nap")],
                         ["smiling", "sobbing", "crying", "wailing", "mooning about", "seeing red", "napping"])

    @unittest.skipUnless(HAS_EMOJI, "needs unicode-cldr-core and fonts-noto-color-emoji")
    def test_the_table_of_a_pack_is_by_code_point_without_tones_and_small(self):
        names = emoji.names()
        self.assertEqual(list(names), sorted(names))
        self.assertFalse([text for text in names if set(text) & {*emoji.SKIN_TONES, emoji.VARIATION}])
        self.assertEqual((names["🚲"], names["‼"]), ("bicycle", "double exclamation mark"))
        self.assertFalse({"!", "#", "©", "→", "∘"} & names.keys())
        reviewed = {text for text in emoji.REVIEWED if text in emoji.annotations("en")}
        self.assertFalse(reviewed - names.keys())
        self.assertLess(len(json.dumps(names, ensure_ascii=False).encode()), 100_000)


class Pictures(unittest.TestCase):
    @unittest.skipUnless(HAS_EMOJI, "needs fonts-noto-color-emoji")
    def test_an_emoji_is_drawn_and_a_letterless_string_is_not(self):
        drawn = emoji.picture("😡")
        self.assertEqual(drawn.shape, (emoji.SIDE, emoji.SIDE, 4))
        red, _, blue, alpha = drawn[emoji.SIDE // 2, emoji.SIDE // 2]
        self.assertTrue(alpha == 255 and red > blue + 60)

    def test_augmented_pictures_repeat_from_their_seed_and_differ_from_each_other(self):
        images = np.full((4, 80, 80, 4), 200, np.uint8)
        first, again = (pictures.augmented(images, torch.Generator().manual_seed(5)) for _ in range(2))
        self.assertTrue(torch.equal(first, again))
        self.assertEqual(tuple(first.shape), (4, 3, 64, 64))
        self.assertFalse(torch.allclose(first[0], first[1]))

    def test_the_background_is_seen_where_a_picture_is_clear(self):
        clear = np.zeros((1, 80, 80, 4), np.uint8)
        white = pictures.normalise(torch.ones(1, 3, 64, 64))
        torch.testing.assert_close(pictures.plain(clear), white)

    def test_a_head_that_is_lowered_looks_down_and_one_that_winks_shuts_one_eye(self):
        face, rng = SimpleNamespace(unit_names=ARKIT), np.random.default_rng(0)
        pose = {style: faces.pose_of(face, rng, "neutral", 0.0, style, 3) for style in ("lower", "raise", "wink")}
        self.assertGreater(pose["lower"][1], pose["raise"][1])
        looks = Rotation.from_euler("YXZ", [0, pose["lower"][1], 0]).apply([0, 0, 1])
        self.assertLess(looks[1], 0)
        shut = [pose["wink"][0][ARKIT.index("eyeBlink" + side)] for side in ("Left", "Right")]
        self.assertGreater(max(shut), min(shut) + 0.5)



class Bank(unittest.TestCase):
    def test_a_clip_draws_a_code_of_its_label(self):
        label = lambda *row: np.array(row, np.int16)
        rows = [label(0, 0, 0, 0, 0), label(2, 1, 0, 0, 0), label(2, 1, 0, 0, 2), label(2, 1, 1, 3, 0)]
        values = np.arange(4, dtype=np.float16)[:, None] * np.ones(128, np.float16)
        with tempfile.TemporaryDirectory() as folder:
            np.savez(f"{folder}/c.npz", codes=values, labels=np.stack(rows), energy=np.full(128, 2, np.float32),
                     neutral=np.full(128, 3, np.float32))
            bank = codes.Codes(f"{folder}/c.npz")
        rng = np.random.default_rng(0)
        self.assertEqual(bank.neutral[0], 3)
        self.assertEqual({bank.draw(rng, "angry", 0.9)[0] for _ in range(200)}, {1, 2})
        self.assertEqual(bank.draw(rng, "angry", 0.8, "nod", 3)[0], 3)
        self.assertEqual(bank.draw(rng, "neutral", 0.0)[0], 0)
        self.assertEqual(bank.draw(rng, "neutral", 0.0, energy=-0.5)[0], -1)
        with self.assertRaises(KeyError):
            bank.draw(rng, "happy", 0.9)


    def test_a_code_is_read_by_the_mood_nearest_to_it(self):
        moods = torch.eye(7)
        made = torch.stack([5 * moods[0], moods[1] + 0.4 * moods[4], moods[3], moods[6]])
        self.assertEqual(codes.read_as(made, moods).tolist(), [0, 1, 1, 2])


class Abstract(unittest.TestCase):
    def test_four_fifths_of_the_sixty_are_as_people_say_by_the_table_itself(self):
        pictures, signs = abstract.sixty()
        self.assertEqual(pictures.shape, (60, 64, 64, 3))
        right = [np.sign(abstract.mood(picture)[0]) == sign for picture, sign in zip(pictures, signs)]
        self.assertGreaterEqual(np.mean(right), 0.8)

    def test_what_is_saturated_or_rough_arouses(self):
        flat = lambda *rgb: np.full((64, 64, 3), rgb, np.uint8)
        checks = flat(150, 160, 165)
        checks[::2, ::2] = 250
        calm = abstract.mood(flat(150, 160, 165))[1]
        self.assertGreater(abstract.mood(flat(220, 30, 40))[1], calm + 0.5)
        self.assertGreater(abstract.mood(checks)[1], calm + 0.3)

    def test_lightness_is_that_of_the_standard(self):
        known = lambda *rgb: np.round([float(v) for v in abstract.lightness_and_chroma(np.array(rgb, np.uint8))], 1).tolist()
        self.assertEqual([known(255, 255, 255), known(0, 0, 0), known(255, 0, 0)], [[100.0, 0.0], [0.0, 0.0], [53.2, 104.6]])

    def test_a_mood_is_said_by_its_quarter_of_the_circle(self):
        lead = lambda *mood: EMOTION_NAMES[abstract.said(*mood).emotions.argmax()]
        self.assertEqual([lead(1, 1), lead(1, -1), lead(-1, 1), lead(-1, -1), lead(0.01, 1)],
                         ["happy", "calm", "afraid", "sad", "neutral"])
        self.assertLessEqual(abstract.said(9, 9).intensity, abstract.STRONGEST)

    def test_drawn_pictures_differ_and_are_pleasant_as_often_as_not(self):
        rng = np.random.default_rng(0)
        drawn = [abstract.draw(rng) for _ in range(60)]
        self.assertEqual({(p.shape, p.dtype.name) for p in drawn}, {((64, 64, 3), "uint8")})
        pleasant = np.mean([abstract.mood(p)[0] > 0 for p in drawn])
        self.assertTrue(0.2 < pleasant < 0.8, pleasant)


class Reading(unittest.TestCase):
    def test_prototypes_of_apart_labels_are_read_back_and_a_scale_is_found(self):
        axes = torch.eye(prompts.MOODS + prompts.MOVEMENTS)[:, : prompts.MOODS]
        labels = torch.arange(prompts.MOODS)
        made = reader.prototypes(3 * axes[labels], labels, prompts.MOODS)
        shares = reader.shares(axes[labels], made, 40.0)
        self.assertEqual(shares.shape, (prompts.MOODS, len(EMOTION_NAMES)))
        torch.testing.assert_close(shares.sum(1), torch.ones(prompts.MOODS))
        truth = torch.tensor([0, *(1 + i // 3 for i in range(prompts.MOODS - 1))])
        scale, right = reader.calibrated(lambda codes, scale: reader.shares(codes, made, scale), axes[labels], truth)
        self.assertEqual(right, 1.0)
        self.assertGreater(scale, 15, "what is apart is read for sure")

    def test_stage_names_what_the_prompts_are_drawn_from(self):
        path = Path(__file__).parents[2] / "models/stages/reader.safetensors"
        modules, told = stages.load_stage(path)
        # The stage is version 0.4's, which has the first seven head acts.
        acts = STYLE_NAMES[1:8]
        self.assertEqual((told["emotions"], told["head_acts"]), (list(EMOTION_NAMES), list(acts)))
        rows = {name: len(tensor) for name, tensor in modules["style_reader"].items()}
        self.assertEqual(rows, {"moods": prompts.MOODS, "movements": 1 + 3 * len(acts)})
        self.assertEqual(set(told["words"]), {*EMOTION_NAMES, *acts})


class Learning(unittest.TestCase):
    def test_contrast_draws_rows_of_one_label_together(self):
        labels = torch.tensor([0, 0, 1, 1])
        apart, near = torch.eye(4), torch.eye(4)[[0, 0, 1, 1]]
        self.assertLess(contrast(near, labels), contrast(apart, labels) - 1)

    def test_size_of_the_towers(self):
        count = sum(p.numel() for p in towers.Towers(CLIP).parameters())
        self.assertLess(count, 1.75e6)
        self.assertEqual(len(STYLE_NAMES), 15)


if __name__ == "__main__":
    unittest.main()
