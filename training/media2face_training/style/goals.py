"""Where in the space of style codes a prompt lies: the sum of what it asks for.

    P = length * (unit(sum of shares * moods + sum of acts * (movement - no movement)) + arousal beyond the moods' * energy)

`moods` and `movements` are the reader's prototypes, mean directions of the codes of templates' prompts of a label. An act of head, brows
or eyes that the towers were not told gets a direction of its own, in which no code lay, as far from no act as the others are.
"""

import numpy as np
import torch
from torch.nn import functional

from ..vocabulary import EMOTION_NAMES, STYLE_NAMES
from .prompts import MOODS, MOVEMENTS, Label

PER_LABEL = 16  # prompts behind a mean code
CENTRES = (0.325, 0.6, 0.875)  # intensities of a mood's three rows: the middles of the thirds
LEVELS = (0.75, 1.0, 1.3)  # what a level makes of the distance of an act
ENERGY = 0.75  # the same, of full energy beyond what a mood brings along
USUAL = np.array([0, 0.5, 0.5, -0.4, 0.5, 0.3, 0.1, 0, -0.4, -0.6])  # arousal of each emotion at its strongest
MILDEST = 0.15  # an intensity below it is partly no mood
LENGTH = 10.0  # of a code, about


def split(intensity):
    """Shares of the three thirds that an intensity lies between."""
    return np.array([np.interp(intensity, CENTRES, row) for row in np.eye(3)])


def surplus(said):
    """Energy, -1..1, beyond what its moods bring along."""
    return float(np.clip(said.arousal - said.emotions @ USUAL * said.intensity, -1, 1))


def mood_shares(said):
    """Of every mood [MOODS]."""
    shown = min(said.intensity / MILDEST, 1)
    shares = said.emotions * shown
    return np.concatenate([[shares[0] + 1 - shown], (shares[1:, None] * split(said.intensity)).ravel()])


def movement_shares(said):
    """Of every movement but none [MOVEMENTS - 1]; a level between two is of both."""
    out = np.zeros((len(said.acts), 3))
    for act, level in enumerate(said.acts):
        for near in (1, 2, 3):
            out[act, near - 1] = max(0.0, 1 - abs(max(level, 1.0) - near)) * (level > 0)
    return out.ravel()


class Goals:
    """Prototypes of moods [MOODS, 128] and movements [MOVEMENTS, 128], of length 1, and the way of energy [128]."""

    def __init__(self, moods, movements, energy):
        self.moods, self.movements, self.energy = moods, movements, energy

    @classmethod
    @torch.no_grad()
    def measured(cls, tower, tokenizer, templates, told):
        """From a text tower that was told the first `told` of the head styles."""
        count = 1 + 3 * told
        labels = [Label(e, third, -(-m // 3), (m - 1) % 3 + 1 if m else 0)
                  for e in range(len(EMOTION_NAMES)) for third in ((-1, 0, 1) if e else (0,)) for m in range(count)]
        codes = []
        for label in labels:
            rows = [tokenizer(templates.of(label), 32) for _ in range(PER_LABEL)]
            codes.append(functional.normalize(functional.normalize(tower.text(rows, 1)).mean(0), dim=0))
        known = torch.stack(codes).view(MOODS, count, -1)
        moods = functional.normalize(known[:, 0] + known[:, 1:].mean(1))
        moved = functional.normalize(known[0] + known[1:].mean(0))
        # Directions of the least variance, one for each act that is new, the last for energy.
        centred = known.flatten(0, 1) - known.flatten(0, 1).mean(0)
        *ways, energy = torch.linalg.svd(centred, full_matrices=True).Vh.flip(0)[: len(STYLE_NAMES) - told]
        away = (moved[1:] - moved[:1]).norm(dim=1).mean()
        new = [functional.normalize(moved[:1] + away * torch.tensor(LEVELS)[:, None] * way) for way in ways]
        movements = torch.cat([moved, *new])
        assert len(movements) == MOVEMENTS
        return cls(moods, movements, ENERGY * away * energy)

    def of(self, said):
        """Codes [n, 128] of what prompts say."""
        make = lambda rows: torch.tensor(np.array(rows), dtype=torch.float32)
        mixed = make([mood_shares(s) for s in said]) @ self.moods
        mixed = mixed + make([movement_shares(s) for s in said]) @ (self.movements[1:] - self.movements[:1])
        return LENGTH * (functional.normalize(mixed) + make([surplus(s) for s in said])[:, None] * self.energy)
