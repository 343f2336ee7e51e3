"""Pictures on the parts, each to be multiplied with a part's colour: what differs over the skin, streaks of hair, an eye.

All are drawn from fixed seeds. The skin's lies on the chart: its places are found by where they are on the average face.
"""

import io

import numpy as np
from PIL import Image
from scipy.interpolate import LinearNDInterpolator
from scipy.ndimage import gaussian_filter

SKIN, HAIR, EYE = 1024, (256, 512), 256  # pixels; rows × columns
QUALITY = 84


def encoded(picture):
    """JPEG bytes of a picture [rows, columns, 3], 0..1 sRGB."""
    out = io.BytesIO()
    Image.fromarray((np.clip(picture, 0, 1) * 255 + 0.5).astype(np.uint8)).save(out, "JPEG", quality=QUALITY, subsampling=0)
    return out.getvalue()


def noise(rng, shape, *octaves):
    """Sum of smoothed noises: octaves of (sigma in pixels, amplitude)."""
    total = np.zeros(shape)
    for sigma, amplitude in octaves:
        layer = gaussian_filter(rng.normal(size=shape), sigma, mode="wrap")
        total += amplitude * layer / layer.std()
    return total


def places(uv, points):
    """[SKIN, SKIN, 3] mm: where on the average face each pixel of the chart is; NaN beside it."""
    grid = (np.arange(SKIN) + 0.5) / SKIN
    u, v = np.meshgrid(grid, grid)
    return LinearNDInterpolator(uv, points)(np.stack([u, v], -1))


def soft(distance, width):
    """1 within 0, falling to 0 over `width`."""
    return 1 / (1 + np.exp((distance / width) * 4))


def skin(uv, points, marks, seed=3):
    """(what differs over the skin [SKIN, SKIN, 3], .93 where nothing does; the places of its pixels, as `places` gives them).

    uv [n, 2] of the chart and points [n, 3] mm of the average face; marks: middles in mm of `eyes` (the left one), `mouth`, `nose`.
    """
    rng = np.random.default_rng(seed)
    p = places(uv, points)
    x, y, z = (np.nan_to_num(p[..., k], nan=0.0) for k in range(3))
    side = np.abs(x)
    tint = np.ones((SKIN, SKIN, 3)) * 0.93

    def stain(amount, colour):
        nonlocal tint
        tint = tint * (1 + amount[..., None] * (np.array(colour) - 1))

    eye, mouth, nose = marks["eyes"], marks["mouth"], marks["nose"]

    def near(cx, cy, rx, ry):
        return np.exp(-(((side - cx) / rx) ** 2 + ((y - cy) / ry) ** 2) * 1.2)

    front = soft(-(z - 10), 20)
    stain(0.55 * near(44, -42, 26, 20) * front, (1.0, 0.80, 0.78))  # cheeks
    stain(0.50 * near(0, nose[1] + 2, 15, 14) * front, (1.0, 0.82, 0.79))  # the nose's tip
    stain(0.35 * near(0, mouth[1] - 36, 20, 13) * front, (1.0, 0.88, 0.86))  # chin
    stain(0.45 * near(eye[0], eye[1] - 14, 17, 6) * front, (0.90, 0.82, 0.84))  # below the eyes
    stain(0.55 * near(eye[0] + 2, eye[1] + 8, 17, 6) * front, (0.93, 0.82, 0.79))  # upper lids
    stain(0.6 * near(eye[0] - 15, eye[1] - 2, 5, 6) * front, (0.92, 0.78, 0.76))
    stain(0.6 * soft(64 - side, 6) * soft(np.abs(y + 20) - 30, 8), (1.0, 0.80, 0.77))  # ears
    stain(0.8 * near(0, mouth[1] - 15, 16, 3.2) * front, (0.93, 0.86, 0.85))  # the fold below the lower lip
    stain(0.5 * near(0, mouth[1] + 13, 3.2, 7) * front, (0.95, 0.89, 0.88))  # the groove below the nose
    mottle = noise(rng, (SKIN, SKIN), (28, 0.5), (9, 0.35), (3, 0.15))
    stain(0.055 * np.clip(mottle + 1, 0, 3), (1.0, 0.80, 0.74))
    pores = noise(rng, (SKIN, SKIN), (1.0, 1.0)) - noise(rng, (SKIN, SKIN), (2.2, 0.6))
    tint = tint * (1 + 0.018 * pores[..., None] * front[..., None])
    return np.where(np.isnan(p[..., :1]), 0.93, tint), p


def roots(tint, p, brow_line, brow_height, eye_height, hairline, centre, seed=5):
    """Darkens where hair grows: the scalp above the hairline and under the brows."""
    rng = np.random.default_rng(seed)
    x, y, z = (np.nan_to_num(p[..., k], nan=0.0) for k in range(3))
    side = np.abs(x)
    azimuth = np.degrees(np.arctan2(side, z - centre[2]))
    edge = np.interp(azimuth, *hairline) + noise(rng, x.shape, (6, 1.2), (1.5, 0.5))
    scalp = soft(edge - y - 1.0, 7.0)
    scalp *= 1 - soft(np.hypot((side - 76) / 12, (y + 20) / 38) - 1, 0.2)  # never on ears
    tint = tint * (1 - 0.62 * scalp[..., None] * np.array([0.92, 1.0, 1.05]).clip(0, 1))
    middle = eye_height + np.interp(side, *brow_line)
    half = np.interp(side, *brow_height) / 2
    inside = soft(np.abs(y - middle) - half * 0.9, 1.8) * soft(11 - side, 2.0) * soft(side - 53, 2.5) * (z > 30)
    hairs = np.clip(1 + 0.35 * noise(rng, x.shape, (0.9, 1.0)), 0.4, 1.5)
    return tint * (1 - 0.42 * np.clip(inside * hairs, 0, 1.2)[..., None] * np.array([0.9, 1.0, 1.06]))


def folds(p, marks):
    """Lines where skin folds: white, dark in the lines. p [n, n, 3]: places on the average face."""
    side, y, z = np.abs(np.nan_to_num(p[..., 0], nan=999.0)), np.nan_to_num(p[..., 1]), np.nan_to_num(p[..., 2])
    (eye_x, eye_y, _), mouth_y, nose_y = marks["eyes"], marks["mouth"][1], marks["nose"][1]
    deep = np.zeros(side.shape)

    def line(points, depth=1.0, width=0.75):
        """A line from side to side through points (distance from the middle, height), fading at its ends."""
        nonlocal deep
        fine = np.linspace(0, len(points) - 1, 60)
        curve = np.stack([np.interp(fine, np.arange(len(points)), [q[k] for q in points]) for k in range(2)], 1)
        fade = np.sin(np.linspace(0, np.pi, 60)).clip(0, 1) ** 0.6
        for (cx, cy), strength in zip(curve, fade):
            away = (side - cx) ** 2 + (y - cy) ** 2
            deep = np.maximum(deep, depth * strength * np.exp(-away / (2 * width**2)))

    brow = eye_y + 16
    for k, (up, reach) in enumerate(((13, 36), (20, 42), (28, 44), (36, 38))):
        line([(-reach * 0.02, brow + up - 1.5), (reach * 0.35, brow + up + 0.6 * (k % 2)), (reach * 0.8, brow + up + 1.5),
              (reach, brow + up - 1.0)], 0.8)
        line([(0, brow + up - 1.2), (reach * 0.2, brow + up - 0.8)], 0.8)
    line([(6.5, brow - 8), (6.0, brow), (7.5, brow + 9)], 1.0)  # between the brows
    line([(2.0, brow - 12), (9.0, brow - 13)], 0.7)  # across the nose's root
    outer = eye_x + 17
    for angle in (-34, -8, 20):  # beside the eyes
        a = np.radians(angle)
        line([(outer, eye_y - 1), (outer + 8 * np.cos(a), eye_y - 1 + 8 * np.sin(a)), (outer + 15 * np.cos(a * 1.2), eye_y - 1 + 15 * np.sin(a * 1.2))],
             0.7, 0.6)
    line([(eye_x - 12, eye_y - 12), (eye_x, eye_y - 15.5), (eye_x + 13, eye_y - 12)], 0.6, 0.8)  # below them
    line([(17.5, nose_y + 6), (23, nose_y - 3), (29, mouth_y + 12), (33, mouth_y - 4)], 1.0, 1.0)  # from the nose past the mouth
    line([(29, mouth_y - 5), (30, mouth_y - 16)], 0.6, 0.9)
    line([(9.5, nose_y + 14), (12.5, nose_y + 22)], 0.6, 0.6)  # on the nose
    return np.repeat((1 - 0.9 * deep * (z > 0))[..., None], 3, -1)


def hair(seed=7):
    """Streaks from the top (roots) to the bottom (ends)."""
    rng = np.random.default_rng(seed)
    rows, columns = HAIR
    streaks = np.zeros(HAIR)
    for across, along, amplitude in ((0.7, 60, 0.40), (1.8, 90, 0.45), (6, 140, 0.35)):
        layer = gaussian_filter(rng.normal(size=HAIR), (along, across), mode=("nearest", "wrap"))
        streaks += amplitude * layer / layer.std()
    level = 0.72 + 0.16 * streaks + 0.10 * np.linspace(-1, 1, rows)[:, None]
    warm = np.array([1.03, 1.0, 0.96])
    return np.clip(level, 0.18, 1)[..., None] * warm


def curls(seed=8):
    """Curls: lumps with dark between them."""
    rng = np.random.default_rng(seed)
    lumps = noise(rng, (256, 256), (2.6, 1.0), (6, 0.6))
    folds = np.abs(np.sin(lumps * 2.6 + noise(rng, (256, 256), (1.0, 0.3))))
    return (0.30 + 0.62 * folds**0.8)[..., None] * np.array([1.02, 1.0, 0.97])


def eye():
    """The white of an eye from the front: darker and redder to its edge, in the shade of the upper lid."""
    rng = np.random.default_rng(9)
    grid = (np.arange(EYE) + 0.5) / EYE * 2 - 1
    x, y = np.meshgrid(grid, -grid)
    r, angle = np.hypot(x, y), np.arctan2(y, x)
    white = np.ones((EYE, EYE, 3)) * np.array([0.93, 0.915, 0.90])
    edge = np.clip((r - 0.45) / 0.5, 0, 1)[..., None]
    white = white * (1 - edge * np.array([0.16, 0.30, 0.30])) * (1 - 0.30 * np.clip((y - 0.15) / 0.6, 0, 1)[..., None])
    veins = np.clip(noise(rng, (EYE, EYE), (2.0, 1.0), (6, 0.6)) - 1.4, 0, 1)[..., None] * edge
    white = white * (1 - veins * np.array([0.0, 0.35, 0.32]))
    return white
