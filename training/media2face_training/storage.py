"""Files that are whole or not there, and what every room reads of a data set: its index and its clips."""

import json
import os
from pathlib import Path

import numpy as np


def atomically(path, write):
    """Runs write(file) on a file beside `path` and renames it; nothing half-written stays under the name."""
    part = path.with_name(f".{path.name}.part")
    try:
        with open(part, "wb") as file:
            write(file)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def write_text(path, text):
    """A text file, atomically."""
    atomically(path, lambda file: file.write(text.encode()))


def write_pack(path, tensors, manifest, limit):
    """A pack of arrays and its manifest (docs/model-pack.md), atomically; one of more than `limit` bytes is refused."""
    from safetensors.numpy import save  # only packs need it

    whole = {name: np.ascontiguousarray(tensor) for name, tensor in tensors.items()}  # the writer copies memory as it lies
    data = save(whole, metadata={"media2face": json.dumps(manifest, ensure_ascii=False)})
    if len(data) > limit:
        raise SystemExit(f"the pack has {len(data)} bytes, more than {limit}")
    atomically(Path(path), lambda file: file.write(data))
    print(f"{path}: {len(data) / 2**20:.2f} MB, {len(tensors)} tensors")


def clip_path(folder, number):
    """Where a clip lies."""
    return Path(folder) / f"clips/{number:07d}.npz"


def read_index(folder):
    """Rows of a finished data set."""
    return read_lines(Path(folder) / "index.jsonl")


def read_lines(path):
    """What each line of a file says in JSON."""
    with open(path, encoding="utf8") as lines:
        return [json.loads(line) for line in lines]
