"""The picture's term of the loss: how a decoded face is shaded against how the true one is, under random lights.

Which triangle a pixel sees and where is found once per step on the true geometry (raster.py) and held; gradients run
from the shade of a pixel through its normal to the positions of vertices, not through the outlines.
"""

import numpy as np
import torch
from scipy.spatial.transform import Rotation
from torch.nn import functional

from .raster import rasterise
from .samples import Reader

SIDE, SPAN_MM = 64, 170.0
LIGHTS = 3
TURN = np.radians([40.0, 25.0, 15.0])  # yaw, pitch, roll of the camera, uniform to both sides
CENTRE = np.array([0.0, -30.0, 0.0])


def vertex_normals(vertices, triangles):
    """Area-weighted unit normals [B, V, 3] of vertices [B, V, 3]."""
    a, b, c = (vertices[:, triangles[:, k]] for k in range(3))
    face = torch.linalg.cross(b - a, c - a)
    total = torch.zeros_like(vertices)
    for k in range(3):
        total = total.index_add(1, triangles[:, k], face)
    return functional.normalize(total, dim=-1, eps=1e-9)


def shade(vertices, triangles, seen, weights, lights):
    """Lambert's shade [B, pixels, lights] of vertices [B, V, 3] mm.

    seen [B, pixels]: triangle of each pixel; weights [B, pixels, 3]: where on it; lights [B, lights, 3]: unit vectors.
    """
    normals = vertex_normals(vertices, triangles)
    corners = triangles[seen]  # [B, pixels, 3]
    batch = torch.arange(len(vertices), device=vertices.device)[:, None, None]
    normal = functional.normalize((normals[batch, corners] * weights[..., None]).sum(2), dim=-1, eps=1e-9)
    return (normal @ lights.transpose(1, 2)).clamp(min=0)


class PictureLoss:
    """Mean squared difference of shades of the skin."""

    def __init__(self, face, rng, device="cpu"):
        skin = face.asset["triangles"]
        moved = [slice(*p["triangles"]) for p in face.parts if p["name"] in ("skin", "lips")]
        self.triangles = np.concatenate([skin[rows] for rows in moved])
        self.count, self.rng, self.device = face.skin_count, rng, device
        self.read = Reader(face, np.arange(face.skin_count), device)
        self.on_device = torch.from_numpy(self.triangles).long().to(device)

    def look(self, vertices):
        """(seen [SIDE^2], weights [SIDE^2, 3], hit) of one true face from a random side."""
        turn = Rotation.from_euler("YXZ", self.rng.uniform(-1, 1, 3) * TURN).as_matrix()
        p = (vertices - CENTRE) @ turn.T
        screen = p[:, :2] * [SIDE / SPAN_MM, -SIDE / SPAN_MM] + SIDE / 2
        seen = rasterise(screen, p[:, 2], self.triangles, SIDE, SIDE)
        return np.maximum(seen.triangle.ravel(), 0), seen.weights.reshape(-1, 3), seen.hit.ravel()

    def __call__(self, neutral, offsets, error):
        """neutral [n, V, 3] mm, true offset maps and errors of the decoded ones [n, 3, res, res] mm -> loss."""
        true = neutral[:, : self.count] + self.read(offsets)
        looks = [self.look(v) for v in true.detach().cpu().numpy()]
        seen = torch.from_numpy(np.stack([x[0] for x in looks])).long().to(self.device)
        weights, hit = (torch.from_numpy(np.stack([x[k] for x in looks])).to(self.device) for k in (1, 2))
        lights = functional.normalize(torch.from_numpy(
            self.rng.normal(size=(len(true), LIGHTS, 3)) + [0, 0.3, 1.2]).float(), dim=-1).to(self.device)
        with torch.no_grad():
            wanted = shade(true, self.on_device, seen, weights, lights)
        got = shade(true + self.read(error), self.on_device, seen, weights, lights)
        return ((got - wanted) ** 2).mean(-1)[hit].mean()
