"""Does a livelier voice move more than the mouth? One recording is spoken flatly and vividly, and both are animated without a style.

    python -m media2face_training.evaluation.aroused --pack models/starter.m2f --data DIR

WORLD (Morise et al. 2016) takes a recording apart; its pitch and its loudness go FLAT and VIVID times as far from their own middle, and
it is put together again. A pair rises where the vivid one's upper face, and head, move faster. An emotion nobody asked for is one that
the classifier reads off the vivid one. Needs `pip install -r training/requirements.txt`.
"""

import argparse

import numpy as np
import pyworld
from scipy.ndimage import gaussian_filter1d

from ..config import FPS
from ..vocabulary import ARKIT, EMOTION_NAMES
from .classifier import Classifier, motion_of
from .runtime import RATE, Runtime
from .told import neutral_clips

FLAT, VIVID = 0.5, 1.5
FRAME_MS, SLOW_S = 5.0, 0.08  # of the analysis; loudness is that of syllables
UPPER = [k for k, name in enumerate(ARKIT) if name.startswith(("brow", "eyeSquint", "eyeWide", "cheekSquint"))]


def with_range(samples, factor):
    """int16 samples at RATE, spoken with `factor` times their range of pitch and of loudness."""
    x = samples.astype(np.float64) / 32768
    pitch, time_s = pyworld.harvest(x, RATE, frame_period=FRAME_MS)
    envelope, noise = pyworld.cheaptrick(x, pitch, time_s, RATE), pyworld.d4c(x, pitch, time_s, RATE)
    voiced = pitch > 0
    if voiced.any():
        middle = np.median(np.log(pitch[voiced]))
        pitch[voiced] = np.exp(middle + factor * (np.log(pitch[voiced]) - middle)).clip(60, 600)
    level = gaussian_filter1d(np.log(envelope.mean(1) + 1e-12), SLOW_S * 1000 / FRAME_MS)
    loud = level > level.max() - np.log(1e4)  # silence stays what it is
    gain = np.where(loud, (factor - 1) * (level - level[loud].mean()), 0)
    out = pyworld.synthesize(pitch, envelope * np.exp(gaussian_filter1d(gain, 2))[:, None], noise, RATE, FRAME_MS)[: len(x)]
    out *= np.sqrt(np.mean(x**2) / (np.mean(out**2) + 1e-12))
    return (out * 32768).clip(-32768, 32767).astype(np.int16)


def speeds(motion):
    """(of the upper face, sum over its weights; of the head, degrees): root mean square of the change a second."""
    rms = lambda x: np.sqrt(np.mean((np.diff(x, axis=0) * FPS) ** 2, 0)).sum()
    return float(rms(motion.weights[:, UPPER])), float(rms(np.degrees(motion.pose[:, :3])))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pack", default="models/starter.m2f")
    parser.add_argument("--m2f", default="target/release/m2f", help="the command-line tool")
    parser.add_argument("--data", required=True, help="folder of M2F-S")
    parser.add_argument("--classifier", default="models/classifier/style.safetensors")
    parser.add_argument("--pairs", type=int, default=40)
    options = parser.parse_args()
    runtime, classifier = Runtime(options.m2f, options.pack), Classifier(options.classifier)
    found, vivid = [], []
    for seed, clip in enumerate(neutral_clips(options.data, options.pairs)):
        flat, lively = (runtime.animate(with_range(clip.audio, factor), offsets=False, seed=seed) for factor in (FLAT, VIVID))
        found.append([*speeds(flat), *speeds(lively)])
        vivid.append(motion_of(lively.weights, lively.pose))
    found = np.array(found)
    face, head = found[:, 2] > found[:, 0], found[:, 3] > found[:, 1]
    moods = [EMOTION_NAMES[k] for k in classifier.probabilities(vivid)[0].argmax(1)]
    print(f"{len(found)} pairs: upper face rises in {face.mean():.0%}, head in {head.mean():.0%}, both in {(face & head).mean():.0%}")
    print("vivid over flat: upper face {:.2f}, head {:.2f}".format(*np.median(found[:, 2:] / found[:, :2], 0)))
    print(f"neutral in {moods.count('neutral')} of {len(moods)}: " + ", ".join(f"{m} {moods.count(m)}" for m in sorted(set(moods))))


if __name__ == "__main__":
    main()
