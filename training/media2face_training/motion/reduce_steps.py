"""Step reduction: a student takes in one DDIM step what its teacher takes in several, and in one branch what it takes in three.

Progressive distillation (Salimans and Ho 2022) of the *guided* sampler (Meng et al. 2023): the student reads the strengths u and p
(`guidance`) beside the audio, and is asked for random ones, so they stay free at run time.

From x_t the teacher goes `--substeps` guided steps to x_t'; the student's target is the x0 that leads from x_t to x_t' in
one step, x0* = (x_t' - r x_t) / (sqrt(a') - r sqrt(a)), r = sqrt(1 - a') / sqrt(1 - a).

    python -m media2face_training.motion.reduce_steps --data DIR --work target/training --steps 2000

With `--branches` the student keeps the teacher's three and their sum is what is compared: the paper's form in fewer steps.
"""

import argparse
import copy
from pathlib import Path

import numpy as np
import torch

from ..config import DENOISER
from ..face.networks import load_mappings
from ..loop import Loop
from ..modules import Denoiser
from ..muon import Muon
from ..precision import quick
from ..stages import device_of
from ..style.codes import Codes
from .diffusion import alphas_cumprod, trailing_steps
from .guidance import guided, strengths, taken_in, unstyled, with_strengths
from .losses import Losses, learn, total
from .pipeline import denoiser_of, keep
from .windows import lengths, opened

COUNTS, SUBSTEPS = (4, 5, 6, 8), 5  # eight steps of five are forty of the teacher's


def ddim(x, x0, now, after):
    """One deterministic step between levels of alpha-bar."""
    noise = (x - now.sqrt() * x0) / (1 - now).sqrt()
    return after.sqrt() * x0 + (1 - after).sqrt() * noise


def target_of(x, arrived, now, after):
    """The x0 that takes x to `arrived` in one step."""
    r = ((1 - after) / (1 - now)).sqrt()
    return (arrived - r * x) / (after.sqrt() - r * now.sqrt())


def spans(rng, count, T, substeps=SUBSTEPS):
    """A random step of a random short schedule: the timesteps on the way, first to last, -1 the end.

    [count, substeps + 1]
    """
    out = []
    for _ in range(count):
        times = trailing_steps(int(rng.choice(COUNTS)), T) + [-1]
        k = rng.integers(0, len(times) - 1)
        out.append(np.round(np.linspace(times[k], times[k + 1], substeps + 1)))
    return torch.from_numpy(np.array(out)).long()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, help="folder of M2F-S")
    parser.add_argument("--performer", metavar="DIR", help="a performer's clips to learn from as well")
    parser.add_argument("--work", default="target/training")
    parser.add_argument("--teacher", help="a pack, a stage or a checkpoint; denoiser.pt in the work folder by default")
    parser.add_argument("--init", help="the student begins with the weights of such a file, not with its teacher's")
    parser.add_argument("--branches", action="store_true", help="the student keeps three branches")
    parser.add_argument("--substeps", type=int, default=SUBSTEPS, help="the teacher's in a step; 1 where it takes few itself")
    parser.add_argument("--out", default="denoiser_few.pt")
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--frames", type=int, default=800, help="frames in a batch")
    parser.add_argument("--rate", type=float, default=1.5e-3)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    rng = np.random.default_rng(options.seed)
    device, work = device_of(options.device), Path(options.work)
    state, found = denoiser_of(options.teacher or work / "denoiser.pt")
    mean, std = (np.array(found[key], np.float32) for key in ("mean", "std"))
    codes = Codes(work / "style_codes.npz")
    windows, *_ = opened(options.data, work, codes, rng, options.performer, scale=(mean, std))
    neutral = torch.from_numpy(codes.neutral).to(device)[None, None]
    names = [str(n) for n in np.load(work / "face.npz", allow_pickle=True)["unit_names"]]
    losses = Losses(load_mappings(work)[1].to(device), mean, std, names, device)
    teacher = Denoiser(**found["shape"]).to(device)
    teacher.load_state_dict(state)
    teacher.requires_grad_(False)
    taught_by = taken_in if teacher.d_s else guided
    shape = found["shape"] if options.branches else found["shape"] | dict(d_s=2)
    says = guided if options.branches else taken_in
    model = Denoiser(**shape).to(device)
    model.load_state_dict(denoiser_of(options.init)[0] if options.init
                          else state if model.d_s == teacher.d_s else with_strengths(state))
    average = copy.deepcopy(model).requires_grad_(False)
    optimiser = Muon(model.parameters(), weight_decay=0.0)
    configuration = found | dict(shape=shape, substeps=options.substeps, counts=COUNTS)
    loop = Loop(work / options.out, None, options.rate, dict(denoiser=model, average=average), optimiser, warmup=50,
                steps=options.steps, configuration=configuration)
    alpha = torch.cat([alphas_cumprod().float(), torch.ones(1)]).to(device)  # index -1 is the end, without noise
    for step in loop:
        length, count, prefix = lengths(rng, options.frames)
        clean, audio, style = (part.to(device) for part in windows.batch(length, count))
        judged = torch.ones(1, length, 1, device=device)
        judged[:, :prefix] = 0
        way = spans(rng, count, len(alpha) - 1, options.substeps).to(device)
        level = alpha[way][:, :, None, None]
        noisy = level[:, 0].sqrt() * clean + (1 - level[:, 0]).sqrt() * torch.randn_like(clean)
        noisy = torch.where(judged > 0, noisy, clean)
        u, p = (strength.to(device) for strength in strengths(rng, count))
        style, told_from = unstyled(rng, style, neutral)
        with torch.no_grad(), quick(device):
            arrived = noisy
            for k in range(options.substeps):
                x0 = taught_by(teacher, arrived, way[:, k], audio, style, told_from, u, p)
                arrived = torch.where(judged > 0, ddim(arrived, x0, level[:, k], level[:, k + 1]), clean)
        target = target_of(noisy, arrived, level[:, 0], level[:, -1])
        target = torch.where(judged > 0, target, clean)
        with quick(device):
            guess = says(model, noisy, way[:, 0], audio, style, told_from, u, p)
        terms = losses(guess, target, judged)
        learn(total(terms), model, average, optimiser, step)
        loop.note(**{name: value.detach() for name, value in terms.items()})
    keep(loop, average)


if __name__ == "__main__":
    main()
