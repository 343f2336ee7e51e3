"""CLIP's tokenizer as the runtime has it (src/prompt/tokenizer.rs): byte-level pairs, a part of CLIP's vocabulary."""

import functools
import unicodedata
from pathlib import Path

MERGES = Path(__file__).parents[3] / "src/prompt/clip_merges.txt"
CONTRACTIONS = ("'s", "'t", "'re", "'ve", "'m", "'ll", "'d")


def byte_letters():
    """The letter that stands for each byte, in the vocabulary's order."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [b for b in range(256) if b not in plain]
    return {byte: chr(byte if byte in plain else 256 + others.index(byte)) for byte in plain + others}


class Tokenizer:
    """Text -> ids of a vocabulary of `size` tokens: its first size - 514 merges, start and end."""

    def __init__(self, size, context, path=MERGES):
        lines = Path(path).read_text(encoding="utf8").splitlines()[1:]
        merges = [tuple(line.split()) for line in lines[: size - 514]]
        letters = byte_letters()
        tokens = [*letters.values(), *(c + "</w>" for c in letters.values()), *("".join(m) for m in merges)]
        self.letters, self.context = letters, context
        self.ids = {token: i for i, token in enumerate(tokens)}
        self.ranks = {merge: i for i, merge in enumerate(merges)}
        self.start, self.end = size - 2, size - 1
        self.word_ids = functools.lru_cache(1 << 16)(self._word_ids)

    def __call__(self, text, most=None):
        """Start, at most `most` (or the context) - 2 tokens, end."""
        ids = [i for word in words(text) for i in self.word_ids(word)]
        return [self.start, *ids[: (most or self.context) - 2], self.end]

    def _word_ids(self, word):
        parts = [self.letters[byte] for byte in word.encode()]
        parts[-1] += "</w>"
        while len(parts) > 1:
            best = min(zip(parts, parts[1:]), key=lambda pair: self.ranks.get(pair, 1 << 30))
            if best not in self.ranks:
                break
            joined, at = [], 0
            while at < len(parts):
                two = tuple(parts[at:at + 2]) == best
                joined.append("".join(parts[at:at + 1 + two]))
                at += 1 + two
            parts = joined
        return tuple(self.ids[part] for part in parts)


def words(text):
    """NFC, lower case, then contractions, runs of letters, single digits and runs of the rest."""
    text = "".join(c.lower() for c in unicodedata.normalize("NFC", " ".join(text.split())))
    kinds = [" " if c.isspace() else unicodedata.category(c)[0] for c in text]
    at = 0
    while at < len(text):
        end = at + 1
        contraction = next((c for c in CONTRACTIONS if text.startswith(c, at)), None)
        if kinds[at] == " ":
            at = end
            continue
        if contraction:
            end = at + len(contraction)
        elif kinds[at] == "L":
            while end < len(text) and kinds[end] == "L":
                end += 1
        elif kinds[at] != "N":
            while end < len(text) and kinds[end] not in " LN":
                end += 1
        yield text[at:end]
        at = end
