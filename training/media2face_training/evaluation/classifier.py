"""Reads emotion and head style back from motion: a small network that judges animations, with its own accuracy.

    python -m media2face_training.evaluation.classifier train --data DIR --out models/classifier/style.safetensors
    python -m media2face_training.evaluation.classifier test  --data DIR            its accuracy on the test split's truth
    python -m media2face_training.evaluation.classifier read out/hello.json         what `m2f animate` wrote

It takes what the command line writes: 52 ARKit weights and the head's pose at 30 frames a second, any length from a
second. It learned on the truth of M2F-S' training split, with noise, smoothing and gain, so that it reads what the face
does and not the exactness of the rules. For other code: `Classifier(path).read(weights, pose)`.
"""

import argparse
import json
import os
from pathlib import Path

import numpy as np
import torch
from safetensors import safe_open
from safetensors.torch import save
from scipy.ndimage import gaussian_filter1d
from scipy.spatial.transform import Rotation
from torch import nn
from torch.nn import functional

from ..config import FPS, UNITS
from ..storage import clip_path, read_index
from ..vocabulary import ARKIT, EMOTION_NAMES, STYLE_NAMES

PATH = "models/classifier/style.safetensors"
WIDTH, DILATIONS = 96, (1, 2, 4, 8)
POSE_SCALE = np.array([10, 10, 10, 0.1, 0.1, 0.1], np.float32)  # of rad and mm, to about 1
WEIGHT_SCALE = 4.0
FEWEST, SHORTEST_S, LONGEST_S = FPS, 1.5, 8.0  # frames that it takes; crops in training
LEAST = 0.3  # intensity from which the accuracy is stated
BATCH, RATE = 48, 2e-3
NOISE, DRIFT = 0.2, 0.16  # of weights times WEIGHT_SCALE: 0.05 and 0.04 of a weight


class Network(nn.Module):
    """[batch, frames, 58] and a mask [batch, frames] -> logits of emotion and head style."""

    def __init__(self, styles=len(STYLE_NAMES)):
        super().__init__()
        self.conv_in = nn.Conv1d(UNITS + 6, WIDTH, 5, 2, 2)
        self.norms = nn.ModuleList(nn.LayerNorm(WIDTH) for _ in DILATIONS)
        self.convs = nn.ModuleList(nn.Conv1d(WIDTH, WIDTH, 3, 1, d, d) for d in DILATIONS)
        self.outs = nn.ModuleList(nn.Conv1d(WIDTH, WIDTH, 1) for _ in DILATIONS)
        self.emotion = nn.Linear(2 * WIDTH, len(EMOTION_NAMES))
        self.style = nn.Linear(2 * WIDTH, styles)
        self.drop = nn.Dropout(0.2)

    def forward(self, motion, mask):
        mask = mask[:, ::2]
        keep = mask[:, None]
        h = functional.gelu(self.conv_in(motion.transpose(1, 2))) * keep
        for norm, conv, out in zip(self.norms, self.convs, self.outs):
            inner = norm(h.transpose(1, 2)).transpose(1, 2) * keep
            h = (h + out(functional.gelu(conv(inner)))) * keep
        count = mask.sum(1, keepdim=True)
        mean = h.sum(2) / count
        deviation = (((h - mean[:, :, None]) * keep).square().sum(2) / count + 1e-5).sqrt()
        pooled = self.drop(torch.cat([mean, deviation], 1))
        return self.emotion(pooled), self.style(pooled)


def motion_of(weights, pose):
    """[F, 52] and [F, 6] (axis-angle rad, mm) -> [F, 58], about 1 in size."""
    return np.concatenate([np.asarray(weights, np.float32) * WEIGHT_SCALE, np.asarray(pose, np.float32) * POSE_SCALE], 1)


def stack(motions):
    """Motions of different lengths -> (tensor [batch, longest, 58], mask)."""
    longest = max(map(len, motions))
    batch = np.zeros((len(motions), longest, UNITS + 6), np.float32)
    mask = np.zeros((len(motions), longest), np.float32)
    for i, motion in enumerate(motions):
        batch[i, : len(motion)], mask[i, : len(motion)] = motion, 1
    return torch.from_numpy(batch), torch.from_numpy(mask)


class Classifier:
    """A trained network; raises ValueError for a file of other labels or channels."""

    def __init__(self, path=PATH):
        with safe_open(path, "pt") as file:
            # One that was made before there were more styles knows the first of them.
            count = len(json.loads(file.metadata()["labels"])["styles"])
            if file.metadata()["labels"] != labels(count):
                raise ValueError(f"{path} was made for {file.metadata()['labels']}, not {labels(count)}")
            self.network = Network(count)
            self.network.load_state_dict({name: file.get_tensor(name).float() for name in file.keys()})
        self.network.eval()

    def __call__(self, weights, pose):
        """Probabilities of the ten emotions of one animation, [F, 52] and [F, 6] (axis-angle rad, mm)."""
        return self.probabilities([motion_of(weights, pose)])[0][0]

    @torch.no_grad()
    def probabilities(self, motions):
        """Of a list of `motion_of`: (emotion [n, 10], style [n, the styles it knows])."""
        found = [[functional.softmax(x, 1).numpy() for x in self.network(*stack(motions[i:i + 32]))]
                 for i in range(0, len(motions), 32)]
        return tuple(np.concatenate(part) for part in zip(*found))

    def read(self, weights, pose):
        """(emotion's name, style's name) of one animation, [F, 52] and [F, 6]; at least a second of it."""
        if len(weights) < FEWEST:
            raise ValueError(f"{len(weights)} frames; {FEWEST} are the fewest that can be judged")
        emotion, style = self.probabilities([motion_of(weights, pose)])
        return EMOTION_NAMES[emotion[0].argmax()], STYLE_NAMES[style[0].argmax()]


def keep(network, path):
    """Writes a network as f16, aside and renamed."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    state = {name: tensor.half().contiguous() for name, tensor in network.state_dict().items()}
    path.with_suffix(".new").write_bytes(save(state, dict(labels=labels())))
    os.replace(path.with_suffix(".new"), path)


def labels(styles=len(STYLE_NAMES)):
    """What the numbers of the outputs and of the inputs mean, as the file keeps it, with the first so many styles."""
    return json.dumps(dict(emotions=EMOTION_NAMES, styles=STYLE_NAMES[:styles], weights=ARKIT, fps=FPS))


def load_split(folder, split):
    """(rows, motions) of a split's clips of a second or more."""
    rows = [r for r in read_index(folder) if r["split"] == split and r["frames"] >= FEWEST]
    motions = []
    for row in rows:
        with np.load(clip_path(folder, row["number"])) as arrays:
            motions.append(motion_of(arrays["weights"], arrays["pose"]))
    return rows, motions


def disturbed(motion, rng):
    """A crop, perhaps smoothed, with another gain and a little noise: what a generated animation may be like."""
    frames = min(len(motion), int(FPS * rng.uniform(SHORTEST_S, LONGEST_S)))
    start = rng.integers(len(motion) - frames + 1)
    motion = motion[start:start + frames]
    if rng.random() < 0.5:
        motion = gaussian_filter1d(motion, rng.uniform(0.4, 2.5), axis=0)
    gain = np.ones(UNITS + 6, np.float32) * rng.uniform(0.85, 1.15)
    gain *= np.exp(rng.normal(0, 0.08, UNITS + 6))
    noise = rng.normal(0, rng.uniform(0, NOISE), (frames, UNITS + 6))
    drift = rng.normal(0, DRIFT, UNITS + 6)
    return (motion * gain + noise + drift).astype(np.float32)


def train(folder, steps, seed=0):
    """A network from the training split."""
    rng = np.random.default_rng(seed)
    torch.manual_seed(seed)
    rows, motions = load_split(folder, "train")
    emotion = torch.tensor([EMOTION_NAMES.index(r["emotion"]) for r in rows])
    style = torch.tensor([STYLE_NAMES.index(r["style"]) for r in rows])
    network = Network()
    optimiser = torch.optim.AdamW(network.parameters(), RATE, weight_decay=0.05)
    network.train()
    for step in range(steps):
        for group in optimiser.param_groups:
            group["lr"] = RATE * min(1, (step + 1) / 100) * 0.5 * (1 + np.cos(np.pi * step / steps))
        chosen = rng.choice(len(rows), BATCH, replace=False)
        said, moved = network(*stack([disturbed(motions[i], rng) for i in chosen]))
        losses = [functional.cross_entropy(said, emotion[chosen], label_smoothing=0.05),
                  functional.cross_entropy(moved, style[chosen], label_smoothing=0.05)]
        optimiser.zero_grad(set_to_none=True)
        sum(losses).backward()
        optimiser.step()
        if step % 200 == 0:
            print(f"step {step} emotion {losses[0]:.3f} style {losses[1]:.3f}", flush=True)
    return network


def confusion(truth, said, names):
    """Lines of a Markdown table: rows are the truth, columns what was read, in percent."""
    counts = np.zeros((len(names), len(names)))
    np.add.at(counts, (truth, said), 1)
    counts = 100 * counts / np.maximum(counts.sum(1, keepdims=True), 1)
    lines = ["| truth | " + " | ".join(names) + " |", "|---" * (len(names) + 1) + "|"]
    return lines + [f"| {name} | " + " | ".join(f"{c:.0f}" if c else "" for c in row) + " |"
                    for name, row in zip(names, counts)]


def report(classifier, folder, split="test"):
    """Lines of Markdown: accuracy on the truth by intensity and level, on the truth disturbed, and the confusions."""
    rows, motions = load_split(folder, split)
    rng = np.random.default_rng(0)
    hurt, hurt_style = (p.argmax(1) for p in classifier.probabilities([disturbed(m, rng) for m in motions]))
    emotion, style = classifier.probabilities(motions)
    said, moved = emotion.argmax(1), style.argmax(1)
    truth = np.array([EMOTION_NAMES.index(r["emotion"]) for r in rows])
    style_truth = np.array([STYLE_NAMES.index(r["style"]) for r in rows])
    intensity = np.array([r["intensity"] for r in rows])
    clear = (truth == 0) | (intensity >= LEAST)
    share = lambda good, where: f"{100 * good[where].mean():.1f} % of {where.sum()}"
    right, right_style = said == truth, moved == style_truth
    lines = [f"| {split} split, truth | right |", "|---|---|",
             f"| emotion, intensity ≥ {LEAST} and neutral | {share(right, clear)} |",
             f"| the same, crops of {SHORTEST_S:g} to {LONGEST_S:g} s disturbed as in training | {share(hurt == truth, clear)} |",
             f"| emotion, all | {share(right, clear | True)} |"]
    for low, high in ((0.2, 0.3), (0.3, 0.45), (0.45, 0.75), (0.75, 1.01)):
        where = (truth > 0) & (intensity >= low) & (intensity < high)
        lines.append(f"| emotion, intensity {low} to {min(high, 1)} | {share(right, where)} |")
    lines += [f"| neutral | {share(right, truth == 0)} |", f"| head style or none | {share(right_style, clear | True)} |",
              f"| the same, disturbed | {share(hurt_style == style_truth, clear | True)} |"]
    for level in (1, 2, 3):
        where = np.array([r["level"] == level for r in rows])
        lines.append(f"| head style, level {level} | {share(right_style, where)} |")
    lines += ["", f"Emotions at intensity ≥ {LEAST}, percent:", "",
              *confusion(truth[clear], said[clear], EMOTION_NAMES), "", "Head styles, percent:", "",
              *confusion(style_truth, moved, STYLE_NAMES)]
    return lines


def read_json(path):
    """(weights, pose) of a file that `m2f animate --emit json` wrote, in the classifier's order and rate."""
    told = json.loads(Path(path).read_text())
    if round(told["fps"]) != FPS:
        raise ValueError(f"{path} has {told['fps']} frames a second; write it with --fps {FPS}")
    order = [told["names"].index(name) for name in ARKIT]
    turn = Rotation.from_quat([head["rotation"] for head in told["head"]]).as_rotvec()
    move = np.array([head["translation_mm"] for head in told["head"]])
    return np.array(told["weights"], np.float32)[:, order], np.concatenate([turn, move], 1)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("train", "test", "read"):
        command = commands.add_parser(name)
        command.add_argument("--out" if name == "train" else "--classifier", dest="path", default=PATH)
        if name == "read":
            command.add_argument("files", nargs="+")
        else:
            command.add_argument("--data", required=True, help="the M2F-S folder")
    commands.choices["train"].add_argument("--steps", type=int, default=1400)
    options = parser.parse_args()
    if options.command == "train":
        keep(train(options.data, options.steps), options.path)
    classifier = Classifier(options.path)
    if options.command == "read":
        for path in options.files:
            print(path, *classifier.read(*read_json(path)))
    else:
        print("\n".join(report(classifier, options.data)))


if __name__ == "__main__":
    main()
