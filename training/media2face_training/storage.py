"""Files that are whole or not there, and what every room reads of a data set: its index and its clips."""

import json
import os
from pathlib import Path


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
