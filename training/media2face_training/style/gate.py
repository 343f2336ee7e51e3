"""What the style encoder knows of words, emoji and faces that no label of its training named.

    python -m media2face_training.style.gate --work target/training

The classifier is the nearest prototype: the mean code of prompts that the training could draw, one for each emotion (and
one for each head style). Ten emotions, so that guessing gives 10 %.
"""

import argparse
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

from .. import stages
from ..config import CLIP
from ..vocabulary import EMOTION_NAMES, STYLE_NAMES
from . import emoji, pictures
from .material import FACES, HELD_OUT_FACES, Material
from .prompts import TEMPLATES, phrases
from .towers import Towers

FRAMES = {"a": ("{}", "a {} voice", "she sounds {}"), "r": ("{}", "speak {}", "said {}"), "n": ("{}", "full of {}"),
          "v": ("{}", "they {}"), "": ("{}",)}
PER_PROTOTYPE = 150
OTHER_LANGUAGES = ("nl", "sv", "pt", "pl", "ru", "ja", "zh", "ar")


class Classifier:
    """Prototypes of towers in a checkpoint."""

    def __init__(self, towers, material):
        self.towers, self.material = towers, material
        draw = material.prompts
        third = lambda e: draw.rng.choice((-1, 0, 1)) if e else None
        self.moods = self.prototypes(len(EMOTION_NAMES), lambda e: draw.mood(e, third(e))[0])
        self.movements = self.prototypes(len(STYLE_NAMES), lambda s: draw.movement(s)[0] if s else draw.harmless_text())

    def prototypes(self, count, prompt):
        codes = [self.text([prompt(i) for _ in range(PER_PROTOTYPE)]) for i in range(count)]
        return functional.normalize(torch.stack([functional.normalize(c).mean(0) for c in codes]))

    @torch.no_grad()
    def text(self, texts):
        """Codes of texts."""
        return torch.cat([self.towers.text([self.material.tokenizer(t) for t in texts[i:i + 256]], 4)
                          for i in range(0, len(texts), 256)])

    @torch.no_grad()
    def picture(self, images):
        """Codes of u8 RGBA pictures, on white."""
        return torch.cat([self.towers.picture(pictures.plain(images[i:i + 128])) for i in range(0, len(images), 128)])

    def emotion(self, codes):
        """The nearest emotion of each code."""
        return (codes @ self.moods.T).argmax(1).numpy()

    def style(self, codes):
        """The nearest head style of each code."""
        return (codes @ self.movements.T).argmax(1).numpy()


class Score:
    """Right answers of a list, and the confusion of those that have an emotion."""

    def __init__(self, name, said, truth):
        self.name, self.said, self.truth = name, np.asarray(said), np.asarray(truth)

    @property
    def share(self):
        return float((self.said == self.truth).mean())

    def __str__(self):
        return f"{self.name}: {100 * self.share:.1f} % of {len(self.truth)}"

    def table(self, names):
        """Rows are the truth, columns what was said."""
        counts = np.zeros((len(names), len(names)), int)
        np.add.at(counts, (self.truth, self.said), 1)
        lines = ["truth".ljust(13) + "".join(n[:6].rjust(7) for n in names)]
        lines += [n.ljust(13) + "".join(str(c).rjust(7) for c in row) for n, row in zip(names, counts)]
        return "\n".join(lines)


def word_score(classifier, name, words):
    """Words in the frames of their part of speech."""
    prompts = [(f.format(w.text), EMOTION_NAMES.index(w.emotion)) for w in words for f in FRAMES[w.part]]
    return Score(name, classifier.emotion(classifier.text([p for p, _ in prompts])), [e for _, e in prompts])


def emoji_scores(classifier, which, kind):
    """Emoji by their short name, by their picture, by both, with their keywords, and as text without any of that."""
    truth = [EMOTION_NAMES.index(e.emotion) for e in which]
    pictured = classifier.picture(np.stack([classifier.material.emoji_pictures[e.text] for e in which]))
    named = classifier.text([e.name for e in which])
    spoken = classifier.text([", ".join(dict.fromkeys((e.name, *e.keywords))) for e in which])
    for how, codes in {"by name": named, "by picture": pictured, "by both": named + pictured,
                       "by name and keywords": spoken, "as text": classifier.text([e.text for e in which])}.items():
        yield Score(f"{kind} emoji {how}", classifier.emotion(codes), truth)


def foreign_names(classifier, language):
    """CLDR's names of the labelled emoji in a language that was not trained."""
    found = emoji.annotations(language)
    pairs = [(found[e.text][0], EMOTION_NAMES.index(e.emotion)) for e in classifier.material.emoji
             if e.emotion and e.text == e.base and found.get(e.text, ("",))[0] and "face" in e.name]
    return Score(f"names of emoji in {language}", classifier.emotion(classifier.text([t for t, _ in pairs])),
                 [e for _, e in pairs])


def harmless(classifier):
    """Share of random words that stay with neutral and without movement."""
    texts = [classifier.material.prompts.harmless_text() for _ in range(500)]
    codes = classifier.text(texts)
    return Score("random words near neutral", np.maximum(classifier.emotion(codes), classifier.style(codes)),
                 np.zeros(len(texts), int))


def scores(classifier):
    """All of them, the two that gate first."""
    material = classifier.material
    english = [w for w in material.words if w.language == "en"]
    out = [w for w in english if w.held_out]
    yield word_score(classifier, "held-out synonyms", out)
    which = [e for e in material.emoji if e.held_out and e.text == e.base]
    yield from emoji_scores(classifier, which, "held-out")
    said = {t.format(w.text) for w in english if not w.held_out for t in TEMPLATES[w.part]}
    yield next(emoji_scores(classifier, [e for e in which if e.name not in said], "  of those no prompt could name,"))
    yield word_score(classifier, "  definition read", [w for w in out if not w.unread])
    yield word_score(classifier, "  definition kept back too", [w for w in out if w.unread])
    yield word_score(classifier, "trained synonyms", [w for w in english if not w.held_out])
    yield from emoji_scores(classifier, [e for e in material.emoji if e.emotion and not e.held_out and e.text == e.base
                                         and e.text in material.emoji_pictures], "trained")
    for language in ("de", "fr", "es", "it"):
        foreign = [w for w in material.words if w.language == language]
        yield word_score(classifier, f"{language}: held-out words", [w for w in foreign if w.held_out])
        yield word_score(classifier, f"{language}: trained words", [w for w in foreign if not w.held_out])
    for language in OTHER_LANGUAGES:
        yield foreign_names(classifier, language)
    for name, rows in (("held-out", slice(FACES - HELD_OUT_FACES, None)), ("trained", slice(0, HELD_OUT_FACES))):
        codes = classifier.picture(material.faces[rows])
        labels = material.face_labels[rows]
        strong = [i for i, x in enumerate(labels) if x.third >= 0]
        yield Score(f"{name} faces", classifier.emotion(codes)[strong], [labels[i].emotion for i in strong])
        moved = [i for i, x in enumerate(labels) if x.style]
        yield Score(f"{name} faces, head style", classifier.style(codes)[moved], [labels[i].style for i in moved])
    heads = [(p, i) for i, s in enumerate(STYLE_NAMES) if i for p in phrases(s, held_out=True)]
    yield Score("held-out phrases of head styles", classifier.style(classifier.text([p for p, _ in heads])),
                [i for _, i in heads])
    yield harmless(classifier)


def load(work):
    """(towers with the weights that a pack has, material) of a training folder."""
    towers = Towers()
    towers.load_state_dict(stages.load_stage(Path(work) / "style.safetensors", CLIP)[0]["towers"])
    return towers.eval(), Material(work)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", default="target/training")
    found = list(scores(Classifier(*load(parser.parse_args().work))))
    print("\n".join(map(str, found)))
    for score in found[:3]:
        print(f"\n{score.name}\n{score.table(EMOTION_NAMES)}")
    if found[0].share < 0.8 or found[1].share < 0.7:
        raise SystemExit("gate: held-out synonyms need 80 %, held-out emoji, by what the pack reads in their place, 70 %")


if __name__ == "__main__":
    main()
