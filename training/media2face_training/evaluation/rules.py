"""The rules against a performer, before anything is trained on them: her voice, phones as the audio encoder hears them, the rules.

What is measured is `alive`'s. Only clips to train on are read.

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
from .alive import measures, table
from .real import OPENING, rounding_of


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
    print("\n".join(table(found)))


if __name__ == "__main__":
    main()
