"""What a linear map on Whisper's features, learned from four minutes of a performer, reaches on her other clips.

Fitted on TRAIN's clips that have a face (1114_2_02 and 1114_2_04) alone; the reach of the features and the ridge are chosen
there too, each clip judged by the map of the other. The tracks are read once, at the end.

    python -m media2face_training.evaluation.ridge --work target/training --train DIR --tracks DIR
"""

import argparse
import itertools
import sys
from pathlib import Path

import numpy as np

from .. import packages
from ..config import FPS
from ..speech import whisper
from ..speech.synthesis import read_wave, to_16k
from .real import OPENING, ROUNDING, best, rounding_of

REACHES = ((0,), (-2, 0, 2), (-3, -1, 0, 1, 3))  # frames of 30 a second that a frame's map sees
RIDGES = (1e2, 1e3, 1e4, 1e5)
TRAINED_ON = ("1114_2_02", "1114_2_04")


def at_fps(features, frames):
    """[T, width] at 50 Hz -> [frames, width] at the animation rate, as the packs read them."""
    position = np.clip((np.arange(frames) + 0.5) * 50 / FPS - 0.5, 0, len(features) - 1)
    low = position.astype(int)
    high, part = np.minimum(low + 1, len(features) - 1), (position - low)[:, None]
    return features[low] * (1 - part) + features[high] * part


def seen(features, reach):
    """[F, width] -> [F, width x reach]: each frame with its neighbours, the ends held."""
    index = np.arange(len(features))
    return np.concatenate([features[np.clip(index + k, 0, len(features) - 1)] for k in reach], 1)


class Map:
    """A ridge from features to the two channels, each in standard deviations of its clip."""

    def __init__(self, clips, reach, ridge):
        self.reach = reach
        x = np.concatenate([seen(f, reach) for f, _ in clips])
        y = np.concatenate([(t - t.mean(0)) / t.std(0) for _, t in clips])
        self._mean, self._scale = x.mean(0), x.std(0) + 1e-6
        x = (x - self._mean) / self._scale
        self._map = np.linalg.solve(x.T @ x + ridge * np.eye(x.shape[1]), x.T @ y)

    def __call__(self, features):
        return ((seen(features, self.reach) - self._mean) / self._scale) @ self._map


def load(teacher, folder, names=None):
    """{clip: (features [F, width], opening and rounding [F, 2])} of a folder's wav and npy. Of named clips, which are learned from,
    rounding is all that rounds the lips; of others the gate's one channel."""
    folder = Path(folder)
    listed = next(p for p in (folder / "names.txt", folder.parent / "tracks" / "names.txt") if p.exists())
    channels = listed.read_text().split()
    out = {}
    for path in sorted(folder.glob("*.wav")):
        if path.with_suffix(".npy").exists() and (names is None or path.stem in names):
            track = np.load(path.with_suffix(".npy")).astype(np.float64)
            rounding = rounding_of(track, channels) if names else track[:, channels.index(ROUNDING)]
            truth = np.stack([track[:, channels.index(OPENING)], rounding], 1)
            samples = to_16k(*read_wave(path)).astype(np.float32) / 32768
            out[path.stem] = at_fps(teacher(samples).numpy().astype(np.float64), len(truth)), truth
    return out


def crossed(clips, reach, ridge):
    """Mean correlation on each clip of the map of the others."""
    values = []
    for name, (features, truth) in clips.items():
        found = Map([c for other, c in clips.items() if other != name], reach, ridge)(features)
        values += [best(found[:, k], truth[:, k]) for k in (0, 1)]
    return float(np.mean(values))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", default="target/training")
    parser.add_argument("--train", required=True, metavar="DIR", help="wav and npy to learn from")
    parser.add_argument("--tracks", required=True, metavar="DIR", help="wav, npy and names.txt to be judged on")
    options = parser.parse_args()
    try:
        teacher = whisper.Teacher(Path(options.work) / "packages")
    except (packages.Refused, whisper.Refused) as error:
        sys.exit(f"error: {error}")
    clips = load(teacher, options.train, TRAINED_ON)
    if sorted(clips) != sorted(TRAINED_ON):
        sys.exit(f"error: {options.train} lacks {', '.join(sorted(set(TRAINED_ON) - set(clips)))} (.wav and .npy)")
    tried = {choice: crossed(clips, *choice) for choice in itertools.product(REACHES, RIDGES)}
    for (reach, ridge), value in tried.items():
        print(f"reach {' '.join(map(str, reach)):14} ridge {ridge:8.0f}  crossed r {value:.3f}", flush=True)
    reach, ridge = max(tried, key=tried.get)
    print(f"chosen: reach {reach}, ridge {ridge:g}")
    found = Map(list(clips.values()), reach, ridge)
    for name, (features, truth) in load(teacher, options.tracks).items():
        y = found(features)
        print(f"{name}  opening {best(y[:, 0], truth[:, 0]):.3f}  rounding {best(y[:, 1], truth[:, 1]):.3f}")


if __name__ == "__main__":
    main()
