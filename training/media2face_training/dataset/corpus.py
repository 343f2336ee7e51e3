"""What is spoken: sentences of free texts and lists of words, divided so that the test split has unseen words.

| source (Debian package) | languages | licence |
|---|---|---|
| WordNet 3.0 examples and glosses (wordnet-base) | en | WordNet licence (Princeton) |
| Debian Reference (debian-reference-LANGUAGE) | en de fr es it | GPL-2+ |
| word lists wamerican, wspanish | en es | public domain |
| word lists wngerman, wfrench | de fr | GPL-2+ |
| word list witalian | it | GPL-3+ |

A word is reserved for the test split by its hash. Every test sentence holds at least one reserved word; no other
sentence holds any. The held-out language is all test.
"""

import glob
import html
import os
import random
import re
import zlib

from . import texts
from .voices import HELD_OUT_LANGUAGE, LANGUAGES

REFERENCE = "/usr/share/debian-reference"
WORD_LISTS = {"en": ("american-english", "wamerican"), "de": ("ngerman", "wngerman"), "fr": ("french", "wfrench"),
              "es": ("spanish", "wspanish"), "it": ("italian", "witalian")}
RESERVED_IN, VALID_IN = 40, 30  # one word in 40 is reserved, one other sentence in 30 goes to validation
PROSE = re.compile(r"[^\W\d_]+(?:[ ,'’-]+[^\W\d_]+)*[.?!]")


def missing():
    """[(what, Debian package)] of the texts that are not installed."""
    needs = [("WordNet", "wordnet-base", glob.glob(f"{texts.WORDNET}/data.*"))]
    for language in LANGUAGES:
        name, package = WORD_LISTS[language]
        needs.append((f"the word list {name}", package, os.path.exists(f"/usr/share/dict/{name}")))
        needs.append((f"the Debian Reference in {language}", f"debian-reference-{language}",
                      glob.glob(f"{REFERENCE}/ch*.{language}.html")))
    return [(what, package) for what, package, found in needs if not found]


def words_of(text):
    """Lower-case words of a text."""
    return re.findall(r"[^\W\d_]+", text.lower())


def split_of(text):
    """train, valid or test, by the words and the hash of a text."""
    if any(len(word) > 4 and zlib.crc32(word.encode()) % RESERVED_IN == 0 for word in words_of(text)):
        return "test"
    return "valid" if zlib.crc32(text.encode()) % VALID_IN == 0 else "train"


def _lexicon(language):
    with open(f"/usr/share/dict/{WORD_LISTS[language][0]}", encoding="utf8") as lines:
        return [word for word in map(str.strip, lines) if len(word) > 2 and word.isalpha()]


def _reference(language, known, english):
    """Sentences of the manual that are in its language indeed (some paragraphs are left in English)."""
    found = set()
    for path in sorted(glob.glob(f"{REFERENCE}/*.{language}.html")):
        with open(path, encoding="utf8") as file:
            for paragraph in re.findall(r"<p>(.*?)</p>", file.read(), re.S):
                plain = re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", "", paragraph)))
                found.update(sentence.strip() for sentence in re.findall(r"[^.!?:;]+[.!?]", plain))
    return sorted(s for s in found if _is_prose(s, known, english))


def _is_prose(sentence, known, english):
    words = words_of(sentence)
    long = [word for word in words if len(word) > 2]
    return (4 <= len(words) <= 18 and len(words[-1]) > 2 and sentence[0].isupper()
            and PROSE.fullmatch(sentence) is not None
            and sum(w in known for w in long) >= max(sum(w in english for w in long), 0.5 * len(long)))


def _glosses():
    """Definitions of WordNet, as sentences of 5 to 14 words."""
    for path in sorted(glob.glob(f"{texts.WORDNET}/data.*")):
        with open(path, encoding="latin1") as lines:
            for line in lines:
                gloss = line.partition(" | ")[2].split(";")[0].split('"')[0].strip()
                if 5 <= len(gloss.split()) <= 14 and re.fullmatch(r"[A-Za-z' ,]+", gloss):
                    yield gloss[0].upper() + gloss[1:] + "."


class Corpus:
    """`sentences[language][split]` and `words[language][split]`, shuffled by the seed."""

    def __init__(self, seed):
        self.sentences, self.words, self.fingerprint = {}, {}, 0
        lexicons = {language: _lexicon(language) for language in LANGUAGES}
        known = {language: {word.lower() for word in lexicon} for language, lexicon in lexicons.items()}
        for language, lexicon in lexicons.items():
            found = _reference(language, known[language], known["en"])
            if language == "en":
                found += texts.sentences()
                found += random.Random(seed).sample(list(_glosses()), 20000)
            self.sentences[language] = self._divide(language, found, seed)
            self.words[language] = self._divide(
                language, [w for w in lexicon if w.islower() and len(w) <= 12], seed)

    def _divide(self, language, found, seed):
        pools = {"train": [], "valid": [], "test": []}
        for text in dict.fromkeys(found):
            pools["test" if language == HELD_OUT_LANGUAGE else split_of(text)].append(text)
            self.fingerprint = zlib.crc32(text.encode(), self.fingerprint)
        for pool in pools.values():
            random.Random(seed).shuffle(pool)
        return pools
