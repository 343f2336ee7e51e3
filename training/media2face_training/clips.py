"""Clips for training: utterances chained with silences, as clean and corrupted copies, as log-mel features.

Writes to `clips/`: `mel.npy` (float16 [frames, 80], normalised by the running mean, 10 ms), `energy.npy`
(float16 [frames], dB of the clean signal against its own loud parts), `prior.npy` (float32 [80], start of the
running mean) and `index.json`: {clip, copy, split, start, frames, segments, voice}.

    python -m media2face_training.clips --work target/training --copies 3 --workers 2
"""

import argparse
import json
import multiprocessing
from pathlib import Path

import numpy as np

from . import augment, mel

RATE = 16000


def chain(index, rng):
    """Groups utterances into clips of one to three of the same voice; 2 in 100 clips are silence."""
    by_voice = {}
    for item in index:
        key = item["engine"] if item["engine"] == "espeak" else item["voice"]
        by_voice.setdefault(key, []).append(item)
    clips = []
    for voice in sorted(by_voice):
        items = by_voice[voice]
        order = rng.permutation(len(items))
        i = 0
        while i < len(order):
            take = rng.integers(1, 4)
            clips.append((voice, [items[k] for k in order[i : i + take]]))
            i += take
    clips += [("silence", [])] * (len(clips) // 50)
    return [clips[k] for k in rng.permutation(len(clips))]


def assemble(audio, items, rng):
    """-> (float samples, [[class, from_s, to_s]]) with silences before, between and after."""
    if not items:
        count = int(RATE * rng.uniform(3, 9))
        return np.zeros(count, np.float32), [["SIL", 0.0, count / RATE]]
    pieces, segments, position = [], [], 0

    def pause(low, high):
        nonlocal position
        count = int(RATE * rng.uniform(low, high))
        if rng.random() < 0.06:
            count += int(RATE * rng.uniform(2, 5))
        pieces.append(np.zeros(count, np.float32))
        segments.append(["SIL", position / RATE, (position + count) / RATE])
        position += count

    pause(0.0, 1.2)
    for item in items:
        speech = audio[item["start"] : item["start"] + item["length"]].astype(np.float32) / 32768
        pieces.append(speech)
        shift = position / RATE
        segments += [[c, a + shift, b + shift] for c, a, b in item["segments"]]
        position += len(speech)
        segments[-1][2] = position / RATE if segments[-1][0] == "SIL" else segments[-1][2]
        pause(0.05, 1.2)
    return np.concatenate(pieces), segments


def energy_db(x, frames):
    """Root mean square per 25 ms every 10 ms, in dB against the loud parts of the clip, at least -60."""
    squares = np.concatenate([[0], np.cumsum(np.square(x, dtype=np.float64))])
    centre = np.arange(frames) * 160
    low, high = np.clip(centre - 200, 0, len(x)), np.clip(centre + 200, 0, len(x))
    rms = np.sqrt(np.maximum((squares[high] - squares[low]) / 400, 0))
    loud = np.percentile(rms, 95) + 1e-6
    return np.clip(20 * np.log10(rms / loud + 1e-3), -60, 10)


def render_copy(audio, items, copy, rng):
    """One clip -> (log-mel [frames, 80], energy [frames], segments)."""
    x, segments = assemble(audio, items, rng)
    if copy > 0 and rng.random() < 0.85:
        x, factor = augment.resample_speed(x, rng)
        segments = [[c, a * factor, b * factor] for c, a, b in segments]
    dry = x
    if not items:
        x = x if rng.random() < 0.4 else augment.coloured_noise(rng, len(x), rng.uniform(0, 2)) * augment.decibels(
            -rng.uniform(35, 90))
    else:
        x = augment.corrupt(x, rng) if copy > 0 else augment.clean(x, rng)
    features = mel.log_mel(x)
    return features, energy_db(dry, len(features)), segments


def _work(arguments):
    worker, workers, copies, seed, work = arguments
    folder = Path(work)
    audio = np.load(folder / "speech/audio.npy", mmap_mode="r")
    index = json.loads((folder / "speech/index.json").read_text())
    clips = chain(index, np.random.default_rng(seed))
    features, energies, rows = [], [], []
    for k in range(worker, len(clips), workers):
        voice, items = clips[k]
        split = "test" if k % 25 == 0 else "train"
        for copy in range(copies):
            rng = np.random.default_rng([seed, k, copy])
            x, energy, segments = render_copy(audio, items, copy, rng)
            features.append(x.astype(np.float16))
            energies.append(energy.astype(np.float16))
            rows.append(dict(clip=k, copy=copy, split=split, voice=voice, frames=len(x),
                             segments=[[c, round(a, 4), round(b, 4)] for c, a, b in segments]))
    part = folder / f"clips/part{worker}"
    np.save(f"{part}.mel.npy", np.concatenate(features))
    np.save(f"{part}.energy.npy", np.concatenate(energies))
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", default="target/training")
    parser.add_argument("--copies", type=int, default=3)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    folder = Path(options.work) / "clips"
    folder.mkdir(parents=True, exist_ok=True)
    tasks = [(w, options.workers, options.copies, options.seed, options.work) for w in range(options.workers)]
    with multiprocessing.get_context("spawn").Pool(options.workers) as pool:
        parts = pool.map(_work, tasks)
    raw = [np.load(folder / f"part{w}.mel.npy") for w in range(options.workers)]
    prior = np.mean([r[:: 7].astype(np.float64).mean(0) for r in raw], 0).astype(np.float32)
    np.save(folder / "prior.npy", prior)
    total = sum(len(r) for r in raw)
    normalised = np.lib.format.open_memmap(folder / "mel.npy", "w+", np.float16, (total, mel.BANDS))
    index, position = [], 0
    for rows, x in zip(parts, raw):
        local = 0
        for row in rows:
            clip = x[local : local + row["frames"]].astype(np.float64)
            normalised[position : position + len(clip)] = mel.normalise_running(clip, prior)
            index.append(dict(row, start=position))
            local, position = local + len(clip), position + len(clip)
    np.save(folder / "energy.npy", np.concatenate(
        [np.load(folder / f"part{w}.energy.npy") for w in range(options.workers)]))
    (folder / "index.json").write_text(json.dumps(index))
    for path in folder.glob("part*.npy"):
        path.unlink()
    print(f"{len(index)} copies of clips, {total / 360000:.1f} h")


if __name__ == "__main__":
    main()
