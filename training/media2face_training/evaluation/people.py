"""A pack's faces in the figures of `alive`, through the runtime: against a performer's tracks, and recordings by themselves.

    python -m media2face_training.evaluation.people --pack models/starter.m2f --tracks DIR --seeds 8
    python -m media2face_training.evaluation.people --pack models/starter.m2f --adjusted CLIP.wav ...

Each row is the mean over takes. "Of the mean take" is the correlation of all takes' mean: what chance has no part in. A folder of tracks
has NAME.wav and NAME.npy, and the rig's channels in names.txt, or in ../tracks/names.txt.
"""

import argparse
from pathlib import Path

import numpy as np

from ..vocabulary import ARKIT
from . import alive
from .real import OPENING, ROUNDING, best, rounding_of, sound_of
from .runtime import Runtime
from .testset import energy


def takes_of(runtime, path, seeds, **options):
    """[Motion] of a clip, its channels in ARKit's order."""
    return [runtime.animate(path, offsets=False, seed=seed, **options) for seed in range(1, seeds + 1)]


def performed(runtime, path, channels, seeds, **options):
    """[{figure: value}] of each take of a performer's clip."""
    truth, takes = np.load(path.with_suffix(".npy")), takes_of(runtime, path, seeds, **options)
    frames = min(len(truth), *(len(take.weights) for take in takes))
    truth = truth[:frames]
    opening = truth[:, channels.index(OPENING)]
    # The gate reads one channel; in the clips to learn from nearly all rounding is in others of the same meaning (`real.ROUNDED`).
    rounding = truth[:, channels.index(ROUNDING)] if (path.parent / "names.txt").exists() else rounding_of(truth, channels)
    loud = energy(sound_of(path), frames)
    lips = [ARKIT.index(name) for name in ("mouthFunnel", "mouthPucker")]
    mean = np.mean([take.weights[:frames] for take in takes], 0)
    of_mean = {"opening of the mean take": best(mean[:, ARKIT.index("jawOpen")], opening),
               "rounding of the mean take": best(mean[:, lips].sum(1), rounding)}
    return [alive.measures(take.weights[:frames], take.pose[:frames], loud, opening, rounding) | of_mean for take in takes]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clips", nargs="*", type=Path, help="recordings")
    parser.add_argument("--tracks", type=Path, help="folder of a performer's clips")
    parser.add_argument("--pack", type=Path, default=Path("models/starter.m2f"))
    parser.add_argument("--m2f", type=Path, default=Path("target/release/m2f"), help="the command-line tool")
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--steps", type=int, help="denoising steps; the pack's by default")
    parser.add_argument("--style", help="in place of none")
    parser.add_argument("--adjusted", action="store_true", help="with the pack's adjustments, as users get it")
    options = parser.parse_args()
    runtime, more = Runtime(options.m2f, options.pack), dict(steps=options.steps, style=options.style, adjusted=options.adjusted)
    found = []
    if options.tracks:
        names = options.tracks / "names.txt"
        channels = (names if names.exists() else options.tracks.parent / "tracks" / "names.txt").read_text().split()
        for path in sorted(options.tracks.glob("*.wav")):
            if path.with_suffix(".npy").exists():
                found += [(path.stem, figures) for figures in performed(runtime, path, channels, options.seeds, **more)]
    for path in options.clips:
        takes = takes_of(runtime, path, options.seeds, **more)
        loud = energy(sound_of(path), min(len(take.weights) for take in takes))
        found += [(path.stem, alive.alone(take.weights[: len(loud)], take.pose[: len(loud)], loud)) for take in takes]
    print("\n".join(alive.table(found)))


if __name__ == "__main__":
    main()
