"""Audio encoder: a frame-wise phone classifier on log-mel whose features drive the face.

Heads used in training only: 40 phones, opening, rounding, closure of the lips.
Loss = cross-entropy (smoothing .1; M, B, P x2, silence x.5) + 3 MSE(opening, rounding) + .5 BCE(closure, x5).
What is kept is the running average of the weights: `encoder.pt` to resume from, `encoder.safetensors` when done.

With --taught a further head tells what Whisper heard in the same sound (`teacher`), the heads learn what Whisper's own say of it
(`teacher_heads`, where they are), and more than half of the windows are cut short, so that frames with little sound ahead are
learned too. --init goes on from a finished stage; further dilations make it deeper
and begin as nothing.

    python -m media2face_training.train_encoder --work target/training --minutes 52 [--taught 1 --init STAGE --dilations ...]
"""

import argparse
from pathlib import Path

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

from . import stages
from .config import MEL_DILATIONS, MEL_WIDTH
from .labels import IGNORED
from .loop import Loop
from .modules import MelEncoder
from .phones import BILABIALS, CLASSES, INDEX, OPENING, OPENING_OF_OTHER_CONSONANTS, ROUNDING
from .scores import area_under_curve
from .teacher import Lessons
from .windows import Windows

RATE, DROPOUT, SMOOTHING, AVERAGING = 2e-3, 0.25, 0.1, 0.998


class Heads(nn.Module):
    """Features [.., width] -> 40 phone logits, opening, rounding, closure logit."""

    def __init__(self, width):
        super().__init__()
        self.out = nn.Linear(width, len(CLASSES) + 3)

    def forward(self, features):
        return self.out(features)


VISEMES = torch.tensor([[OPENING.get(c, OPENING_OF_OTHER_CONSONANTS), ROUNDING.get(c, 0.0)] for c in CLASSES])
CLOSED = torch.tensor([INDEX[c] for c in BILABIALS])


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


@torch.no_grad()
def evaluate(encoder, heads, windows):
    """Phone accuracy on speech frames, area under the closure's curve and correlation of the opening, as a line."""
    device = heads.out.weight.device
    found, truth = [], []
    for row in windows.rows:
        x, y = windows.whole(row)
        found.append(heads(encoder(torch.from_numpy(x)[None].to(device)))[0].cpu().numpy())
        truth.append(y)
    output, y = np.concatenate(found), np.concatenate(truth).astype(np.int64)
    speech, known = y > 0, y != IGNORED
    accuracy = (output[speech, :40].argmax(1) == y[speech]).mean()
    area = area_under_curve(output[known, 42], np.isin(y, CLOSED.numpy())[known])
    opening = np.corrcoef(output[known, 40], VISEMES.numpy()[y[known], 0])[0, 1]
    return f"unheard sentences: phone accuracy {accuracy:.3f}, closure AUC {area:.3f}, opening r {opening:.3f}"


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


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", default="target/training")
    parser.add_argument("--minutes", type=float, default=52)
    parser.add_argument("--steps", type=int, help="instead of minutes: a run that repeats from its seed")
    parser.add_argument("--seconds", type=float, default=96, help="sound in a batch")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--rate", type=float, default=RATE)
    parser.add_argument("--taught", type=float, default=0.0, metavar="WEIGHT", help="of the teacher's term; 0 is without one")
    parser.add_argument("--init", metavar="STAGE", help="a finished stage to begin from")
    parser.add_argument("--dilations", type=int, nargs="+", default=MEL_DILATIONS)
    parser.add_argument("--out", default="encoder", help="name of checkpoint and stage")
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(options.seed)
    device, folder = stages.device_of(options.device), Path(options.work)
    windows = Windows(folder, taught=Lessons(folder) if options.taught else None)
    net = nn.ModuleDict(dict(encoder=MelEncoder(MEL_WIDTH, options.dilations), heads=Heads(MEL_WIDTH)))
    if options.init:
        begin(net, options.init)
    if options.taught:
        net["pupil"] = nn.Linear(MEL_WIDTH, Lessons.width)
    told = told_by(folder) if options.taught else None
    teacher_heads = told[0].to(device) if told else None
    net.to(device)
    average = torch.optim.swa_utils.AveragedModel(net, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(
        AVERAGING))
    optimiser = torch.optim.AdamW(net.parameters(), options.rate, weight_decay=0.02)
    agreed = configuration(options.dilations, options.taught)
    loop = Loop(folder / f"{options.out}.pt", options.minutes, options.rate, dict(net=net, average=average), optimiser, 100,
                steps=options.steps, configuration=agreed)
    for step in loop:
        x, y, lessons = windows.batch(options.seconds, np.random.default_rng([options.seed, step]))
        with torch.autocast(device.type, torch.bfloat16):
            features = net["encoder"](torch.from_numpy(x).to(device))
        output = net["heads"](F.dropout(features.float(), DROPOUT))
        phone, viseme, closure = losses(output, torch.from_numpy(y).to(device))
        loss = phone + 3 * viseme + 0.5 * closure
        said = dict(phone=phone.detach(), viseme=viseme.detach(), closure=closure.detach())
        if lessons is not None:
            lessons = torch.from_numpy(lessons).to(device)
            lesson = lesson_loss(net["pupil"](features.float()), lessons)
            loss = loss + options.taught * lesson
            said["lesson"] = lesson.detach()
            known = ~lessons[..., 0].isnan()
            if teacher_heads is not None and known.any():
                alike = likeness(output[known], teacher_heads(lessons[known]))
                loss = loss + options.taught * alike
                said["alike"] = alike.detach()
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimiser.step()
        average.update_parameters(net)
        loop.note(**said)
    best = average.module.eval()
    print(evaluate(best["encoder"], best["heads"], Windows(folder, "valid")))
    prior = dict(mean=torch.from_numpy(windows.prior))
    stages.save_stage(folder / f"{options.out}.safetensors",
                      dict(encoder=best["encoder"].state_dict(), heads=best["heads"].state_dict(), mel=prior),
                      configuration(options.dilations))  # how it was taught is no part of what it is


if __name__ == "__main__":
    main()
