"""Ground truth of everything but the mouth: lids, eyes, brows, head. They follow the sound where people's do.

Heads accent what is prominent, mark phrases, and hold still between; eyes rest on the listener in the world, so they turn
against the head (the vestibulo-ocular reflex), look away while a phrase has begun, and drop in a blink. The two sides of a face
are never each other's mirror. Nobody winks here: that is a style. A voice that is aroused moves head and brows more.
"""

import numpy as np

from ..config import EYE_DEGREES
from ..speech.phones import VOWELS
from .animation import Clip, gather, mouth, smoothed

ACCENTS_APART_S = 0.6
NODDED = 0.30, 0.55  # share of the accents that the head marks: of the weakest; how much more of the strongest
MARKED, TURNED = 0.45, 0.25  # share of the phrases that the head marks; of strong accents that it turns with
NOD_S = 0.16, 0.42  # before and after its apex
DRIFT = 0.18, 0.30, 0.18  # degrees of pitch, yaw, roll that follow from nothing
DRIFT_S = 4.0  # how long a drift remembers
DEGREES_PER_LOOK = {"eyeLook" + way.capitalize(): degrees for way, degrees in EYE_DEGREES.items()}
HELD = 0.95  # of the head's turn that the eyes undo (vestibulo-ocular reflex, gain of adults looking at something)
REACH = 22.0, 10.0, 18.0  # degrees of the eyes in the head: aside, up, down; beyond that the gaze follows the head
AWAY = 0.45, 0.7, 1.6  # share of phrases begun with the eyes away; how long, at least and at most, in seconds
DROP = 4.0  # degrees that the eyes go down in a blink
LIVELY = 0.45  # how much more, or less, head and brows do for a voice that is fully aroused, or not at all
SIDES_S = 0.012  # spread of the time by which one brow or lid is ahead of the other


def blinks(clip):
    """[left, right], each [F]: log-normal intervals, median 3.5 s; lids close in 70 ms, stay 30, open in 150."""
    lids = np.zeros((2, clip.frames))
    t = clip.rng.uniform(-2, 2)
    while t < clip.time[-1]:
        depth = clip.rng.uniform(0.88, 1.0)
        for lid in lids:
            own, late = depth * clip.rng.uniform(0.95, 1.0), clip.rng.normal(0, SIDES_S / 2)
            np.maximum(lid, own * clip.bump(t + late, t + late + 0.07, t + late + 0.25, hold=0.03), out=lid)
        t += 3.5 * np.exp(clip.rng.normal(0, 0.5))
        if clip.rng.random() < 0.08:
            t -= 2.5  # now and then two in a row
    return lids


def targets(clip):
    """[F, 2] where the eyes look in the world, degrees to the left and down from the listener's face: between the listener's eyes
    and mouth mostly, aside while a phrase has begun."""
    rng, out = clip.rng, np.zeros((clip.frames, 2))
    t = 0.0
    while t < clip.time[-1]:
        out[clip.time >= t] = rng.normal(0, 0.9), abs(rng.normal(0, 1.2)) - 0.4
        t += 0.3 + rng.exponential(1.1)
    for start, end in phrases(clip):
        if rng.random() < AWAY[0] and end - start > 0.8:
            first, last = start - rng.uniform(0.1, 0.5), start + rng.uniform(*AWAY[1:])
            aside = rng.choice((-1, 1)) * rng.uniform(5, 13), rng.normal(1.5, 4.5)
            out[(clip.time >= first) & (clip.time < last)] = aside
    return out


def gaze(clip, pose):
    """Sets the eight look channels from where the eyes look and how the head is turned; the very last thing of a clip, so that
    nothing turns the head after it. What styles put there (a lowered look) moves the gaze in the world."""
    w, per, head = clip.weights, DEGREES_PER_LOOK, np.degrees(pose[:, [1, 0]])
    world = targets(clip) + clip.look
    world[:, 1] += per["eyeLookDown"] * np.mean([w.pop("eyeLookDown" + s, np.zeros(clip.frames)) for s in ("Left", "Right")], 0)
    kernel = np.array([0.12, 0.76, 0.12])  # a saccade takes about one frame
    eyes = np.stack([smoothed(world[:, k], kernel) for k in (0, 1)], 1) - HELD * head
    eyes += np.stack([clip.wander(0.12, 0.3), clip.wander(0.12, 0.3)], 1)
    lids = np.maximum(w["eyeBlinkLeft"], w["eyeBlinkRight"])
    left, down = eyes[:, 0], eyes[:, 1] + DROP * np.clip(lids, 0, 1)
    aside, up, low = REACH
    w["eyeLookOutLeft"] = w["eyeLookInRight"] = np.clip(left, 0, aside) / per["eyeLookOut"]
    w["eyeLookInLeft"] = w["eyeLookOutRight"] = np.clip(-left, 0, aside) / per["eyeLookIn"]
    for side in ("Left", "Right"):
        w["eyeLookUp" + side] = np.clip(-down, 0, up) / per["eyeLookUp"]
        w["eyeLookDown" + side] = np.clip(down, 0, low) / per["eyeLookDown"]
        w["eyeBlink" + side] = np.clip(w["eyeBlink" + side] + 0.1 * w["eyeLookDown" + side], 0, 1)


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
    """[F, 6] axis-angle rad and mm: nods on accents, phrases begin raised and end lowered, the head turns with them; between these
    it holds still, and in long pauses it listens.

    When the head moves follows from the sound, where it turns does not.
    """
    rng, lively = clip.rng, 1 + LIVELY * clip.arousal
    pitch = np.zeros(clip.frames)
    for t, strength in marked:
        t += rng.normal(0, 0.02)
        if rng.random() < (NODDED[0] + NODDED[1] * strength) * lively:
            size = (1.3 + 3.4 * strength) * lively * max(rng.normal(1, 0.2), 0.3)
            pitch += size * clip.bump(t - NOD_S[0], t + 0.02, t + NOD_S[1])
    starts, spoken = [], phrases(clip)
    for start, end in spoken:
        if rng.random() > MARKED * lively:
            continue
        size = max(rng.normal(1, 0.25), 0.2)
        pitch -= 1.8 * size * clip.bump(start - 0.35, start + 0.05, start + 0.6)
        pitch += 1.5 * size * clip.bump(end - 0.4, end, end + 0.5)
        starts.append(start)
    for (_, end), (start, _) in zip(spoken, spoken[1:]):
        if start - end > 1.4 and rng.random() < 0.4:
            t = rng.uniform(end + 0.5, start - 0.7)
            pitch += rng.uniform(1, 2.5) * clip.bump(t - 0.2, t, t + 0.45)  # listens
    turns = sorted(starts + [t + NOD_S[1] for t, strength in marked if strength > 0.6 and rng.random() < TURNED])
    pitch = pitch + clip.wander(DRIFT[0], DRIFT_S) + rng.normal(0, 0.8)
    yaw = settle(clip, turns, 2.2 * lively) + clip.wander(DRIFT[1], DRIFT_S) + rng.normal(0, 1.2)
    roll = settle(clip, turns, 1.4 * lively) + clip.wander(DRIFT[2], DRIFT_S)
    lean = np.stack([0.35 * yaw + clip.wander(0.3, DRIFT_S), clip.wander(0.25, DRIFT_S) - 0.25 * pitch,
                     0.3 * pitch + clip.wander(0.6, DRIFT_S)], 1)
    return np.concatenate([np.radians(np.stack([pitch, yaw, roll], 1)), lean], 1)


def raised(clip, marked, late):
    """[F] how far accents raise a brow that is `late` against the other."""
    out = np.zeros(clip.frames)
    for t, height in marked:
        t, own = t + late, height * max(clip.rng.normal(1, 0.12), 0.5)
        out = np.maximum(out, own * clip.bump(t - 0.16, t, t + 0.32, hold=0.06))
    return out


def upper_face_and_head(clip):
    """Lids, brows, squint, smile offsets, and the head; -> pose [F, 6]. The eyes come last (`gaze`)."""
    rng, w = clip.rng, clip.weights
    marked = accents(clip)
    lively = 1 + LIVELY * clip.arousal
    lifted = [(t, (0.10 + 0.35 * strength) * lively * max(rng.normal(1, 0.25), 0.2)) for t, strength in marked
              if rng.random() < (0.25 + 0.6 * strength) * lively]
    calm, smile, squint = rng.uniform(0, 0.05), max(0.0, rng.normal(0.03, 0.07)), rng.uniform(0.02, 0.12)
    together, frown = clip.wander(0.015, 0.8), max(0.0, rng.normal(0, 0.06)) + np.clip(clip.wander(0.05, 1.0), 0, 1)
    swell, screwed = np.clip(1 + clip.wander(0.35, 1.5), 0, 2), clip.wander(0.10, 1.2)
    inner = np.zeros(clip.frames)
    for side, lid in zip(("Left", "Right"), blinks(clip)):
        brow = raised(clip, lifted, rng.normal(0, SIDES_S))
        share, own = rng.uniform(0.6, 1.0), clip.wander(0.02, 0.7)
        inner += 0.5 * brow
        w["eyeBlink" + side] = lid
        w["browOuterUp" + side] = np.clip(share * brow + together + own, 0, 1)
        drawn = np.clip(frown * rng.uniform(0.8, 1.2) + clip.wander(0.015, 0.8), 0, 1)
        w["browDown" + side] = drawn * (1 - np.clip(2 * brow, 0, 1))
        w["eyeSquint" + side] = np.clip(squint * swell + screwed + clip.wander(0.02, 0.8) + 0.3 * smile, 0, 1)
        w["eyeWide" + side] = np.clip(0.35 * brow - 0.05, 0, 1)
        w["cheekSquint" + side] = 0.7 * smile * swell
        w["mouthSmile" + side] = w["mouthSmile" + side] + smile * swell * (1 - 0.3 * clip.closed)
        w["mouthDimple" + side] = 0.4 * smile * swell
        w["noseSneer" + side] = 0.12 * w["mouthUpperUp" + side]
    w["browInnerUp"] = np.clip(inner + calm + clip.wander(0.02, 0.8), 0, 1)
    w["mouthShrugUpper"] = 0.1 * clip.closed * rng.uniform(0, 1)
    sideways = clip.wander(0.015, 0.7) * (1 - clip.silent)
    w["jawLeft"], w["jawRight"] = np.clip(sideways, 0, 1), np.clip(-sideways, 0, 1)
    return head(clip, marked)


def animate(segments, energy, frames, names, rng):
    """-> (weights [frames, 52] in 0..1 in the order of `names`, pose [frames, 6]: axis-angle rad, mm)."""
    clip = Clip(segments, energy, frames, rng)
    mouth(clip)
    pose = upper_face_and_head(clip)
    gaze(clip, pose)
    return gather(clip, names), pose.astype(np.float32)
