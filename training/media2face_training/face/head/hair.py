"""Hair as shells of the skull: rows from the crown to the hairline and, where it is long, on down; ends cut into locks.

A shell is a grid over azimuth (0 the face's side, +90 degrees the character's left) and the way from the crown. Its texture is
streaks along that way (textures.py).
"""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter

from .attach import Piece, between_rows, first_hit

CENTRE = np.array([0.0, 12.0, -14.0])  # of the skull, mm
SECTORS, ROWS = 56, 11
COLOUR = (0.16, 0.11, 0.08)
# Azimuth in degrees -> height of the hairline, mm: forehead, temple, sideburn before the ear, over the ear, behind it, nape.
HAIRLINE = ((0, 12, 26, 38, 50, 58, 66, 74, 80, 88, 96, 112, 124, 140, 180), (63, 65, 67, 61, 47, 38, 26, -2, -10, 8, 24, 22, -10, -45, -62))


@dataclass
class Cut:
    """How hair is cut; by azimuth where there is a table of (degrees, values)."""

    thickness: tuple  # mm over the skull, in the middle between crown and hairline
    crown: float  # mm
    fall: tuple = ((0, 180), (0, 0))  # how far it hangs down, mm: from ear height where it is long
    flare: float = 0.0  # mm outwards at the ends of what hangs
    curl: float = 0.0  # mm of lumps
    locks: float = 3.0  # mm by which ends differ
    bun: bool = False


CUTS = {
    "short": Cut(((0, 30, 55, 80, 130, 180), (17, 14, 8, 5, 6, 7)), 14.0, locks=5.0),
    "bob": Cut(((0, 50, 80, 120, 180), (11, 12, 14, 17, 17)), 11.0, ((0, 56, 66, 84, 180), (0, 0, 78, 104, 116)), 9.0, locks=5.0),
    "bun": Cut(((0, 60, 100, 180), (6, 5, 5, 6)), 7.0, locks=1.5, bun=True),
    "curls": Cut(((0, 60, 100, 180), (25, 27, 28, 30)), 33.0, ((0, 75, 95, 180), (0, 0, 14, 26)), curl=5.0, locks=5.0),
}


def pieces(average, triangles, seed=11):
    """[Piece]: `hair_<cut>` of every cut, on the skin (average [V, 3], triangles of it)."""
    skull = Skull(average, triangles)
    return [shell(name, cut, skull, np.random.default_rng(seed + k)) for k, (name, cut) in enumerate(CUTS.items())]


class Skull:
    """Distance of the skin from the skull's centre by direction, smoothed over ears and brows."""

    STEP = 5.0  # degrees

    def __init__(self, vertices, triangles):
        self.azimuth = np.arange(-180, 180, self.STEP)
        self.elevation = np.arange(-50, 90.1, self.STEP)
        a, e = np.meshgrid(self.azimuth, self.elevation)
        hit = first_hit(CENTRE, direction(a.ravel(), e.ravel()), vertices, triangles).reshape(a.shape)
        rows = np.where(np.isnan(hit), np.nanmedian(hit), hit)
        self.table = gaussian_filter(rows, 1.2, mode=("nearest", "wrap"))

    def radius(self, azimuth, elevation):
        """Radius in mm at arrays of degrees, bilinear."""
        table = self.table
        x = (np.asarray(azimuth) + 180) / self.STEP % len(self.azimuth)
        y = np.clip((np.asarray(elevation) + 50) / self.STEP, 0, len(self.elevation) - 1.001)
        x0, y0 = np.floor(x).astype(int), np.floor(y).astype(int)
        fx, fy, x1 = x - x0, y - y0, (x0 + 1) % len(self.azimuth)
        x0 = x0 % len(self.azimuth)
        low = table[y0, x0] * (1 - fx) + table[y0, x1] * fx
        high = table[y0 + 1, x0] * (1 - fx) + table[y0 + 1, x1] * fx
        return low * (1 - fy) + high * fy


def direction(azimuth, elevation):
    """Unit vectors [.., 3] of degrees."""
    a, e = np.radians(azimuth), np.radians(elevation)
    return np.stack([np.sin(a) * np.cos(e), np.sin(e), np.cos(a) * np.cos(e)], -1)


def shell(name, cut, skull, rng):
    sectors = np.linspace(-180, 180, SECTORS + 1)  # the last is the first again, at the texture's other side
    locks = rng.normal(size=SECTORS) * 0.5 + (np.arange(SECTORS) % 2 - 0.5)
    lumps = gaussian_filter(rng.normal(size=(ROWS, SECTORS)), 0.6, mode=("nearest", "wrap"))
    lumps /= lumps.std() * 1.6
    grid = np.stack([strand(azimuth, cut, skull, locks[i % SECTORS], lumps[:, i % SECTORS])
                     for i, azimuth in enumerate(sectors)], 1)  # [ROWS, SECTORS + 1, 2 of point and root, 3]
    triangles = between_rows(ROWS, SECTORS + 1)
    u, v = np.meshgrid(np.linspace(0, 1, SECTORS + 1), np.linspace(0, 1, ROWS))
    points, roots = grid[..., 0, :].reshape(-1, 3), grid[..., 1, :].reshape(-1, 3)
    texcoord = np.stack([u, v], -1).reshape(-1, 2)
    if cut.bun:
        ball, faces, place = knot(np.array([0.0, 62.0, -108.0]), 27.0)
        triangles = np.concatenate([triangles, faces + len(points)])
        points, texcoord = np.concatenate([points, ball]), np.concatenate([texcoord, place])
        roots = np.concatenate([roots, np.tile(CENTRE + direction(180.0, 25.0) * skull.radius(180.0, 25.0), (len(ball), 1))])
    picture = "curls" if cut.curl else "hair"
    return Piece(f"hair_{name}", points, triangles, "head", COLOUR, picture, texcoord, roots=roots)


def strand(azimuth, cut, skull, lock, lumps):
    """[ROWS, 2, 3]: points of the shell at an azimuth from the crown to the ends, and the places of the skin below them."""
    side = abs(azimuth)
    end_height = np.interp(side, *HAIRLINE) + cut.locks * lock * 0.6
    fall = np.interp(side, *cut.fall)
    if fall > 0:
        end_height = max(end_height, 18.0)
    thickness = np.interp(side, *cut.thickness)
    elevation = np.linspace(86, -48, 200)
    skin = CENTRE + direction(np.full(200, azimuth), elevation) * skull.radius(np.full(200, azimuth), elevation)[:, None]
    skin = skin[: max(np.argmax(skin[:, 1] < end_height) or 200, 2)]
    outwards = (skin - CENTRE) / np.linalg.norm(skin - CENTRE, axis=1, keepdims=True)
    along = np.linspace(0, 1, len(skin))
    over = cut.crown + (thickness - cut.crown) * np.minimum(along * 1.6, 1)
    if fall == 0:  # the edge goes into the skin
        over = over * np.clip((1 - along) / 0.32, 0, 1) ** 0.75 - 1.2 * np.clip((along - 0.92) / 0.08, 0, 1)
    points = skin + outwards * over[:, None]
    if fall > 0:
        down = np.linspace(0, 1, 60)[1:, None]
        flat = outwards[-1] * [1, 0, 1] / np.linalg.norm(outwards[-1][[0, 2]])
        depth = fall + cut.locks * lock
        bow = flat * cut.flare * np.sin(down * np.pi * 0.85)
        points = np.concatenate([points, points[-1] - [0, 1, 0] * down * depth + bow])
        skin = np.concatenate([skin, np.repeat(skin[-1:], 59, 0)])
    length = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))])
    share = np.linspace(0, 1, ROWS) ** 0.85  # rows lie closer to the ends
    at = [np.stack([np.interp(share * length[-1], length, values[:, k]) for k in range(3)], 1) for values in (points, skin)]
    away = at[0] - CENTRE
    away /= np.linalg.norm(away, axis=1, keepdims=True)
    ends = np.clip((1 - share) / 0.15, 0, 1)[:, None] if fall == 0 else 1.0
    return np.stack([at[0] + away * (cut.curl * lumps)[:, None] * ends, at[1]], 1)


def knot(centre, radius, rings=6, sectors=12):
    """A ball, flattened from front to back: (points, triangles, texcoord)."""
    polar, turn = np.meshgrid(np.linspace(0.02, np.pi - 0.02, rings), np.linspace(0, 2 * np.pi, sectors + 1), indexing="ij")
    ball = np.stack([np.sin(polar) * np.cos(turn), np.sin(polar) * np.sin(turn), -np.cos(polar) * 0.8], -1).reshape(-1, 3)
    row, column = np.meshgrid(np.arange(rings - 1), np.arange(sectors), indexing="ij")
    a = (row * (sectors + 1) + column).ravel()
    below = a + sectors + 1
    triangles = np.concatenate([np.stack([a, a + 1, below], 1), np.stack([a + 1, below + 1, below], 1)])
    place = np.stack([turn / (2 * np.pi) * 0.4, polar / np.pi], -1).reshape(-1, 2)
    return centre + radius * ball, triangles[:, ::-1], place
