"""Command line of the data set.

    python -m media2face_training.dataset --hours 10 --seed 1 --out DIR --jobs 2 [--resume] [--sheet DIR]
    python -m media2face_training.dataset --out DIR --latents target/training

`--latents` lays the expression latents of a work folder's mapping M beside the clips of a finished set. `--sheet` writes
the data sheet and its plots from a finished set; with --hours it does so after making it.
"""

import argparse
import errno
import sys

from . import corpus, voices, write


def absent():
    """The message about what is not installed, or None."""
    missing = voices.missing() + corpus.missing()
    if not missing:
        return None
    packages = " ".join(sorted({package for _, package in missing}))
    return (f"not installed: {', '.join(what for what, _ in missing)}\n"
            f"get it with: apt-get install --no-install-recommends {packages}")


def progress(hours):
    """A report that keeps one line up to date."""

    def report(clips, done_h, broken, elapsed_s, made_h):
        speed = made_h * 3600 / max(elapsed_s, 1e-3)
        left = max(hours - done_h, 0) * 60 / max(speed, 1e-3)
        print(f"\r{clips} clips, {done_h:.2f} of {hours:g} h, {speed:.0f} x real time, {left:.1f} min left, "
              f"{broken} left out ", end="", file=sys.stderr, flush=True)

    return report


def make(options):
    """Makes or completes the set; raises Refused or OSError."""
    if message := absent():
        raise write.Refused(message)
    texts = corpus.Corpus(options.seed)
    configuration = dict(format=write.FORMAT, seed=options.seed, hours=options.hours, corpus=texts.fingerprint)
    write.prepare(options.out, configuration, options.resume)
    rows = write.generate(options.out, options.hours, options.seed, texts, options.jobs, progress(options.hours))
    print(f"\n{len(rows)} clips, {sum(row['seconds'] for row in rows) / 3600:.2f} h in {options.out}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", required=True, metavar="DIR", help="folder of the data set")
    parser.add_argument("--hours", type=float, help="hours of sound to make")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    parser.add_argument("--resume", action="store_true", help="go on with a set that was begun")
    parser.add_argument("--latents", metavar="WORK", help="write latents with this work folder's mappings.pt")
    parser.add_argument("--sheet", metavar="DIR", help="write dataset.md and plots here")
    options = parser.parse_args()
    try:
        if options.hours:
            make(options)
        elif not options.sheet and not options.latents:
            parser.error("ask for --hours, --latents or --sheet")
        if options.latents:
            # Needs PyTorch, which making the set does not.
            from ..face.networks import expression_of, load_mappings

            from_weights, _ = load_mappings(options.latents)
            write.add_latents(options.out, lambda weights: expression_of(weights, from_weights))
        if options.sheet:
            from . import sheet  # needs matplotlib, which making the set does not

            sheet.write(options.out, options.sheet)
    except write.Refused as error:
        sys.exit(f"error: {error}")
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        sys.exit(f"\nerror: the disk is full ({error.filename or options.out}); finished shards are kept, "
                 "make room and run again with --resume")


if __name__ == "__main__":
    main()
