"""Real voices without phone times, for the audio encoder to be taught on by its teacher: no label is used, none is made.

- a performer's voice: every wav of the folders given by `--voice` (data to train on, never the gate's tracks);
- Russian prompts by a professional: Debian's asterisk-core-sounds-ru-g722 (CC-BY-3.0: credit asterisk's IvrvoiceRU);
- French prompts: Debian's asterisk-prompt-fr-armelle, which cannot be installed beside the gate's French:
  `apt-get download asterisk-prompt-fr-armelle && dpkg -x *.deb DIR`, then `--armelle DIR`.

Writes `recordings/audio.npy` and `recordings/index.jsonl` as `more_speech` does; every phone is null.

    python -m media2face_training.voices.recordings --work target/training --asterisk / --armelle DIR --voice DIR
"""

import argparse
import json
import sys
from pathlib import Path

import numpy as np

from .. import storage
from ..speech import mel
from ..speech.synthesis import read_wave, to_16k

RUSSIAN = "usr/share/asterisk/sounds/ru_RU_f_IvrvoiceRU"
ARMELLE, ARMELLE_MARK = "usr/share/asterisk/sounds/fr", "usr/share/doc/asterisk-prompt-fr-armelle"
SHORTEST_S, LONGEST_S = 0.6, 30.0  # longer recordings are cut in pieces


class Refused(Exception):
    """A source is not where it was said to be."""


def decoded(path):
    """A g722 or gsm file -> int16 [samples] at 16 kHz."""
    import av  # here, so that only this needs it

    with av.open(str(path), format=path.suffix[1:]) as file:
        rate = file.streams.audio[0].rate
        frames = [frame.to_ndarray().reshape(-1) for frame in file.decode(file.streams.audio[0])]
    return to_16k(np.concatenate(frames or [np.zeros(0)]).astype(np.float32), rate)


def sources(asterisk, armelle, voices):
    """[(voice, language, path)] of what is there; raises Refused where a folder that was named is not."""
    found = []
    if asterisk:
        folder = Path(asterisk) / RUSSIAN
        if not folder.is_dir():
            raise Refused(f"{folder} is missing: it is in the Debian package asterisk-core-sounds-ru-g722")
        found += [("asterisk:ru", "ru", path) for path in sorted(folder.rglob("*.g722"))]
    if armelle:
        if not (Path(armelle) / ARMELLE_MARK).is_dir():
            raise Refused(f"{armelle} does not hold asterisk-prompt-fr-armelle (no {ARMELLE_MARK})")
        found += [("asterisk:armelle", "fr", path) for path in sorted((Path(armelle) / ARMELLE).rglob("*.gsm"))]
    for folder in voices:
        paths = sorted(Path(folder).glob("*.wav"))
        if not paths:
            raise Refused(f"{folder} holds no wav")
        if (Path(folder) / "names.txt").exists():
            raise Refused(f"{folder} is a folder of tracks to be judged on; nothing learns from it")
        found += [("performer", "zh", path) for path in paths]
    return found


def pieces(samples):
    """int16 samples in pieces of at most LONGEST_S of about one length; nothing of a recording that is too short."""
    if len(samples) < SHORTEST_S * mel.RATE:
        return []
    return np.array_split(samples, -(-len(samples) // int(LONGEST_S * mel.RATE)))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", default="target/training")
    parser.add_argument("--asterisk", metavar="DIR", help="root under which asterisk-core-sounds-ru-g722 is installed")
    parser.add_argument("--armelle", metavar="DIR", help="where asterisk-prompt-fr-armelle was unpacked")
    parser.add_argument("--voice", metavar="DIR", nargs="*", default=[], help="folders of wav")
    options = parser.parse_args()
    try:
        found = sources(options.asterisk, options.armelle, options.voice)
    except Refused as error:
        sys.exit(f"error: {error}")
    sounds, rows, start = [], [], 0
    for voice, language, path in found:
        whole = to_16k(*read_wave(path)) if path.suffix == ".wav" else decoded(path)
        for piece in pieces(whole):
            rows.append(dict(engine="recorded", voice=voice, language=language, start=start, samples=len(piece),
                             phones=[[None, 0.0, round(len(piece) / mel.RATE, 4)]]))
            sounds.append(piece)
            start += len(piece)
    folder = Path(options.work) / "recordings"
    folder.mkdir(parents=True, exist_ok=True)
    storage.atomically(folder / "audio.npy", lambda file: np.save(file, np.concatenate(sounds or [np.zeros(0, np.int16)])))
    storage.write_text(folder / "index.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    print(f"{len(rows)} recordings of {len({row['voice'] for row in rows})} voices, {start / mel.RATE / 60:.1f} min")


if __name__ == "__main__":
    main()
