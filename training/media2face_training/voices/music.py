"""Music alone, made from a seed: chords, a tune and a beat. No mouth moves to it."""

import numpy as np
from scipy.signal import lfilter

RATE = 16000
SCALES = ((0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10), (0, 2, 4, 7, 9))
CHORDS = ((0, 2, 4), (3, 5, 7), (4, 6, 8), (5, 7, 9), (1, 3, 5))  # steps of the scale


def hertz(note):
    """Frequency of a MIDI note."""
    return 440 * 2 ** ((note - 69) / 12)


def organ(f0, count, rng):
    """Held sines with a slow tremor."""
    t, out = np.arange(count) / RATE, np.zeros(count)
    for k, level in enumerate(rng.exponential(1, 6) / np.arange(1, 7), 1):
        if k * f0 < 0.45 * RATE:
            out += level * np.sin(2 * np.pi * k * f0 * t + rng.uniform(0, 6.3))
    swell = np.minimum(t / rng.uniform(0.01, 0.15), 1) * np.minimum((t[-1] - t) / 0.05, 1)
    return out * swell * (1 + 0.2 * np.sin(2 * np.pi * rng.uniform(3, 7) * t))


def plucked(f0, count, rng):
    """A string after Karplus and Strong."""
    period = max(2, round(RATE / f0))
    x = np.zeros(count)
    x[:period] = rng.uniform(-1, 1, period)[:count]
    damping = rng.uniform(0.97, 0.996) / 2
    return lfilter([1.0], np.concatenate([[1.0], np.zeros(period - 1), [-damping, -damping]]), x)


def struck(f0, count, rng):
    """A bell or an electric piano: one sine bent by another."""
    t = np.arange(count) / RATE
    fall = np.exp(-t * rng.uniform(2, 9))
    return fall * np.sin(2 * np.pi * f0 * t + rng.uniform(0.5, 4) * fall * np.sin(2 * np.pi * f0 * rng.choice((1, 2, 3.5)) * t))


def drum(count, rng):
    """A kick, a snare or a cymbal."""
    t, kind = np.arange(count) / RATE, rng.integers(3)
    if kind == 0:
        return np.exp(-t * 18) * np.sin(2 * np.pi * (50 * t + 4 * (1 - np.exp(-t * 30))))
    noise = rng.normal(size=count) * np.exp(-t * (22 if kind == 1 else 45))
    return noise if kind == 1 else np.diff(noise, prepend=0.0)


def make(rng):
    """int16 samples of 6 to 14 seconds."""
    beat = rng.uniform(0.32, 0.8)
    beats = int(rng.uniform(6, 14) / beat)
    out, key = np.zeros(int((beats + 4) * beat * RATE)), int(rng.integers(45, 60))
    scale = SCALES[rng.integers(len(SCALES))]
    voices = (organ, plucked, struck)
    high, low = voices[rng.integers(3)], voices[rng.integers(3)]

    def add(sound, start_s, level):
        first = int(start_s * RATE)
        out[first : first + len(sound)] += level * sound[: len(out) - first]

    def note(step):
        return key + scale[step % len(scale)] + 12 * (step // len(scale))

    step, levels = int(rng.integers(7, 12)), rng.uniform(0.1, 1, 3)
    for k in range(beats):
        if k % 4 == 0:
            for member in CHORDS[rng.integers(len(CHORDS))]:
                add(low(hertz(note(member)), int(4 * beat * RATE), rng), k * beat, 0.5 * levels[0])
        for part in range(rng.integers(0, 3)):
            step = int(np.clip(step + rng.integers(-2, 3), 5, 15))
            add(high(hertz(note(step)), int(rng.uniform(0.5, 1.5) * beat * RATE), rng), (k + part / 2) * beat, levels[1])
        if rng.random() < 0.8:
            add(drum(int(0.3 * RATE), rng), k * beat, levels[2])
    return np.round(out / (np.abs(out).max() + 1e-9) * 32767 * rng.uniform(0.1, 0.8)).astype(np.int16)
