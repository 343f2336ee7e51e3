"""Faces that were made before: what `m2f bake` and `m2f animate --emit curves` write, read without a model."""

from __future__ import annotations

import json
import os
import struct
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ._errors import Error, FileError, Status

_Floats = npt.NDArray[np.float32]

_MAGIC = b"M2FCURV1"
_BEGIN = len(_MAGIC) + 4
_MOST_BYTES = 1 << 30
_TURN = ["headX", "headY", "headZ", "headW"]
_PLACE = ["headRight_mm", "headUp_mm", "headFront_mm"]
_EYES = ["eyeLeftYaw_rad", "eyeLeftPitch_rad", "eyeRightYaw_rad", "eyeRightPitch_rad"]


class CurvesError(Error, ValueError):
    """A file has no curves, or is damaged."""

    status = Status.INVALID_ARGUMENT


class CurvesFace(NamedTuple):
    """A face of `Curves.sample`."""

    weights: _Floats
    """[weights], in the order of `Curves.names`"""
    rotation: _Floats
    """[4], a quaternion x, y, z, w of the head"""
    translation_mm: _Floats
    """[3], right, up, front"""
    eyes_rad: _Floats | None
    """[4], yaw and pitch of the left and of the right eye, or None if the file has none"""


class Curves:
    """A face over time, as `read_curves` gives it. Arrays are float32 and cannot be written."""

    def __init__(self, header: dict[str, Any], values: _Floats) -> None:
        channels: list[str] = header["channels"]

        def columns(names: list[str]) -> _Floats:
            # One row after the other, for whoever hands it on.
            taken = np.ascontiguousarray(values[:, [channels.index(name) for name in names]])
            taken.flags.writeable = False
            return taken

        self.names: list[str] = [name for name in channels if name not in {*_TURN, *_PLACE, *_EYES}]
        self.weights: _Floats = columns(self.names)
        self.rotations: _Floats = columns(_TURN)
        self.translations_mm: _Floats = columns(_PLACE)
        self.eyes_rad: _Floats | None = columns(_EYES) if set(_EYES) <= set(channels) else None
        self.fps: float = header["frame_rate"][0] / header["frame_rate"][1]
        self.provenance: dict[str, Any] | None = header.get("provenance")

    def __len__(self) -> int:
        return len(self.weights)

    @property
    def duration_s(self) -> float:
        """Seconds from the first frame to the end of the last."""
        return len(self) / self.fps

    def sample(self, time_s: float) -> CurvesFace:
        """The face at a time, straight between frames and held past both ends."""
        place = float(np.clip(time_s * self.fps, 0, len(self) - 1))
        first = min(int(place), max(len(self) - 2, 0))
        second = min(first + 1, len(self) - 1)
        part = np.float32(place - first)

        def between(rows: _Floats) -> _Floats:
            start, end = rows[first], rows[second]
            return np.asarray(start + part * (end - start), np.float32)

        # A quaternion and its negative are one rotation: the nearer one is the short way.
        start, end = self.rotations[first], self.rotations[second]
        turn = start + part * (np.copysign(np.float32(1), start @ end) * end - start)
        eyes = None if self.eyes_rad is None else between(self.eyes_rad)
        return CurvesFace(between(self.weights), np.asarray(turn / np.linalg.norm(turn), np.float32), between(self.translations_mm), eyes)


def read_curves(path: str | os.PathLike[str]) -> Curves:
    """Reads a `.curves` file. Raises `FileError` where there is none, `CurvesError` where it has no curves."""
    try:
        with open(path, "rb") as file:
            data = file.read(_MOST_BYTES + 1)
    except OSError as error:
        raise FileError(f"{os.fspath(path)}: {error.strerror or error}") from error
    try:
        return _curves(data)
    except CurvesError as error:
        raise CurvesError(f"{os.fspath(path)} has no curves of media2face: {error}") from None


def _curves(data: bytes) -> Curves:
    if not data.startswith(_MAGIC):
        raise CurvesError(f"it does not begin with {_MAGIC.decode()}")
    if len(data) > _MOST_BYTES:
        raise CurvesError(f"it is larger than {_MOST_BYTES} bytes")
    length = struct.unpack_from("<I", data, len(_MAGIC))[0] if len(data) >= _BEGIN else len(data)
    if length > len(data) - _BEGIN:
        raise CurvesError("its header is cut off")
    header = _header(data[_BEGIN : _BEGIN + length])
    frames, width = header["frames"], len(header["channels"])
    found = len(data) - _BEGIN - length
    if found != 2 * frames * width:
        raise CurvesError(f"{frames} frames of {width} channels take {2 * frames * width} bytes, but there are {found}")
    values = np.frombuffer(data, "<f2", offset=_BEGIN + length).reshape(frames, width).astype(np.float32)
    if not np.isfinite(values).all():
        raise CurvesError("a value is not finite")
    if not np.linalg.norm(values[:, [header["channels"].index(name) for name in _TURN]], axis=1).all():
        raise CurvesError("a turn of the head is zero")
    return Curves(header, values)


def _header(text: bytes) -> dict[str, Any]:
    try:
        header = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise CurvesError(f"its header is no JSON: {error}") from None
    if not isinstance(header, dict):
        raise CurvesError("its header is no object")
    frames, rate, channels = (header.get(key) for key in ("frames", "frame_rate", "channels"))
    if type(frames) is not int or frames < 1:
        raise CurvesError(f"{frames!r} frames")
    if not isinstance(rate, list) or len(rate) != 2 or not all(type(one) is int and 0 < one < 1 << 32 for one in rate):
        raise CurvesError("its frame_rate is not two whole numbers of at least 1")
    if not isinstance(channels, list) or not all(isinstance(name, str) and name for name in channels):
        raise CurvesError("its channels have no names")
    if len(set(channels)) != len(channels):
        raise CurvesError("two of its channels have one name")
    if not {*_TURN, *_PLACE} <= set(channels):
        raise CurvesError("it has no head")
    return header
