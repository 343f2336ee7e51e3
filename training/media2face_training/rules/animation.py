"""Ground truth: a stochastic rule system that animates a phone-timed clip at 30 fps. Here the mouth; `bearing` has the rest.

Dominance functions, F(t) = sum(D_s T_s) / (sum(D_s) + D_0), D_s = a_s exp(-theta |t - t_s|) (Cohen and Massaro 1993) with
the apex held from 15 to 75 % of a phone (after JALI, Edwards 2016). The jaw is the phone's; a loud voice lowers it in
vowels only. Then hard rules: m b p close, f v touch the teeth, sibilants narrow the jaw, oo and ee keep it high, pauses shut
the mouth. Everything has variance on purpose: a diffusion model needs real conditional entropy.
"""

import numpy as np

from ..config import FPS
from ..speech.phones import VOWELS
from .visemes import BILABIAL, CHANNELS, EE, LABIODENTAL, OF_THE_JAW, OO, SIBILANT, TARGETS, dominance

REST = 0.12  # D_0, the dominance of rest
# What loudness makes of a vowel's jaw and lips, from 25 dB below the clip's loud parts up to them; consonants keep theirs.
LOUD_JAW, LOUD_LIPS = (0.50, 1.15), (0.75, 1.10)
# How much stays of an open jaw, and at most, while lips or teeth meet: lips do not wait for the jaw to close.
JAW_KEPT = {"lips": (0.8, 0.22), "teeth": (0.7, 0.13), "lip on teeth": (0.5, 0.09), "oo": (1.0, 0.16), "ee": (1.0, 0.18)}
SHUT_S = 0.12, 0.34  # a pause shorter than the first leaves the mouth as it is, one longer than the second shuts it
SHUTTING_S, OPENING_S = 0.14, 0.10  # from the last sound to a shut mouth; from there to the next
PARTED = 0.03  # the jaw of a mouth at rest, at most
BURST_S = 0.05  # after silence the lips close this much before a label of m, b or p begins
TIMING_S, AMOUNT = 0.012, 0.10  # spread of apex times and of targets


_JAW = [CHANNELS.index(name) for name in OF_THE_JAW]
_LIPS = [k for k in range(len(CHANNELS)) if k not in _JAW]


def smoothed(values, kernel):
    """Values [F] through a kernel of odd length, level beyond both ends."""
    return np.convolve(np.pad(values, len(kernel) // 2, "edge"), kernel, "valid")


class Clip:
    """One clip being animated: times [F] s, channels by name, random generator."""

    def __init__(self, segments, energy, frames, rng):
        self.segments = [(c or "AH", a, b) for c, a, b in segments]
        self.rng, self.frames = rng, frames
        self.time = (np.arange(frames) + 0.5) / FPS
        self.energy = np.asarray(energy, np.float32)
        self.weights = {}
        self.jaw_amount, self.lip_amount = rng.uniform(0.75, 1.2), rng.uniform(0.75, 1.15)

    def loudness(self, start, end):
        """0..1: the loudest 10 ms of a stretch, from 25 dB below the clip's loud parts up to them."""
        part = self.energy[int(start * 100) : max(int(end * 100), int(start * 100) + 1)]
        return float(np.clip(part.max() / 25 + 1, 0, 1)) if len(part) else 0.0

    def bump(self, start, peak, end, hold=0.0):
        """0..1 over the frames: raised cosine up from start to peak, held, down to end."""
        up = np.clip((self.time - start) / max(peak - start, 1e-3), 0, 1)
        down = np.clip((end - self.time) / max(end - peak - hold, 1e-3), 0, 1)
        return (0.5 - 0.5 * np.cos(np.pi * up)) * (0.5 - 0.5 * np.cos(np.pi * down))

    def wander(self, deviation, seconds):
        """Ornstein-Uhlenbeck process over the frames, smoothed."""
        step = 1 / (FPS * seconds)
        noise = self.rng.normal(size=self.frames + 30) * np.sqrt(2 * step)
        value, out = self.rng.normal(), []
        for n in noise:
            value += -value * step + n
            out.append(value)
        kernel = np.hanning(11)[1:-1]
        return deviation * np.convolve(out, kernel / kernel.sum(), "same")[15 : 15 + self.frames]


def targets_of(clip):
    """Sources of dominance: [(phone, from_s, to_s, target [channels])], scaled by stress, loudness and style."""
    sources = []
    for i, (phone, start, end) in enumerate(clip.segments):
        if phone == "SIL" and end - start < SHUT_S[0] and len(clip.segments) > 1:
            continue  # a stop within a word: the mouth is its neighbours'
        name = phone
        if phone == "HH":
            name = next((p for p, _, _ in clip.segments[i + 1 : i + 2] if p in VOWELS), "AH")
        shapes = TARGETS[name]
        jaw = lips = 0.5 if phone == "HH" else 1.0
        if phone in VOWELS:
            loud = clip.loudness(start, end)
            jaw, lips = (low + (high - low) * loud for low, high in (LOUD_JAW, LOUD_LIPS))
            if phone in ("AH", "IH") and end - start < 0.06:
                jaw, lips = 0.6 * jaw, 0.6 * lips
        cut = start + 0.55 * (end - start)
        spans = [(start, end)] if len(shapes) == 1 else [(start, cut), (cut, end)]
        for (a, b), shape in zip(spans, shapes):
            target = np.array(shape) * (1 + AMOUNT * clip.rng.normal(size=len(CHANNELS)))
            target[_JAW] *= jaw * clip.jaw_amount
            target[_LIPS] *= lips * clip.lip_amount
            shift = clip.rng.normal(0, TIMING_S)
            sources.append((phone, a + 0.15 * (b - a) + shift, a + 0.75 * (b - a) + shift, target))
    return sources


def blend(clip):
    """Dominance blending of all sources -> channels [F, channels]."""
    sources = targets_of(clip)
    first = np.array([s[1] for s in sources])[:, None]
    last = np.array([s[2] for s in sources])[:, None]
    target = np.array([s[3] for s in sources])
    jaw, lips, onset, decay = np.array([dominance(s[0]) for s in sources]).T[:, :, None]
    before, after = np.clip(first - clip.time, 0, None), np.clip(clip.time - last, 0, None)
    shape = np.exp(-onset * before - decay * after)
    out = np.zeros((clip.frames, len(CHANNELS)))
    for strength, columns in ((jaw, _JAW), (lips, _LIPS)):
        d = strength * shape
        out[:, columns] = (d.T @ target[:, columns]) / (d.sum(0)[:, None] + REST)
    return np.clip(out, 0, 1)


def gate(clip, phones, lead, tail):
    """0..1: one during the given phones, ramps of `lead` and `tail` seconds outside."""
    out = np.zeros(clip.frames)
    before = [None] + [phone for phone, _, _ in clip.segments]
    for previous, (phone, start, end) in zip(before, clip.segments):
        if phone in phones:
            shift = clip.rng.normal(0, TIMING_S / 2)
            early = BURST_S if phone in BILABIAL and previous == "SIL" else 0.0
            start, end = start - 0.02 - early + shift, max(end - 0.02, start + 0.045) + shift
            rise = np.clip(1 - (start - clip.time) / lead, 0, 1)
            fall = np.clip(1 - (clip.time - end) / tail, 0, 1)
            out = np.maximum(out, np.where(clip.time < start, rise, np.where(clip.time > end, fall, 1.0)))
    return out


def shut(clip):
    """0..1: how far pauses have shut the mouth: not at all within a word, wholly after a third of a second."""
    out = np.zeros(clip.frames)
    for phone, start, end in merged_silences(clip.segments):
        depth = np.clip((end - start - SHUT_S[0]) / (SHUT_S[1] - SHUT_S[0]), 0, 1)
        shift = clip.rng.normal(0, TIMING_S)
        fall = np.clip((clip.time - start - shift) / SHUTTING_S, 0, 1) if start > 0 else np.ones(clip.frames)
        rise = np.clip((end + shift - clip.time) / OPENING_S, 0, 1)
        if end >= clip.time[-1]:
            rise = np.ones(clip.frames)
        inside = np.minimum(fall, rise)
        out = np.maximum(out, depth * (0.5 - 0.5 * np.cos(np.pi * inside)))
    return out


def merged_silences(segments):
    """Silences of the segments, neighbours as one: [["SIL", from_s, to_s]]."""
    out = []
    for phone, start, end in segments:
        if phone != "SIL":
            continue
        if out and start - out[-1][2] < 1e-3:
            out[-1][2] = end
        else:
            out.append([phone, start, end])
    return out


def meet(w, gate_, kept, most):
    """The jaw keeps a share of its opening, and no more than `most`, while something is to meet."""
    w["jawOpen"] = w["jawOpen"] * (1 - gate_) + np.minimum(kept * w["jawOpen"], most) * gate_


def mouth(clip):
    """Sets the mouth channels: blending, then what must happen whatever the neighbours."""
    blended = blend(clip)
    kernel = np.array([0.2, 0.6, 0.2])
    w = {c: smoothed(blended[:, i], kernel) for i, c in enumerate(CHANNELS)}
    press = {c: w[c] for c in ("mouthPress", "mouthRollLower", "mouthRollUpper")}
    narrow = gate(clip, SIBILANT, 0.06, 0.06)
    teeth = gate(clip, LABIODENTAL, 0.06, 0.06)
    w["mouthLowerDown"] *= 1 - teeth
    # The lower lip turns in and up, the upper one bares the teeth that it touches.
    for channel, least in (("mouthRollLower", 0.45), ("mouthShrugLower", 0.32), ("mouthUpperUp", 0.22)):
        w[channel] = np.maximum(w[channel], least * teeth * clip.lip_amount)
    closed = gate(clip, BILABIAL, 0.07, 0.055)
    for channel in ("mouthLowerDown", "mouthUpperUp", "mouthFunnel", "tongueOut"):
        w[channel] = w[channel] * (1 - closed)
    for channel in ("mouthPucker", "mouthStretch", "mouthSmile"):
        w[channel] = w[channel] * (1 - 0.5 * closed)
    for name, meeting in (("oo", gate(clip, OO, 0.05, 0.05)), ("ee", gate(clip, EE, 0.05, 0.05)), ("teeth", narrow),
                          ("lip on teeth", teeth), ("lips", closed)):
        meet(w, meeting, *JAW_KEPT[name])
    resting = shut(clip)
    for channel in CHANNELS:
        w[channel] = w[channel] * (1 - resting * (1 - closed))
    parted = PARTED * clip.rng.uniform()  # lips of some people never meet at rest
    w["jawOpen"] = np.maximum(w["jawOpen"], parted * resting * (1 - closed))
    w["mouthClose"] = w["jawOpen"] * closed
    w["mouthPress"] = np.maximum(press["mouthPress"] * (1 - resting), 0.40 * closed)
    w["mouthRollLower"] = np.maximum(w["mouthRollLower"], 0.20 * closed)
    w["mouthRollUpper"] = np.maximum(press["mouthRollUpper"] * (1 - resting), 0.14 * closed)
    clip.closed, clip.silent = closed, smoothed(gate(clip, {"SIL"}, 0.05, 0.05), np.ones(19) / 19)
    for name in ("jawOpen", "jawForward", "mouthClose", "mouthFunnel", "mouthPucker", "mouthRollLower", "mouthRollUpper",
                 "mouthShrugLower", "tongueOut"):
        clip.weights[name] = w[name]
    lean = clip.rng.normal(0, 0.06)
    for name in ("mouthLowerDown", "mouthUpperUp", "mouthStretch", "mouthSmile", "mouthPress"):
        for side, sign in (("Left", 1), ("Right", -1)):
            clip.weights[name + side] = w[name] * (1 + sign * lean)


def gather(clip, names):
    """The clip's channels -> [frames, names] in 0..1; a channel that was not set rests at 0."""
    out = np.zeros((clip.frames, len(names)), np.float32)
    place = {n: i for i, n in enumerate(names)}
    for name, values in clip.weights.items():
        out[:, place[name]] = np.clip(values, 0, 1)
    return out


def frame_count(mel_frames):
    """Animation frames of a clip of 10 ms frames."""
    return max(1, int(mel_frames / 2 * FPS / 50 + 0.5))
