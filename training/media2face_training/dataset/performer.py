"""A performer's clips to learn from as a data set: her mouth, and eyes, brows and head by the rules on what is heard of her.

    python -m media2face_training.dataset.performer --train DIR --work target/training --out target/performer
    python -m media2face_training.speech.features --data target/performer --stages target/training --work target/training/performer \\
        --copies 8

Her rig is not ARKit. `MAP` says which of its channels mean what; all others stand still in it. Her lips meet by her jaw, so that
mouthClose is the rules', and no more than her jaw needs. DIR has her `.wav` and `.npy` (FACEGOOD-Audio2Face, `code/train`,
MIT); a folder of tracks to be judged on is refused.
"""

import argparse
import json
import sys
from pathlib import Path

import numpy as np

from ..rules import bearing
from ..speech import clips, mel
from ..speech.synthesis import read_wave, to_16k
from ..storage import atomically, clip_path, write_text
from ..vocabulary import ARKIT

# A weight is the mean of each list of channels, and of several lists their sum. Her amounts are as large as the rules': the jaw's
# 95 % is .36 for their .30, rounding's .43 for .38.
MAP = {
    "jawOpen": [["mouth_stretch_c"]],
    "mouthFunnel": [["mouth_oh_c"], ["mouth_funnel_dl", "mouth_funnel_dr", "mouth_funnel_ul", "mouth_funnel_ur"]],
    "mouthPucker": [["mouth_oo_c"], ["mouth_pucker_l", "mouth_pucker_r"]],
    "mouthPressLeft": [["mouth_press_l"]], "mouthPressRight": [["mouth_press_r"]],
    "mouthLowerDownLeft": [["mouth_lowerLipDepress_l"]], "mouthLowerDownRight": [["mouth_lowerLipDepress_r"]],
    "mouthUpperUpLeft": [["mouth_upperLipRaise_l"]], "mouthUpperUpRight": [["mouth_upperLipRaise_r"]],
    "mouthSmileLeft": [["mouth_lipCornerPull_l"]], "mouthSmileRight": [["mouth_lipCornerPull_r"]],
    "mouthRollLower": [["mouth_suck_dl", "mouth_suck_dr"]], "mouthRollUpper": [["mouth_suck_ul", "mouth_suck_ur"]],
    "mouthShrugLower": [["mouth_chinRaise_d"]], "mouthShrugUpper": [["mouth_chinRaise_u"]],
    "jawForward": [["jaw_thrust_c"]],
}
PIECE_S = 16.0  # of a clip


def mouth(track, channels):
    """A track [F, channels] -> {weight: [F]}."""
    mean = lambda names: track[:, [channels.index(name) for name in names]].mean(1)
    return {weight: np.clip(sum(mean(names) for names in lists), 0, 1) for weight, lists in MAP.items()}


def performed(segments, energy, track, channels, rng):
    """-> (weights [F, 52], pose [F, 6]) of a clip whose mouth is hers."""
    weights, pose = bearing.animate(segments, energy, len(track), ARKIT, rng)
    for name, values in mouth(track, channels).items():
        weights[:, ARKIT.index(name)] = values
    close = ARKIT.index("mouthClose")
    weights[:, close] = np.minimum(weights[:, close], weights[:, ARKIT.index("jawOpen")])
    return weights, pose


def main():
    from ..speech.listening import heard  # needs PyTorch, which a data set does not

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--train", type=Path, required=True, metavar="DIR")
    parser.add_argument("--work", default="target/training")
    parser.add_argument("--ear", default="ear", help="the stage that hears her phones")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    options = parser.parse_args()
    if (options.train / "names.txt").exists():
        sys.exit(f"error: {options.train} holds tracks to be judged on; nothing is learned from them")
    channels = (options.train.parent / "tracks" / "names.txt").read_text().split()
    (options.out / "clips").mkdir(parents=True, exist_ok=True)
    rows = []
    for path in sorted(options.train.glob("*.wav")):
        if not path.with_suffix(".npy").exists():
            continue
        track, samples = np.load(path.with_suffix(".npy")), to_16k(*read_wave(path))
        segments = heard(options.work, samples, options.ear)
        energy = clips.energy_db(samples.astype(np.float32) / 32768, mel.frame_count(len(samples)))
        weights, pose = performed(segments, energy, track, channels, np.random.default_rng([7, len(rows)]))
        piece = int(PIECE_S * 30)
        for first in range(0, len(track) - piece // 2, piece):
            part = slice(first, min(first + piece, len(track)))
            audio = samples[part.start * 16000 // 30 : part.stop * 16000 // 30]
            arrays = dict(audio=audio, weights=weights[part].astype(np.float16), pose=pose[part].astype(np.float32))
            atomically(clip_path(options.out, len(rows)), lambda file, a=arrays: np.savez(file, **a))
            rows.append(dict(number=len(rows), split="train", frames=part.stop - part.start, samples=len(audio),
                             seconds=round(len(audio) / 16000, 3), emotion="neutral", intensity=0.0, style="none", level=0,
                             clip=path.stem))
    write_text(options.out / "index.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    print(f"{len(rows)} clips, {sum(row['seconds'] for row in rows):.0f} s")


if __name__ == "__main__":
    main()
