"""From seconds to a scene's frames."""

from fractions import Fraction


def scene_rate(fps, fps_base):
    """Frames per second of a scene, as a fraction: Blender keeps 23.976 as 24 / 1.001, in single precision."""
    return Fraction(fps) / Fraction(fps_base).limit_denominator(10000)


def frames_of(track, rate):
    """Places of the frames of a track, in a scene's frames from the beginning of the sound on. They need not be whole."""
    return [float(frame / track.rate * rate) for frame in range(len(track))]


class Place:
    """Where a part of the sound lies on a scene's timeline, in frames.

    start: where the sound's beginning is or would be. first, last: what of it is heard; last is not.
    """

    def __init__(self, start, first=None, last=None):
        self.start = float(start)
        self.first = self.start if first is None else float(first)
        self.last = last if last is None else float(last)

    def span(self, length):
        """(first, last) in frames of an action of this length, of what is heard; the tail behind the sound belongs to it.

        A sound that was not cut at its end keeps the whole action.
        """
        begin = max(self.first - self.start, 0.0)
        end = length if self.last is None else min(max(self.last - self.start, begin), length)
        return begin, end
