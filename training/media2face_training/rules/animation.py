"""Ground truth: a stochastic rule system that animates a phone-timed clip at 30 fps. Here the mouth; `bearing` has the rest.

Dominance functions, F(t) = sum(D_s T_s) / (sum(D_s) + D_0), D_s = a_s exp(-theta |t - t_s|) (Cohen and Massaro 1993) with
the apex held from 15 to 75 % of a phone (after JALI, Edwards et al. 2016). The jaw is the phone's; a loud voice lowers it in
vowels only. Then hard rules: m b p close, f v touch the teeth, sibilants narrow the jaw, oo and ee keep it high, pauses shut
the mouth. Everything has variance on purpose: a diffusion model needs real conditional entropy.
"""

import numpy as np

from ..config import FPS
from ..speech.phones import VOWELS
from .visemes import BILABIAL, CHANNELS, EE, LABIODENTAL, OF_THE_JAW, OO, SIBILANT, TARGETS, dominance

# Every constant of the mouth and where it is from. "Fitted" names what on; "by eye" is chosen by eye and fitted on nothing.
# Times are in seconds; shares are of a phone's length or of a weight.

# Coarticulation
REST = 0.12  # D_0, the dominance of rest: by eye
APEX = 0.15, 0.75  # of a phone, where its target is held: the end is JALI's (Edwards et al. 2016), the beginning by eye
SECOND = 0.55  # of a diphthong, where its second target begins: by eye
CORNERS = np.array([0.2, 0.6, 0.2])  # over frames, against corners: by eye
SWAY = np.hanning(11)[1:-1]  # the same for what wanders: by eye

# How far a phone opens
LOUD_DB = 25  # softest, below the clip's loud parts: by eye
# Of a vowel's jaw and lips, softest and loudest; consonants keep theirs. Fitted on a performer's two clips to learn from: how
# much of her opening in speech is loudness (`evaluation.rules`).
LOUD_JAW, LOUD_LIPS = (0.50, 1.15), (0.75, 1.10)
SCHWA, SCHWA_S = 0.6, 0.06  # of a short AH or IH, and how short: by eye
BREATHED = 0.5  # of the next vowel's shape in an h: by eye
JAW_AMOUNT, LIP_AMOUNT = (0.75, 1.2), (0.75, 1.15)  # a speaker's habit, drawn once a clip: by eye

# What must meet, whatever the neighbours
# How much of an open jaw stays, and at most, while lips or teeth meet: lips do not wait for the jaw to close. Fitted on three
# clips of a performer: a jaw that shuts there cost her opening .1 of its correlation. The most, and oo and ee: by eye.
JAW_KEPT = {"lips": (0.8, 0.22), "teeth": (0.7, 0.13), "lip on teeth": (0.5, 0.09), "oo": (1.0, 0.16), "ee": (1.0, 0.18)}
# How long what meets takes before and after: by eye.
RAMPS_S = {"lips": (0.07, 0.055), "teeth": (0.06, 0.06), "lip on teeth": (0.06, 0.06), "oo": (0.05, 0.05), "ee": (0.05, 0.05)}
EARLY_S, SHORTEST_S = 0.02, 0.045  # how much before its label it meets, and how long at least: by eye, a frame is .033
BURST_S = 0.05  # after silence the lips close this much earlier still, for a label begins at the burst: by eye
BITE = {"mouthRollLower": 0.45, "mouthShrugLower": 0.32, "mouthUpperUp": 0.22}  # of f and v, at least: by eye
SEAL = {"mouthPress": 0.40, "mouthRollLower": 0.20, "mouthRollUpper": 0.14}  # of m, b and p, at least: by eye
SEALED = 0.5  # of pucker, stretch and smile that closed lips take away: by eye

# Pauses
# One shorter than the first leaves the mouth as it is, one longer than the second shuts it. Fitted on a performer's two clips
# to learn from, whose jaw is open in at most 1 % of the frames of her pauses.
SHUT_S = 0.12, 0.34
SHUTTING_S, OPENING_S = 0.14, 0.10  # from the last sound to a shut mouth; from there to the next: by eye
PARTED = 0.03  # the jaw of a mouth at rest, at most: by eye
QUIET_S, QUIET = 0.05, np.ones(19) / 19  # how silence fades in and out, over frames: by eye

# Chance: a diffusion model needs real conditional entropy
TIMING_S, AMOUNT = 0.012, 0.10  # spread of apex times and of targets: by eye
LEAN = 0.06  # spread of how much more one side does: by eye


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
        self.look = np.zeros((frames, 2))  # degrees to the left and down that the eyes are turned in the world by a style
        self.arousal = 0.0  # of the voice, -1..1
        self.jaw_amount, self.lip_amount = rng.uniform(*JAW_AMOUNT), rng.uniform(*LIP_AMOUNT)

    def loudness(self, start, end):
        """0..1: the loudest 10 ms of a stretch, from LOUD_DB below the clip's loud parts up to them."""
        part = self.energy[int(start * 100) : max(int(end * 100), int(start * 100) + 1)]
        return float(np.clip(part.max() / LOUD_DB + 1, 0, 1)) if len(part) else 0.0

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
        return deviation * np.convolve(out, SWAY / SWAY.sum(), "same")[15 : 15 + self.frames]


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
        jaw = lips = BREATHED if phone == "HH" else 1.0
        if phone in VOWELS:
            loud = clip.loudness(start, end)
            jaw, lips = (low + (high - low) * loud for low, high in (LOUD_JAW, LOUD_LIPS))
            if phone in ("AH", "IH") and end - start < SCHWA_S:
                jaw, lips = SCHWA * jaw, SCHWA * lips
        cut = start + SECOND * (end - start)
        spans = [(start, end)] if len(shapes) == 1 else [(start, cut), (cut, end)]
        for (a, b), shape in zip(spans, shapes):
            target = np.array(shape) * (1 + AMOUNT * clip.rng.normal(size=len(CHANNELS)))
            target[_JAW] *= jaw * clip.jaw_amount
            target[_LIPS] *= lips * clip.lip_amount
            shift = clip.rng.normal(0, TIMING_S)
            sources.append((phone, a + APEX[0] * (b - a) + shift, a + APEX[1] * (b - a) + shift, target))
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
            start, end = start - EARLY_S - early + shift, max(end - EARLY_S, start + SHORTEST_S) + shift
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
    w = {c: smoothed(blended[:, i], CORNERS) for i, c in enumerate(CHANNELS)}
    press = {c: w[c] for c in ("mouthPress", "mouthRollLower", "mouthRollUpper")}
    narrow = gate(clip, SIBILANT, *RAMPS_S["teeth"])
    teeth = gate(clip, LABIODENTAL, *RAMPS_S["lip on teeth"])
    w["mouthLowerDown"] *= 1 - teeth
    # The lower lip turns in and up, the upper one bares the teeth that it touches.
    for channel, least in BITE.items():
        w[channel] = np.maximum(w[channel], least * teeth * clip.lip_amount)
    closed = gate(clip, BILABIAL, *RAMPS_S["lips"])
    for channel in ("mouthLowerDown", "mouthUpperUp", "mouthFunnel", "tongueOut"):
        w[channel] = w[channel] * (1 - closed)
    for channel in ("mouthPucker", "mouthStretch", "mouthSmile"):
        w[channel] = w[channel] * (1 - SEALED * closed)
    high = {name: gate(clip, phones, *RAMPS_S[name]) for name, phones in (("oo", OO), ("ee", EE))}
    for name, meeting in (*high.items(), ("teeth", narrow), ("lip on teeth", teeth), ("lips", closed)):
        meet(w, meeting, *JAW_KEPT[name])
    resting = shut(clip)
    for channel in CHANNELS:
        w[channel] = w[channel] * (1 - resting * (1 - closed))
    parted = PARTED * clip.rng.uniform()  # lips of some people never meet at rest
    w["jawOpen"] = np.maximum(w["jawOpen"], parted * resting * (1 - closed))
    w["mouthClose"] = w["jawOpen"] * closed
    w["mouthPress"] = np.maximum(press["mouthPress"] * (1 - resting), SEAL["mouthPress"] * closed)
    w["mouthRollLower"] = np.maximum(w["mouthRollLower"], SEAL["mouthRollLower"] * closed)
    w["mouthRollUpper"] = np.maximum(press["mouthRollUpper"] * (1 - resting), SEAL["mouthRollUpper"] * closed)
    clip.closed, clip.silent = closed, smoothed(gate(clip, {"SIL"}, QUIET_S, QUIET_S), QUIET)
    for name in ("jawOpen", "jawForward", "mouthClose", "mouthFunnel", "mouthPucker", "mouthRollLower", "mouthRollUpper",
                 "mouthShrugLower", "tongueOut"):
        clip.weights[name] = w[name]
    lean = clip.rng.normal(0, LEAN)
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
