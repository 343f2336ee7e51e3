"""Test clips of M2F-S with their true geometry."""

from dataclasses import dataclass

import numpy as np

from ..config import FPS
from ..speech import mel
from ..speech.clips import energy_db
from ..storage import clip_path, read_index

SHORTEST_S, LONGEST_S = 2.0, 9.0


class Geometry:
    """Lips, upper face and gap of one identity, from weights by the rules' own rig or from decoded offsets."""

    def __init__(self, face, identity="average"):
        self.face, self.neutral = face, face.named[identity]
        self.lip, self.upper = face.asset["lip"], face.asset["upper"]
        self.closed = face.lip_gap(self.neutral)

    def of_offsets(self, offsets):
        """Vertex offsets [F, V, 3] in mm -> Shape."""
        gap = (self.face.lip_gap(self.neutral + offsets) - self.closed).mean(-1)
        return Shape(offsets[:, self.lip].astype(np.float32), offsets[:, self.upper].astype(np.float32), gap)

    def of_weights(self, weights):
        """52 weights [F, 52] -> Shape, by blending face units linearly."""
        return self.of_offsets(self.face.offsets(self.neutral, weights))


@dataclass
class Shape:
    """Offsets of the lips [F, n, 3] and of the upper face [F, m, 3], gap of the inner lips [F]; mm."""

    lip: np.ndarray
    upper: np.ndarray
    gap: np.ndarray


@dataclass
class Take:
    """What a row of the table made of a clip."""

    shape: Shape
    pose: np.ndarray


@dataclass
class Clip:
    """A test clip: index row, int16 audio, true weights [F, 52], pose [F, 6] and shape."""

    row: dict
    audio: np.ndarray
    weights: np.ndarray
    pose: np.ndarray
    shape: Shape


def energy(samples, frames):
    """Log energy of int16 samples at 16 kHz per animation frame, in dB against the clip's loud parts."""
    level = energy_db(samples.astype(np.float32) / 32768, mel.frame_count(len(samples)))
    return np.interp((np.arange(frames) + 0.5) / FPS, np.arange(len(level)) / 100, level)


def load(data, row, geometry=None):
    """A clip of the data set."""
    with np.load(clip_path(data, row["number"])) as arrays:
        weights = arrays["weights"].astype(np.float32)
        return Clip(row, arrays["audio"], weights, arrays["pose"], geometry and geometry.of_weights(weights))


def choose(data, count, seed=0):
    """Rows of `count` spoken test clips of 2 to 9 s, as many for each reason they were held out."""
    rows = [r for r in read_index(data) if r["split"] == "test" and r["delivery"] == "spoken"
            and SHORTEST_S <= r["seconds"] <= LONGEST_S]
    reasons = sorted({r["held_out"] for r in rows})
    rng = np.random.default_rng(seed)
    shuffled = {reason: rng.permutation([i for i, r in enumerate(rows) if r["held_out"] == reason]).tolist()
                for reason in reasons}
    chosen = []
    while len(chosen) < min(count, len(rows)):
        chosen += [rows[shuffled[reason].pop()] for reason in reasons if shuffled[reason]]
    return chosen[:count]
