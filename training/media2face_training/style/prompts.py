"""Prompts with their labels: a word in a template, a head movement, both, or something that says nothing about style."""

import random
from collections import defaultdict
from dataclasses import dataclass

from ..vocabulary import EMOTION_NAMES, STYLE_NAMES
from . import lexicon as tables
from .words import HARMLESS_FILES

HELD_OUT_PHRASES = 4  # the last phrases of every head style are kept for the gate

# {} is the word with its adverb. By what the word is: adjective, adverb, noun, verb.
ADJECTIVE = """{}; {} voice; a {} voice; in a {} voice; with a {} voice; a {} face; {} face; a {} look; {} look; looking {};
    looks {}; look {}; sounding {}; sounds {}; sound {}; feeling {}; feels {}; being {}; is {}; he is {}; she is {}; i am {};
    they are {}; you are {}; she sounds {}; he looks {}; a {} person; a {} man; a {} woman; a {} speaker; a {} tone; {} tone;
    in a {} tone; in a {} mood; {} mood; {} expression; a {} expression; with a {} expression; speak in a {} way;
    say it in a {} way; a {} way of speaking; talking in a {} manner; {} speech; {} talking head; make it {};
    make the face {}; be {}; seem {}; seems {}; appearing {}; acting {}; a {} actor; act {}; {} style; {} performance;
    {} emotion; a {} character; {} and talking; a {} smile or frown; someone who is {}; someone who feels {};
    a person who is {}; as if {}; as though {}; getting {}; becoming {}; {} reading; a {} speech; more {} please;
    please look {}; the speaker is {}; the voice is {}; the face is {}; her face is {}; his voice sounds {}; {} eyes;
    with {} eyes; {} today; photo of a {} person; picture of a {} face; a portrait of a {} man; a drawing of a {} face;
    emoji: {}; style: {}; emotion: {}; mood: {}; tone: {}; {} animation; animate this {}; {} delivery""".split(";")
ADVERB = """{}; speak {}; speaking {}; speaks {}; say it {}; said {}; talking {}; talks {}; talk {}; {} spoken; reading {};
    looking {} at you; looks {}; answering {}; whispering {}; she speaks {}; he said {}; reacting {}; staring {};
    acting {}; performed {}; move {}; singing {}; delivered {}""".split(";")
NOUN = """{}; with {}; full of {}; in {}; showing {}; feeling {}; expressing {}; expression of {}; a look of {};
    a feeling of {}; a face of {}; a voice of {}; a tone of {}; speak with {}; talking with {}; a voice full of {};
    eyes full of {}; filled with {}; overcome by {}; say it with {}; out of {}; mood: {}; emotion: {}; style: {};
    a sense of {}; signs of {}; pure {}; {} in the voice; {} on the face; the emotion of {}""".split(";")
VERB = """{}; to {}; they {}; make them {}; you {}; about to {}; i {}; {} now; let her {}; he wants to {}; {} while talking;
    people who {}; starting to {}""".split(";")
TEMPLATES = {"a": ADJECTIVE, "": ADJECTIVE[:1], "r": ADVERB, "n": NOUN, "v": VERB}
TEMPLATES = {part: [t.strip() for t in rows] for part, rows in TEMPLATES.items()}

JOINS = ("{0}, {1}", "{1}, {0}", "{0} and {1}", "{0} while {1}", "{1} while {0}", "{0}; {1}", "{0} {1}", "{0}, with {1}")
NEGATIONS = ("not {}", "not {} at all", "no longer {}", "without being {}", "never {}", "neither {} nor excited")
PLAIN = """;speak;talk;say it;read this;a voice;a face;a person;just talking;speaking normally;default;normal;nothing special;
    a man;a woman;hello;good morning;narrator;news reader;a news anchor;reading the news;an ordinary voice;no emotion;none;
    a talking head;the speaker;please speak;read the text aloud;video;a picture;standard;style;emotion;mood;test;
    no particular mood;parler;sprechen;hablar;parlare;rede;une voix;una voz;una voce;eine Stimme;???;...;123""".split(";")


@dataclass(frozen=True)
class Label:
    """Indices into `EMOTION_NAMES` and `STYLE_NAMES`; third of the intensity -1, 0, 1 (0 for neutral); level 0..3."""

    emotion: int = 0
    third: int = 0
    style: int = 0
    level: int = 0

    @property
    def mood(self):
        """Neutral is 0, every other emotion has three classes."""
        return 0 if self.emotion == 0 else 3 * self.emotion - 1 + self.third

    @property
    def movement(self):
        """None is 0, every head style has three classes."""
        return 0 if self.style == 0 else 3 * self.style - 3 + self.level


MOODS, MOVEMENTS = 3 * len(EMOTION_NAMES) - 2, 3 * len(STYLE_NAMES) - 2
THIRDS = {-1: (0.2, 0.45), 0: (0.45, 0.75), 1: (0.75, 1.0)}  # of the intensity, as the data set has it


def third_of(intensity):
    """The third that an intensity lies in."""
    return -1 if intensity < 0.45 else 0 if intensity < 0.75 else 1


def phrases(style, held_out=False):
    """What names a head style; those kept for the gate, or the others."""
    everything = [p.strip() for p in tables.STYLES[style].replace("\n", " ").split(";")]
    everything = [" ".join(p.split()) for p in everything]
    return everything[-HELD_OUT_PHRASES:] if held_out else everything[:-HELD_OUT_PHRASES]


def adverbs(text):
    """The list behind one row of the tables."""
    return [a.strip() for a in text.split(";")]


class Prompts:
    """Draws labelled prompts with the words of a lexicon that are not held out."""

    def __init__(self, words, wordnet, seed=0):
        self.rng, self.lexicon = random.Random(seed), words
        self.words = defaultdict(list)
        for word in words:
            if word.held_out:
                continue
            self.words[EMOTION_NAMES.index(word.emotion)].append(word)
        taken = {w.text for w in words}
        self.harmless = sorted({t.lower() for s in wordnet.senses.values() if s.file in HARMLESS_FILES
                                for t in s.words if len(t) > 2} - taken)
        self.definitions = sorted({s.definition for s in wordnet.senses.values() if s.file in HARMLESS_FILES})

    def draw(self):
        """(text, Label), all emotions and head styles about equally often."""
        kind = self.rng.random()
        if kind < 0.60:
            return self.mood(self.rng.randrange(len(EMOTION_NAMES)))
        if kind < 0.72:
            return self.movement()
        if kind < 0.86:
            return self.both()
        return self.harmless_text(), Label()

    def mood(self, emotion, third=None):
        """A prompt that names an emotion, of one third of its intensity or any."""
        rng = self.rng
        while True:
            word = self.pick(emotion)
            text, found = self.worded(word)
            if rng.random() < 0.03 and emotion and word.part in ("a", ""):
                if word.language == "en" and third is None:
                    return rng.choice(NEGATIONS).format(word.text), Label()
            if emotion == 0 or third is None or found == third:
                return text, Label(emotion, found)

    def pick(self, emotion):
        """A word; the emotion's own name and its family more often, other languages one time in five."""
        rng, pool = self.rng, self.words[emotion]
        if rng.random() < 0.12:
            return next(w for w in pool if w.text == EMOTION_NAMES[emotion])
        foreign = rng.random() < 0.22
        while True:
            word = rng.choice(pool)
            if (word.language != "en") == foreign:
                return word

    def worded(self, word):
        """A word with an adverb in a template, and the third that they mean together."""
        rng = self.rng
        if word.language != "en":
            frame = rng.choice(tables.FRAMES[word.language])
            shift = next((s for s, row in tables.FOREIGN_ADVERBS.items() if any(
                frame.startswith(a + " {}") for a in adverbs(row))), 0)
            shift = 1 if frame == "ganz {}" else shift
            return frame.format(word.text), 0 if word.emotion == "neutral" else max(-1, min(1, word.third + shift))
        text, shift = word.text, 0
        if rng.random() < 0.5 and word.part in "ar" and word.emotion != "neutral":
            shift = rng.choice((-1, 0, 1, 1))
            text = f"{rng.choice(adverbs(tables.ADVERBS[shift]))} {text}".strip()
        template = rng.choice(TEMPLATES[word.part]) if rng.random() < 0.75 else "{}"
        if template.startswith("a {}") or " a {}" in template:
            article = "an {}" if text[0] in "aeiou" else "a {}"
            template = template.replace("a {}", article, 1)
        return template.format(text), 0 if word.emotion == "neutral" else max(-1, min(1, word.third + shift))

    def moved(self, style, level=None):
        """A phrase that names a head style, and its level."""
        rng = self.rng
        level = level or rng.choice((1, 2, 2, 3))
        adverb = rng.choice(adverbs(tables.LEVEL_ADVERBS[level]))
        phrase = rng.choice(phrases(STYLE_NAMES[style]))
        return (f"{adverb} {phrase}" if rng.random() < 0.6 else f"{phrase} {adverb}").strip(), level

    def movement(self, style=None, level=None):
        """A prompt that names a head style alone."""
        style = style or self.rng.randrange(1, len(STYLE_NAMES))
        text, level = self.moved(style, level)
        return text, Label(0, 0, style, level)

    def both(self, emotion=None, third=None, style=None, level=None):
        """A prompt that names an emotion and a head style."""
        rng = self.rng
        mood, label = self.mood(rng.randrange(len(EMOTION_NAMES)) if emotion is None else emotion, third)
        style = style or rng.randrange(1, len(STYLE_NAMES))
        movement, level = self.moved(style, level)
        return rng.choice(JOINS).format(mood, movement), Label(label.emotion, label.third, style, level)

    def harmless_text(self):
        """Words that say nothing about a style."""
        rng, kind = self.rng, self.rng.random()
        if kind < 0.15:
            return rng.choice(PLAIN).strip()
        if kind < 0.75:
            text = " ".join(rng.choice(self.harmless) for _ in range(rng.choice((1, 1, 1, 2, 3))))
            template = rng.choice(TEMPLATES["a"] + TEMPLATES["n"]) if rng.random() < 0.5 else "{}"
            return template.format(text)
        return rng.choice(self.definitions)

    def of(self, label):
        """A prompt of a label."""
        third = label.third if label.emotion else None
        if label.style == 0:
            if label.emotion == 0 and self.rng.random() < 0.5:
                return self.harmless_text()
            return self.mood(label.emotion, third)[0]
        if label.emotion == 0 and self.rng.random() < 0.7:
            return self.movement(label.style, label.level)[0]
        return self.both(label.emotion, third, label.style, label.level)[0]
