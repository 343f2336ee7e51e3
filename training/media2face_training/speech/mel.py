"""Log-mel features exactly as docs/model-pack.md states them (16 kHz, 80 HTK bands, 10 ms)."""

import numpy as np
from scipy.signal import lfilter

RATE, WINDOW, HOP, FFT, BANDS = 16000, 400, 160, 512, 80
SCALE = 2.5
MEAN_RATE = 1 / 300  # the running mean moves by 1/300 of the difference every 10 ms


def filterbank():
    """[FFT/2 + 1, BANDS]: triangles evenly spaced on the mel scale over 0-8000 Hz, each of sum 1."""
    top = 2595 * np.log10(1 + 8000 / 700)
    edges = 700 * (10 ** (np.linspace(0, top, BANDS + 2) / 2595) - 1)
    f = np.arange(FFT // 2 + 1) * RATE / FFT
    rising = (f[:, None] - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - f[:, None]) / (edges[2:] - edges[1:-1])
    triangles = np.clip(np.minimum(rising, falling), 0, None)
    return triangles / triangles.sum(0)


_FILTERS = filterbank()
_HANN = np.hanning(WINDOW)


def frame_count(samples):
    """Mel frames of a clip: two per started 320 samples, at least two."""
    return 2 * max(1, -(-samples // 320))


def log_mel(samples):
    """Float samples in [-1, 1] -> [frames, 80]; frame i is centred on sample 160 i, zeros outside the clip."""
    frames = frame_count(len(samples))
    padded = np.zeros(WINDOW // 2 + max(len(samples), frames * HOP) + WINDOW, np.float32)
    padded[WINDOW // 2 : WINDOW // 2 + len(samples)] = samples
    step = padded.strides[0]
    windows = np.lib.stride_tricks.as_strided(padded, (frames, WINDOW), (step * HOP, step))
    power = np.abs(np.fft.rfft(windows * _HANN, FFT)) ** 2
    return np.log(power @ _FILTERS + 1e-6)


def running_mean(log_mels, start, rate=MEAN_RATE):
    """m after every frame of log-mels [.., T, 80], with m <- m + (x - m) rate from m = start [.., 80]."""
    state = (1 - rate) * np.asarray(start, np.float64)[..., None, :]
    return lfilter([rate], [1, rate - 1], log_mels, axis=-2, zi=state)[0]


def normalise_running(log_mels, prior, rate=MEAN_RATE):
    """(x - m) / 2.5 where m has taken in the frame itself, [.., T, 80], from m = prior [.., 80]."""
    return ((log_mels - running_mean(log_mels, prior, rate)) / SCALE).astype(np.float32)
