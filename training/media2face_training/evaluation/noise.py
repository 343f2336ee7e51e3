"""Less noise at the start of sampling: what it gives at the lips and costs the upper face, by the twin in PyTorch.

    python -m media2face_training.evaluation.noise --data DIR --scales 1 .85 .75 --shaped .75 .5 --directions 24

A scale multiplies all of x_T. A shaped one multiplies the noise in the directions of z that move the lips more than the
upper face (`lip_directions`) and leaves the rest of x_T as it is. A pair takes the lips from two takes; --lips has those
directions at strengths of guidance of their own. Styles are codes of the bank, one per clip; networks run in bfloat16.
"""

import argparse
import dataclasses
import sys
from pathlib import Path

import numpy as np
import torch
from scipy.linalg import eigh

from ..config import UNITS
from ..face.face import Face
from ..motion.diffusion import sample
from ..motion.pipeline import Pack
from ..motion.windows import truth
from ..style.codes import Codes
from ..precision import quick
from ..vocabulary import EMOTION_NAMES
from . import table, testset
from .classifier import Classifier

STATES = 1000  # frames of M2F-S over which Jacobians are averaged
FLOOR = 0.02  # added to what moves the upper face, as a share of its mean over directions


def movement(units, vertices):
    """[52, 52] scalar products of the units' [52, V, 3] displacements of some vertices, mean over those, in mm^2."""
    moved = units[:, vertices].reshape(UNITS, -1).astype(np.float64)
    return moved @ moved.T / len(vertices)


def lip_directions(pack, face, states):
    """(ratio [d_z], directions [d_z, d_z] in columns) of standardised z, by how much more they move lips than brows.

    With J the Jacobian of M' at the states z [n, d_z], a direction v moves the lips by v^T J^T L J v and the upper face
    by v^T J^T U J v; the directions are their generalised eigenvectors, the greatest ratio first.
    """
    std = torch.from_numpy(pack.tensors["denoiser.std"][: states.shape[1]])
    jacobians = torch.func.vmap(torch.func.jacrev(pack.to_weights))(states) * std
    lips, upper = (np.einsum("nij,ik,nkl->jl", jacobians, movement(face.asset["units"], face.asset[name]), jacobians,
                             optimize=True) / len(states) for name in ("lip", "upper"))
    lips, upper = (g / np.trace(g) * len(g) for g in (lips, upper))
    ratio, directions = eigh(lips, upper + FLOOR * np.eye(len(upper)))
    return ratio[::-1], directions[:, ::-1]


def span(directions, count):
    """Orthonormal basis [d_z, count] of the first directions."""
    return torch.from_numpy(np.linalg.qr(directions[:, :count])[0].astype(np.float32))


def shaped(lips, scale, d_x):
    """[d_x, d_x]: noise in the span of `lips` [d_z, k] times `scale`, all else as it is."""
    out = torch.eye(d_x)
    out[: len(lips), : len(lips)] -= (1 - scale) * lips @ lips.T
    return out


class Twin:
    """Takes of clips in PyTorch from some start; features and codes are kept from take to take."""

    def __init__(self, pack, codes, geometry, steps):
        self.pack, self.codes, self.geometry, self.steps, self.heard = pack, codes, geometry, steps, {}

    def conditions(self, clip):
        """(features [F, d_a], style code [d_p] or None)."""
        row = clip.row
        key = row["number"], row["emotion"]
        if key not in self.heard:
            code = self.codes and torch.from_numpy(self.codes.draw(
                np.random.default_rng(row["number"]), row["emotion"], row["intensity"], row["style"], row["level"]))
            audio = self.pack.features(clip.audio.astype(np.float32) / 32768)[: len(clip.weights)]
            self.heard[key] = audio, code
        return self.heard[key]

    def motion(self, clip, seed, noise, part=None):
        """Standardised motion [F, d_x] of a clip from `noise`, a `part` of it at its own strengths (diffusion.sample)."""
        d, q = self.pack.manifest["denoiser"], self.pack.manifest["diffusion"]
        audio, code = self.conditions(clip)
        with quick():
            return sample(self.pack.denoiser, audio, d["d_x"], d["d_p"], self.steps, q["s_A"], d["window"], q["hop"],
                          seed, q["T"], code, q["s_P"], noise, part)

    def read(self, classifier, clip, way):
        """Share of the ten emotions, each asked for strongly of one clip, that the classifier reads back."""
        right = 0
        for emotion in EMOTION_NAMES:
            row = clip.row | dict(emotion=emotion, intensity=0.9, style="none", level=0)
            x = way(dataclasses.replace(clip, row=row), 0)
            x = x * torch.from_numpy(self.pack.tensors["denoiser.std"]) + torch.from_numpy(self.pack.tensors["denoiser.mean"])
            d_z = self.pack.manifest["denoiser"]["d_z"]
            right += classifier.read(self.pack.weights(x[:, :d_z]), x[:, d_z:].numpy())[0] == emotion
        return right / len(EMOTION_NAMES)

    def pair(self, clip, seed, lips):
        """Motion of a clip whose lips, the span of `lips` [d_z, k], are the mean of a take from noise and one from the
        same noise with its sign changed; all else is the first one's."""
        one, other = (self.motion(clip, seed, sign) for sign in (1.0, -1.0))
        one[:, : len(lips)] += (other - one)[:, : len(lips)] @ (lips @ lips.T) / 2
        return one

    def take(self, clip, x):
        """Standardised motion, decoded."""
        t, d_z = self.pack.tensors, self.pack.manifest["denoiser"]["d_z"]
        x = x * torch.from_numpy(t["denoiser.std"]) + torch.from_numpy(t["denoiser.mean"])
        with quick():
            offsets = self.pack.vertices(x[:, :d_z]) - t["identities.0.vertices"]
        return testset.Take(self.geometry.of_offsets(offsets), x[:, d_z:].numpy())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pack", default="models/starter.m2f")
    parser.add_argument("--data", required=True, help="folder of M2F-S")
    parser.add_argument("--work", default="target/training")
    parser.add_argument("--clips", type=int, default=12)
    parser.add_argument("--longest", type=float, default=testset.LONGEST_S, help="of the clips, in s")
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--scales", type=float, nargs="*", default=[1.0, 0.85, 0.75])
    parser.add_argument("--shaped", type=float, nargs="*", default=[0.75, 0.5])
    parser.add_argument("--directions", type=int, nargs="*", default=[12])
    parser.add_argument("--lips", action="append", default=[], metavar="S_A,S_P,SCALE",
                        type=lambda text: [float(v) for v in text.split(",")],
                        help="guidance of the lips' directions alone, and their noise")
    parser.add_argument("--styles", type=int, default=0, help="only read styles back, over so many of the clips")
    parser.add_argument("--classifier", default="models/classifier/style.safetensors")
    parser.add_argument("--plain", action="store_true", help="no style")
    parser.add_argument("--pairs", action="store_true", help="also the lips as the mean of takes from noise and -noise")
    parser.add_argument("--out", help="the table of the clips done so far is written there")
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.backends.mha.set_fastpath_enabled(False)  # it converts its weights again at every call under autocast
    pack, face = Pack(options.pack), Face(Path(options.work) / "face.npz")
    geometry = testset.Geometry(face)
    _, frames = truth(options.data, options.work)
    some = np.random.default_rng(0).choice(len(frames), STATES, replace=False)
    states = pack.from_weights(torch.from_numpy(frames[np.sort(some)][:, :UNITS].astype(np.float32)))
    ratios, directions = lip_directions(pack, face, states)
    print("lips against upper face, direction by direction:", *(f"{r:.2g}" for r in ratios), file=sys.stderr)
    codes = None if options.plain else Codes(Path(options.work) / "style_codes.npz")
    twin = Twin(pack, codes, geometry, options.steps)
    d_x, ways = pack.manifest["denoiser"]["d_x"], {}
    for s in options.scales:
        ways[f"{s:g}"] = lambda clip, seed, s=s: twin.motion(clip, seed, s)
    for k in options.directions:
        lips = span(directions, k)
        for s in options.shaped:
            ways[f"{s:g} in {k} directions"] = lambda clip, seed, m=shaped(lips, s, d_x): twin.motion(clip, seed, m)
        part = torch.eye(d_x) - shaped(lips, 0, d_x)
        for a, p, s in options.lips:
            ways[f"lips {a:g}, {p:g}, noise {s:g} in {k} directions"] = (
                lambda clip, seed, m=shaped(lips, s, d_x), own=(part, a, p): twin.motion(clip, seed, m, own))
        if options.pairs:
            ways[f"mean of a pair in {k} directions"] = lambda clip, seed, lips=lips: twin.pair(clip, seed, lips)
    clips = [testset.load(options.data, row, geometry)
             for row in testset.choose(options.data, 1000) if row["seconds"] <= options.longest][: options.clips]
    if options.styles:
        classifier = Classifier(options.classifier)
        for name, way in ways.items():
            share = np.mean([twin.read(classifier, clip, way) for clip in clips[: options.styles]])
            print(f"{name}: {share:.3f} of {options.styles * len(EMOTION_NAMES)} takes read back", flush=True)
        return
    measured = {name: [] for name in ways}
    for number, clip in enumerate(clips):
        for name, way in ways.items():
            measured[name].append(table.measure(clip, [twin.take(clip, way(clip, s)) for s in range(options.seeds)]))
        print(f"clip {number + 1} of {len(clips)}:", *(f"{n} {np.mean([m['lve_mm'] for m in rows]):.2f}"
                                                     for n, rows in measured.items()), file=sys.stderr, flush=True)
        if options.out:
            Path(options.out).write_text(table.markdown({name: table.summary(rows) for name, rows in measured.items()}))
    print(table.markdown({name: table.summary(rows) for name, rows in measured.items()}))


if __name__ == "__main__":
    main()
