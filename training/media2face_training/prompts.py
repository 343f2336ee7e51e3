"""Real speech with phone times, for evaluation only: the voice prompts of Debian's asterisk packages.

asterisk-core-sounds-en holds the transcripts, asterisk-core-sounds-en-g722 the sound (one professional speaker,
CC BY-SA). pocketsphinx aligns them; the result is kept in the work folder and nowhere else.
"""

import gzip
import json
import re
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .phones import INDEX

TRANSCRIPTS = "usr/share/doc/asterisk-core-sounds-en/core-sounds-en.txt.gz"
SOUNDS = "usr/share/asterisk/sounds/en_US_f_Allison"
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


def transcripts(path):
    """{name: words} of the list's lines `name: text`."""
    found = {}
    with gzip.open(path, "rt", encoding="latin1") as lines:
        for line in lines:
            key, colon, text = line.partition(":")
            if colon and not line.startswith(";"):
                found[key.strip()] = text.strip()
    return found


def words(text):
    """The words an aligner can look up, or nothing where the text has stage directions."""
    if re.search(r"[\[\]<>]", text):
        return ""
    text = re.sub(r"\b(\d)\b", lambda digit: DIGITS[int(digit[1])], text.lower())
    return re.sub(r"[^a-z']+", " ", text).strip()


def decode(path):
    """A g722 file -> int16 [samples]."""
    import av  # here, so that only the gate needs it

    with av.open(str(path), format="g722") as file:
        return np.concatenate([frame.to_ndarray().reshape(-1) for frame in file.decode(file.streams.audio[0])])


class Aligner:
    """pocketsphinx with its own acoustic model and dictionary."""

    def __init__(self):
        from pocketsphinx import Decoder

        self.decoder = Decoder(samprate=16000, lm=None, loglevel="FATAL")
        self.pad = np.random.default_rng(0).normal(0, 8, int(PAD_S * 16000)).astype(np.int16)

    def align(self, samples, text):
        """-> [[class, from_s, to_s]], or None where the words do not fit the sound."""
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

    def _pass(self, sound):
        self.decoder.start_utt()
        self.decoder.process_raw(sound, full_utt=True)
        self.decoder.end_utt()


def load(root, cache):
    """The aligned prompts under the root of a file system (or unpacked packages), from the cache if it is there."""
    cache = Path(cache)
    if not (cache / "prompts.json").exists():
        cache.mkdir(parents=True, exist_ok=True)
        _prepare(Path(root), cache)
    audio = np.load(cache / "prompts.npy", mmap_mode="r")
    return [Prompt(row["key"], audio[row["start"] : row["start"] + row["samples"]], row["phones"])
            for row in json.loads((cache / "prompts.json").read_text())]


def _prepare(root, cache):
    for path, package in ((TRANSCRIPTS, "asterisk-core-sounds-en"), (SOUNDS, "asterisk-core-sounds-en-g722")):
        if not (root / path).exists():
            raise FileNotFoundError(f"{root / path} is missing: it is in the Debian package {package}")
    texts, aligner, rows, sounds, start, refused = transcripts(root / TRANSCRIPTS), Aligner(), [], [], 0, 0
    for path in sorted((root / SOUNDS).rglob("*.g722")):
        key = str(path.relative_to(root / SOUNDS))[: -len(".g722")]
        text = words(texts.get(key, ""))
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
    print(f"{len(rows)} prompts, {start / 960000:.1f} min; {refused} could not be aligned")
