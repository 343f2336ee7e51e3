"""The data sheet: counts of a finished set as Markdown, and plots that show at a glance whether it is sane."""

import os
from collections import defaultdict
from pathlib import Path

import matplotlib
import numpy as np

from .. import storage
from ..config import FPS
from ..rules import emotions
from ..rules.visemes import BILABIAL
from ..speech.mel import RATE, log_mel
from ..vocabulary import ARKIT

matplotlib.use("Agg")
from matplotlib import pyplot  # noqa: E402 (the backend comes first)

COUNTED = ("split", "held_out", "engine", "language", "emotion", "style", "level", "delivery", "condition", "speaker")
SHOWN = ("jawOpen", "mouthClose", "mouthPucker", "mouthFunnel", "mouthSmileLeft", "browInnerUp", "eyeBlinkLeft")
LOOKED_AT = 400  # clips that the distributions are taken from
CLOSED_SHARE, CLOSED_JAW = 0.5, 0.02  # of the jaw's opening that mouthClose takes back; a jaw that is shut anyway


def table(rows, key):
    """Clips, hours and share by the values of a key, most first."""
    clips, seconds = defaultdict(int), defaultdict(float)
    for row in rows:
        value = row[key] if row[key] != "" else "–"
        clips[value] += 1
        seconds[value] += row["seconds"]
    total = sum(seconds.values())
    lines = [f"| {key} | clips | hours | share |", "|---|---|---|---|"]
    for value in sorted(clips, key=lambda v: -seconds[v]):
        hours, share = seconds[value] / 3600, 100 * seconds[value] / total
        lines.append(f"| {value} | {clips[value]} | {hours:.2f} | {share:.1f} % |")
    return "\n".join(lines)


def closures(row, weights):
    """For every m b p: whether some frame within it, 30 ms either side, has the lips shut by the truth."""
    jaw, close = weights[:, ARKIT.index("jawOpen")], weights[:, ARKIT.index("mouthClose")]
    shut = (close >= CLOSED_SHARE * jaw) | (jaw < CLOSED_JAW)
    for phone, start, end in row["phones"]:
        if phone in BILABIAL:
            first, last = int((start - 0.03) * FPS), int((end + 0.03) * FPS) + 1
            yield bool(shut[max(first, 0) : max(last, 1)].any())


def load(folder, row):
    """(audio, weights float32, pose) of a row."""
    with np.load(storage.clip_path(folder, row["number"])) as arrays:
        return arrays["audio"], arrays["weights"].astype(np.float32), arrays["pose"]


def plot_clip(folder, row, path):
    """Log-mel with phones, mouth channels and head of one clip."""
    audio, weights, pose = load(folder, row)
    figure, axes = pyplot.subplots(3, 1, figsize=(13, 8), sharex=True, layout="constrained")
    end_s = len(audio) / RATE
    axes[0].imshow(log_mel(audio / 32768).T, origin="lower", aspect="auto", extent=(0, end_s, 0, 80), cmap="magma")
    for phone, start, end in row["phones"]:
        axes[0].text((start + end) / 2, 74, phone or "?", color="white", fontsize=6, ha="center")
        if phone in BILABIAL:
            axes[1].axvspan(start, end, color="tab:red", alpha=0.15, lw=0)
    time_s = (np.arange(len(weights)) + 0.5) / FPS
    for name in SHOWN:
        axes[1].plot(time_s, weights[:, ARKIT.index(name)], label=name, lw=1)
    for i, name in enumerate(("pitch", "yaw", "roll")):
        axes[2].plot(time_s, np.degrees(pose[:, i]), label=name, lw=1)
    axes[1].legend(fontsize=7, ncol=7, loc="upper right")
    axes[2].legend(fontsize=7, ncol=3, loc="upper right")
    axes[1].set_ylabel("weight")
    axes[2].set(ylabel="degrees", xlabel="seconds")
    axes[0].set_title(f"{row['number']}: {row['speaker']}, {row['language']}, {row['emotion']} {row['intensity']}, "
                      f"{row['style']} {row['level']}, {row['delivery']}, {row['condition']}", fontsize=9)
    figure.savefig(path, dpi=70, pil_kwargs=dict(quality=80))
    pyplot.close(figure)


def plot_heads(folder, rows, path):
    """Spread of the head's pitch, yaw and roll by style and level: it must grow with the level."""
    spread = defaultdict(list)
    for row in rows:
        pose = load(folder, row)[2]
        spread[f"{row['style']} {row['level']}"].append(np.degrees(pose[:, :3]).std(0))
    names = sorted(spread)
    values = np.array([np.mean(spread[name], 0) for name in names])
    figure, axis = pyplot.subplots(figsize=(11, 4), layout="constrained")
    for i, name in enumerate(("pitch", "yaw", "roll")):
        axis.bar(np.arange(len(names)) + 0.27 * (i - 1), values[:, i], 0.27, label=name)
    axis.set_xticks(range(len(names)), names, rotation=60, fontsize=7)
    axis.set_ylabel("standard deviation, degrees")
    axis.legend()
    figure.savefig(path, dpi=70)
    pyplot.close(figure)


def plot_emotions(folder, rows, path):
    """Mean weight of every channel by emotion, neutral taken off."""
    means = defaultdict(list)
    for row in rows:
        means[row["emotion"]].append(load(folder, row)[1].mean(0))
    names = [name for name in emotions.EMOTIONS if name in means]
    values = np.array([np.mean(means[name], 0) for name in names])
    values -= values[names.index("neutral")] if "neutral" in names else values.mean(0)
    figure, axis = pyplot.subplots(figsize=(13, 4.5), layout="constrained")
    image = axis.imshow(values, cmap="RdBu_r", vmin=-0.4, vmax=0.4, aspect="auto")
    axis.set_yticks(range(len(names)), names, fontsize=8)
    axis.set_xticks(range(len(ARKIT)), ARKIT, rotation=90, fontsize=6)
    figure.colorbar(image)
    figure.savefig(path, dpi=70)
    pyplot.close(figure)


def examples(rows):
    """A short clip of each delivery, clean and with a moving head where there is one."""
    for kind in ("spoken", "whispered", "sung"):
        fit = [r for r in rows if r["delivery"] == kind]
        if fit:
            yield min(fit, key=lambda r: (r["condition"] != "clean", r["style"] not in ("nod", "shake"),
                                          abs(r["seconds"] - 6), r["number"]))


def write(folder, target):
    """Writes dataset.md and its plots into `target`."""
    rows, target = storage.read_index(folder), Path(target)
    target.mkdir(parents=True, exist_ok=True)
    looked = rows[:: max(1, len(rows) // LOOKED_AT)]
    shut = [s for row in looked for s in closures(row, load(folder, row)[1])]
    broken = sum(1 for _ in open(Path(folder) / "broken.jsonl", encoding="utf8"))
    plot_heads(folder, looked, target / "heads.png")
    plot_emotions(folder, looked, target / "emotions.png")
    shown = list(examples(rows))
    for row in shown:
        plot_clip(folder, row, target / f"clip-{row['delivery']}.jpg")
    size = sum(entry.stat().st_size for entry in os.scandir(Path(folder) / "clips"))
    phones = sum(len(row["phones"]) for row in rows)
    unknown = sum(phone is None for row in rows for phone, _, _ in row["phones"])
    parts = [
        "# M2F-S data sheet",
        f"{len(rows)} clips, {sum(r['seconds'] for r in rows) / 3600:.2f} hours, {len({r['speaker'] for r in rows})} "
        f"speakers, {len({r['text'] for r in rows})} different texts, {phones} phones ({unknown} without counterpart), "
        f"{size / 2**20:.0f} MiB; {broken} broken clips left out.",
        f"Closures: in {100 * np.mean(shut):.2f} % of {len(shut)} m, b and p of {len(looked)} clips the lips "
        "shut." if shut else "Closures: no m, b or p in the clips looked at.",
        *(table(rows, key) for key in COUNTED),
        "## Plots",
        "![Spread of the head by style and level](heads.png)",
        "![Mean weights by emotion, against neutral](emotions.png)",
        *(f"![A {row['delivery']} clip](clip-{row['delivery']}.jpg)" for row in shown),
    ]
    storage.write_text(target / "dataset.md", "\n\n".join(parts) + "\n")
