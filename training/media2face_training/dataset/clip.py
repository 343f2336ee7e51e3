"""One clip from its plan: speech with phone times, the sound as it was recorded, the face and the head.

A clip: `audio` int16 [samples] at 16 kHz, `weights` float16 [F, 52] (vocabulary.ARKIT), `pose` float32 [F, 6]
(axis-angle rad, mm) at 30 fps, and a row for the index with phones [[class, from_s, to_s], ...]. With the engine's
part about 20 ms of work per second of sound.
"""

import multiprocessing
import subprocess

import numpy as np

from ..rules import animation, bearing, emotions, heads
from ..speech import augment, clips, mel, synthesis
from ..vocabulary import ARKIT
from . import delivery

ESPEAK_WORDS_PER_MINUTE, ESPEAK_RANGE, ESPEAK_STEP = 165, 45, 5  # usual speed and range; pitch units per semitone
PITCH_SPREAD = 0.13  # of a recorded voice, against its mean
PROGRAM_LIMIT_S = 60


class BrokenClip(Exception):
    """An engine gave no sound or no phones for a clip."""


def speak(spec, folder):
    """[(int16 samples, segments)] per text."""
    voice = spec.voice
    f0 = voice.f0_hz * 2 ** (spec.semitones / 12)
    spread = PITCH_SPREAD * f0 * spec.range
    if voice.engine == "flite":
        return [synthesis.flite(text, voice.name, 1 / spec.rate, f0, folder, spread) for text in spec.texts]
    if voice.engine == "festival":
        jobs = [(voice.name, 1 / spec.rate, text, f0, spread) for text in spec.texts]
        return list(synthesis.festival_batch(jobs, folder))
    return espeak(spec)


def espeak(spec):
    """The texts by a fresh copy of the library: it keeps pitch flutter and noise from one call to the next."""
    context = multiprocessing.get_context("fork")
    near, far = context.Pipe(duplex=False)
    child = context.Process(target=_espeak_child, args=(spec, near, far), daemon=True)
    child.start()
    far.close()
    try:
        return near.recv() if near.poll(PROGRAM_LIMIT_S) else [None]
    except EOFError:
        return [None]
    finally:
        child.kill()
        child.join()
        near.close()


def _espeak_child(spec, near, far):
    near.close()  # else a child whose parent was killed would wait for a reader for ever
    engine = synthesis.Espeak()
    rate = int(np.clip(ESPEAK_WORDS_PER_MINUTE * spec.rate, 90, 300))
    pitch = int(np.clip(50 + ESPEAK_STEP * spec.semitones, 0, 99))
    spread = int(np.clip(ESPEAK_RANGE * spec.range, 0, 99))
    far.send([engine.speak(text, spec.voice.name, rate, pitch, spread) for text in spec.texts])


def utterances(spec, folder, rng):
    """What is said, as it is delivered: [(int16 samples, segments)]."""
    try:
        said = speak(spec, folder)
    except (subprocess.CalledProcessError, ValueError) as error:
        raise BrokenClip(f"{spec.voice.engine}: {error}") from error
    if not all(said):
        raise BrokenClip(f"{spec.voice.engine} said nothing with {spec.voice.name}")
    for samples, segments in said:
        if len(samples) < mel.RATE // 10 or not any(c not in ("SIL", None) for c, _, _ in segments):
            raise BrokenClip(f"{spec.voice.engine} gave no phones with {spec.voice.name}")
    if spec.delivery == "whispered":
        return [delivery.whisper(samples, segments, rng) for samples, segments in said]
    if spec.delivery == "sung":
        f0 = (spec.voice.f0_hz or rng.uniform(110, 220)) * 2 ** (spec.semitones / 12)
        return [delivery.sing(samples, segments, f0, rng) for samples, segments in said]
    return said


def record(spec, said, rng):
    """-> (float samples as recorded, the same before room and noise, segments)."""
    items, start = [], 0
    for samples, segments in said:
        items.append(dict(start=start, length=len(samples), segments=segments))
        start += len(samples)
    dry, segments = clips.assemble(np.concatenate([s for s, _ in said]) if said else None, items, rng)
    if spec.condition == "silence":
        return dry, dry, segments
    if spec.condition == "noise":
        level = augment.decibels(-rng.uniform(30, 70))
        return augment.coloured_noise(rng, len(dry), rng.uniform(0, 2)) * level, dry, segments
    heard = augment.corrupt(dry, rng) if spec.condition == "noisy" else augment.clean(dry, rng)
    return heard * augment.decibels(spec.gain_db), dry, segments


def perform(spec, segments, energy_db, frames, rng):
    """The rule system with emotion and head style -> (weights [F, 52], pose [F, 6])."""
    clip = animation.Clip(segments, energy_db, frames, rng)
    articulation = emotions.between(emotions.EMOTIONS[spec.emotion].articulation, spec.intensity)
    articulation *= {"whispered": 1.05, "sung": 1.15}.get(spec.delivery, 1.0) * augment.decibels(0.3 * spec.gain_db)
    clip.jaw_amount = float(np.clip(clip.jaw_amount * articulation, 0.4, 1.3))
    clip.lip_amount = float(np.clip(clip.lip_amount * articulation, 0.4, 1.3))
    heard = emotions.arousal(spec.rate, spec.semitones, spec.range, spec.gain_db)
    heard = {"whispered": 0.5 * heard - 0.3, "none": 0.0}.get(spec.delivery, heard)
    clip.arousal = float(np.clip(0.7 * heard + spec.energy, -1, 1))
    animation.mouth(clip)
    pose = bearing.upper_face_and_head(clip)
    emotions.colour(clip, pose, spec.emotion, spec.intensity)
    if spec.texts and spec.texts[-1].rstrip().endswith(("?", "?\"")):
        heads.ask(clip, pose)
    if spec.style != "none":
        heads.move(clip, pose, spec.style, spec.level)
    bearing.gaze(clip, pose)
    return animation.gather(clip, ARKIT), pose


def make(spec, folder):
    """-> ({audio, weights, pose}, row of the index). Raises BrokenClip where an engine fails."""
    rng = np.random.default_rng([spec.seed, spec.number, 1])
    heard, dry, segments = record(spec, utterances(spec, folder, rng) if spec.texts else [], rng)
    audio = np.clip(np.round(heard * 32768), -32768, 32767).astype(np.int16)
    energy = clips.energy_db(dry, mel.frame_count(len(dry)))
    frames = animation.frame_count(len(energy))
    weights, pose = perform(spec, segments, energy, frames, rng)
    row = spec.row() | dict(samples=len(audio), frames=frames, seconds=round(len(audio) / mel.RATE, 3),
                            phones=[[c, round(a, 4), round(b, 4)] for c, a, b in segments])
    return dict(audio=audio, weights=weights.astype(np.float16), pose=pose.astype(np.float32)), row
