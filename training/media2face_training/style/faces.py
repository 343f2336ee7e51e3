"""Pictures of our own head with the emotion or the held head movement as label.

Small and fast rather than fine: every triangle is a handful of points with a depth, as a face of 80 pixels needs no
more.
"""

from dataclasses import dataclass

import numpy as np

from ..dataset import heads, styles
from .prompts import EMOTION_NAMES, STYLE_NAMES, Label, third_of

SIDE, SPAN_MM, MIDDLE_MM, DENSITY = 80, 160.0, -20.0, 6  # middle of the picture below the head's; points a pixel
HELD = ("tilt", "raise", "lower", "wink", "frown")  # what a still picture can show
LEAST = 0.45  # intensity; below it a still face says little


@dataclass
class Points:
    """Points spread over the triangles."""

    triangle: np.ndarray  # [n]
    weights: np.ndarray  # [n, 3]


def spread(face, rng):
    """Points of a face asset."""
    a, b, c = (face.asset["average"][face.triangles[:, k]] for k in range(3))
    area = np.linalg.norm(np.cross(b - a, c - a), axis=1) / 2 * (SIDE / SPAN_MM) ** 2
    triangle = np.repeat(np.arange(len(area)), np.maximum(1, np.ceil(DENSITY * area)).astype(int))
    weights = rng.dirichlet((1, 1, 1), len(triangle))
    return Points(triangle, weights.astype(np.float32))


def turn(pitch, yaw, roll):
    """Rotation matrix of angles in rad."""
    (sx, sy, sz), (cx, cy, cz) = np.sin([pitch, yaw, roll]), np.cos([pitch, yaw, roll])
    x = np.array([[1, 0, 0], [0, cx, -sx], [0, sx, cx]])
    y = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    return y @ x @ np.array([[cz, -sz, 0], [sz, cz, 0], [0, 0, 1]])


def draw(vertices, triangles, colours, points, light):
    """u8 RGBA [SIDE, SIDE, 4] of vertices (mm) seen from +Z."""
    a, b, c = (vertices[triangles[:, k]] for k in range(3))
    normal = np.cross(b - a, c - a)
    normal /= np.linalg.norm(normal, axis=1, keepdims=True) + 1e-9
    shaded = colours * (np.clip(normal @ light, 0, 1) * 0.75 + 0.3)[:, None]
    place = (vertices[triangles[points.triangle]] * points.weights[..., None]).sum(1)
    colour = shaded[points.triangle]
    x = (place[:, 0] * SIDE / SPAN_MM + SIDE / 2).astype(int)
    y = (SIDE / 2 - (place[:, 1] - MIDDLE_MM) * SIDE / SPAN_MM).astype(int)
    seen = (x >= 0) & (x < SIDE) & (y >= 0) & (y < SIDE) & (normal[points.triangle, 2] > 0)
    order = np.flatnonzero(seen)[np.argsort(place[seen, 2])]  # the nearest is written last
    image = np.zeros((SIDE, SIDE, 4), np.uint8)
    image[y[order], x[order], :3] = np.clip(colour[order], 0, 1) * 255
    image[y[order], x[order], 3] = 255
    return image


def pose_of(face, rng, emotion, intensity, style, level):
    """(52 weights, pitch, yaw, roll) of a still face."""
    weights = np.zeros(len(face.unit_names), np.float32)

    def add(stem, amount):
        for channel in styles.channels(stem):
            weights[face.unit_names.index(channel)] += amount

    said = styles.EMOTIONS[emotion]
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


def render(face, count, seed):
    """`count` pictures u8 [n, SIDE, SIDE, 4] of random identities and their labels."""
    rng = np.random.default_rng(seed)
    points, base = spread(face, rng), face.triangle_colours()
    pictures, labels = np.zeros((count, SIDE, SIDE, 4), np.uint8), []
    for i in range(count):
        emotion = EMOTION_NAMES[rng.integers(len(EMOTION_NAMES))]
        intensity = rng.uniform(LEAST, 1) if emotion != "neutral" else 0.0
        style = str(rng.choice(HELD)) if rng.random() < 0.35 else "none"
        level = int(rng.integers(1, 4)) if style != "none" else 0
        weights, pitch, yaw, roll = pose_of(face, rng, emotion, intensity, style, level)
        neutral = face.random_vertices(rng)
        vertices = (neutral + face.offsets(neutral, weights[None])[0]) @ turn(pitch, yaw, roll).T
        light = np.array([rng.normal(0, 0.5), rng.normal(0.3, 0.3), 1.0])
        tint = rng.uniform(0.55, 1.15) * rng.uniform(0.9, 1.1, 3)
        pictures[i] = draw(vertices, face.triangles, np.clip(base * tint, 0, 1), points, light / np.linalg.norm(light))
        third = third_of(intensity) if emotion != "neutral" else 0
        labels.append(Label(EMOTION_NAMES.index(emotion), third, STYLE_NAMES.index(style), level))
    return pictures, labels


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
