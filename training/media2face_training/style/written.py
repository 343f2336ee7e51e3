"""Prompts as designers write them, with what they ask of a face: the tables in `written/`, made for this project.

    text    emotions    intensity    arousal    acts    [the last four again, by who labelled the text alone]

Fields have a TAB between them. Emotions are shares (`afraid:.8 neutral:.2`), intensity is 0..1, arousal (the energy of face
and head) -1..1, acts have a level (`turn:2 away:1`, or `-`). Tables are named by their language; `held_out_*` is for the gate: no row of it is
learned from.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..vocabulary import EMOTION_NAMES, HEAD_STYLES
from .prompts import Label, third_of

FOLDER = Path(__file__).parent / "written"
HELD_OUT = "held_out_"
MIDDLE = {-1: 0.3, 0: 0.6, 1: 0.9}  # intensity of each third
PLAIN = 0.8  # share of the leading emotion in what is no mixture
# Words that say nothing by themselves; two others in a row that a held-out prompt shares with one to learn from take it out.
EMPTY = frozenset("""a an the and or but of to in on at by for with from as is are was be been it its he she they him her his their
    them you your i my me we our this that not no so up out off down over into like who what when one had has have just too very all
    der die das ein eine und oder aber zu in im am an auf mit von für wie ist sind er sie es ihr sein seine ihre den dem nicht so
    le la les un une des et ou mais de du à au en dans sur avec pour par est il elle ils on son sa ses qui que ne pas plus se
    el los las un una unos y o pero de del al en con por para es su sus que no se lo como le más""".split())

PLEASANT = np.array([0, 1, -1, -1, 0, -1, -1, -0.7, 0.7, -0.2])  # of each emotion


@dataclass(frozen=True)
class Said:
    """What one label asks of a face."""

    emotions: np.ndarray  # shares, in the order of EMOTION_NAMES
    intensity: float
    arousal: float
    acts: np.ndarray  # level 0..3 of each of HEAD_STYLES

    @classmethod
    def parse(cls, emotions, intensity, arousal, acts):
        """From four fields. Raises `ValueError` for names and numbers that mean nothing."""
        def pairs(text, names, what):
            values = np.zeros(len(names))
            for pair in text.split() if text != "-" else ():
                name, _, value = pair.partition(":")
                if name not in names:
                    raise ValueError(f"{what} are none called {name}")
                values[names.index(name)] = float(value)
            return values

        said = cls(pairs(emotions, EMOTION_NAMES, "emotions"), float(intensity), float(arousal), pairs(acts, HEAD_STYLES, "acts"))
        if abs(said.emotions.sum() - 1) > 1e-6 or not 0 <= said.intensity <= 1 or not -1 <= said.arousal <= 1:
            raise ValueError("shares must sum to 1, intensity is 0 to 1 and arousal -1 to 1")
        return said

    @classmethod
    def of(cls, label):
        """What a template's label asks for."""
        return cls(np.eye(len(EMOTION_NAMES))[label.emotion], MIDDLE[label.third] if label.emotion else 0.0, 0.0,
                   label.level * np.eye(len(HEAD_STYLES))[label.style - 1] if label.style else np.zeros(len(HEAD_STYLES)))

    def label(self):
        """The label that it is plainly; None where it is a mixture or asks for several acts."""
        emotion, acts = int(self.emotions.argmax()), np.flatnonzero(self.acts > 0.5)
        if self.emotions[emotion] < PLAIN or len(acts) > 1:
            return None
        level = int(np.clip(np.round(self.acts[acts[0]]), 1, 3)) if len(acts) else 0
        return Label(emotion, third_of(self.intensity) if emotion else 0, int(acts[0]) + 1 if len(acts) else 0, level)

    def mean(self, other):
        """Of two labels."""
        half = lambda name: (getattr(self, name) + getattr(other, name)) / 2
        return Said(*(half(name) for name in ("emotions", "intensity", "arousal", "acts")))


@dataclass(frozen=True)
class Prompt:
    """A text, who labelled it, and the mean of that."""

    text: str
    table: str
    labels: tuple

    @property
    def language(self):
        """Two letters."""
        return self.table.removeprefix(HELD_OUT)[:2]

    @property
    def said(self):
        """The mean of its labels."""
        return self.labels[0] if len(self.labels) == 1 else self.labels[0].mean(self.labels[1])


def read(path):
    """The prompts of a table. Raises `ValueError` with the line's number."""
    found = []
    for number, line in enumerate(Path(path).read_text(encoding="utf8").splitlines(), 1):
        text, *fields = line.split("\t")
        try:
            if len(fields) not in (4, 8):
                raise ValueError(f"{len(fields) + 1} fields where 5 or 9 are meant")
            labels = tuple(Said.parse(*fields[i:i + 4]) for i in range(0, len(fields), 4))
        except ValueError as error:
            raise ValueError(f"{path}, line {number}: {error}") from error
        found.append(Prompt(text, Path(path).stem, labels))
    return found


def prompts(folder=FOLDER):
    """(to learn from, held out and like none of those)."""
    tables = {path.stem: read(path) for path in sorted(Path(folder).glob("*.tsv"))}
    learned = [prompt for name, table in tables.items() if not name.startswith(HELD_OUT) for prompt in table]
    known = {pair for prompt in learned for pair in bigrams(prompt.text)}
    texts = {plain(prompt.text) for prompt in learned}
    others = [prompt for name, table in tables.items() if name.startswith(HELD_OUT) for prompt in table]
    kept = [p for p in others if plain(p.text) not in texts and not known & set(bigrams(p.text))]
    return learned, kept


def as_said(found, prompt):
    """Whether what was found is what a prompt says: a leading emotion that one of its labels has by .3, or, where it asks for acts and no
    mood, one of these acts."""
    lead = int(found.emotions.argmax())
    if any(label.emotions[lead] >= 0.3 for label in prompt.labels) and (lead or not (prompt.said.acts > 0.5).any()):
        return True
    asked = prompt.said.acts > 0.5
    return bool(prompt.said.emotions[0] > 0.5 and (found.acts[asked] > 0).any())


def opposite(found, prompt):
    """Whether it is plainly pleasant where the other is plainly unpleasant, or the other way round."""
    a, b = (s.emotions @ PLEASANT for s in (found, prompt.said))
    return a * b < -0.16


def plain(text):
    """Without case and punctuation."""
    return " ".join(re.findall(r"\w+", text.lower()))


def bigrams(text):
    """Neighbours among the content words of a text. Chinese has no blanks: four characters in a row count as two words; and of Japanese
    count the runs that are no hiragana, which is mostly grammar."""
    for run in re.split(r"[^\w' ]+", text.lower()):
        if re.search("[\u3040-\u30ff]", run):
            words = re.findall("[\u30a1-\u30ff\u3400-\u9fff]+", run)
        else:
            wide = re.findall("[\u3400-\u9fff]+", run)
            yield from (part[i:i + 4] for part in wide for i in range(len(part) - 3))
            words = re.findall("[^\\W\u3400-\u9fff]+", run)
        yield from ((a, b) for a, b in zip(words, words[1:]) if a not in EMPTY and b not in EMPTY)


def agreement(found):
    """Of the two labels of prompts: {what: figure}."""
    twice = [p.labels for p in found if len(p.labels) == 2]
    first, second = zip(*twice)
    column = lambda rows, name: np.array([getattr(row, name) for row in rows])
    a, b = column(first, "emotions"), column(second, "emotions")
    acts = column(first, "acts") > 0, column(second, "acts") > 0
    return {
        "prompts": len(twice),
        "same leading emotion": float(np.mean(a.argmax(1) == b.argmax(1))),
        "shares in common": float(np.minimum(a, b).sum(1).mean()),
        "r of intensity": float(np.corrcoef(column(first, "intensity"), column(second, "intensity"))[0, 1]),
        "r of arousal": float(np.corrcoef(column(first, "arousal"), column(second, "arousal"))[0, 1]),
        "acts, F1": float(2 * (acts[0] & acts[1]).sum() / (acts[0].sum() + acts[1].sum())),
    }


def main():
    learned, kept = prompts()
    print(f"{len(learned)} to learn from, {len(kept)} held out")
    for name, found in (("to learn from", learned), ("held out", kept)):
        print(name + ": " + ", ".join(f"{what} {value:.3g}" for what, value in agreement(found).items()))


if __name__ == "__main__":
    main()
