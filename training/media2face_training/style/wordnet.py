"""WordNet 3.0 as Debian's `wordnet-base` installs it: senses of a word, their members, definitions and relations."""

import re
from dataclasses import dataclass
from pathlib import Path

FOLDER = "/usr/share/wordnet"
FILES = {"a": "adj", "n": "noun", "v": "verb", "r": "adv"}


@dataclass(frozen=True)
class Sense:
    """A synset: its words, its definition without examples, the number of its lexicographer file, its pointers."""

    words: tuple
    definition: str
    file: int
    pointers: tuple  # (symbol, part of speech, offset)


class WordNet:
    """All senses. Raises `FileNotFoundError` naming the Debian package where the files are missing."""

    def __init__(self, folder=FOLDER):
        if not Path(folder, "data.adj").exists():
            raise FileNotFoundError(f"WordNet is not in {folder}: install the Debian package wordnet-base")
        self.senses, self.index = {}, {}
        for part, name in FILES.items():
            for line in Path(folder, f"data.{name}").read_text(encoding="latin1").splitlines():
                if not line.startswith("  "):
                    offset, sense = _parse(line)
                    self.senses[part, offset] = sense
            for line in Path(folder, f"index.{name}").read_text(encoding="latin1").splitlines():
                if not line.startswith("  "):
                    fields = line.split()
                    keys = [(part, offset) for offset in fields[-int(fields[2]):]]
                    self.index[fields[0].replace("_", " "), part] = keys

    def key(self, name):
        """'furious.a.2' -> the key of that sense in `senses`."""
        word, part, number = name.rsplit(".", 2)
        return self.index[word.replace("_", " "), part][int(number) - 1]

    def related(self, key, symbols):
        """Keys of the senses that pointers of these kinds lead to."""
        return [(part, offset) for symbol, part, offset in self.senses[key].pointers if symbol in symbols]

    def below(self, key):
        """A noun sense and everything that is a kind of it."""
        found = [key]
        for child in self.related(key, "~"):
            found += self.below(child)
        return found

    def adverbs(self):
        """{adjective key: adverb keys that are made from it}."""
        made = {}
        for key, sense in self.senses.items():
            if key[0] == "r":
                for adjective in self.related(key, "\\"):
                    made.setdefault(adjective, []).append(key)
        return made


def _parse(line):
    head, gloss = line.split(" | ", 1)
    fields = head.split()
    count = int(fields[3], 16)
    words = tuple(re.sub(r"\(.*\)", "", w).replace("_", " ") for w in fields[4:4 + 2 * count:2])
    rest = fields[5 + 2 * count:]
    pointers = tuple((rest[i], "a" if rest[i + 2] == "s" else rest[i + 2], rest[i + 1])
                     for i in range(0, 4 * int(fields[4 + 2 * count]), 4))
    definition = re.sub(r'["(].*', "", gloss).split(";")[0].strip()
    return fields[0], Sense(words, definition, int(fields[1]), pointers)
