"""Trains the vision tower into the codes that the text tower has; that one may only learn more words and emoji.

    python -m media2face_training.style.train_pictures --work target/training --minutes 25

Starts from style.pt. A picture's code is drawn to the mean code of prompts of its label and read by the text tower's heads,
which no longer change. The text tower is held to what it said of prompts like those it was trained on, so that codes
made before stay valid; it goes on with the dictionary, and an emoji as text is drawn to its picture's code.
"""

import argparse
import copy
import math
from pathlib import Path

import torch
from torch.nn import functional

from .. import stages
from ..config import CLIP
from ..loop import Loop
from ..muon import Muon
from .material import SEED, Material
from .told import Means, Told
from .towers import CHUNKS, WORDS, Heads, Towers

RATE, TEXT_FACTOR, TEXT_EVERY, SHOWN_FROM = 0.01, 0.6, 4, 0.5
WEIGHTS = dict(mood=1.0, movement=0.5, drawn=1.0, length=0.1, kept=1.0, read=2.0, named=0.3, shown=1.0)


def look(towers, heads, means, material, device):
    """Losses of a batch of pictures by name."""
    images, labels = material.pictures()
    seen = towers.picture(images.to(device))
    mood_logits, movement_logits = heads(seen)
    targets = [torch.tensor([getattr(x, name) for x in labels], device=device) for name in ("mood", "movement")]
    length = seen.norm(dim=1) / math.sqrt(seen.shape[1])
    return dict(mood=functional.cross_entropy(mood_logits, targets[0], label_smoothing=0.05),
                movement=functional.cross_entropy(movement_logits, targets[1], label_smoothing=0.05),
                drawn=1 - (functional.normalize(seen) * means(labels)).sum(1).mean(),
                length=(length - 1).square().mean())


def listen(towers, heads, told, material, device, late):
    """Losses of a batch of texts by name; `late` when an emoji's text follows its picture."""
    texts, codes, labels, words, meant = told.draw()
    pairs, pair_pictures = material.pairs() if late else ([], None)
    said = towers.text(texts + words + pairs, CHUNKS)
    moods = torch.tensor([x.mood for x in labels], device=device)
    rest = functional.normalize(said[len(texts):])
    losses = dict(kept=(said[: len(texts)] - codes).square().mean(),
                  named=functional.cross_entropy(heads(said[: len(texts)])[0], moods),
                  read=1 - (rest[: len(words)] * meant).sum(1).mean())
    if late:
        with torch.no_grad():
            shown = functional.normalize(towers.picture(pair_pictures.to(device)))
        losses["shown"] = 1 - (rest[len(words):] * shown).sum(1).mean()
    return losses


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", default="target/training")
    parser.add_argument("--minutes", type=float, default=25)
    parser.add_argument("--device", default="auto")
    options = parser.parse_args()
    device, work = stages.device_of(options.device), Path(options.work)
    torch.manual_seed(SEED + 1)
    towers, heads = Towers().to(device), Heads(CLIP["projection_dim"]).to(device)
    trained = torch.load(work / "style.pt", weights_only=False, map_location=device)
    stages.require(WORDS, trained["configuration"], work / "style.pt")
    words = {name: tensor for name, tensor in trained["modules"]["towers"].items() if name.startswith("text")}
    towers.load_state_dict(towers.state_dict() | words)
    heads.load_state_dict(trained["modules"]["heads"])
    heads.requires_grad_(False)
    before = copy.deepcopy(towers).requires_grad_(False)
    material = Material(work, SEED + 1)
    means, told = Means(before, material), Told(before, heads, material)

    vision, text = towers.vision_parameters(), towers.text_parameters()
    optimiser = Muon(vision, RATE, weight_decay=0.02)
    optimiser.add_param_group(dict(params=text, matrix=False, factor=TEXT_FACTOR))  # by Adam
    loop = Loop(work / "style_pictures.pt", options.minutes, RATE, dict(towers=towers), optimiser, configuration=CLIP)
    for step in loop:
        losses = look(towers, heads, means, material, device)
        if step % TEXT_EVERY == 0:
            late = loop.elapsed > SHOWN_FROM * loop.budget
            losses |= listen(towers, heads, told, material, device, late)
        optimiser.zero_grad(set_to_none=True)
        sum(WEIGHTS[name] * loss for name, loss in losses.items()).backward()
        torch.nn.utils.clip_grad_norm_(vision + text, 1.0)
        optimiser.step()
        loop.note(**{name: losses[name].detach() for name in ("mood", "movement", "drawn", "length")})
        if step % 200 == 0:
            print({name: round(float(loss.detach()), 4) for name, loss in losses.items()}, flush=True)
    stages.save_stage(work / "style.safetensors", {"towers": towers.state_dict()}, CLIP)


if __name__ == "__main__":
    main()
