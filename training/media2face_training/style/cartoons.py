"""Simple drawn faces with an emotion: what emoji have in common, in endless variety and drawn by nobody else.

A disc or a cat's head with brows, eyes and mouth of what each emotion may wear; everything else is drawn at random.
"""

import math

import numpy as np
from PIL import Image, ImageDraw

from ..vocabulary import EMOTION_NAMES, STYLE_NAMES
from .prompts import Label

SIDE, SCALE = 80, 4  # drawn large and reduced, for smooth edges
DARK = ((60, 40, 20), (40, 30, 30), (80, 50, 20), (30, 30, 40))

# Eyes, brows and mouths that an emotion may wear, the likelier ones more than once.
EYES = {
    "happy": "dot dot tall arch arch squint heart star wide glasses", "angry": "dot dot tall slit",
    "sad": "dot dot tall cup big arch_down", "surprised": "wide wide tall dot big", "afraid": "wide wide tall dot big squeezed",
    "disgusted": "slit squint squeezed dot", "contemptuous": "half half side rolled dot", "calm": "cup cup cup arch_down",
    "tired": "cup cup half cross squeezed arch_down", "neutral": "dot dot tall line",
}
BROWS = {
    "happy": "none none none up", "angry": "vee vee vee vee none", "sad": "worry worry none worry",
    "surprised": "up up up none", "afraid": "worry worry up none", "disgusted": "vee worry none none",
    "contemptuous": "one one flat none", "calm": "none none flat up", "tired": "none worry worry flat",
    "neutral": "none none none flat",
}
MOUTHS = {
    "happy": "smile smile grin grin grin teeth tongue kiss cat", "angry": "frown frown flat teeth censored snarl",
    "sad": "frown frown frown small_frown wail tremble", "surprised": "round round round small_round hand",
    "afraid": "round wail teeth tremble wavy hand", "disgusted": "wavy wavy tongue_down vomit frown puffed",
    "contemptuous": "smirk smirk smirk flat skew", "calm": "small_smile small_smile smile", "tired": "wail yawn yawn flat small_round",
    "neutral": "flat flat flat absent skew_none",
}


class Face:
    """One drawing. Lengths are shares of the side; the head's radius is about 0.45."""

    def __init__(self, rng):
        self.rng, self.side = rng, SIDE * SCALE
        self.image = Image.new("RGBA", (self.side, self.side))
        self.pen = ImageDraw.Draw(self.image)
        self.dark = DARK[rng.integers(len(DARK))]
        self.width = max(2, int(self.side * rng.uniform(0.022, 0.045)))

    def at(self, x, y):
        """Share from the middle, y downwards -> pixels."""
        return (0.5 + x) * self.side, (0.5 + y) * self.side

    def ellipse(self, x, y, rx, ry, fill):
        self.pen.ellipse([*self.at(x - rx, y - ry), *self.at(x + rx, y + ry)], fill=fill)

    def arc(self, x, y, rx, ry, start, end, fill=None, width=1.0):
        self.pen.arc([*self.at(x - rx, y - ry), *self.at(x + rx, y + ry)], start, end, fill or self.dark,
                     int(self.width * width))

    def line(self, *points, fill=None, width=1.0):
        self.pen.line([self.at(x, y) for x, y in points], fill or self.dark, int(self.width * width), joint="curve")

    def shape(self, *points, fill):
        self.pen.polygon([self.at(x, y) for x, y in points], fill=fill)

    def head(self, emotion):
        """The head, in the colour that the emotion may give it; sometimes a cat's."""
        rng, kind = self.rng, self.rng.random()
        colour = (int(rng.integers(235, 256)), int(rng.integers(170, 225)), int(rng.integers(20, 90)))
        if emotion == "angry" and kind < 0.4:
            colour = (int(rng.integers(200, 256)), int(rng.integers(40, 110)), int(rng.integers(20, 60)))
        elif emotion == "angry" and kind < 0.5:
            colour = (150, 40, int(rng.integers(180, 230)))
        elif emotion == "disgusted" and kind < 0.6:
            colour = (int(rng.integers(90, 170)), int(rng.integers(160, 210)), int(rng.integers(40, 90)))
        elif kind > 0.9:
            colour = tuple(int(c) for c in rng.integers(90, 256, 3))
        self.ellipse(0, 0, 0.45, 0.45 * rng.uniform(0.9, 1.0), colour)
        if rng.random() < 0.15:
            for side in (-1, 1):
                self.shape((side * 0.42, -0.45), (side * 0.1, -0.38), (side * 0.4, -0.1), fill=colour)
                for y in (0.05, 0.12):  # whiskers
                    self.line((side * 0.3, y), (side * 0.48, y + rng.uniform(-0.04, 0.04)), width=0.4)
        if emotion == "afraid" and rng.random() < 0.5:
            for k in range(8):
                self.pen.chord([*self.at(-0.45, -0.44), *self.at(0.45, 0.44)], 200 + 4 * k, 340 - 4 * k,
                               fill=(110 + 12 * k, 150 + 6 * k, 225 - 15 * k))
        if emotion in ("happy", "calm") and rng.random() < 0.25:
            for side in (-1, 1):
                self.ellipse(side * 0.3, 0.08, 0.07, 0.05, (245, 130, 100))

    def eye(self, kind, x, y, side):
        """One eye; `side` is -1 or 1."""
        size = self.rng.uniform(0.9, 1.15)
        if kind == "dot":
            self.ellipse(x, y, 0.045 * size, 0.05 * size, self.dark)
        elif kind == "tall":
            self.ellipse(x, y, 0.04 * size, 0.075 * size, self.dark)
        elif kind == "big":
            self.ellipse(x, y, 0.1, 0.1, self.dark)
            self.ellipse(x - 0.03, y - 0.03, 0.03, 0.03, (255, 255, 255))
        elif kind == "wide":
            self.ellipse(x, y, 0.095 * size, 0.095 * size, (255, 255, 255))
            self.ellipse(x, y, 0.04, 0.04, self.dark)
        elif kind == "arch":
            self.arc(x, y + 0.03, 0.075, 0.08, 180, 360)
        elif kind in ("cup", "arch_down"):
            self.arc(x, y - 0.03, 0.075, 0.06 if kind == "cup" else 0.04, 0, 180)
        elif kind == "squint" or kind == "squeezed":
            self.line((x + side * 0.07, y - 0.06), (x - side * 0.05, y), (x + side * 0.07, y + 0.06))
        elif kind == "slit":
            self.pen.chord([*self.at(x - 0.06, y - 0.06), *self.at(x + 0.06, y + 0.06)], 10 + side * 15, 170 + side * 15,
                           fill=self.dark)
        elif kind == "line":
            self.line((x - 0.06, y), (x + 0.06, y))
        elif kind == "half":
            self.pen.chord([*self.at(x - 0.08, y - 0.08), *self.at(x + 0.08, y + 0.08)], 0, 180, fill=(255, 255, 255))
            self.ellipse(x + self.look, y + 0.035, 0.035, 0.035, self.dark)
            self.line((x - 0.09, y), (x + 0.09, y))
        elif kind in ("side", "rolled"):
            self.ellipse(x, y, 0.085, 0.085, (255, 255, 255))
            up = -0.045 if kind == "rolled" else 0
            self.ellipse(x + self.look, y + up, 0.035, 0.035, self.dark)
        elif kind == "cross":
            self.line((x - 0.05, y - 0.05), (x + 0.05, y + 0.05))
            self.line((x - 0.05, y + 0.05), (x + 0.05, y - 0.05))
        elif kind == "glasses":
            self.ellipse(x, y, 0.11, 0.085, (20, 20, 20))
            self.line((-0.2, y - 0.03), (0.2, y - 0.03), fill=(20, 20, 20))
        elif kind == "heart":
            for dx in (-0.04, 0.04):
                self.ellipse(x + dx, y - 0.02, 0.05, 0.05, (230, 40, 60))
            self.shape((x - 0.085, y), (x + 0.085, y), (x, y + 0.1), fill=(230, 40, 60))
        else:  # a star
            points = [(x + r * math.sin(k * math.pi / 5), y - r * math.cos(k * math.pi / 5))
                      for k, r in enumerate([0.1, 0.045] * 5)]
            self.shape(*points, fill=(255, 250, 235) if self.rng.random() < 0.3 else (240, 90, 40))

    def brow(self, kind, x, y, side):
        """One brow over the eye."""
        tilt = {"vee": 0.055, "worry": -0.05, "flat": 0.0, "up": 0.0, "one": 0.0}[kind]
        if kind == "up" or (kind == "one" and side == self.favourite):
            self.arc(x, y - 0.1, 0.08, 0.06, 190, 350, width=0.8)
        else:
            self.line((x - side * 0.08, y - 0.11 + tilt), (x + side * 0.08, y - 0.11 - tilt), width=0.8)

    def mouth(self, kind):
        """The mouth."""
        y, wide = self.rng.uniform(0.14, 0.2), self.rng.uniform(0.13, 0.23)
        red = (200, 60, 70)
        if kind == "smile":
            self.arc(0, y - 0.08, wide, 0.14, 15, 165)
        elif kind == "small_smile":
            self.arc(0, y - 0.03, 0.6 * wide, 0.07, 20, 160)
        elif kind in ("grin", "tongue"):
            self.pen.chord([*self.at(-wide, y - 0.19), *self.at(wide, y + 0.17)], 0, 180, fill=self.dark)
            if self.rng.random() < 0.6:
                self.pen.rectangle([*self.at(-wide * 0.8, y - 0.01), *self.at(wide * 0.8, y + 0.03)], fill=(255, 255, 255))
            self.ellipse(0, y + 0.13, 0.09, 0.05 if kind == "grin" else 0.12, red)
        elif kind in ("teeth", "snarl"):
            self.pen.rounded_rectangle([*self.at(-wide, y - 0.05), *self.at(wide, y + 0.07)], self.side * 0.05,
                                       (255, 255, 255), self.dark, self.width)
            self.line((-wide, y + 0.01), (wide, y + 0.01), width=0.6)
            for k in (-0.5, 0, 0.5):
                self.line((k * wide, y - 0.05), (k * wide, y + 0.07), width=0.6)
        elif kind == "kiss":
            self.arc(0.01, y - 0.03, 0.04, 0.035, 250, 90)
            self.arc(0.01, y + 0.03, 0.04, 0.035, 270, 110)
        elif kind == "cat":
            self.arc(-0.05, y - 0.03, 0.05, 0.05, 0, 180)
            self.arc(0.05, y - 0.03, 0.05, 0.05, 0, 180)
        elif kind in ("frown", "small_frown"):
            self.arc(0, y + 0.1, wide * (1 if kind == "frown" else 0.6), 0.13, 200, 340)
        elif kind in ("flat", "skew", "skew_none"):
            dy = {"flat": 0, "skew": 0.03, "skew_none": 0.04}[kind] * self.rng.choice((-1, 1))
            self.line((-0.8 * wide, y + dy), (0.8 * wide, y - dy))
        elif kind == "censored":
            self.pen.rectangle([*self.at(-0.3, y - 0.07), *self.at(0.3, y + 0.07)], fill=self.dark)
            for k in (-0.2, -0.07, 0.07, 0.2):
                self.line((k - 0.03, y - 0.04), (k + 0.03, y + 0.04), fill=(255, 255, 255))
                self.line((k + 0.03, y - 0.04), (k - 0.03, y + 0.04), fill=(255, 255, 255))
        elif kind == "wail":
            self.pen.chord([*self.at(-wide, y - 0.09), *self.at(wide, y + 0.25)], 180, 360, fill=self.dark)
        elif kind in ("round", "small_round", "yawn"):
            size = {"round": 1.0, "small_round": 0.5, "yawn": 1.15}[kind]
            self.ellipse(0, y + 0.03, 0.09 * size, self.rng.uniform(0.09, 0.15) * size, self.dark)
            if kind == "yawn" and self.rng.random() < 0.5:
                self.ellipse(self.rng.uniform(0, 0.1), y + 0.16, 0.13, 0.11, (255, 215, 90))
        elif kind in ("wavy", "tremble", "puffed"):
            steps = np.linspace(-wide, wide, 25)
            high, waves = (0.03, 3) if kind != "tremble" else (0.02, 5)
            self.line(*[(x, y + high * math.sin(x / wide * math.pi * waves / 1.2)) for x in steps])
        elif kind == "tongue_down":
            self.arc(0, y + 0.08, wide, 0.1, 200, 340)
            self.ellipse(0.04, y + 0.07, 0.06, 0.09, red)
        elif kind == "vomit":
            self.ellipse(0, y, 0.13, 0.08, self.dark)
            self.pen.rectangle([*self.at(-0.1, y), *self.at(0.1, 0.48)], fill=(90, 170, 40))
        elif kind == "hand":
            self.ellipse(-0.12, y + 0.05, 0.2, 0.12, (240, 190, 60))
            self.line((-0.3, y), (0.05, y - 0.02), width=0.5)
        elif kind == "smirk":
            self.line((-0.12, y + 0.03), (0.0, y + 0.04), (0.1, y + 0.01), (0.17, y - 0.06))

    def extras(self, emotion, eyes):
        """Tears, sweat, steam, sleep."""
        rng, blue, kind = self.rng, (80, 170, 240), self.rng.random()
        if emotion == "sad" and kind < 0.5:
            for side in (-1, 1) if rng.random() < 0.4 else (rng.choice((-1, 1)),):
                if rng.random() < 0.35:
                    self.pen.rectangle([*self.at(side * 0.18 - 0.05, -0.02), *self.at(side * 0.18 + 0.05, 0.4)], fill=blue)
                else:
                    self.drop(side * 0.22, 0.12, blue)
        elif emotion == "happy" and kind < 0.12 and "arch" in eyes + "squint":
            for side in (-1, 1):
                self.drop(side * 0.38, 0.02, blue)
        elif emotion in ("afraid", "tired", "sad") and kind < 0.7 and rng.random() < 0.35:
            self.drop(rng.choice((-1, 1)) * 0.33, -0.25, blue)
        elif emotion == "tired" and kind < 0.5:
            for k in range(rng.integers(1, 4)):
                x, y, s = 0.18 + 0.1 * k, -0.2 - 0.09 * k, 0.04 + 0.015 * k
                self.line((x - s, y - s), (x + s, y - s), (x - s, y + s), (x + s, y + s), fill=(70, 90, 200), width=0.7)
        elif emotion == "angry" and kind < 0.15:
            for side in (-1, 1):
                self.ellipse(side * 0.3, 0.15, 0.12, 0.07, (235, 240, 245))
        elif emotion == "afraid" and kind < 0.3:
            for side in (-1, 1):
                self.ellipse(side * 0.33, 0.2, 0.09, 0.2, (250, 200, 70))

    def drop(self, x, y, colour):
        """A tear or a drop of sweat."""
        self.ellipse(x, y, 0.055, 0.065, colour)
        self.shape((x - 0.05, y - 0.02), (x + 0.05, y - 0.02), (x, y - 0.13), fill=colour)


def draw(rng, emotion, wink=False):
    """u8 RGBA [SIDE, SIDE, 4]."""
    pick = lambda table: str(rng.choice(table[emotion].split()))
    face, eyes, brows, mouth = Face(rng), pick(EYES), pick(BROWS), pick(MOUTHS)
    face.look, face.favourite = rng.choice((-1, 1)) * 0.035, rng.choice((-1, 1))
    face.head(emotion)
    x, y = rng.uniform(0.14, 0.2), rng.uniform(-0.14, -0.04)
    for side in (-1, 1):
        closed = wink and side == face.favourite
        face.eye("squint" if closed and rng.random() < 0.4 else "arch" if closed else eyes, side * x, y, side)
        if brows != "none":
            face.brow(brows, side * x, y, side)
    face.mouth(mouth)
    face.extras(emotion, eyes)
    return np.asarray(face.image.resize((SIDE, SIDE), Image.Resampling.LANCZOS))


def render(count, seed):
    """`count` pictures u8 [n, SIDE, SIDE, 4] and their labels; a tenth of the happy and neutral ones wink."""
    rng, images, labels = np.random.default_rng(seed), [], []
    for _ in range(count):
        emotion = EMOTION_NAMES[rng.integers(len(EMOTION_NAMES))]
        wink = emotion in ("happy", "neutral", "contemptuous") and rng.random() < 0.12
        images.append(draw(rng, emotion, wink))
        style = STYLE_NAMES.index("wink") if wink else 0
        labels.append(Label(EMOTION_NAMES.index(emotion), 0, style, 2 if wink else 0))
    return np.stack(images), labels
