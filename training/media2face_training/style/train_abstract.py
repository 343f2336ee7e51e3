"""The picture tower learns abstract pictures: to the codes of the mood that their colours have (`abstract`), and of faces and emoji what
it said before.

    python -m media2face_training.style.train_abstract --work target/training

Goes on from style.safetensors and writes it again, with the text tower as it was; needs the prototypes of text.safetensors. The gate:
of sixty pictures, twelve colours in five textures that were not drawn here, four fifths are pleasant or not as people say of the
colours (Jonauskaite et al. 2020, Psychol. Sci. 31:1245); held-out emoji are read as before (`style.gate`).
"""

import argparse
import copy
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

from .. import stages
from ..loop import Loop
from ..muon import Muon
from . import abstract
from .gate import load
from .goals import LENGTH, Goals
from .pictures import normalise
from .written import PLEASANT

COUNT, RATE = 48, 3e-3  # abstract pictures in a batch


def shown(pictures):
    """u8 [n, SIZE, SIZE, 3] -> what the tower takes."""
    return normalise(torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2).float() / 255)


@torch.no_grad()
def right(towers, moods):
    """Share of the sixty whose nearest moods are pleasant, or not, as they should be."""
    pictures, signs = abstract.sixty()
    shares = (functional.normalize(towers.picture(shown(pictures))) @ moods.T * 10).softmax(1).numpy()
    emotions = np.concatenate([shares[:, :1], shares[:, 1:].reshape(len(shares), -1, 3).sum(2)], 1)
    return float(np.mean(np.sign(emotions @ PLEASANT) == signs))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, default=Path("target/training"))
    parser.add_argument("--steps", type=int, default=1500)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(options.seed)
    rng, work = np.random.default_rng(options.seed), options.work
    towers, material = load(work)
    goals = Goals(**stages.load_stage(work / "text.safetensors")[0]["goals"])
    before = copy.deepcopy(towers).requires_grad_(False)
    vision = towers.vision_parameters()
    optimiser = Muon(vision, RATE, weight_decay=0.0)
    loop = Loop(work / "style_abstract.pt", None, RATE, dict(towers=towers), optimiser, steps=options.steps)
    print(f"before: {right(towers, goals.moods):.3f} of the sixty right", flush=True)
    apart = lambda a, b: 1 - functional.cosine_similarity(a, b).mean() + 0.1 * ((a.norm(dim=1) - b.norm(dim=1)) / LENGTH).square().mean()
    for _ in loop:
        images, _ = material.pictures()
        drawn = [abstract.draw(rng) for _ in range(COUNT)]
        want = goals.of([abstract.said(*abstract.mood(picture)) for picture in drawn])
        seen = towers.picture(torch.cat([images, shown(drawn)]))
        kept, learned = apart(seen[: len(images)], before.picture(images)), apart(seen[len(images) :], want)
        optimiser.zero_grad(set_to_none=True)
        (kept + learned).backward()
        torch.nn.utils.clip_grad_norm_(vision, 1.0)
        optimiser.step()
        loop.note(kept=kept.detach(), learned=learned.detach())
    share = right(towers, goals.moods)
    print(f"{share:.3f} of the sixty right")
    stages.save_stage(work / "style.safetensors", {"towers": towers.state_dict()}, stages.load_stage(work / "style.safetensors")[1])
    if share < 0.8:
        raise SystemExit("gate: four fifths of the sixty pictures")


if __name__ == "__main__":
    main()
