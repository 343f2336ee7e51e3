"""Everything that a batch of the style encoder is drawn from: labelled texts and pictures, and what a dictionary says."""

import functools
import random
import re
from collections import defaultdict
from pathlib import Path

import numpy as np
import torch

from ..config import CLIP
from ..face.face import Face
from ..vocabulary import EMOTION_NAMES
from . import cartoons, emoji, faces, pictures
from .emoji import label_of
from .prompts import Label, Prompts
from .tokens import Tokenizer
from .wordnet import WordNet
from .words import lexicon

SEED, FACES, HELD_OUT_FACES, CARTOONS = 1, 4000, 300, 5000
TEXTS, EMOJI_TEXTS, DEFINITIONS, READ, PAIRS = 96, 20, 20, 96, 16  # of a batch
EMOJI_PICTURES, CARTOON_PICTURES, FACE_PICTURES, OTHER_PICTURES = 26, 24, 44, 4
LONGEST_ENTRY = 24  # tokens
READ_FRAMES = ("{}", "{}", "{}", "{} voice", "a {} face", "with {}", "very {}", "speak {}", "feeling {}")
# Lexicographer files whose entries are read: adjectives, adverbs, nouns and verbs of feelings, states, traits, faces.
READ_FILES = {0, 1, 2, 3, 7, 10, 12, 24, 26, 29, 31, 32, 37, 39, 44}


class Material:
    """Everything that a batch is drawn from. `folder` has face.npz and takes the cached faces."""

    def __init__(self, folder, seed=SEED):
        self.rng, self.torch_rng = random.Random(seed), torch.Generator().manual_seed(seed)
        wordnet = WordNet()
        self.words = lexicon(wordnet)
        self.prompts = Prompts(self.words, wordnet, seed)
        self.tokenizer = Tokenizer(CLIP["text"]["vocab_size"], CLIP["text"]["max_position_embeddings"])
        self.labelled, self.entries = entries(wordnet, self.words)
        self.emoji = emoji.collect(self.words)
        self.by_emotion = defaultdict(lambda: defaultdict(list))
        for e in self.emoji:
            if e.emotion and not e.held_out:
                self.by_emotion[e.emotion][e.base].append(e)
        self.others = [e for e in self.emoji if e.emotion is None and "face" not in {*e.keywords, *e.name.split()}]
        self.named = named(self.emoji, self.words)
        self.faces, self.face_labels = faces.cached(Face(Path(folder) / "face.npz"), FACES, SEED,
                                                    Path(folder) / "style_faces.npz")
        self.cartoons, self.cartoon_labels = cartoons.render(CARTOONS, SEED)

    @functools.cached_property
    def emoji_pictures(self):
        """{emoji: picture} of those that the font has, one for every base."""
        drawn = {e.text: emoji.picture(e.text) for e in self.emoji if e.text == e.base}
        return {text: picture for text, picture in drawn.items() if picture is not None}

    def labelled_emoji(self):
        """An emoji with a label, emotions equally often; its base with or without tone and sex."""
        group = self.by_emotion[self.rng.choice(EMOTION_NAMES)]
        return self.rng.choice(group[self.rng.choice(sorted(group))])

    def emoji_text(self):
        """An emoji as text, bare, repeated, in a few words, or what CLDR calls it in some language; its label."""
        e, kind = self.labelled_emoji(), self.rng.random()
        if kind < 0.55:
            return e.text, label_of(e)
        if kind < 0.7:
            return e.text * self.rng.choice((2, 3)), label_of(e)
        if kind < 0.8:
            return self.rng.choice(("emoji: {}", "{} face", "a {} voice", "style {}", "{}!")).format(e.text), label_of(e)
        names = self.named[self.rng.choice(EMOTION_NAMES)]
        return self.rng.choice(names)

    def texts(self):
        """(ids, labels) of labelled texts."""
        drawn = [self.prompts.draw() for _ in range(TEXTS)] + [self.emoji_text() for _ in range(EMOJI_TEXTS)]
        ids = [self.tokenizer(text) for text, _ in drawn]
        for _ in range(DEFINITIONS):
            text, label = self.rng.choice(self.labelled[self.rng.choice(EMOTION_NAMES)])
            ids.append(self.tokenizer(text, LONGEST_ENTRY))
            drawn.append((text, label))
        return ids, [label for _, label in drawn]

    def pictures(self):
        """(normalised pictures, labels)."""
        chosen = [self.labelled_emoji() for _ in range(EMOJI_PICTURES)]
        images = [self.emoji_pictures[e.base if e.base in self.emoji_pictures else e.text] for e in chosen]
        labels = [label_of(e) for e in chosen]
        for e in self.rng.sample(self.others, 4 * OTHER_PICTURES):
            if e.text in self.emoji_pictures and len(images) < EMOJI_PICTURES + OTHER_PICTURES:
                images.append(self.emoji_pictures[e.text])
                labels.append(Label())
        for i in self.rng.sample(range(CARTOONS), CARTOON_PICTURES):
            images.append(self.cartoons[i])
            labels.append(self.cartoon_labels[i])
        for i in self.rng.sample(range(FACES - HELD_OUT_FACES), FACE_PICTURES):
            images.append(self.faces[i])
            labels.append(self.face_labels[i])
        return pictures.augmented(np.stack(images), self.torch_rng), labels

    def read(self):
        """(ids of words in a template, ids of their entries in the dictionary), without labels."""
        chosen = [self.rng.choice(self.entries) for _ in range(READ)]
        words = [self.tokenizer(self.rng.choice(READ_FRAMES).format(word)) for word, _ in chosen]
        return words, [self.tokenizer(entry, LONGEST_ENTRY) for _, entry in chosen]

    def pairs(self):
        """(ids of emoji as text, their pictures), without labels; the held-out ones too."""
        chosen = self.rng.sample(sorted(self.emoji_pictures), PAIRS // 4)
        faces_only = [e.text for e in self.emoji if e.text in self.emoji_pictures
                      and "face" in {*e.keywords, *e.name.split()}]
        chosen += self.rng.sample(faces_only, PAIRS - len(chosen))
        images = pictures.plain(np.stack([self.emoji_pictures[text] for text in chosen]))
        return [self.tokenizer(text) for text in chosen], images


def named(everything, words):
    """{emotion: (name or keyword of an emoji of that emotion alone, label)} in five languages, no held-out word in it."""
    out = {w.text for w in words if w.held_out}
    unlike = {w.text: w.emotion for w in words}
    said = defaultdict(set)
    for language in ("en", "de", "fr", "es", "it"):
        found = emoji.annotations(language)
        for e in everything:
            if e.text == e.base and e.text in found and not e.held_out:
                name, keywords = found[e.text]
                for text in {name, *keywords}:
                    said[text.lower()].add((e.emotion, label_of(e) if e.emotion else None))
    kept = defaultdict(list)
    for text, meanings in sorted(said.items()):
        emotions = {emotion for emotion, _ in meanings}
        if len(emotions) == 1 and None not in emotions and not out & {text, *text.split()}:
            emotion = next(iter(emotions))
            if unlike.get(text, emotion) == emotion:
                kept[emotion].append((text, sorted((label for _, label in meanings), key=str)[0]))
    return kept


def entries(wordnet, words):
    """What a dictionary says: ({emotion: (entry, label) of a trained word}, (word, entry) of words without a label).

    An entry is the sense's definition and up to four other words of the sense and of those similar to it. Read are the
    adjectives, adverbs, feelings, states, traits and the like whose entry holds a word of the lexicon, so
    the held-out words are met as any other word of the dictionary, the unread ones not at all.
    """
    known = {w.text: w for w in words if w.language == "en"}
    unread, out = ({text for text, w in known.items() if getattr(w, kind)} for kind in ("unread", "held_out"))
    ranks = {(text, key): rank for (text, _), keys in wordnet.index.items() for rank, key in enumerate(keys)}
    labelled, free = defaultdict(list), []
    for key, sense in wordnet.senses.items():
        if sense.file not in READ_FILES or not sense.definition:
            continue
        near = [*sense.words, *(w for k in wordnet.related(key, "&\\") for w in wordnet.senses[k].words)]
        for text in sense.words:
            text = text.lower()
            others = [w for w in dict.fromkeys(n.lower() for n in near) if w != text and w not in unread][:4]
            said = {*re.findall(r"[\w'-]+", " ".join([text, sense.definition, *others])), text, *others}
            if ranks.get((text, key), 9) > 2 or unread & said:
                continue
            said -= {text}
            entry = f"{sense.definition}; {', '.join(others)}" if others else sense.definition
            word = known.get(text)
            if word and not word.held_out:
                third = word.third if word.emotion != "neutral" else 0
                label = Label(EMOTION_NAMES.index(word.emotion), third)
                told = [sense.definition, ", ".join(w for w in others if not out & {w, *w.split()})]
                if said & known.keys() and not out & {*re.findall(r"[\w'-]+", told[0])}:
                    labelled[word.emotion].append(("; ".join(filter(None, told)), label))
            elif said & known.keys():
                free.append((text, entry))
    return labelled, free
