"""What tests share: a sound, and a model that computes on one thread of the CPU, as every machine has it."""

import os
import pathlib
import struct
import wave
import zlib

import numpy as np
import pytest

import media2face

ROOT = pathlib.Path(os.environ.get("M2F_ROOT", pathlib.Path(__file__).parents[3]))


@pytest.fixture(scope="session")
def hello_wav():
    """The path of a spoken sentence."""
    return ROOT / "samples/audio/hello.wav"


@pytest.fixture(scope="session")
def hello(hello_wav):
    """A spoken sentence: int16 [frames], and its rate."""
    with wave.open(str(hello_wav)) as file:
        return np.frombuffer(file.readframes(file.getnframes()), np.int16), file.getframerate()


@pytest.fixture(scope="session")
def second(hello):
    """Its first second."""
    samples, rate = hello
    return samples[:rate], rate


@pytest.fixture(scope="session")
def sentence(hello):
    """Its first three seconds, for what needs more than one."""
    samples, rate = hello
    return samples[: 3 * rate], rate


@pytest.fixture(scope="session")
def picture(tmp_path_factory):
    """The path of a PNG file: 64 x 64, a disc before grey."""
    y, x = np.mgrid[:64, :64]
    disc = (x - 32) ** 2 + (y - 32) ** 2 < 400
    rgb = np.where(disc[..., None], [230, 170, 140], [90, 90, 90]).astype(np.uint8)
    rows = b"".join(b"\0" + row.tobytes() for row in rgb)

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 64, 64, 8, 2, 0, 0, 0))
    path = tmp_path_factory.mktemp("pictures") / "disc.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))
    return path


@pytest.fixture(scope="session")
def model():
    return media2face.Model(runtime=media2face.Runtime(backend="cpu", threads=1))


@pytest.fixture(scope="session")
def animation(model, second):
    """A second of the sentence, animated."""
    return model.animate(*second, seed=7)
