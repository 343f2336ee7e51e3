"""What Whisper hears in everything that the audio encoder learns from, kept as f16 for it to be taught by.

Clips stand in its windows of 30 seconds one after another, with half a second between them, all equally loud. Goes on
where it was stopped. Writes `teacher/features.raw` (f16 [frames, 512], 50 Hz) and `teacher/index.jsonl`: {clip, start,
frames} a line, by the numbers that `mels` gives the clips. 51 kB and .02 s of a core a second of sound.

    python -m media2face_training.speech.teacher --data M2FS --work target/training
"""

import argparse
import json
import sys
import time
from pathlib import Path

import numpy as np
import torch

from .. import packages
from ..precision import quick
from . import mel, mels, whisper

GAP_S, LOUDNESS = 0.5, 0.05  # between two clips; root mean square of the loud parts
LOOKED_AT = 400  # clips that mean and spread of the features are taken from


def filled(clips):
    """[(number, samples)] -> windows of 30 s: [(sound, [(number, first frame, frames)])]; a longer clip is taken alone."""
    most, gap = whisper.WINDOW_S * mel.RATE, int(GAP_S * mel.RATE)
    sounds, places, length = [], [], 0
    for number, x in clips:
        x = x * (LOUDNESS / max(float(np.sqrt(np.mean(np.square(x)))), 1e-4))
        frames = max(1, -(-len(x) // 320))
        if sounds and length + gap + 320 * frames > most:
            yield np.concatenate(sounds), places
            sounds, places, length = [], [], 0
        if sounds:
            sounds.append(np.zeros(gap, np.float32))
            length += gap
        places.append((number, length // 320, frames))
        sounds.append(np.pad(x, (0, 320 * frames - len(x))))
        length += 320 * frames
    if sounds:
        yield np.concatenate(sounds), places


def finished(folder):
    """Rows of the index whose features are all there; what an interrupted run left behind them is cut off."""
    index, features = folder / "index.jsonl", folder / "features.raw"
    rows = [json.loads(line) for line in index.read_text().splitlines() if line.endswith("}")] if index.exists() else []
    size = features.stat().st_size // (2 * whisper.WIDTH) if features.exists() else 0
    rows = [row for row in rows if row["start"] + row["frames"] <= size]
    end = rows[-1]["start"] + rows[-1]["frames"] if rows else 0
    index.write_text("".join(json.dumps(row) + "\n" for row in rows))
    with open(features, "ab") as file:
        file.truncate(end * 2 * whisper.WIDTH)
    return rows, end


def listen(folder, rows, teacher, deadline=float("inf")):
    """Appends the features of the clips that lack them; -> whether all are there."""
    folder.mkdir(parents=True, exist_ok=True)
    done, end = finished(folder)
    known = {row["clip"] for row in done}
    # The last ones first: recordings and neural voices have most to teach, should time run out.
    wanted = ((number, mels.samples_of(rows[number])) for number in reversed(range(len(rows))) if number not in known)
    with open(folder / "features.raw", "ab") as sound, open(folder / "index.jsonl", "a") as index:
        for window, places in filled(wanted):
            if time.monotonic() > deadline:
                return False
            with quick():  # three times as fast where a processor has AMX; 1.6 % of the spread is lost
                features = teacher(window).half().numpy()
            for number, first, frames in places:
                sound.write(features[first : first + frames].tobytes())
                index.write(json.dumps(dict(clip=number, start=end, frames=frames)) + "\n")
                end += frames
            sound.flush()
            index.flush()
    return True


class Lessons:
    """The cache: what the teacher heard, each dimension in its own standard deviations."""

    width = whisper.WIDTH

    def __init__(self, work):
        folder = Path(work) / "teacher"
        if not (folder / "index.jsonl").exists():
            raise FileNotFoundError(f"{folder}/index.jsonl is missing: run media2face_training.speech.teacher")
        self.features = np.memmap(folder / "features.raw", np.float16, "r").reshape(-1, self.width)
        rows = map(json.loads, (folder / "index.jsonl").read_text().splitlines())
        self.places = {row["clip"]: (row["start"], row["frames"]) for row in rows}
        picks = sorted(self.places)[:: max(1, len(self.places) // LOOKED_AT)]
        seen = np.concatenate([self.features[s : s + n].astype(np.float32) for s, n in map(self.places.get, picks)])
        self.mean, self.scale = seen.mean(0), seen.std(0) + 1e-3

    def of(self, row, first, count):
        """`count` frames of a copy from `first` on [count, width]; NaN where the clip was not heard."""
        if row["clip"] not in self.places:
            return np.full((count, self.width), np.nan, np.float32)
        start, frames = self.places[row["clip"]]
        position = np.clip((first + np.arange(count)) / row["factor"], 0, frames - 1)
        low = position.astype(int)
        high, part = np.minimum(low + 1, frames - 1), (position - low)[:, None].astype(np.float32)
        x = self.features[start + low].astype(np.float32) * (1 - part) + self.features[start + high] * part
        return np.clip((x - self.mean) / self.scale, -4, 4)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, metavar="DIR", help="M2F-S")
    parser.add_argument("--work", default="target/training")
    parser.add_argument("--minutes", type=float, default=float("inf"), help="stop after so long")
    options = parser.parse_args()
    torch.set_num_threads(1)
    try:
        teacher = whisper.Teacher(Path(options.work) / "packages")
    except (packages.Refused, whisper.Refused) as error:
        sys.exit(f"error: {error}")
    rows = mels.rows_of(options.data, options.work)
    complete = listen(Path(options.work) / "teacher", rows, teacher, time.monotonic() + 60 * options.minutes)
    print(f"{len(rows)} clips" if complete else "time is up; run the same command to go on")
    sys.exit(0 if complete else 3)


if __name__ == "__main__":
    main()
