"""Texts that say nothing: keys that were hit, words in a heap, file names, numbers, codes."""

import string

SYLLABLES = "lo rem ip sum do lor ka zu bli mor ven tra qui xo pel gru fna wib zor tek mi ru sha vo dle plo ket nim ga hur".split()
ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm", "qwertz", "azerty")


def nonsense(rng, words):
    """One of them; `words` say nothing of a mood."""
    return rng.choice((keys, keys, invented, heap, heap, numbers, code, code, name))(rng, words)


def keys(rng, _):
    """As a hand falls on the keyboard."""
    parts = []
    for _ in range(rng.randint(1, 4)):
        row, length = rng.choice(ROWS), rng.randint(2, 7)
        start = rng.randrange(max(len(row) - length, 1))
        parts.append("".join(rng.choices(row, k=length)) if rng.random() < 0.5 else row[start:start + length])
    return " ".join(parts)


def invented(rng, _):
    """Words of no language."""
    return " ".join("".join(rng.choices(SYLLABLES, k=rng.randint(1, 4))) for _ in range(rng.randint(1, 6)))


def heap(rng, words):
    """Words without a sense together."""
    return " ".join(rng.choice(words) for _ in range(rng.randint(2, 7)))


def numbers(rng, _):
    """Digits and signs."""
    return " ".join("".join(rng.choices(string.digits + ".-:/", k=rng.randint(1, 8))) for _ in range(rng.randint(1, 4)))


def code(rng, _):
    """Letters, digits and signs."""
    return "".join(rng.choices(string.ascii_letters + string.digits + "_-#%&=+", k=rng.randint(4, 18)))


def name(rng, words):
    """Of a file or a take."""
    word = rng.choice(words).replace(" ", "_")
    return f"{word}_{rng.randint(1, 999):0{rng.randint(1, 4)}d}{rng.choice(('', '.wav', '_v2', '_final', '.mp3', ' take 3'))}"
