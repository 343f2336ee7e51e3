"""Emotions: how they change the voice, the amount of articulation and the face.

Offsets are ARKit weights at intensity 1 (a stem without side stands for left and right), pose is degrees of pitch
(down is positive) and roll. Near closures what opens the mouth gives way, so that the lips still seal.
"""

from dataclasses import dataclass, field

import numpy as np

from ..config import FPS
from ..vocabulary import ARKIT

ATTACK_S = 0.5
OPENS = ("jawOpen", "mouthUpperUp", "mouthLowerDown", "mouthFunnel")


@dataclass(frozen=True)
class Emotion:
    """Factors and offsets at intensity 1."""

    rate: float = 1.0
    semitones: float = 0.0
    range: float = 1.0
    gain_db: float = 0.0
    articulation: float = 1.0
    face: dict = field(default_factory=dict)
    pitch_deg: float = 0.0
    roll_deg: float = 0.0


EMOTIONS = {
    "neutral": Emotion(),
    "happy": Emotion(1.08, 3.0, 1.5, 2.0, 1.10, dict(
        mouthSmile=0.55, cheekSquint=0.45, eyeSquint=0.25, mouthDimple=0.15, browOuterUp=0.12), -2.0),
    "angry": Emotion(1.12, 1.5, 1.3, 4.0, 1.15, dict(
        browDown=0.80, noseSneer=0.30, eyeSquint=0.30, mouthPress=0.15, jawForward=0.15, mouthUpperUp=0.10), 3.0),
    "sad": Emotion(0.82, -1.5, 0.6, -3.0, 0.75, dict(
        browInnerUp=0.65, mouthFrown=0.50, mouthShrugLower=0.20, eyeSquint=0.10, eyeBlink=0.10, eyeLookDown=0.15),
        9.0),
    "surprised": Emotion(1.05, 4.0, 1.7, 2.0, 1.10, dict(
        browInnerUp=0.70, browOuterUp=0.75, eyeWide=0.65, jawOpen=0.10), -6.0),
    "afraid": Emotion(1.15, 3.5, 0.8, -1.0, 0.90, dict(
        browInnerUp=0.70, browOuterUp=0.30, browDown=0.20, eyeWide=0.70, mouthStretch=0.35), -2.5),
    "disgusted": Emotion(0.90, -1.0, 0.9, 0.0, 0.95, dict(
        noseSneer=0.75, mouthUpperUp=0.35, browDown=0.35, eyeSquint=0.30, mouthFrown=0.20, cheekSquint=0.30),
        -3.0, 2.0),
    "contemptuous": Emotion(0.92, -0.5, 0.8, 0.0, 0.85, dict(
        mouthSmileLeft=0.45, mouthDimpleLeft=0.45, eyeSquint=0.15, browOuterUpRight=0.30, noseSneerLeft=0.20),
        -3.0, 3.5),
    "calm": Emotion(0.88, -0.5, 0.7, -2.0, 0.85, dict(mouthSmile=0.10, eyeBlink=0.08), 0.0),
    "tired": Emotion(0.80, -1.5, 0.5, -4.0, 0.60, dict(
        eyeBlink=0.32, browInnerUp=0.15, mouthFrown=0.12, jawOpen=0.04, eyeLookDown=0.12), 5.0, 1.5),
}


def channels(stem):
    """A stem's channels: itself, or its left and right unit."""
    return (stem,) if stem in ARKIT else (stem + "Left", stem + "Right")


def between(factor, intensity):
    """A factor at intensity 1 -> the factor at an intensity in 0..1."""
    return 1 + (factor - 1) * intensity


def arousal(rate, semitones, pitch_range, gain_db):
    """-1..1 of a voice by what sets it apart from its own usual delivery: factors on rate and pitch range, semitones, dB.

    That these four rise with arousal is what every study of emotional speech finds (Scherer 2003, table 2); weights by eye.
    """
    return float(np.clip(0.9 * np.log2(rate) + 1.0 * np.log2(pitch_range) + 0.06 * semitones + gain_db / 12, -1, 1))


def add(clip, channel, values):
    """Adds [frames] to a channel; what opens the mouth is held back while the lips close."""
    if channel.startswith(OPENS):
        values = values * (1 - clip.closed)
    elif channel.startswith("mouth"):
        values = values * (1 - 0.6 * clip.closed)
    clip.weights[channel] = np.clip(clip.weights.get(channel, 0.0) + values, 0, 1)


def colour(clip, pose, name, intensity):
    """Lays an emotion over a clip that already speaks; changes its weights and its pose [frames, 6] in place."""
    emotion, rng = EMOTIONS[name], clip.rng
    attack = np.clip((clip.time + rng.uniform(0, ATTACK_S)) / ATTACK_S, 0, 1)
    swell = np.clip(1 + clip.wander(0.22, 1.5), 0.3, 1.6) * attack * intensity
    for stem, offset in emotion.face.items():
        amount = offset * np.clip(rng.normal(1, 0.15), 0.5, 1.5)
        for channel in channels(stem):
            add(clip, channel, amount * rng.uniform(0.9, 1.1) * swell)
    pose[:, 0] += np.radians(emotion.pitch_deg * rng.normal(1, 0.3)) * swell
    pose[:, 2] += np.radians(emotion.roll_deg * rng.normal(1, 0.3)) * swell
    if name == "afraid":
        tremble = np.sin(2 * np.pi * np.cumsum(rng.normal(6, 0.6, clip.frames)) / FPS)
        pose[:, 1] += np.radians(0.35) * swell * tremble
