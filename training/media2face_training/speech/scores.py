"""How well closures, opening and rounding of the lips were heard, against phone times."""

import numpy as np

from .labels import FRAME_S
from .phones import BILABIALS

TOLERANCE_S = 0.067  # two frames of the face, from a peak to the middle of the phone
APART = 4  # 50 Hz frames between two peaks, at least
THRESHOLDS = np.arange(0.02, 0.99, 0.02)


def area_under_curve(score, truth):
    """Probability that a true frame scores above a false one."""
    order = np.argsort(score)
    rank = np.empty(len(score))
    rank[order] = np.arange(1, len(score) + 1)
    positives = truth.sum()
    return (rank[truth].sum() - positives * (positives + 1) / 2) / (positives * (len(score) - positives))


def closures(phones):
    """[(class, from_s, to_s, after silence)] of m, b, p; neighbours that touch are one."""
    found, previous = [], "SIL"
    for name, start, end in phones:
        if name in BILABIALS:
            if found and start - found[-1][2] < 0.02:
                found[-1][2] = end
            else:
                found.append([name, start, end, previous == "SIL"])
        previous = name
    return [tuple(event) for event in found]


def peaks(score):
    """50 Hz score -> [(time in s, height)] of its maxima, the highest first, none within APART of a higher one."""
    smooth = np.convolve(score, [0.25, 0.5, 0.25], "same")
    highest = np.flatnonzero((smooth >= np.roll(smooth, 1)) & (smooth > np.roll(smooth, -1)))
    kept = []
    for k in sorted(highest, key=lambda k: -smooth[k]):
        if all(abs(k - j) >= APART for j in kept):
            kept.append(k)
    return [(k * FRAME_S, smooth[k]) for k in kept]


def matched(times, events):
    """Which events have a peak within the tolerance, each peak for one event: [bool]."""
    free, hits = list(times), []
    for _, start, end, _ in events:
        near = min(free, key=lambda t: abs(t - (start + end) / 2), default=None)
        hit = near is not None and abs(near - (start + end) / 2) <= TOLERANCE_S
        hits.append(hit)
        if hit:
            free.remove(near)
    return hits


def recall_at_precision(scores, events, precision=0.5):
    """Best recall over thresholds that keep the precision -> (recall, hits per clip at that threshold)."""
    tops = [peaks(score) for score in scores]
    total, best = sum(map(len, events)), (0.0, [[False] * len(e) for e in events])
    for threshold in THRESHOLDS:
        chosen = [[t for t, height in top if height >= threshold] for top in tops]
        hits = [matched(times, e) for times, e in zip(chosen, events)]
        found, said = sum(map(sum, hits)), sum(map(len, chosen))
        if said and found / said >= precision and found / total > best[0]:
            best = found / total, hits
    return best


def smoothed(labels, values):
    """Values [classes] of the labels [T] through a window of 140 ms."""
    window = np.hanning(7)
    return np.convolve(values[np.maximum(labels, 0)], window / window.sum(), "same")


def correlation_at_lags(found, truth, lags=(-1, 0, 1)):
    """[correlation of found, `lag` frames later, with truth] for every lag."""
    out = []
    for lag in lags:
        a, b = (found[: len(found) - lag], truth[lag:]) if lag >= 0 else (found[-lag:], truth[:lag])
        out.append(float(np.corrcoef(a, b)[0, 1]))
    return out
