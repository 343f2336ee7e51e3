"""The rules against a performer, before anything is trained on them: her voice, phones as the audio encoder hears them, the rules.

What is measured is what docs/model-notes/motion.md and the model card call lifelike: opening and rounding against her rig, whole and
while she speaks, also beyond what loudness explains; jaws open in pauses; how fast lips round; heads that hold still; eyes
that hold the world while the head turns; brows that are not each other's mirror. Only clips to train on are read.

    python -m media2face_training.evaluation.rules --work target/training --train DIR [--seeds 4]
"""

import argparse
import json
import sys
from pathlib import Path

import numpy as np

from ..config import FPS
from ..rules import bearing
from ..speech import clips, mel
from ..speech.synthesis import read_wave, to_16k
from ..vocabulary import ARKIT
from .real import OPENING, rounding_of

SPEECH_DB, PAUSE_S, STILL_DEG_S = 20.0, 0.4, 2.0  # below the 95th percentile; a pause; a head that holds still


def load(work, folder):
    """[(name, segments, energy in dB per 10 ms, opening, rounding)] of the clips with a face; what is heard is kept in WORK."""
    folder, kept = Path(folder), Path(work) / "heard"
    if (folder / "names.txt").exists():
        sys.exit(f"error: {folder} holds tracks to be judged on; the rules are fitted elsewhere")
    channels = (folder.parent / "tracks" / "names.txt").read_text().split()
    out = []
    for path in sorted(folder.glob("*.wav")):
        if not path.with_suffix(".npy").exists():
            continue
        truth, samples = np.load(path.with_suffix(".npy")), to_16k(*read_wave(path))
        note = kept / f"{path.stem}.json"
        if not note.exists():
            from ..speech.listening import heard  # needs PyTorch, which the rules do not

            kept.mkdir(parents=True, exist_ok=True)
            note.write_text(json.dumps(heard(work, samples)))
        energy = clips.energy_db(samples.astype(np.float32) / 32768, mel.frame_count(len(samples)))
        out.append((path.stem, json.loads(note.read_text()), energy, truth[:, channels.index(OPENING)],
                    rounding_of(truth, channels)))
    return out


def partial(a, b, given):
    """Correlation of a and b beyond what `given` explains of each."""
    def rest(x):
        g = given - given.mean()
        x = x - x.mean()
        return x - g * (x @ g) / (g @ g)

    return correlation(rest(a), rest(b))


def correlation(a, b):
    """Pearson's r; nothing where one of them stands still."""
    a, b = a - a.mean(), b - b.mean()
    size = np.sqrt((a @ a) * (b @ b))
    return float(a @ b / size) if size > 0 else np.nan


def speed(x):
    """Root mean square of the change from frame to frame, in standard deviations of the track."""
    return float(np.sqrt(np.mean(np.diff(x) ** 2)) / x.std())


def gaze_degrees(weights):
    """[F, 2] eyes in the head: to the character's left, and down, by the rules' own degrees."""
    per, w = bearing.DEGREES_PER_LOOK, {n: weights[:, ARKIT.index(n)] for n in ARKIT if n.startswith("eyeLook")}
    left = w["eyeLookOutLeft"] * per["eyeLookOut"] - w["eyeLookInLeft"] * per["eyeLookIn"]
    return np.stack([left, w["eyeLookDownLeft"] * per["eyeLookDown"] - w["eyeLookUpLeft"] * per["eyeLookUp"]], 1)


def gain_of_eyes(weights, pose):
    """How fast the eyes turn against the head in fixations, -1 where they hold the world: slope over the frames in which the line
    of sight turns slower than 30 degrees a second in the world and the lids are open."""
    eyes, head = np.diff(gaze_degrees(weights), axis=0) * FPS, np.diff(np.degrees(pose[:, [1, 0]]), axis=0) * FPS
    lids = weights[1:, ARKIT.index("eyeBlinkLeft")]
    calm = (np.abs(eyes + head).max(1) < 30) & (lids < 0.2)
    x, y = head[calm].ravel(), eyes[calm].ravel()
    return float(x @ y / (x @ x + 1e-9))


def pauses(energy, speech):
    """[F] frames within a stretch of PAUSE_S that is silent, its first and last 0.1 s left out."""
    quiet, out, edge = ~speech & (energy < np.percentile(energy, 95) - 25), np.zeros(len(speech), bool), int(0.1 * FPS)
    start = None
    for k, q in enumerate([*quiet, False]):
        if q and start is None:
            start = k
        elif not q and start is not None:
            if k - start > PAUSE_S * FPS:
                out[start + edge : k - edge] = True
            start = None
    return out


def measures(weights, pose, energy, opening, rounding):
    """{figure: value} of one animated clip beside the performer's."""
    w = {name: weights[:, k] for k, name in enumerate(ARKIT)}
    speech = energy > np.percentile(energy, 95) - SPEECH_DB
    jaw, lips = w["jawOpen"], w["mouthFunnel"] + w["mouthPucker"]
    turning = np.linalg.norm(np.diff(np.degrees(pose[:, :3]), axis=0), axis=1) * FPS
    quiet = pauses(energy, speech)
    return {
        "opening": correlation(jaw, opening), "opening, speech": correlation(jaw[speech], opening[speech]),
        "opening beyond loudness": partial(jaw[speech], opening[speech], energy[speech]),
        "rounding": correlation(lips, rounding), "rounding, speech": correlation(lips[speech], rounding[speech]),
        "rounding beyond loudness": partial(lips[speech], rounding[speech], energy[speech]),
        "rounding speed": speed(lips), "rounding speed, performer": speed(rounding),
        "jaw mean in speech": float(jaw[speech].mean()), "jaw 95 %": float(np.percentile(jaw[speech], 95)),
        "r jaw, loudness": correlation(jaw[speech], energy[speech]),
        "r jaw, loudness, performer": correlation(opening[speech], energy[speech]),
        "jaw > .05 in pauses": float((jaw[quiet] > 0.05).mean()) if quiet.any() else np.nan,
        "head < 2 deg/s": float((turning < STILL_DEG_S)[speech[1:]].mean()),
        "gain of eyes": gain_of_eyes(weights, pose), "r of brows": correlation(w["browOuterUpLeft"], w["browOuterUpRight"]),
        "r of lids": correlation(w["eyeBlinkLeft"], w["eyeBlinkRight"]), "deviation of squint": float(w["eyeSquintLeft"].std()),
        "winks": float((np.abs(w["eyeBlinkLeft"] - w["eyeBlinkRight"]) > 0.4).mean()),
        "jawForward": float(w["jawForward"].mean()), "mouthShrugLower": float(w["mouthShrugLower"].mean()),
        "tongueOut in speech": float(w["tongueOut"][speech].mean()),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", default="target/training")
    parser.add_argument("--train", required=True, metavar="DIR")
    parser.add_argument("--seeds", type=int, default=4)
    options = parser.parse_args()
    found = []
    for name, segments, energy, opening, rounding in load(options.work, options.train):
        frames = len(opening)
        at = np.interp((np.arange(frames) + 0.5) / FPS, np.arange(len(energy)) / 100, energy)
        for seed in range(options.seeds):
            weights, pose = bearing.animate(segments, energy, frames, ARKIT, np.random.default_rng(seed))
            found.append((name, measures(weights, pose, at, opening, rounding)))
    names = sorted({name for name, _ in found})
    print(f"{'':28}", *(f"{name:>10}" for name in names))
    for figure in found[0][1]:
        print(f"{figure:28}", *(f"{np.nanmean([m[figure] for n, m in found if n == name]):10.3f}" for name in names))


if __name__ == "__main__":
    main()
