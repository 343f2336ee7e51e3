"""The table of models: every row animates the same test clips, every column has its 95 % interval."""

import hashlib
import json
import os
from pathlib import Path

import numpy as np

from ..config import FPS
from . import baselines, metrics

COLUMNS = ("lve_mm", "lve_best_mm", "lve_sq", "fdd", "abs_fdd", "ba", "recall", "precision", "diversity_mm")
HEADS = {"lve_mm": "LVE, one take", "lve_best_mm": "LVE, best of takes", "lve_sq": "squared LVE", "fdd": "FDD",
         "abs_fdd": "absolute FDD", "ba": "BA", "recall": "closure recall", "precision": "closure precision",
         "diversity_mm": "diversity"}

# What a director calls each act.
MOVES = {"nod": "nodding", "shake": "shaking the head", "tilt": "tilting the head", "raise": "head raised", "lower": "head lowered",
         "wink": "winking", "frown": "frowning", "turn": "turning the head", "forward": "leaning forward", "back": "leaning back",
         "sway": "swaying", "brows": "raising the brows", "closed": "eyes closed", "away": "looking away"}


def prompt(row):
    """What a director would write for a clip: its emotion with its strength, and how the head moves. None: nothing."""
    words = []
    if row["emotion"] != "neutral":
        adverb = "slightly " if row["intensity"] < 0.45 else "very " if row["intensity"] >= 0.75 else ""
        words.append(adverb + row["emotion"])
    if row["style"] != "none":
        words.append(MOVES[row["style"]] + {1: " a little", 2: "", 3: " a lot"}[row["level"]])
    return ", ".join(words) or None


class RuntimeRow:
    """A pack through the runtime. What was measured once is kept: `cache`/HASH-of-pack-and-options/NUMBER-SEED.npz."""

    def __init__(self, runtime, geometry, cache, **options):
        self.runtime, self.geometry, self.options = runtime, geometry, options
        digest = hashlib.sha256(runtime.pack.read_bytes() + json.dumps(options, sort_keys=True).encode())
        self.folder = Path(cache) / digest.hexdigest()[:16]
        self.folder.mkdir(parents=True, exist_ok=True)

    def __call__(self, clip, seed=0):
        path = self.folder / f"{clip.row['number']}-{seed}.npz"
        if not path.exists():
            motion = self.runtime.animate(clip.audio, seed=seed, style=prompt(clip.row), **self.options)
            frames = min(len(motion.pose), len(clip.weights))
            if motion.offsets is None:  # blendshapes
                shape = self.geometry.of_weights(motion.weights[:frames])
            else:
                shape = self.geometry.of_offsets(motion.offsets[:frames])
            part = path.with_suffix(".part.npz")
            np.savez(part, lip=shape.lip.astype(np.float16), upper=shape.upper.astype(np.float16), gap=shape.gap,
                     pose=motion.pose[:frames])
            os.replace(part, path)
        with np.load(path) as kept:
            shape = type(clip.shape)(kept["lip"].astype(np.float32), kept["upper"].astype(np.float32), kept["gap"])
            return baselines.Take(shape, kept["pose"])


def measure(clip, takes):
    """One clip's columns from the takes of a row (one or several seeds)."""
    lve = [metrics.lip_vertex_error(clip.shape.lip[: len(t.pose)], t.shape.lip) for t in takes]
    fdd = [metrics.dynamics_deviation(clip.shape.upper[: len(t.pose)], t.shape.upper) for t in takes]
    ba = [metrics.beat_alignment(clip.pose[:, :3], t.pose[:, :3]) for t in takes]
    return dict(lve_mm=[v for v, _ in lve], lve_best_mm=[min(v for v, _ in lve)], lve_sq=[v for _, v in lve], fdd=fdd,
                abs_fdd=[abs(np.mean(fdd))], ba=ba,
                closures=np.sum([metrics.closures(t.shape.gap, clip.row["phones"], FPS) for t in takes], 0),
                diversity_mm=[metrics.diversity([t.shape.lip for t in takes])] if len(takes) > 1 else [np.nan])


def summary(measured):
    """[per clip] -> {column: (mean, low, high)}; nan where a row does not have the column."""
    nothing = (float("nan"),) * 3
    out = {column: metrics.interval([m[column] for m in measured]) if column in measured[0] else nothing
           for column in COLUMNS if column not in ("recall", "precision")}
    counts = [m["closures"] for m in measured if "closures" in m]
    out["recall"], out["precision"] = metrics.ratio_interval(counts) if counts else (nothing, nothing)
    return out


def markdown(rows):
    """{row: summary} -> a table; the interval behind every mean."""
    lines = ["| row | " + " | ".join(HEADS[c] for c in COLUMNS) + " |", "|---" * (len(COLUMNS) + 1) + "|"]
    for name, values in rows.items():
        cells = ["–" if np.isnan(values[c][0]) else "{:.2f} [{:.2f}, {:.2f}]".format(*values[c]) for c in COLUMNS]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)
