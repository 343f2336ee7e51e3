"""The data set on disk, and the run that fills it: atomic, parallel, resumable.

    OUT/dataset.json      what it was made with; a resumed run must ask for the same
    OUT/clips/0000042.npz audio, weights, pose (clip.py)
    OUT/rows/000001.jsonl index rows of a finished shard of 40 numbers; its presence means that the shard is done
    OUT/latents/*.npy     float16 [F, d_z], once add_latents has run
    OUT/index.jsonl       all rows in order, without broken clips

Shards are taken in order until the whole ones from the first on hold the hours asked for, so the set does not depend
on the number of processes or on how often it was interrupted.
"""

import concurrent.futures
import ctypes
import errno
import json
import multiprocessing
import os
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from ..storage import atomically, clip_path, read_index, write_text
from . import clip, plan

SHARD = 40  # numbers
FORMAT = 1
SPARE_BYTES = 64 << 20  # a shard takes about 12 MB


class Refused(Exception):
    """The folder cannot be used as asked; the message says why."""


def shard_path(folder, shard):
    """Where a shard's rows lie."""
    return Path(folder) / f"rows/{shard:06d}.jsonl"


def require_space(*folders):
    """Raises ENOSPC before a full disk makes the engines fail clip by clip."""
    for folder in folders:
        if shutil.disk_usage(folder).free < SPARE_BYTES:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(folder))


def make_shard(folder, shard, specs):
    """Makes the clips of a shard, then its rows; a broken clip keeps a row with the reason."""
    rows = []
    with tempfile.TemporaryDirectory() as scratch:
        for spec in specs:
            require_space(folder, scratch)
            try:
                arrays, row = clip.make(spec, scratch)
            except clip.BrokenClip as error:
                rows.append(dict(number=spec.number, broken=str(error)))
                continue
            atomically(clip_path(folder, spec.number), lambda file, a=arrays: np.savez(file, **a))
            rows.append(row)
    write_text(shard_path(folder, shard), "".join(json.dumps(row) + "\n" for row in rows))
    return shard, rows


def end_with_parent():
    """A worker whose parent is killed would wait for work for ever: on Linux it is killed too."""
    if sys.platform == "linux":
        PR_SET_PDEATHSIG = 1
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def prepare(folder, configuration, resume):
    """Opens or makes the folder; refuses one made with another configuration and says what differs."""
    folder, path = Path(folder), Path(folder) / "dataset.json"
    if path.exists():
        if not resume:
            raise Refused(f"{folder} holds a data set already; add --resume to go on with it")
        found = json.loads(path.read_text())
        differs = [f"{key}: there {found.get(key)}, asked for {configuration.get(key)}"
                   for key in sorted(found | configuration) if found.get(key) != configuration.get(key)]
        if differs:
            raise Refused(f"{folder} was made with another configuration ({'; '.join(differs)})")
    elif folder.exists() and any(folder.iterdir()):
        raise Refused(f"{folder} is not empty and holds no data set")
    for name in ("clips", "rows"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    write_text(path, json.dumps(configuration, indent=1) + "\n")


def finished_shards(folder):
    """{shard: rows} of what an earlier run left complete."""
    shards = {}
    for path in sorted((Path(folder) / "rows").glob("*.jsonl")):
        shards[int(path.stem)] = [json.loads(line) for line in path.read_text().splitlines()]
    return shards


def prefix(shards, seconds):
    """(shards from the first on without a gap, up to `seconds`; their seconds)."""
    held, count = 0.0, 0
    while count in shards and held < seconds:
        held += sum(row.get("seconds", 0.0) for row in shards[count])
        count += 1
    return count, held


def generate(folder, hours, seed, corpus, jobs, report):
    """Fills a prepared folder and writes its index; -> its rows.

    After every shard calls `report(clips, hours, broken, elapsed_s, hours made in this run)`.
    """
    shards, wanted, started = finished_shards(folder), hours * 3600, time.monotonic()
    earlier = sum(row.get("seconds", 0.0) for rows in shards.values() for row in rows)
    following, running = 0, set()
    context = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(jobs, context, end_with_parent) as pool:
        while prefix(shards, wanted)[1] < wanted:
            while len(running) < jobs:
                if following not in shards:
                    numbers = range(following * SHARD, (following + 1) * SHARD)
                    specs = [plan.spec(seed, number, corpus) for number in numbers]
                    running.add(pool.submit(make_shard, folder, following, specs))
                following += 1
            done, running = concurrent.futures.wait(running, return_when=concurrent.futures.FIRST_COMPLETED)
            for future in done:
                shard, rows = future.result()
                shards[shard] = rows
            everything = [row for rows in shards.values() for row in rows]
            spoken = sum(row.get("seconds", 0.0) for row in everything)
            report(len(everything), spoken / 3600, sum("broken" in row for row in everything),
                   time.monotonic() - started, (spoken - earlier) / 3600)
    shards = finished_shards(folder)
    return finish(folder, shards, prefix(shards, wanted)[0])


def finish(folder, shards, count):
    """Removes shards that ran ahead of the end and writes the index; -> rows."""
    for shard in [s for s in shards if s >= count]:
        shard_path(folder, shard).unlink()
        for row in shards[shard]:
            clip_path(folder, row["number"]).unlink(missing_ok=True)
    rows = [row for shard in range(count) for row in shards[shard]]
    write_text(Path(folder) / "index.jsonl", "".join(json.dumps(r) + "\n" for r in rows if "broken" not in r))
    write_text(Path(folder) / "broken.jsonl", "".join(json.dumps(r) + "\n" for r in rows if "broken" in r))
    return [row for row in rows if "broken" not in row]


def add_latents(folder, encode):
    """Writes the latents of every clip: `encode(weights float32 [F, 52]) -> [F, d_z]`, a face model's M."""
    target = Path(folder) / "latents"
    target.mkdir(exist_ok=True)
    for row in read_index(folder):
        with np.load(clip_path(folder, row["number"])) as arrays:
            latents = np.asarray(encode(arrays["weights"].astype(np.float32)), np.float16)
        atomically(target / f"{row['number']:07d}.npy", lambda file, z=latents: np.save(file, z))
