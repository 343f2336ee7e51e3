"""Sentences to be spoken: the example sentences of WordNet's glosses (Debian package wordnet-base)."""

import glob
import random
import re

WORDNET = "/usr/share/wordnet"


def sentences(folder=WORDNET, seed=0):
    """About 30,000 different sentences of 4 to 14 words, in an order fixed by the seed."""
    found = set()
    for path in sorted(glob.glob(f"{folder}/data.*")):
        with open(path, encoding="latin1") as lines:
            for line in lines:
                if " | " in line:
                    found.update(_clean(line.split(" | ", 1)[1]))
    ordered = sorted(found)
    random.Random(seed).shuffle(ordered)
    return ordered


def _clean(gloss):
    for quoted in re.findall(r'"([^"]+)"', gloss):
        text = re.sub(r"[`']+s\b", "'s", quoted.replace("`", "'")).strip()
        text = re.sub(r"\s*[-;:]+\s*[A-Z][\w. ]+$", "", text)  # an author's name after the quotation
        if 4 <= len(text.split()) <= 14 and re.fullmatch(r"[A-Za-z' ,.?!]+", text):
            yield text[0].upper() + text[1:] + ("" if text[-1] in ".?!" else ".")
