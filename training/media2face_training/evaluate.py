"""Measures a pack's gates with the PyTorch twin of the runtime.

  - held-out synthetic sentences: jawOpen of M'(z) correlates >= .7 with the ground truth (20 and 8 steps),
  - a real recording (any 16 kHz mono file): jawOpen spans >= .2 and correlates >= .4 with the log energy,
  - half a second and five seconds of silence: mean jawOpen < .08 and the lips of the decoded face stay closed,
  - at least 10 of 52 channels move by more than .02 and all stay in 0..1,
  - m, b, p close the decoded lips: recall and precision of gaps under 1.5 mm within two frames.

    python -m media2face_training.evaluate --pack models/starter.m2f --work target/training --real speech.wav
"""

import argparse
import json
import tempfile
from pathlib import Path

import numpy as np
import torch

from . import mel
from .animation import animate
from .augment import clean
from .clips import energy_db
from .pipeline import Pack
from .render import render, sheet, write_png
from .speech import RATE, flite, read_wave, to_16k
from .texts import sentences

CLOSED_MM = 1.5
FPS = 30


def load(path):
    """Any mono or stereo 16-bit wave file -> float samples at 16 kHz."""
    return to_16k(*read_wave(path)).astype(np.float32) / 32768


def held_out(count, seed=11):
    """Sentences that training never spoke, by flite: [(samples, segments)]; level and floor vary."""
    rng, out = np.random.default_rng(seed), []
    texts = sentences()[-count:]
    with tempfile.TemporaryDirectory() as folder:
        for i, text in enumerate(texts):
            voice = ("awb", "rms", "slt")[i % 3]
            samples, segments = flite(text, voice, rng.uniform(0.85, 1.2), rng.uniform(95, 190), folder)
            out.append((clean(samples.astype(np.float32) / 32768, rng), samples / 32768, segments))
    return out


def energy_frames(samples, frames):
    """Log energy per animation frame."""
    db = energy_db(samples, mel.frame_count(len(samples)))
    return np.interp((np.arange(frames) + 0.5) / FPS, np.arange(len(db)) / 100, db)


def correlation(a, b):
    return float(np.corrcoef(a, b)[0, 1])


def closure_events(segments):
    """Frames of the middle of every m, b, p (adjoining ones merged)."""
    events = []
    for phone, start, end in segments:
        if phone in ("M", "B", "P"):
            if events and start - events[-1][1] < 0.02:
                events[-1][1] = end
            else:
                events.append([start, end])
    return events


def closure_score(gap, segments):
    """(events hit, events, closures right, closures) of lip gaps [F] against the phones."""
    events = closure_events(segments)
    closed = np.where(gap < CLOSED_MM)[0]
    time = (closed + 0.5) / FPS
    hits = sum(any(a - 2 / FPS <= t <= b + 2 / FPS for t in time) for a, b in events)
    quiet = [(a, b) for p, a, b in segments if p == "SIL"] + [(segments[-1][2], 1e9)]
    speaking = [t for t in time if not any(a - 0.1 <= t <= b + 0.1 for a, b in quiet)]
    right = sum(any(a - 2 / FPS <= t <= b + 2 / FPS for a, b in events) for t in speaking)
    return np.array([hits, len(events), right, len(speaking)])


def measure_synthetic(pack, count, steps, seed=3):
    """Correlations and closures over held-out sentences, as one dictionary."""
    jaw, rows, closures, truth_closures = [], [], np.zeros(4, int), np.zeros(4, int)
    index = pack.names.index("jawOpen")
    for i, (samples, dry, segments) in enumerate(held_out(count)):
        z, _ = pack.animate(samples, seed=i, steps=steps)
        weights = pack.weights(z)
        energy = energy_db(dry, mel.frame_count(len(dry)))
        truth, _ = animate(segments, energy, len(weights), pack.names, np.random.default_rng([seed, i]))
        rows.append(correlation(weights[:, index], truth[:, index]))
        jaw.append(np.stack([weights[:, index], truth[:, index]]))
        neutral_gap = pack.lip_gap(pack.tensors["identities.0.vertices"])
        closures += closure_score((pack.lip_gap(pack.vertices(z)) - neutral_gap).mean(1), segments)
        z_truth = pack.from_weights(torch.from_numpy(truth))
        truth_closures += closure_score((pack.lip_gap(pack.vertices(z_truth)) - neutral_gap).mean(1), segments)
    both = np.concatenate(jaw, 1)
    return dict(jaw_r=correlation(*both), jaw_r_median=float(np.median(rows)),
                closure_recall=closures[0] / closures[1], closure_precision=closures[2] / max(closures[3], 1),
                truth_recall=truth_closures[0] / truth_closures[1],
                truth_precision=truth_closures[2] / max(truth_closures[3], 1), events=int(closures[1]))


def measure_file(pack, path, steps):
    """Span of jawOpen, its correlation with the log energy, channels that move, range."""
    samples = load(path)
    z, _ = pack.animate(samples, steps=steps)
    weights = pack.weights(z)
    raw = pack.to_weights(z).numpy()
    jaw = weights[:, pack.names.index("jawOpen")]
    energy = energy_frames(samples, len(weights))
    return dict(jaw_span=float(np.ptp(jaw)), energy_r=correlation(jaw, energy),
                moving=int((np.ptp(weights, 0) > 0.02).sum()), low=float(raw.min()), high=float(raw.max()))


def measure_silence(pack, seconds, steps, noise_db=None):
    """Mean and largest jawOpen and lip gap (mm) over silence or faint noise."""
    samples = np.zeros(int(seconds * RATE), np.float32)
    if noise_db is not None:
        samples += np.random.default_rng(0).normal(size=len(samples)).astype(np.float32) * 10 ** (noise_db / 20)
    z, _ = pack.animate(samples, steps=steps)
    jaw = pack.weights(z)[:, pack.names.index("jawOpen")]
    gap = pack.lip_gap(pack.vertices(z)) - pack.lip_gap(pack.tensors["identities.0.vertices"])
    return dict(jaw_mean=float(jaw.mean()), jaw_max=float(jaw.max()), gap_mean_mm=float(gap.mean()),
                gap_max_mm=float(gap.mean(1).max()))


def strip(pack, path, out, every, columns, steps, identity=0):
    """Renders every n-th frame of a file to a PNG sheet."""
    z, _ = pack.animate(load(path), steps=steps)
    vertices = pack.vertices(z[::every], identity)
    colours, triangles = pack.triangle_colours(), pack.tensors["topology.triangles"]
    pictures = [render(v, triangles, colours, 200, span=170, centre=(0, -20, 0)) for v in vertices]
    write_png(out, sheet(pictures, columns))


def show(title, values):
    print(title + ": " + ", ".join(f"{k} {v:.3f}" if isinstance(v, float) else f"{k} {v}" for k, v in values.items()))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pack", default="models/starter.m2f")
    parser.add_argument("--sentences", type=int, default=24)
    parser.add_argument("--real", nargs="*", default=[], help="recordings of real speech")
    parser.add_argument("--steps", type=int, nargs="*", default=[20, 8])
    parser.add_argument("--s-A", type=float, help="overrides the pack's guidance")
    parser.add_argument("--strip", nargs=2, metavar=("WAV", "PNG"), help="render a sheet of frames")
    parser.add_argument("--identity", type=int, default=0)
    options = parser.parse_args()
    pack = Pack(options.pack)
    if options.s_A is not None:
        pack.manifest["diffusion"]["s_A"] = options.s_A
    if options.strip:
        strip(pack, *options.strip, every=4, columns=12, steps=options.steps[0], identity=options.identity)
        return
    print(json.dumps(pack.manifest["diffusion"]))
    for steps in options.steps:
        show(f"held-out sentences, {steps} steps", measure_synthetic(pack, options.sentences, steps))
        for path in options.real:
            show(f"{Path(path).name}, {steps} steps", measure_file(pack, path, steps))
        for seconds in (0.5, 5.0):
            show(f"silence {seconds} s, {steps} steps", measure_silence(pack, seconds, steps))
        show(f"noise at -60 dB, 3 s, {steps} steps", measure_silence(pack, 3.0, steps, -60))


if __name__ == "__main__":
    main()
