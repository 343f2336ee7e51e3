"""Channels, rooms, noise and levels: makes the encoder hold on voices and recordings it never heard."""

import numpy as np
from scipy import fft
from scipy.signal import fftconvolve

RATE = 16000


def coloured_noise(rng, count, slope):
    """Unit-variance noise whose power falls as 1/f^slope."""
    f = np.fft.rfftfreq(count, 1 / RATE)
    f[0] = f[1]
    spectrum = (rng.normal(size=len(f)) + 1j * rng.normal(size=len(f))) * (np.maximum(f, 50) / 1000) ** (-slope / 2)
    noise = np.fft.irfft(spectrum, count)
    return (noise / (noise.std() + 1e-9)).astype(np.float32)


def decibels(value):
    """Level in dB -> amplitude factor."""
    return 10 ** (value / 20)


def resample_speed(x, rng):
    """Plays the clip faster or slower (pitch moves too): (samples, factor that times are multiplied by)."""
    speed = np.exp(rng.uniform(-0.22, 0.22))
    count = int(len(x) / speed)
    return np.interp(np.arange(count) * speed, np.arange(len(x)), x).astype(np.float32), 1 / speed


def _loudness(x):
    """Standard deviation of the parts that are not silent."""
    loud = np.abs(x) > 1e-4
    return x[loud].std() + 1e-9 if loud.sum() > 400 else 1.0


def _room(x, rng):
    length = int(RATE * rng.uniform(0.05, 0.35))
    response = rng.normal(size=length) * np.exp(-np.arange(length) / (length / 5.0))
    response[: int(rng.uniform(16, 160))] = 0
    response /= np.sqrt((response**2).sum()) + 1e-9
    response *= decibels(-rng.uniform(0, 18))
    response[0] = 1
    for _ in range(rng.integers(0, 4)):
        response[rng.integers(8, 200)] += rng.uniform(-0.5, 0.5)
    return fftconvolve(x, response)[: len(x)].astype(np.float32)


def _equalise(x, rng):
    f = np.fft.rfftfreq(len(x), 1 / RATE)
    octave = np.log2(np.maximum(f, 40))
    gain = np.zeros(len(f))
    if rng.random() < 0.85:
        gain += rng.normal(0, 2.0) * (octave - 10)
        gain += np.interp(octave, np.linspace(5.3, 13, 9), rng.normal(0, 4.5, 9))
    if rng.random() < 0.3:
        corner = rng.choice([3400, 4000, 5000, 6000, 7000])
        gain -= np.clip((f - corner) / corner, 0, 1) * 200
    if rng.random() < 0.3:
        corner = rng.uniform(80, 350)
        gain -= np.clip((corner - f) / corner, 0, 1) * 40
    return np.fft.irfft(np.fft.rfft(x) * decibels(gain), len(x)).astype(np.float32)


def _noise(rng, count):
    if rng.random() < 0.8:
        noise = coloured_noise(rng, count, rng.uniform(-0.5, 2.2)) * decibels(-rng.uniform(5, 35))
    else:
        noise = coloured_noise(rng, count, rng.uniform(0, 2)) * decibels(-rng.uniform(35, 60))
    if rng.random() < 0.3:
        noise *= 0.3 + np.interp(np.arange(count), np.linspace(0, count, 8), rng.random(8)).astype(np.float32)
    return noise


def _mu_law(x, levels):
    y = np.sign(x) * np.log1p(255 * np.minimum(np.abs(x), 1)) / np.log(256)
    y = np.round(y * levels) / levels
    return np.sign(y) * (np.exp(np.abs(y) * np.log(256)) - 1) / 255


def corrupt(x, rng):
    """A recording as it might arrive: room, noise 5-35 dB, equaliser, band limits, overload, level."""
    x = x / _loudness(x)
    if rng.random() < 0.5:
        x = _room(x, rng)
    noise, noise_first = _noise(rng, len(x)), rng.random() < 0.5
    if noise_first:
        x = x + noise
    x = _equalise(x, rng)
    x = x / _loudness(x)
    if not noise_first:
        x = x + noise
    if rng.random() < 0.2:
        drive = rng.uniform(0.3, 1.5)
        x = np.tanh(drive * x) / drive
    x = x * decibels(rng.uniform(-36, -12))
    if rng.random() < 0.15:
        x = _mu_law(x, 2 ** rng.integers(5, 8))
    if rng.random() < 0.1:
        x = np.clip(x, -0.25, 0.25)
    return x.astype(np.float32)


def clean(x, rng):
    """Level only, with a noise floor at 35-70 dB half of the time: else silence is digital silence."""
    x = x / _loudness(x)
    if rng.random() < 0.5:
        x = x + coloured_noise(rng, len(x), rng.uniform(0, 2)) * decibels(-rng.uniform(35, 70))
    return (x * decibels(rng.uniform(-36, -12))).astype(np.float32)


def microphones(x, rng):
    """Windows [B, samples] f32 as other microphones have them, cheap enough for every batch: gains of ±10 dB at six octaves,
    two thirds of them 8 to 40 dB above a pink noise, everything at another level. Times stay, silence is silent."""
    count, length = x.shape
    padded = fft.next_fast_len(length, real=True)
    octaves = np.log2(np.maximum(fft.rfftfreq(padded, 1 / RATE), 30.0)).astype(np.float32)
    db = np.stack([np.interp(octaves, np.linspace(7, 13, 6), row) for row in rng.uniform(-10, 10, (count, 6))])
    spectrum = fft.rfft(x, padded) * decibels(db).astype(np.float32)
    noise = fft.rfft(rng.standard_normal((count, padded), np.float32)) * 2 ** (-octaves / 2)
    loud, noisy = (np.linalg.norm(s, axis=1, keepdims=True) for s in (spectrum, noise))
    below = decibels(-rng.uniform(8, 40, (count, 1))) * (rng.random((count, 1)) < 2 / 3)
    gain = 10 ** rng.uniform(-1, 0.3, (count, 1))
    spectrum += noise * (loud / noisy * below).astype(np.float32)
    return fft.irfft(spectrum * gain.astype(np.float32), padded)[:, :length]
