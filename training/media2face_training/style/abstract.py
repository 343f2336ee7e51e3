"""Pictures without a face or a thing in them, and the mood that their colours have for people.

    pleasure = .69 brightness + .22 saturation - .15 roughness
    arousal  = .60 saturation - .31 brightness + .30 contrast + .20 roughness

Brightness and saturation are weighed as Valdez and Mehrabian measured (1994, J. Exp. Psychol. Gen. 123:394, table 3). That contrast and
rough, sharp texture arouse, and that the latter displeases (Bar and Neta 2006), is known by its sign: those weights are by eye. All four
are in deviations from a usual picture, in CIELAB. What is pleasant is happy or calm, what is not is afraid and angry, or sad, by arousal.
"""

import numpy as np
from scipy.ndimage import gaussian_filter, zoom

from ..vocabulary import EMOTION_NAMES, HEAD_STYLES
from .pictures import SIZE
from .written import Said

USUAL = np.array([(50, 25), (30, 25), (15, 15), (3, 3)], float)  # lightness, chroma, deviation of lightness, its step; of 100
PLEASURE, AROUSAL = np.array([0.69, 0.22, 0, -0.15]), np.array([-0.31, 0.60, 0.30, 0.20])
MOST, STRONGEST, PLAIN = 2.5, 0.7, 0.5  # deviations that count; a hint's intensity; pleasure that leaves nothing neutral
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
WHITE = np.array([0.9505, 1, 1.089])
# Colours whose commonest emotions in thirty nations are pleasant, or not (Jonauskaite et al. 2020, Psychol. Sci. 31:1245).
COLOURS = dict(red=([215, 30, 40], 1), orange=([245, 140, 30], 1), yellow=([250, 225, 50], 1), green=([60, 160, 70], 1),
               turquoise=([60, 200, 190], 1), blue=([50, 110, 210], 1), purple=([130, 60, 160], 1), pink=([245, 150, 190], 1),
               white=([248, 248, 248], 1), brown=([100, 65, 35], -1), grey=([110, 110, 110], -1), black=([18, 18, 18], -1))


def lightness_and_chroma(rgb):
    """L* and C* (CIELAB, D65) of sRGB u8 [.., 3]."""
    value = rgb / 255.0
    linear = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    xyz = linear @ TO_XYZ.T / WHITE
    x, y, z = np.moveaxis(np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116), -1, 0)
    return 116 * y - 16, np.hypot(500 * (x - y), 200 * (y - z))


def mood(picture):
    """(pleasure, arousal) of a picture u8 [h, w, 3]."""
    lightness, chroma = lightness_and_chroma(picture)
    step = (np.abs(np.diff(lightness, axis=0)).sum() + np.abs(np.diff(lightness, axis=1)).sum()) / (2 * lightness.size)
    values = np.array([lightness.mean(), chroma.mean(), lightness.std(), step])
    deviations = np.clip((values - USUAL[:, 0]) / USUAL[:, 1], -MOST, MOST)
    return float(PLEASURE @ deviations), float(AROUSAL @ deviations)


def said(pleasure, arousal):
    """What that asks of a face."""
    shown, lively = min(abs(pleasure) / PLAIN, 1), 1 / (1 + np.exp(-2 * arousal))
    parts = dict(happy=lively, calm=1 - lively) if pleasure > 0 else dict(afraid=0.6 * lively, angry=0.4 * lively, sad=1 - lively)
    shares = np.array([shown * parts.get(name, 0.0) for name in EMOTION_NAMES])
    shares[0] = 1 - shares[1:].sum()
    return Said(shares, min(0.3 + 0.3 * abs(pleasure), STRONGEST), float(np.clip(0.4 * arousal, -STRONGEST, STRONGEST)),
                np.zeros(len(HEAD_STYLES)))


def palette(rng):
    """Two to four colours [n, 3] in 0..255 that go together: of one hue, of neighbours, of opposites, or any."""
    count, hue, kind = int(rng.integers(2, 5)), rng.random(), rng.integers(4)
    spread = (0.03, 0.12, 0.5, 1.0)[kind]
    hues = hue + rng.choice((0, spread), count) + rng.normal(0, 0.02, count) if kind < 3 else rng.random(count)
    saturation = np.clip(rng.beta(1.2, 1.2) + rng.normal(0, 0.15, count), 0, 1)
    value = np.clip(rng.beta(1.1, 1.1) + rng.normal(0, 0.2, count), 0, 1)
    near = np.clip(np.abs((hues[:, None] * 6 + np.array([0, 4, 2])) % 6 - 3) - 1, 0, 1)
    return 255 * value[:, None] * (1 - saturation[:, None] * (1 - near))


def field(rng):
    """How far each pixel is on the way through a palette, 0..1: clouds, a shade, rings, stripes, patches or strokes."""
    y, x = np.mgrid[0:SIZE, 0:SIZE] / SIZE
    angle, kind = rng.uniform(0, np.pi), rng.integers(6)
    along = x * np.cos(angle) + y * np.sin(angle)
    if kind == 0:
        out = gaussian_filter(rng.normal(size=(SIZE, SIZE)), rng.uniform(2, 14), mode="wrap")
    elif kind == 1:
        out = along
    elif kind == 2:
        out = np.sin(rng.uniform(4, 40) * np.hypot(x - rng.random(), y - rng.random()))
    elif kind == 3:
        out = np.sin(rng.uniform(6, 60) * along + rng.uniform(0, 3) * np.sin(6 * y))
    elif kind == 4:
        cells = int(rng.integers(2, 9))
        out = zoom(rng.random((cells, cells)), SIZE / cells, order=0)[:SIZE, :SIZE]
    else:
        out = gaussian_filter(rng.normal(size=(SIZE, SIZE)), (rng.uniform(0.5, 2), rng.uniform(4, 16)), mode="wrap")
    out = out - out.min()
    return out / max(out.max(), 1e-6)


def draw(rng):
    """A picture u8 [SIZE, SIZE, 3]."""
    colours = palette(rng)
    at = field(rng) * (len(colours) - 1)
    picture = np.stack([np.interp(at, np.arange(len(colours)), colours[:, k]) for k in range(3)], -1)
    if rng.random() < 0.4:
        picture += rng.uniform(2, 40) * rng.normal(size=(SIZE, SIZE, 1))  # grain
    if rng.random() < 0.3:
        picture = gaussian_filter(picture, (rng.uniform(0.5, 3),) * 2 + (0,), mode="nearest")
    return np.clip(picture, 0, 255).astype(np.uint8)


def textures():
    """Five gains [SIZE, SIZE] of a colour: flat, shaded, in waves, in stripes, with grain."""
    y, x = np.mgrid[0 : SIZE, 0 : SIZE]
    grain = (x * 7919 + y * 104729 + x * y * 31) % 97 / 97
    return np.stack([np.ones(x.shape), 0.7 + 0.5 * y / SIZE, 0.95 + 0.2 * np.sin(0.15 * x) * np.cos(0.2 * y),
                     np.where(x // 8 % 2, 0.8, 1.05), 0.85 + 0.25 * grain])


def sixty():
    """(pictures u8 [60, SIZE, SIZE, 3], signs [60])."""
    made = [(np.clip(np.array(colour) * gain[..., None], 0, 255).astype(np.uint8), sign)
            for colour, sign in COLOURS.values() for gain in textures()]
    return tuple(np.array(part) for part in zip(*made))
