"""What each clip is: a pure function of seed and number, so that a clip is the same alone or among ten thousand."""

from dataclasses import asdict, dataclass

import numpy as np

from ..rules import emotions, heads
from ..vocabulary import HEAD_STYLES
from . import voices

# Shares of the clips.
ROLES = {"train": 0.82, "valid": 0.04, "engine": 0.04, "language": 0.04, "voice": 0.03, "text": 0.03}
DELIVERIES = {"spoken": 0.86, "whispered": 0.07, "sung": 0.07}
CONDITIONS = {"clean": 0.68, "noisy": 0.30, "silence": 0.01, "noise": 0.01}
STYLED, WORD_LIST, NEUTRAL, ENERGETIC = 0.45, 0.06, 0.16, 0.4
SENTENCES = 3  # a clip has one to three; each number has its own three in the corpus


@dataclass(frozen=True)
class Spec:
    """One clip before it is spoken. `held_out` says why it is in the test split: engine, language, voice or text."""

    seed: int
    number: int
    split: str
    held_out: str
    voice: voices.Voice
    texts: tuple
    emotion: str
    intensity: float
    style: str
    level: int
    delivery: str
    condition: str
    rate: float  # factor on the engine's usual speed
    semitones: float  # above the voice's own pitch
    range: float  # factor on the voice's own pitch range
    gain_db: float
    energy: float = 0.0  # of head and brows, -1..1, that a style asks for beyond what the mood and the voice bring along

    def row(self):
        """What the index keeps of it."""
        row = asdict(self)
        voice = row.pop("voice")
        row["text"] = " ".join(row.pop("texts"))
        return row | dict(engine=self.voice.engine, voice=voice["name"], speaker=voices.speaker(self.voice),
                          language=self.voice.language)


def draw(rng, shares):
    """A key of {key: share}."""
    return list(shares)[rng.choice(len(shares), p=list(shares.values()))]


def lines(corpus, language, split, number, rng):
    """The texts of a clip: neighbours in the shuffled corpus, or a list of words."""
    if rng.random() < WORD_LIST:
        words = corpus.words[language][split]
        chosen = [words[i] for i in rng.integers(len(words), size=rng.integers(4, 9))]
        return (", ".join(chosen).capitalize() + ".",)
    pool = corpus.sentences[language][split]
    return tuple(pool[(SENTENCES * number + i) % len(pool)] for i in range(rng.integers(1, SENTENCES + 1)))


def spec(seed, number, corpus):
    """The clip of a number."""
    rng = np.random.default_rng([seed, number, 0])
    role = draw(rng, ROLES)
    split = role if role in ("train", "valid") else "test"
    held_out = "" if split != "test" else role
    if role in ("engine", "language", "voice"):
        voice = voices.held_out_voice(role, rng)
    else:
        voice = voices.training_voice(rng)
    condition = draw(rng, CONDITIONS)
    spoken = condition in ("clean", "noisy")
    texts = lines(corpus, voice.language, split, number, rng) if spoken else ()
    name = "neutral" if rng.random() < NEUTRAL else str(rng.choice([e for e in emotions.EMOTIONS if e != "neutral"]))
    intensity = 0.0 if name == "neutral" else round(float(rng.uniform(0.2, 1.0)), 3)
    styled = rng.random() < STYLED
    emotion = emotions.EMOTIONS[name]
    return Spec(
        seed, number, split, held_out, voice, texts, name, intensity,
        style=str(rng.choice(HEAD_STYLES)) if styled else "none",
        level=int(rng.choice(heads.LEVELS)) if styled else 0,
        delivery=draw(rng, DELIVERIES) if spoken else "none", condition=condition,
        rate=round(float(rng.uniform(0.85, 1.15)) * emotions.between(emotion.rate, intensity), 3),
        semitones=round(float(np.clip(rng.normal(0, 1.5), -3, 3)) + emotion.semitones * intensity, 3),
        range=round(float(rng.uniform(0.75, 1.25)) * emotions.between(emotion.range, intensity), 3),
        gain_db=round(emotion.gain_db * intensity, 2),
        energy=round(float(rng.uniform(-1, 1)), 2) if rng.random() < ENERGETIC else 0.0)
