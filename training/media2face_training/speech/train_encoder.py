"""Audio encoder: a frame-wise phone classifier on log-mel whose features drive the face.

What it is asked for and its losses are in `heads`.
What is kept is the running average of the weights: `encoder.pt` to resume from, `encoder.safetensors` when done.

With --taught a further head tells what Whisper heard in the same sound (`teacher`), the heads learn what Whisper's own say of it
(`teacher_heads`, where they are), and more than half of the windows are cut short, so that frames with little sound ahead are
learned too. --init goes on from a finished stage; further dilations make it deeper
and begin as nothing.

    python -m media2face_training.speech.train_encoder --work target/training --minutes 52 [--taught 1 --init STAGE --dilations ...]
"""

import argparse
from pathlib import Path

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

from .. import stages
from ..config import MEL_DILATIONS, MEL_WIDTH
from ..loop import Loop
from ..modules import MelEncoder
from ..precision import quick
from .heads import CLOSED, DROPOUT, VISEMES, Heads, begin, configuration, lesson_loss, likeness, losses, told_by
from .labels import IGNORED
from .scores import area_under_curve
from .teacher import Lessons
from .windows import Windows

RATE, AVERAGING = 2e-3, 0.998
EDGE = 4  # 50 Hz frames before the end of a window: what a stream with little sound ahead asks for


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
    parser.add_argument("--edge", type=float, default=0.0, metavar="WEIGHT", help="more weight for the last frames of windows")
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
        with quick(device):
            features = net["encoder"](torch.from_numpy(x).to(device))
        output = net["heads"](F.dropout(features.float(), DROPOUT))
        y = torch.from_numpy(y).to(device)
        phone, viseme, closure = losses(output, y)
        loss = phone + 3 * viseme + 0.5 * closure
        said = dict(phone=phone.detach(), viseme=viseme.detach(), closure=closure.detach())
        if options.edge:
            at_edge = losses(output[:, -EDGE:], y[:, -EDGE:])
            loss = loss + options.edge * (at_edge[0] + 3 * at_edge[1] + 0.5 * at_edge[2])
            said["edge"] = at_edge[2].detach()
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
                last, known = lessons[:, -EDGE:], known[:, -EDGE:]
                if options.edge and known.any():
                    told_last = likeness(output[:, -EDGE:][known], teacher_heads(last[known]))
                    loss = loss + options.edge * options.taught * told_last
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
