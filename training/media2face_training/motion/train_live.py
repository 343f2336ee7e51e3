"""The live network: the next frames of a stream in one step of one branch, from the past that was shown.

    python -m media2face_training.speech.features --data DIR --stages WORK --work WORK/live --ear ear --chunked 1 --ahead .03 .1
    python -m media2face_training.motion.train_live --work WORK

It learns what a student made of the training clips (`takes`): from the noise that a take began with, the features as a stream has them
a frame ahead, the style and the strengths, and PAST frames that stand in the input as they are, to the take's next frames. A stream's past
is the network's own work, so from the second hop of a window on it is given what it made itself; a past that went astray is led back.
"""

import argparse
import copy
from pathlib import Path

import numpy as np
import torch

from ..config import LIVE
from ..config import LIVE_WINDOW as WINDOW
from ..face.networks import load_mappings
from ..loop import Loop
from ..modules import Denoiser
from ..muon import Muon
from ..precision import quick
from ..stages import device_of
from ..storage import read_lines
from .guidance import taken_in
from .losses import Losses, learn, total
from .pipeline import denoiser_of, keep
from .takes import noise_of

HOP, AHEAD, HOPS = 2, 1, 6  # frames of a hop, ahead of it; hops that are made one after the other
PAST = WINDOW - HOP - AHEAD
STRETCH = PAST + HOPS * HOP + AHEAD
FIRST = 499  # the timestep of the one step
SEAM = 2.0  # how much the step from what was shown counts
COLD = 0.1  # share of the stretches whose first window has no past yet: all of it is made from noise, as a stream begins


class Takes:
    """Random stretches of takes, each with a random row of features of its clip."""

    def __init__(self, work, rng, name):
        self.rng, self.motion = rng, np.load(work / f"{name}.npy", mmap_mode="r")
        self.features = np.load(work / "live" / "features.npy", mmap_mode="r")
        heard = {}
        for row in read_lines(work / "live" / "features.jsonl"):
            if row["kind"] == "chunked":
                heard.setdefault(row["number"], []).append(row["first"])
        self.rows = [dict(row, heard=heard[row["number"]]) for row in read_lines(work / f"{name}.jsonl")
                     if row["number"] in heard and row["frames"] >= STRETCH]
        self.share = np.array([row["frames"] for row in self.rows], np.float64)
        self.share /= self.share.sum()

    def batch(self, count):
        """(motion, noise [B, STRETCH, d_x], features [B, STRETCH, d_a], codes [B, 1, d_p], u, p [B, 1, 1])."""
        out = []
        for k in self.rng.choice(len(self.rows), count, p=self.share):
            row = self.rows[k]
            start = int(self.rng.integers(0, row["frames"] - STRETCH + 1))
            part = lambda table, first: table[first + start : first + start + STRETCH].astype(np.float32)
            noise = noise_of(row["seed"], row["frames"], self.motion.shape[1])[start : start + STRETCH].numpy()
            heard = row["heard"][int(self.rng.integers(len(row["heard"])))]
            out.append((part(self.motion, row["first"]), noise, part(self.features, heard), np.array([row["code"]], np.float32),
                        np.float32([[row["u"]]]), np.float32([[row["p"]]])))
        return tuple(torch.from_numpy(np.stack(part)) for part in zip(*out))


def window(model, x, audio, style, u, p):
    """All frames [B, WINDOW, d_x] of windows, of which `x` has what was shown, and noise where nothing was."""
    with quick(x.device):
        return taken_in(model, x, torch.full((len(x),), FIRST, device=x.device), audio, style, None, u, p)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", default="target/training")
    parser.add_argument("--student", default="few.pt", help="what made the takes, for its scale of motion")
    parser.add_argument("--takes", default="takes", help="what `takes` wrote: takes, or truth")
    parser.add_argument("--init", help="checkpoint of a live network to begin with, in the work folder")
    parser.add_argument("--out", default="live.pt")
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--count", type=int, default=24, help="windows in a batch")
    parser.add_argument("--rate", type=float, default=4e-3)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    rng, device, work = np.random.default_rng(options.seed), device_of(options.device), Path(options.work)
    _, found = denoiser_of(work / options.student)
    mean, std = (np.array(found[key], np.float32) for key in ("mean", "std"))
    names = [str(n) for n in np.load(work / "face.npz", allow_pickle=True)["unit_names"]]
    losses, takes = Losses(load_mappings(work)[1].to(device), mean, std, names, device), Takes(work, rng, options.takes)
    model = Denoiser(**LIVE).to(device)
    if options.init:
        model.load_state_dict(denoiser_of(work / options.init)[0])
    average = copy.deepcopy(model).requires_grad_(False)
    optimiser = Muon(model.parameters(), weight_decay=0.02)
    loop = Loop(work / options.out, None, options.rate, dict(denoiser=model, average=average), optimiser, warmup=200, steps=options.steps,
                configuration=dict(shape=LIVE, mean=mean.tolist(), std=std.tolist(), window=WINDOW))
    judged = torch.ones(1, HOP + AHEAD + 1, 1, device=device)
    judged[:, 0] = 0
    for step in loop:
        motion, noise, *given = (part.to(device) for part in takes.batch(options.count))
        audio, *asked = given
        shown, cold = motion[:, :PAST].clone(), max(1, round(COLD * len(motion)))
        begun = window(model, noise[:cold, :WINDOW], audio[:cold, :WINDOW], *(part[:cold] for part in asked))
        learn(total(losses(begun, motion[:cold, :WINDOW], torch.ones(1, WINDOW, 1, device=device))), model, average, optimiser, step)
        shown[:cold] = begun[:, :PAST].detach()
        for hop in range(HOPS):
            under, now = slice(hop * HOP, hop * HOP + WINDOW), slice(PAST + hop * HOP, hop * HOP + WINDOW)
            made = window(model, torch.cat([shown[:, hop * HOP :], noise[:, now]], 1), audio[:, under], *asked)[:, PAST:]
            clean = motion[:, now.start - 1 : now.stop]
            terms = losses(torch.cat([clean[:, :1], made], 1), clean, judged)
            terms["seam"] = ((made[:, 0] - shown[:, -1]) - (clean[:, 1] - clean[:, 0])).square().mean()
            learn(total(terms) + SEAM * terms["seam"], model, average, optimiser, step)
            shown = torch.cat([shown, made[:, :HOP].detach()], 1)
        astray = (shown - motion[:, : shown.shape[1]])[:, PAST:].square().mean()
        loop.note(**{name: value.detach() for name, value in terms.items()}, astray=astray)
    keep(loop, average)


if __name__ == "__main__":
    main()
