"""Prepared training data in files of at most 60 MB, to carry to another machine and put together again there.

    python -m media2face_training.motion.shards split --work target/training --out DIR    # on the machine that prepared them
    python -m media2face_training.motion.shards join --from DIR --work target/training    # on the one with the CUDA device

Carries what `train_denoiser` and `reduce_steps` read: features, motion, style codes, mappings, names, and the rows of
the data set's index. The sounds stay behind. Every shard has a checksum in `shards.json`; a missing or damaged one is
named and nothing is put in place.
"""

import argparse
import hashlib
import json
import shutil
from pathlib import Path

import numpy as np

LIMIT = 60_000_000
TABLES = ("features.npy", "motion.npy")  # cut by rows
WHOLE = ("features.jsonl", "motion.json", "style_codes.npz", "mappings.pt", "face.npz")


class Damaged(Exception):
    """A shard is missing or not what was written; the message names it."""


def digest(path):
    """SHA-256 of a file."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def split(work, out, limit=LIMIT):
    """Writes shards of the work folder's prepared data; -> number of files."""
    work, out = Path(work), Path(out)
    out.mkdir(parents=True, exist_ok=True)
    listed, tables = {}, {}
    for name in TABLES:
        table = np.load(work / name, mmap_mode="r")
        rows = max(1, (limit - 4096) // (table[:1].nbytes))
        tables[name] = []
        for first in range(0, len(table), rows):
            shard = f"{name[:-4]}.{len(tables[name]):04d}.npy"
            np.save(out / shard, table[first : first + rows])
            tables[name].append(shard)
            listed[shard] = digest(out / shard)
    for name in WHOLE:
        if (work / name).stat().st_size > limit:
            raise ValueError(f"{name} has more than {limit} bytes")
        shutil.copyfile(work / name, out / name)
        listed[name] = digest(out / name)
    (out / "shards.json").write_text(json.dumps(dict(tables=tables, files=listed), indent=1))
    return len(listed)


def join(source, work):
    """Checks all shards, then puts the data into the work folder; -> number of files."""
    source, work = Path(source), Path(work)
    told = json.loads((source / "shards.json").read_text())
    for name, expected in told["files"].items():
        if not (source / name).exists():
            raise Damaged(f"{name} is missing")
        if digest(source / name) != expected:
            raise Damaged(f"{name} is not what was written")
    work.mkdir(parents=True, exist_ok=True)
    for name, shards in told["tables"].items():
        parts = [np.load(source / shard, mmap_mode="r") for shard in shards]
        shape = (sum(len(p) for p in parts), *parts[0].shape[1:])
        out = np.lib.format.open_memmap(work / f"{name}.part", "w+", parts[0].dtype, shape)
        first = 0
        for part in parts:
            out[first : first + len(part)] = part
            first += len(part)
        out.flush()
        (work / f"{name}.part").rename(work / name)
    for name in set(told["files"]) - {s for shards in told["tables"].values() for s in shards}:
        shutil.copyfile(source / name, work / name)
    return len(told["files"])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    splitting, joining = commands.add_parser("split"), commands.add_parser("join")
    for command in (splitting, joining):
        command.add_argument("--work", default="target/training")
    splitting.add_argument("--out", required=True)
    joining.add_argument("--from", dest="source", required=True)
    options = parser.parse_args()
    if options.command == "split":
        print(f"{split(options.work, options.out)} files in {options.out}")
    else:
        print(f"{join(options.source, options.work)} files put together in {options.work}")


if __name__ == "__main__":
    main()
