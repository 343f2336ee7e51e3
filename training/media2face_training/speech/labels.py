"""What a frame of the audio encoder should say: phone classes at 50 Hz from phone times."""

import numpy as np

from .phones import BILABIALS, INDEX

IGNORED = -1
FRAME_S = 0.02
CLOSING_S = (0.06, 0.10)  # lips close this long before the burst that ends a silence


def close_early(phones, rng):
    """Phones with every m, b, p after silence begun 60 to 100 ms earlier, at the silence's cost."""
    out = [list(phone) for phone in phones]
    for before, phone in zip(out, out[1:]):
        if phone[0] in BILABIALS and before[0] == "SIL":
            phone[1] = max(before[1], phone[1] - rng.uniform(*CLOSING_S))
            before[2] = min(before[2], phone[1])
    return out


def frame_labels(phones, frames):
    """[[class, from_s, to_s]] -> class index per frame, int8 [frames]; frame j is centred at 20 j ms.

    Frames of phones without a class are IGNORED, frames of no phone are silence.
    """
    labels = np.full(frames, INDEX["SIL"], np.int8)
    for name, start, end in phones:
        first, last = (max(0, int(np.ceil(t / FRAME_S - 1e-6))) for t in (start, end))
        labels[first:last] = IGNORED if name is None else INDEX[name]
    return labels
