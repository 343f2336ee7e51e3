"""What makes a face look alive, in figures: against a performer, against its sound, and against itself.

Opening and rounding against her rig, whole and while she speaks, also beyond what loudness explains; jaws open in pauses; how fast lips
round; heads that hold still; eyes that hold the world while the head turns; brows that are not each other's mirror.
"""

import numpy as np

from ..config import FPS
from ..rules import bearing
from ..vocabulary import ARKIT

SPEECH_DB, PAUSE_S, STILL_DEG_S = 20.0, 0.4, 2.0  # below the 95th percentile; a pause; a head that holds still


def partial(a, b, given):
    """Correlation of a and b beyond what `given` explains of each."""
    def rest(x):
        g = given - given.mean()
        x = x - x.mean()
        return x - g * (x @ g) / (g @ g)

    return correlation(rest(a), rest(b))


def correlation(a, b):
    """Pearson's r; nothing where one of them stands still."""
    a, b = a - a.mean(), b - b.mean()
    size = np.sqrt((a @ a) * (b @ b))
    return float(a @ b / size) if size > 0 else np.nan


def speed(x):
    """Root mean square of the change from frame to frame, in standard deviations of the track."""
    return float(np.sqrt(np.mean(np.diff(x) ** 2)) / x.std())


def gaze_degrees(weights):
    """[F, 2] eyes in the head: to the character's left, and down, by the rules' own degrees."""
    per, w = bearing.DEGREES_PER_LOOK, {n: weights[:, ARKIT.index(n)] for n in ARKIT if n.startswith("eyeLook")}
    left = w["eyeLookOutLeft"] * per["eyeLookOut"] - w["eyeLookInLeft"] * per["eyeLookIn"]
    return np.stack([left, w["eyeLookDownLeft"] * per["eyeLookDown"] - w["eyeLookUpLeft"] * per["eyeLookUp"]], 1)


def gain_of_eyes(weights, pose):
    """How fast the eyes turn against the head in fixations, -1 where they hold the world: slope over the frames in which the line
    of sight turns slower than 30 degrees a second in the world and the lids are open."""
    eyes, head = np.diff(gaze_degrees(weights), axis=0) * FPS, np.diff(np.degrees(pose[:, [1, 0]]), axis=0) * FPS
    lids = weights[1:, ARKIT.index("eyeBlinkLeft")]
    calm = (np.abs(eyes + head).max(1) < 30) & (lids < 0.2)
    x, y = head[calm].ravel(), eyes[calm].ravel()
    return float(x @ y / (x @ x + 1e-9))


def pauses(energy, speech):
    """[F] frames within a stretch of PAUSE_S that is silent, its first and last 0.1 s left out."""
    quiet, out, edge = ~speech & (energy < np.percentile(energy, 95) - 25), np.zeros(len(speech), bool), int(0.1 * FPS)
    start = None
    for k, q in enumerate([*quiet, False]):
        if q and start is None:
            start = k
        elif not q and start is not None:
            if k - start > PAUSE_S * FPS:
                out[start + edge : k - edge] = True
            start = None
    return out


def measures(weights, pose, energy, opening, rounding):
    """{figure: value} of one animated clip beside the performer's tracks [F]; `energy` in dB [F]."""
    w = {name: weights[:, k] for k, name in enumerate(ARKIT)}
    speech = energy > np.percentile(energy, 95) - SPEECH_DB
    jaw, lips = w["jawOpen"], w["mouthFunnel"] + w["mouthPucker"]
    return {
        "opening": correlation(jaw, opening), "opening, speech": correlation(jaw[speech], opening[speech]),
        "opening beyond loudness": partial(jaw[speech], opening[speech], energy[speech]),
        "rounding": correlation(lips, rounding), "rounding, speech": correlation(lips[speech], rounding[speech]),
        "rounding beyond loudness": partial(lips[speech], rounding[speech], energy[speech]),
        "rounding speed, performer": speed(rounding),
        "r jaw, loudness, performer": correlation(opening[speech], energy[speech]),
    } | alone(weights, pose, energy)


def alone(weights, pose, energy):
    """{figure: value} of one animated clip by itself; `energy` in dB [F]."""
    w = {name: weights[:, k] for k, name in enumerate(ARKIT)}
    speech = energy > np.percentile(energy, 95) - SPEECH_DB
    jaw, lips = w["jawOpen"], w["mouthFunnel"] + w["mouthPucker"]
    turning = np.linalg.norm(np.diff(np.degrees(pose[:, :3]), axis=0), axis=1) * FPS
    trembling = np.degrees(np.diff(pose[:, :3], n=2, axis=0)) * FPS**2
    quiet = pauses(energy, speech)
    return {
        "rounding speed": speed(lips),
        "jaw mean in speech": float(jaw[speech].mean()), "jaw 95 %": float(np.percentile(jaw[speech], 95)),
        "r jaw, loudness": correlation(jaw[speech], energy[speech]),
        "jaw > .05 in pauses": float((jaw[quiet] > 0.05).mean()) if quiet.any() else np.nan,
        "head < 2 deg/s": float((turning < STILL_DEG_S)[speech[1:]].mean()),
        "head's second difference, deg/s2": float(np.sqrt((trembling**2).sum(1).mean())),
        "gain of eyes": gain_of_eyes(weights, pose), "r of brows": correlation(w["browOuterUpLeft"], w["browOuterUpRight"]),
        "r of lids": correlation(w["eyeBlinkLeft"], w["eyeBlinkRight"]), "deviation of squint": float(w["eyeSquintLeft"].std()),
        "winks": float((np.abs(w["eyeBlinkLeft"] - w["eyeBlinkRight"]) > 0.4).mean()),
        "jawForward": float(w["jawForward"].mean()), "mouthShrugLower": float(w["mouthShrugLower"].mean()),
        "tongueOut in speech": float(w["tongueOut"][speech].mean()),
    }


def table(found):
    """Lines of a table of [(name, {figure: value})]: a row for each figure, a column for each name, means of its takes."""
    names = sorted({name for name, _ in found})
    lines = [f"{'':32} " + " ".join(f"{name[-10:]:>10}" for name in names)]
    for figure in {figure: None for _, figures in found for figure in figures}:
        values = [np.nanmean([figures.get(figure, np.nan) for own, figures in found if own == name]) for name in names]
        lines.append(f"{figure:32} " + " ".join(f"{value:10.3f}" for value in values))
    return lines
