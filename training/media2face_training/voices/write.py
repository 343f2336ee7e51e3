"""The neural voices on disk, and the run that makes them: atomic, resumable, part by part.

    WORK/voices/dataset.json           what they were made with; a resumed run must ask for the same
    WORK/voices/sound/PART-000007.npy  int16 [samples], the clips of a shard one after the other
    WORK/voices/rows/PART-000007.jsonl its index rows; its presence means that the shard is done
    WORK/voices/audio.npy, index.jsonl all of them, once every part is finished: as `more_speech` writes them
"""

import json
import time
from pathlib import Path

import numpy as np

from .. import storage
from ..dataset import write as store
from . import clip, engines, plan

SHARD = 20  # numbers
FORMAT = 1


def paths(folder, part, shard):
    """(sound, rows) of a shard."""
    return tuple(Path(folder) / kind / f"{part}-{shard:06d}.{end}" for kind, end in (("sound", "npy"), ("rows", "jsonl")))


def prepare(folder, configuration):
    """Opens or makes the folder; raises store.Refused where it was made with another configuration."""
    folder, path = Path(folder), Path(folder) / "dataset.json"
    if path.exists():
        found = json.loads(path.read_text())
        differs = [f"{key}: there {found.get(key)}, asked for {configuration.get(key)}"
                   for key in sorted(found | configuration) if found.get(key) != configuration.get(key)]
        if differs:
            raise store.Refused(f"{folder} was made with another configuration ({'; '.join(differs)})")
    for name in ("sound", "rows"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    storage.write_text(path, json.dumps(configuration, indent=1) + "\n")


def read_rows(path):
    """Index rows of a shard."""
    return [json.loads(line) for line in path.read_text(encoding="utf8").splitlines()]


def make_shard(folder, seed, part, shard, lines, studio):
    """Makes the clips of a shard and writes them; a clip that no engine speaks keeps a row with the reason. -> rows."""
    store.require_space(folder)
    sounds, rows, start = [], [], 0
    for number in range(shard * SHARD, (shard + 1) * SHARD):
        try:
            samples, row = clip.make(seed, plan.spec(seed, part, number, lines), studio)
        except engines.Unspoken as error:
            rows.append(dict(part=part, number=number, broken=str(error)))
            continue
        rows.append(row | dict(start=start))
        sounds.append(samples)
        start += len(samples)
    sound, index = paths(folder, part, shard)
    whole = np.concatenate(sounds) if sounds else np.zeros(0, np.int16)
    storage.atomically(sound, lambda file: np.save(file, whole))
    storage.write_text(index, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
    return rows


def fill_part(folder, seed, part, seconds, lines, studio, report, deadline=float("inf")):
    """Shards of a part until they hold its seconds. -> shards, or None where time ran out first."""
    held, shard = 0.0, 0
    while held < seconds:
        index = paths(folder, part, shard)[1]
        if index.exists():
            rows = read_rows(index)
        elif time.monotonic() > deadline:
            return None
        else:
            rows = make_shard(folder, seed, part, shard, lines, studio)
        held += sum(row.get("seconds", 0.0) for row in rows)
        shard += 1
        report(part, held, seconds)
    return shard


def finish(folder, shards):
    """Lays the shards, {part: count}, one after the other as audio.npy and index.jsonl; -> rows that were spoken."""
    rows, pieces, start = [], [], 0
    for part, count in shards.items():
        for shard in range(count):
            sound, index = paths(folder, part, shard)
            pieces.append(np.load(sound, mmap_mode="r"))
            for row in read_rows(index):
                if "broken" not in row:
                    rows.append(row | dict(start=start + row["start"]))
            start += len(pieces[-1])
    part = Path(folder) / ".audio.part.npy"
    audio, start = np.lib.format.open_memmap(part, "w+", np.int16, (start,)), 0
    for piece in pieces:
        audio[start : start + len(piece)] = piece
        start += len(piece)
    audio.flush()
    part.replace(Path(folder) / "audio.npy")
    storage.write_text(Path(folder) / "index.jsonl", "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
    return rows
