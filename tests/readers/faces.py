"""Faces that Ray Data wrote against the command's of the same lines.

    python tests/readers/faces.py PARQUET ID=JSON ...

The line `bad` has a sound that is not there, `mute` has none.
"""

import json
import sys

import pyarrow.parquet

table = pyarrow.parquet.read_table(sys.argv[1]).to_pylist()
rows = {row["id"]: row for row in table}
expected = dict(word.split("=", 1) for word in sys.argv[2:])
assert sorted(row["id"] for row in table) == sorted([*expected, "bad", "mute"]), list(rows)
for name, path in expected.items():
    with open(path) as file:
        told = json.load(file)
    row, frames = rows[name], len(told["weights"])
    assert row["error"] == "" and row["frames"] == frames > 30, (name, row["error"], row["frames"])
    assert len(row["rotations"]) == 4 * frames and len(row["translations_mm"]) == 3 * frames, name
    weights = [weight for frame in told["weights"] for weight in frame]
    assert len(row["weights"]) == len(weights), name
    apart = max(abs(a - b) for a, b in zip(row["weights"], weights))
    assert apart < 1e-5 and max(weights) > 0.05, f"{name}: {apart} apart"
for name, words in [("bad", "none.wav"), ("mute", "")]:
    row = rows[name]
    assert row["frames"] == 0 and len(row["weights"]) == 0 and row["error"] and words in row["error"], row["error"]
print(f"   {len(expected)} lines as the command makes them")
