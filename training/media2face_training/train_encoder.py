"""Audio encoder: a frame-wise phone classifier on log-mel whose features drive the face.

Heads used in training only: 40 phones, opening, rounding, closure of the lips.
Loss = cross-entropy (smoothing .05; M, B, P x2, silence x.5) + 3 MSE(opening, rounding) + .5 BCE(closure, x5).

    python -m media2face_training.train_encoder --work target/training --minutes 12
"""

import argparse
import json
from pathlib import Path

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

from .loop import Loop
from .modules import MelEncoder
from .phones import BILABIALS, CLASSES, INDEX, OPENING, OPENING_OF_OTHER_CONSONANTS, ROUNDING

WINDOW = 300  # mel frames, 3 s
IGNORED = -1


class Heads(nn.Module):
    """Features [.., width] -> 40 phone logits, opening, rounding, closure logit."""

    def __init__(self, width):
        super().__init__()
        self.out = nn.Linear(width, len(CLASSES) + 3)

    def forward(self, features):
        return self.out(features)


def frame_labels(segments, frames50):
    """Class index per 50 Hz frame; frame j is centred at 20 j ms."""
    labels = np.full(frames50, INDEX["SIL"], np.int64)
    time = np.arange(frames50) * 0.02
    for name, start, end in segments:
        labels[(time >= start) & (time < end)] = IGNORED if name is None else INDEX[name]
    return labels


def load(folder, split):
    """[(voice, first mel frame, mel frames, labels)] of one split, clips of at least a second."""
    rows = json.loads((folder / "clips/index.json").read_text())
    return [(r["voice"], r["start"], r["frames"], frame_labels(r["segments"], r["frames"] // 2))
            for r in rows if r["split"] == split and r["frames"] >= 100]


def batch_of(mels, clips, picks, rng):
    """Random windows of the chosen clips -> ([B, WINDOW, 80], [B, WINDOW/2])."""
    x = np.zeros((len(picks), WINDOW, 80), np.float32)
    y = np.full((len(picks), WINDOW // 2), IGNORED, np.int64)
    for i, k in enumerate(picks):
        _, start, frames, labels = clips[k]
        first = 2 * rng.integers(0, max(0, (frames - WINDOW) // 2) + 1)
        piece = mels[start + first : start + min(first + WINDOW, frames)]
        x[i, : len(piece)] = piece
        y[i, : len(piece) // 2] = labels[first // 2 : first // 2 + len(piece) // 2]
        if len(piece) < WINDOW:
            x[i, len(piece) :] = piece[-1]
    return x, y


def mask_bands(x, rng):
    """SpecAugment: two masks of up to 12 bands, and half of the time one of up to 110 ms, at the mean value."""
    mean = x.mean((1, 2))
    for i in range(len(x)):
        for _ in range(2):
            width = rng.integers(0, 13)
            first = rng.integers(0, 80 - width)
            x[i, :, first : first + width] = mean[i]
        if rng.random() < 0.5:
            width = rng.integers(0, 12)
            first = rng.integers(0, x.shape[1] - width)
            x[i, first : first + width] = mean[i]
    return x


_VISEMES = torch.tensor([[OPENING.get(c, OPENING_OF_OTHER_CONSONANTS), ROUNDING.get(c, 0.0)] for c in CLASSES])
_CLOSED = torch.tensor([INDEX[c] for c in BILABIALS])
_WEIGHTS = torch.ones(len(CLASSES))
_WEIGHTS[_CLOSED] = 2.0
_WEIGHTS[INDEX["SIL"]] = 0.5


def losses(output, labels):
    """(cross-entropy, mean squared error of opening and rounding, closure's cross-entropy)."""
    known = labels != IGNORED
    phone = F.cross_entropy(output[..., :40].reshape(-1, 40), labels.reshape(-1), weight=_WEIGHTS,
                            ignore_index=IGNORED, label_smoothing=0.05)
    target = _VISEMES[labels.clamp(min=0)].transpose(1, 2)
    kernel = torch.hann_window(9)[1:-1]
    kernel = (kernel / kernel.sum())[None, None]
    target = F.conv1d(target.reshape(-1, 1, target.shape[-1]), kernel, padding=3).reshape(target.shape)
    viseme = ((output[..., 40:42] - target.transpose(1, 2)) ** 2)[known].mean()
    closed = torch.isin(labels, _CLOSED).float()
    closure = F.binary_cross_entropy_with_logits(output[..., 42], closed, reduction="none",
                                                 pos_weight=torch.tensor(5.0))[known].mean()
    return phone, viseme, closure


def area_under_curve(score, truth):
    """Probability that a true frame scores above a false one."""
    order = np.argsort(score)
    rank = np.empty(len(score))
    rank[order] = np.arange(1, len(score) + 1)
    positives = truth.sum()
    return (rank[truth].sum() - positives * (positives + 1) / 2) / (positives * (len(score) - positives))


@torch.no_grad()
def evaluate(encoder, heads, mels, clips):
    """Prints phone accuracy on speech frames and the closure's area under the curve."""
    encoder.eval()
    labels, outputs = [], []
    for _, start, frames, y in clips:
        x = torch.from_numpy(mels[start : start + frames].astype(np.float32))[None]
        outputs.append(heads(encoder(x))[0].numpy())
        labels.append(y)
    output, y = np.concatenate(outputs), np.concatenate(labels)
    speech = y > 0
    accuracy = (output[speech, :40].argmax(1) == y[speech]).mean()
    closed = np.isin(y, _CLOSED.numpy())
    area = area_under_curve(output[y >= 0, 42], closed[y >= 0])
    opening = np.corrcoef(output[y >= 0, 40], _VISEMES.numpy()[y[y >= 0], 0])[0, 1]
    print(f"held-out sentences: phone accuracy {accuracy:.3f}, closure AUC {area:.3f}, opening r {opening:.3f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", default="target/training")
    parser.add_argument("--minutes", type=float, default=12)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--width", type=int, default=128)
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    rng = np.random.default_rng(0)
    folder = Path(options.work)
    mels = np.load(folder / "clips/mel.npy", mmap_mode="r")
    clips = load(folder, "train")
    voices = sorted({c[0] for c in clips})
    members = {v: [i for i, c in enumerate(clips) if c[0] == v] for v in voices}
    share = np.array([len(members[v]) ** 0.5 for v in voices])
    share /= share.sum()
    encoder, heads = MelEncoder(options.width), Heads(options.width)
    parameters = list(encoder.parameters()) + list(heads.parameters())
    optimiser = torch.optim.AdamW(parameters, 2e-3, weight_decay=0.02)
    loop = Loop(folder / "encoder.pt", options.minutes, 2e-3, dict(encoder=encoder, heads=heads), optimiser, 50)
    for _ in loop:
        picks = [rng.choice(members[voices[v]]) for v in rng.choice(len(voices), options.batch, p=share)]
        x, y = batch_of(mels, clips, picks, rng)
        output = heads(F.dropout(encoder(torch.from_numpy(mask_bands(x, rng))), 0.1))
        phone, viseme, closure = losses(output, torch.from_numpy(y))
        optimiser.zero_grad()
        (phone + 3 * viseme + 0.5 * closure).backward()
        nn.utils.clip_grad_norm_(parameters, 1.0)
        optimiser.step()
        loop.note(phone=phone.detach(), viseme=viseme.detach(), closure=closure.detach())
    evaluate(encoder, heads, mels, load(folder, "test"))


if __name__ == "__main__":
    main()
