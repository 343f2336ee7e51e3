"""The one rasteriser: which triangle a pixel sees, with barycentric weights. Vectorised, no texture, no clipping.

Screen coordinates are in pixels, x to the right and y down, the middle of pixel (i, j) at (j + 1/2, i + 1/2).
"""

from dataclasses import dataclass

import numpy as np

BACKGROUND = -1
EDGE = 1e-7  # a pixel this little outside belongs to a triangle, so that none falls between two


@dataclass
class Fragments:
    """What the pixels of a picture see."""

    triangle: np.ndarray  # i32 [height, width], BACKGROUND where nothing is
    weights: np.ndarray  # f32 [height, width, 3], barycentric

    @property
    def hit(self):
        """bool [height, width]."""
        return self.triangle != BACKGROUND

    def interpolate(self, triangles, values):
        """Values [V, c] at the pixels that see something: [hits, c]."""
        corners, hit = triangles[self.triangle[self.hit]], self.weights[self.hit]
        return sum(values[corners[:, k]] * hit[:, k, None] for k in range(3))


def rasterise(screen, depth, triangles, height, width):
    """Fragments of triangles whose front, counter-clockwise seen from outside, faces the viewer.

    screen [V, 2] px, depth [V] (larger is nearer; linear over the screen, so 1 / distance under perspective).
    """
    corners = screen[triangles]
    (x0, y0), (x1, y1), (x2, y2) = (corners[:, k].T for k in range(3))
    area = (x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0)
    left = np.maximum(np.ceil(np.minimum(np.minimum(x0, x1), x2) - 0.5), 0).astype(np.int64)
    right = np.minimum(np.floor(np.maximum(np.maximum(x0, x1), x2) - 0.5), width - 1).astype(np.int64)
    top = np.maximum(np.ceil(np.minimum(np.minimum(y0, y1), y2) - 0.5), 0).astype(np.int64)
    bottom = np.minimum(np.floor(np.maximum(np.maximum(y0, y1), y2) - 0.5), height - 1).astype(np.int64)
    kept = np.where((area < -1e-9) & (right >= left) & (bottom >= top))[0]  # rows run down: the front is negative
    columns, rows = right[kept] - left[kept] + 1, bottom[kept] - top[kept] + 1
    count = columns * rows
    owner = np.repeat(np.arange(len(kept)), count)
    place = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    own = kept[owner]
    px, py = left[own] + place % columns[owner], top[own] + place // columns[owner]
    dx, dy = px + 0.5 - x0[own], py + 0.5 - y0[own]
    second = (dx * (y2 - y0)[own] - (x2 - x0)[own] * dy) / area[own]
    third = ((x1 - x0)[own] * dy - dx * (y1 - y0)[own]) / area[own]
    first = 1 - second - third
    inside = (first >= -EDGE) & (second >= -EDGE) & (third >= -EDGE)
    own, pixel = own[inside], (py * width + px)[inside]
    weights = np.stack([first[inside], second[inside], third[inside]], 1)
    near = np.einsum("nk,nk->n", depth[triangles[own]], weights)
    front = np.full(height * width, -np.inf)
    np.maximum.at(front, pixel, near)
    won = near == front[pixel]
    triangle = np.full(height * width, BACKGROUND, np.int32)
    barycentric = np.zeros((height * width, 3), np.float32)
    triangle[pixel[won]], barycentric[pixel[won]] = own[won], weights[won]
    return Fragments(triangle.reshape(height, width), barycentric.reshape(height, width, 3))


def normals(vertices, triangles):
    """Area-weighted vertex normals [V, 3]."""
    a, b, c = (vertices[triangles[:, k]].T for k in range(3))
    (x, y, z), (u, v, w) = b - a, c - a
    face = (y * w - z * v, z * u - x * w, x * v - y * u)
    at, count = triangles.T.ravel(), len(vertices)
    return unit(np.stack([np.bincount(at, np.tile(axis, 3), count) for axis in face], 1))


def unit(vectors):
    """Vectors [n, 3] at length 1; one of nothing stays."""
    return vectors / (np.sqrt(np.einsum("nk,nk->n", vectors, vectors))[:, None] + 1e-9)
