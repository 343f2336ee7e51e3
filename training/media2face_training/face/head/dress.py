"""Puts the parts together: the plain asset (`Face`, the base mesh's data) -> the dressed asset, its textures and looks."""

import numpy as np

from .. import identities
from . import clothes, fringe, hair, looks, teeth, textures
from .attach import Figure, nearest

REPLACED = ("teeth_upper", "teeth_lower", "brow_left", "brow_right")
INSIDE_MM = 2.0  # behind the skin, at the least
NECK_MM = -95.0  # skin below this height is the neck's


def dressed(asset, data):
    """The asset with its head; under `textures` {name: JPEG bytes}, under `looks` a look of each named face."""
    figure = Figure(asset)
    for part in figure.parts:
        if part["name"] in REPLACED:
            part["name"] = "old_" + part["name"]
    a = figure.asset
    average, skin = a["average"].astype(float), figure.triangles_of("skin")
    body = Body(a, data)
    eyes = {side: a["average"][figure.rows(f"eye_{side}")] for side in ("left", "right")}
    eye_height = np.mean([(e[:, 1].min() + e[:, 1].max()) / 2 for e in eyes.values()])

    slabs = {row: a["average"][figure.rows(f"old_teeth_{row}")].astype(float) for row in ("upper", "lower")}
    index, matrix = (a[f"follow/teeth_lower/{what}"] for what in ("index", "matrix"))
    for piece in teeth.pieces(slabs):
        figure.add(piece)
        if piece.follow != "head":
            a[f"follow/{piece.follow}/index"] = index
            a[f"follow/{piece.follow}/matrix"] = about(matrix, piece.points.mean(0) - slabs["lower"].mean(0))
    front = Front(average, skin)
    for side, sign in (("left", 1), ("right", -1)):
        rng = np.random.default_rng(2)  # both sides alike
        figure.add(fringe.brow(f"brow_{side}", sign, eye_height, front, rng))
        lids = [lid_edge(body.of(f"helper-{side[0]}-eyelashes-{k}"), average, skin) for k in (1, 2)]
        lids.sort(key=lambda line: -line[:, 1].mean())
        figure.add(fringe.lashes(f"lashes_{side}", lids, eyes[side].mean(0), rng))
    for piece in hair.pieces(average, skin):
        figure.add(piece)
    figure.add(clothes.piece(body.vertices, body.faces("helper-tights")))
    figure.follow_affinely("jersey", (a["average"][:, 1] < NECK_MM) & (np.arange(len(a["average"])) < a["skin_count"]))
    keep_inside(figure, chart_of(a))
    figure.remove(["old_" + name for name in REPLACED])

    marks = dict(eyes=eyes["left"].mean(0), mouth=average[a["lip_inner"].ravel()].mean(0), nose=average[a["marks"][3]])
    chart = np.nonzero(chart_of(a))[0]
    tint, where = textures.skin(a["uv"][chart], a["average"][chart], marks)
    tint = textures.roots(tint, where, fringe.BROW_LINE, fringe.BROW_HEIGHT, eye_height, hair.HAIRLINE, hair.CENTRE)
    pictures = {"skin": tint, "hair": textures.hair(), "curls": textures.curls(), "eye": textures.eye(),
                "folds": textures.folds(where[::2, ::2], marks)}
    for name in ("skin", "lips"):
        figure.part(name)["texture"] = "skin"
    figure.part("skin")["folds"] = {"texture": "folds", "rest": 0.0}
    for side, ball in eyes.items():
        middle, half = (ball[:, :2].min(0) + ball[:, :2].max(0)) / 2, np.ptp(ball[:, :2], axis=0).max() / 2
        rows = figure.rows(f"eye_{side}")
        a["texcoord"][rows] = np.clip((a["average"][rows][:, :2] - middle) / half * [0.5, -0.5] + 0.5, 0, 1)
        figure.part(f"eye_{side}")["texture"] = "eye"
    asset = figure.finished()
    asset["textures"] = {name: textures.encoded(picture) for name, picture in pictures.items()}
    asset["looks"] = [looks.look(name) for name in identities.NAMED]
    return asset


def chart_of(asset):
    """[V]: what of the skin is on the chart, and so what is seen of it."""
    return (asset["uv"][:, 0] >= 0) & (np.arange(len(asset["uv"])) < asset["skin_count"])


def keep_inside(figure, chart):
    """Moves the mouth's walls back where they come through the skin of some face: beside the nose of lean ones."""
    a, rows = figure.asset, figure.rows("mouth")
    skin = figure.triangles_of("skin")
    skin = skin[chart[skin].all(1)]
    names = list(a["component_names"])
    walls = np.arange(rows.start, rows.stop)
    walls = walls[~chart[walls] & (a["average"][walls, 1] > a["average"][a["lip_inner"].ravel(), 1].mean() + 8)]
    for face in identities.NAMED.values():
        v = a["base"] + np.tensordot(identities.mixture(face, names), a["basis"], 1)
        v += a["eye_origin"] - v[a["eye_vertices"]].mean(0)
        before = Front(v.astype(float), skin)(v[walls, 0], v[walls, 1])[:, 2] - v[walls, 2]
        back = np.where(np.abs(before) < 50, np.clip(INSIDE_MM - before, 0, None), 0)
        a["base"][walls, 2] -= back
        a["average"][walls, 2] -= back


class Body:
    """The base mesh's helpers on the average face, in the asset's space."""

    def __init__(self, asset, data):
        self.data = data
        names = list(asset["component_names"])
        mixture = identities.mixture(identities.NAMED["average"], names)
        components = identities.components(data)
        v = data.vertices + sum(w * components[n] for w, n in zip(mixture, names) if w)
        eyes = np.array(sorted(set(data.group("helper-l-eye")) | set(data.group("helper-r-eye"))))
        shift = v[eyes].mean(0) - asset["eye_origin"]
        self.vertices = v - shift

    def of(self, group):
        return self.vertices[self.data.group(group)]

    def faces(self, group):
        return [[v for v, _ in face] for g, face in self.data.faces if g == group]


class Front:
    """The skin as seen from the front: (x [n], y [n]) -> points [n, 3]."""

    def __init__(self, vertices, triangles):
        corners = vertices[triangles]
        normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        seen = (normal[:, 2] > 0) & (corners[:, :, 2].min(1) > 20)
        self.corners = corners[seen]

    def __call__(self, x, y):
        a, b, c = (self.corners[:, k] for k in range(3))
        area = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (c[:, 0] - a[:, 0]) * (b[:, 1] - a[:, 1])
        out = []
        for px, py in zip(x, y):
            w1 = ((px - a[:, 0]) * (c[:, 1] - a[:, 1]) - (c[:, 0] - a[:, 0]) * (py - a[:, 1])) / (area + 1e-12)
            w2 = ((b[:, 0] - a[:, 0]) * (py - a[:, 1]) - (b[:, 1] - a[:, 1]) * (px - a[:, 0])) / (area + 1e-12)
            z = np.where((w1 >= -1e-6) & (w2 >= -1e-6) & (w1 + w2 <= 1 + 1e-6),
                         a[:, 2] + w1 * (b[:, 2] - a[:, 2]) + w2 * (c[:, 2] - a[:, 2]), -1e9)
            out.append([px, py, z.max()])
        return np.array(out)


def lid_edge(lash, vertices, triangles, samples=24):
    """Points along a lid's edge, from the nose outwards: of the base mesh's strip of lashes, those that lie on the skin."""
    corners, shares = nearest(lash, vertices, triangles)
    away = np.linalg.norm((shares[..., None] * vertices[corners]).sum(1) - lash, axis=1)
    order = np.argsort(np.abs(lash[:, 0]))
    low, high = np.abs(lash[order[0], 0]) + 0.5, np.abs(lash[order[-1], 0]) - 2.0
    across = np.linspace(low, high, samples)
    chosen = [min(np.where(np.abs(np.abs(lash[:, 0]) - x) < 2.2)[0], key=lambda i: away[i]) for x in across]
    line = np.stack([np.polyval(np.polyfit(np.abs(lash[chosen, 0]), lash[chosen, k], 4), across) for k in (1, 2)], 1)
    return np.stack([np.sign(lash[:, 0].mean()) * across, line[:, 0], line[:, 1]], 1)


def about(matrix, shift):
    """The matrix of a part whose middle lies `shift` beside the one that it was fitted for, to first order in the turn."""
    turn, (dx, dy, dz) = matrix[:3], shift
    moved = np.stack([turn[1] * dz - turn[2] * dy, turn[2] * dx - turn[0] * dz, turn[0] * dy - turn[1] * dx])
    return np.concatenate([turn, matrix[3:] + moved]).astype(np.float32)
