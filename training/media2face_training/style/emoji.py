"""Emoji: what they mean, by Unicode CLDR's English annotations and a short reviewed table, and what they look like.

Debian's `unicode-cldr-core` has the annotations, `fonts-noto-color-emoji` the pictures.
"""

import functools
import random
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from ..vocabulary import EMOTION_NAMES, STYLE_NAMES
from .prompts import Label

ANNOTATIONS = "/usr/share/unicode/cldr/common"
FONT = "/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf"
FONT_SIZE, SIDE = 109, 80  # the font holds pictures of one size; ours, before augmentation
HELD_OUT_SHARE = 0.2
SKIN_TONES, VARIATION = "🏻🏼🏽🏾🏿", "\ufe0f"
SYMBOLS, EMOJI_FROM = "‼", "\U0001f000"  # between them the font knows what is an emoji

# Reviewed: emotion, third of intensity, head style. What the rule below reads from the annotations is replaced.
REVIEWED = {}
for _row in """
    happy 0 none: 😅 😀 😃 😊 😎 🤗 🤠 😸 😺 😻 😍 🥰 😘 😚 😙 😋 😛 😝 😇 💃 🕺 🎉 🌞 👏 🙌 💖 💕 👍 🥂 🌈 🤣 😆 🎊 🫶 ❤ 🤩
    happy 1 none: 😂 🤣 😆 😄 😁 🥳 🤩 😹 🎉 🙌
    happy -1 none: 🙂 ☺ 😗 😽 🌝 🙃 🤭
    happy 0 wink: 😉 😜
    angry 0 none: 😠 😾 👿 👺 👹 🙎 💢 😤 🗯
    angry 1 none: 😡 🤬 🌋 💣
    sad 0 none: 😢 😥 🥺 🥹 💔 🙍 😿 🥲 🌧 🥀 😓
    sad 1 none: 😭
    sad -1 none: 🙁 😞 😔 😕
    sad 0 lower: 😔
    sad 0 frown: ☹
    surprised 0 none: 😮 😯 😳 🫢 ❗ ❕ 👀
    surprised 1 none: 😲 🤯 ‼ 🫨
    afraid 0 none: 😨 😰 😧 🫣 🙀 👻 😬 🙈
    afraid 1 none: 😱
    afraid -1 none: 😟
    disgusted 0 none: 🤢 💩 🪳 👎
    disgusted 1 none: 🤮
    contemptuous 0 none: 😈 😏 😒 🙄 😼 🤨
    calm 0 none: 😌 🧘 🍵 🛀 🕊 💆 🧖 ☮ 🪷 🏖
    tired 0 none: 🥱 😪 😴 💤 🛌 😫 😩 🛏 😵 😮‍💨
    neutral 0 none: 😐 😑 😶 🫤 🤖 🧍
    none 0 none: 🤦 ⛑ 🫡 🥴 🫥 🧐 🤥 😖 😣 😦 🤧
    neutral 0 shake: 🙅 🙂‍↔ 🚫 ❌
    neutral 0 nod: 🙆 🙂‍↕ ✅ 👌
    neutral 0 lower: 🙇 👇 ⬇
    neutral 0 raise: 👆 ⬆ ☝
    """.strip().splitlines():
    _label, _which = _row.split(":")
    for _emoji in _which.split():
        REVIEWED.setdefault(_emoji, (_label.split()[0], int(_label.split()[1]), _label.split()[2]))


@dataclass(frozen=True)
class Emoji:
    """A string that is one emoji; `emotion` is None where it names none."""

    text: str
    name: str
    keywords: tuple
    emotion: str | None
    third: int
    style: str
    held_out: bool = False

    @property
    def base(self):
        """Without skin tone and sex."""
        return base_of(self.text)


def label_of(e):
    """An emoji's label."""
    style = STYLE_NAMES.index(e.style)
    return Label(EMOTION_NAMES.index(e.emotion), e.third if e.emotion != "neutral" else 0, style, 2 if style else 0)


def toneless(text):
    """An emoji without skin tones and variation selectors, as a pack's table has it."""
    return "".join(c for c in text if c not in SKIN_TONES and c != VARIATION)


def base_of(text):
    """An emoji without skin tone, sex and variation selectors."""
    for sex in "♀♂":
        text = text.replace(f"\u200d{sex}", "")
    return toneless(text)


@functools.cache
def annotations(language):
    """{emoji: (name, keywords)} of a language, the derived ones (skin tones, sexes) too."""
    found = {}
    for folder in ("annotationsDerived", "annotations"):
        path = Path(ANNOTATIONS, folder, f"{language}.xml")
        if not path.exists():
            raise FileNotFoundError(f"{path} is missing: install the Debian package unicode-cldr-core")
        for entry in ElementTree.parse(path).iter("annotation"):
            name, keywords = found.get(entry.get("cp"), ("", ()))
            if entry.get("type") == "tts":
                found[entry.get("cp")] = (entry.text, keywords)
            else:
                found[entry.get("cp")] = (name, tuple(k.strip() for k in entry.text.split("|")))
    return found


def meaning(name, keywords, emotions):
    """The emotion that most of a face's keywords name in the lexicon, or None."""
    if "face" not in keywords and "face" not in name:
        return None
    said = [w.lower() for k in keywords for w in {k, *k.split()}]
    votes = [emotions[w] for w in said if w in emotions]
    return max(sorted(set(votes)), key=votes.count) if votes else None


def collect(words, seed=0):
    """All emoji of CLDR; of the faces, cats and monkeys that have a label one in five is held out, by seed."""
    emotions = {w.text: w.emotion for w in words if w.language == "en" and not w.held_out}
    found, faces = [], {}
    for text, (name, keywords) in sorted(annotations("en").items()):
        emotion, third, style = REVIEWED.get(base_of(text)) or (meaning(name, keywords, emotions), 0, "none")
        emotion = None if emotion == "none" else emotion
        found.append((text, name, keywords, emotion, third, style))
        if emotion and text == base_of(text) and {"face", "monkey", "ogre"} & {*keywords, *name.split()}:
            faces.setdefault(emotion, []).append(text)
    rng, out = random.Random(seed), set()
    for _, group in sorted(faces.items()):
        out.update(rng.sample(group, max(1, round(HELD_OUT_SHARE * len(group)))))
    return [Emoji(*row, held_out=base_of(row[0]) in out) for row in found]


@functools.cache
def font():
    """The font; raises `FileNotFoundError` naming the package."""
    if not Path(FONT).exists():
        raise FileNotFoundError(f"{FONT} is missing: install the Debian package fonts-noto-color-emoji")
    return ImageFont.truetype(FONT, FONT_SIZE)


def picture(text, side=SIDE):
    """An emoji as the font draws it, centred: u8 RGBA [side, side, 4], or None where the font has no picture."""
    left, top, right, bottom = font().getbbox(text)
    if right - left <= 0 or right - left > 2 * FONT_SIZE or not font().getmask(text).getbbox():
        return None
    square = max(right - left, bottom - top)
    image = Image.new("RGBA", (square, square))
    place = ((square - right + left) // 2 - left, (square - bottom + top) // 2 - top)
    ImageDraw.Draw(image).text(place, text, font=font(), embedded_color=True)
    return np.asarray(image.resize((side, side), Image.Resampling.BICUBIC))


def names():
    """{emoji without tones: CLDR's English short name}, by code point: what a pack reads in an emoji's place."""
    is_one = functools.cache(lambda first: first >= EMOJI_FROM or first >= SYMBOLS and picture(first) is not None)
    return {text: name for text, (name, _) in sorted(annotations("en").items())
            if name and text == toneless(text) and is_one(text[0])}
