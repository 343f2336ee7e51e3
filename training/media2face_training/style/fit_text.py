"""Fits what texts say (`ngrams`) to prompts written by hand, as they are and with slips of the hand, to templates, names and nonsense,
and judges it on the held-out prompts.

    python -m media2face_training.style.fit_text --work target/training        writes text.safetensors

One minute. Beside the map it keeps the prototypes that codes are made of (`goals`), measured on the text tower of style.safetensors.
The gate: of the held-out prompts, which share no two neighbouring content words with one that was learned from, three quarters are
read as said and at most 3 % as the opposite; of nonsense nine tenths are read as nothing.
"""

import argparse
import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from .. import stages
from ..vocabulary import EMOTION_NAMES, HEAD_STYLES
from . import emoji, written
from .emoji import label_of
from .goals import Goals
from .ngrams import Ngrams, said, values
from .nonsense import nonsense
from .prompts import Prompts
from .slips import slipped
from .tokens import Tokenizer
from .towers import Towers
from .wordnet import WordNet
from .words import lexicon
from .written import Said, as_said, opposite

SEED = 11
TOLD = 7  # head styles that the tower of version 0.4 knows
RIDGE, TURNS = 0.4, 60
TEMPLATES, NOTHING = 10_000, 16_000
LIGHT = 0.6  # how much a row counts that nobody wrote by hand
SLIPS, SLIPPED = 0.3, 0.3  # share of a prompt's longer words that are typed wrong, and how much a prompt with them counts
NOTHING_SAID = Said(np.eye(len(EMOTION_NAMES))[0], 0.0, 0.0, np.zeros(len(HEAD_STYLES)))


def rows(prompts, templates, rng):
    """[(text, what it says, how much that counts)]."""
    found = [(p.text, p.said, 1.0) for p in prompts]
    found += [(text, p.said, SLIPPED) for p in prompts if (text := slipped(rng, p.text, SLIPS)) != p.text]
    found += [(text, Said.of(label), LIGHT) for text, label in (templates.draw() for _ in range(TEMPLATES))]
    found += [(nonsense(rng, templates.harmless), NOTHING_SAID, LIGHT) for _ in range(NOTHING)]
    found += [(e.name, Said.of(label_of(e)), LIGHT) for e in emoji.collect(templates.lexicon) if e.emotion and not e.held_out]
    return found


def f1(found, truth):
    """Of two masks."""
    return 2 * (found & truth).sum() / max(found.sum() + truth.sum(), 1)


def judge(table, prompts):
    """{figure: value} of prompts."""
    read = [said(row) for row in table([p.text for p in prompts])]
    column = lambda pick: np.array([pick(f, p) for f, p in zip(read, prompts)])
    acts = [np.array(x) for x in zip(*((f.acts > 0, p.said.acts > 0.5) for f, p in zip(read, prompts)))]
    r = lambda name: float(np.corrcoef([getattr(f, name) for f in read], [getattr(p.said, name) for p in prompts])[0, 1])
    return {"prompts": len(prompts), "as said": float(column(as_said).mean()), "opposite": float(column(opposite).mean()),
            "leading emotion": float(column(lambda f, p: f.emotions.argmax() == p.said.emotions.argmax()).mean()),
            "acts, F1": float(f1(*acts)), "r of intensity": r("intensity"), "r of arousal": r("arousal")}


def shown(figures):
    """On one line."""
    return ", ".join(f"{name} {value:.3g}" for name, value in figures.items())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, default=Path("target/training"))
    parser.add_argument("--keep-back", type=float, default=0.0, help="share of the prompts that is judged and not learned")
    parser.add_argument("--ridge", type=float, default=RIDGE)
    options = parser.parse_args()
    rng, wordnet = random.Random(SEED), WordNet()
    templates = Prompts(lexicon(wordnet), wordnet, SEED)
    learned, held_out = written.prompts()
    rng.shuffle(learned)
    count = round(options.keep_back * len(learned))
    texts, asked, share = zip(*rows(learned[count:], templates, rng))
    table = Ngrams.fitted(texts, np.stack([values(s) for s in asked]), options.ridge, TURNS, np.array(share))
    if count:
        print("kept back:", shown(judge(table, learned[:count])))
    found = judge(table, held_out)
    print("held out: ", shown(found))
    hasty = random.Random(SEED + 2)
    slips = [replace(p, text=text) for p in held_out if (text := slipped(hasty, p.text, SLIPS)) != p.text]
    print("with slips:", shown(judge(table, slips)))
    for language in ("en", "de", "fr", "es", "zh", "ja"):
        own = [p for p in held_out if p.language == language]
        print(f"  {language}: {shown(judge(table, own))}")
    others = random.Random(SEED + 1)
    nothing = [said(row) for row in table([nonsense(others, templates.harmless) for _ in range(1000)])]
    silent = float(np.mean([s.emotions.argmax() == 0 and not s.acts.any() for s in nothing]))
    print(f"nonsense read as nothing: {silent:.3f}")
    modules, configuration = stages.load_stage(options.work / "style.safetensors")
    tower = Towers(configuration).eval()
    tower.load_state_dict(modules["towers"])
    text = configuration["text"]
    goals = Goals.measured(tower, Tokenizer(text["vocab_size"], text["max_position_embeddings"]), templates, TOLD)
    state = {name: torch.from_numpy(np.ascontiguousarray(getattr(table, name))) for name in ("known", "weight", "table", "bias")}
    prototypes = dict(moods=goals.moods, movements=goals.movements, energy=goals.energy)
    stages.save_stage(options.work / "text.safetensors", {"ngrams": state, "goals": prototypes}, {"buckets": len(table.weight)})
    if found["as said"] < 0.75 or found["opposite"] > 0.03 or silent < 0.9:
        raise SystemExit("gate: held-out prompts need 75 % as said and at most 3 % the opposite, nonsense 90 % nothing")


if __name__ == "__main__":
    main()
