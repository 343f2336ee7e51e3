"""Motion of M2F-S as the denoiser sees it: standardised latents and head pose, beside the features that go with them.

    x = ([z, pose] - mean) / std,  z = M(weights)     or, for the row without GNPFA, x = ([weights, pose] - mean) / std
"""

import json
from pathlib import Path

import numpy as np
import torch

from ..config import DIFFUSION, GNPFA, UNITS
from ..face.networks import expression_of, load_mappings
from ..storage import clip_path, read_index, read_lines

POSE = 6
WINDOW, SHORTEST, SHORT, LONGEST_PREFIX = DIFFUSION["window"], 40, 64, 40  # frames
PERFORMED = 0.1  # share of the windows that are a performer's
STILL = 0.3  # a dimension's scale is at least this share of the median: what hardly moves is not blown up to noise


def truth(data, work):
    """(rows of the index by number, each with `first`; float16 [frames, 52 + 6] of all clips), cached in the work folder."""
    rows, table = read_index(data), Path(work) / "motion.npy"
    first = 0
    for row in rows:
        row["first"] = first
        first += row["frames"]
    stamp = Path(work) / "motion.json"
    key = json.dumps([str(Path(data).resolve()), len(rows), first, (Path(data) / "index.jsonl").stat().st_mtime])
    if not table.exists() or not stamp.exists() or stamp.read_text() != key:
        out = np.empty((first, UNITS + POSE), np.float16)
        for row in rows:
            with np.load(clip_path(data, row["number"])) as clip:
                part = slice(row["first"], row["first"] + row["frames"])
                out[part, :UNITS], out[part, UNITS:] = clip["weights"], clip["pose"]
        np.save(Path(work) / "motion.new.npy", out)
        (Path(work) / "motion.new.npy").rename(table)
        stamp.write_text(key)
    return {row["number"]: row for row in rows}, np.load(table, mmap_mode="r")


def motion_of(table, from_weights=None):
    """Motion f32 [frames, d_x] of weights and pose [frames, 52 + 6]: latents by the mapping M, or the weights themselves."""
    expression = expression_of(table[:, :UNITS], from_weights) if from_weights is not None else table[:, :UNITS].astype(np.float32)
    return np.concatenate([expression, table[:, UNITS:]], 1)


def moments(x, expression):
    """(mean, std) of motion [frames, d_x] whose first `expression` dimensions are not poses."""
    mean, std = x.mean(0), x.std(0)
    std[:expression] = np.maximum(std[:expression], STILL * np.median(std[:expression]))
    return mean.astype(np.float32), std.astype(np.float32)


def lengths(rng, frames):
    """(frames of a window, windows of a batch, frames given clean): two in five batches of whole windows, one in five as a stream has
    them, the rest short ones. What lasts, a style, is told once a window, so that short ones teach it by far more examples."""
    kind = rng.random()
    if kind < 0.4:
        return WINDOW, max(1, frames // WINDOW), 0
    length = int(rng.integers(SHORTEST, (WINDOW if kind < 0.6 else SHORT) + 1))
    return length, max(1, frames // length), int(rng.integers(0, min(LONGEST_PREFIX, length // 2) + 1)) if kind < 0.8 else 0


def short(rng, frames):
    """The same where all windows are short ones."""
    length = int(rng.integers(SHORTEST, SHORT + 1))
    return length, max(1, frames // length), 0


class Source:
    """Clips to learn from: their motion, the features of every copy, in the folder `work`."""

    def __init__(self, work, rows, x, fraction=1.0):
        self.x = x
        self.features = np.load(Path(work) / "features.npy", mmap_mode="r")
        copies = read_lines(Path(work) / "features.jsonl")
        train = sorted({c["number"] for c in copies if c["split"] == "train"})
        kept = set(np.random.default_rng(5).permutation(train)[: max(1, round(fraction * len(train)))].tolist())
        self.clips = [(rows[c["number"]], c) for c in copies if c["number"] in kept]
        self.frames = np.array([copy["frames"] for _, copy in self.clips])

    def windows(self, rng, length, count):
        """(motion [N, d_x], features [N, d_a], row of the index) of each of `count` random windows."""
        if count == 0:
            return
        share = np.where(self.frames >= length, self.frames, 0).astype(np.float64)
        for k in rng.choice(len(self.clips), count, p=share / share.sum()):
            row, copy = self.clips[k]
            start = rng.integers(0, copy["frames"] - length + 1)
            part = lambda table, first: table[first + start : first + start + length]
            yield part(self.x, row["first"]), part(self.features, copy["first"]), row


class Windows:
    """Random windows of the training clips, the features of one of their copies and a style code each.

    `fraction` keeps that share of the clips, the same ones for the same share; a smaller share is part of a larger one. `beside`
    is another source and how often a window comes from it.
    """

    def __init__(self, work, rows, x, codes, rng, fraction=1.0, beside=None):
        self.codes, self.rng = codes, rng
        self.source, self.beside = Source(work, rows, x, fraction), beside

    @property
    def features(self):
        """Of the training clips, [frames of all copies, d_a]."""
        return self.source.features

    def batch(self, length, count):
        """(motion [B, N, d_x], features [B, N, d_a], style codes [B, 1, d_p]) of `count` windows of `length` frames."""
        motion, audio, style = [], [], []
        others = int(self.rng.binomial(count, self.beside[1])) if self.beside else 0
        drawn = [*self.source.windows(self.rng, length, count - others)]
        drawn += self.beside[0].windows(self.rng, length, others) if others else []
        for x, features, row in drawn:
            motion.append(x)
            audio.append(features)
            said = (row[name] for name in ("emotion", "intensity", "style", "level"))
            style.append(self.codes.draw(self.rng, *said, row.get("energy", 0.0))[None])
        return tuple(torch.from_numpy(np.stack(part).astype(np.float32)) for part in (motion, audio, style))


def opened(data, work, codes, rng, performer=None, fraction=1.0, latents=True, scale=None):
    """(Windows of a data set whose features and mappings are in the folder `work`, mean, std) of motion on the given scale, or on its own.

    With the folder of a performer's clips, PERFORMED of the windows are of them; their features are in `work`/performer.
    """
    work, width = Path(work), GNPFA["d_z"] if latents else UNITS
    from_weights = load_mappings(work)[0] if latents else None
    rows, table = truth(data, work)
    x = motion_of(table, from_weights)
    mean, std = scale or moments(x, width)
    standard = lambda x: ((x - mean) / std).astype(np.float16)
    beside = None
    if performer:
        own_rows, own_table = truth(performer, work / "performer")
        beside = Source(work / "performer", own_rows, standard(motion_of(own_table, from_weights))), PERFORMED
    return Windows(work, rows, standard(x), codes, rng, fraction, beside), mean, std
