"""Baked faces are read without a model, as the command wrote them."""

import json
import os
import struct
import subprocess

import numpy as np
import pytest

import media2face

ROOT = os.environ.get("M2F_ROOT", os.path.join(os.path.dirname(__file__), "../../.."))
COMMAND = os.environ.get("M2F_COMMAND")
HEAD = ["headX", "headY", "headZ", "headW", "headRight_mm", "headUp_mm", "headFront_mm"]


def file_of(header, values, magic=b"M2FCURV1"):
    text = json.dumps(header).encode() if isinstance(header, dict) else header
    return magic + struct.pack("<I", len(text)) + text + np.asarray(values, "<f2").tobytes()


def two_frames(**changes):
    """Half a weight and no turn, then all of it and a half turn about y whose quaternion has the other sign."""
    header = {"frames": 2, "frame_rate": [30, 1], "channels": ["jawOpen", *HEAD], **changes}
    return file_of(header, [[0.5, 0, 0, 0, 1, 1, 2, 3], [1, 0, -1, 0, 0, 3, 2, 1]])


@pytest.fixture
def written(tmp_path):
    def write(data):
        path = tmp_path / "face.curves"
        path.write_bytes(data)
        return path

    return write


def test_faces_between_frames_are_between_them(written):
    curves = media2face.read_curves(written(two_frames()))
    assert (len(curves), curves.names, curves.fps) == (2, ["jawOpen"], 30)
    face = curves.sample(0.5 / 30)
    assert face.weights == pytest.approx([0.75]) and face.translation_mm == pytest.approx([2, 2, 2])
    assert np.linalg.norm(face.rotation) == pytest.approx(1) and abs(face.rotation[1]) == pytest.approx(0.5**0.5)
    assert curves.sample(-1).weights == [0.5] and curves.sample(9).weights == [1]
    with pytest.raises(ValueError):
        curves.weights[0] = 0


@pytest.mark.skipif(COMMAND is None, reason="M2F_COMMAND does not say where m2f is")
def test_curves_of_the_command_are_its_weights(hello_wav, tmp_path):
    options = ["--seed", "7", "--emit", "curves,table", "--eyes", "--backend", "cpu", "--out", str(tmp_path)]
    subprocess.run([COMMAND, "animate", str(hello_wav), *options], check=True, cwd=ROOT, capture_output=True)
    curves = media2face.read_curves(tmp_path / "hello.curves")
    (table,) = tmp_path.glob("*.table.csv")
    names = table.read_text().split("\n", 1)[0].split(",")
    rows = np.loadtxt(table, delimiter=",", skiprows=1)
    expected = rows[:, [names.index(name) for name in curves.names]]
    assert curves.weights.shape == expected.shape
    assert np.abs(curves.weights - expected).max() <= 1 / 2048
    assert curves.eyes_rad is not None and curves.provenance["seed"] == 7


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "does not begin"),
        (b"M2FCURV1\1", "cut off"),
        (b"M2FCURV1" + struct.pack("<I", 0xFFFFFFFF), "cut off"),
        (file_of(b"{", []), "no JSON"),
        (file_of(b"[" * 5000, []), "no JSON"),
        (file_of(b"[]", []), "no object"),
        (two_frames(frames=3), "3 frames of 8 channels take 48 bytes, but there are 32"),
        (two_frames(frames=-1), "-1 frames"),
        (two_frames(frames=True), "True frames"),
        (two_frames(frame_rate=[30, 0]), "frame_rate"),
        (two_frames(channels=["jawOpen", *HEAD[1:], "other"]), "no head"),
        (two_frames(channels=["headX", *HEAD]), "one name"),
        (two_frames()[:-2] + b"\0\x7c", "not finite"),
        (two_frames()[:-32] + bytes(32), "zero"),
    ],
)
def test_damaged_files_are_told(written, data, told):
    with pytest.raises(media2face.CurvesError, match=told):
        media2face.read_curves(written(data))


def test_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(media2face.FileError, match="nothing.curves"):
        media2face.read_curves(tmp_path / "nothing.curves")
