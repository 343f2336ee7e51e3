"""Whispered and singing-like speech: an utterance spoken again through its own spectral envelope.

The envelope (cepstrum below the pitch period, 5 ms steps) shapes noise for a whisper, or pulses on the notes of a
melody for singing; there vowels are drawn out, so the phone times change with it.
"""

import numpy as np

from ..speech.phones import VOWELS

RATE, WINDOW, HOP, QUEFRENCY = 16000, 512, 80, 30
UNVOICED = {"SIL", "P", "T", "K", "F", "TH", "S", "SH", "CH", "HH", None}
SCALE = (0, 2, 4, 7, 9, 12)  # semitones of the melody above its lowest note
LONGER = (1.5, 2.6)  # what singing makes of a vowel's length
VIBRATO_HZ, VIBRATO_DEPTH = 5.5, 0.018


def envelopes(x):
    """Samples -> spectral envelopes [frames, WINDOW/2 + 1], frame i centred on sample HOP i."""
    padded = np.pad(np.asarray(x, np.float64), (WINDOW // 2, WINDOW))
    frames = len(x) // HOP + 1
    windows = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[::HOP][:frames] * np.hanning(WINDOW)
    cepstrum = np.fft.irfft(np.log(np.abs(np.fft.rfft(windows)) + 1e-5))
    cepstrum[:, QUEFRENCY : WINDOW - QUEFRENCY + 1] = 0
    return np.exp(np.fft.rfft(cepstrum).real)


def shape(excitation, envelope):
    """Excitation [samples] through envelopes [frames] at HOP, by overlap-add."""
    padded = np.pad(excitation, (WINDOW // 2, WINDOW))
    window = np.hanning(WINDOW)
    windows = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[::HOP][: len(envelope)] * window
    pieces = np.fft.irfft(np.fft.rfft(windows) * envelope) * window
    out = np.zeros(len(envelope) * HOP + WINDOW)
    for i, piece in enumerate(pieces):
        out[i * HOP : i * HOP + WINDOW] += piece
    return out[WINDOW // 2 : WINDOW // 2 + len(excitation)]


def as_loud_as(x, reference):
    """Scales x to the reference's root mean square, as int16."""
    factor = np.sqrt(np.mean(np.square(reference, dtype=np.float64)) / (np.mean(np.square(x)) + 1e-9))
    return np.clip(np.round(x * factor), -32768, 32767).astype(np.int16)


def whisper(samples, segments, rng):
    """int16 samples -> (the same without voice, the same segments)."""
    envelope = envelopes(samples)
    envelope *= np.linspace(0.25, 1.2, envelope.shape[1])  # no glottal pulse: the low end is weak
    return as_loud_as(shape(rng.normal(size=len(samples)), envelope), samples), segments


def stretched(segments, rng, longer=LONGER):
    """Segments with vowels `longer` times as long; times in seconds."""
    out, position = [], 0.0
    for phone, start, end in segments:
        length = (end - start) * (rng.uniform(*longer) if phone in VOWELS else 1.1)
        out.append([phone, position, position + length])
        position += length
    return out


def melody(segments, f0_hz, count, rng):
    """Pitch in Hz per sample: a step through the scale at every vowel, glides of 40 ms, vibrato."""
    pitch, step = np.full(count, f0_hz), rng.integers(len(SCALE))
    for phone, start, _ in segments:
        if phone in VOWELS:
            step = int(np.clip(step + rng.integers(-2, 3), 0, len(SCALE) - 1))
            pitch[int(start * RATE) :] = f0_hz * 2 ** (SCALE[step] / 12)
    glide = int(0.04 * RATE)
    pitch = np.convolve(np.pad(pitch, (glide // 2, glide - glide // 2 - 1), "edge"), np.ones(glide) / glide, "valid")
    return pitch * (1 + VIBRATO_DEPTH * np.sin(2 * np.pi * VIBRATO_HZ * np.arange(count) / RATE))


def sing(samples, segments, f0_hz, rng, longer=LONGER):
    """int16 samples with segments that start at 0 -> (sung samples, their segments)."""
    out = stretched(segments, rng, longer)
    count = int(out[-1][2] * RATE)
    edges_out = [0.0] + [end for _, _, end in out]
    edges_in = [segments[0][1]] + [end for _, _, end in segments]
    envelope = envelopes(samples)
    source_s = np.interp(np.arange(count // HOP + 1) * HOP / RATE, edges_out, edges_in)
    envelope = envelope[np.clip(np.round(source_s * RATE / HOP).astype(int), 0, len(envelope) - 1)]
    phase = np.cumsum(melody(out, f0_hz, count, rng)) / RATE
    period = np.sqrt(RATE / f0_hz)  # pulses of about the power of unit noise
    excitation = np.diff(np.floor(phase), prepend=0.0) * period + 0.12 * rng.normal(size=count)
    for phone, start, end in out:
        if phone in UNVOICED:
            part = slice(int(start * RATE), int(end * RATE))
            excitation[part] = rng.normal(size=len(excitation[part]))
    return as_loud_as(shape(excitation, envelope), samples), out
