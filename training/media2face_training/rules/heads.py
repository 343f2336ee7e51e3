"""Head-movement styles at three levels: nod, shake, tilt, raise, lower, wink, frown.

Each changes a clip's weights and its pose [frames, 6] (axis-angle rad: pitch down, yaw, roll; mm) in place.
"""

import numpy as np

from . import emotions

LEVELS = (1, 2, 3)
# Degrees, or weights for wink and frown, at each level.
AMOUNT = dict(nod=(4, 8, 13), shake=(5, 10, 16), tilt=(5, 9, 14), lower=(5, 9, 14), wink=(0.7, 0.85, 1.0),
              frown=(0.3, 0.55, 0.85))
AMOUNT["raise"] = AMOUNT["lower"]
PITCH, YAW, ROLL = 0, 1, 2


def bursts(clip, every_s, first_s=1.2):
    """Times of a style's events, irregular, the first one early."""
    t, times = clip.rng.uniform(0.1, min(first_s, max(clip.time[-1] / 2, 0.2))), []
    while t < clip.time[-1]:
        times.append(t)
        t += every_s * np.exp(clip.rng.normal(0, 0.35))
    return times


def oscillate(clip, amount, alternate):
    """Bursts of one to three swings at 0.9 to 1.5 a second, in degrees; to both sides where they alternate."""
    out = np.zeros(clip.frames)
    for start in bursts(clip, 2.6):
        period, side = 1 / clip.rng.uniform(0.9, 1.5), clip.rng.choice((-1, 1)) if alternate else 1
        for swing in range(clip.rng.integers(1, 4) + alternate):
            t = start + swing * period * (0.5 if alternate else 1)
            size = amount * clip.rng.normal(1, 0.12) * (side if swing % 2 == 0 or not alternate else -side)
            out += size * clip.bump(t, t + 0.4 * period, t + (0.8 if alternate else 1) * period)
    return out


def hold(clip, amount):
    """Poses held for seconds with short returns between them, in degrees."""
    out = np.zeros(clip.frames)
    for start in bursts(clip, 4.5, 0.8):
        length = clip.rng.uniform(2.4, 3.8)
        shape = clip.bump(start, start + 0.5, start + length, hold=length - 1.1)
        out = np.where(np.abs(shape) > 0, np.maximum(out, amount * clip.rng.normal(1, 0.12) * shape), out)
    return out


def wink(clip, depth):
    """One eye closes, the cheek lifts a little; mostly the same eye."""
    favourite = clip.rng.choice(("Left", "Right"))
    for start in bursts(clip, 3.2):
        side = favourite if clip.rng.random() < 0.85 else {"Left": "Right", "Right": "Left"}[favourite]
        length = clip.rng.uniform(0.35, 0.6)
        shape = clip.bump(start, start + 0.1, start + length, hold=length - 0.28)
        lid = clip.weights["eyeBlink" + side]
        clip.weights["eyeBlink" + side] = np.maximum(lid, depth * shape)
        emotions.add(clip, "cheekSquint" + side, 0.5 * depth * shape)
        emotions.add(clip, "mouthSmile" + side, 0.2 * depth * shape)


def frown(clip, pose, amount):
    """Brows drawn down and held, the head a little lower."""
    shape = hold(clip, amount) * np.clip(1 + clip.wander(0.1, 1.0), 0.5, 1.5)
    for side in ("Left", "Right"):
        emotions.add(clip, "browDown" + side, shape * clip.rng.uniform(0.9, 1.1))
        emotions.add(clip, "eyeSquint" + side, 0.35 * shape)
    clip.weights["browInnerUp"] = clip.weights["browInnerUp"] * (1 - np.clip(shape, 0, 1))
    pose[:, PITCH] += np.radians(3.0) * shape


def ask(clip, pose):
    """A question's end: brows up, chin a little forward, held until after the last word."""
    spoken = [(start, end) for phone, start, end in clip.segments if phone != "SIL"]
    last = spoken[-1][1]
    shape = clip.bump(last - clip.rng.uniform(0.5, 0.9), last - 0.15, last + 0.5, hold=0.25)
    height = clip.rng.uniform(0.25, 0.6)
    for channel in ("browInnerUp", "browOuterUpLeft", "browOuterUpRight"):
        emotions.add(clip, channel, height * shape)
    pose[:, PITCH] -= np.radians(clip.rng.uniform(1, 4)) * shape
    pose[:, ROLL] += np.radians(clip.rng.normal(0, 2.5)) * shape


def move(clip, pose, style, level):
    """Adds a style at level 1, 2 or 3."""
    amount = AMOUNT[style][level - 1]
    if style == "nod":
        pose[:, PITCH] += np.radians(oscillate(clip, amount, alternate=False))
    elif style == "shake":
        pose[:, YAW] += np.radians(oscillate(clip, amount, alternate=True))
    elif style == "tilt":
        pose[:, ROLL] += np.radians(hold(clip, amount)) * clip.rng.choice((-1, 1))
    elif style in ("raise", "lower"):
        pose[:, PITCH] += np.radians(hold(clip, amount)) * (1 if style == "lower" else -1)
    elif style == "wink":
        wink(clip, amount)
    else:
        frown(clip, pose, amount)
