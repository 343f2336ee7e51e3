"""What a picture of a face is called, with the label: a telling word among words that tell nothing, and CLDR's names.

"crying dog", "face with a teapot and glad eyes", "yelling person on the ladder": the text tower learns to find the word
that matters, which an emoji's short name asks for. No caption holds a held-out word or a held-out emoji's name.
"""

import re

from ..vocabulary import EMOTION_NAMES
from . import emoji, lexicon as tables
from .emoji import label_of
from .prompts import Label, adverbs

SUBJECTS = "face cat dog monkey person man woman girl boy child baby bear rabbit mouse head moon smiley".split()
PARTS = "eyes mouth look expression gaze brows face".split()
# {word}: adjective or participle; {verb}: of a verb, ending in -ing; {noun}: a feeling; {thing}: what tells nothing.
WORDED = """{word} {subject}; {word} {subject}; {word} {subject} with {thing}; {subject} with {word} {part};
    {subject} with {thing} and {word} {part}; {thing}, {word}; {word} on the {thing}; {thing} on the {thing} {word};
    {subject}, {thing}, {word}; {word}, {subject}, {thing}; {word} {subject} with {word} {part}""".split(";")
VERBED = """{subject} {verb}; {verb} {subject}; {verb} on the {thing}; {thing} in the {thing} {verb}; {subject} {verb} in {thing};
    {verb} {subject} with {thing}; {subject}, {thing}, {verb}""".split(";")
FELT = """{subject} with {noun}; {subject} in {noun}; {subject} of {noun}; {subject} {thing} in {noun}; {noun}, {subject};
    {thing} with {noun}; {subject}, {noun}, {thing}""".split(";")
SILENT = "{subject} with {thing}; {thing} {subject}; {subject}, {thing}; {thing} on the {thing}; {subject}".split(";")
NAMES, SAYS_NOTHING = 0.3, 0.22  # shares of CLDR's names, of captions without a telling word


def gerund(verb):
    """A verb with -ing, its first word where it has several."""
    first, *rest = verb.split()
    stem = first[:-1] if first.endswith("e") and not first.endswith(("ee", "ye", "oe")) else first
    if re.fullmatch(r"[^aeiou]*[aeiou][bdgmnprt]", stem) and stem == first:
        stem += stem[-1]
    return " ".join([stem + "ing", *rest])


class Captions:
    """Draws captions from a `train.Material`."""

    def __init__(self, material):
        self.material, self.rng = material, material.rng
        self.out = {w.text for w in material.words if w.held_out}
        self.names = [e.name.lower() for e in material.emoji if e.held_out]
        self.words = {}
        for word in material.words:
            if word.language == "en" and not word.held_out and word.part != "r":
                kind = {"a": "word", "": "word", "n": "noun", "v": "verb"}[word.part]
                self.words.setdefault(word.emotion, {}).setdefault(kind, []).append(word)
        self.things = [e.name for e in material.others if e.text == e.base and len(e.name.split()) < 4]
        told = {part for w in material.words for part in w.text.split()} | {*SUBJECTS}
        self.details = sorted({part for e in material.emoji if e.emotion and not e.held_out and e.text == e.base
                               for part in re.findall(r"[\w'-]+", e.name.lower())} - told)

    def draw(self):
        """(text, label), every emotion equally often."""
        while True:
            kind = self.rng.random()
            text, label = self.named() if kind < NAMES else self.silent() if kind > 1 - SAYS_NOTHING else self.worded()
            text = text.lower().strip()
            if self.allowed(text):
                return text, label

    def allowed(self, text):
        """Whether no held-out word and no held-out emoji's name stands in it."""
        said = set(re.findall(r"[\w'-]+", text))
        return not self.out & {text, *said} and not any(re.search(rf"\b{re.escape(n)}\b", text) for n in self.names)

    def thing(self, beside_a_word):
        """Something without a mood: an emoji or a word of the dictionary; beside a telling word a detail of an emoji too.

        A detail that one emoji has ("horns", "rolling") would else be taken for its mood in any company.
        """
        pools = (self.things, self.material.prompts.harmless, self.details)[: 3 if beside_a_word else 2]
        return self.rng.choice(self.rng.choice(pools))

    def fill(self, shapes, **said):
        """A shape with its gaps filled, every thing another."""
        shape = self.rng.choice(shapes).strip()
        while "{thing}" in shape:
            shape = shape.replace("{thing}", self.thing(bool(said)), 1)
        return shape.format(subject=self.rng.choice(SUBJECTS), part=self.rng.choice(PARTS), **said)

    def worded(self):
        """A word of the lexicon in a shape."""
        emotion = self.rng.choice(EMOTION_NAMES)
        kinds = self.words[emotion]
        kind = self.rng.choice([k for k in ("word", "word", "noun", "verb") if k in kinds])
        word = self.rng.choice(kinds[kind])
        text, third = word.text, word.third if emotion != "neutral" else 0
        if kind == "verb":
            text = gerund(text)
        elif kind == "word" and emotion != "neutral" and self.rng.random() < 0.2:
            shift = self.rng.choice((-1, 1))
            text, third = f"{self.rng.choice(adverbs(tables.ADVERBS[shift]))} {text}", max(-1, min(1, third + shift))
        shapes = dict(word=WORDED, verb=VERBED, noun=FELT)[kind]
        return self.fill(shapes, **{kind: text}), Label(EMOTION_NAMES.index(emotion), third)

    def silent(self):
        """A subject and things."""
        return self.fill(SILENT), Label()

    def named(self):
        """A trained emoji's short name, of some other subject, or some of its keywords too."""
        e = self.material.labelled_emoji()
        name, keywords = emoji.annotations("en").get(e.base, (e.name, e.keywords))
        kind = self.rng.random()
        if kind < 0.4:
            subject = self.rng.choice(SUBJECTS)
            return re.sub(r"\b(face|cat|monkey|person|man|woman)\b", subject, name, count=1), label_of(e)
        if kind < 0.7:
            keywords = [k for k in keywords if k != name] or [name]
            some = self.rng.sample(keywords, self.rng.randint(1, len(keywords)))
            return ", ".join([name, *some] if kind < 0.6 else some), label_of(e)
        return name, label_of(e)
