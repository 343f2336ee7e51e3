"""The runtime as its users have it: the command-line tool, run on a sound, its files read back."""

import json
import subprocess
import tempfile
import wave
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from safetensors import safe_open

RATE = 16000


@dataclass
class Motion:
    """weights [F, 52], pose [F, 6] (axis-angle rad, mm), offsets [F, V, 3] in mm or None."""

    weights: np.ndarray
    pose: np.ndarray
    offsets: np.ndarray | None = None


class RuntimeFailed(Exception):
    """The tool ended with an error; the message is its own."""


def write_wav(path, samples):
    """Mono 16 kHz int16 samples -> WAV file."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(np.asarray(samples, "<i2").tobytes())


class Runtime:
    """`m2f animate` with a pack. `binary` is built by `cargo build --release -p m2f`."""

    def __init__(self, binary, pack):
        self.binary, self.pack = Path(binary), Path(pack)
        if not self.binary.exists():
            raise FileNotFoundError(f"{binary} is missing: cargo build --release -p m2f")
        with safe_open(pack, "numpy") as tensors:
            self.decodes = any(name.startswith("gnpfa.generator.") for name in tensors.keys())

    def animate(self, sound, offsets=True, adjusted=False, **options):
        """Animates int16 samples at 16 kHz, or a file. Options are the tool's, e.g. steps=8, guidance_audio=1.5.

        Without offsets where they are not asked for or the pack has no generator. What the networks make is compared with the
        truth: without the pack's adjustments and a tail, unless it is asked for as users get it.
        """
        offsets = offsets and self.decodes
        with tempfile.TemporaryDirectory() as folder:
            path = Path(sound) if isinstance(sound, (str, Path)) else Path(folder) / "clip.wav"
            if path.parent == Path(folder):
                write_wav(path, sound)
            command = [self.binary, "animate", path, "--model", self.pack, "--out", folder, "--quiet",
                       "--emit", "json,npy" if offsets else "json"]
            if not adjusted:
                command += ["--no-pack-adjustments", "--tail", "0"]
            for name, value in options.items():
                if value is not None:
                    command += ["--" + name.replace("_", "-"), str(value)]
            done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
            if done.returncode != 0:
                raise RuntimeFailed(done.stderr.strip() or f"{self.binary} ended with {done.returncode}")
            return self._read(Path(folder) / path.stem, offsets)

    @staticmethod
    def _read(stem, offsets):
        told = json.loads(stem.with_name(stem.name + ".json").read_text())
        return Motion(np.array(told["weights"], np.float32), poses(told),
                      np.load(stem.with_name(stem.name + ".offsets.npy")) if offsets else None)


def poses(told):
    """Head poses of the tool's JSON -> [F, 6] axis-angle rad, mm."""
    q = np.array([frame["rotation"] for frame in told["head"]], np.float64)
    q *= np.where(q[:, 3:] < 0, -1, 1)
    length = np.linalg.norm(q[:, :3], axis=1, keepdims=True)
    angle = 2 * np.arctan2(length, q[:, 3:])
    vector = q[:, :3] * np.where(length > 1e-9, angle / np.maximum(length, 1e-9), 2.0)
    return np.concatenate([vector, [frame["translation_mm"] for frame in told["head"]]], 1).astype(np.float32)
