"""Utterances put together with silences, and how loud a clip is over time."""

import numpy as np

RATE = 16000


def assemble(audio, items, rng):
    """-> (float samples, [[class, from_s, to_s]]) with silences before, between and after."""
    if not items:
        count = int(RATE * rng.uniform(3, 9))
        return np.zeros(count, np.float32), [["SIL", 0.0, count / RATE]]
    pieces, segments, position = [], [], 0

    def pause(low, high):
        nonlocal position
        count = int(RATE * rng.uniform(low, high))
        if rng.random() < 0.06:
            count += int(RATE * rng.uniform(2, 5))
        pieces.append(np.zeros(count, np.float32))
        segments.append(["SIL", position / RATE, (position + count) / RATE])
        position += count

    pause(0.0, 1.2)
    for item in items:
        speech = audio[item["start"] : item["start"] + item["length"]].astype(np.float32) / 32768
        pieces.append(speech)
        shift = position / RATE
        segments += [[c, a + shift, b + shift] for c, a, b in item["segments"]]
        position += len(speech)
        segments[-1][2] = position / RATE if segments[-1][0] == "SIL" else segments[-1][2]
        pause(0.05, 1.2)
    return np.concatenate(pieces), segments


def energy_db(x, frames):
    """Root mean square per 25 ms every 10 ms, in dB against the loud parts of the clip, at least -60."""
    squares = np.concatenate([[0], np.cumsum(np.square(x, dtype=np.float64))])
    centre = np.arange(frames) * 160
    low, high = np.clip(centre - 200, 0, len(x)), np.clip(centre + 200, 0, len(x))
    rms = np.sqrt(np.maximum((squares[high] - squares[low]) / 400, 0))
    loud = np.percentile(rms, 95) + 1e-6
    return np.clip(20 * np.log10(rms / loud + 1e-3), -60, 10)
