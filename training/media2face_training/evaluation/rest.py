"""What a pack's adjustments make of real voices: lips in speech, the mouth in pauses, both ends of a clip.

    python -m media2face_training.evaluation.rest --pack models/starter.m2f --seeds 3 CLIP.wav …

A line for each clip as the networks make it and one as users get it, over seeds: height between the lips in speech (median,
95 %, mm), share of its frames in which they touch (below 1 mm), jawOpen in speech, share of the frames of pauses over 0.4 s
with jawOpen above .05, angle of the head at the first frame and the last (largest, degrees), most closure of a lid at the
first frame, largest difference between the lids, jawOpen at the last frame.
"""

import argparse
import json
from pathlib import Path

import numpy as np
from safetensors import safe_open

from ..config import FPS
from .real import sound_of
from .runtime import RATE, Runtime

SPEECH = 2.0  # log10 of the energy below its 95th percentile that still is speech
PAUSE_S = 0.4


def log_energy(samples, frames):
    """Mean square of each frame's samples [frames], log10."""
    sound = np.asarray(samples, np.float64) / 32768
    cuts = [sound[i * RATE // FPS : (i + 1) * RATE // FPS] for i in range(frames)]
    return np.log10([(cut**2).mean() + 1e-7 if len(cut) else 1e-7 for cut in cuts])


def pauses(samples, frames):
    """[frames] of stretches over PAUSE_S within 8 dB of the quietest twentieth, or 38 dB below loud parts."""
    sound = np.asarray(samples, np.float64) / 32768
    hops = np.lib.stride_tricks.sliding_window_view(np.pad(np.diff(sound, prepend=0), 160), 480)[::160]
    level = 10 * np.log10((hops**2).mean(1) + 1e-10)
    floor, loud = np.percentile(level, [5, 95])
    quiet = level < max(loud - 38, min(floor + 8, loud - 16))
    edges = np.flatnonzero(np.diff(np.concatenate([[0], quiet.astype(int), [0]])))
    found = np.zeros(frames, bool)
    for start, end in edges.reshape(-1, 2):
        if (end - start) / 100 >= PAUSE_S:
            found[int(np.ceil(start * FPS / 100)) : int(end * FPS / 100)] = True
    return found


class Lips:
    """Pairs of vertices that touch at rest, in the middle of the mouth of the pack's first identity."""

    def __init__(self, runtime):
        with safe_open(runtime.pack, "numpy") as pack:
            self.neutral = np.asarray(pack.get_tensor("identities.0.vertices"), np.float64)
            manifest = json.loads(pack.metadata()["media2face"])
        self.names = manifest["blendshapes"]["names"]
        opened = runtime.animate(np.zeros(RATE // 10, np.int16), keyframe="0=jawOpen=1").offsets[0]
        soft = [range(*part["vertices"]) for part in manifest["topology"]["parts"] if part["name"] in ("skin", "lips", "mouth")]
        near = np.array([vertex for part in soft for vertex in part if abs(self.neutral[vertex, 0]) < 20])
        apart = np.linalg.norm(self.neutral[near, None] - self.neutral[None, near], axis=2)
        upper, lower = np.nonzero((apart < 3) & (opened[near, None, 1] - opened[None, near, 1] > 8))
        middle = (self.neutral[near[upper], 0] + self.neutral[near[lower], 0]) / 2
        pairs = {}
        for k in np.argsort(-apart[upper, lower]):
            pairs[round(middle[k] / 2)] = near[upper[k]], near[lower[k]]
        pairs = [pairs[side] for side in sorted(pairs)]
        self.pairs = np.array(pairs[len(pairs) // 2 - 2 : len(pairs) // 2 + 3])

    def gap(self, offsets):
        """Offsets [F, V, 3] -> height between the lips [F], mm."""
        height = self.neutral[:, 1] + offsets[:, :, 1]
        return (height[:, self.pairs[:, 0]] - height[:, self.pairs[:, 1]]).mean(1)


def figures(motion, samples, lips):
    """Figures of one take, in the order of the heading."""
    heard = min(len(motion.weights), len(samples) * FPS // RATE)
    energy = log_energy(samples, heard)
    speech, quiet = energy > np.percentile(energy, 95) - SPEECH, pauses(samples, heard)
    names = lips.names
    jaw, gap = motion.weights[:, names.index("jawOpen")], lips.gap(motion.offsets)
    lids = motion.weights[:, [names.index("eyeBlinkLeft"), names.index("eyeBlinkRight")]]
    turned = np.degrees(np.linalg.norm(motion.pose[:, :3], axis=1))
    spoken = gap[:heard][speech]
    return [np.median(spoken), np.percentile(spoken, 95), (spoken < 1).mean(), jaw[:heard][speech].mean(),
            (jaw[:heard][quiet] > 0.05).mean() if quiet.any() else np.nan,
            turned[0], turned[-1], lids[0].max(), np.ptp(lids, 1).max(), jaw[-1]]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clips", nargs="+", type=Path)
    parser.add_argument("--pack", type=Path, default=Path("models/starter.m2f"))
    parser.add_argument("--binary", type=Path, default=Path("target/release/m2f"))
    parser.add_argument("--seeds", type=int, default=3)
    args = parser.parse_args()
    runtime = Runtime(args.binary, args.pack)
    lips = Lips(runtime)
    print(f"{'':28}" + "".join(f"{title:>9}" for title in (
        "gap", "95 %", "touch", "jaw", "pauses", "first", "last", "lids", "apart", "end")))
    for path in args.clips:
        samples = sound_of(path)
        for adjusted in (False, True):
            takes = [figures(runtime.animate(path, adjusted=adjusted, seed=seed), samples, lips)
                     for seed in range(1, args.seeds + 1)]
            shown = np.concatenate([np.mean(takes, 0)[:5], np.max(takes, 0)[5:]])
            kind = "adjusted" if adjusted else "networks"
            print(f"{path.stem[:18]:19}{kind:9}" + "".join(f"{value:9.2f}" for value in shown))


if __name__ == "__main__":
    main()
