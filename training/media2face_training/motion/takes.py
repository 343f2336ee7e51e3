"""What a student makes of the training clips: one take each, from noise that its seed gives again. The live network learns from them.

    python -m media2face_training.motion.takes --data DIR --work target/training --student few.pt

Writes `takes.npy`, float16 [frames of all clips, d_x], standardised, in the order of `windows.truth`, and `takes.jsonl`, a line per clip:
{number, first, frames, seed, u, p, code: [128]}. The same command goes on where it was stopped.

`--truth` writes what the rules made, as `truth.npy` and `truth.jsonl`: a live network can begin with that before there is a student.
"""

import argparse
import json
from pathlib import Path

import numpy as np
import torch

from ..config import DIFFUSION
from ..face.networks import load_mappings
from ..modules import Denoiser
from ..precision import quick
from ..storage import read_lines
from ..style.codes import Codes
from .diffusion import sample
from .guidance import strengths, unstyled
from .pipeline import denoiser_of
from .windows import motion_of, truth

STEPS = 8


def noise_of(seed, frames, d_x):
    """What a take starts from, [frames, d_x]."""
    return torch.randn(frames, d_x, generator=torch.Generator().manual_seed(seed))


def drawn(codes, row):
    """(style code [128], u, p) that a clip is asked for, the same whenever it is."""
    rng = np.random.default_rng([row["number"], 23])
    said = (row[name] for name in ("emotion", "intensity", "style", "level"))
    code = torch.from_numpy(codes.draw(rng, *said, row.get("energy", 0.0)))[None, None]
    code, _ = unstyled(rng, code, torch.from_numpy(codes.neutral)[None, None])
    u, p = (float(value) for value in strengths(rng, 1))
    return code[0, 0], u, p


@torch.no_grad()
def take(model, audio, code, u, p, seed):
    """Motion [frames, d_x] of features [frames, d_a]."""
    with quick():
        return sample(model, audio, model.in_proj.in_features, len(code), STEPS, u - p, DIFFUSION["window"], DIFFUSION["hop"], seed,
                      style=code, s_P=p)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, help="folder of M2F-S")
    parser.add_argument("--work", default="target/training")
    parser.add_argument("--student", default="few.pt", help="a network that reads strengths, in the work folder")
    parser.add_argument("--truth", action="store_true", help="the rules' own motion, on that network's scale")
    options = parser.parse_args()
    torch.set_num_threads(1)
    work = Path(options.work)
    state, found = denoiser_of(work / options.student)
    model = Denoiser(**found["shape"]).eval()
    model.load_state_dict(state)
    codes, (rows, table) = Codes(work / "style_codes.npz"), truth(options.data, work)
    features = np.load(work / "features.npy", mmap_mode="r")
    heard = [row for row in read_lines(work / "features.jsonl") if row["split"] == "train" and row["copy"] == 0
             and row["kind"] == "whole"]
    if options.truth:
        x = (motion_of(table, load_mappings(work)[0]) - np.float32(found["mean"])) / np.float32(found["std"])
    name = "truth" if options.truth else "takes"
    index, shape = work / f"{name}.jsonl", (len(table), found["shape"]["d_x"])
    done = {row["number"] for row in read_lines(index)} if index.exists() else set()
    out = np.lib.format.open_memmap(work / f"{name}.npy", "r+" if done else "w+", np.float16, shape)
    with open(index, "a", encoding="utf8") as lines:
        for count, copy in enumerate(heard, 1):
            if copy["number"] in done:
                continue
            row, frames = rows[copy["number"]], copy["frames"]
            code, u, p = drawn(codes, row)
            here = slice(row["first"], row["first"] + frames)
            audio = torch.from_numpy(features[copy["first"] : copy["first"] + frames].astype(np.float32))
            out[here] = x[here] if options.truth else take(model, audio, code, u, p, copy["number"]).numpy()
            told = dict(number=copy["number"], first=row["first"], frames=frames, seed=copy["number"], u=u, p=p)
            lines.write(json.dumps(told | dict(code=[round(v, 3) for v in code.tolist()])) + "\n")
            if count % 200 == 0:
                lines.flush()
                print(f"{count} of {len(heard)} clips", flush=True)


if __name__ == "__main__":
    main()
