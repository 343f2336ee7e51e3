"""Every gate of the face model in one table, on faces and clips that training never saw.

    python -m media2face_training.face.gate --data target/m2fs --work target/training

Networks are read from the finished stages (f16, as a pack holds them). What has no stage yet is left out and named.
"""

import argparse
from pathlib import Path

import numpy as np
import torch

from ..config import GNPFA
from ..stages import load_stage
from ..vocabulary import ARKIT
from .expressions import few_units, folder, moving, recorded
from .face import Face
from .networks import OUTPUTS, cycle_error, geometry, load_mappings, tensor, vision
from .pictures import read
from .rig import random_weights
from .samples import Reader, held_out_faces

FACES, EXPRESSIONS, AMOUNT = 20, 400, 0.6
BARS = dict(vertex_mean=0.25, vertex_p99=2.0, cycle=0.02, z=0.10, gain=0.85, correlation=0.8, degrees=3.0)
WATCHED_GAINS = ("brow", "eyeBlink")  # the units whose gain is a gate


def gains(decoded, true):
    """Share of true displacements [n, V, 3] that the decoded ones show, along them: [n]; NaN where nothing moves."""
    energy = (true**2).sum((1, 2))
    return (decoded * true).sum((1, 2)) / np.where(energy > 0, energy, np.nan)


def correlations(got, wanted):
    """Pearson's r per column of [n, c]; 0 for a column that stands still."""
    a, b = got - got.mean(0), wanted - wanted.mean(0)
    size = np.sqrt((a**2).sum(0) * (b**2).sum(0))
    return (a * b).sum(0) / np.where(size > 0, size, np.inf)


def matrices(vectors):
    """Rotation matrices [n, 3, 3] of axis-angle vectors [n, 3]."""
    angle = np.linalg.norm(vectors, axis=1)
    k = vectors / np.maximum(angle, 1e-12)[:, None]
    zero = np.zeros(len(k))
    cross = np.stack([zero, -k[:, 2], k[:, 1], k[:, 2], zero, -k[:, 0], -k[:, 1], k[:, 0], zero], 1).reshape(-1, 3, 3)
    sin, cos = np.sin(angle)[:, None, None], np.cos(angle)[:, None, None]
    return np.eye(3) + sin * cross + (1 - cos) * cross @ cross


def geodesic_degrees(got, wanted):
    """Angles [n] between rotations given as axis-angle vectors [n, 3]."""
    relative = matrices(got).transpose(0, 2, 1) @ matrices(wanted)
    trace = np.trace(relative, axis1=1, axis2=2)
    return np.degrees(np.arccos(np.clip((trace - 1) / 2, -1, 1)))


def identity_share(one, other):
    """Mean distance of z of the same expressions on two faces over that of different expressions, [n, d] each."""
    same = np.linalg.norm(one - other, axis=1).mean()
    apart = np.linalg.norm(one - np.roll(one, len(one) // 2, 0), axis=1).mean()
    return same / apart


class Decoder:
    """Generator and E_geo of the finished stage, with the face's gather."""

    def __init__(self, work, face):
        state = load_stage(work / "face.safetensors", dict(GNPFA))[0]
        self.face, (self.generator, self.encoder) = face, geometry()
        for name, module in (("generator", self.generator), ("encoder", self.encoder)):
            module.load_state_dict(state[name])
            module.eval().requires_grad_(False)
        self.map_parts = np.concatenate([np.arange(*p["vertices"]) for p in face.parts if p["follow"] == "map"])
        self.read = Reader(face, self.map_parts)

    def maps(self, neutral, z):
        """Offset maps (mm) [n, 3, res, res] of one face [V, 3]."""
        cached = self.generator.identity(torch.from_numpy(self.face.map_of(neutral)).float()[None])
        return torch.cat([self.generator.frame(*cached, part) for part in z.split(64)]) * GNPFA["scale"]

    def offsets(self, neutral, z):
        """Offsets (mm) [n, map_parts, 3] of one face."""
        return self.read(self.maps(neutral, z)).numpy()

    def latent(self, neutral, offsets):
        """E_geo's z [n, d_z] of true offsets [n, V, 3] on a face."""
        deformed = self.face.rasterise((neutral + offsets - self.face.centre) / self.face.extent)
        mean = self.encoder(torch.from_numpy(deformed.astype(np.float32)))[:, : GNPFA["d_z"]]
        return mean.numpy()


def gate_geometry(decoder, from_weights, expressions, report):
    """Vertex errors, gap, gains and z between faces.

    Gains are those of vertices on the chart and of the brows. The lining of mouth and eye sockets, off the chart,
    moves by guess and is not seen.
    """
    face, faces = decoder.face, held_out_faces(decoder.face, FACES)
    rows = {int(v): i for i, v in enumerate(decoder.map_parts)}
    lip, upper = (np.array([rows[int(v)] for v in face.asset[name]]) for name in ("lip", "upper"))
    pairs = np.vectorize(rows.get)(face.asset["lip_inner"])
    errors, gap, unit_rows, latents = [], [], [], []
    common = expressions[:: max(1, len(expressions) // 120)]
    before = np.zeros((len(ARKIT), len(ARKIT)), np.float32)
    before[ARKIT.index("mouthClose"), ARKIT.index("jawOpen")] = AMOUNT  # the lips close what the jaw has opened
    shown = (face.asset["uv"][decoder.map_parts, 0] >= 0) | (decoder.map_parts >= face.part("brow_left")["vertices"][0])
    singles = before + np.eye(len(ARKIT), dtype=np.float32) * AMOUNT
    for neutral, part in zip(faces, np.array_split(expressions, FACES)):
        with torch.no_grad():
            z, z_singles, z_before = (from_weights(torch.from_numpy(w)) for w in (part, singles, before))
        true = face.offsets(neutral, part)[:, decoder.map_parts]
        decoded = decoder.offsets(neutral, z)
        errors.append(np.linalg.norm(decoded - true, axis=2))
        difference = (decoded - true)[..., 1]
        gap.append(np.abs(difference[:, pairs[:, 0]] - difference[:, pairs[:, 1]]).ravel())
        unit_rows.append(gains((decoder.offsets(neutral, z_singles) - decoder.offsets(neutral, z_before))[:, shown],
                               face.offsets(neutral, singles - before)[:, decoder.map_parts][:, shown]))
        latents.append(decoder.latent(neutral, face.offsets(neutral, common)))
    errors, unit_gain = np.concatenate(errors), np.mean(unit_rows, 0)
    report("vertices, mean mm", errors.mean(), BARS["vertex_mean"])
    report("vertices, p99 mm", np.percentile(errors, 99), BARS["vertex_p99"])
    for name, region in (("lips", lip), ("upper face", upper)):
        report(f"{name}, mean mm", errors[:, region].mean())
        report(f"{name}, p99 mm", np.percentile(errors[:, region], 99))
    report("gap of the inner lips, mean mm", np.concatenate(gap).mean())
    shares = [identity_share(one, other) for one, other in zip(latents, latents[1:])]
    report("z of an expression on two faces, share of its spread", np.mean(shares), BARS["z"])
    wanted = from_weights(torch.from_numpy(common)).detach().numpy()
    report("z of E_geo against M, share of its spread", np.mean([identity_share(x, wanted) for x in latents]))
    for i in np.argsort(unit_gain):
        gated = ARKIT[i].startswith(WATCHED_GAINS)
        report(f"gain of {ARKIT[i]} at {AMOUNT}", unit_gain[i], BARS["gain"] if gated else None, least=True)


def gate_vision(work, to_weights, report):
    """E_exp and E_pose on the pictures of held-out faces."""
    path = work / "vision.safetensors"
    if not path.exists():
        print(f"{path} is missing: E_exp and E_pose are not judged")
        return
    images, weights, rotations = read(work, "held")
    x, out = tensor(images), {}
    for part, state in load_stage(path)[0].items():
        model = vision(OUTPUTS[part]).eval().requires_grad_(False)
        model.load_state_dict(state)
        out[part] = torch.cat([model(chunk) for chunk in x.split(256)])
    got = to_weights(out["expression"]).clamp(0, 1).numpy()
    channels = moving(weights)
    r = correlations(got, weights)
    report("E_exp, mean r of moving channels", r[channels].mean())
    report("E_exp, channels under the bar", int((r[channels] < BARS["correlation"]).sum()), 0)
    for i in channels[np.argsort(r[channels])]:
        report(f"r of {ARKIT[i]}", r[i], BARS["correlation"], least=True)
    degrees = geodesic_degrees(out["pose"].numpy(), rotations)
    report("E_pose, mean degrees", degrees.mean(), BARS["degrees"])
    report("E_pose, median degrees", np.median(degrees))
    report("E_pose, p90 degrees", np.percentile(degrees, 90))


class Report:
    """A table of measures with their bars."""

    def __init__(self):
        self.failed = 0
        print(f"{'measure':<58}{'value':>9}{'bar':>9}")

    def __call__(self, name, value, bar=None, least=False):
        passed = bar is None or (value >= bar if least else value <= bar)
        self.failed += not passed
        shown = "" if bar is None else f"{'>=' if least else '<='} {bar}"
        print(f"{name:<58}{value:>9.3f}{shown:>9}{'' if passed else '  FAILS'}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", default="target/m2fs")
    parser.add_argument("--work", default="target/training")
    options = parser.parse_args()
    torch.set_num_threads(1)
    work, rng, report = Path(options.work), np.random.default_rng(5), Report()
    face, (from_weights, to_weights) = Face(work / "face.npz"), load_mappings(work)
    held = recorded(folder(options.data), ("valid", "test"))
    cycle = cycle_error(from_weights, to_weights, held)
    worst = moving(held)[np.argmax(cycle[:, moving(held)].mean(0))]
    report("w -> z -> w on held-out clips, mean", cycle.mean(), BARS["cycle"])
    report(f"the same, worst moving channel ({ARKIT[worst]})", cycle[:, worst].mean(), BARS["cycle"])
    third = EXPRESSIONS // 3
    expressions = np.concatenate([held[rng.integers(len(held), size=third)], few_units(rng, third),
                                  random_weights(rng, third + len(ARKIT), ARKIT)[len(ARKIT):]]).astype(np.float32)
    gate_geometry(Decoder(work, face), from_weights, rng.permutation(expressions), report)
    gate_vision(work, to_weights, report)
    print(f"{report.failed} below their bars")


if __name__ == "__main__":
    main()
