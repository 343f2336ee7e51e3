"""Portraits of our own heads with the emotion or the held head movement as label.

Painted as `pictures` paints them, in calm light: the emotion's weights as the data set has them, at any intensity that a
still face can show, on a random identity with a random look.
"""

import numpy as np
from scipy.spatial.transform import Rotation

from ..face.pictures import CROP, Look, Painter, random_look
from ..rules import emotions, heads
from ..vocabulary import EMOTION_NAMES, STYLE_NAMES
from .prompts import Label, third_of

SIDE = 80
HELD = ("tilt", "raise", "lower", "wink", "frown")  # what a still picture can show
LEAST = 0.45  # intensity; below it a still face says little
NEAREST, FARTHEST = 0.75, 1.15  # of the usual crop
PLAIN = 0.25  # share of heads in the colours that the asset gives them


def pose_of(face, rng, emotion, intensity, style, level):
    """(52 weights, pitch, yaw, roll) of a still face."""
    weights = np.zeros(len(face.unit_names), np.float32)

    def add(stem, amount):
        for channel in emotions.channels(stem):
            weights[face.unit_names.index(channel)] += amount

    said = emotions.EMOTIONS[emotion]
    for stem, offset in said.face.items():
        add(stem, offset * intensity * np.clip(rng.normal(1, 0.15), 0.5, 1.5))
    if rng.random() < 0.4:
        add("jawOpen", rng.uniform(0, 0.25))
    pitch, yaw, roll = np.radians(rng.normal(0, (3, 9, 2.5)))
    pitch += np.radians(said.pitch_deg) * intensity
    roll += np.radians(said.roll_deg) * intensity
    if style != "none":
        amount = heads.AMOUNT[style][level - 1]
        if style == "tilt":
            roll += np.radians(amount) * rng.choice((-1, 1))
        elif style in ("raise", "lower"):
            pitch += np.radians(amount) * (1 if style == "lower" else -1)
        elif style == "wink":
            side = rng.choice(("Left", "Right"))
            add("eyeBlink" + side, amount)
            add("cheekSquint" + side, 0.5 * amount)
        else:
            add("browDown", amount)
            add("eyeSquint", 0.35 * amount)
    return np.clip(weights, 0, 1), pitch, yaw, roll


def calm_look(rng):
    """A random look, or the asset's own, with one soft light from the front, so that the face is seen whole."""
    look = random_look(rng, SIDE) if rng.random() > PLAIN else Look(background=rng.uniform(0, 1))
    look.ambient = rng.uniform(0.35, 0.6)
    look.lights = [((rng.normal(0, 0.4), rng.normal(0.3, 0.3), 1.0), np.full(3, rng.uniform(0.4, 0.7)))]
    look.distance_mm = rng.uniform(500, 1500)
    return look


def portrait(painter, rng):
    """(u8 RGBA [SIDE, SIDE, 4], label) of a random head."""
    face = painter.face
    emotion = EMOTION_NAMES[rng.integers(len(EMOTION_NAMES))]
    intensity = rng.uniform(LEAST, 1) if emotion != "neutral" else 0.0
    style = str(rng.choice(HELD)) if rng.random() < 0.35 else "none"
    level = int(rng.integers(1, 4)) if style != "none" else 0
    weights, pitch, yaw, roll = pose_of(face, rng, emotion, intensity, style, level)
    neutral = face.random_vertices(rng)
    vertices = neutral + face.offsets(neutral, weights[None])[0]
    rotation = Rotation.from_euler("YXZ", [yaw, pitch, roll]).as_rotvec()
    image = painter.paint(vertices, rotation, calm_look(rng), SIDE, CROP * rng.uniform(NEAREST, FARTHEST))
    opaque = np.concatenate([image, np.ones((SIDE, SIDE, 1))], 2)
    third = third_of(intensity) if emotion != "neutral" else 0
    return (opaque * 255 + 0.5).astype(np.uint8), Label(EMOTION_NAMES.index(emotion), third, STYLE_NAMES.index(style), level)


def render(face, count, seed):
    """`count` portraits u8 [n, SIDE, SIDE, 4] and their labels."""
    rng, painter = np.random.default_rng(seed), Painter(face)
    made = [portrait(painter, rng) for _ in range(count)]
    return np.stack([picture for picture, _ in made]), [label for _, label in made]


def cached(face, count, seed, path):
    """Those pictures, kept in a file between runs."""
    if path.exists():
        with np.load(path) as stored:
            if int(stored["seed"]) == seed and len(stored["pictures"]) == count:
                return stored["pictures"], [Label(*map(int, row)) for row in stored["labels"]]
    pictures, labels = render(face, count, seed)
    rows = [(x.emotion, x.third, x.style, x.level) for x in labels]
    np.savez(path, pictures=pictures, labels=np.array(rows), seed=seed)
    return pictures, labels
