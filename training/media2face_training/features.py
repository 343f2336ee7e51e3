"""Runs the trained audio encoder over all clips and keeps its features at the animation rate.

Writes `clips/features.npy`: float16 [frames, width], frame for frame beside `clips/weights.npy`.

    python -m media2face_training.features --work target/training
"""

import argparse
import json
from pathlib import Path

import numpy as np
import torch

from .config import FPS, MEL_DILATIONS, MEL_WIDTH
from .modules import MelEncoder, to_animation_rate


def load_encoder(work):
    """The trained audio encoder of a work folder."""
    encoder = MelEncoder(MEL_WIDTH, MEL_DILATIONS)
    encoder.load_state_dict(torch.load(Path(work) / "encoder.pt", weights_only=False)["modules"]["encoder"])
    return encoder.eval()


@torch.no_grad()
def encode(encoder, mels):
    """Normalised log-mel [T, 80] -> features [F, width] at 30 fps."""
    x = torch.from_numpy(np.asarray(mels, np.float32))[None]
    return to_animation_rate(encoder(x)[0], FPS)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", default="target/training")
    options = parser.parse_args()
    torch.set_num_threads(1)
    clips = Path(options.work) / "clips"
    index = json.loads((clips / "index.json").read_text())
    mels = np.load(clips / "mel.npy", mmap_mode="r")
    total = sum(row["motion_frames"] for row in index)
    out = np.lib.format.open_memmap(clips / "features.npy", "w+", np.float16, (total, MEL_WIDTH))
    encoder = load_encoder(options.work)
    for row in index:
        features = encode(encoder, mels[row["start"] : row["start"] + row["frames"]])
        assert len(features) == row["motion_frames"]
        out[row["motion_start"] : row["motion_start"] + len(features)] = features.numpy()
    print(f"{total} frames")


if __name__ == "__main__":
    main()
