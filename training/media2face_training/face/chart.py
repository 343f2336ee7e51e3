"""The UV chart of the face and the two sparse maps between vertices and texels.

The chart is MakeHuman's head island turned by 90 degrees, each axis remapped to (1 - a) linear + a CDF of the
vertices, a = 0.6, which enlarges mouth and eyes and flips no triangle.
"""

import numpy as np
from scipy.ndimage import distance_transform_edt
from scipy.spatial import cKDTree

EQUALISE = 0.6
MARGIN = 0.02


def island(data, skin_faces):
    """The faces of the head island: list of [(vertex, corner)] quads."""
    inside = (data.corners[:, 0] > 0.58) & (data.corners[:, 1] > 0.145)
    return [face for face in skin_faces if all(inside[c] for _, c in face)]


def chart(data, faces):
    """{corner index: (u, v)} in 0..1, v downwards."""
    used = sorted({c for face in faces for _, c in face})
    turned = np.stack([data.corners[used, 1], 1 - data.corners[used, 0]], 1)
    spread = np.stack([_equalise(turned[:, 0]), _equalise(turned[:, 1])], 1)
    return dict(zip(used, spread))


def _equalise(x):
    unit = (x - x.min()) / (x.max() - x.min())
    grid = np.linspace(0, 1, 65)
    cdf = np.interp(grid, np.sort(unit), np.linspace(0, 1, len(unit)))
    return MARGIN + (1 - 2 * MARGIN) * ((1 - EQUALISE) * unit + EQUALISE * np.interp(unit, grid, cdf))


def rasterise(triangles_uv, triangles_vertex, res):
    """Texel = sum of barycentric weight x vertex, at texel centres, dilated over the whole square.

    triangles_uv [T, 3, 2], triangles_vertex [T, 3] -> index i32 [res^2, 3], weight f32 [res^2, 3], inside [res^2].
    """
    index = np.zeros((res * res, 3), np.int32)
    weight = np.zeros((res * res, 3), np.float32)
    inside = np.zeros(res * res, bool)
    for uv, vertex in zip(triangles_uv, triangles_vertex):
        (x0, y0), (x1, y1), (x2, y2) = uv * res - 0.5
        area = (x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0)
        if abs(area) < 1e-12:
            continue
        xs = np.arange(max(0, int(np.ceil(min(x0, x1, x2)))), min(res - 1, int(max(x0, x1, x2))) + 1)
        ys = np.arange(max(0, int(np.ceil(min(y0, y1, y2)))), min(res - 1, int(max(y0, y1, y2))) + 1)
        if not len(xs) or not len(ys):
            continue
        gx, gy = np.meshgrid(xs, ys)
        w1 = ((gx - x0) * (y2 - y0) - (x2 - x0) * (gy - y0)) / area
        w2 = ((x1 - x0) * (gy - y0) - (gx - x0) * (y1 - y0)) / area
        w0 = 1 - w1 - w2
        hit = (w0 >= -1e-9) & (w1 >= -1e-9) & (w2 >= -1e-9)
        texel = (gy * res + gx)[hit]
        index[texel] = vertex
        weight[texel] = np.stack([w0[hit], w1[hit], w2[hit]], 1)
        inside[texel] = True
    nearest = distance_transform_edt(~inside.reshape(res, res), return_distances=False, return_indices=True)
    source = (nearest[0] * res + nearest[1]).ravel()
    return index[source], weight[source], inside


def bilinear(uv, res):
    """(texels [4], weights [4]) of the bilinear sample at (u, v)."""
    x, y = np.clip(np.asarray(uv) * res - 0.5, 0, res - 1)
    x0, y0 = min(int(x), res - 2), min(int(y), res - 2)
    fx, fy = x - x0, y - y0
    first = y0 * res + x0
    return (np.array([first, first + 1, first + res, first + res + 1]),
            np.array([(1 - fx) * (1 - fy), fx * (1 - fy), (1 - fx) * fy, fx * fy]))


def neighbourhood(uv, res, side):
    """Texels of the side x side block around (u, v)."""
    x, y = np.asarray(uv) * res - 0.5
    x0 = np.clip(int(np.floor(x)) - side // 2 + 1, 0, res - side)
    y0 = np.clip(int(np.floor(y)) - side // 2 + 1, 0, res - side)
    gx, gy = np.meshgrid(np.arange(x0, x0 + side), np.arange(y0, y0 + side))
    return (gy * res + gx).ravel()


def fit_gather(maps, displacements, positions, copies, res, k, ridge=0.02):
    """Sparse weights that read vertex displacements off a map.

    A vertex on the chart starts from its bilinear sample (the average of its seam copies); one off the chart (the
    inside of mouth, nose and eye sockets) from the four chart vertices that move and lie most like it. Both are
    then refined by ridge regression so that the face units' own maps give the face units back, which keeps upper
    and lower lip apart where a texel straddles the slit.

    maps [E, res^2, 3] and displacements [E, V, 3] of E training shapes; positions [V, 3]; copies: {vertex:
    [(u, v)]} -> index i32 [V, k], weight f32 [V, k].
    """
    count = displacements.shape[1]
    index, weight = np.zeros((count, k), np.int32), np.zeros((count, k), np.float32)
    charted = np.array(sorted(copies))
    features = np.concatenate([displacements.transpose(1, 0, 2).reshape(count, -1), 0.1 * positions], 1)
    tree = cKDTree(features[charted])
    for v in np.where(np.abs(displacements).max((0, 2)) > 1e-3)[0]:
        if v in copies:
            sources = [(uv, 1 / len(copies[v])) for uv in copies[v]]
        else:
            sources = [(copies[charted[b]][0], 0.25) for b in tree.query(features[v], 4)[1]]
        start = {}
        for uv, share in sources:
            for texel, w in zip(*bilinear(uv, res)):
                start[texel] = start.get(texel, 0) + share * w
        if len(sources) == 1:
            for texel in neighbourhood(sources[0][0], res, 4):
                start.setdefault(texel, 0.0)
        texels = np.array(sorted(start, key=lambda t: -start[t])[:k])
        prior = np.array([start[t] for t in texels])
        prior = prior / prior.sum()
        a = maps[:, texels].transpose(0, 2, 1).reshape(-1, len(texels))
        b = displacements[:, v].reshape(-1)
        scale = ridge * np.trace(a.T @ a) / len(texels) + 0.05
        fitted = prior + np.linalg.solve(a.T @ a + scale * np.eye(len(texels)), a.T @ (b - a @ prior))
        index[v, : len(texels)], weight[v, : len(texels)] = texels, fitted
    return index, weight
