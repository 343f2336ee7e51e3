"""Ground truth: a stochastic rule system that animates a phone-timed clip at 30 fps.

Mouth: dominance functions, F(t) = sum(D_s T_s) / (sum(D_s) + D_0), D_s = a_s exp(-theta |t - t_s|) (Cohen and Massaro
1993) with the apex held from 15 to 75 % of a phone (after JALI, Edwards 2016), and a jaw that a loud voice lowers; then
hard rules: m b p close, f v touch the teeth, sibilants narrow the jaw. Upper face and head: blinks, saccades, accents, nods, sway.
Everything has variance on purpose: a diffusion model needs real conditional entropy.
"""

import numpy as np

from .config import EYE_DEGREES, FPS
from .phones import VOWELS
from .visemes import BILABIAL, CHANNELS, LABIODENTAL, SIBILANT, TARGETS, dominance

REST = 0.12  # D_0, the dominance of rest
LOUD_JAW = 0.22  # how far a loud voice lowers the jaw under whatever is said
# How much stays of an open jaw, and at most, while lips or teeth meet: lips do not wait for the jaw to close.
JAW_KEPT = {"lips": (0.8, 0.32), "teeth": (0.8, 0.24), "lip on teeth": (0.65, 0.17)}
ROUNDING_FRAMES = 7  # lips are rounded within 0.2 s, whatever the phones do
BREATH = 0.05, 0.09  # the jaw within 0.7 s of speech: a mouth shuts for m, b, p and for good, not between two words
BURST_S = 0.05  # after silence the lips close this much before a label of m, b or p begins
TIMING_S, AMOUNT = 0.012, 0.10  # spread of apex times and of targets
ACCENTS_APART_S = 0.5
NOD_S = 0.2, 0.6  # before and after its apex
DRIFT = 0.35, 0.6, 0.35  # degrees of pitch, yaw, roll that follow from nothing
DEGREES_PER_LOOK = {"eyeLook" + way.capitalize(): degrees for way, degrees in EYE_DEGREES.items()}


def smoothed(values, kernel):
    """Values [F] through a kernel of odd length, level beyond both ends."""
    return np.convolve(np.pad(values, len(kernel) // 2, "edge"), kernel, "valid")


def window(frames):
    """Smoothing kernel of so many frames, a raised cosine."""
    shape = np.hanning(frames + 2)[1:-1]
    return shape / shape.sum()


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

    def loudness_track(self):
        """[F] 0..1: loudness of the frames, from 30 dB below the clip's loud parts up to them, smoothed over 0.1 s."""
        kernel = np.hanning(12)[1:-1]
        level = np.convolve(np.clip(self.energy / 30 + 1, 0, 1), kernel / kernel.sum(), "same")
        return np.interp(self.time, np.arange(len(level)) / 100, level)

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
        name = phone
        if phone == "HH":
            name = next((p for p, _, _ in clip.segments[i + 1 : i + 2] if p in VOWELS), "AH")
        shapes = TARGETS[name]
        amount = 1.0
        if phone == "HH":
            amount = 0.5
        elif phone in VOWELS:
            amount = 0.65 + 0.55 * clip.loudness(start, end)
            if phone in ("AH", "IH") and end - start < 0.06:
                amount *= 0.6
        cut = start + 0.55 * (end - start)
        spans = [(start, end)] if len(shapes) == 1 else [(start, cut), (cut, end)]
        for (a, b), shape in zip(spans, shapes):
            target = np.array(shape) * amount * (1 + AMOUNT * clip.rng.normal(size=len(CHANNELS)))
            target[0] *= clip.jaw_amount
            target[1:] *= clip.lip_amount
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
    for strength, columns in ((jaw, [0, 10]), (lips, list(range(1, 10)))):
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


def mouth(clip):
    """Sets the mouth channels: blending, then what must happen whatever the neighbours."""
    blended = blend(clip)
    kernel = np.array([0.2, 0.6, 0.2])
    w = {c: smoothed(blended[:, i], kernel) for i, c in enumerate(CHANNELS)}
    w["jawOpen"] = w["jawOpen"] + LOUD_JAW * clip.jaw_amount * clip.loudness_track()
    for channel in ("mouthFunnel", "mouthPucker"):
        w[channel] = smoothed(w[channel], window(ROUNDING_FRAMES))
    press = {c: w[c] for c in ("mouthPress", "mouthRollLower", "mouthRollUpper")}
    narrow = gate(clip, SIBILANT, 0.06, 0.06)
    teeth = gate(clip, LABIODENTAL, 0.06, 0.06)
    w["mouthLowerDown"] *= 1 - teeth
    w["mouthRollLower"] = np.maximum(w["mouthRollLower"], 0.45 * teeth * clip.lip_amount)
    closed = gate(clip, BILABIAL, 0.07, 0.055)
    for channel in ("mouthLowerDown", "mouthUpperUp", "mouthFunnel", "tongueOut"):
        w[channel] = w[channel] * (1 - closed)
    for channel in ("mouthPucker", "mouthStretch", "mouthSmile"):
        w[channel] = w[channel] * (1 - 0.5 * closed)
    for meeting, (kept, most) in ((narrow, JAW_KEPT["teeth"]), (teeth, JAW_KEPT["lip on teeth"]),
                                  (closed, JAW_KEPT["lips"])):
        w["jawOpen"] = w["jawOpen"] * (1 - meeting) + np.minimum(kept * w["jawOpen"], most) * meeting
    w["mouthClose"] = w["jawOpen"] * closed
    w["mouthPress"] = np.maximum(press["mouthPress"], 0.40 * closed)
    w["mouthRollLower"] = np.maximum(w["mouthRollLower"], 0.20 * closed)
    w["mouthRollUpper"] = np.maximum(press["mouthRollUpper"], 0.14 * closed)
    silence = gate(clip, {"SIL"}, 0.05, 0.05)
    rest = smoothed(silence, np.ones(19) / 19)
    asleep = smoothed(silence, np.ones(43) / 43) > 0.999
    part = clip.rng.uniform()
    parted = np.where(asleep, 0.03 * part, BREATH[0] + (BREATH[1] - BREATH[0]) * part)
    w["jawOpen"] = np.maximum(w["jawOpen"], smoothed(parted, window(9)) * (1 - closed))
    clip.closed, clip.silent = closed, rest
    for name in ("jawOpen", "mouthClose", "mouthFunnel", "mouthPucker", "mouthRollLower", "mouthRollUpper",
                 "tongueOut"):
        clip.weights[name] = w[name]
    lean = clip.rng.normal(0, 0.06)
    for name in ("mouthLowerDown", "mouthUpperUp", "mouthStretch", "mouthSmile", "mouthPress"):
        for side, sign in (("Left", 1), ("Right", -1)):
            clip.weights[name + side] = w[name] * (1 + sign * lean)


def blinks(clip):
    """Log-normal intervals, median 3.5 s; lids close in 70 ms, stay 30, open in 150."""
    lids = np.zeros(clip.frames)
    t = clip.rng.uniform(-2, 2)
    while t < clip.time[-1]:
        depth = clip.rng.uniform(0.85, 1.0)
        lids = np.maximum(lids, depth * clip.bump(t, t + 0.07, t + 0.25, hold=0.03))
        t += 3.5 * np.exp(clip.rng.normal(0, 0.5))
        if clip.rng.random() < 0.08:
            t -= 2.5  # now and then two in a row
    return lids


def gaze(clip, lids):
    """Saccades, 0.7 a second, around the listener; sets the eight look channels, lids follow downwards."""
    across, up = np.zeros(clip.frames), np.zeros(clip.frames)
    t, x, y = 0.0, clip.rng.normal(0, 3.0), clip.rng.normal(0, 1.5)
    while t < clip.time[-1]:
        across[clip.time >= t], up[clip.time >= t] = x, y
        t += clip.rng.exponential(1 / 0.7) + 0.2
        away = 1.0 if clip.rng.random() < 0.8 else 2.2
        x, y = clip.rng.normal(0, 4.5 * away), clip.rng.normal(-0.5, 2.5 * away)
    kernel = np.array([0.15, 0.7, 0.15])
    across = smoothed(across, kernel) + clip.wander(0.4, 0.4)
    up = smoothed(up, kernel) + clip.wander(0.3, 0.4) - 3.0 * lids
    w, per = clip.weights, DEGREES_PER_LOOK
    w["eyeLookOutLeft"] = w["eyeLookInRight"] = np.clip(across, 0, 22) / per["eyeLookOut"]
    w["eyeLookInLeft"] = w["eyeLookOutRight"] = np.clip(-across, 0, 22) / per["eyeLookIn"]
    for side in ("Left", "Right"):
        w["eyeLookUp" + side] = np.clip(up, 0, 10) / per["eyeLookUp"]
        w["eyeLookDown" + side] = np.clip(-up, 0, 18) / per["eyeLookDown"]
        w["eyeBlink" + side] = np.clip(lids + 0.1 * w["eyeLookDown" + side], 0, 1)


def accents(clip):
    """[(time, strength 0..1)] of pitch accents: the most prominent vowels, at least 0.5 s apart."""
    found = []
    for phone, start, end in clip.segments:
        if phone in VOWELS and end - start > 0.05:
            prominence = clip.loudness(start, end) + 0.2 * np.log(min(end - start, 0.25) / 0.1)
            if prominence > 0.65:
                found.append((prominence, (start + end) / 2))
    kept = []
    for prominence, t in sorted(found, reverse=True):
        if all(abs(t - other) >= ACCENTS_APART_S for other, _ in kept):
            kept.append((t, float(np.clip((prominence - 0.55) / 0.5, 0, 1))))
    return sorted(kept)


def phrases(clip):
    """[(from_s, to_s)] of the stretches between pauses of a quarter of a second."""
    out = []
    for phone, start, end in clip.segments:
        if phone == "SIL" and end - start > 0.25:
            continue
        if out and start - out[-1][1] < 0.25:
            out[-1][1] = end
        else:
            out.append([start, end])
    return out


def settle(clip, times, deviation, seconds=0.45):
    """Poses held from one of the given times to the next and changed there within `seconds`, smoothly."""
    out, value = np.zeros(clip.frames), 0.0
    for t in times:
        new = 0.4 * value + clip.rng.normal(0, deviation)
        part = np.clip((clip.time - t) / seconds + 0.5, 0, 1)
        out += (new - value) * (0.5 - 0.5 * np.cos(np.pi * part))
        value = new
    return out


def head(clip, marked):
    """[F, 6] axis-angle rad and mm: nods on accents, phrases begin raised and end lowered, the head turns with them.

    When the head moves follows from the sound, where it turns does not; a slow drift lies under both.
    """
    rng = clip.rng
    pitch = np.zeros(clip.frames)
    for t, strength in marked:
        t += rng.normal(0, 0.02)
        if rng.random() < 0.92:
            size = (1.3 + 3.4 * strength) * max(rng.normal(1, 0.2), 0.3)
            pitch += size * clip.bump(t - NOD_S[0], t + 0.02, t + NOD_S[1])
    starts = []
    for start, end in phrases(clip):
        size = max(rng.normal(1, 0.25), 0.2)
        pitch -= 1.8 * size * clip.bump(start - 0.35, start + 0.05, start + 0.9)
        pitch += 1.5 * size * clip.bump(end - 0.5, end, end + 0.7)
        starts.append(start)
    turns = sorted(starts + [t + NOD_S[1] for t, strength in marked if strength > 0.5])
    lively = 0.6 + 0.4 * (1 - clip.silent)
    pitch = pitch + lively * clip.wander(DRIFT[0], 2.5) + rng.normal(0, 0.8)
    yaw = settle(clip, turns, 2.2) + lively * clip.wander(DRIFT[1], 2.5) + rng.normal(0, 1.2)
    roll = settle(clip, turns, 1.4) + lively * clip.wander(DRIFT[2], 2.5)
    lean = np.stack([0.35 * yaw + clip.wander(0.6, 2.5), clip.wander(0.5, 2.0) - 0.25 * pitch,
                     0.3 * pitch + clip.wander(1.3, 2.5)], 1)
    return np.concatenate([np.radians(np.stack([pitch, yaw, roll], 1)), lean], 1)


def upper_face_and_head(clip):
    """Brows, squint, smile offsets, and the head: accents nod, phrase ends tilt, the rest sways."""
    rng, w = clip.rng, clip.weights
    lids = blinks(clip)
    gaze(clip, lids)
    brow, marked = np.zeros(clip.frames), accents(clip)
    for t, strength in marked:
        if rng.random() < 0.25 + 0.6 * strength:
            height = (0.10 + 0.35 * strength) * max(rng.normal(1, 0.25), 0.2)
            brow = np.maximum(brow, height * clip.bump(t - 0.16, t, t + 0.32, hold=0.06))
    calm = rng.uniform(0, 0.05)
    w["browInnerUp"] = np.clip(brow + calm + clip.wander(0.02, 0.8), 0, 1)
    for side in ("Left", "Right"):
        share = rng.uniform(0.7, 1.0)
        w["browOuterUp" + side] = np.clip(share * brow + clip.wander(0.015, 0.8), 0, 1)
    frown = max(0.0, rng.normal(0, 0.06)) + np.clip(clip.wander(0.05, 1.0), 0, 1)
    smile, squint = max(0.0, rng.normal(0.03, 0.07)), rng.uniform(0.0, 0.10)
    swell = np.clip(1 + clip.wander(0.35, 1.5), 0, 2)
    for side in ("Left", "Right"):
        w["browDown" + side] = frown * (1 - np.clip(2 * brow, 0, 1))
        w["eyeSquint" + side] = np.clip(squint * swell + 0.3 * smile, 0, 1)
        w["eyeWide" + side] = np.clip(0.35 * brow - 0.05, 0, 1)
        w["cheekSquint" + side] = 0.7 * smile * swell
        w["mouthSmile" + side] = w["mouthSmile" + side] + smile * swell * (1 - 0.3 * clip.closed)
        w["mouthDimple" + side] = 0.4 * smile * swell
        w["noseSneer" + side] = 0.12 * w["mouthUpperUp" + side]
    w["mouthShrugUpper"] = 0.1 * clip.closed * rng.uniform(0, 1)
    sideways = clip.wander(0.015, 0.7) * (1 - clip.silent)
    w["jawLeft"], w["jawRight"] = np.clip(sideways, 0, 1), np.clip(-sideways, 0, 1)
    return head(clip, marked)


def gather(clip, names):
    """The clip's channels -> [frames, names] in 0..1; a channel that was not set rests at 0."""
    out = np.zeros((clip.frames, len(names)), np.float32)
    place = {n: i for i, n in enumerate(names)}
    for name, values in clip.weights.items():
        out[:, place[name]] = np.clip(values, 0, 1)
    return out


def animate(segments, energy, frames, names, rng):
    """-> (weights [frames, 52] in 0..1 in the order of `names`, pose [frames, 6]: axis-angle rad, mm)."""
    clip = Clip(segments, energy, frames, rng)
    mouth(clip)
    pose = upper_face_and_head(clip)
    return gather(clip, names), pose.astype(np.float32)


def frame_count(mel_frames):
    """Animation frames of a clip of 10 ms frames."""
    return max(1, int(mel_frames / 2 * FPS / 50 + 0.5))
