"""Denoiser: predicts clean motion (z of the expression, head pose) from noise, step, audio and style.

x0 prediction, T = 500 cosine steps. Loss (paper, eq. 5-8) over valid frames:
  simple = mean (X - X')^2, velocity = mean (dX - dX')^2, smooth = mean (X'[2:] + X'[:-2] - 2 X'[1:-1])^2,
weighted 1, 1, .01; and two terms of ours: the 52 weights that M' reads from z and from z', so that what the mouth does
counts more than what z happens to measure; and the head's turn, its speed and its change of speed. Two-phase mask: the style
is dropped with p = .25, then everything with p = .1. Batches have whole windows, or windows
as a stream has them, of which the first 0 to 40 frames are given clean and are not judged, or short ones (`windows.lengths`).

    python -m media2face_training.motion.train_denoiser --data DIR --work target/training --steps 16000

With `--performer DIR` one window in ten has a performer's mouth (`dataset.performer`; features of it in WORK/performer).

The rows of the evaluation's table share one recipe, `--ablation`, and differ in one thing: `--fraction .1` of the
data; `--expression weights`, blendshapes in place of latents; `--regress`, a mean regressor of the same shape.
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
from .diffusion import alphas_cumprod
from .losses import Losses, learn, total
from .pipeline import denoiser_of, keep
from .windows import lengths, opened, short

DROP_STYLE, DROP_ALL = 0.25, 0.1
DISTURBED = 0.8
NOISY, STYLES = 0.4, 0.75  # shares of the windows at the noisiest tenth of the steps, beside their own; the second with --styles
ABLATION = dict(steps=8000, frames=400)


def disturbed(audio, rng):
    """Features [B, N, d_a] of most windows with those of another window laid over, up to DISTURBED as strong.

    The encoder is surest of the voices that it was trained on, which are these; a voice it hears less well leaves traces
    of phones that were not said, and a face that trusts them closes its lips too often.
    """
    other = audio.roll(1, 0).roll(int(rng.integers(audio.shape[1])), 1)
    share = torch.from_numpy(rng.uniform(-DISTURBED / 2, DISTURBED, (len(audio), 1, 1))).to(audio).clamp(min=0)
    return audio + share * (other - other.mean((0, 1)))


def masked(audio, style, rng):
    """The two-phase mask: styles of some, then all conditions of some become zero."""
    keep_style = torch.from_numpy(rng.random((len(audio), 1, 1)) >= DROP_STYLE).to(audio)
    keep = torch.from_numpy(rng.random((len(audio), 1, 1)) >= DROP_ALL).to(audio)
    return audio * keep, style * keep_style * keep


def timesteps(rng, count, T, noisy=NOISY):
    """Random steps [count], a share `noisy` of them among the noisiest tenth. There alone the style must come from its code: what lasts for a window
    shows through all other noise, by the mean of its frames, so that a network which is seldom asked there does not learn to heed codes."""
    t = rng.integers(0, T, count)
    return torch.from_numpy(np.where(rng.random(count) < noisy, rng.integers(T - T // 10, T, count), t))


def options_of(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, help="folder of M2F-S")
    parser.add_argument("--performer", metavar="DIR", help="a performer's clips to learn from as well")
    parser.add_argument("--work", default="target/training")
    parser.add_argument("--out", default="denoiser.pt", help="checkpoint in the work folder")
    parser.add_argument("--init", help="begin with the weights of a pack, a stage, or a checkpoint (its averaged ones)")
    parser.add_argument("--steps", type=int, help="16000 by default; of an ablation 8000, the same for all rows of a table")
    parser.add_argument("--frames", type=int, default=1600, help="frames in a batch")
    parser.add_argument("--rate", type=float, default=5e-3)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--styles", action="store_true", help="short windows, most at much noise: where styles are learned")
    parser.add_argument("--fraction", type=float, default=1.0, help="share of the training clips")
    parser.add_argument("--expression", choices=("latents", "weights"), default="latents")
    parser.add_argument("--regress", action="store_true", help="predict the mean from the conditions alone")
    parser.add_argument("--ablation", action="store_true", help=f"the recipe that rows of the table share: {ABLATION}")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args(arguments)
    if options.ablation:
        options.frames = ABLATION["frames"]
    options.steps = options.steps or (ABLATION["steps"] if options.ablation else 16000)
    return options


def main():
    options = options_of()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    rng = np.random.default_rng(options.seed)
    device, work = device_of(options.device), Path(options.work)
    latents = options.expression == "latents"
    codes = Codes(work / "style_codes.npz")
    state, found = denoiser_of(options.init) if options.init else (None, None)
    scale = found and tuple(np.array(found[key], np.float32) for key in ("mean", "std"))
    windows, mean, std = opened(options.data, work, codes, rng, options.performer, options.fraction, latents, scale)
    names = [str(n) for n in np.load(work / "face.npz", allow_pickle=True)["unit_names"]]
    losses = Losses(load_mappings(work)[1].to(device) if latents else None, mean, std, names, device)
    shape = DENOISER | dict(d_x=len(mean), d_a=windows.features.shape[1])
    model = Denoiser(**shape).to(device)
    if state:
        model.load_state_dict(state)
    average = copy.deepcopy(model).requires_grad_(False)
    optimiser = Muon(model.parameters(), weight_decay=0.02)
    configuration = dict(shape=shape, fraction=options.fraction, expression=options.expression, performed=bool(options.performer),
                         regress=options.regress, mean=mean.tolist(), std=std.tolist())
    loop = Loop(work / options.out, None, options.rate, dict(denoiser=model, average=average), optimiser, warmup=200,
                steps=options.steps, configuration=configuration)
    alpha = alphas_cumprod().float().to(device)
    for step in loop:
        length, count, prefix = short(rng, options.frames) if options.styles else lengths(rng, options.frames)
        clean, audio, style = (part.to(device) for part in windows.batch(length, count))
        t = timesteps(rng, count, len(alpha), STYLES if options.styles else NOISY).to(device)
        audio = disturbed(audio, rng)
        judged = torch.ones(1, length, 1, device=device)
        if options.regress:
            noisy, t = torch.zeros_like(clean), torch.zeros_like(t)
        else:
            judged[:, :prefix] = 0
            audio, style = masked(audio, style, rng)
            a = alpha[t][:, None, None]
            noisy = a.sqrt() * clean + (1 - a).sqrt() * torch.randn_like(clean)
            noisy = torch.where(judged > 0, noisy, clean)
        with quick(device):
            guess = model(noisy, t, audio, style)
        terms = losses(guess.float(), clean, judged)
        learn(total(terms), model, average, optimiser, step)
        loop.note(**{name: value.detach() for name, value in terms.items()})
    keep(loop, average)


if __name__ == "__main__":
    main()
