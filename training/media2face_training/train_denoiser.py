"""Denoiser: predicts clean motion (z of the expression, head pose) from noise, step and audio.

x0 prediction, T = 500 cosine steps. Loss (paper, eq. 5-8) over valid frames:
  simple = mean (X - X')^2, velocity = mean (dX - dX')^2, smooth = mean (X'[2:] + X'[:-2] - 2 X'[1:-1])^2,
weighted 1, 1, .01; and one term of ours: the 52 weights that M' reads from z and from z', so that what the mouth does
counts more than what z happens to measure. The whole condition is dropped with p = .1 (audio := 0); the style P is
zero in this version.

    python -m media2face_training.train_denoiser --work target/training --minutes 15
"""

import argparse
import copy
import json
from pathlib import Path

import numpy as np
import torch

from .config import DENOISER, GNPFA, UNITS
from .diffusion import alphas_cumprod
from .loop import Loop
from .modules import Denoiser, mapping
from .muon import Muon

LAMBDA_VELOCITY, LAMBDA_SMOOTH, LAMBDA_WEIGHTS = 1.0, 0.01, 10.0
DROP_CONDITION = 0.1
LENGTHS, SHARES = (60, 90, 120, 200), (0.3, 0.25, 0.2, 0.25)
FRAMES_PER_STEP = 960
AVERAGE = 0.998  # decay of the averaged weights
MOUTH = ("jaw", "mouth", "tongue")  # channels that count four times


def load_mappings(work):
    """(M, M') of the trained face networks."""
    state = torch.load(work / "face.pt", weights_only=False)["modules"]
    forward, back = mapping(UNITS, GNPFA["d_z"]), mapping(GNPFA["d_z"], UNITS)
    forward.load_state_dict(state["from_weights"])
    back.load_state_dict(state["to_weights"])
    return forward.eval().requires_grad_(False), back.eval().requires_grad_(False)


def motion(work, from_weights):
    """Standardised motion [frames, d_x] f16 of all clips; keeps its mean and scale in `motion.npz`."""
    weights = np.load(work / "clips/weights.npy", mmap_mode="r")
    pose = np.load(work / "clips/pose.npy")
    z = np.empty((len(weights), GNPFA["d_z"]), np.float32)
    with torch.no_grad():
        for i in range(0, len(z), 65536):
            z[i : i + 65536] = from_weights(torch.from_numpy(weights[i : i + 65536].astype(np.float32))).numpy()
    x = np.concatenate([z, pose], 1)
    mean, std = x.mean(0), x.std(0)
    std[: GNPFA["d_z"]] = np.maximum(std[: GNPFA["d_z"]], 0.3 * np.median(std[: GNPFA["d_z"]]))
    np.savez(work / "motion.npz", mean=mean, std=std)
    return ((x - mean) / std).astype(np.float16), mean, std


class Windows:
    """Random windows of the training clips."""

    def __init__(self, work, x, rng):
        self.x, self.rng = x, rng
        self.features = np.load(work / "clips/features.npy", mmap_mode="r")
        rows = json.loads((work / "clips/index.json").read_text())
        self.clips = np.array([(r["motion_start"], r["motion_frames"]) for r in rows if r["split"] == "train"])

    def batch(self):
        """(motion [B, N, d_x], features [B, N, d_a]) of one common length N."""
        length = int(self.rng.choice(LENGTHS, p=SHARES))
        clips = self.clips[self.clips[:, 1] >= length]
        pick = clips[self.rng.choice(len(clips), FRAMES_PER_STEP // length, p=clips[:, 1] / clips[:, 1].sum())]
        first = [s + self.rng.integers(0, n - length + 1) for s, n in pick]
        return tuple(torch.from_numpy(np.stack([table[f : f + length] for f in first]).astype(np.float32))
                     for table in (self.x, self.features))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", default="target/training")
    parser.add_argument("--minutes", type=float, default=15)
    parser.add_argument("--rate", type=float, default=5e-3)
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    rng = np.random.default_rng(0)
    work = Path(options.work)
    from_weights, to_weights = load_mappings(work)
    x, mean, std = motion(work, from_weights)
    windows = Windows(work, x, rng)
    d_z = GNPFA["d_z"]
    z_mean, z_std = torch.from_numpy(mean[:d_z]), torch.from_numpy(std[:d_z])
    names = np.load(work / "face.npz", allow_pickle=True)["unit_names"]
    importance = torch.tensor([4.0 if str(n).startswith(MOUTH) else 1.0 for n in names])
    shape = {k: DENOISER[k] for k in ("d_x", "d_a", "d_p", "d", "layers", "heads", "ff", "align")}
    model = Denoiser(**shape)
    average = copy.deepcopy(model).requires_grad_(False)
    optimiser = Muon(model.parameters(), weight_decay=0.02)
    loop = Loop(work / "denoiser.pt", options.minutes, options.rate, dict(denoiser=model, average=average), optimiser,
                warmup=200)
    alpha = alphas_cumprod().float()
    for step in loop:
        clean, audio = windows.batch()
        count = len(clean)
        t = torch.randint(0, len(alpha), (count,))
        a = alpha[t][:, None, None]
        noisy = a.sqrt() * clean + (1 - a).sqrt() * torch.randn_like(clean)
        audio = audio * (torch.rand(count, 1, 1) >= DROP_CONDITION)
        guess = model(noisy, t, audio, torch.zeros(count, 1, DENOISER["d_p"]))
        simple = ((guess - clean) ** 2).mean()
        velocity = ((guess.diff(dim=1) - clean.diff(dim=1)) ** 2).mean()
        smooth = ((guess[:, 2:] + guess[:, :-2] - 2 * guess[:, 1:-1]) ** 2).mean()
        read = to_weights(torch.cat([guess, clean])[..., :d_z] * z_std + z_mean)
        weights = (importance * (read[:count] - read[count:]) ** 2).mean()
        loss = simple + LAMBDA_VELOCITY * velocity + LAMBDA_SMOOTH * smooth + LAMBDA_WEIGHTS * weights
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        with torch.no_grad():
            decay = min(AVERAGE, (step + 1) / (step + 10))
            for p, q in zip(average.parameters(), model.parameters()):
                p.lerp_(q, 1 - decay)
        loop.note(simple=simple.detach(), velocity=velocity.detach(), weights=weights.detach())


if __name__ == "__main__":
    main()
