"""Baked curves, which `m2f bake` and `m2f animate --emit curves` write: docs/bake.md of the library has the layout."""

import json
import struct
from fractions import Fraction

from .track import FaceError, Track

MAGIC = b"M2FCURV1"
_HEAD = 7
_EYES = ["eyeLeftYaw_rad", "eyeLeftPitch_rad", "eyeRightYaw_rad", "eyeRightPitch_rad"]


def parse(data, name):
    """A Track of the bytes of a file."""
    if data[:8] != MAGIC:
        raise FaceError(f"{name} has no curves: it does not begin with {MAGIC.decode()}")
    try:
        (length,) = struct.unpack_from("<I", data, 8)
        header = json.loads(data[12 : 12 + length])
        channels, frames = header["channels"], header["frames"]
        rate = Fraction(*header["frame_rate"])
        first = channels.index("headX")
    except (struct.error, ValueError, KeyError, TypeError, ZeroDivisionError) as reason:
        raise FaceError(f"{name}: its header is damaged ({reason})") from None
    width = len(channels)
    if not isinstance(frames, int) or frames < 1 or rate <= 0 or width < first + _HEAD:
        raise FaceError(f"{name}: its header is damaged")
    if len(data) - 12 - length != frames * width * 2:
        raise FaceError(f"{name} is cut: {frames} frames of {width} channels are not there")
    values = struct.unpack_from(f"<{width * frames}e", data, 12 + length)
    rows = [values[at : at + width] for at in range(0, len(values), width)]
    eyes = channels[first + _HEAD :] == _EYES
    return Track(
        channels[:first],
        rate,
        [list(row[:first]) for row in rows],
        [list(row[first : first + _HEAD]) for row in rows],
        [list(row[first + _HEAD :]) for row in rows] if eyes else None,
        header.get("provenance", {}).get("seed"),
    )
