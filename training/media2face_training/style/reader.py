"""What a style code says to the model: prototypes of the towers' codes, and the words that they know best.

    python -m media2face_training.style.reader --work target/training

A prototype is the mean direction of the codes of drawn prompts of one mood, or one movement; the towers stay as they are.
Shares are a softmax over cosines times a scale, which makes them likeliest on what the towers were not trained on:
held-out words and phrases, and for pictures held-out emoji. A linear fit is surer of the training's words and reads
fewer of the held-out ones (73 to 78 %, prototypes 83 %). Writes reader.safetensors into the work folder, for the pack.
"""

import argparse
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

from .. import stages
from ..config import CLIP
from ..vocabulary import EMOTION_NAMES, STYLE_NAMES
from . import emoji, lexicon as tables, pictures
from .emoji import label_of
from .gate import FRAMES
from .prompts import MOODS, MOVEMENTS, THIRDS, Prompts, phrases
from .tokens import Tokenizer
from .towers import Towers
from .wordnet import WordNet
from .words import lexicon

PROMPTS, SEED = 14000, 5
ENGLISH_WORDS, FOREIGN_WORDS, PHRASES = 16, 6, 6  # that are listed, of an emotion, of it in each language, of a head act
SURE = 0.8
SCALES = np.geomspace(1, 60, 80)


def batched(towers, tokenizer, texts):
    """Codes of texts [n, 128]."""
    with torch.no_grad():
        return torch.cat([towers.text([tokenizer(t) for t in texts[i:i + 256]], 4) for i in range(0, len(texts), 256)])


class Reader:
    """Prototypes of moods and movements, of length 1."""

    def __init__(self, codes, moods, movements):
        self.moods, self.movements = prototypes(codes, moods, MOODS), prototypes(codes, movements, MOVEMENTS)

    def emotions(self, codes, scale):
        """Shares of the ten emotions [n, 10]."""
        return shares(codes, self.moods, scale)

    def acts(self, codes, scale):
        """Shares of no head act and of each [n, acts + 1]."""
        return shares(codes, self.movements, scale)


def prototypes(codes, labels, count):
    """The mean direction of each label [count, 128]."""
    codes = functional.normalize(codes)
    return functional.normalize(torch.stack([codes[labels == label].mean(0) for label in range(count)]))


def shares(codes, prototypes, scale):
    """Shares of the first class, which has one prototype, and of the others, which have three: [n, classes]."""
    cosines = functional.normalize(codes) @ prototypes.T
    all_shares = (cosines * scale).softmax(1)
    return torch.cat([all_shares[:, :1], all_shares[:, 1:].unflatten(1, (-1, 3)).sum(2)], 1)


def calibrated(read, codes, truth):
    """(the scale at which the shares are likeliest, the part of the codes that is read right)."""
    loss = lambda scale: float(functional.nll_loss(read(codes, float(scale)).clamp_min(1e-9).log(), truth))
    best = float(min(SCALES, key=loss))
    return best, float((read(codes, best).argmax(1) == truth).float().mean())


def known_words(reader, scale, towers, tokenizer, words):
    """{emotion or head act: words that are read as it, the most usual first}, none that was held out."""
    listed = {}
    usual = lambda text: (len(tokenizer(text)), tokenizer(text)[1:])  # tokens are numbered by how usual they are
    for number, emotion in enumerate(EMOTION_NAMES):
        chosen = [emotion]
        for language, most in (("en", ENGLISH_WORDS), *((code, FOREIGN_WORDS) for code in tables.FOREIGN)):
            own = [w.text for w in words if w.emotion == emotion and w.language == language and not w.held_out
                   and w.part in ("a", "") and "-" not in w.text and " " not in w.text]
            sure = reader.emotions(batched(towers, tokenizer, own), scale)[:, number].tolist() if own else ()
            chosen += sorted((text for text, share in zip(own, sure) if share >= SURE), key=usual)[:most]
        listed[emotion] = list(dict.fromkeys(chosen))
    for style in STYLE_NAMES[1:]:
        listed[style] = phrases(style)[:PHRASES]
    return listed


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, default=Path("target/training"))
    folder = parser.parse_args().work
    torch.manual_seed(SEED)
    towers, tokenizer = Towers(), Tokenizer(CLIP["text"]["vocab_size"], CLIP["text"]["max_position_embeddings"])
    towers.load_state_dict(stages.load_stage(folder / "style.safetensors", CLIP)[0]["towers"])
    towers.eval()
    wordnet = WordNet()
    words = lexicon(wordnet)
    draw = Prompts(words, wordnet, SEED)
    prompts = [draw.draw() for _ in range(PROMPTS)]
    codes = batched(towers, tokenizer, [text for text, _ in prompts])
    labels = lambda of: torch.tensor([of(label) for _, label in prompts])
    reader = Reader(codes, labels(lambda label: label.mood), labels(lambda label: label.movement))

    asked = [(f.format(w.text), EMOTION_NAMES.index(w.emotion)) for w in words if w.held_out and w.language == "en"
             for f in FRAMES[w.part]]
    encode = lambda rows: (batched(towers, tokenizer, [text for text, _ in rows]), torch.tensor([x for _, x in rows]))
    mood = calibrated(reader.emotions, *encode(asked))
    acts = [(p, i) for i, s in enumerate(STYLE_NAMES) if i for p in phrases(s, held_out=True)]
    acts += [(draw.harmless_text(), 0) for _ in acts]
    act = calibrated(reader.acts, *encode(acts))
    shown = [e for e in emoji.collect(words) if e.emotion and e.held_out and e.text == e.base]
    images = [(picture, label_of(e).emotion) for e in shown if (picture := emoji.picture(e.text)) is not None]
    with torch.no_grad():
        seen = towers.picture(pictures.plain(np.stack([picture for picture, _ in images])))
    picture = calibrated(reader.emotions, seen, torch.tensor([e for _, e in images]))
    configuration = {
        "emotions": list(EMOTION_NAMES), "strengths": [round(sum(THIRDS[third]) / 2, 3) for third in (-1, 0, 1)],
        "head_acts": list(STYLE_NAMES[1:]), "levels": [0.35, 0.65, 1.0],
        "scales": {"emotions": round(mood[0], 2), "head_acts": round(act[0], 2), "picture": round(picture[0] / mood[0], 3)},
        "words": known_words(reader, mood[0], towers, tokenizer, words),
    }
    stages.save_stage(folder / "reader.safetensors",
                      {"style_reader": {"moods": reader.moods, "movements": reader.movements}}, configuration)
    for name, (scale, right), rows in (("words", mood, asked), ("head acts", act, acts), ("emoji", picture, images)):
        print(f"held-out {name}: {100 * right:.1f} % of {len(rows)} right, scale {scale:.1f}")


if __name__ == "__main__":
    main()
