"""Rigid parts: how eyes, lower teeth and tongue follow the skin, and the overlays drawn upon it.

A follow matrix turns the offsets of a few skin vertices into a rotation vector (rad) and a translation (mm) of the
part about its own centre. It is fitted by ridge regression on random combinations of the face units, with noise on
the offsets like that of a decoded map, so that it never amplifies noise much.
"""

import numpy as np

NOISE_MM = 0.12


def rigid_motion(neutral, offsets):
    """Best rigid motion (rotation vector, translation) about the centre: offsets [n, 3] of points [n, 3] (Kabsch)."""
    centre = neutral.mean(0)
    p, q = neutral - centre, neutral + offsets - (neutral + offsets).mean(0)
    u, _, vt = np.linalg.svd(p.T @ q)
    d = np.sign(np.linalg.det(u @ vt))
    r = (vt.T * [1, 1, d]) @ u.T
    angle = np.arccos(np.clip((np.trace(r) - 1) / 2, -1, 1))
    axis = np.array([r[2, 1] - r[1, 2], r[0, 2] - r[2, 0], r[1, 0] - r[0, 1]])
    norm = np.linalg.norm(axis)
    return (axis / norm * angle if norm > 1e-9 else np.zeros(3)), offsets.mean(0)


def rotate(points, vector):
    """Rotates points [n, 3] about the origin by a rotation vector (Rodrigues)."""
    angle = np.linalg.norm(vector)
    if angle < 1e-9:
        return points
    k = vector / angle
    return (points * np.cos(angle) + np.cross(k, points) * np.sin(angle)
            + np.outer(points @ k, k) * (1 - np.cos(angle)))


def random_weights(rng, count, names):
    """[count, units] sparse random activations, mostly symmetric, the whole range of single units included."""
    units = len(names)
    w = rng.random((count, units)) * (rng.random((count, units)) < rng.uniform(0.05, 0.3, (count, 1)))
    even = rng.random(count) < 0.7
    for left, name in enumerate(names):
        if name.endswith("Left") and not name.startswith(("eyeLook", "jaw", "mouthLeft")):
            right = names.index(name[:-4] + "Right")
            w[even, right] = w[even, left]
    w[:units] = np.eye(units)
    jaw, close = names.index("jawOpen"), names.index("mouthClose")
    w[:, close] *= w[:, jaw]  # the lips can only close what the jaw has opened
    w[close, jaw] = 1.0
    for side in ("Left", "Right"):
        blink = names.index("eyeBlink" + side)
        w[:, blink] *= rng.random(count) < 0.7
    return w


def fit_follow(rng, names, scaled_units, neutrals, candidates, part, rotation=True):
    """Matrix [6, 3 n] of a part from skin vertices `candidates`.

    scaled_units: list over identities of [units, V, 3]; neutrals: list of [V, 3]; part: vertex indices.
    """
    a, b = [], []
    for units, neutral in zip(scaled_units, neutrals):
        weights = random_weights(rng, 400, names)
        skin = np.tensordot(weights, units[:, candidates], 1)
        body = np.tensordot(weights, units[:, part], 1)
        motion = [np.concatenate(rigid_motion(neutral[part], offsets)) for offsets in body]
        a.append(skin.reshape(len(weights), -1) + rng.normal(0, NOISE_MM, (len(weights), 3 * len(candidates))))
        b.append(motion)
    a, b = np.concatenate(a), np.concatenate(b)
    if not rotation:
        b[:, :3] = 0
    matrix = np.linalg.solve(a.T @ a + 1.0 * np.eye(a.shape[1]), a.T @ b).T
    error = np.abs(a @ matrix.T - b)
    return matrix.astype(np.float32), (error[:, :3].mean(), error[:, 3:].mean())


def apply_follow(matrix, skin_offsets, points):
    """Moves a part's neutral points [n, 3] by the offsets [m, 3] of the skin vertices that it follows."""
    motion = matrix @ skin_offsets.reshape(-1)
    centre = points.mean(0)
    return rotate(points - centre, motion[:3]) + centre + motion[3:]


def disc(centre, radius, rings=3, sectors=20):
    """A flat disc: (points [n, 2], triangles [m, 3] counter-clockwise)."""
    points = [np.asarray(centre, float)]
    for ring in range(1, rings + 1):
        angle = 2 * np.pi * np.arange(sectors) / sectors
        points += list(centre + radius * ring / rings * np.stack([np.cos(angle), np.sin(angle)], 1))
    triangles = [[0, 1 + s, 1 + (s + 1) % sectors] for s in range(sectors)]
    for ring in range(1, rings):
        a, b = 1 + (ring - 1) * sectors, 1 + ring * sectors
        for s in range(sectors):
            n = (s + 1) % sectors
            triangles += [[a + s, b + s, b + n], [a + s, b + n, a + n]]
    return np.array(points), np.array(triangles)


def strip(curve, width, rows=4):
    """A band along a curve [n, 2] whose x grows, `width` [n] high: (points, triangles counter-clockwise)."""
    n = len(curve)
    points = [curve + np.stack([0 * width, width * (r / (rows - 1) - 0.5)], 1) for r in range(rows)]
    triangles = []
    for r in range(rows - 1):
        for i in range(n - 1):
            a, b = r * n + i, (r + 1) * n + i
            triangles += [[a, a + 1, b + 1], [a, b + 1, b]]
    return np.concatenate(points), np.array(triangles)


def project(points, vertices, triangles):
    """Drops points [n, 2] along -Z onto the frontmost triangle: (corner vertices [n, 3], barycentric weights)."""
    corners = vertices[triangles]
    a, b, c = corners[:, 0, :2], corners[:, 1, :2], corners[:, 2, :2]
    area = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (c[:, 0] - a[:, 0]) * (b[:, 1] - a[:, 1])
    found, weights = [], []
    for x, y in points:
        w1 = ((x - a[:, 0]) * (c[:, 1] - a[:, 1]) - (c[:, 0] - a[:, 0]) * (y - a[:, 1])) / (area + 1e-12)
        w2 = ((b[:, 0] - a[:, 0]) * (y - a[:, 1]) - (x - a[:, 0]) * (b[:, 1] - a[:, 1])) / (area + 1e-12)
        w = np.stack([1 - w1 - w2, w1, w2], 1)
        hit = np.where((w.min(1) > -1e-6) & (area > 1e-9))[0]
        best = hit[np.argmax((w[hit] * corners[hit, :, 2]).sum(1))]
        found.append(triangles[best])
        weights.append(w[best])
    return np.array(found), np.array(weights)
