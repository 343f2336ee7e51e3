"""Faces over time, wherever they come from."""

from fractions import Fraction


class FaceError(Exception):
    """Something that the user can read and act on."""


# How far a look weight of 1 turns the starter's eyes, radians: in, out, up, down.
EYE_RANGE_RAD = 0.418879, 0.418879, 0.20944, 0.349066

_LOOKS = "eyeLookIn", "eyeLookOut", "eyeLookUp", "eyeLookDown"


class Track:
    """Weights, head and eyes, one row a frame.

    weights: rows of 0..1 in the order of names. heads: rows of a quaternion x, y, z, w and a move in mm. eyes: rows of yaw and pitch of
    the left and of the right eye in radians, or None where only the look weights say. Axes are the library's: right-handed, +X the
    character's left, +Y up, +Z out of the face. Frame i stands at i / rate seconds.
    """

    def __init__(self, names, rate, weights, heads, eyes=None, seed=None):
        self.names = list(names)
        self.rate = Fraction(rate)
        self.weights = weights
        self.heads = heads
        self.eyes = eyes
        self.seed = seed

    def __len__(self):
        return len(self.weights)

    @property
    def duration_s(self):
        return float(len(self) / self.rate)

    def times_s(self):
        """Of all frames. Each is exact before it is rounded, also after hours."""
        return [float(frame / self.rate) for frame in range(len(self))]

    def angles(self, eye_range_rad=EYE_RANGE_RAD):
        """Rows of yaw and pitch of the left and of the right eye, radians, as told or by the look weights; None where neither is there."""
        if self.eyes is not None:
            return self.eyes
        place = {name.lower(): at for at, name in enumerate(self.names)}
        try:
            columns = [[place[(look + side).lower()] for look in _LOOKS] for side in ("Left", "Right")]
        except KeyError:
            return None
        into, out, up, down = eye_range_rad
        rows = []
        for row in self.weights:
            angles = []
            # Out is to the character's left for the left eye, and to its right for the right one.
            for (look_in, look_out, look_up, look_down), side in zip(columns, (1, -1)):
                angles.append(side * (row[look_out] * out - row[look_in] * into))
                angles.append(row[look_down] * down - row[look_up] * up)
            rows.append(angles)
        return rows
