"""Trains the style encoder's text tower: texts of one label are drawn together, everything else apart.

    python -m media2face_training.style.train_words --work target/training --minutes 15

Losses: supervised contrast over a batch; what the code says of mood and movement by two linear heads; a word's code
against the code of its entry in the dictionary, without a label and with the second one held; the code's length against the
square root of its size. Pictures follow (`train_pictures`).
"""

import argparse
import math
from pathlib import Path

import torch
from torch.nn import functional

from .. import stages
from ..config import CLIP
from ..loop import Loop
from .material import SEED, Material
from .prompts import MOVEMENTS
from .towers import CHUNKS, WORDS, Heads, Towers

TEMPERATURE = 0.1


def contrast(codes, labels):
    """Supervised contrast of normalised codes [n, d]; rows without a partner of their label are left out."""
    likeness = codes @ codes.T / TEMPERATURE
    same = (labels[:, None] == labels[None]).float().fill_diagonal_(0)
    likeness = likeness - 1e9 * torch.eye(len(codes), device=codes.device)
    chance = likeness - likeness.logsumexp(1, keepdim=True)
    partners = same.sum(1)
    return -((chance * same).sum(1)[partners > 0] / partners[partners > 0]).mean()


def learn(towers, heads, material, device):
    """Losses of one batch by name."""
    texts, labels = material.texts()
    words, meant = material.read()
    mood = torch.tensor([x.mood for x in labels], device=device)
    movement = torch.tensor([x.movement for x in labels], device=device)

    said = towers.text(texts + words, CHUNKS)
    with torch.no_grad():
        read = functional.normalize(towers.text(meant, CHUNKS))
    labelled = said[: len(texts)]
    mood_logits, movement_logits = heads(labelled)
    length = labelled.norm(dim=1) / math.sqrt(labelled.shape[1])
    return dict(
        contrast=contrast(functional.normalize(labelled), mood * MOVEMENTS + movement),
        mood=functional.cross_entropy(mood_logits, mood, label_smoothing=0.05),
        movement=functional.cross_entropy(movement_logits, movement, label_smoothing=0.05),
        read=1 - (functional.normalize(said[len(texts):]) * read).sum(1).mean(),
        length=(length - 1).square().mean())


WEIGHTS = dict(contrast=0.5, mood=1.0, movement=0.7, read=1.0, length=0.1)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", default="target/training")
    parser.add_argument("--minutes", type=float, default=15)
    parser.add_argument("--device", default="auto")
    options = parser.parse_args()
    device = stages.device_of(options.device)
    torch.manual_seed(SEED)
    work = Path(options.work)
    work.mkdir(parents=True, exist_ok=True)
    material = Material(work)
    towers, heads = Towers().to(device), Heads(CLIP["projection_dim"]).to(device)
    parameters = [*towers.text_parameters(), *heads.parameters()]
    decayed = [p for p in parameters if p.ndim > 1]
    optimiser = torch.optim.AdamW([dict(params=decayed, weight_decay=0.05),
                                   dict(params=[p for p in parameters if p.ndim < 2], weight_decay=0.0)], 1e-3)
    print(f"{sum(p.numel() for p in towers.text_parameters())} parameters, {len(material.entries)} entries", flush=True)
    loop = Loop(work / "style.pt", options.minutes, 1.5e-3, dict(towers=towers, heads=heads), optimiser,
                configuration=WORDS)
    for _ in loop:
        losses = learn(towers, heads, material, device)
        optimiser.zero_grad(set_to_none=True)
        sum(WEIGHTS[name] * loss for name, loss in losses.items()).backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimiser.step()
        loop.note(**{name: loss.detach() for name, loss in losses.items()})


if __name__ == "__main__":
    main()
