"""Rows of the table that are no diffusion model: what each is fitted to is the training split."""

from types import SimpleNamespace

import numpy as np

from ..config import FPS, UNITS
from ..dataset.clip import perform
from ..speech import mel
from ..speech.clips import energy_db
from ..speech.phones import INDEX
from ..storage import read_index
from .testset import Take, energy, load

FITTED_CLIPS = 400
SMOOTH = np.hanning(7)[1:-1] / np.hanning(7)[1:-1].sum()


def loudness(audio, frames):
    """Log energy per frame in dB, from 40 dB below the clip's loud parts up."""
    return np.maximum(energy(audio, frames), -40.0)


def phone_frames(phones, frames):
    """Class per frame [F]."""
    time, out = (np.arange(frames) + 0.5) / FPS, np.zeros(frames, int)
    for name, start, end in phones:
        out[(time >= start) & (time < end)] = INDEX.get(name, INDEX["AH"])
    return out


class Fitted:
    """Statistics of the training split: mean weights and pose, jaw against energy, mean weights per phone."""

    def __init__(self, data, seed=1):
        rows = [r for r in read_index(data) if r["split"] == "train"]
        rng = np.random.default_rng(seed)
        weights, pose, energy, phones = [], [], [], []
        for k in rng.permutation(len(rows))[:FITTED_CLIPS]:
            clip = load(data, rows[k])
            weights.append(clip.weights)
            pose.append(clip.pose)
            energy.append(loudness(clip.audio, len(clip.weights)))
            phones.append(phone_frames(rows[k]["phones"], len(clip.weights)))
        weights, phones = np.concatenate(weights), np.concatenate(phones)
        self.weights, self.pose = weights.mean(0), np.concatenate(pose).mean(0)
        jaw = np.stack([np.concatenate(energy), np.ones(len(weights))], 1)
        self.gain = np.linalg.lstsq(jaw, weights, rcond=None)[0]  # [2, 52]
        self.visemes = np.array([weights[phones == k].mean(0) if (phones == k).any() else self.weights
                                 for k in range(len(INDEX))])

    def still(self, frames):
        """The mean pose of the head [F, 6]."""
        return np.tile(self.pose, (frames, 1))


def rows_of(fitted, geometry, jaw):
    """{row's name: function of a clip -> Take}; `jaw` is the index of jawOpen."""

    def mean_pose(clip):
        frames = len(clip.weights)
        return Take(geometry.of_weights(np.tile(fitted.weights, (frames, 1))), fitted.still(frames))

    def energy_jaw(clip):
        frames = len(clip.weights)
        weights = np.tile(fitted.weights, (frames, 1))
        level = np.stack([loudness(clip.audio, frames), np.ones(frames)], 1)
        weights[:, jaw] = np.clip(level @ fitted.gain[:, jaw], 0, 1)
        return Take(geometry.of_weights(weights), fitted.still(frames))

    def visemes(clip):
        frames = len(clip.weights)
        weights = fitted.visemes[phone_frames(clip.row["phones"], frames)]
        padded = np.pad(weights, ((2, 2), (0, 0)), "edge")
        weights = np.stack([np.convolve(padded[:, k], SMOOTH, "valid") for k in range(UNITS)], 1)
        return Take(geometry.of_weights(weights), fitted.still(frames))

    return {"mean pose": mean_pose, "energy-driven jaw": energy_jaw, "viseme per true phone": visemes}


def drawn_again(clip, geometry, seed):
    """Another draw of the rules for the same sound: what a perfect sample would measure -> Take.

    Loudness is that of the recorded sound, with its room and noise; the truth's is that of the dry one.
    """
    row = clip.row
    spec = SimpleNamespace(**row, texts=[row["text"]])
    level = energy_db(clip.audio.astype(np.float32) / 32768, mel.frame_count(len(clip.audio)))
    rng = np.random.default_rng([seed, row["number"], 2])
    weights, pose = perform(spec, [tuple(phone) for phone in row["phones"]], level, len(clip.weights), rng)
    return Take(geometry.of_weights(weights), pose)


def random_head(clip, seed):
    """A head that moves at random, by an Ornstein-Uhlenbeck process: axis-angle [F, 3] in rad."""
    rng = np.random.default_rng([seed, clip.row["number"]])
    frames = len(clip.weights)
    steps = np.exp(-1 / (FPS * 1.2))
    out, value = np.zeros((frames, 3)), rng.normal(size=3)
    for i in range(frames):
        value = steps * value + np.sqrt(1 - steps**2) * rng.normal(size=3)
        out[i] = value
    smooth = np.stack([np.convolve(np.pad(out[:, k], 2, "edge"), SMOOTH, "valid") for k in range(3)], 1)
    return np.radians(smooth * [2.0, 2.0, 1.1])
