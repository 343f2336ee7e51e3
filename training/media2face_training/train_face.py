"""GNPFA: mapping nets M and M', generator G_geo and encoder E_geo on maps of random faces and expressions.

First M (weights -> z) and M' (z -> weights) are trained as a noisy autoencoder of expressions, with unit variance of
z, and frozen: they set the latent space, so the denoiser need not wait for the geometry. Then, per sample, a face
(named or random), 52 weights (a frame of animated speech, or a random combination of face units), and the map of the
deformed face. Terms of the loss, millimetres where they measure geometry:
  - map: squared error of the generator's offsets, weighted by one over the usual motion of a place;
    z comes from M with noise, or from the encoder,
  - lips, lids and brows: squared error of vertices read through the gather, and of the gap between the inner lips,
  - rigid parts: squared error of the motion that eyes, teeth and tongue read off the decoded skin, as mm at their rim,
  - latent: KL of the encoder's q(z | geometry) to N(M(w), PRIOR^2), so that z does not depend on the face.

    python -m media2face_training.train_face --work target/training --minutes 33
"""

import argparse
from pathlib import Path

import numpy as np
import torch

from .config import GNPFA
from .face import Face
from .face_rig import random_weights
from .loop import Loop
from .modules import Encoder, Generator, mapping
from .muon import Muon

POOL = 600  # random faces held in memory
KL, VERTICES, GAP, RIGID = 0.002, 1.0, 0.3, 0.3
PRIOR = 0.08  # standard deviation of the noise on z
MAPPING_STEPS = 6000


class Samples:
    """Batches of (neutral map, deformed map, offset map / scale, weights)."""

    def __init__(self, face, work, rng, pool=POOL):
        self.face, self.rng = face, rng
        faces = list(face.named.values()) + [face.random_vertices(rng) for _ in range(pool)]
        self.named = len(face.named)
        self.neutral = torch.from_numpy(np.stack([face.map_of(v) for v in faces]).astype(np.float32))
        self.scale = torch.from_numpy(np.stack([face.scale_of(v) for v in faces]))  # [faces, 2, 3]
        units = face.rasterise(face.asset["units"].astype(np.float32))
        self.units = torch.from_numpy(units.reshape(len(units), -1).astype(np.float32))  # [52, 3 res^2]
        share = face.rasterise(np.repeat(face.share, 3, 1).astype(np.float32))
        self.share = torch.from_numpy(share)
        self.recorded = np.load(work / "clips/weights.npy", mmap_mode="r")
        self.random = random_weights(rng, 20000, face.unit_names).astype(np.float32)

    def expressions(self, count):
        """[count, 52]: a tenth neutral, most from speech (some stretched), the rest random."""
        w = np.zeros((count, self.random.shape[1]), np.float32)
        for i, u in enumerate(self.rng.random(count)):
            if u < 0.65:
                w[i] = self.recorded[self.rng.integers(len(self.recorded))]
                if u < 0.15:
                    w[i] = np.clip(w[i] * self.rng.uniform(0.5, 1.6), 0, 1)
            elif u < 0.90:
                w[i] = self.random[self.rng.integers(len(self.random))]
        return torch.from_numpy(w)

    def batch(self, faces, each):
        """Neutral maps [faces], then deformed maps, offsets and weights [faces each]; two in three faces are named."""
        pick = self.rng.integers(self.named, len(self.neutral), faces)
        own = self.rng.random(faces) < 0.65
        pick[own] = self.rng.integers(0, self.named, own.sum())
        pick[self.rng.random(faces) < 0.1] = 0
        weights, res = self.expressions(faces * each), self.face.res
        upper, lower = (self.scale[pick, k][:, None, :, None, None] for k in (0, 1))
        offsets = (weights @ self.units).reshape(faces, each, 3, res, res)
        offsets = offsets * (self.share * upper + (1 - self.share) * lower)
        neutral = self.neutral[pick]
        deformed = neutral[:, None] + offsets / self.face.extent
        return neutral, deformed.flatten(0, 1), offsets.flatten(0, 1), weights


class Reader:
    """Reads chosen vertices off offset maps, as the runtime does."""

    def __init__(self, face, vertices):
        self.index = torch.from_numpy(face.asset["gather_index"][vertices]).long()
        self.weight = torch.from_numpy(face.asset["gather_weight"][vertices])

    def __call__(self, maps):
        """[B, 3, res, res] -> [B, n, 3]."""
        texels = maps.flatten(2)[:, :, self.index]
        return (texels * self.weight).sum(-1).transpose(1, 2)


class Rigid:
    """What the rigid parts make of an error in the skin: mm at the rim of each part."""

    def __init__(self, face):
        self.parts = []
        for part in face.parts:
            name = part["follow"]
            if name not in ("map", "head"):
                vertices = face.asset["average"][slice(*part["vertices"])]
                radius = np.linalg.norm(vertices - vertices.mean(0), axis=1).max()
                matrix = torch.from_numpy(face.asset[f"follow/{name}/matrix"].copy())
                matrix[:3] *= radius
                self.parts.append((Reader(face, face.asset[f"follow/{name}/index"]), matrix))

    def __call__(self, error):
        """Mean squared error over the parts' six motions, of an error map [B, 3, res, res] in mm."""
        return sum(((read(error).flatten(1) @ matrix.T) ** 2).mean() for read, matrix in self.parts) / len(self.parts)


@torch.no_grad()
def unit_variance(layers, x):
    """Scales every linear layer of a sequence so that its outputs have unit variance over the inputs x.

    Without it M's first z are thousands of times smaller than the expressions' differences, and G ignores z for long.
    """
    for layer in layers:
        x = layer(x)
        if isinstance(layer, torch.nn.Linear):
            deviation = (x - x.mean(0)).std()
            layer.weight /= deviation
            layer.bias /= deviation
            x = x / deviation
    return x


def motion_weights(face, samples, count=1000):
    """Per vertex, (mean square motion)^-0.7: brows and lids move little and must count as the jaw does."""
    motion = face.offsets(face.named["average"], samples.expressions(count).numpy())
    energy = (motion**2).sum(-1).mean(0)
    still = np.linalg.norm(face.asset["units"], axis=2).max(0) < 0.05
    return np.where(still, 0.5, (energy + 0.03) ** -0.7).astype(np.float32)


def texel_weights(face, per_vertex):
    """[1, 1, res, res]: the vertices' weights, more around mouth and eyes; mean 1."""
    a = face.asset
    position = face.rasterise(a["average"])
    out = face.rasterise(np.repeat(per_vertex[:, None], 3, 1))[0]
    mouth = a["average"][a["lip_inner"].ravel()].mean(0)
    out *= 1 + 4 * np.exp(-(((position - mouth[:, None, None]) / 24) ** 2).sum(0))
    eyes = a["average"][a["eye_vertices"]]
    for sign in (1, -1):
        centre = eyes[np.sign(eyes[:, 0]) == sign].mean(0) + [0, 5, 14]
        out *= 1 + 2 * np.exp(-(((position - centre[:, None, None]) / 25) ** 2).sum(0))
    return torch.from_numpy(out / out.mean()).float()[None, None]


def watched_vertices(face):
    """Every other vertex of the lips and of the upper face's movable skin."""
    on_chart = face.asset["uv"][:, 0] >= 0
    upper = face.asset["upper"][on_chart[face.asset["upper"]]]
    return np.concatenate([face.asset["lip"][::2], upper[::3]])


def train_mappings(samples, from_weights, to_weights, names):
    """M and M' as an autoencoder with noise on z; afterwards z has zero mean and unit variance over expressions."""
    z = unit_variance(from_weights, samples.expressions(4000))
    unit_variance(to_weights[:3], z)
    optimiser = torch.optim.AdamW([*from_weights.parameters(), *to_weights.parameters()], 2e-3, weight_decay=1e-3)
    mouth = torch.tensor([3.0 if n.startswith(("jaw", "mouth")) else 1.0 for n in names])
    for step in range(MAPPING_STEPS):
        for group in optimiser.param_groups:
            group["lr"] = 2e-3 * 0.5 * (1 + np.cos(np.pi * step / MAPPING_STEPS))
        weights = samples.expressions(96)
        z = from_weights(weights)
        back = to_weights(z + PRIOR * torch.randn_like(z))
        moments = z.mean(0).square().mean() + (z.std(0) - 1).square().mean()
        loss = (mouth * (back - weights) ** 2).mean() + 0.003 * moments
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        if step % 1000 == 999:
            error = (back - weights).square().mean().sqrt()
            print(f"mappings, step {step + 1}: weights' error {error:.4f}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", default="target/training")
    parser.add_argument("--minutes", type=float, default=33)
    parser.add_argument("--faces", type=int, default=4, help="faces in a batch")
    parser.add_argument("--each", type=int, default=3, help="expressions per face")
    parser.add_argument("--rate", type=float, default=4e-3)
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    rng = np.random.default_rng(0)
    work = Path(options.work)
    face = Face(work / "face.npz")
    samples, scale, d_z = Samples(face, work, rng), GNPFA["scale"], GNPFA["d_z"]
    shape = dict(res=GNPFA["res"], ch=GNPFA["ch"], groups=GNPFA["groups"])
    modules = dict(
        generator=Generator(d_z=d_z, w_dim=GNPFA["w_dim"], **shape), encoder=Encoder(d_out=2 * d_z, **shape),
        from_weights=mapping(len(face.unit_names), d_z), to_weights=mapping(d_z, len(face.unit_names)))
    generator, encoder, from_weights = modules["generator"], modules["encoder"], modules["from_weights"]
    if not (work / "face.pt").exists():
        train_mappings(samples, from_weights, modules["to_weights"], face.unit_names)
        with torch.no_grad():
            unit_variance(generator.zmap, from_weights(samples.expressions(4000)))
            encoder.fc.bias[d_z:] = 2 * np.log(PRIOR)
    parameters = [*generator.parameters(), *encoder.parameters()]
    optimiser = Muon(parameters)
    loop = Loop(work / "face.pt", options.minutes, options.rate, modules, optimiser)
    loop.save()
    per_vertex = motion_weights(face, samples)
    texel_weight, watched = texel_weights(face, per_vertex), watched_vertices(face)
    read = Reader(face, watched)
    vertex_weight = torch.from_numpy(per_vertex[watched] / per_vertex[watched].mean())[:, None]
    rigid = Rigid(face)
    upper_lip, lower_lip = (Reader(face, face.asset["lip_inner"][:, k]) for k in (0, 1))
    for _ in loop:
        neutral, deformed, offsets, weights = samples.batch(options.faces, options.each)
        with torch.no_grad():
            z_weights = from_weights(weights)
        z = z_weights + PRIOR * torch.randn_like(z_weights)
        seen = slice(0, None, 3)  # a third of the samples go through the encoder
        mean, log_variance = encoder(deformed[seen]).chunk(2, 1)
        log_variance = log_variance.clamp(-10, 2)
        encoded = mean + torch.randn_like(mean) * (0.5 * log_variance).exp()
        kl = 0.5 * (((mean - z_weights[seen]) ** 2 + log_variance.exp()) / PRIOR**2 - log_variance
                    + 2 * np.log(PRIOR) - 1).mean()
        if loop.elapsed > 0.5 * loop.budget:  # the encoder has learned by then: decode what it says, too
            z = z.clone()
            z[seen] = encoded
        bottom, skips = generator.identity(neutral)
        bottom, *skips = (x.repeat_interleave(options.each, 0) for x in (bottom, *skips))
        error = generator.frame(bottom, skips, z) * scale - offsets
        map_error = (texel_weight * error**2).mean()
        vertex_error = (vertex_weight * read(error) ** 2).mean()
        gap_error = ((upper_lip(error) - lower_lip(error)) ** 2).mean()
        rigid_error = rigid(error)
        optimiser.zero_grad()
        (map_error + VERTICES * vertex_error + GAP * gap_error + RIGID * rigid_error + KL * kl).backward()
        torch.nn.utils.clip_grad_norm_(parameters, 2.0)
        optimiser.step()
        with torch.no_grad():
            millimetres = read(error).norm(dim=-1).mean()
        loop.note(map=map_error.detach(), vertex_mm=millimetres, gap_mm=gap_error.detach().sqrt(),
                  rigid_mm=rigid_error.detach().sqrt(), kl=kl.detach(),
                  latent=(mean - z_weights[seen]).detach().square().mean().sqrt())


if __name__ == "__main__":
    main()
