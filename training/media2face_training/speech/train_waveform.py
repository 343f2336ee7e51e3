"""Waveform encoder (waveform.py), taught by the log-mel encoder on M2F-S.

    python -m media2face_training.speech.train_waveform --data DIR --work target/training --minutes 6 54

`prepare` keeps every training clip's samples as recorded and once through another channel, its log-mel and the teacher's features
(`wave/`). Then two runs: the convolutions alone learn, through a linear reading, the shape of the log-mel of the same
20 ms (a log-mel frame less its own mean: the norms leave no level to be read); then everything learns phones, closure,
opening and rounding (the losses of `heads`) and the teacher's features. More minutes go on from the checkpoint.
"""

import argparse
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from .. import stages, storage
from ..loop import Loop
from ..precision import quick
from . import augment, labels, mel
from .features import Ears
from .heads import DROPOUT, Heads, losses
from .labels import IGNORED
from .mels import voice_group
from .waveform import FIELD, HOP, LEAD, SHAPE, WIDTHS, WaveEncoder
from .windows import TOO_LATE

RATES, AVERAGING = (3e-3, 1.5e-3), 0.998
LENGTHS = (150, 100, 50)  # 50 Hz frames of a window
KINDS = ("samples", "mel", "teacher", "label")


def prepare(data, work, seed=1):
    """Writes wave/: {samples, mel, teacher, label}.raw, and last index.npy, rows [first frame, frames, voice]; one thread."""
    out, ears, index, first, voices = work / "wave", Ears(work), [], 0, {}
    out.mkdir(exist_ok=True)
    files = {kind: open(out / f"{kind}.raw", "wb") for kind in KINDS}
    with torch.no_grad():
        for row in storage.read_index(data):
            if row["split"] != "train":
                continue
            with np.load(storage.clip_path(data, row["number"])) as arrays:
                dry = arrays["audio"].astype(np.float32) / 32768
            rng = np.random.default_rng([seed, row["number"], 13])
            voice = voices.setdefault(voice_group(row["engine"], row["voice"], row["language"]), len(voices))
            for copy in range(2):
                x = augment.corrupt(dry[: len(dry) // HOP * HOP], rng) if copy else dry
                frames = len(x) // HOP
                log_mels = mel.log_mel(x)[: 2 * frames]
                teacher = ears.whole(mel.normalise_running(log_mels, ears.prior))
                y = labels.frame_labels(labels.close_early(row["phones"], rng), frames)
                for kind, made in zip(KINDS, ((x[: frames * HOP] * 32767).clip(-32767, 32767).astype(np.int16),
                                              log_mels.astype(np.float16), teacher.half().numpy(), y)):
                    files[kind].write(made.tobytes())
                index.append((first, frames, voice))
                first += frames
    for file in files.values():
        file.close()
    np.save(out / "index.npy", np.array(index))


class Windows:
    """Random windows of what `prepare` wrote, voices drawn as the square root of what there is of them."""

    def __init__(self, work):
        shapes = dict(samples=(np.int16, HOP), mel=(np.float16, 2 * mel.BANDS), teacher=(np.float16, 192), label=(np.int8,))
        index, self.tables = np.load(work / "wave" / "index.npy"), {}
        for kind, (dtype, *width) in shapes.items():
            flat = np.memmap(work / "wave" / f"{kind}.raw", dtype, "r")
            self.tables[kind] = flat.reshape(-1, *width)
        self.clips = index[index[:, 1] >= LENGTHS[0] + 2]
        amount = np.bincount(self.clips[:, 2], self.clips[:, 1])
        share = self.clips[:, 1] / np.sqrt(np.maximum(amount, 1))[self.clips[:, 2]]
        self.share = share / share.sum()

    def batch(self, seconds, rng):
        """(samples [B, 320 N + 80], log-mel shape [B, N, 160], teacher [B, N, 192], labels [B, N])."""
        length = int(rng.choice(LENGTHS, p=(0.6, 0.2, 0.2)))
        count = round(seconds * 50 / length)
        picks = self.clips[rng.choice(len(self.clips), count, p=self.share)]
        starts = [first + rng.integers(1, frames - length) for first, frames, _ in picks]
        t = self.tables
        flat = t["samples"].reshape(-1)
        x = np.stack([flat[a * HOP - LEAD : (a + length) * HOP + FIELD - HOP - LEAD] for a in starts]) / np.float32(32768)
        shape, teacher, y = (np.stack([t[kind][a : a + length] for a in starts]) for kind in ("mel", "teacher", "label"))
        shape = shape.astype(np.float32).reshape(count, length, 2, mel.BANDS)
        shape = ((shape - shape.mean(-1, keepdims=True)) / 2.5).reshape(count, length, -1)
        y = y.astype(np.int64)
        y[:, -TOO_LATE:] = IGNORED  # behind its end the network hears nothing
        parts = (augment.microphones(x, rng), shape, teacher.astype(np.float32), y)
        return tuple(torch.from_numpy(np.ascontiguousarray(part)) for part in parts)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, metavar="DIR", help="M2F-S")
    parser.add_argument("--work", default="target/training")
    parser.add_argument("--minutes", type=float, nargs=2, default=(6, 54), metavar=("FIT", "ALL"))
    parser.add_argument("--steps", type=int, nargs=2, metavar=("FIT", "ALL"),
                        help="instead of minutes: a run that repeats from its seed")
    parser.add_argument("--seconds", type=float, default=48, help="sound in a batch")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--device", default="auto")
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(options.seed)
    work, device = Path(options.work), stages.device_of(options.device)
    if not (work / "wave" / "index.npy").exists():
        prepare(options.data, work)
    windows = Windows(work)
    net = nn.ModuleDict(dict(encoder=WaveEncoder(**SHAPE), heads=Heads(SHAPE["hidden"]),
                             shape=nn.Linear(WIDTHS[-1], 2 * mel.BANDS), teacher=nn.Linear(SHAPE["hidden"], 192))).to(device)
    configuration = dict(shape=SHAPE, widths=WIDTHS)
    budgets = zip(options.minutes, options.steps or (None, None), RATES)
    for run, (minutes, steps, rate) in enumerate(budgets):
        average = AveragedModel(net, multi_avg_fn=get_ema_multi_avg_fn(AVERAGING))  # nothing of the fit's beginning in it
        optimiser = torch.optim.AdamW(net.parameters(), rate, weight_decay=0.02)
        loop = Loop(work / f"waveform_{run}.pt", minutes, rate, dict(net=net, average=average), optimiser, 100,
                    steps=steps, configuration=configuration)
        for step in loop:
            batch = windows.batch(options.seconds, np.random.default_rng([options.seed, run, step]))
            x, shape, teacher, y = (part.to(device) for part in batch)
            with quick(device):
                convolved = net["encoder"].convolved(x)
                read = net["shape"](convolved)
                features = net["encoder"].contextual(convolved) if run else None
            fit = ((read.float() - shape) ** 2).mean()
            terms, loss = dict(fit=fit, explained=1 - fit / shape.var(dim=(0, 1)).mean()), fit
            if run:
                phone, viseme, closure = losses(net["heads"](F.dropout(features.float(), DROPOUT)), y)
                taught = ((net["teacher"](features.float()) - teacher) ** 2).mean()
                loss = 0.1 * fit + phone + 3 * viseme + 0.5 * closure + taught
                terms |= dict(phone=phone, viseme=viseme, closure=closure, taught=taught)
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimiser.step()
            average.update_parameters(net)
            loop.note(**{name: value.detach() for name, value in terms.items()})
    best = average.module
    stages.save_stage(work / "waveform.safetensors", dict(encoder=best["encoder"].state_dict(),
                                                          heads=best["heads"].state_dict()), configuration)


if __name__ == "__main__":
    main()
