"""Real voices through the whole job: a performer's tracks, closures of aligned prompts, recordings, silence."""

import numpy as np

from ..config import FPS
from ..speech.scores import correlation_at_lags
from ..speech.synthesis import read_wave, to_16k
from . import metrics
from .testset import energy

# Columns of the performer's rig (names.txt) and the weights that mean the same.
OPENING, ROUNDING = "mouth_stretch_c", "mouth_oh_c"
# The gate reads mouth_oh_c. In the clips to learn from her rounding is nearly all in the other channels of the same meaning
# (deviation of oh .02 to .03, of pucker and oo .05 to .14), so what learns takes their sum.
ROUNDED = ("mouth_oh_c", "mouth_oo_c", "mouth_pucker_")


def rounding_of(track, channels):
    """A track [F, channels] -> [F]: all channels that round the lips, together."""
    return track[:, [k for k, name in enumerate(channels) if name.startswith(ROUNDED)]].sum(1)



def sound_of(path):
    """Any 16-bit WAV -> int16 samples at 16 kHz."""
    return to_16k(*read_wave(path))


def best(track, truth):
    """Correlation at the best lag within one frame."""
    return max(correlation_at_lags(track, truth))


def tracks(runtime, folder, names, **options):
    """A performer's tracks -> [(clip, opening r, rounding r, opening r of the log energy)] at the best lag in +-1."""
    channels = (folder / "names.txt").read_text().split()
    out = []
    for path in sorted(folder.glob("*.wav")):
        truth = np.load(path.with_suffix(".npy"))
        motion = runtime.animate(path, offsets=False, **options)
        frames = min(len(truth), len(motion.weights))
        truth, weights = truth[:frames], motion.weights[:frames]
        opening, rounding = truth[:, channels.index(OPENING)], truth[:, channels.index(ROUNDING)]
        round_weights = weights[:, names.index("mouthFunnel")] + weights[:, names.index("mouthPucker")]
        out.append((path.stem, best(weights[:, names.index("jawOpen")], opening),
                    best(round_weights, rounding),
                    best(energy(sound_of(path), frames), opening)))
    return out


def closures(runtime, geometry, clips, **options):
    """Aligned clips [(samples, phones)] -> per-clip counts of metrics.closures of the decoded lips."""
    out = []
    for samples, phones in clips:
        motion = runtime.animate(samples, **options)
        out.append(metrics.closures(geometry.of_offsets(motion.offsets).gap, phones, FPS))
    return np.array(out)


def recording(runtime, path, names, **options):
    """Span of jawOpen, its correlation with the log energy, channels that move by more than .02."""
    motion = runtime.animate(path, offsets=False, **options)
    jaw = motion.weights[:, names.index("jawOpen")]
    return dict(span=float(np.ptp(jaw)), energy_r=float(np.corrcoef(jaw, energy(sound_of(path), len(jaw)))[0, 1]),
                moving=int((np.ptp(motion.weights, 0) > 0.02).sum()))


def silence(runtime, names, seconds, noise_db=None, **options):
    """Mean and largest jawOpen over digital silence or faint noise."""
    samples = np.zeros(int(seconds * 16000))
    if noise_db is not None:
        samples = np.random.default_rng(0).normal(size=len(samples)) * 10 ** (noise_db / 20)
    motion = runtime.animate(np.round(samples * 32767).astype(np.int16), offsets=False, **options)
    jaw = motion.weights[:, names.index("jawOpen")]
    return float(jaw.mean()), float(jaw.max())
