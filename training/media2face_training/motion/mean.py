"""The mean of two networks of one lineage: weights between a student and what it became keep some of what either knows.

    python -m media2face_training.motion.mean few.safetensors few3.safetensors --share 0.4 --out mean.safetensors
"""

import argparse
from pathlib import Path

from ..stages import save_stage
from .pipeline import denoiser_of


def mean(a, b, share):
    """State dict of which `share` is b's and the rest a's."""
    return {name: (1 - share) * value + share * b[name] for name, value in a.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("networks", nargs=2, help="packs, stages or checkpoints of one shape")
    parser.add_argument("--share", type=float, default=0.5, help="the second one's")
    parser.add_argument("--out", type=Path, required=True, help="a stage")
    options = parser.parse_args()
    (a, _), (b, found) = (denoiser_of(path) for path in options.networks)
    save_stage(options.out, {"average": mean(a, b, options.share)}, found)


if __name__ == "__main__":
    main()
