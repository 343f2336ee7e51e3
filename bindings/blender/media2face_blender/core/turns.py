"""Turns in the library's axes as Blender wants them.

The library: right-handed, +X the character's left, +Y up, +Z out of the face. A character in Blender faces -Y, and +Z is up, as
Blender's glTF importer leaves it: (x, y, z) becomes (x, -z, y).
"""

import math


def to_blender(vector):
    """x, y, z."""
    x, y, z = vector
    return [x, -z, y]


def head_turn(head):
    """Quaternion w, x, y, z of a row of a track."""
    return [head[3], *to_blender(head[:3])]


def head_move(head, unit_m=1.0):
    """Move in units of a scene, of a row of a track."""
    return [value * 1e-3 / unit_m for value in to_blender(head[4:7])]


def eye_turn(yaw_rad, pitch_rad):
    """Quaternion w, x, y, z of an eye. It turns about the axis (pitch, yaw, 0) by its length, without roll."""
    angle = math.hypot(yaw_rad, pitch_rad)
    sine = math.sin(angle / 2) / angle if angle > 0 else 0.0
    return [math.cos(angle / 2), *to_blender([pitch_rad * sine, yaw_rad * sine, 0.0])]


def scaled(turn, gain):
    """A turn by a share of its angle."""
    w, *vector = turn if turn[0] >= 0 else [-value for value in turn]
    length = math.sqrt(sum(value * value for value in vector))
    if length == 0:
        return [1.0, 0.0, 0.0, 0.0]
    angle = math.atan2(length, w) * gain
    return [math.cos(angle), *(value / length * math.sin(angle) for value in vector)]


def in_bone(turn, matrix):
    """A turn in the space of an armature, as a bone's own; matrix: rows of the bone's rest, 3 × 3."""
    return [turn[0], *unturned(turn[1:], matrix)]


def unturned(vector, matrix):
    """A vector times the transposed matrix: from an armature's space to a bone's."""
    return [sum(matrix[row][column] * vector[row] for row in range(3)) for column in range(3)]


def continuous(turns):
    """The same turns, each with the sign that is nearer to the one before: channels are interpolated one by one."""
    out = []
    for turn in turns:
        if out and sum(a * b for a, b in zip(out[-1], turn)) < 0:
            turn = [-value for value in turn]
        out.append(turn)
    return out
