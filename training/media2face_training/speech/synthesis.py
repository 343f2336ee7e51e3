"""Synthetic speech with exact phone times.

Three engines, each called as a separate program or loaded at run time and none of them distributed:
flite (voices awb, rms, slt, kal16), espeak-ng through its C library (GPL-3, loaded with ctypes),
and festival (slt HTS, kal diphone).
"""

import ctypes
import ctypes.util
import subprocess
import wave
from math import gcd
from pathlib import Path

import numpy as np
from scipy.signal import resample_poly

from .phones import expand

RATE = 16000
FLITE_F0 = {"kal16": 105, "awb": 120, "rms": 100, "slt": 170}  # Hz


def read_wave(path):
    """Mono 16-bit file -> (float array in [-32768, 32767], rate)."""
    with wave.open(str(path)) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.float32)
        if file.getnchannels() > 1:
            samples = samples.reshape(-1, file.getnchannels()).mean(1)
        return samples, file.getframerate()


def write_wave(path, samples):
    """int16 samples -> a 16 kHz mono file."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(np.asarray(samples, "<i2").tobytes())


def to_16k(samples, rate):
    """Any rate -> int16 at 16 kHz."""
    if rate != RATE:
        divisor = gcd(rate, RATE)
        samples = resample_poly(samples, RATE // divisor, rate // divisor)
    return np.clip(np.round(samples), -32768, 32767).astype(np.int16)


def segments_of(engine, phones, starts, ends, language="en"):
    """Engine phones with times -> [[class, from, to]]; a phone without counterpart is marked null."""
    return [[c, round(a, 4), round(b, 4)] for p, start, end in zip(phones, starts, ends) if end > start
            for c, a, b in expand(engine, p, start, end, language)]


def flite(text, voice, stretch, f0, folder, spread=None):
    """One sentence by flite; f0 and its spread in Hz.

    Its times are used unscaled (the audio of kal16 ends before its last label).
    """
    path = Path(folder) / "flite.wav"
    command = ["flite", "-voice", voice, "--setf", f"duration_stretch={stretch:.3f}",
               "--setf", f"int_f0_target_mean={f0:.1f}", "-t", text, "-o", str(path), "-psdur"]
    if spread is not None:
        command[3:3] = ["--setf", f"int_f0_target_stddev={spread:.1f}"]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    phones, ends = zip(*(token.rsplit(":", 1) for token in output.split()))
    ends = [float(e) for e in ends]
    return to_16k(*read_wave(path)), segments_of("flite", phones, [0.0] + ends[:-1], ends)


def festival_batch(jobs, folder):
    """[(voice, stretch, text)] -> yields (samples, segments) or None per job; one process for all.

    A job may end in (f0, spread) in Hz, which the diphone voices follow.
    """
    folder = Path(folder)
    script, previous = [], None
    for i, (voice, stretch, text, *pitch) in enumerate(jobs):
        if voice != previous:
            script.append(f"({voice})")
            previous = voice
        script.append(f"(Parameter.set 'Duration_Stretch {stretch:.3f})")
        if pitch:
            script.append("(set! int_lr_params '((target_f0_mean {:.1f}) (target_f0_std {:.1f}) "
                          "(model_f0_mean 170) (model_f0_std 34)))".format(*pitch))
        script.append(f'(set! u1 (SynthText "{text}"))')
        script.append(f"(utt.save.wave u1 \"{folder}/{i}.wav\" 'riff)")
        script.append(f'(utt.save.segs u1 "{folder}/{i}.lab")')
    (folder / "batch.scm").write_text("\n".join(script))
    subprocess.run(["festival", "-b", str(folder / "batch.scm")], capture_output=True, check=False)
    for i in range(len(jobs)):
        sound, labels = folder / f"{i}.wav", folder / f"{i}.lab"
        if not (sound.exists() and labels.exists()):
            yield None
            continue
        rows = [line.split() for line in labels.read_text().splitlines()]
        rows = [row for row in rows if len(row) == 3 and row[0] != "#"]
        ends = [float(row[0]) for row in rows]
        samples = to_16k(*read_wave(sound))
        sound.unlink()
        labels.unlink()
        yield samples, segments_of("festival", [row[2] for row in rows], [0.0] + ends[:-1], ends)


class _EspeakEvent(ctypes.Structure):
    _fields_ = [("type", ctypes.c_int), ("unique_identifier", ctypes.c_uint), ("text_position", ctypes.c_int),
                ("length", ctypes.c_int), ("audio_position", ctypes.c_int), ("sample", ctypes.c_int),
                ("user_data", ctypes.c_void_p), ("string", ctypes.c_char * 8)]


class Espeak:
    """espeak-ng's library, loaded at run time; phoneme events give starts in milliseconds."""

    RETRIEVAL, PHONEME_EVENTS, UTF8 = 1, 1, 1
    END, PHONEME = 5, 7
    RATE, PITCH, RANGE = 1, 3, 4

    def __init__(self):
        self.espeak = ctypes.CDLL(ctypes.util.find_library("espeak-ng") or "libespeak-ng.so.1")
        self.sample_rate = self.espeak.espeak_Initialize(self.RETRIEVAL, 200, None, self.PHONEME_EVENTS)
        kind = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int,
                                ctypes.POINTER(_EspeakEvent))
        self._callback = kind(self._receive)
        self.espeak.espeak_SetSynthCallback(self._callback)

    def _receive(self, samples, count, events):
        if samples and count > 0:
            self._samples.append(np.ctypeslib.as_array(samples, (count,)).copy())
        i = 0
        while events[i].type != 0:
            event = events[i]
            if event.type == self.PHONEME:
                name = ctypes.string_at(ctypes.addressof(event) + _EspeakEvent.string.offset, 8)
                self._starts.append((event.audio_position / 1000, name.split(b"\0")[0].decode("utf8", "replace")))
            elif event.type == self.END:
                self._end = event.audio_position / 1000
            i += 1
        return 0

    def speak(self, text, voice, rate, pitch, spread):
        """One sentence -> (samples, segments), or None where the voice is unknown."""
        if self.espeak.espeak_SetVoiceByName(voice.encode()) != 0:
            return None
        for parameter, value in ((self.RATE, rate), (self.PITCH, pitch), (self.RANGE, spread)):
            self.espeak.espeak_SetParameter(parameter, value, 0)
        self._samples, self._starts, self._end = [], [], None
        data = text.encode()
        self.espeak.espeak_Synth(data, len(data) + 1, 0, 1, 0, self.UTF8, None, None)
        self.espeak.espeak_Synchronize()
        if not self._samples or not self._starts:
            return None
        samples = np.concatenate(self._samples).astype(np.float32)
        starts = [s for s, _ in self._starts]
        ends = starts[1:] + [self._end or len(samples) / self.sample_rate]
        names = [name or "_" for _, name in self._starts]
        language = voice.split("+")[0].split("-")[0]
        return to_16k(samples, self.sample_rate), segments_of("espeak", names, starts, ends, language)
