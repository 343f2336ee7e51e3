"""Are the phone times right? A phone recogniser that never saw them (hama) listens to a sample of the neural voices.

For every voice: of the m, b, p that the times name, how many are heard within 100 ms (recall); of those that are heard,
how many are named there (precision); and by how much later they are heard (median, with its quartiles).

    python -m media2face_training.voices.check --work target/training --clips 200
"""

import argparse
import collections
import json
import sys
from pathlib import Path

import numpy as np

from .. import packages
from ..speech import mel

WITHIN_S = 0.1
CLOSED = ("m", "b", "p")  # heard symbols begin with one of these (pʰ, p͈)


def matched(named, heard, within=WITHIN_S):
    """Pairs [(i, j)] of two rising lists of times, each used once, nearest first."""
    pairs = sorted((abs(a - b), i, j) for i, a in enumerate(named) for j, b in enumerate(heard) if abs(a - b) <= within)
    left, right, out = set(), set(), []
    for _, i, j in pairs:
        if i not in left and j not in right:
            left.add(i)
            right.add(j)
            out.append((i, j))
    return out


def closures(phones):
    """Times in the middle of every m, b, p; neighbours without anything between them are one closure."""
    out, last = [], None
    for name, start, end in phones:
        if name in ("M", "B", "P"):
            if last is not None and start - last < 0.02:
                out[-1] = (out[-1][0], end)
            else:
                out.append((start, end))
            last = end
    return [(a + b) / 2 for a, b in out]


class Listener:
    """hama, from its pinned wheel."""

    def __init__(self, folder):
        packages.importable(packages.HAMA, folder)
        from hama.asr import ASRModel

        self._model = ASRModel()

    def __call__(self, samples):
        """int16 samples -> times of the m, b, p that it hears."""
        result = self._model(samples.astype(np.float32) / 32768, mel.RATE)
        times, last = [], -1.0
        for span in self._model.phoneme_spans(result):
            if span.phoneme.startswith(CLOSED):
                if span.start_ms - last > 60:
                    times.append(span.start_ms / 1000)
                last = span.start_ms
        return times


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", default="target/training")
    parser.add_argument("--clips", type=int, default=200)
    parser.add_argument("--parts", nargs="+", default=["hibari", "kokoro", "russian"])
    options = parser.parse_args()
    folder = Path(options.work) / "voices"
    try:
        listen = Listener(Path(options.work) / "packages")
    except packages.Refused as error:
        sys.exit(f"error: {error}")
    counts, late, rng = collections.defaultdict(lambda: np.zeros(3)), collections.defaultdict(list), np.random.default_rng(3)
    shards = [path for part in options.parts for path in sorted((folder / "rows").glob(f"{part}-*.jsonl"))]
    if not shards:
        sys.exit(f"error: no voices in {folder}: run media2face_training.voices first")
    each = max(1, options.clips // len(shards))
    for k in rng.permutation(len(shards))[: options.clips]:
        rows = [json.loads(line) for line in shards[k].read_text(encoding="utf8").splitlines()]
        rows = [row for row in rows if "broken" not in row]
        sound = np.load(folder / "sound" / f"{shards[k].stem}.npy", mmap_mode="r")
        for row in [rows[i] for i in rng.permutation(len(rows))[:each]]:
            named, heard = closures(row["phones"]), listen(sound[row["start"] : row["start"] + row["samples"]])
            pairs = matched(named, heard)
            for key in (row["engine"], f"{row['engine']} {row['language']}"):
                counts[key] += (len(pairs), len(named), len(heard))
                late[key] += [1000 * (heard[j] - named[i]) for i, j in pairs]
    print(f"{'voices':14} {'closures':>8} recall precision later, ms (quartiles)")
    for key in sorted(counts):
        both, named, heard = counts[key]
        low, middle, high = np.percentile(late[key] or [0], (25, 50, 75))
        print(f"{key:14} {named:8.0f} {both / max(named, 1):6.3f} {both / max(heard, 1):9.3f} {middle:6.0f} ({low:.0f} {high:.0f})")


if __name__ == "__main__":
    main()
