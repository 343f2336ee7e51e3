"""Measures a pack through the runtime: the table of models on M2F-S, styles read back, real voices.

    python -m media2face_training.evaluation --pack models/starter.m2f --data DIR [--real DIR] [--out FILE.md]

  - Table: pack, pack without guidance, packs given as --row NAME=PACK, a mean regressor (--regressor CHECKPOINT),
    and what is no diffusion model, on the same held-out clips; means and 95 % intervals over clips and seeds.
  - Styles: ten emotions by name over held-out clips, read back by models/classifier.
  - Real: a folder with tracks/ (a performer's face) and speech/ (recordings); --prompts, a professional
    speaker's aligned prompts (`speech.prompts`): correlations, and closures of the decoded lips.

LVE, FDD and BA measure fidelity to the rules of M2F-S and are not comparable with any paper's numbers.
"""

import argparse
import json
import sys
from pathlib import Path

from ..face.face import Face
from ..speech import prompts
from ..vocabulary import EMOTION_NAMES
from . import baselines, metrics, real, styles, table, testset
from .classifier import Classifier
from .runtime import Runtime
from .twin import Regressor

NOTE = ("LVE, FDD and BA here measure fidelity to the stochastic rules of M2F-S; they are never comparable with "
        "another data set's. The truth is one draw of its rules: a fair take pays their variance twice, and a mean "
        "regressor has the least LVE by construction.")


def say(text=""):
    """Progress goes to stderr, results to stdout."""
    print(text, file=sys.stderr, flush=True)


def rows_of(options, runtime, geometry, clips):
    """{row: per-clip measurements} of the whole table."""
    face = geometry.face
    cache, out = Path(options.work) / "evaluation", {}
    packs = {"ours": (runtime, {}), "ours, no guidance": (runtime, dict(guidance_audio=0, guidance_style=1))}
    for given in options.row:
        name, _, path = given.partition("=")
        packs[name] = (Runtime(options.m2f, path), {})
    for name, (tool, more) in packs.items():
        row = table.RuntimeRow(tool, geometry, cache, steps=options.steps, **more)
        seeds = range(options.seeds if name == "ours" else options.other_seeds)
        out[name] = []
        for number, clip in enumerate(clips):
            out[name].append(table.measure(clip, [row(clip, seed) for seed in seeds]))
            say(f"{name}: clip {number + 1} of {len(clips)}")
    if options.regressor:
        regressor = Regressor(options.regressor, options.pack, geometry)
        out["mean regressor, same network"] = [table.measure(clip, [regressor(clip)]) for clip in clips]
    fitted = baselines.Fitted(options.data)
    for name, make in baselines.rows_of(fitted, geometry, face.unit_names.index("jawOpen")).items():
        out[name] = [table.measure(clip, [make(clip)]) for clip in clips]
    out["rules drawn again"] = [table.measure(clip, [baselines.drawn_again(clip, geometry, seed) for seed in range(8)])
                                for clip in clips]
    heads = [[testset.Take(clip.shape, baselines.random_head(clip, seed)) for seed in range(8)] for clip in clips]
    out["head that moves at random"] = [dict(ba=[metrics.beat_alignment(clip.pose[:, :3], t.pose) for t in takes])
                                        for clip, takes in zip(clips, heads)]
    return out


def show_real(options, runtime, geometry, folder):
    """Lines of the section on real voices."""
    names, lines = geometry.face.unit_names, []
    if (folder / "tracks").is_dir():
        lines += ["| performer's clip | opening r | rounding r | log energy's opening r |", "|---|---|---|---|"]
        lines += ["| {} | {:.2f} | {:.2f} | {:.2f} |".format(*row)
                  for row in real.tracks(runtime, folder / "tracks", names, steps=options.steps)] + [""]
    if (folder / "speech").is_dir():
        lines += ["| recording | span of jawOpen | r with log energy | channels that move |", "|---|---|---|---|"]
        for path in sorted((folder / "speech").glob("*.wav")):
            got = real.recording(runtime, path, names, steps=options.steps)
            lines.append(f"| {path.stem} | {got['span']:.2f} | {got['energy_r']:.2f} | {got['moving']} |")
    return lines + [""]


def show_silence(options, runtime, names):
    """Lines on silence: the mouth must rest."""
    lines = ["| silence | mean jawOpen | largest |", "|---|---|---|"]
    for name, seconds, noise in (("half a second", 0.5, None), ("five seconds", 5.0, None), ("noise at -60 dB", 3.0, -60)):
        lines.append("| {} | {:.3f} | {:.3f} |".format(name, *real.silence(runtime, names, seconds, noise,
                                                                            steps=options.steps)))
    return lines + [""]


def show_styles(options, runtime, rows):
    """Lines on styles read back, over held-out clips of any emotion."""
    names = list(EMOTION_NAMES)
    classifier = Classifier(options.classifier)
    clips = [testset.load(options.data, row) for row in rows[: options.style_clips]]
    share, confusion = styles.accuracy(runtime, classifier, clips, names, steps=options.steps)
    lines = [f"Styles read back: **{share.mean():.3f}** of {confusion.sum()} takes.", "",
             "| asked \\ read | " + " | ".join(names) + " |", "|---" * (len(names) + 1) + "|"]
    return lines + [f"| {n} | " + " | ".join(str(v) for v in row) + " |" for n, row in zip(names, confusion)] + [""]


def show_prompts(options, runtime, geometry):
    """Lines on the closures of the decoded lips on aligned prompts."""
    clips = [(p.samples, p.phones) for p in prompts.load(options.prompts, Path(options.work) / "gate")]
    clips = clips[:: max(1, len(clips) // options.prompt_clips)] if options.prompt_clips else clips
    counts = real.closures(runtime, geometry, clips, steps=options.steps)
    (recall, *low), (precision, *high) = metrics.ratio_interval(counts)
    return [f"Closures of the decoded lips on {len(clips)} aligned prompts, {int(counts[:, 1].sum())} m, b and p: "
            f"recall {recall:.2f} [{low[0]:.2f}, {low[1]:.2f}], precision {precision:.2f} [{high[0]:.2f}, {high[1]:.2f}].",
            ""]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pack", default="models/starter.m2f")
    parser.add_argument("--data", help="folder of M2F-S; without it no table and no styles")
    parser.add_argument("--work", default="target/training")
    parser.add_argument("--m2f", default="target/release/m2f", help="the command-line tool")
    parser.add_argument("--clips", type=int, default=48)
    parser.add_argument("--seeds", type=int, default=8, help="takes of the pack per clip")
    parser.add_argument("--other-seeds", type=int, default=2, help="takes of other packs per clip")
    parser.add_argument("--steps", type=int, help="denoising steps; the pack's by default")
    parser.add_argument("--row", action="append", default=[], metavar="NAME=PACK", help="another pack in the table")
    parser.add_argument("--regressor", help="checkpoint of train_denoiser --regress")
    parser.add_argument("--classifier", default="models/classifier/style.safetensors")
    parser.add_argument("--style-clips", type=int, default=12)
    parser.add_argument("--real", help="folder with tracks/ and speech/")
    parser.add_argument("--prompts", metavar="ROOT", help="root under which asterisk's prompts are installed, /")
    parser.add_argument("--prompt-clips", type=int, default=0, help="only so many of them")
    parser.add_argument("--out", help="write the tables there, too, and FILE.json beside")
    return parser.parse_args()


def main():
    options = arguments()
    runtime = Runtime(options.m2f, options.pack)
    geometry = testset.Geometry(Face(Path(options.work) / "face.npz"))
    lines, numbers = [], {}
    if options.data:
        clips = [testset.load(options.data, row, geometry) for row in testset.choose(options.data, options.clips)]
        measured = rows_of(options, runtime, geometry, clips)
        numbers = {name: table.summary(rows) for name, rows in measured.items()}
        lines += [NOTE, "", table.markdown(numbers), ""]
        lines += show_styles(options, runtime, testset.choose(options.data, 400, seed=1))
    lines += show_silence(options, runtime, geometry.face.unit_names)
    if options.real:
        lines += show_real(options, runtime, geometry, Path(options.real))
    if options.prompts:
        lines += show_prompts(options, runtime, geometry)
    print("\n".join(lines))
    if options.out:
        Path(options.out).write_text("\n".join(lines))
        Path(options.out).with_suffix(".json").write_text(json.dumps(numbers, indent=1))


if __name__ == "__main__":
    main()
