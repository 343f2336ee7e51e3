"""Vertices to texels and back for a whole head: skin by its chart, the tongue by its island, brows upon the skin."""

import numpy as np

from . import chart

GATHER = 15  # texels per vertex; 16 would take the face over 1.5 MiB
TONGUE_ISLAND = (15, 4)  # texels at 64 x 64 in the empty corner of the chart: along the tongue, across it


def blend_rows(index, weight, corners, mixing, k):
    """Gather rows of points that are mixtures of vertices: merged texels, the k heaviest, total kept."""
    out_index = np.zeros((len(corners), k), np.int32)
    out_weight = np.zeros((len(corners), k), np.float32)
    for row, (vertices, shares) in enumerate(zip(corners, mixing)):
        total = {}
        for v, share in zip(vertices, shares):
            for texel, w in zip(index[v], weight[v]):
                total[texel] = total.get(texel, 0) + share * w
        best = sorted(total, key=lambda t: -abs(total[t]))[:k]
        kept = np.array([total[t] for t in best])
        whole = sum(total.values())
        out_index[row, : len(best)] = best
        out_weight[row, : len(best)] = kept + (whole - kept.sum()) / len(best)
    return out_index, out_weight


def lay_tongue(b, rows):
    """The tongue's island: uv of its vertices (length along u, width along v), triangles of its upper side."""
    points = b.average[rows]
    unit = (points - points.min(0)) / np.ptp(points, axis=0)
    long, wide = TONGUE_ISLAND
    uv = np.stack([0.6 + unit[:, 2] * (long - 1.2), 0.6 + unit[:, 0] * (wide - 1.2)], 1) / 64
    triangles = np.array(b.triangles)[slice(*b.part("tongue")["triangles"])]
    first, second, third = (b.average[triangles[:, k]] for k in range(3))
    upwards = np.cross(second - first, third - first)[:, 1]
    return uv, triangles[upwards > 0]


def maps_of(data, b, brows):
    """Chart, raster and gather, as a dictionary of the topology's tensors."""
    skin, units = slice(0, b.skin_count), b.units[:, : b.skin_count]
    faces = chart.island(data, b.skin_faces)
    corner_uv = chart.chart(data, faces)
    quads = [[(b.place[v], c) for v, c in face] for face in faces]
    fans = [(q[0], q[k], q[k + 1]) for q in quads for k in range(1, len(q) - 1)]
    triangles_uv = np.array([[corner_uv[c] for _, c in fan] for fan in fans])
    triangles_vertex = np.array([[v for v, _ in fan] for fan in fans])
    tongue = slice(*b.part("tongue")["vertices"])
    tongue_uv, tongue_triangles = lay_tongue(b, tongue)
    triangles_uv = np.concatenate([triangles_uv, tongue_uv[tongue_triangles - tongue.start]])
    triangles_vertex = np.concatenate([triangles_vertex, tongue_triangles])
    raster_index, raster_weight, inside = chart.rasterise(triangles_uv, triangles_vertex, b.res)
    copies = {}
    for quad in quads:
        for v, c in quad:
            if not any(np.allclose(corner_uv[c], uv) for uv in copies.setdefault(v, [])):
                copies[v].append(corner_uv[c])
    uv = np.full((len(b.base), 2), -1.0, np.float32)
    for v, positions in copies.items():
        uv[v] = positions[0]

    maps = np.einsum("tk,etkc->etc", raster_weight, b.units[:, raster_index])
    index = np.zeros((len(b.base), GATHER), np.int32)
    weight = np.zeros((len(b.base), GATHER), np.float32)
    index[skin], weight[skin] = chart.fit_gather(maps, units, b.average[skin], copies, b.res, GATHER)
    uv[tongue] = tongue_uv
    own = {i: [place] for i, place in enumerate(tongue_uv)}
    index[tongue], weight[tongue] = chart.fit_gather(maps, b.units[:, tongue], b.average[tongue], own, b.res,
                                                          GATHER)
    for name, (corners, mixing) in brows.items():
        rows = slice(*b.part(name)["vertices"])
        index[rows], weight[rows] = blend_rows(index, weight, corners, mixing, GATHER)
    error = np.linalg.norm(np.einsum("vk,evkc->evc", weight[skin], maps[:, index[skin]]) - units, axis=2)
    print(f"chart: {len(copies)} skin vertices on it, {inside.mean():.0%} of the square")
    charted = error[:, sorted(copies)]
    print(f"map to vertices, on the chart: mean {charted.mean():.3f}, p99 {np.percentile(charted, 99):.2f}, "
          f"max {charted.max():.2f} mm; all skin: mean {error.mean():.3f}, p99 {np.percentile(error, 99):.2f} mm")
    return dict(uv=uv, gather_index=index, gather_weight=weight, raster_index=raster_index,
                raster_weight=raster_weight)
