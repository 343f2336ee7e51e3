"""Measures of facial motion.

Geometry is offsets or vertices in mm, F frames; poses are axis-angle in rad. LVE, FDD and BA as MeshTalk, CodeTalker
and Media2Face use them; on M2F-S they measure fidelity to its rules and cannot be compared with any paper's numbers.
"""

import numpy as np
from scipy.ndimage import gaussian_filter1d

CLOSED_MM = 1.0
NEAR_FRAMES = 2  # a closure may come this much early or late
BEAT_SPREAD = 3.0  # frames


def lip_vertex_error(truth, guess):
    """LVE in mm: the largest distance over the lip vertices [F, n, 3], mean over the frames; and its mean square."""
    squared = ((truth - guess) ** 2).sum(-1).max(1)
    return float(np.sqrt(squared).mean()), float(squared.mean())


def dynamics_deviation(truth, guess):
    """FDD: mean over vertices of std_t(|M_truth|^2) - std_t(|M_guess|^2), M = offsets [F, n, 3] of the upper face."""
    spread = [(offsets.astype(np.float64) ** 2).sum(-1).std(0) for offsets in (truth, guess)]
    return float((spread[0] - spread[1]).mean())


def rotations(vectors):
    """Axis-angle [F, 3] -> unit quaternions [F, 4] as (x, y, z, w)."""
    angle = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.concatenate([vectors * 0.5 * np.sinc(angle / (2 * np.pi)), np.cos(angle / 2)], 1)


def beats(pose):
    """Frames of head beats: strict local minima of the smoothed angular speed of the head [F, 3]."""
    q = rotations(np.asarray(pose, np.float64))
    speed = 2 * np.arccos(np.clip(np.abs((q[1:] * q[:-1]).sum(1)), 0, 1))
    smooth = gaussian_filter1d(speed, 5, mode="reflect", truncate=4)
    middle = smooth[1:-1]
    return np.where((middle < smooth[:-2]) & (middle < smooth[2:]))[0] + 1


def beat_alignment(reference, guess):
    """BA in 0..1: how near the beats of `guess` lie to those of `reference`; nan where the reference has none."""
    wanted, found = beats(reference), beats(guess)
    if len(wanted) == 0:
        return float("nan")
    if len(found) == 0:
        return 0.0
    nearest = np.abs(wanted[:, None] - found[None]).min(1)
    return float(np.exp(-(nearest**2) / (2 * BEAT_SPREAD**2)).mean())


def closure_events(phones, fps):
    """[(first, last frame)] of every m, b, p; adjoining ones are one."""
    events = []
    for phone, start, end in phones:
        if phone in ("M", "B", "P"):
            if events and start * fps - events[-1][1] < 1:
                events[-1][1] = end * fps
            else:
                events.append([start * fps, end * fps])
    return events


def runs(mask):
    """[(first, last)] of the stretches of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]])))
    return list(zip(edges[::2], edges[1::2] - 1))


def closures(gap, phones, fps):
    """(m b p that were closed, m b p, closures at an m b p, closures while speaking) of lip gaps [F] in mm.

    A closure is a stretch of frames with a gap under 1 mm; those within pauses are not counted.
    """
    near = NEAR_FRAMES
    events = [(a - near, b + near) for a, b in closure_events(phones, fps)]
    shut = runs(gap < CLOSED_MM)
    quiet = [(a * fps - near, b * fps + near) for phone, a, b in phones if phone == "SIL" and b - a > 0.1]
    if phones:
        quiet.append((phones[-1][2] * fps - near, np.inf))
    hit = sum(any(a + 0.5 <= high and b + 0.5 >= low for a, b in shut) for low, high in events)
    right = [any(a + 0.5 <= high and b + 0.5 >= low for low, high in events) for a, b in shut]
    idle = [any(low <= a and b <= high for low, high in quiet) for a, b in shut]
    return np.array([hit, len(events), sum(right), sum(r or not i for r, i in zip(right, idle))])


def recall_precision(counts):
    """Sums of `closures` -> (recall, precision), nan where nothing was to be counted."""
    hit, events, right, found = np.sum(np.atleast_2d(counts), 0)
    return (hit / events if events else float("nan")), (right / found if found else float("nan"))


def diversity(takes):
    """Mean distance in mm between the lips of two takes of one clip: takes [S, F, n, 3]."""
    pairs = [(i, j) for i in range(len(takes)) for j in range(i)]
    return float(np.mean([np.linalg.norm(takes[i] - takes[j], axis=-1).mean() for i, j in pairs]))


def interval(values, draws=2000, seed=0):
    """(mean, low, high): 95 % bootstrap interval of the mean over clips, each a list of its seeds; nan is left out.

    Clips are drawn with all their seeds, since the seeds of one clip are not independent of it.
    """
    per_clip = np.array([np.mean(v) for v in (np.asarray(v, np.float64)[~np.isnan(v)] for v in values) if len(v)])
    if len(per_clip) == 0:
        return (float("nan"),) * 3
    picks = np.random.default_rng(seed).integers(0, len(per_clip), (draws, len(per_clip)))
    low, high = np.percentile(per_clip[picks].mean(1), [2.5, 97.5])
    return float(per_clip.mean()), float(low), float(high)


def ratio_interval(counts, draws=2000, seed=0):
    """((recall, low, high), (precision, low, high)) of per-clip `closures` [n, 4], clips drawn with replacement."""
    counts = np.asarray(counts, np.float64)
    picks = np.random.default_rng(seed).integers(0, len(counts), (draws, len(counts)))
    sums = counts[picks].sum(1)
    out = []
    for k in (0, 2):
        share = sums[:, k] / np.maximum(sums[:, k + 1], 1)
        whole = counts[:, k].sum() / max(counts[:, k + 1].sum(), 1)
        out.append((float(whole), *(float(v) for v in np.percentile(share, [2.5, 97.5]))))
    return tuple(out)
