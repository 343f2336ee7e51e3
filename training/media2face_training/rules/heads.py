"""Acts of head, brows and eyes, which are styles too, each at three levels.

Each changes a clip's weights and its pose [frames, 6] (axis-angle rad: pitch down, yaw, roll; mm to the left, up, forward) in
place, and where the eyes look. Amounts are by eye.
"""

import numpy as np

from . import emotions

LEVELS = (1, 2, 3)
# At each level: degrees; mm for forward and back; weights for wink, frown and brows; for closed the share of the time; for away
# the degrees that the eyes turn.
AMOUNT = dict(nod=(4, 8, 13), shake=(5, 10, 16), tilt=(5, 9, 14), lower=(5, 9, 14), turn=(9, 17, 27), forward=(8, 16, 26),
              back=(7, 14, 22), sway=(3, 5.5, 9), wink=(0.7, 0.85, 1.0), frown=(0.3, 0.55, 0.85), brows=(0.35, 0.6, 0.9),
              closed=(0.2, 0.45, 0.85), away=(9, 15, 22))
AMOUNT["raise"] = AMOUNT["lower"]
PITCH, YAW, ROLL, ASIDE, UP, FORWARD = range(6)
CHIN = 0.2  # degrees that the chin goes up for a mm forward, and in for a mm back
SWAY_HZ = 0.28, 0.45
FOLLOWS = 0.35  # of what the eyes turn away, the head's part


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


def sides(clip, amount):
    """As `hold`, to one side or the other each time."""
    out = np.zeros(clip.frames)
    for start in bursts(clip, 4.0, 0.8):
        length = clip.rng.uniform(1.8, 3.4)
        shape = clip.bump(start, start + 0.45, start + length, hold=length - 1.0)
        size = amount * clip.rng.normal(1, 0.12) * clip.rng.choice((-1, 1))
        out = np.where(np.abs(out) > np.abs(size * shape), out, size * shape)
    return out


def lean(clip, pose, amount, way):
    """Forward with the chin out, or back with the chin in; `way` is 1 or -1."""
    shape = hold(clip, amount)
    pose[:, FORWARD] += way * shape
    pose[:, PITCH] -= np.radians(CHIN) * way * shape


def sway(clip, pose, amount):
    """From side to side all the time, the head tilting with it."""
    phase = 2 * np.pi * (clip.rng.uniform(*SWAY_HZ) * clip.time + clip.rng.random())
    swing = np.sin(phase + clip.wander(0.3, 1.5)) * np.clip(1 + clip.wander(0.15, 1.0), 0.5, 1.5)
    pose[:, ROLL] += np.radians(amount) * swing
    pose[:, ASIDE] -= 1.6 * amount * swing


def raise_brows(clip, amount):
    """Both brows up and held; lids follow a little."""
    shape = hold(clip, amount)
    for side in ("Left", "Right"):
        own = shape * clip.rng.uniform(0.9, 1.1)
        emotions.add(clip, "browOuterUp" + side, own)
        emotions.add(clip, "eyeWide" + side, 0.3 * own)
        clip.weights["browDown" + side] = clip.weights["browDown" + side] * (1 - np.clip(shape, 0, 1))
    emotions.add(clip, "browInnerUp", 0.85 * shape)


def close_eyes(clip, share):
    """Both lids shut for a share of the time; at much of it they are squeezed."""
    t, squeezed = clip.rng.uniform(0.1, 0.9), 0.5 * max(share - 0.4, 0)
    while t < clip.time[-1]:
        length = clip.rng.uniform(0.7, 1.1) * (1 + 2.2 * share)
        shape = clip.bump(t, t + 0.14, t + length, hold=length - 0.36)
        for side in ("Left", "Right"):
            lid = clip.weights["eyeBlink" + side]
            clip.weights["eyeBlink" + side] = np.maximum(lid, clip.rng.uniform(0.93, 1.0) * shape)
            emotions.add(clip, "cheekSquint" + side, squeezed * shape)
            emotions.add(clip, "eyeSquint" + side, squeezed * shape)
        t += length + length * (1 - share) / share * np.exp(clip.rng.normal(0, 0.3))


def look_away(clip, pose, amount):
    """The eyes leave the listener for a side or the floor, and come back for short; the head goes a part of the way."""
    t = clip.rng.uniform(0.1, 0.7)
    while t < clip.time[-1]:
        length = clip.rng.uniform(0.9, 2.0) + amount / 15
        size = amount * clip.rng.normal(1, 0.15)
        aside, down = clip.rng.choice((-1, 1)) * size, 0.45 * size * clip.rng.uniform(-0.4, 1.2)
        clip.look[(clip.time >= t) & (clip.time < t + length)] = aside, down
        shape = FOLLOWS * clip.bump(t - 0.05, t + 0.35, t + length + 0.3, hold=length - 0.4)
        pose[:, YAW] += np.radians(aside) * shape
        pose[:, PITCH] += np.radians(down) * shape
        t += length + clip.rng.uniform(0.4, 1.6)


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
    elif style == "turn":
        pose[:, YAW] += np.radians(sides(clip, amount))
    elif style in ("forward", "back"):
        lean(clip, pose, amount, 1 if style == "forward" else -1)
    elif style == "sway":
        sway(clip, pose, amount)
    elif style == "wink":
        wink(clip, amount)
    elif style == "brows":
        raise_brows(clip, amount)
    elif style == "closed":
        close_eyes(clip, amount)
    elif style == "away":
        look_away(clip, pose, amount)
    else:
        frown(clip, pose, amount)
