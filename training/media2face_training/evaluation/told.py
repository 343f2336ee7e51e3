"""Do faces move as prompts say? Held-out prompts of `style/written` are asked for, and a classifier reads what the face does.

    python -m media2face_training.evaluation.told --pack models/starter.m2f --data DIR --classifier CLASSIFIER

Every prompt is spoken by one neutral clip of the test split, through the runtime. As said, and opposite, are what the reading of texts
is held to (`written.as_said`, `written.opposite`): of the classifier's shares of moods, and the act that it is surest of.
"""

import argparse

import numpy as np

from ..style import written
from ..style.written import Said
from ..vocabulary import EMOTION_NAMES, HEAD_STYLES, STYLE_NAMES
from . import testset
from .classifier import Classifier, motion_of
from .runtime import Runtime

SURE = 0.4  # of an act


def shown(mood, act):
    """What a classifier's shares of moods and of acts say of a face."""
    acts = np.zeros(len(HEAD_STYLES))
    best = int(act.argmax())
    if best and act[best] >= SURE:
        acts[HEAD_STYLES.index(STYLE_NAMES[best])] = 2
    return Said(mood, float(1 - mood[0]), 0.0, acts)


def neutral_clips(data, count):
    """Spoken test clips of nobody's mood."""
    rows = [row for row in testset.choose(data, 400, seed=2) if row["emotion"] == "neutral" and row["style"] == "none"]
    return [testset.load(data, row) for row in rows[:count]]


def measure(runtime, classifier, clips, prompts, say=lambda line: None, **options):
    """(moods [prompts, 10], acts [prompts, acts]) of faces that were asked for prompts."""
    motions = []
    for k, prompt in enumerate(prompts):
        motion = runtime.animate(clips[k % len(clips)].audio, offsets=False, seed=k, style=prompt.text, **options)
        motions.append(motion_of(motion.weights, motion.pose))
        if k % 50 == 49:
            say(f"{k + 1} of {len(prompts)}")
    return classifier.probabilities(motions)


def figures(faces, prompts):
    """{figure: share} of faces."""
    column = lambda judge: float(np.mean([judge(face, prompt) for face, prompt in zip(faces, prompts)]))
    asked = [(face, prompt) for face, prompt in zip(faces, prompts) if (prompt.said.acts > 0.5).any()]
    done = np.mean([(face.acts[prompt.said.acts > 0.5] > 0).any() for face, prompt in asked]) if asked else np.nan
    return {"prompts": len(prompts), "as said": column(written.as_said), "opposite": column(written.opposite),
            "an act that was asked for": float(done)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pack", default="models/starter.m2f")
    parser.add_argument("--m2f", default="target/release/m2f", help="the command-line tool")
    parser.add_argument("--data", required=True, help="folder of M2F-S")
    parser.add_argument("--classifier", default="models/classifier/style.safetensors")
    parser.add_argument("--clips", type=int, default=12)
    parser.add_argument("--prompts", type=int, help="only so many of them")
    options = parser.parse_args()
    prompts = written.prompts()[1]
    prompts = prompts[:: max(1, len(prompts) // options.prompts)] if options.prompts else prompts
    classifier = Classifier(options.classifier)
    moods, acts = measure(Runtime(options.m2f, options.pack), classifier, neutral_clips(options.data, options.clips), prompts, print)
    faces = [shown(*pair) for pair in zip(moods, acts)]
    for name in ("", "en", "de", "fr", "es", "zh", "ja"):
        own = [k for k, prompt in enumerate(prompts) if name in ("", prompt.language)]
        got = figures([faces[k] for k in own], [prompts[k] for k in own])
        print(f"{name or 'all':4}" + ", ".join(f"{what} {value:.3g}" for what, value in got.items()))
    leads = np.zeros((len(EMOTION_NAMES), len(EMOTION_NAMES)), int)
    for face, prompt in zip(faces, prompts):
        leads[prompt.said.emotions.argmax(), face.emotions.argmax()] += 1
    print("asked / seen: " + " ".join(EMOTION_NAMES))
    print("\n".join(f"{name:13}" + " ".join(f"{count:4}" for count in row) for name, row in zip(EMOTION_NAMES, leads)))


if __name__ == "__main__":
    main()
