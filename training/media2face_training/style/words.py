"""The lexicon: words with their emotion and strength, and those of them that no training text may hold."""

import collections
import random
from dataclasses import dataclass

from ..vocabulary import EMOTION_NAMES
from . import lexicon as tables
from .wordnet import WordNet

HELD_OUT_SHARE, UNREAD_SHARE = 0.15, 0.12
# Lexicographer files whose words say nothing about a mood: act, animal, artifact, body, food, object, plant, ...
HARMLESS_FILES = {4, 5, 6, 8, 13, 15, 17, 18, 20, 23, 27, 28, 30, 36, 38}


@dataclass(frozen=True)
class Word:
    """A word that names an emotion. `part` is WordNet's letter, "" where it has none; `third` is -1, 0 or 1."""

    text: str
    part: str
    emotion: str
    third: int = 0
    language: str = "en"
    held_out: bool = False
    unread: bool = False  # held out, and its entry in the dictionary is kept from the training too


def expand(wordnet, names):
    """Sense names of the lexicon -> sense keys, with similar senses, kinds and the adverbs made from them."""
    keys, adverbs = [], wordnet.adverbs()
    for name in names.split():
        key = wordnet.key(name.rstrip("&~"))
        keys += wordnet.below(key) if name.endswith("~") else [key]
        keys += wordnet.related(key, "&") if name.endswith("&") else []
    keys += [adverb for key in keys for adverb in adverbs.get(key, ())]
    return list(dict.fromkeys(keys))


def third_of(text):
    """How strong the word itself is."""
    stem = text[:-2] if text.endswith("ly") else text
    if {text, stem} & tables.STRONG:
        return 1
    return -1 if {text, stem} & tables.MILD else 0


def collect(wordnet):
    """All words once, those of two emotions left out."""
    found = collections.defaultdict(dict)
    for emotion, names in tables.SENSES.items():
        for key in expand(wordnet, names):
            for text in wordnet.senses[key].words:
                text = text.lower()
                if text.replace(" ", "_") not in tables.DROPPED and len(text) > 2:
                    found[text, "en"].setdefault(emotion, key[0])
    for emotion, names in tables.MORE.items():
        for text in names.split("; "):
            found[text, "en"].setdefault(emotion, "")
    for language, rows in tables.FOREIGN.items():
        for emotion, names in rows.items():
            for text in names.split():
                found[text.replace("_", " "), language].setdefault(emotion, "")
    words = []
    for (text, language), parts in sorted(found.items()):
        if len(parts) == 1 or text in EMOTION_NAMES:
            emotion = text if text in EMOTION_NAMES else next(iter(parts))
            words.append(Word(text, parts[emotion], emotion, third_of(text) if emotion != "neutral" else 0, language))
    return words


def parts_of_phrases(texts):
    """Words that stand in a phrase, an adverb or another language too: to hold them out would hold out nothing."""
    rows = [*tables.ADVERBS.values(), *tables.LEVEL_ADVERBS.values(), *tables.FOREIGN_ADVERBS.values()]
    phrases = [*rows, *tables.STYLES.values(), *(text for text in texts if " " in text)]
    twice = {text for text in texts if texts.count(text) > 1}  # the same letters in two languages
    return twice | {part for phrase in phrases for part in phrase.lower().replace(";", " ").split()}


def lexicon(wordnet=None, seed=0):
    """All words; about one in seven of every emotion and language is held out, the ten names never."""
    chosen, groups = [], collections.defaultdict(list)
    for word in collect(wordnet or WordNet()):
        groups[word.emotion, word.language].append(word)
    rng, used = random.Random(seed), parts_of_phrases([w.text for group in groups.values() for w in group])
    for (emotion, _), group in sorted(groups.items()):
        rest = [w for w in group if w.text != emotion and w.text not in used]
        out = set(rng.sample(rest, round(HELD_OUT_SHARE * len(rest))))
        unread = set(rng.sample(sorted(out, key=lambda w: w.text), round(UNREAD_SHARE * len(out))))
        chosen += [Word(w.text, w.part, w.emotion, w.third, w.language, w in out, w in unread) for w in group]
    return chosen
