"""What each clip of the neural voices is: a pure function of seed, part and number.

Parts are made one after the other. Held out, as in M2F-S: the engine festival, which is not here at all, the language
Italian, and single voices.
"""

from dataclasses import dataclass

import numpy as np

from ..dataset.voices import HELD_OUT_LANGUAGE, HELD_OUT_VARIANTS, VARIANTS

# Share of the hours. Kokoro takes a second of work for a second of sound, the others next to none.
SHARES = {"hibari": 0.62, "music": 0.04, "russian": 0.10, "sung": 0.07, "kokoro": 0.17}
MOST_KOKORO_H = 2.0

VOICES = {
    "en": "af_heart af_alloy af_aoede af_bella af_jessica af_kore af_nicole af_nova af_sarah am_adam am_echo am_eric am_fenrir "
          "am_liam am_michael am_onyx am_puck bf_alice bf_emma bf_isabella bf_lily bm_daniel bm_fable bm_george bm_lewis",
    "es": "ef_dora em_alex", "fr": "ff_siwis", "hi": "hf_alpha hf_beta hm_omega hm_psi", "it": "if_sara im_nicola",
    "ja": "jf_alpha jf_gongitsune jf_nezumi jf_tebukuro jm_kumo", "pt": "pf_dora pm_alex",
    "zh": "zf_xiaobei zf_xiaoni zf_xiaoxiao zf_xiaoyi zm_yunjian zm_yunxi zm_yunxia zm_yunyang",
}
VOICES = {language: tuple(names.split()) for language, names in VOICES.items()}
HELD_OUT = ("am_michael", "bf_emma", "bm_george", "hm_psi", "jf_gongitsune", "zm_yunxi")
# Share of Kokoro's clips by language: Japanese and Mandarin are what M2F-S has least of.
LANGUAGES = {"en": 0.22, "ja": 0.20, "zh": 0.20, "fr": 0.12, "es": 0.08, "pt": 0.06, "hi": 0.06, "it": 0.06}
SUNG = {"en": 0.4, "fr": 0.3, "ja": 0.3}
SUNG_VOICES = {"fr": ("ff_siwis",), "ja": ("jf_alpha", "jf_nezumi", "jf_tebukuro", "jm_kumo")}
SUNG_VOWELS = {"en": "ɑ i u O A ɛ æ ʌ ɔ", "fr": "a e i o u y ø ɛ œ ɔ", "ja": "a i ɯ e o"}
SUNG_ONSETS = {"en": "l m n d b p w j f h", "fr": "l m n d b p v ʒ ʁ", "ja": "l m n d b k s j h"}
STREAMS = {part: k for k, part in enumerate(SHARES)}


class Refused(Exception):
    """The plan cannot be; the message says why."""


@dataclass(frozen=True)
class Spec:
    """One clip before it is spoken: texts, or symbols where the texts are none; what a part does not use is neutral."""

    part: str
    number: int
    split: str
    voice: str
    language: str
    texts: tuple
    speed: float = 1.0
    semitones: float = 0.0
    spread: float = 1.0
    tract: float = 1.0


def seconds_of(hours):
    """{part: seconds} of the whole."""
    if hours * SHARES["kokoro"] > MOST_KOKORO_H:
        raise Refused(f"{hours:g} hours hold {hours * SHARES['kokoro']:.1f} of Kokoro; at most {MOST_KOKORO_H:g} are asked of it")
    return {part: 3600 * hours * share for part, share in SHARES.items()}


def sung_line(language, rng):
    """Symbols of four to nine syllables: a vowel alone or behind a consonant."""
    vowels, onsets = SUNG_VOWELS[language].split(), SUNG_ONSETS[language].split()
    syllables = []
    for _ in range(rng.integers(4, 10)):
        onset = onsets[rng.integers(len(onsets))] if rng.random() < 0.7 else ""
        stress = "ˈ" if language == "en" else ""
        syllables.append(onset + stress + vowels[rng.integers(len(vowels))] + "ː")
    return " ".join(syllables) + "."


def pick(rng, shares):
    """A key of {key: share}."""
    return list(shares)[rng.choice(len(shares), p=list(shares.values()))]


def spec(seed, part, number, lines):
    """The clip of a part and number; `lines` gives its texts."""
    rng = np.random.default_rng([seed, STREAMS[part], number, 21])
    if part == "music":
        return Spec(part, number, "train", "music", "", ())
    speed = float(rng.uniform(0.8, 1.25))
    if part == "sung":
        language = pick(rng, SUNG)
        names = SUNG_VOICES.get(language, ("hibari",))
        return Spec(part, number, "train", names[rng.integers(len(names))], language, (sung_line(language, rng),), 0.9,
                    semitones=float(rng.uniform(-5, 7)), tract=float(np.exp(rng.uniform(-0.1, 0.1))))
    if part == "hibari":
        semitones = float(rng.uniform(-9, 4))  # her own pitch is a woman's: lower voices have longer throats
        tract = float(np.exp(0.012 * semitones + rng.normal(0, 0.04)))
        count = int(rng.integers(1, 4))
        return Spec(part, number, "train", "hibari", "en", tuple(lines.draw("en", "train", rng) for _ in range(count)), speed,
                    semitones, float(rng.uniform(0.5, 1.7)), tract)
    if part == "russian":
        variants = VARIANTS[: -len(HELD_OUT_VARIANTS)]
        return Spec(part, number, "train", f"ru+{variants[rng.integers(len(variants))]}", "ru",
                    (lines.draw("ru", "train", rng),), speed, float(rng.normal(0, 2.5)), float(rng.uniform(0.5, 1.7)))
    language = pick(rng, LANGUAGES)
    voice = VOICES[language][rng.integers(len(VOICES[language]))]
    test = language == HELD_OUT_LANGUAGE or voice in HELD_OUT
    split = "test" if test else "train"
    count = 2 if language in ("ja", "zh") else 1
    return Spec(part, number, split, voice, language, tuple(lines.draw(language, split, rng) for _ in range(count)), speed)
