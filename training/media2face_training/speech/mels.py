"""Log-mel features of M2F-S, of `more_speech` and of the neural voices, as recorded and corrupted, for training the audio encoder.

Every clip that training or validation may hear is kept once as it is and `--copies` times resampled and corrupted.
Writes to `mels/`: `mel.npy` (float16 [frames, 80], log-mel at 100 Hz, not normalised), `mean.npy` (float16 [blocks, 80],
the running mean before every tenth frame of a copy), `label.npy` (int8 [frames/2]), `prior.npy` (float32 [80], start
of the running mean) and `index.jsonl`: {voice, copy, split, start, frames, block} a line.

    python -m media2face_training.speech.mels --data M2FS --work target/training --copies 2 --jobs 2
"""

import argparse
import json
import multiprocessing
from pathlib import Path

import numpy as np
from scipy.fft import prev_fast_len

from .. import storage
from . import augment, labels, mel

# Folders of the work folder that are heard beside M2F-S: more_speech, neural voices, recordings without phone times.
SOUNDS = ("speech", "voices", "recordings")
BLOCK = 10  # frames between two stored running means
TASK = 24  # clips
FOR_PRIOR = 400  # clips


def rows_of(data, work):
    """Clips that training and validation may hear: [{source, voice, split, phones, ..}]."""
    rows = []
    for row in storage.read_index(data):
        if row["split"] in ("train", "valid"):
            rows.append(dict(source=str(data), number=row["number"], split=row["split"], phones=row["phones"],
                             voice=voice_group(row["engine"], row["voice"], row["language"])))
    for folder in (Path(work) / name for name in SOUNDS):
        if (folder / "index.jsonl").exists():
            for row in map(json.loads, (folder / "index.jsonl").read_text(encoding="utf8").splitlines()):
                if row.get("split", "train") == "train":
                    rows.append(dict(source=str(folder), start=row["start"], samples=row["samples"], split="train",
                                     phones=row["phones"], voice=voice_group(row["engine"], row["voice"], row["language"])))
    return rows


def voice_group(engine, voice, language):
    """Voices that are drawn together: a recorded voice is its own, espeak-ng's variants go by language."""
    return f"espeak:{language}" if engine == "espeak" else f"{engine}:{voice}"


def samples_of(row):
    """Float samples of a clip."""
    if "number" in row:
        with np.load(storage.clip_path(row["source"], row["number"])) as arrays:
            return arrays["audio"].astype(np.float32) / 32768
    audio = np.load(f"{row['source']}/audio.npy", mmap_mode="r")
    return audio[row["start"] : row["start"] + row["samples"]].astype(np.float32) / 32768


def heard(row, copy, rng):
    """One copy of a clip -> (log-mel [T, 80], labels [T/2], its length against the clip's)."""
    x, phones, factor = samples_of(row), labels.close_early(row["phones"], rng), 1.0
    if copy > 0:
        if rng.random() < 0.85:
            x, factor = augment.resample_speed(x, rng)
            phones = [[c, a * factor, b * factor] for c, a, b in phones]
        x = augment.corrupt(x[: prev_fast_len(len(x))], rng)
    elif "number" not in row:
        x = augment.clean(x, rng)
    log_mels = mel.log_mel(x)
    return log_mels, labels.frame_labels(phones, len(log_mels) // 2), float(factor)


def prior_of(rows, copies, seed):
    """Mean log-mel of some clips and all their kinds of copies, [80]."""
    rng = np.random.default_rng([seed, 1])
    picks = rng.permutation(len(rows))[:FOR_PRIOR]
    return np.mean([heard(rows[k], int(rng.integers(copies + 1)), rng)[0].mean(0) for k in picks], 0)


def make(task):
    """[(number, row)] -> per copy (log-mel, means, labels, index row)."""
    items, copies, seed, prior = task
    made = []
    for number, row in items:
        for copy in range(copies + 1 if row["split"] == "train" else 1):
            log_mels, y, factor = heard(row, copy, np.random.default_rng([seed, number, copy, 9]))
            means = np.concatenate([prior[None], mel.running_mean(log_mels, prior)[BLOCK - 1 :: BLOCK]])
            made.append((log_mels.astype(np.float16), means.astype(np.float16), y,
                         dict(voice=row["voice"], clip=number, factor=round(factor, 6), copy=copy, split=row["split"],
                              frames=len(log_mels))))
    return made


def as_array(path, dtype, width=None):
    """A file of raw numbers -> .npy beside it."""
    flat = np.memmap(path, dtype, "r")
    array = flat if width is None else flat.reshape(-1, width)
    np.lib.format.open_memmap(path.with_suffix(".npy"), "w+", dtype, array.shape)[:] = array
    path.unlink()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, metavar="DIR", help="M2F-S")
    parser.add_argument("--work", default="target/training")
    parser.add_argument("--copies", type=int, default=2, help="corrupted copies of a clip")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    folder = Path(options.work) / "mels"
    folder.mkdir(parents=True, exist_ok=True)
    rows = rows_of(options.data, options.work)
    prior = prior_of(rows, options.copies, options.seed)
    numbered = list(enumerate(rows))
    tasks = [(numbered[k : k + TASK], options.copies, options.seed, prior) for k in range(0, len(rows), TASK)]
    index, start, block = [], 0, 0
    names = ("mel", "mean", "label")
    files = {name: open(folder / f"{name}.raw", "wb") for name in names}
    with multiprocessing.get_context("spawn").Pool(options.jobs) as pool:
        for made in pool.imap(make, tasks):
            for log_mels, means, y, row in made:
                for name, array in zip(names, (log_mels, means, y)):
                    files[name].write(array.tobytes())
                index.append(dict(row, start=start, block=block))
                start, block = start + len(log_mels), block + len(means)
    for file in files.values():
        file.close()
    as_array(folder / "mel.raw", np.float16, mel.BANDS)
    as_array(folder / "mean.raw", np.float16, mel.BANDS)
    as_array(folder / "label.raw", np.int8)
    np.save(folder / "prior.npy", prior.astype(np.float32))
    storage.write_text(folder / "index.jsonl", "".join(json.dumps(row) + "\n" for row in index))
    print(f"{len(index)} copies of {len(rows)} clips, {start / 360000:.1f} h")


if __name__ == "__main__":
    main()
