"""Teaches the text tower what faces are called (`captions`), as emoji are read by their short names.

    python -m media2face_training.style.train_names --work target/training --steps 400

Goes on from style.safetensors and writes it again. The heads of style.pt, which no longer change, read every caption, and
its code is drawn to the mean code of prompts of its label. The tower is held to the codes that style.pt's gave of the
prompts like those it was trained on, so that a bank of codes made before stays valid, and goes on with the dictionary. The vision
tower stays as it is.
"""

import argparse
import math
from pathlib import Path

import torch
from torch.nn import functional

from .. import stages
from ..config import CLIP
from ..loop import Loop
from .captions import Captions
from .material import SEED, Material
from .told import Means, Told
from .towers import CHUNKS, WORDS, Heads, Towers

RATE, CAPTIONS = 4e-4, 96
WEIGHTS = dict(called=1.0, movement=0.3, drawn=1.0, length=0.1, kept=10.0, named=0.3, read=3.0)


def learn(towers, heads, means, told, captions):
    """Losses of a batch by name."""
    texts, codes, labels, words, meant = told.draw()
    drawn = [captions.draw() for _ in range(CAPTIONS)]
    rows = texts + words + [captions.material.tokenizer(text) for text, _ in drawn]
    said = towers.text(rows, CHUNKS).split([len(texts), len(words), CAPTIONS])
    of = lambda labels, name: torch.tensor([getattr(x, name) for x in labels], device=codes.device)
    called = [label for _, label in drawn]
    mood, movement = heads(said[2])
    length = said[2].norm(dim=1) / math.sqrt(said[2].shape[1])
    return dict(called=functional.cross_entropy(mood, of(called, "mood"), label_smoothing=0.05),
                movement=functional.cross_entropy(movement, of(called, "movement"), label_smoothing=0.05),
                drawn=1 - (functional.normalize(said[2]) * means(called)).sum(1).mean(),
                length=(length - 1).square().mean(),
                kept=(said[0] - codes).square().mean(),
                named=functional.cross_entropy(heads(said[0])[0], of(labels, "mood")),
                read=1 - (functional.normalize(said[1]) * meant).sum(1).mean())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", default="target/training")
    parser.add_argument("--steps", type=int, default=400)
    parser.add_argument("--device", default="auto")
    options = parser.parse_args()
    device, work = stages.device_of(options.device), Path(options.work)
    torch.manual_seed(SEED + 2)
    towers, before, heads = Towers().to(device), Towers().to(device), Heads(CLIP["projection_dim"]).to(device)
    trained = torch.load(work / "style.pt", weights_only=False, map_location=device)
    stages.require(WORDS, trained["configuration"], work / "style.pt")
    texts = {name: tensor for name, tensor in trained["modules"]["towers"].items() if name.startswith("text")}
    before.load_state_dict(before.state_dict() | texts)
    towers.load_state_dict(stages.load_stage(work / "style.safetensors", CLIP)[0]["towers"])
    heads.load_state_dict(trained["modules"]["heads"])
    heads.requires_grad_(False)
    material = Material(work, SEED + 2)
    means, told, captions = Means(before, material), Told(before, heads, material), Captions(material)

    parameters = towers.text_parameters()
    optimiser = torch.optim.AdamW(parameters, RATE, weight_decay=0.0)
    loop = Loop(work / "style_names.pt", None, RATE, dict(towers=towers), optimiser, warmup=20, steps=options.steps,
                configuration=CLIP)
    for _ in loop:
        losses = learn(towers, heads, means, told, captions)
        optimiser.zero_grad(set_to_none=True)
        sum(WEIGHTS[name] * loss for name, loss in losses.items()).backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimiser.step()
        loop.note(**{name: loss.detach() for name, loss in losses.items()})
    stages.save_stage(work / "style.safetensors", {"towers": towers.state_dict()}, CLIP)


if __name__ == "__main__":
    main()
