"""Expressions to train on: frames of M2F-S and random combinations of face units."""

from pathlib import Path

import numpy as np

from ..storage import clip_path, read_index
from ..vocabulary import ARKIT
from .rig import random_weights

RANDOM = 60000  # combinations kept in memory
MOVES = 0.03  # a channel moves where its standard deviation over the set's frames exceeds this


def _other_side(name):
    """The unit that a mirror shows: the left one of a right one and the reverse, else itself."""
    for one, other in (("Left", "Right"), ("Right", "Left")):
        if name.endswith(one):
            return name[: -len(one)] + other
    return name


OTHER_SIDE = np.array([ARKIT.index(_other_side(name)) for name in ARKIT])


def recorded(data, splits, every=1):
    """Weights [frames, 52] of every n-th frame of the clips of these splits, float32."""
    rows = [row for row in read_index(data) if row["split"] in splits]
    if not rows:
        raise SystemExit(f"{data}: no clip of {', '.join(splits)}; make the set with media2face_training.dataset")
    out = []
    for row in rows:
        with np.load(clip_path(data, row["number"])) as clip:
            out.append(clip["weights"][::every])
    return np.concatenate(out).astype(np.float32)


def moving(weights):
    """Indices of the channels that the frames [n, 52] move."""
    return np.where(weights.std(0) > MOVES)[0]


class Expressions:
    """Draws batches of weights: a tenth neutral, most from the data set, the rest random combinations."""

    def __init__(self, data, rng, every=2):
        self.rng = rng
        self.recorded = recorded(data, ("train",), every)
        self.random = random_weights(rng, RANDOM, ARKIT).astype(np.float32)

    def draw(self, count, neutral=0.06, speech=0.60, few=0.0):
        """[count, 52] in 0..1; a fifth of the recorded frames is stretched or shrunk; `few`: one to three units."""
        rng = self.rng
        kind = rng.random(count)
        out = self.random[rng.integers(len(self.random), size=count)]
        spoken = np.where((kind >= neutral) & (kind < neutral + speech))[0]
        out[spoken] = self.recorded[rng.integers(len(self.recorded), size=len(spoken))]
        changed = spoken[: len(spoken) // 5]
        out[changed] = np.clip(out[changed] * rng.uniform(0.5, 1.6, (len(changed), 1)), 0, 1)
        single = kind > 1 - few
        out[single] = few_units(rng, single.sum())
        out[kind < neutral] = 0
        return out


def few_units(rng, count):
    """[count, 52]: one to three units each, half of them with their mirror image; lips close what the jaw opens."""
    out, rows = np.zeros((count, len(ARKIT)), np.float32), np.arange(count)
    for turn in range(3):
        unit = rng.integers(len(ARKIT), size=count)
        amount = rng.uniform(0.15, 1, count) * (rng.random(count) < (1, 0.5, 0.3)[turn])
        out[rows, unit] = np.maximum(out[rows, unit], amount)
        both = np.where(rng.random(count) < 0.5, OTHER_SIDE[unit], unit)
        out[rows, both] = np.maximum(out[rows, both], amount)
    jaw, close = ARKIT.index("jawOpen"), ARKIT.index("mouthClose")
    out[:, jaw] = np.maximum(out[:, jaw], out[:, close])
    return out


def swap_sides(weights):
    """Weights [n, 52] of the faces in a mirror."""
    return weights[:, OTHER_SIDE]


def folder(path):
    """A data set's folder, which must exist."""
    path = Path(path)
    if not (path / "index.jsonl").exists():
        raise SystemExit(f"{path} holds no data set; make it with media2face_training.dataset")
    return path
