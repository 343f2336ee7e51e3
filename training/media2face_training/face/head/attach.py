"""An asset that parts are added to and taken from: each new vertex is a mixture of a triangle's corners and a fixed offset."""

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from ..maps import GATHER, blend_rows
from ..parts import renumber

# Arrays of an asset by the axis that counts vertices.
PER_VERTEX = {"base": 0, "average": 0, "upper_share": 0, "uv": 0, "gather_index": 0, "gather_weight": 0, "texcoord": 0,
              "basis": 1, "units": 1}
NEAR = 32  # triangles about a point, by their middles, of which the nearest is looked for


@dataclass
class Piece:
    """A part to be added: points [n, 3] in mm on the average face, triangles [m, 3] counter-clockwise from outside."""

    name: str
    points: np.ndarray
    triangles: np.ndarray
    follow: str  # as in a pack's manifest
    colour: tuple  # sRGB, 0..1
    texture: str = ""
    texcoord: np.ndarray | None = None  # [n, 2], 0..1, v downwards
    hosts: tuple = ("skin",)  # parts that it stands on
    roots: np.ndarray | None = None  # [n, 3]: the place that each point stands on, where it is not the nearest to the point


class Figure:
    """A finished asset (see `asset.finish`), whose parts change."""

    def __init__(self, asset):
        self.asset = dict(asset)
        self.parts = [dict(part) for part in asset["parts"]]
        self.asset["texcoord"] = np.clip(asset["uv"], 0, 1).astype(np.float32)

    def part(self, name):
        return next(part for part in self.parts if part["name"] == name)

    def rows(self, name):
        """Vertices of a part."""
        return slice(*self.part(name)["vertices"])

    def triangles_of(self, *names):
        return np.concatenate([self.asset["triangles"][slice(*self.part(name)["triangles"])] for name in names])

    def remove(self, names):
        """Takes parts out; they must not be followed by others."""
        a, kept_v, kept_t = self.asset, [], []
        for part in [p for p in self.parts if p["name"] not in names]:
            vertices, triangles = np.arange(*part["vertices"]), np.arange(*part["triangles"])
            part["vertices"] = [len(kept_v), len(kept_v) + len(vertices)]
            part["triangles"] = [len(kept_t), len(kept_t) + len(triangles)]
            kept_v += vertices.tolist()
            kept_t += triangles.tolist()
        self.parts = [p for p in self.parts if p["name"] not in names]
        place = np.full(len(a["average"]), -1)
        place[kept_v] = np.arange(len(kept_v))
        for name, axis in PER_VERTEX.items():
            a[name] = np.take(a[name], kept_v, axis)
        a["triangles"] = place[a["triangles"][kept_t]].astype(np.int32)
        renumber(a, place)

    def add(self, piece):
        """Adds a part at the end."""
        a, count = self.asset, len(piece.points)
        hosts = self.triangles_of(*piece.hosts)
        roots = piece.points if piece.roots is None else piece.roots
        corners, shares = nearest(roots, a["average"], hosts)

        def blend(rows):
            return np.einsum("nk,...nkc->...nc", shares, rows[..., corners, :])

        moves = piece.follow == "map"
        offset = (piece.points - blend(a["average"])).astype(np.float32)
        index, weight = np.zeros((count, GATHER), np.int32), np.zeros((count, GATHER), np.float32)
        if moves:
            index, weight = blend_rows(a["gather_index"], a["gather_weight"], corners, shares, GATHER)
        new = dict(base=blend(a["base"]) + offset, average=piece.points, basis=blend(a["basis"]), gather_index=index,
                   gather_weight=weight, units=blend(a["units"]) * moves, uv=np.full((count, 2), -1.0),
                   upper_share=np.einsum("nk,nk->n", shares, a["upper_share"][corners]),
                   texcoord=np.zeros((count, 2)) if piece.texcoord is None else piece.texcoord)
        first, first_triangle = len(a["average"]), len(a["triangles"])
        for name, axis in PER_VERTEX.items():
            a[name] = np.concatenate([a[name], new[name].astype(a[name].dtype)], axis)
        a["triangles"] = np.concatenate([a["triangles"], piece.triangles + first]).astype(np.int32)
        self.parts.append(dict(name=piece.name, vertices=[first, first + count], follow=piece.follow, colour=list(piece.colour),
                               triangles=[first_triangle, first_triangle + len(piece.triangles)]))
        if piece.texture:
            self.parts[-1]["texture"] = piece.texture

    def follow_affinely(self, name, hosts):
        """Lets the shape of a part follow that of many vertices as a whole: per component the affine map that fits them best."""
        a, rows = self.asset, self.rows(name)

        def homogeneous(points):
            return np.concatenate([points, np.ones((len(points), 1))], 1)

        known, wanted = homogeneous(a["average"][hosts].astype(float)), homogeneous(a["average"][rows].astype(float))
        fit = np.linalg.solve(known.T @ known, known.T)  # [4, hosts]

        def carried(displacements):
            return np.einsum("nk,kh,chd->cnd", wanted, fit, displacements[:, hosts].astype(float), optimize=True)

        a["basis"][:, rows] = carried(a["basis"])
        a["base"][rows] = a["average"][rows] - carried((a["average"] - a["base"])[None])[0]

    def finished(self):
        return self.asset | dict(parts=np.array(self.parts, dtype=object))


def nearest(points, vertices, triangles):
    """(corner vertices [n, 3], shares [n, 3]) of the place on the mesh that is nearest to each point [n, 3]."""
    corners = vertices[triangles]
    found = cKDTree(corners.mean(1)).query(points, min(NEAR, len(triangles)))[1]
    a, b, c = (corners[found, k] for k in range(3))  # [n, NEAR, 3]
    u, v, w = b - a, c - a, points[:, None] - a
    uu, uv, vv, uw, vw = ((p * q).sum(-1) for p, q in ((u, u), (u, v), (v, v), (u, w), (v, w)))
    area = uu * vv - uv**2 + 1e-9
    second, third = (vv * uw - uv * vw) / area, (uu * vw - uv * uw) / area
    # Outside a triangle the shares are cut: near its nearest place, which is good enough for a hair.
    shares = np.clip(np.stack([1 - second - third, second, third], -1), 0, None)
    shares /= shares.sum(-1, keepdims=True)
    distance = np.linalg.norm((shares[..., None] * corners[found]).sum(2) - points[:, None], axis=-1)
    best = distance.argmin(1)
    rows = np.arange(len(points))
    return triangles[found[rows, best]], shares[rows, best]


def between_rows(rows, columns, closed=False):
    """Triangles of a grid whose rows go down on its outside and whose columns go to the left; closed: the last column meets the first."""
    row, column = np.meshgrid(np.arange(rows - 1), np.arange(columns if closed else columns - 1), indexing="ij")
    a, b = (row * columns + column).ravel(), (row * columns + (column + 1) % columns).ravel()
    return np.concatenate([np.stack([a, a + columns, b], 1), np.stack([b, a + columns, b + columns], 1)])


def first_hit(origin, directions, vertices, triangles):
    """Distance [n] along unit directions [n, 3] to the farthest triangle that a ray meets; NaN where it meets none."""
    a, b, c = (vertices[triangles[:, k]] for k in range(3))
    u, v = b - a, c - a
    out = np.full(len(directions), np.nan)
    s = origin - a
    q = np.cross(s, u)
    for i, d in enumerate(directions):
        p = np.cross(d, v)
        det = (u * p).sum(1)
        with np.errstate(divide="ignore", invalid="ignore"):
            x, y, t = (s * p).sum(1) / det, (q * d).sum(1) / det, (v * q).sum(1) / det
        hit = (np.abs(det) > 1e-9) & (x > -1e-6) & (y > -1e-6) & (x + y < 1 + 1e-6) & (t > 0)
        if hit.any():
            out[i] = t[hit].max()
    return out
