"""Animates a table on a Ray cluster by the Python package: rows of sounds in, rows of faces out, as Parquet.

    python pipelines/ray/faces.py lines.csv --out /share/faces --workers 64

The table is CSV or JSON lines with the columns `id` and `sound` (a WAV file, at the same path on all machines), and as many of
`style`, `seed` and `identity` as it likes. The exit status is 0, or 3 where some lines failed and all others are there.
"""

import argparse
import sys
import wave

import media2face
import numpy as np
import ray

OPTIONS = ("style", "seed", "identity")


def sound(path):
    """Samples [frames, channels] of a WAV file of 16 bits, and its rate."""
    with wave.open(path) as file:
        if file.getsampwidth() != 2:
            raise ValueError(f"{path} has {8 * file.getsampwidth()} bits a sample, not 16")
        samples = np.frombuffer(file.readframes(file.getnframes()), np.int16)
        return samples.reshape(-1, file.getnchannels()), file.getframerate()


def given(row, name):
    """A cell, or None of an empty one, whichever way a reader of tables writes that."""
    value = row.get(name)
    is_empty = value is None or value == "" or value != value
    return None if is_empty else int(value) if name == "seed" else value


class Animate:
    """A model of one worker, on one core; every row is animated with it."""

    def __init__(self, pack, portable):
        self.model = media2face.Model(pack, runtime=media2face.Runtime(backend="cpu", threads=1, portable=portable))

    def __call__(self, row):
        face = dict(id=str(row["id"]), fps=self.model.fps, frames=0, seed=0, error="")
        parts = dict(weights=np.empty(0, np.float32), rotations=np.empty(0, np.float32), translations_mm=np.empty(0, np.float32))
        try:
            samples, rate = sound(row["sound"])
            animation = self.model.animate(samples, rate, **{name: given(row, name) for name in OPTIONS})
            face.update(frames=len(animation.weights), seed=animation.seed)
            parts = {name: np.ravel(getattr(animation, name)) for name in parts}
        except Exception as error:  # whatever is wrong with a line, the others go on
            face["error"] = str(error) or type(error).__name__
        return face | parts


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("table", help="CSV or JSON lines")
    parser.add_argument("--out", required=True, help="folder of the Parquet files, which all machines share")
    parser.add_argument("--workers", type=int, help="models at work, each on one core; by default as many as cores")
    parser.add_argument("--model", help="a pack; the starter without it")
    parser.add_argument("--portable", action="store_true", help="the same bytes on unlike machines")
    parser.add_argument("--address", help="the cluster; this machine without it")
    args = parser.parse_args()
    ray.init(address=args.address, include_dashboard=False, log_to_driver=False)
    ray.data.DataContext.get_current().enable_progress_bars = sys.stderr.isatty()
    read = ray.data.read_json if args.table.endswith((".json", ".jsonl", ".ndjson")) else ray.data.read_csv
    lines = read(args.table)
    for name in ("id", "sound"):
        if name not in lines.columns():
            sys.exit(f"error: {args.table} has no column {name}")
    count = args.workers or max(1, int(ray.cluster_resources().get("CPU", 1)))
    # Read to the end first: the workers take the cores, and a reader that waits for one would wait for ever.
    lines = lines.repartition(max(count, min(lines.count(), 8 * count))).materialize()
    workers = dict(concurrency=count, num_cpus=1, fn_constructor_args=(args.model, args.portable))
    faces = lines.map(Animate, **workers).materialize()
    faces.write_parquet(args.out)
    failed = [row for row in faces.select_columns(["id", "error"]).iter_rows() if row["error"]]
    for row in failed:
        print(f"error: {row['id']}: {row['error']}", file=sys.stderr)
    print(f"{faces.count()} lines, {len(failed)} failed")
    return 3 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
