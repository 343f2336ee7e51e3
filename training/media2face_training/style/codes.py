"""A bank of style codes for the denoiser: many prompts of every label, so that it learns what they have in common.

    python -m media2face_training.style.codes --work target/training      writes style_codes.npz

Texts are read by `fit_text`'s map, as the runtime does; emoji by their names.

    codes    float16 [n, 128]   as the runtime gives them
    energy   float32 [128]      what full energy adds to a code
    neutral  float32 [128]      the default style's (`manifest`), from which guidance tells styles
    labels   int16 [n, 5]       emotion (vocabulary.EMOTION_NAMES), third of the intensity -1..1, head style (0 none, then
                                HEAD_STYLES), level 0..3, source (SOURCES)
"""

import argparse
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

from .. import stages
from ..manifest import ENTRIES
from ..vocabulary import EMOTION_NAMES, STYLE_NAMES
from . import pictures, written
from .emoji import label_of
from .gate import load
from .goals import LENGTH, Goals
from .material import FACES, HELD_OUT_FACES
from .ngrams import Ngrams, said
from .prompts import Label, third_of

SOURCES = ("text", "emoji", "picture")
PLAIN, MOVED = 96, 12  # texts of a mood alone, of a mood with a movement
OTHER_SOURCE = 0.25  # how often an emoji or a picture is drawn where there is one
DEFAULT = ENTRIES["diffusion.default_style"]
MOST = 40  # emoji, and pictures, and prompts written by hand, of one label


class Codes:
    """Draws a code that says what a clip does."""

    def __init__(self, path):
        with np.load(path) as stored:
            self.codes, labels, self.energy = stored["codes"].astype(np.float32), stored["labels"], stored["energy"]
            self.neutral = stored["neutral"]
        self.rows = {}
        for i, (*label, source) in enumerate(labels.tolist()):
            self.rows.setdefault((tuple(label), source == 0), []).append(i)

    def draw(self, rng, emotion, intensity, style="none", level=0, energy=0.0):
        """A random code [128] for an emotion's name, its intensity, a head style's name and its level, and energy.

        `rng` is a numpy Generator. What was not said at all (neutral and no movement) has codes of its own.
        """
        third = 0 if emotion == "neutral" else third_of(intensity)
        label = (EMOTION_NAMES.index(emotion), third, STYLE_NAMES.index(style), level if style != "none" else 0)
        other = self.rows.get((label, False))
        rows = other if other and rng.random() < OTHER_SOURCE else self.rows[label, True]
        return self.codes[rows[rng.integers(len(rows))]] + energy * self.energy


def texts(material):
    """(prompt, label, source) of every label."""
    for emotion in range(len(EMOTION_NAMES)):
        for third in (-1, 0, 1) if emotion else (0,):
            yield from ((material.prompts.of(x), x, 0) for x in [Label(emotion, third)] * PLAIN * (1 if emotion else 3))
            for style in range(1, len(STYLE_NAMES)):
                for level in (1, 2, 3):
                    label = Label(emotion, third, style, level)
                    yield from ((material.prompts.of(label), label, 0) for _ in range(MOVED))
    yield from at_most(MOST, ((p.text, p.said.label(), 0) for p in written.prompts()[0] if p.said.label()))
    yield from at_most(MOST, ((e.name, label_of(e), 1) for e in material.emoji if e.emotion and not e.held_out))


def at_most(count, rows):
    """The first so many rows of each label."""
    counts = {}
    for row in rows:
        counts[row[1]] = counts.get(row[1], 0) + 1
        if counts[row[1]] <= count:
            yield row


def shown(material):
    """(picture, label) of the trained emoji and of the trained faces."""
    known = [(material.emoji_pictures[e.text], label_of(e)) for e in material.emoji
             if e.emotion and not e.held_out and e.text in material.emoji_pictures]
    faces = range(FACES - HELD_OUT_FACES)
    yield from at_most(MOST, known + [(material.faces[i], material.face_labels[i]) for i in faces])


@torch.no_grad()
def bank(towers, read, moods, material, sources=SOURCES):
    """(codes float16, labels int16); `read` makes codes [n, 128] of texts, `moods` are the prototypes of `goals`."""
    prompts = [row for row in texts(material) if SOURCES[row[2]] in sources]
    images = list(shown(material)) if "picture" in sources else []
    codes = [read([text for text, _, _ in prompts])]
    for i in range(0, len(images), 128):
        codes.append(towers.picture(pictures.augmented(np.stack([p for p, _ in images[i:i + 128]]), material.torch_rng)))
    labels = [(x.emotion, x.third, x.style, x.level, source) for _, x, source in prompts]
    labels += [(x.emotion, x.third, x.style, x.level, 2) for _, x in images]
    codes, labels = torch.cat(codes), np.array(labels, np.int16)
    # Most portraits are read as neutral: a code of theirs under another label would teach that codes mean nothing.
    kept = (labels[:, 4] != 2) | (read_as(codes, moods) == labels[:, 0])
    return codes.numpy().astype(np.float16)[kept], labels[kept]


def read_as(codes, moods):
    """The emotion [n] of the mood nearest to each code."""
    return -(-(functional.normalize(codes) @ functional.normalize(moods).T).argmax(1).numpy() // 3)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", default="target/training")
    parser.add_argument("--sources", nargs="+", choices=SOURCES, default=SOURCES)
    options = parser.parse_args()
    work = Path(options.work)
    towers, material = load(work)
    modules = stages.load_stage(work / "text.safetensors")[0]
    table, goals = Ngrams.kept(modules["ngrams"]), Goals(**modules["goals"])
    read = lambda texts: goals.of([said(row) for row in table(texts)])
    codes, labels = bank(towers, read, goals.moods, material, options.sources)
    energy = (LENGTH * goals.energy).numpy().astype(np.float32)
    part = work / ".style_codes.npz"
    np.savez(part, codes=codes, labels=labels, energy=energy, neutral=read([DEFAULT])[0].numpy().astype(np.float32))
    part.replace(work / "style_codes.npz")
    wide = codes.astype(np.float32)
    print(f"{len(codes)} codes, {len(np.unique(labels[:, :4], axis=0))} labels; mean {np.abs(wide.mean(0)).mean():.2f}, "
          f"deviation {wide.std(0).mean():.2f} per dimension, length {np.linalg.norm(wide, axis=1).mean():.2f}")


if __name__ == "__main__":
    main()
