"""Brows and lashes: hairs as thin blades that stand on the skin and move with it."""

import numpy as np

from .attach import Piece

BROW_COLOUR, LASH_COLOUR = (0.17, 0.12, 0.09), (0.06, 0.05, 0.05)
# x in mm from the middle, on the average face -> middle line above the eyes, height of the brow, lean of its hairs (degrees from
# straight up towards the temple).
BROW_X = (12.0, 52.0)
BROW_LINE = ((12, 20, 28, 38, 46, 52), (12.6, 14.0, 15.2, 15.8, 14.0, 11.0))
BROW_HEIGHT = ((12, 17, 30, 42, 52), (3.6, 5.2, 4.8, 3.6, 1.2))
BROW_LEAN = ((12, 20, 34, 52), (14, 44, 74, 102))
BROW_HAIRS, LASHES = 46, (26, 15)  # of a side; of an upper and of a lower lid
LASH_MM = (6.6, 3.2)


def blades(roots, tips, width, bend):
    """Blades of 4 vertices: two at the root, one bent beyond the middle, the tip. All [n, 3] but the width [n]."""
    along = tips - roots
    across = np.stack([-along[:, 1], along[:, 0], 0 * along[:, 0]], 1)
    across /= np.linalg.norm(across, axis=1, keepdims=True) + 1e-9
    half = across * width[:, None] / 2
    points = np.stack([roots - half, roots + half, roots + 0.55 * along + bend + half * 0.8, tips], 1).reshape(-1, 3)
    first = 4 * np.arange(len(roots))[:, None]
    triangles = np.concatenate([first + [0, 2, 1], first + [0, 3, 2]])
    return points, triangles


def outwards(points, triangles):
    """The triangles, turned to be seen from +Z."""
    a, b, c = (points[triangles[:, k], :2] for k in range(3))
    area = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (c[:, 0] - a[:, 0]) * (b[:, 1] - a[:, 1])
    return np.where((area > 0)[:, None], triangles, triangles[:, ::-1])


def brow(name, sign, eye_height, surface, rng):
    """A brow on the skin; surface(x, y) -> points [n, 3] of the front of it."""
    across = np.sort(rng.uniform(*BROW_X, BROW_HAIRS))
    height = np.interp(across, *BROW_HEIGHT)
    level = rng.permuted(np.linspace(-0.5, 0.42, BROW_HAIRS))
    y = eye_height + np.interp(across, *BROW_LINE) + level * height
    lean = np.radians(np.interp(across, *BROW_LEAN) + rng.normal(0, 7, BROW_HAIRS) + 26 * np.clip(level, 0, 1))
    length = (4.6 + rng.normal(0, 0.6, BROW_HAIRS)) * np.interp(across, (12, 20, 44, 52), (0.8, 1.05, 1.0, 0.75))
    roots = surface(sign * across, y)
    tips = surface(sign * (across + np.sin(lean) * length), y + np.cos(lean) * length)
    roots[:, 2] += 0.1
    tips[:, 2] += 1.0
    bend = np.array([0.0, 0.3, 0.8])
    points, triangles = blades(roots, tips, np.full(BROW_HAIRS, 0.8), bend)
    return Piece(name, points, outwards(points, triangles), "map", BROW_COLOUR, roots=np.repeat(roots, 4, 0))


def lashes(name, lids, eye_middle, rng):
    """Lashes of one eye. lids: ([n, 3] points along the upper lid's edge, the same of the lower), from the nose outwards."""
    roots, tips, bend = [], [], []
    for lid, count, length, up in zip(lids, LASHES, LASH_MM, (1.0, -1.0)):
        share = np.linspace(0.06, 1.0, count)
        at = np.stack([np.interp(share, np.linspace(0, 1, len(lid)), lid[:, k]) for k in range(3)], 1)
        fan = (share - 0.42) * 1.05 * np.sign(eye_middle[0])  # outwards at both ends
        reach = length * np.interp(share, (0, 0.3, 0.8, 1), (0.45, 0.8, 1.05, 0.95)) * (1 + rng.normal(0, 0.08, count))
        along = np.stack([fan, np.full(count, 0.42 * up), np.full(count, 0.85)], 1)
        along /= np.linalg.norm(along, axis=1, keepdims=True)
        roots.append(at)
        tips.append(at + along * reach[:, None] + np.array([0, 0.28 * up, 0]) * reach[:, None])
        bend.append(np.tile([0.0, -0.3 * up, 0.35], (count, 1)))
    roots, tips, bend = (np.concatenate(x) for x in (roots, tips, bend))
    width = np.concatenate([np.full(LASHES[0], 0.75), np.full(LASHES[1], 0.4)])
    points, triangles = blades(roots, tips, width, bend)
    return Piece(name, points, outwards(points, triangles), "map", LASH_COLOUR, roots=np.repeat(roots, 4, 0))
