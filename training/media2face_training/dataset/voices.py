"""Who speaks: the voices of three engines, their share of the clips, and what is kept out of training.

Held out are a whole engine (festival), a whole language (Italian) and single voices of the engines that train.
"""

import ctypes.util
import glob
import os
import shutil
from dataclasses import dataclass

from ..speech import synthesis

HELD_OUT_ENGINE, HELD_OUT_LANGUAGE = "festival", "it"
LANGUAGES = ("en", "de", "fr", "es", "it")
# Share of the clips per language of those that espeak-ng speaks in training.
ESPEAK_SHARES = {"en": 0.52, "de": 0.16, "fr": 0.16, "es": 0.16}
ENGLISH = ("en-us", "en-us", "en-us", "en", "en-gb-scotland", "en-gb-x-rp", "en-gb-x-gbclan", "en-029")
# Variants of espeak-ng that sound human enough; the last eight speak in the test split only.
VARIANTS = tuple(
    "Alex Alicia Andrea Andy Annie Denis Diogo Gene Gene2 Henrique Hugo Jacky Lee Marco Mario Michael Mike Nguyen "
    "adam anika antonio aunty belinda benjamin boris caleb david ed edward f1 f2 f3 f4 f5 grandma grandpa iven john "
    "linda m1 m2 m3 m4 m5 m6 m7 m8 marcelo max michel miguel norbert pablo paul pedro quincy rob robert sandro shelby "
    "steph steph2 travis victor zac".split())
HELD_OUT_VARIANTS = VARIANTS[-8:]
FESTIVAL_F0 = {"voice_kal_diphone": 105, "voice_ked_diphone": 110, "voice_cmu_us_slt_arctic_hts": 170}  # Hz
HELD_OUT_FLITE = ("kal16",)  # the speaker of festival's kal, so that he is new in the test split
FLITE = tuple(v for v in sorted(synthesis.FLITE_F0) if v not in HELD_OUT_FLITE)
FLITE_SHARE = 0.5  # of the training clips: voices made from recordings matter most for real speech


@dataclass(frozen=True)
class Voice:
    """One speaker; `name` is what the engine calls it, f0_hz its own pitch (0 where it is set otherwise)."""

    engine: str
    name: str
    language: str
    f0_hz: float = 0.0


def training_voice(rng):
    """A voice that training may hear."""
    if rng.random() < FLITE_SHARE:
        name = FLITE[rng.integers(len(FLITE))]
        return Voice("flite", name, "en", synthesis.FLITE_F0[name])
    languages = list(ESPEAK_SHARES)
    language = languages[rng.choice(len(languages), p=list(ESPEAK_SHARES.values()))]
    return espeak_voice(language, VARIANTS[: -len(HELD_OUT_VARIANTS)], rng)


def held_out_voice(kind, rng):
    """A voice of the test split: `kind` is engine, language or voice."""
    if kind == "engine":
        names = sorted(FESTIVAL_F0)
        name = names[rng.integers(len(names))]
        return Voice("festival", name, "en", FESTIVAL_F0[name])
    if kind == "language":
        return espeak_voice(HELD_OUT_LANGUAGE, VARIANTS[: -len(HELD_OUT_VARIANTS)], rng)
    if rng.random() < 0.4:
        name = HELD_OUT_FLITE[rng.integers(len(HELD_OUT_FLITE))]
        return Voice("flite", name, "en", synthesis.FLITE_F0[name])
    return espeak_voice("en", HELD_OUT_VARIANTS, rng)


def espeak_voice(language, variants, rng):
    """One of the variants with an accent of the language."""
    accents = ENGLISH if language == "en" else (language,)
    return Voice("espeak", f"{accents[rng.integers(len(accents))]}+{variants[rng.integers(len(variants))]}", language)


def speaker(voice):
    """The speaker behind a voice: an espeak-ng variant is one speaker in all its languages."""
    return f"{voice.engine}:{voice.name.split('+')[-1]}"


def missing():
    """[(what, Debian package)] of the engines and voices that are not installed."""
    espeak_data = glob.glob("/usr/lib/*/espeak-ng-data/voices/!v") + ["/usr/share/espeak-ng-data/voices/!v"]
    festival = "/usr/share/festival/voices"
    needs = [
        ("flite", "flite", shutil.which("flite")),
        ("the library libespeak-ng", "libespeak-ng1", ctypes.util.find_library("espeak-ng")),
        ("festival", "festival", shutil.which("festival")),
        ("festival's kal", "festvox-kallpc16k", os.path.isdir(f"{festival}/english/kal_diphone")),
        ("festival's ked", "festvox-kdlpc16k", os.path.isdir(f"{festival}/english/ked_diphone")),
        ("festival's slt", "festvox-us-slt-hts", os.path.isdir(f"{festival}/us/cmu_us_slt_arctic_hts")),
    ]
    variants = {name for folder in espeak_data if os.path.isdir(folder) for name in os.listdir(folder)}
    absent = sorted(set(VARIANTS) - variants)
    needs.append((f"the espeak-ng variants {' '.join(absent)}", "espeak-ng-data", not absent))
    return [(what, package) for what, package, found in needs if not found]
