"""Speech for the audio encoder beyond M2F-S: more of the recorded voices, more variants, and Mandarin.

Held-out engine, voices, languages and texts of M2F-S stay out here too. Clips of one to three sentences with pauses
(as `clips.assemble` sets them), dry and without noise.

Writes `speech/audio.npy` (int16, 16 kHz, clips one after the other) and `speech/index.jsonl`:
{engine, voice, language, start, samples, phones: [[class, from_s, to_s], ...]} a line.

    python -m media2face_training.voices.more_speech --work target/training --hours 5.5 --jobs 2
"""

import argparse
import json
import multiprocessing
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from .. import storage
from ..dataset import corpus, voices
from ..speech import clips, mel, synthesis
from . import pinyin

# Share of the clips; flite's voices are made from recordings, and with them closures transfer to real voices.
SHARES = {"flite": 0.66, "espeak": 0.12, "mandarin": 0.22}
MANDARIN, MANDARIN_HASTE = "cmn-latn-pinyin", 1.5  # espeak-ng speaks pinyin syllable by syllable, slowly
CLIP_S = 6.2  # mean length of a clip
CHUNK = 40  # clips a process makes before it is replaced: espeak-ng keeps state from one call to the next
AFTER = 40000  # sentences of the corpus that M2F-S of ten hours does not reach


def job(seed, number, sentences):
    """What clip `number` is: (engine, voice, texts, rate, semitones, spread), all from the seed."""
    rng = np.random.default_rng([seed, number, 7])
    kind = list(SHARES)[rng.choice(len(SHARES), p=list(SHARES.values()))]
    count = int(rng.integers(1, 4))
    texts = [pinyin.sentence(rng) if kind == "mandarin" else sentences[(AFTER + 3 * number + i) % len(sentences)]
             for i in range(count)]
    if kind == "flite":
        voice = voices.Voice("flite", str(rng.choice(voices.FLITE)), "en")
    else:
        voice = voices.espeak_voice("en", voices.VARIANTS[: -len(voices.HELD_OUT_VARIANTS)], rng)
        if kind == "mandarin":
            voice = voices.Voice("espeak", f"{MANDARIN}+{voice.name.split('+')[1]}", "cmn")
    rate = rng.uniform(0.75, 1.3) * (MANDARIN_HASTE if kind == "mandarin" else 1)
    return voice, texts, float(rate), float(rng.normal(0, 2.5)), float(rng.uniform(0.5, 1.7))


def speak(engine, voice, texts, rate, semitones, spread, folder):
    """[(int16 samples, segments)] per text, or nothing where the engine fails."""
    if voice.engine == "flite":
        f0 = synthesis.FLITE_F0[voice.name] * 2 ** (semitones / 12)
        try:
            return [synthesis.flite(text, voice.name, 1 / rate, f0, folder, 0.13 * f0 * spread) for text in texts]
        except (subprocess.CalledProcessError, ValueError):
            return []
    words_per_minute, pitch = int(165 * rate), int(np.clip(50 + 5 * semitones, 0, 99))
    said = [engine.speak(text, voice.name, words_per_minute, pitch, int(np.clip(45 * spread, 0, 99))) for text in texts]
    return [s for s in said if s is not None]


def make_chunk(task):
    """-> ([int16 clip], [row], clips that failed)."""
    seed, jobs = task
    made, rows, failed, engine = [], [], 0, synthesis.Espeak()
    with tempfile.TemporaryDirectory() as folder:
        for number, (voice, *how) in jobs:
            said = speak(engine, voice, *how, folder)
            if not said:
                failed += 1
                continue
            items, start = [], 0
            for samples, segments in said:
                items.append(dict(start=start, length=len(samples), segments=segments))
                start += len(samples)
            x, phones = clips.assemble(np.concatenate([s for s, _ in said]), items,
                                       np.random.default_rng([seed, number, 8]))
            made.append(np.clip(np.round(x * 32768), -32768, 32767).astype(np.int16))
            rows.append(dict(engine=voice.engine, voice=voice.name, language=voice.language, samples=len(x),
                             phones=[[c, round(a, 4), round(b, 4)] for c, a, b in phones]))
    return made, rows, failed


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", default="target/training")
    parser.add_argument("--hours", type=float, default=5.5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    if missing := voices.missing() + corpus.missing():
        sys.exit("error: not installed: " + ", ".join(f"{what} (Debian package {package})" for what, package in missing))
    folder = Path(options.work) / "speech"
    folder.mkdir(parents=True, exist_ok=True)
    sentences = corpus.Corpus(options.seed).sentences["en"]["train"]
    jobs = [(k, job(options.seed, k, sentences)) for k in range(int(options.hours * 3600 / CLIP_S))]
    tasks = [(options.seed, jobs[k : k + CHUNK]) for k in range(0, len(jobs), CHUNK)]
    rows, position, failed = [], 0, 0
    context = multiprocessing.get_context("fork")
    with context.Pool(options.jobs, maxtasksperchild=1) as pool, open(folder / "audio.part", "wb") as sound:
        for made, made_rows, lost in pool.imap(make_chunk, tasks, chunksize=1):
            for samples, row in zip(made, made_rows):
                sound.write(samples.tobytes())
                rows.append(dict(row, start=position))
                position += len(samples)
            failed += lost
    audio = np.lib.format.open_memmap(folder / "audio.npy", "w+", np.int16, (position,))
    audio[:] = np.memmap(folder / "audio.part", np.int16, "r")
    (folder / "audio.part").unlink()
    storage.write_text(folder / "index.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    print(f"{len(rows)} clips, {position / mel.RATE / 3600:.2f} h, {failed} left out")


if __name__ == "__main__":
    main()
