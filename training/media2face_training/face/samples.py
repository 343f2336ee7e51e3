"""Samples to train GNPFA on: faces x expressions as maps, and what reads vertices and rigid parts off a map."""

from typing import NamedTuple

import numpy as np
import torch

HELD_OUT_SEED = 20260  # faces of this seed are never trained on
NAMED_SHARE = 0.4  # of the faces in a batch
TONGUE, LIDS, LIPS = 8.0, 2.5, 2.0  # factors: small islands and edges whose motion is large
FLOOR = 0.15  # of the usual energy: below it a sample's error counts no more


def held_out_faces(face, count):
    """Neutral vertices [count, V, 3] of random faces that training never draws."""
    rng = np.random.default_rng(HELD_OUT_SEED)
    return np.stack([face.random_vertices(rng) for _ in range(count)])


class Batch(NamedTuple):
    """Maps of [faces x each] expressions."""

    vertices: torch.Tensor  # neutral faces [faces, V, 3] mm
    neutral: torch.Tensor  # their maps [faces, 3, res, res]
    deformed: torch.Tensor  # [faces x each, 3, res, res]
    offsets: torch.Tensor  # the same shape, mm
    weights: torch.Tensor  # [faces x each, 52]


class Samples:
    """Batches of maps: named and random faces, expressions from `draw(count) -> [count, 52]`."""

    def __init__(self, face, draw, rng, pool, device="cpu"):
        self.face, self.draw, self.rng, self.device = face, draw, rng, device
        faces = list(face.named.values()) + [face.random_vertices(rng) for _ in range(pool)]
        self.named = len(face.named)

        def tensor(array):
            return torch.from_numpy(np.ascontiguousarray(array, np.float32)).to(device)

        self.vertices = tensor(np.stack(faces))
        self.neutral = tensor(np.stack([face.map_of(v) for v in faces]))
        self.scale = tensor(np.stack([face.scale_of(v) for v in faces]))  # [faces, 2, 3]
        units = face.rasterise(face.asset["units"].astype(np.float32))
        self.units = tensor(units.reshape(len(units), -1))  # [52, 3 res^2]
        self.share = tensor(face.rasterise(np.repeat(face.share, 3, 1).astype(np.float32)))

    def faces(self, count):
        """Indices of faces to draw; the first of the named ones is the average."""
        pick = self.rng.integers(self.named, len(self.neutral), count)
        own = self.rng.random(count) < NAMED_SHARE
        pick[own] = self.rng.integers(0, self.named, own.sum())
        return torch.from_numpy(pick).to(self.device)

    def batch(self, faces, each):
        """A `Batch` of `each` expressions on each of `faces` faces."""
        pick, res = self.faces(faces), self.face.res
        weights = torch.from_numpy(self.draw(faces * each)).to(self.device)
        upper, lower = (self.scale[pick, k][:, None, :, None, None] for k in (0, 1))
        offsets = (weights @ self.units).reshape(faces, each, 3, res, res)
        offsets = offsets * (self.share * upper + (1 - self.share) * lower)
        deformed = self.neutral[pick][:, None] + offsets / self.face.extent
        return Batch(self.vertices[pick], self.neutral[pick], deformed.flatten(0, 1), offsets.flatten(0, 1), weights)


class Reader:
    """Reads chosen vertices off offset maps, as the runtime does."""

    def __init__(self, face, vertices, device="cpu"):
        self.index = torch.from_numpy(face.asset["gather_index"][vertices]).long().to(device)
        self.weight = torch.from_numpy(face.asset["gather_weight"][vertices]).to(device)

    def __call__(self, maps):
        """[B, 3, res, res] -> [B, n, 3]."""
        texels = maps.flatten(2)[:, :, self.index]
        return (texels * self.weight).sum(-1).transpose(1, 2)


class Rigid:
    """What the rigid parts make of an error in the skin: mm at the rim of each part."""

    def __init__(self, face, device="cpu"):
        self.parts = []
        for part in face.parts:
            name = part["follow"]
            if name not in ("map", "head"):
                vertices = face.asset["average"][slice(*part["vertices"])]
                radius = np.linalg.norm(vertices - vertices.mean(0), axis=1).max()
                matrix = torch.from_numpy(face.asset[f"follow/{name}/matrix"].copy()).to(device)
                matrix[:3] *= radius
                self.parts.append((Reader(face, face.asset[f"follow/{name}/index"], device), matrix))

    def __call__(self, error):
        """Squared error [B], the mean over the parts' six motions, of an error map [B, 3, res, res] in mm."""
        return sum(((read(error).flatten(1) @ matrix.T) ** 2).mean(1) for read, matrix in self.parts) / len(self.parts)


def motion_weights(face, expressions):
    """Per vertex, (mean square motion)^-0.8: brows and lids move little and must count as the jaw does."""
    energy = np.zeros(len(face.asset["average"]))
    for part in np.array_split(expressions, 10):
        energy += (face.offsets(face.named["average"], part) ** 2).sum(-1).mean(0) / 10
    still = np.linalg.norm(face.asset["units"], axis=2).max(0) < 0.05
    out = np.where(still, 0.5, (energy + 0.04) ** -0.8).astype(np.float32)
    blink = [face.unit_names.index(f"eyeBlink{side}") for side in ("Left", "Right")]
    out[np.linalg.norm(face.asset["units"][blink], axis=2).max(0) > 1.5] *= LIDS
    out[face.asset["lip"]] *= LIPS
    out[slice(*face.part("tongue")["vertices"])] *= TONGUE
    return out


def texel_weights(face, per_vertex):
    """[1, 1, res, res]: the vertices' weights, more around mouth and eyes; mean 1."""
    a = face.asset
    position = face.rasterise(a["average"])
    out = face.rasterise(np.repeat(per_vertex[:, None], 3, 1))[0]
    mouth = a["average"][a["lip_inner"].ravel()].mean(0)
    out *= 1 + 3 * np.exp(-(((position - mouth[:, None, None]) / 24) ** 2).sum(0))
    eyes = a["average"][a["eye_vertices"]]
    for sign in (1, -1):
        centre = eyes[np.sign(eyes[:, 0]) == sign].mean(0) + [0, 9, 14]
        out *= 1 + 3 * np.exp(-(((position - centre[:, None, None]) / 25) ** 2).sum(0))
    return torch.from_numpy(out / out.mean()).float()[None, None]


def watched_vertices(face):
    """Every other vertex of the lips, every third of the upper face's movable skin, every fourth of the tongue."""
    on_chart = face.asset["uv"][:, 0] >= 0
    upper = face.asset["upper"][on_chart[face.asset["upper"]]]
    tongue = face.part("tongue")
    return np.concatenate([face.asset["lip"][::2], upper[::3], np.arange(*tongue["vertices"], 4)])


class GeometryLoss:
    """Error of offset maps (mm^2), each sample weighted by one over how much it moves.

    Texels and watched vertices count by one over the usual motion of the place, plus the gap between the inner lips
    and what the rigid parts make of the error.
    """

    VERTICES, GAP, RIGID = 1.0, 0.3, 0.3

    def __init__(self, face, expressions, device="cpu"):
        per_vertex = motion_weights(face, expressions)
        watched = watched_vertices(face)
        self.texel = texel_weights(face, per_vertex).to(device)
        self.vertex = torch.from_numpy(per_vertex[watched] / per_vertex[watched].mean())[:, None].to(device)
        self.read, self.rigid = Reader(face, watched, device), Rigid(face, device)
        self.upper, self.lower = (Reader(face, face.asset["lip_inner"][:, k], device) for k in (0, 1))
        self.usual = None

    def __call__(self, error, offsets):
        """-> (loss, dictionary to note) of an error map and the true offsets [B, 3, res, res]."""
        energy = (self.texel * offsets**2).mean((1, 2, 3))
        now = energy.mean().item()
        self.usual = now if self.usual is None else 0.99 * self.usual + 0.01 * now
        importance = (1 + FLOOR) * self.usual / (energy + FLOOR * self.usual)
        vertices = self.read(error)
        terms = dict(map=(self.texel * error**2).mean((1, 2, 3)), vertex=(self.vertex * vertices**2).mean((1, 2)),
                     gap=((self.upper(error) - self.lower(error)) ** 2).mean((1, 2)), rigid=self.rigid(error))
        total = terms["map"] + self.VERTICES * terms["vertex"] + self.GAP * terms["gap"] + self.RIGID * terms["rigid"]
        note = {name: value.detach().mean().sqrt() for name, value in terms.items()}
        note["vertex_mm"] = vertices.detach().norm(dim=-1).mean()
        return (importance * total).mean(), note
