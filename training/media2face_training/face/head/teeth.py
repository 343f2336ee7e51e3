"""Teeth with form and gums, along the arches of the base mesh's slabs."""

import numpy as np

from .attach import Piece

ENAMEL, GUMS = (0.93, 0.90, 0.84), (0.72, 0.36, 0.35)
# Widths in mm from the middle outwards; how far each stands out of the row of edges (canines do); depth from front to back.
UPPER = dict(width=(8.4, 6.4, 7.4, 6.6, 6.4, 8.5), length=(0.0, -0.9, -0.2, -0.8, -1.3, -1.8), depth=(3.4, 3.2, 4.2, 5.6, 6.2, 8.0))
LOWER = dict(width=(5.2, 5.6, 6.6, 6.6, 6.8, 9.0), length=(0.0, -0.1, 0.1, -0.4, -0.8, -1.2), depth=(3.0, 3.2, 4.0, 5.2, 6.0, 8.0))
SIDES = 8  # of a tooth's outline


class Arch:
    """The curve of a row of teeth in the plane of the bite: half an ellipse that opens to the back."""

    def __init__(self, slab):
        self.half = np.abs(slab[:, 0]).max() - 1.5
        self.front, self.back = slab[:, 2].max(), slab[:, 2].min()
        t = np.linspace(0, np.pi / 2, 400)
        curve = np.stack([self.half * np.sin(t) ** 0.92, self.back + (self.front - self.back) * np.cos(t)], 1)
        self.length = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(curve, axis=0), axis=1))])
        self.curve = curve

    def at(self, distance):
        """(x, z) and the outward normal at a signed distance along the curve from the middle, [2] each."""
        s = np.clip(np.abs(distance), 0, self.length[-1] - 0.1)
        place = np.array([np.interp(s, self.length, self.curve[:, k]) for k in range(2)])
        ahead = np.array([np.interp(s + 0.1, self.length, self.curve[:, k]) for k in range(2)])
        tangent = (ahead - place) / np.linalg.norm(ahead - place)
        sign = 1.0 if distance >= 0 else -1.0
        place, normal = place * [sign, 1], np.array([-tangent[1] * sign, tangent[0]])
        return place, normal if normal @ (place - [0, self.back]) >= 0 else -normal


def tooth(arch, middle, width, depth, neck, edge):
    """(points, triangles): rings from the gum to the biting edge, narrowed at the neck, flattened at the edge."""
    place, normal = arch.at(middle)
    across = np.array([-normal[1], normal[0]])
    angle = 2 * np.pi * np.arange(SIDES) / SIDES + np.pi / SIDES
    square = np.stack([np.sign(np.cos(angle)) * np.abs(np.cos(angle)) ** 0.6, np.sign(np.sin(angle)) * np.abs(np.sin(angle)) ** 0.7], 1)
    rings = []
    for share, wide, deep, out in ((0.0, 0.76, 1.0, -0.5), (0.35, 0.94, 1.0, 0.25), (0.75, 0.98, 0.7, 0.3), (0.97, 0.9, 0.42, 0.0)):
        flat = np.outer(square[:, 0], across) * width * wide / 2 + np.outer(square[:, 1], normal) * depth * deep / 2
        centre = place + normal * (out - depth / 2 + depth * (1 - deep) / 4)
        ring = centre + flat
        rings.append(np.stack([ring[:, 0], np.full(SIDES, neck + (edge - neck) * share), ring[:, 1]], 1))
    tip = rings[-1].mean(0)
    tip[1] = edge
    points = np.concatenate([*rings, tip[None]])
    triangles = []
    for r in range(3):
        for s in range(SIDES):
            a, b = r * SIDES + s, r * SIDES + (s + 1) % SIDES
            triangles += [[a, b, b + SIDES], [a, b + SIDES, a + SIDES]]
    last = 3 * SIDES
    triangles += [[last + s, last + (s + 1) % SIDES, len(points) - 1] for s in range(SIDES)]
    return points, closed(points, np.array(triangles))


def closed(points, triangles):
    """The triangles of a convex body, all turned outwards."""
    corners = points[triangles]
    normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    out = (normal * (corners.mean(1) - points.mean(0))).sum(1) > 0
    return np.where(out[:, None], triangles, triangles[:, ::-1])


def row(slab, form, up):
    """(teeth points, triangles), (gum points, triangles) of a row; up: +1 where the gum is above."""
    arch = Arch(slab)
    low, high = slab[:, 1].min(), slab[:, 1].max()
    edge, gum = (low, high) if up > 0 else (high, low)
    crown = 8.6 if up > 0 else 7.6
    points, triangles, necks = [], [], []
    count = 0
    start = 0.0
    for width, shorter, depth in zip(form["width"], form["length"], form["depth"]):
        for side in (1, -1):
            own = edge - up * shorter
            neck = edge + up * (crown + 0.6 * shorter)
            p, t = tooth(arch, side * (start + width / 2), width, depth, neck + up * 1.2, own)
            points.append(p)
            triangles.append(t + count)
            count += len(p)
        necks += [(start, neck - up * 1.6), (start + width / 2, neck)]
        start += width
    necks.append((start, necks[-2][1]))
    return (np.concatenate(points), np.concatenate(triangles)), gums(arch, np.array(necks), gum, up)


def gums(arch, necks, gum, up):
    """A band outside the necks, scalloped between the teeth, and back over the roots."""
    along = np.concatenate([-necks[:0:-1, 0], necks[:, 0]])
    height = np.concatenate([necks[:0:-1, 1], necks[:, 1]])
    rings = []
    for out, share in ((-1.2, 0.0), (0.35, 0.06), (1.0, 0.45), (0.4, 1.0)):
        ring = []
        for s, y in zip(along, height):
            place, normal = arch.at(s)
            x, z = place + normal * out
            ring.append([x, y + (gum - y) * share, z])
        rings.append(ring)
    points = np.array(rings).reshape(-1, 3)
    n = len(along)
    triangles = []
    for r in range(3):
        for i in range(n - 1):
            a, b = r * n + i, (r + 1) * n + i
            triangles += [[a, a + 1, b + 1], [a, b + 1, b]]
    triangles = np.array(triangles)
    return points, triangles if up > 0 else triangles[:, ::-1]


def pieces(slabs):
    """[Piece] of both rows; slabs: {"upper": [n, 3], "lower": [n, 3]} on the average face, the parts `old_teeth_<row>`."""
    out = []
    for name, form, up in (("upper", UPPER, 1), ("lower", LOWER, -1)):
        (points, triangles), (gum, band) = row(slabs[name], form, up)
        for part, p, t, colour in ((f"teeth_{name}", points, triangles, ENAMEL), (f"gums_{name}", gum, band, GUMS)):
            out.append(Piece(part, p, t, "head" if up > 0 else part, colour, hosts=(f"old_teeth_{name}",)))
    return out
