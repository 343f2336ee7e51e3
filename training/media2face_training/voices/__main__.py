"""Command line of the neural voices.

    python -m media2face_training.voices --work target/training --hours 8 --seed 1 [--minutes 110]

Goes on where it was stopped. `--minutes` ends it in good time with status 3; `--list` shows what each part holds.
"""

import argparse
import collections
import errno
import sys
import time
from pathlib import Path

from .. import packages
from ..dataset import voices, write as store
from . import clip, lines, plan, write


def absent():
    """The message about what is not installed, or None."""
    said = []
    if missing := voices.missing() + lines.missing():
        said.append(f"not installed: {', '.join(what for what, _ in missing)}\nget it with: apt-get install "
                    f"--no-install-recommends {' '.join(sorted({package for _, package in missing}))}")
    if modules := packages.missing_modules():
        said.append(f"not installed: {', '.join(modules)}\nget it with: pip install -r {packages.REQUIREMENTS}")
    return "\n".join(said) or None


def report(part, held, wanted):
    """One line that is kept up to date."""
    print(f"\r{part}: {held / 3600:.2f} of {wanted / 3600:.2f} h ", end="", file=sys.stderr, flush=True)


def make(options):
    """Makes or completes the voices; -> whether they are all there. Raises Refused of packages, plan or store, or OSError."""
    wanted = plan.seconds_of(options.hours)
    if message := absent():
        raise packages.Refused(message)
    folder, deadline = Path(options.work) / "voices", time.monotonic() + 60 * options.minutes
    write.prepare(folder, dict(format=write.FORMAT, seed=options.seed, hours=options.hours))
    texts, studio, shards = lines.Lines(options.seed), clip.Studio(Path(options.work) / "packages"), {}
    for part, seconds in wanted.items():
        shards[part] = write.fill_part(folder, options.seed, part, seconds, texts, studio, report, deadline)
        if shards[part] is None:
            print("\ntime is up; run the same command to go on")
            return False
    rows = write.finish(folder, shards)
    seconds = collections.Counter()
    for row in rows:
        seconds[row["part"]] += row["seconds"]
    print(f"\n{len(rows)} clips of {len({row['voice'] for row in rows})} voices, {sum(seconds.values()) / 3600:.2f} h: "
          + ", ".join(f"{part} {value / 3600:.2f}" for part, value in seconds.items()))
    return True


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", default="target/training")
    parser.add_argument("--hours", type=float, default=8.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=float("inf"), help="stop after so long")
    parser.add_argument("--list", action="store_true", help="show the hours of every part and make nothing")
    options = parser.parse_args()
    try:
        if options.list:
            print("\n".join(f"{part:8} {seconds / 3600:5.2f} h" for part, seconds in plan.seconds_of(options.hours).items()))
            return
        sys.exit(0 if make(options) else 3)
    except (packages.Refused, plan.Refused, store.Refused) as error:
        sys.exit(f"error: {error}")
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        sys.exit(f"\nerror: the disk is full ({error.filename or options.work}); finished shards are kept, make room and run again")


if __name__ == "__main__":
    main()
