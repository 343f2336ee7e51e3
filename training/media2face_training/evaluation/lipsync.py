"""Free lip-sync engines, run offline: sound in, visemes out, and ARKit weights by one table for all of them.

`@met4citizen/headaudio` and `wlipsync` (npm, MIT) are AudioWorklets for browsers; `lipsync.mjs` drives them in Node.
`openfacefx` (PyPI, MIT) is Python. Each is fetched by version and hash (`packages`).
"""

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from scipy.signal import resample_poly

from .. import packages
from ..config import FPS
from ..rules.visemes import CHANNELS, TARGETS
from ..vocabulary import ARKIT
from .runtime import RATE, write_wav

# The fifteen visemes of Oculus' set in the order of `lipsync.mjs`, and the phones whose mouths each stands for.
OCULUS = {
    "sil": "SIL", "PP": "P B M", "FF": "F V", "TH": "TH DH", "DD": "T D", "kk": "K G HH", "CH": "CH JH SH ZH",
    "SS": "S Z", "nn": "N NG L", "RR": "R ER", "aa": "AA AE AH AY AW", "E": "EH EY", "I": "IH IY Y", "O": "AO OW OY",
    "U": "UH UW W",
}
VISEMES = tuple(OCULUS)
VISEME_OF = {phone: viseme for viseme, phones in OCULUS.items() for phone in phones.split()}
# wlipsync's vowels, its closed mouth and its noise, as visemes. It is calibrated by hearing them, an entry for each
# phone. Version 1.3.1 computes as many of its twelve coefficients as there are entries, so there are twelve.
VOWELS = {"A": "aa", "I": "I", "U": "U", "E": "E", "O": "O", "N": "PP", "-": "sil"}
CALIBRATED = (("A", "AA"), ("A", "AE"), ("A", "AH"), ("I", "IY"), ("I", "IH"), ("U", "UW"), ("U", "UH"),
              ("E", "EH"), ("E", "EY"), ("O", "OW"), ("N", "M"), ("-", "SIL"))
SAMPLES_OF_ENTRY, SHORTEST_S = 16, 0.06  # feature vectors of an entry (uLipSync's default); a phone that is read
HEARD_S = 1024 / 16000 / 2  # from the end of a feature's window to its middle
PLAYED_AT = 48000  # Hz, a browser's usual rate; the sounds are resampled to it


def table():
    """[15, 52]: each viseme is the mean of its phones' targets in the rules; the lips of p, b, m close against their jaw."""
    out = np.zeros((len(VISEMES), len(ARKIT)))
    for row, phones in zip(out, OCULUS.values()):
        targets = np.mean([TARGETS[phone][0] for phone in phones.split() if phone in TARGETS], 0)
        for name, value in zip(CHANNELS, targets):
            row[[k for k, weight in enumerate(ARKIT) if weight in (name, name + "Left", name + "Right")]] = value
    out[VISEMES.index("PP"), ARKIT.index("mouthClose")] = out[VISEMES.index("PP"), ARKIT.index("jawOpen")]
    return out


def weights_of(visemes):
    """Visemes [F, 15] -> weights [F, 52], blended linearly as a rig's blendshapes are."""
    return np.clip(visemes @ table(), 0, 1)


def of_phones(phones, frames):
    """[[class, from_s, to_s]] -> visemes [frames, 15], each on or off."""
    time, out = (np.arange(frames) + 0.5) / FPS, np.zeros((frames, len(VISEMES)))
    for name, start, end in phones:
        out[(time >= start) & (time < end), VISEMES.index(VISEME_OF.get(name, "sil"))] = 1
    return out


def of_vowels(weights, names):
    """wlipsync's weights [F, names] -> visemes [F, 15]."""
    out = np.zeros((len(weights), len(VISEMES)))
    for name, column in zip(names, weights.T):
        out[:, VISEMES.index(VOWELS[name])] += column
    return out


def of_track(track, frames):
    """A track of openfacefx -> visemes [frames, 15], between its keys at the frames' middles."""
    time, out = (np.arange(frames) + 0.5) / FPS, np.zeros((frames, len(VISEMES)))
    for channel in track.channels:
        times, values = zip(*((key.time, key.value) for key in channel.keys))
        out[:, VISEMES.index(channel.name)] = np.interp(time, times, values)
    return out


def profile(heard):
    """[(features [n, 13]: s and twelve values, phones)] -> wlipsync's profile.

    An entry is SAMPLES_OF_ENTRY features out of the middle halves of its phone, or of another phone of its name where
    nobody says that one. Raises Refused where nobody says any.
    """
    found = {phone: [] for _, phone in CALIBRATED}
    for features, phones in heard:
        middle = features[:, 0] - HEARD_S
        for phone, start, end in phones:
            if phone in found and end - start >= SHORTEST_S:
                inner = (middle >= start + (end - start) / 4) & (middle <= end - (end - start) / 4)
                found[phone].append(features[inner & np.isfinite(features).all(1), 1:])
    found = {phone: np.concatenate(some) for phone, some in found.items() if some and sum(map(len, some))}
    entries = []
    for name, phone in CALIBRATED:
        said = next((p for p in (phone, *(p for n, p in CALIBRATED if n == name)) if p in found), None)
        if said is None:
            raise packages.Refused(f"wlipsync cannot be calibrated: nobody says {name} ({phone}) for {SHORTEST_S} s")
        picks = np.linspace(0, len(found[said]) - 1, SAMPLES_OF_ENTRY).astype(int)
        chosen = [dict(array=values.tolist()) for values in found[said][picks]]
        entries.append(dict(name=name, mfccCalibrationDataList=chosen))
    return dict(targetSampleRate=16000, sampleCount=1024, melFilterBankChannels=30, compareMethod=1, mfccNum=12,
                mfccDataCount=SAMPLES_OF_ENTRY, useStandardization=False, mfccs=entries)


class Engines:
    """The engines, fetched into a folder: int16 at 16 kHz -> visemes [frames, 15]. Raises packages.Refused."""

    def __init__(self, folder):
        if shutil.which("node") is None:
            raise packages.Refused("node is not installed; headaudio and wlipsync are run by it")
        wlipsync = packages.unpack(packages.WLIPSYNC, folder)
        headaudio = packages.unpack(packages.HEADAUDIO, folder)
        self._places = {"headaudio": headaudio, "wlipsync": wlipsync, "mfcc": wlipsync}
        packages.importable(packages.OPENFACEFX, folder)

    def _play(self, kind, samples, width, profile=None):
        """[rows, width] of `lipsync.mjs`."""
        with tempfile.TemporaryDirectory() as folder:
            sound, out, told = Path(folder) / "sound.f32", Path(folder) / "out.f32", Path(folder) / "profile.json"
            resample_poly(samples.astype(np.float32) / 32768, PLAYED_AT // RATE, 1).astype("<f4").tofile(sound)
            told.write_text(json.dumps(profile))
            script = Path(__file__).with_suffix(".mjs")
            command = ["node", script, kind, self._places[kind], sound, PLAYED_AT, FPS, out, told]
            done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
            if done.returncode:
                sys.exit(f"error: {kind} in Node: {done.stderr.strip()}")
            return np.fromfile(out, "<f4").reshape(-1, width).astype(np.float64)

    def headaudio(self, samples):
        """As it comes: its own English model, its own thresholds."""
        return self._play("headaudio", samples, len(VISEMES))

    def calibrate(self, clips):
        """[(samples, phones)] -> a profile of the speaker, which wlipsync does not come with."""
        return profile([(self._play("mfcc", samples, 13), phones) for samples, phones in clips])

    def wlipsync(self, samples, profile):
        """With a profile of `calibrate`."""
        names = list(dict.fromkeys(entry["name"] for entry in profile["mfccs"]))
        return of_vowels(self._play("wlipsync", samples, len(names), profile), names)

    def openfacefx_loudness(self, samples):
        """What it does with a sound alone: loudness opens the mouth."""
        from openfacefx.energy import generate_from_energy

        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "sound.wav"
            write_wav(path, samples)
            return of_track(generate_from_energy(str(path)), round(len(samples) / RATE * FPS))

    def openfacefx_phones(self, samples, phones):
        """Its coarticulation of phones with times, which it takes from other tools."""
        from openfacefx.alignment import PhonemeSegment
        from openfacefx.pipeline import generate_from_alignment

        segments = [PhonemeSegment("sil" if name == "SIL" else name, start, end) for name, start, end in phones]
        return of_track(generate_from_alignment(segments), round(len(samples) / RATE * FPS))

    def openfacefx_text(self, samples, text):
        """Its own spelling rules, the phones spread over the sound's length by how long such phones usually are."""
        from openfacefx.pipeline import generate_naive

        return of_track(generate_naive(text, len(samples) / RATE), round(len(samples) / RATE * FPS))
