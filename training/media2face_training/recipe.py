"""The whole recipe, from nothing to a pack: every stage in its order, what is finished is passed over.

    python -m media2face_training.recipe --data DIR --work target/training --pack models/starter.m2f [--train DIR]

`--train` names a folder with a performer's clips (`dataset.performer`); without it the mouth is the rules' alone.
Up to `--jobs` stages run at once (one thread each), each with its log in the work folder. `--minutes` ends the run
after that time; the same command goes on from the last checkpoints. `--list` shows the stages and what they cost.
`--share 0.01` runs all of it on a hundredth of the data for a hundredth of the time: the pack is worth nothing, but every
command has run.
"""

import argparse
import subprocess
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path

PACKAGE = "media2face_training"
POLL_S = 2.0
MEASURED, COUNTED = ("--hours", "--minutes"), ("--steps", "--count")  # sizes: any number, whole ones


@dataclass(frozen=True)
class Stage:
    """A command, the file that is there when it is finished, and the stages it needs.

    `module` and `arguments` may name {data}, {work}, {pack}, and what `stages_of` adds. A finished file that a script writes before its end
    (a checkpoint) is no proof: `proof` is what the recipe itself writes when the command ends well.
    """

    name: str
    module: str
    arguments: str
    needs: tuple = ()
    minutes: float = 1.0  # on one core of a Zen 5 at its own

    def proof(self, work):
        """The mark of a finished stage."""
        return work / "recipe" / f"{self.name}.done"

    def command(self, places, share=1.0):
        """What is run; hours, minutes, steps and counts times `share`."""
        words = self.arguments.format(**places).format(**places).split()
        for k, word in enumerate(words[1:], 1):
            if words[k - 1] in MEASURED:
                words[k] = f"{float(word) * share:g}"
            elif words[k - 1] in COUNTED:
                words[k] = str(max(1, round(int(word) * share)))
        return [sys.executable, "-m", f"{PACKAGE}.{self.module}", *words]


STAGES = (
    Stage("dataset", "dataset", "--hours 10 --seed 1 --out {data} --jobs 2 --resume", (), 16),
    Stage("asset", "face.asset", "--work {work}", (), 0.2),
    Stage("head", "face.head", "--work {work}", ("asset",), 0.3),
    Stage("mappings", "face.train_mappings", "--data {data} --work {work} --steps 24000", ("dataset", "asset"), 2),
    Stage("latents", "dataset", "--out {data} --latents {work}", ("mappings",), 0.5),
    Stage("speech", "voices.more_speech", "--work {work} --hours 5", (), 11),
    Stage("mels", "speech.mels", "--data {data} --work {work}", ("dataset", "speech"), 15),
    Stage("encoder", "speech.train_encoder", "--work {work} --minutes 52", ("mels",), 52),
    Stage("face", "face.train_face", "--data {data} --work {work} --minutes 60 --each 6", ("mappings",), 60),
    Stage("pictures", "face.pictures", "--data {data} --work {work} --count 40000", ("asset", "dataset"), 20),
    Stage("vision", "face.train_vision", "--work {work} --minutes 60", ("pictures", "mappings"), 60),
    Stage("style", "style.train_words", "--work {work} --minutes 26", ("asset",), 26),
    Stage("style_pictures", "style.train_pictures", "--work {work} --minutes 24", ("style",), 24),
    Stage("style_names", "style.train_names", "--work {work} --steps 400", ("style_pictures",), 4),
    Stage("text", "style.fit_text", "--work {work}", ("style_names",), 1),
    Stage("style_abstract", "style.train_abstract", "--work {work} --steps 1200", ("text",), 6),
    Stage("codes", "style.codes", "--work {work}", ("style_abstract",), 1),
    Stage("reader", "style.reader", "--work {work}", ("style_abstract",), 1),
    Stage("teacher", "speech.teacher", "--data {data} --work {work} --minutes 34", ("mels",), 34),
    Stage("teacher_heads", "speech.teacher_heads", "--work {work}", ("teacher",), 1),
    Stage("taught", "speech.train_encoder", "--work {work} --taught 1 --init {work}/encoder.safetensors "
          "--dilations 1 1 2 2 4 4 8 8 1 2 4 --out taught --minutes 40", ("encoder", "teacher_heads"), 40),
    Stage("ear", "speech.train_encoder", "--work {work} --taught 1 --init {work}/taught.safetensors "
          "--dilations 1 1 2 2 4 4 8 8 1 2 4 --edge 0.5 --rate 1e-3 --out ear --minutes 17", ("taught",), 17),
    Stage("features", "speech.features", "--data {data} --work {work} --ear ear --copies 1 --chunked 0.25 --jobs 2", ("ear",), 14),
    Stage("performer", "dataset.performer", "--train {train} --work {work} --out {work}/performed", ("asset", "ear"), 1),
    Stage("performer_features", "speech.features",
          "--data {work}/performed --stages {work} --work {work}/performer --ear ear --copies 8", ("performer",), 1),
    Stage("denoiser", "motion.train_denoiser", "--data {data} --work {work} {performer} --steps 16000",
          ("features", "performer_features", "codes", "mappings"), 110),
    Stage("few", "motion.reduce_steps", "--data {data} --work {work} {performer} --substeps 3 --steps 1400 --out few.pt",
          ("denoiser",), 15),
    Stage("live_features", "speech.features", "--data {data} --stages {work} --work {work}/live --ear ear --copies 0 --chunked 1 "
          "--ahead .03 .1", ("ear",), 15),
    Stage("takes", "motion.takes", "--data {data} --work {work} --student few.pt", ("few",), 15),
    Stage("live", "motion.train_live", "--work {work} --steps 4000", ("takes", "live_features"), 30),
    Stage("classifier", "evaluation.classifier", "train --data {data} --out {work}/classifier --steps 1400",
          ("dataset",), 6),
    Stage("pack", "export", "--work {work} --out {pack}", ("ear", "face", "head", "vision", "reader", "few", "live"), 0.1),
)
PERFORMED = {"performer", "performer_features"}  # needs a performer's clips


def stages_of(train):
    """The stages, and what their arguments name beside folders: with a performer's clips in the folder `train`, or without any."""
    if train:
        return STAGES, dict(train=train, performer="--performer {work}/performed")
    kept = (stage for stage in STAGES if stage.name not in PERFORMED)
    return tuple(replace(stage, needs=tuple(set(stage.needs) - PERFORMED)) for stage in kept), dict(train="", performer="")


class Failed(Exception):
    """A stage ended with an error; the message names it and its log."""


def ready(stages, done, running):
    """Stages that may start now, in order."""
    names = {s.name for s in running}
    return [s for s in stages if s.name not in done | names and set(s.needs) <= done]


def run(stages, places, jobs, deadline, say=print, share=1.0):
    """Runs what is not finished; -> True when everything is. Past the deadline it stops what runs and returns False."""
    work = Path(places["work"])
    (work / "recipe").mkdir(parents=True, exist_ok=True)
    done, running = {s.name for s in stages if s.proof(work).exists()}, {}
    try:
        while len(done) < len(stages):
            if time.monotonic() > deadline:
                say(f"time is up: {len(done)} of {len(stages)} stages are finished; run the same command to go on")
                return False
            for stage in ready(stages, done, running)[: jobs - len(running)]:
                log = open(work / "recipe" / f"{stage.name}.log", "a")
                running[stage] = subprocess.Popen(stage.command(places, share), stdout=log, stderr=subprocess.STDOUT)
                log.close()
                say(f"{stage.name}: started, about {stage.minutes:g} min")
            for stage, process in list(running.items()):
                if process.poll() is None:
                    continue
                if process.returncode:
                    raise Failed(f"{stage.name} ended with {process.returncode}: {work / 'recipe' / stage.name}.log")
                stage.proof(work).touch()
                done.add(stage.name)
                del running[stage]
                say(f"{stage.name}: done, {len(done)} of {len(stages)}")
            time.sleep(POLL_S if running else 0)
        return True
    finally:
        for process in running.values():
            process.terminate()
        for process in running.values():
            process.wait()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", default="target/m2f-s", help="folder of the data set")
    parser.add_argument("--work", default="target/training")
    parser.add_argument("--pack", default="target/training/starter.m2f")
    parser.add_argument("--train", metavar="DIR", help="a performer's clips: the mouth learns from them as well")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--minutes", type=float, default=float("inf"), help="stop after so long")
    parser.add_argument("--share", type=float, default=1.0, help="of all data and all training, to see that it runs")
    parser.add_argument("--list", action="store_true")
    options = parser.parse_args()
    stages, more = stages_of(options.train)
    places = dict(data=options.data, work=options.work, pack=options.pack, **more)
    if options.list:
        for stage in stages:
            mark = "done" if stage.proof(Path(options.work)).exists() else f"{stage.minutes:5.1f} min"
            print(f"{stage.name:11} {mark:>9}  {' '.join(stage.command(places, options.share)[2:])}")
        return
    try:
        finished = run(stages, places, options.jobs, time.monotonic() + 60 * options.minutes, share=options.share)
    except Failed as error:
        sys.exit(f"error: {error}")
    sys.exit(0 if finished else 3)


if __name__ == "__main__":
    main()
