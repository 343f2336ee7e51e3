"""The face asset at training time: identities, expressions, maps and decoded vertices."""

import numpy as np

from . import identities
from .asset import motion_scale
from .rig import apply_follow


class Face:
    """Loads `face.npz`. Expressions are 52 ARKit weights in the order of `unit_names` (alphabetical)."""

    def __init__(self, path):
        stored = np.load(path, allow_pickle=True)
        self.asset = {k: stored[k] for k in stored.files}
        a = self.asset
        self.res, self.skin_count = int(a["res"]), int(a["skin_count"])
        self.unit_names, self.component_names = list(a["unit_names"]), list(a["component_names"])
        self.parts, self.triangles = list(a["parts"]), a["triangles"]
        self.share = a["upper_share"][:, None]
        self.centre, self.extent = a["centre"], float(a["extent"])
        self.named = {n: self.vertices_of(identities.mixture(f, self.component_names))
                      for n, f in identities.NAMED.items()}

    def vertices_of(self, mixture):
        """Neutral vertices [V, 3] of component weights."""
        a = self.asset
        v = a["base"] + np.tensordot(mixture.astype(np.float32), a["basis"], 1)
        v = v - v[a["eye_vertices"]].mean(0) + a["eye_origin"].astype(np.float32)
        return v.astype(np.float32)

    def random_vertices(self, rng):
        """Neutral vertices of a random identity."""
        names = self.component_names
        return self.vertices_of(identities.random_mixture(rng, names, set(names)))

    def scale_of(self, neutral):
        """[2, 3] motion scale of an identity: eyes and brows, mouth and jaw."""
        a = self.asset
        return motion_scale(neutral, a["marks"], a["eye_vertices"], a["average"]).astype(np.float32)

    def offsets(self, neutral, weights):
        """Ground truth: vertex offsets [N, V, 3] in mm of expressions [N, 52] on an identity."""
        upper, lower = self.scale_of(neutral)
        out = np.tensordot(weights.astype(np.float32), self.asset["units"], 1)
        return out * (self.share * upper + (1 - self.share) * lower)

    def rasterise(self, per_vertex):
        """[.., V, 3] -> map [.., 3, res, res]."""
        a = self.asset
        texels = (per_vertex[..., a["raster_index"], :] * a["raster_weight"][..., None]).sum(-2)
        return np.moveaxis(texels, -1, -2).reshape(*per_vertex.shape[:-2], 3, self.res, self.res)

    def map_of(self, neutral):
        """The neutral's map as networks take it: (position - centre) / extent."""
        return self.rasterise((neutral - self.centre) / self.extent)

    def decode(self, neutral, offset_map):
        """Offset map in mm [3, res, res] -> vertices [V, 3] in mm: skin by the gather, rigid parts by their fit."""
        a = self.asset
        texels = offset_map.reshape(3, -1).T
        offset = (texels[a["gather_index"]] * a["gather_weight"][..., None]).sum(1)
        out = neutral + offset
        for part in self.parts:
            name = part["follow"]
            if name not in ("map", "head"):
                rows = slice(*part["vertices"])
                index, matrix = a[f"follow/{name}/index"], a[f"follow/{name}/matrix"]
                out[rows] = apply_follow(matrix, offset[index], neutral[rows])
        return out

    def lip_gap(self, vertices):
        """Signed height (mm) of the openings between the inner lips, per pair: [.., pairs]."""
        pairs = self.asset["lip_inner"]
        return vertices[..., pairs[:, 0], 1] - vertices[..., pairs[:, 1], 1]

    def part(self, name):
        """The part of this name: ranges of vertices and triangles, what it follows, colour."""
        return next(part for part in self.parts if part["name"] == name)

    def triangle_colours(self):
        """[T, 3] in 0..1."""
        out = np.zeros((len(self.triangles), 3))
        for part in self.parts:
            out[slice(*part["triangles"])] = part["colour"]
        return out

    def expression(self, **weights):
        """52 weights from names; `mouthSmile=.5` sets both sides."""
        out = np.zeros(len(self.unit_names), np.float32)
        for name, value in weights.items():
            for full in (name, name + "Left", name + "Right"):
                if full in self.unit_names:
                    out[self.unit_names.index(full)] = value
        return out
