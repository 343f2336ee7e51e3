"""Slips of the hand: a prompt as it comes from a keyboard in a hurry. "tired and sad" is read from "tierd adn sad", too."""

import re

ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
SHORTEST = 4  # letters of a word that a hand slips in; shorter ones become other words


def slipped(rng, text, share):
    """A text with a slip in this share of its longer words, and in one at least. Languages without letters are left as they are."""
    words = [m for m in re.finditer(r"[a-zß-öø-ÿœ]+", text, re.IGNORECASE) if len(m.group()) >= SHORTEST]
    if not words:
        return text
    chosen = [m for m in words if rng.random() < share] or [rng.choice(words)]
    for match in reversed(chosen):
        text = text[:match.start()] + slip(rng, match.group()) + text[match.end():]
    return text


def slip(rng, word):
    """One of five, behind the first letter: two letters change places, one is left out, doubled, or another key is hit or hit, too."""
    at = rng.randrange(1, len(word) - 1)
    before, here, after = word[:at], word[at], word[at + 1:]
    return rng.choice((before + after[0] + here + after[1:], before + after, before + here + here + after,
                       before + beside(rng, here) + after, before + here + beside(rng, here) + after))


def beside(rng, letter):
    """A key beside this one; the letter itself where no row has it."""
    row = next((row for row in ROWS if letter.lower() in row), "")
    at = row.find(letter.lower())
    return rng.choice(row[max(at - 1, 0):at] + row[at + 1:at + 2] or letter)
