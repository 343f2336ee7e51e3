"""Lips and the inside of the mouth as parts of their own, cut out of the finished skin.

A part is a contiguous range of vertices and triangles, so the vertices along a cut are there once in each part, with
the same gather rows: they move as one.
"""

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

LIP_RINGS = 6  # rings of triangles from the chart's edge at the mouth out to the border of the red
NOSTRIL_MM = 22.0  # what lies this far above the mouth is no mouth, although it is connected inside
SKIN, LIPS, MOUTH = range(3)


def classify(skin_triangles, on_chart, positions, mouth):
    """Class of every skin triangle: the chart ends inside the lips; beyond it is the mouth, around it are the lips.

    skin_triangles [T, 3], on_chart [V] bool, positions [V, 3] mm, mouth [3] the middle of the inner lips.
    """
    inner = ~on_chart[skin_triangles].all(1)
    edges = np.concatenate([skin_triangles[inner][:, pair] for pair in ([0, 1], [1, 2], [2, 0])])
    graph = coo_matrix((np.ones(len(edges)), edges.T), (len(on_chart),) * 2)
    component = connected_components(graph, directed=False)[1][skin_triangles[:, 0]]
    middle = positions[skin_triangles].mean(1)
    inside = np.where(inner)[0]
    nearest = inside[np.argmin(np.linalg.norm(middle[inside] - mouth, axis=1))]
    cavity = inner & (component == component[nearest])
    kind = np.where(cavity, MOUTH, SKIN)
    reached = np.zeros(len(on_chart), bool)
    rim = cavity & (middle[:, 1] < mouth[1] + NOSTRIL_MM)
    reached[skin_triangles[rim]] = True
    for _ in range(LIP_RINGS):
        ring = (kind == SKIN) & reached[skin_triangles].any(1)
        kind[ring] = LIPS
        reached[skin_triangles[ring]] = True
    return kind


def renumber(asset, place):
    """Lists of vertices after vertices were moved: `place` [V] says where each is now, -1 where it is gone. The raster's are of what
    the networks see; an index of it that is left as it was shows them another part in its place."""
    for name in asset:
        if name in ("marks", "eye_vertices", "lip", "upper", "lip_inner", "raster_index") or name.endswith("/index"):
            moved = place[asset[name]]
            if (moved < 0).any():
                raise ValueError(f"{name} names vertices that are gone")
            asset[name] = moved.astype(asset[name].dtype)


def split(asset, parts, kind):
    """Reorders vertices and triangles into skin, lips, mouth and the rest. Changes the asset in place, returns parts.

    Lists of vertices (marks, regions, raster, followed skin) name the first copy of a vertex.
    """
    triangles, (_, skin_end), rest = asset["triangles"], parts[0]["triangles"], parts[0]["vertices"][1]
    skin = triangles[:skin_end]
    order, new_triangles, new_parts = [], [], []
    for k, name in ((SKIN, "skin"), (LIPS, "lips"), (MOUTH, "mouth")):
        own = skin[kind == k]
        used = np.unique(own)
        place = np.full(rest, -1)
        place[used] = len(order) + np.arange(len(used))
        first = sum(len(t) for t in new_triangles)
        new_triangles.append(place[own])
        new_parts.append(dict(name=name, vertices=[len(order), len(order) + len(used)],
                              triangles=[first, first + len(own)]))
        order += used.tolist()
    skin_count, shift = len(order), len(order) - rest
    new_triangles.append(triangles[skin_end:] + shift)
    order = np.concatenate([order, np.arange(rest, len(asset["average"]))])
    home = np.full(len(asset["average"]), -1)
    home[order[::-1]] = np.arange(len(order))[::-1]
    for name in ("base", "average", "upper_share", "uv", "gather_index", "gather_weight"):
        asset[name] = asset[name][order]
    for name in ("basis", "units"):
        asset[name] = asset[name][:, order]
    renumber(asset, home)
    asset.update(triangles=np.concatenate(new_triangles).astype(np.int32), skin_count=skin_count)
    moved = [dict(p, vertices=[v + shift for v in p["vertices"]]) for p in parts[1:]]
    return new_parts + moved
