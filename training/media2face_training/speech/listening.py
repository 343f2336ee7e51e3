"""Phones of a recording that has no text, as the finished audio encoder hears them."""

import functools

from .features import Ears
from .heads import Heads
from .phones import CLASSES


@functools.cache
def _ears(work, stage):
    return Ears(work, Heads(192), stage)


def heard(work, samples, stage="encoder"):
    """int16 samples -> [[class, from_s, to_s]]: the likeliest class of every 20 ms, runs merged."""
    ears = _ears(str(work), stage)
    output = ears.heads(ears.whole(ears.mels(samples.astype("float32") / 32768)))[:, : len(CLASSES)]
    segments = []
    for k, label in enumerate(output.argmax(-1).tolist()):
        start = max(0.0, 0.02 * k - 0.01)
        if segments and segments[-1][0] == CLASSES[label]:
            segments[-1][2] = 0.02 * k + 0.01
        else:
            segments.append([CLASSES[label], start, 0.02 * k + 0.01])
    return segments
