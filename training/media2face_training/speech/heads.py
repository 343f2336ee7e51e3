"""What the audio encoder is asked for while it learns: phones, opening, rounding and closure of the lips; and its losses.

Loss = cross-entropy (smoothing .1; M, B, P x2, silence x.5) + 3 MSE(opening, rounding) + .5 BCE(closure, x5). A pack has
no heads: it keeps the features that they read.
"""

from pathlib import Path

import torch
import torch.nn as nn
import torch.nn.functional as F

from .. import stages
from ..config import MEL_DILATIONS, MEL_WIDTH
from .labels import IGNORED
from .phones import BILABIALS, CLASSES, INDEX, OPENING, OPENING_OF_OTHER_CONSONANTS, ROUNDING

DROPOUT, SMOOTHING = 0.25, 0.1
VISEMES = torch.tensor([[OPENING.get(c, OPENING_OF_OTHER_CONSONANTS), ROUNDING.get(c, 0.0)] for c in CLASSES])
CLOSED = torch.tensor([INDEX[c] for c in BILABIALS])


class Heads(nn.Module):
    """Features [.., width] -> 40 phone logits, opening, rounding, closure logit."""

    def __init__(self, width):
        super().__init__()
        self.out = nn.Linear(width, len(CLASSES) + 3)

    def forward(self, features):
        return self.out(features)


def class_weights():
    """Of the phones' cross-entropy: closures twice, silence half."""
    weights = torch.ones(len(CLASSES))
    weights[CLOSED] = 2.0
    weights[INDEX["SIL"]] = 0.5
    return weights


def losses(output, labels):
    """(cross-entropy, mean squared error of opening and rounding, closure's cross-entropy)."""
    known, device = labels != IGNORED, output.device
    phone = F.cross_entropy(output[..., :40].reshape(-1, 40), labels.reshape(-1), weight=class_weights().to(device),
                            ignore_index=IGNORED, label_smoothing=SMOOTHING)
    target = VISEMES.to(device)[labels.clamp(min=0)].transpose(1, 2)
    kernel = torch.hann_window(9, device=device)[1:-1]
    kernel = (kernel / kernel.sum())[None, None]
    target = F.conv1d(target.reshape(-1, 1, target.shape[-1]), kernel, padding=3).reshape(target.shape)
    viseme = ((output[..., 40:42] - target.transpose(1, 2)) ** 2)[known].mean()
    closed = torch.isin(labels, CLOSED.to(device)).float()
    closure = F.binary_cross_entropy_with_logits(output[..., 42], closed, reduction="none",
                                                 pos_weight=torch.tensor(5.0, device=device))[known].mean()
    return phone, viseme, closure


def lesson_loss(told, lessons):
    """Mean squared error against what the teacher heard [B, T, width], NaN where it heard nothing."""
    known = ~lessons.isnan()
    return F.mse_loss(told[known], lessons[known]) if known.any() else told.sum() * 0


def told_by(work):
    """(heads, mean, scale) of the teacher (`teacher_heads`), None where they have not been learned."""
    path = Path(work) / "teacher/heads.safetensors"
    if not path.exists():
        return None
    modules, found = stages.load_stage(path)
    heads = Heads(found["width"])
    heads.load_state_dict(modules["heads"])
    return heads.eval().requires_grad_(False), modules["lessons"]["mean"], modules["lessons"]["scale"]


def likeness(output, told):
    """How far heads' outputs [.., 43] are from the teacher's, weighted as `losses`."""
    phone = F.kl_div(output[..., :40].log_softmax(-1).flatten(0, -2), told[..., :40].log_softmax(-1).flatten(0, -2),
                     log_target=True, reduction="batchmean")
    closure = F.binary_cross_entropy_with_logits(output[..., 42], told[..., 42].sigmoid())
    return phone + 3 * F.mse_loss(output[..., 40:42], told[..., 40:42]) + 0.5 * closure


def begin(net, path):
    """Takes over a finished stage. Blocks that it lacks add nothing at first, so the network says what the stage says."""
    modules, found = stages.load_stage(path)
    encoder = net["encoder"]
    blocks = len(found["dilations"])
    if found["width"] != encoder.width or tuple(found["dilations"]) != encoder.dilations[:blocks]:
        raise stages.Refused(f"{path} has width {found['width']} and dilations {found['dilations']}, asked for {encoder.width} "
                             f"and {list(encoder.dilations)}: only further blocks can be added")
    encoder.load_state_dict(modules["encoder"], strict=False)
    for block in encoder.blocks[blocks:]:
        nn.init.zeros_(block.out.weight)
        nn.init.zeros_(block.out.bias)
    net["heads"].load_state_dict(modules["heads"])


def configuration(dilations=MEL_DILATIONS, taught=0.0):
    """What a checkpoint must agree with."""
    found = dict(width=MEL_WIDTH, dilations=dilations, classes=CLASSES)
    return found | dict(taught=taught) if taught else found
