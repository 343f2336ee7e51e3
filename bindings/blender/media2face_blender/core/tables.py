"""Faces as text: the JSON and the tables of `m2f animate`, and recordings of Live Link Face."""

import csv
import io
import json
import math
from fractions import Fraction

from .track import FaceError, Track

_HEAD = ["headX", "headY", "headZ", "headW", "headRight_mm", "headUp_mm", "headFront_mm"]
_ANGLES = ["HeadYaw", "HeadPitch", "HeadRoll"]
_EYES = ["LeftEyeYaw", "LeftEyePitch", "RightEyeYaw", "RightEyePitch"]
# Columns of Live Link that are no weights.
_NO_WEIGHTS = {"Timecode", "BlendShapeCount", *_ANGLES, *_EYES, "LeftEyeRoll", "RightEyeRoll"}


def parse_json(text, name):
    """The `.json` of `m2f animate`."""
    try:
        told = json.loads(text)
        track = Track(
            told["names"],
            Fraction(*told["frame_rate"]),
            told["weights"],
            [[*head["rotation"], *head["translation_mm"]] for head in told["head"]],
            seed=told.get("seed"),
        )
    except (ValueError, KeyError, TypeError, ZeroDivisionError) as reason:
        raise FaceError(f"{name} is no JSON of m2f animate ({type(reason).__name__}: {reason})") from None
    return _checked(track, name)


def parse_csv(text, name, rate=None):
    """The `.csv` (Live Link Face) or the `.table.csv` of `m2f animate`. rate is for recordings that do not tell theirs."""
    rows = [row for row in csv.reader(io.StringIO(text)) if row]
    if len(rows) < 2:
        raise FaceError(f"{name} has no frames")
    head, rows = rows[0], rows[1:]
    for number, row in enumerate(rows, 2):
        if len(row) != len(head):
            raise FaceError(f"{name}, line {number}: {len(row)} cells, not {len(head)}")
    if head[0] == "time_s":
        return _table(head, rows, name, rate)
    if head[0] == "Timecode":
        return _live_link(head, rows, name, rate)
    raise FaceError(f"{name}: its first column is {head[0]!r}, neither Timecode nor time_s")


def _table(head, rows, name, rate):
    if head[-len(_HEAD) :] != _HEAD:
        raise FaceError(f"{name}: its last columns are not those of the head's pose")
    values = [_numbers(row, number, name) for number, row in enumerate(rows, 2)]
    if rate is None:
        if len(values) < 2 or values[-1][0] <= values[0][0]:
            raise FaceError(f"{name} does not tell its frame rate: give it")
        rate = named_rate((len(values) - 1) / (values[-1][0] - values[0][0]))
    weights = [row[1 : -len(_HEAD)] for row in values]
    return _checked(Track(head[1 : -len(_HEAD)], rate, weights, [row[-len(_HEAD) :] for row in values]), name)


def _live_link(head, rows, name, rate):
    place = {column: at for at, column in enumerate(head)}
    names = [column for column in head if column not in _NO_WEIGHTS]
    missing = [column for column in _ANGLES if column not in place]
    if missing:
        raise FaceError(f"{name} has no column {missing[0]}")
    if rate is None:
        rate = _rate_of([row[0] for row in rows], name)
    weights, heads, eyes = [], [], []
    for number, row in enumerate(rows, 2):
        values = dict(zip(head[1:], _numbers(row[1:], number, name)))
        weights.append([values[column] for column in names])
        heads.append([*quaternion(*(values[column] for column in _ANGLES)), 0.0, 0.0, 0.0])
        eyes.append([values.get(column, 0.0) for column in _EYES])
    names = [column[0].lower() + column[1:] for column in names]
    has_eyes = all(column in place for column in _EYES)
    return _checked(Track(names, rate, weights, heads, eyes if has_eyes else None), name)


def _numbers(cells, number, name):
    try:
        values = [float(cell) for cell in cells]
    except ValueError as reason:
        raise FaceError(f"{name}, line {number}: {reason}") from None
    if not all(map(math.isfinite, values)):
        raise FaceError(f"{name}, line {number}: a number is not finite")
    return values


def _rate_of(timecodes, name):
    """Frames of a whole second of timecode; those that leave numbers out (;) are of 29.97 or 59.94."""
    highest, drops, seconds = 0, False, set()
    for code in timecodes:
        drops = drops or ";" in code
        parts = code.replace(";", ":").split(":")
        try:
            seconds.add(tuple(map(int, parts[:3])))
            highest = max(highest, int(parts[3].split(".")[0]))
        except (ValueError, IndexError):
            raise FaceError(f"{name}: {code!r} is no timecode") from None
    if len(seconds) < 2:
        raise FaceError(f"{name} is too short to tell its frame rate: give it")
    return Fraction(highest + 1) * (Fraction(1000, 1001) if drops else 1)


def named_rate(hz):
    """The rate that is meant by a number: 29.97 is 30000/1001."""
    for whole in (24, 30, 48, 60, 120):
        slowed = Fraction(whole * 1000, 1001)
        if abs(hz - slowed) < 0.001 * 0.5:
            return slowed
    return Fraction(hz).limit_denominator(1001) if abs(hz - round(hz)) > 1e-3 else Fraction(round(hz))


def quaternion(yaw, pitch, roll):
    """x, y, z, w of R_y(yaw)·R_x(pitch)·R_z(roll)."""
    (sy, cy), (sx, cx), (sz, cz) = ((math.sin(a / 2), math.cos(a / 2)) for a in (yaw, pitch, roll))
    return [
        cy * sx * cz + sy * cx * sz,
        sy * cx * cz - cy * sx * sz,
        cy * cx * sz - sy * sx * cz,
        cy * cx * cz + sy * sx * sz,
    ]


def _checked(track, name):
    if not len(track):
        raise FaceError(f"{name} has no frames")
    if track.rate <= 0:
        raise FaceError(f"{name} has a frame rate of {track.rate}")
    if any(len(row) != len(track.names) for row in track.weights) or len(track.heads) != len(track.weights):
        raise FaceError(f"{name}: frames have other numbers of weights than there are names")
    return track
