"""Real speech with phone times, for evaluation only: the voice prompts of Debian's asterisk packages.

asterisk-core-sounds-LANGUAGE holds the transcripts, asterisk-core-sounds-LANGUAGE-g722 the sound (one professional
speaker each, CC BY-SA). pocketsphinx aligns them; the result is kept in the work folder and nowhere else. Its acoustic
model is English: words of other languages get their phones from espeak-ng, in the classes of `phones`, so their times
are rougher.
"""

import gzip
import json
import re
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .phones import INDEX
from .synthesis import Espeak

TRANSCRIPTS = "usr/share/doc/asterisk-core-sounds-{0}/core-sounds-{0}.txt.gz"
SOUNDS = "usr/share/asterisk/sounds"
SPEAKERS = {"en": "en_US_f_Allison", "fr": "fr_CA_f_June"}
ENCODINGS = {"en": "latin1", "fr": "utf8"}
DIGITS = "zero one two three four five six seven eight nine ten".split()
LONGEST_S, SHORTEST_S, PAD_S = 25, 0.5, 0.2


@dataclass
class Prompt:
    """A recording: int16 samples at 16 kHz and [[class, from_s, to_s], ...]."""

    key: str
    samples: np.ndarray
    phones: list

    @property
    def half(self):
        """A or B, by the name's checksum."""
        return "A" if zlib.crc32(self.key.encode()) % 2 else "B"


def transcripts(path, encoding):
    """{name: words} of the list's lines `name: text`."""
    found = {}
    with gzip.open(path, "rt", encoding=encoding) as lines:
        for line in lines:
            key, colon, text = line.partition(":")
            if colon and not line.startswith(";"):
                found[key.strip()] = text.strip()
    return found


def words(text, language="en"):
    """The words an aligner can look up, or nothing where the text has stage directions or figures it cannot read."""
    if re.search(r"[\[\]<>]", text):
        return ""
    text = text.lower()
    if language == "en":
        text = re.sub(r"\b(\d)\b", lambda digit: DIGITS[int(digit[1])], text)
    elif re.search(r"\d", text):
        return ""
    return re.sub(r"[^\w']+|[\d_]+", " ", text).strip()


def decode(path):
    """A g722 file -> int16 [samples]."""
    import av  # here, so that only the gate needs it

    with av.open(str(path), format="g722") as file:
        return np.concatenate([frame.to_ndarray().reshape(-1) for frame in file.decode(file.streams.audio[0])])


class Aligner:
    """pocketsphinx with its own acoustic model; outside English espeak-ng says how a word is spoken."""

    def __init__(self, language="en"):
        from pocketsphinx import Decoder

        self.language, self.known = language, set()
        self.engine = Espeak() if language != "en" else None

        self.decoder = Decoder(samprate=16000, lm=None, loglevel="FATAL")
        self.pad = np.random.default_rng(0).normal(0, 8, int(PAD_S * 16000)).astype(np.int16)

    def align(self, samples, text):
        """-> [[class, from_s, to_s]], or None where the words do not fit the sound."""
        if self.engine:
            text = " ".join(self._learn(word) for word in text.split())
        sound = np.concatenate([self.pad, samples, self.pad]).tobytes()
        try:
            self.decoder.set_align_text(text)
            self._pass(sound)
            if self.decoder.hyp() is None:
                return None
            self.decoder.set_alignment()
            self._pass(sound)
        except RuntimeError:
            return None
        phones = [(p.name.upper(), p.start / 100 - PAD_S, (p.start + p.duration) / 100 - PAD_S)
                  for word in self.decoder.get_alignment() for p in word]
        return [[name if name in INDEX else "SIL", max(0.0, start), end] for name, start, end in phones if end > 0]

    def _learn(self, word):
        """Enters a word; the name that it goes by cannot be that of an English one."""
        name = f"{self.language}_{word}"
        if name not in self.known:
            self.known.add(name)
            spoken = self.engine.speak(word, self.language, 150, 50, 50)
            classes = [c for c, _, _ in (spoken[1] if spoken else []) if c not in (None, "SIL")]
            if classes:
                self.decoder.add_word(name, " ".join(classes), True)
        return name

    def _pass(self, sound):
        self.decoder.start_utt()
        self.decoder.process_raw(sound, full_utt=True)
        self.decoder.end_utt()


def load(root, cache, language="en"):
    """The aligned prompts under the root of a file system (or unpacked packages), from the cache if it is there."""
    cache = Path(cache) / language
    if not (cache / "prompts.json").exists():
        cache.mkdir(parents=True, exist_ok=True)
        _prepare(Path(root), cache, language)
    audio = np.load(cache / "prompts.npy", mmap_mode="r")
    return [Prompt(row["key"], audio[row["start"] : row["start"] + row["samples"]], row["phones"])
            for row in json.loads((cache / "prompts.json").read_text())]


def _prepare(root, cache, language):
    list_path, folder = root / TRANSCRIPTS.format(language), root / SOUNDS / SPEAKERS[language]
    for path, package in ((list_path, f"asterisk-core-sounds-{language}"),
                          (folder, f"asterisk-core-sounds-{language}-g722")):
        if not path.exists():
            raise FileNotFoundError(f"{path} is missing: it is in the Debian package {package}")
    texts, aligner = transcripts(list_path, ENCODINGS[language]), Aligner(language)
    rows, sounds, start, refused = [], [], 0, 0
    for path in sorted(folder.rglob("*.g722")):
        key = str(path.relative_to(folder))[: -len(".g722")]
        text = words(texts.get(key, ""), language)
        if not text:
            continue
        samples = decode(path)
        if not SHORTEST_S * 16000 <= len(samples) <= LONGEST_S * 16000:
            continue
        phones = aligner.align(samples, text)
        if phones is None:
            refused += 1
            continue
        rows.append(dict(key=key, start=start, samples=len(samples), phones=phones))
        sounds.append(samples)
        start += len(samples)
    np.save(cache / "prompts.npy", np.concatenate(sounds))
    (cache / "prompts.json").write_text(json.dumps(rows))
    print(f"{language}: {len(rows)} prompts, {start / 960000:.1f} min; {refused} could not be aligned")
