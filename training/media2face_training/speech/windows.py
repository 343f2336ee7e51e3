"""Batches for the audio encoder: windows of cached log-mels with noise, masks and labels, drawn from a seed."""

import json
from pathlib import Path

import numpy as np

from . import mel
from .labels import IGNORED
from .mels import BLOCK

# Windows of 3, 2 and 1 s; behind their ends the network sees nothing, as behind the newest sound of a stream.
LENGTHS, LENGTH_SHARES = (300, 200, 100), (0.6, 0.2, 0.2)
TOO_LATE = 4  # 50 Hz frames before a cut that no one asks for: less than 100 ms of sound ahead
# The same for an encoder that a teacher teaches: it is asked for every frame, as a stream asks that waits for one frame of the
# face: there the last frame hears but one mel frame more. More than half of its windows are short.
TAUGHT_LENGTHS, TAUGHT_SHARES, TAUGHT_TOO_LATE = (300, 200, 100, 60), (0.35, 0.1, 0.25, 0.3), 0
NOISY = 0.7  # share of windows with further noise
WARPED, WARP = 0.7, 0.14  # share of windows spoken by another vocal tract; log of its length, at most


def mel_bands():
    """(centres in Hz, widths in Hz) of the bands."""
    filters = mel.filterbank()
    f = np.arange(len(filters)) * mel.RATE / mel.FFT
    return f @ filters, mel.RATE / mel.FFT / filters.max(0)


_CENTRES, _WIDTHS = (a.astype(np.float32) for a in mel_bands())


def warping(factor):
    """[80, 80]: log-mels times this have every formant moved to `factor` times its frequency."""
    position = np.interp(_CENTRES / factor, _CENTRES, np.arange(mel.BANDS))
    low = np.minimum(position.astype(int), mel.BANDS - 2)
    matrix = np.zeros((mel.BANDS, mel.BANDS), np.float32)
    bands = np.arange(mel.BANDS)
    matrix[low, bands] = 1 - (position - low)
    matrix[low + 1, bands] = position - low
    return matrix


def other_mouths(log_mels, means, rng):
    """Windows [B, T, 80] and means [B, 80] as of longer and shorter vocal tracts: few voices are heard as many."""
    for i in range(len(log_mels)):
        if rng.random() < WARPED:
            matrix = warping(np.exp(rng.uniform(-WARP, WARP)))
            log_mels[i], means[i] = log_mels[i] @ matrix, means[i] @ matrix
    return log_mels, means


def add_noise(log_mels, means, rng):
    """Coloured noise at 3 to 30 dB below the speech, added as power to windows [B, T, 80] and means [B, 80]."""
    count = len(log_mels)
    slope = rng.uniform(-0.5, 2.2, (count, 1)).astype(np.float32)
    colour = -slope * np.log(np.maximum(_CENTRES, 50) / 1000)
    loudness = (np.exp(log_mels).mean(1) * _WIDTHS).sum(1) / (np.exp(colour) * _WIDTHS).sum(1)
    level = np.log(loudness + 1e-9)[:, None] - rng.uniform(3, 30, (count, 1)) * np.log(10) / 10
    level = np.where(rng.random((count, 1)) < NOISY, level, -30).astype(np.float32) + colour
    ripple = rng.standard_normal(log_mels.shape, np.float32)
    ripple *= 0.45
    ripple += level[:, None]
    return np.logaddexp(log_mels, ripple), np.logaddexp(means, level)


def mask(x, rng):
    """SpecAugment: two masks of up to 16 bands and two of up to 110 ms, at the mean value."""
    mean = x.mean((1, 2))
    for i in range(len(x)):
        for _ in range(2):
            width = rng.integers(0, 17)
            first = rng.integers(0, x.shape[2] - width)
            x[i, :, first : first + width] = mean[i]
            width = rng.integers(0, 12)
            first = rng.integers(0, x.shape[1] - width)
            x[i, first : first + width] = mean[i]
    return x


class Windows:
    """The cache of `mels` with its clips by voice; with `taught` also what a teacher heard there (`teacher.Lessons`)."""

    def __init__(self, work, split="train", taught=None):
        self.taught = taught
        self.lengths, self.length_shares, self.too_late = ((LENGTHS, LENGTH_SHARES, TOO_LATE) if taught is None else
                                                           (TAUGHT_LENGTHS, TAUGHT_SHARES, TAUGHT_TOO_LATE))
        folder = Path(work) / "mels"
        if not (folder / "index.jsonl").exists():
            raise FileNotFoundError(f"{folder}/index.jsonl is missing: run media2face_training.speech.mels")
        self.mel = np.load(folder / "mel.npy", mmap_mode="r")
        self.mean = np.load(folder / "mean.npy", mmap_mode="r")
        self.label = np.load(folder / "label.npy", mmap_mode="r")
        self.prior = np.load(folder / "prior.npy")
        rows = map(json.loads, (folder / "index.jsonl").read_text().splitlines())
        self.rows = [row for row in rows if row["split"] == split and row["frames"] >= 100]
        self.voices = sorted({row["voice"] for row in self.rows})
        self.members = [[i for i, row in enumerate(self.rows) if row["voice"] == v] for v in self.voices]
        share = np.array([sum(self.rows[i]["frames"] for i in m) ** 0.5 for m in self.members])
        self.share = share / share.sum()  # voices are drawn as the square root of what there is of them

    def batch(self, seconds, rng):
        """Windows of one length, `seconds` in all -> (normalised [B, T, 80], labels [B, T/2], lessons [B, T/2, width] or None).

        A lesson is NaN where there is none."""
        length = int(rng.choice(self.lengths, p=self.length_shares))
        count = max(1, round(seconds * 100 / length))
        x = np.zeros((count, length, mel.BANDS), np.float32)
        means = np.zeros((count, mel.BANDS), np.float32)
        y = np.full((count, length // 2), IGNORED, np.int64)
        filled = np.full(count, length)
        lessons = None if self.taught is None else np.full((count, length // 2, self.taught.width), np.nan, np.float32)
        for i, voice in enumerate(rng.choice(len(self.voices), count, p=self.share)):
            row = self.rows[rng.choice(self.members[voice])]
            block = int(rng.integers(0, max(0, row["frames"] - length) // BLOCK + 1))
            first, frames = row["start"] + block * BLOCK, min(length, row["frames"] - block * BLOCK)
            x[i, :frames] = self.mel[first : first + frames]
            x[i, frames:] = x[i, frames - 1]
            means[i] = self.mean[row["block"] + block]
            y[i, : frames // 2] = self.label[first // 2 : (first + frames) // 2]
            if lessons is not None:
                lessons[i, : frames // 2] = self.taught.of(row, block * BLOCK // 2, frames // 2)
            if block * BLOCK + frames < row["frames"]:
                y[i, length // 2 - self.too_late :] = IGNORED
                if lessons is not None:
                    lessons[i, length // 2 - self.too_late :] = np.nan
            filled[i] = frames
        x = mask(mel.normalise_running(*add_noise(*other_mouths(x, means, rng), rng)), rng)
        for i, frames in enumerate(filled):
            x[i, frames:] = 0  # behind the end of a clip the network sees nothing
        return x, y, lessons

    def whole(self, row):
        """A whole copy -> (normalised [T, 80], labels [T/2])."""
        part = slice(row["start"], row["start"] + row["frames"])
        return (mel.normalise_running(self.mel[part].astype(np.float32), self.prior),
                self.label[row["start"] // 2 : (row["start"] + row["frames"]) // 2])
