"""Free neighbours, an energy meter and a viseme table beside packs: a performer's tracks, closures of aligned prompts.

    python -m media2face_training.evaluation.neighbours --train DIR --tracks DIR [--prompts /] \\
        --pack "0.4.1=models/starter.m2f" --pack "0.5=TEACHER.m2f:20"

A pack is NAME=FILE, or NAME=FILE:STEPS. TRAIN and TRACKS hold NAME.wav and NAME.npy of one performer; TRACKS defaults to TRAIN.
On TRAIN two numbers are fitted to each row, packs too: the lag in frames at which its jaw goes best with hers (an engine for live
sound comes late, and tells its users to delay the sound), and the gain of its jaw. All rows are judged by weights on one head;
visemes become weights by one table (`lipsync.table`), so that rows differ by what is heard and when, not by an artist's shapes.

LVE is the largest distance of a lip vertex from hers, mean over the frames, mm: her channels and the row's weights on the average
head. It is small for a mouth that hardly moves, therefore two still mouths stand beside it; and her rig is not ARKit, so that its
amounts are those of `dataset.performer`. wlipsync is calibrated on the speaker, on phones that the ear hears in TRAIN (or that are
known of prompts that are not judged); packs trained on the performer know her as well. What rows made is kept in WORK/neighbours.
"""

import argparse
import hashlib
import json
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .. import packages
from ..config import FPS
from ..dataset.performer import mouth
from ..face.face import Face
from ..speech import prompts
from ..vocabulary import ARKIT
from . import alive, baselines, metrics
from .lipsync import Engines, of_phones, weights_of
from .real import OPENING, ROUNDING, rounding_of, sound_of
from .runtime import RATE, Runtime
from .testset import Geometry, energy

JAW, CLOSE = ARKIT.index("jawOpen"), ARKIT.index("mouthClose")
LAGS = range(9)  # frames, 0.27 s
FIGURES = ("opening", "opening beyond loudness", "rounding", "rounding speed", "jaw > .05 in pauses")
METER = 0.37  # of jawOpen at the loud parts: the rules' open vowel


@dataclass
class Clip:
    """A recording: int16 samples, phones as the ear hears them, its words and her rig [F, channels] where there are any."""

    name: str
    samples: np.ndarray
    phones: list
    text: str | None = None
    track: np.ndarray | None = None

    @property
    def frames(self):
        return len(self.samples) * FPS // RATE if self.track is None else len(self.track)


class Kept:
    """Arrays and lists under WORK/neighbours, made once."""

    def __init__(self, work):
        self.folder = Path(work) / "neighbours"
        self.folder.mkdir(parents=True, exist_ok=True)

    def __call__(self, key, make):
        """What `make` gives, from the file of this key if it is there."""
        path = self.folder / (hashlib.sha256(json.dumps(key).encode()).hexdigest()[:20] + ".json")
        if not path.exists():
            made = make()
            print(f"{' '.join(map(str, key))}", file=sys.stderr, flush=True)
            path.write_text(json.dumps(made.round(5).tolist() if isinstance(made, np.ndarray) else made))
        return json.loads(path.read_text())


def digest(data):
    """A short name for bytes."""
    return hashlib.sha256(data).hexdigest()[:12]


def at_length(weights, frames):
    """[n, 52] -> [frames, 52], the last row held where it is too short."""
    weights = np.asarray(weights, np.float64)[:frames]
    return np.concatenate([weights, np.repeat(weights[-1:], frames - len(weights), 0)])


def earlier(weights, lag):
    """Weights `lag` frames earlier."""
    return at_length(weights[lag:], len(weights))


def metered(clip):
    """The energy meter: jaws follow loudness from 40 dB below the loud parts up."""
    out = np.zeros((clip.frames, len(ARKIT)))
    out[:, JAW] = METER * np.clip(1 + baselines.loudness(clip.samples, clip.frames) / 40, 0, 1)
    return out


def tabled(clip):
    """The viseme table on phones that the ear hears, smoothed as in `baselines`."""
    weights = np.pad(weights_of(of_phones(clip.phones, clip.frames)), ((2, 2), (0, 0)), "edge")
    return np.stack([np.convolve(column, baselines.SMOOTH, "valid") for column in weights.T], 1)


def pack_row(kept, name, told, m2f, adjusted=False):
    """A function of a clip -> weights of a pack, `told` as FILE or FILE:STEPS."""
    file, _, steps = told.partition(":")
    runtime, known = Runtime(m2f, file), digest(Path(file).read_bytes())

    def animate(clip):
        more = dict(adjusted=adjusted, steps=int(steps) if steps else None)
        return kept(["pack", known, steps, adjusted, clip.name, digest(clip.samples.tobytes())],
                    lambda: runtime.animate(clip.samples, offsets=False, seed=1, **more).weights)

    return animate


def rows_of(kept, options, engines, profile):
    """{row: function of a clip -> weights [n, 52], or None where it needs what the clip lacks}."""

    def engine(name, visemes):
        calibrated = digest(json.dumps(profile).encode())
        return lambda clip: kept([name, clip.name, digest(clip.samples.tobytes()), calibrated],
                                 lambda: weights_of(visemes(clip)))

    rows = {
        "energy meter": metered,
        "viseme table, phones of our ear": tabled,
        "headaudio": engine("headaudio", lambda clip: engines.headaudio(clip.samples)),
        "wlipsync, calibrated": engine("wlipsync", lambda clip: engines.wlipsync(clip.samples, profile)),
        "openfacefx, loudness": lambda clip: weights_of(engines.openfacefx_loudness(clip.samples)),
        "openfacefx, phones of our ear": lambda clip: weights_of(engines.openfacefx_phones(clip.samples, clip.phones)),
        "openfacefx, text": lambda clip: clip.text and weights_of(engines.openfacefx_text(clip.samples, clip.text)),
    }
    for told in options.pack:
        name, _, file = told.partition("=")
        rows[f"ours, {name}"] = pack_row(kept, name, file, options.m2f)
        if options.adjusted:
            rows[f"ours, {name}, adjusted"] = pack_row(kept, name, file, options.m2f, adjusted=True)
    return rows


def fit(made, clips, channels):
    """Weights of a row on the clips to learn from -> (lag in frames, gain of its jaw)."""
    truth = [clip.track[:, channels.index(OPENING)] for clip in clips]
    jaws = {lag: [earlier(weights, lag)[:, JAW] for weights in made] for lag in LAGS}
    lag = max(LAGS, key=lambda k: np.mean([alive.correlation(*pair) for pair in zip(jaws[k], truth)]))
    jaw, wanted = np.concatenate(jaws[lag]), np.concatenate(truth)
    return lag, float(jaw @ wanted / max(jaw @ jaw, 1e-9))


def with_gain(weights, gain):
    """Jaws opened `gain` times as far, and lips closed against as much of them."""
    out = weights.copy()
    out[:, [JAW, CLOSE]] *= gain
    return np.clip(out, 0, 1)


def hers(clip, channels):
    """Her track as weights [F, 52]."""
    out = np.zeros((clip.frames, len(ARKIT)))
    for name, values in mouth(clip.track, channels).items():
        out[:, ARKIT.index(name)] = values
    return out


def posed(weights, lips):
    """Weights [F, 52] -> the lips' offsets [F, n, 3] in mm; `lips` has those of each weight [52, n, 3]."""
    return np.tensordot(weights.astype(np.float32), lips, 1)


def measured(clip, truth, weights, gain, channels, lips, gate):
    """{figure: value} of a row's weights on a performer's clip, `truth` her lips' offsets [F, n, 3]."""
    opening = clip.track[:, channels.index(OPENING)]
    # As `people` has it: the gate reads one channel.
    rounding = clip.track[:, channels.index(ROUNDING)] if gate else rounding_of(clip.track, channels)
    loud = energy(clip.samples, clip.frames)
    with np.errstate(invalid="ignore", divide="ignore"):  # a row without rounding
        found = alive.measures(weights, np.zeros((clip.frames, 6)), loud, opening, rounding)
    lve = lambda w: metrics.lip_vertex_error(truth, posed(w, lips))[0]
    return {figure: found[figure] for figure in FIGURES} | {"LVE": lve(weights), "LVE, gain": lve(with_gain(weights, gain))}


def performer(options, rows, clips, judged, channels, lips):
    """Lines of the table on her clips, and {row: lag}."""
    gate = options.tracks is not None
    heads = [*FIGURES, "LVE", "LVE, gain"]
    lines = ["| row | lag, frames | gain | " + " | ".join(heads) + " |", "|---" * (len(heads) + 3) + "|"]
    mean = np.concatenate([hers(clip, channels) for clip in clips]).mean(0)
    still = {"still, at rest": lambda clip: 0 * mean[None], "still, her mean": lambda clip: mean[None]}
    truths, lags = [posed(hers(clip, channels), lips) for clip in judged], {}
    for name, make in (rows | still).items():
        made = [make(clip) for clip in clips]
        if any(weights is None for weights in made):
            continue
        lag, gain = 0, 1.0
        if name in rows:
            lag, gain = fit([at_length(w, c.frames) for w, c in zip(made, clips)], clips, channels)
        lags[name] = lag
        found = [measured(c, truth, earlier(at_length(make(c), c.frames), lag), gain, channels, lips, gate)
                 for c, truth in zip(judged, truths)]
        cells = [" ".join("–" if np.isnan(f[head]) else f"{f[head]:.2f}" for f in found) for head in heads]
        lines.append(f"| {name} | {lag} | {gain:.2f} | " + " | ".join(cells) + " |")
    return lines, lags


def closures(rows, lags, clips, gap):
    """Lines on closures: [(Clip, true phones)]; `gap` is the lips' gap per weight [52], mm."""
    lines = [f"Closures on {len(clips)} prompts:", "", "| row | m, b, p | recall | precision |", "|---|---|---|---|"]
    for name, make in rows.items():
        made = [earlier(at_length(make(clip), clip.frames), lags.get(name, 0)) for clip, _ in clips]
        counts = np.array([metrics.closures(weights @ gap, phones, FPS) for weights, (_, phones) in zip(made, clips)])
        shares = ["{:.2f} [{:.2f}, {:.2f}]".format(*share) for share in metrics.ratio_interval(counts)]
        lines.append(f"| {name} | {int(counts[:, 1].sum())} | " + " | ".join(shares) + " |")
    return lines


def heard(kept, options, name, samples):
    """Phones as the ear hears them, kept."""
    from ..speech.listening import heard as listen  # needs PyTorch

    known = digest(samples.tobytes())
    return kept(["heard", options.ear, name, known], lambda: listen(options.work, samples, options.ear))


def tracks(kept, options, folder):
    """[Clip] of a folder's wav and npy."""
    out = []
    for path in sorted(folder.glob("*.wav")):
        if path.with_suffix(".npy").exists():
            samples = sound_of(path)
            phones, track = heard(kept, options, path.stem, samples), np.load(path.with_suffix(".npy"))
            out.append(Clip(path.stem, samples, phones, track=track))
    return out


def spoken(kept, options):
    """([(Clip, true phones)] to be judged on, [(samples, phones)] to calibrate on) of the aligned prompts."""
    known = prompts.load(options.prompts, Path(options.work) / "gate")
    texts = prompts.transcripts(Path(options.prompts) / prompts.TRANSCRIPTS.format("en"), prompts.ENCODINGS["en"])
    step = max(2, len(known) // options.prompt_clips)
    clip = lambda p: Clip(p.key, p.samples, heard(kept, options, p.key, p.samples), prompts.words(texts[p.key]))
    judged = [(clip(p), p.phones) for p in known[::step]]
    return judged, [(p.samples, p.phones) for p in known[1::step]]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--train", type=Path, required=True, metavar="DIR", help="her clips that rows are fitted on")
    parser.add_argument("--tracks", type=Path, metavar="DIR", help="her clips to be judged on; --train by default")
    parser.add_argument("--prompts", metavar="ROOT", help="root under which asterisk's prompts are installed, /")
    parser.add_argument("--prompt-clips", type=int, default=60, help="only so many of them")
    parser.add_argument("--pack", action="append", default=[], metavar="NAME=FILE[:STEPS]")
    parser.add_argument("--adjusted", action="store_true", help="packs once more, as users get them")
    parser.add_argument("--m2f", type=Path, default=Path("target/release/m2f"), help="the command-line tool")
    parser.add_argument("--work", default="target/training", help="has face.npz and the ear")
    parser.add_argument("--ear", default="ear", help="the stage that hears phones")
    options = parser.parse_args()
    kept, names = Kept(options.work), (options.tracks or options.train.parent / "tracks") / "names.txt"
    try:
        engines = Engines(Path(options.work) / "packages")
        channels, clips = names.read_text().split(), tracks(kept, options, options.train)
        judged = tracks(kept, options, options.tracks) if options.tracks else clips
        face = Face(Path(options.work) / "face.npz")
        shapes = Geometry(face).of_weights(np.eye(len(ARKIT), dtype=np.float32))  # all linear in the weights
        profile = kept(["profile", *(clip.name for clip in clips)],
                       lambda: engines.calibrate([(clip.samples, clip.phones) for clip in clips]))
        rows = rows_of(kept, options, engines, profile)
        lines, lags = performer(options, rows, clips, judged, channels, shapes.lip)
        print("\n".join(lines), flush=True)
        if options.prompts:
            judged, others = spoken(kept, options)
            profile = kept(["profile of the prompts", options.prompt_clips], lambda: engines.calibrate(others))
            print("", *closures(rows_of(kept, options, engines, profile), lags, judged, shapes.gap), sep="\n")
    except (packages.Refused, FileNotFoundError) as error:
        sys.exit(f"error: {error}")


if __name__ == "__main__":
    main()
