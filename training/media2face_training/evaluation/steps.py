"""Fewer denoising steps against many, through the runtime: are the lips the same, does the upper face still live?

    python -m media2face_training.evaluation.steps --teacher models/starter.m2f --student FEW.m2f --data DIR

The teacher takes 50, 20, 8 and 4 steps, the student 8 and 4; every take is compared with the teacher's of 50 steps from
the same seed. Lip speed is the mean distance (mm) that a lip vertex goes in a frame.
"""

import argparse
import sys
from pathlib import Path

import numpy as np

from ..face.face import Face
from . import table, testset
from .metrics import interval
from .runtime import Runtime

MANY = 50


def lip_speed(lip):
    """mm a frame of lips [F, n, 3]."""
    return float(np.linalg.norm(np.diff(lip, axis=0), axis=-1).mean())


def distance(a, b):
    """Mean distance in mm between vertices [F, n, 3] of two takes."""
    return float(np.linalg.norm(a - b, axis=-1).mean())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--teacher", default="models/starter.m2f")
    parser.add_argument("--student", action="append", default=[], metavar="PACK")
    parser.add_argument("--data", required=True, help="folder of M2F-S")
    parser.add_argument("--work", default="target/training")
    parser.add_argument("--m2f", default="target/release/m2f", help="the command-line tool")
    parser.add_argument("--clips", type=int, default=12)
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--steps", type=int, nargs="+", default=[50, 20, 8, 4])
    parser.add_argument("--guidance-audio", type=float, help="s_A of all but the teacher's 50 steps; the pack's by default")
    parser.add_argument("--guidance-style", type=float, help="s_P likewise")
    options = parser.parse_args()
    geometry = testset.Geometry(Face(Path(options.work) / "face.npz"))
    clips = [testset.load(options.data, row, geometry) for row in testset.choose(options.data, options.clips)]
    cache, seeds = Path(options.work) / "evaluation", range(options.seeds)

    guidance = {name: getattr(options, name) for name in ("guidance_audio", "guidance_style") if getattr(options, name) is not None}

    def takes(pack, steps, **guidance):
        row = table.RuntimeRow(Runtime(options.m2f, pack), geometry, cache, steps=steps, **guidance)
        return [[row(clip, seed) for seed in seeds] for clip in clips]

    many = takes(options.teacher, MANY)
    print("| pack, steps | LVE | FDD | BA | closure recall / precision | lip speed, mm a frame | from 50 steps: lips, "
          "upper face, mm |\n|---|---|---|---|---|---|---|")
    for pack in (options.teacher, *options.student):
        for steps in options.steps:
            if pack != options.teacher and steps > 8:
                continue
            made = takes(pack, steps, **guidance)
            row = table.summary([table.measure(clip, some) for clip, some in zip(clips, made)])
            speed = np.mean([lip_speed(take.shape.lip) for some in made for take in some])
            lips, upper = (interval([[distance(getattr(a.shape, part), getattr(b.shape, part)) for a, b in zip(some, other)]
                                     for some, other in zip(made, many)])[0] for part in ("lip", "upper"))
            cells = ["{:.2f} [{:.2f}, {:.2f}]".format(*row[name]) for name in ("lve_mm", "fdd", "ba")]
            print(f"| {Path(pack).stem}, {steps} | {' | '.join(cells)} | {row['recall'][0]:.2f} / {row['precision'][0]:.2f} "
                  f"| {speed:.3f} | {lips:.2f}, {upper:.3f} |", flush=True)
            print(f"{pack}, {steps} steps: done", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
