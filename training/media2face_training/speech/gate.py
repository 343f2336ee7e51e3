"""The audio encoder on real speech, before anything is trained on it: does it hear what the face must show?

Prompts of one professional speaker (prompts.py): closures of the lips as area under the curve per frame and as recall
at a precision of 0.5, opening and rounding as correlations; once more in pink noise at 15 dB, and each again as a
stream with 200 ms of sound ahead and with one frame of the face. The bars are those of version 0.5; docs/model-notes/speech.md has
what the ear of 0.4 reaches. A second speaker, in French, with rougher phone times is shown beside it and is no
gate. With --tracks, opening and rounding of a real performer at 30 fps. Evaluation only.

    python -m media2face_training.speech.gate --work target/training --asterisk / --more fr --tracks DIR
"""

import argparse
import sys
from pathlib import Path

import numpy as np
import torch

from .. import stages
from ..config import FPS
from . import augment, labels, prompts, scores
from .features import Ears, at_length
from .heads import CLOSED, VISEMES, Heads
from .synthesis import read_wave, to_16k
from .teacher_heads import TeacherEars
from .waveform import WaveEars

STREAM_HOP = 2
AHEAD = {"200 ms ahead": (0.2, 0.01), "one frame ahead": (1 / FPS, 0.04)}  # seconds of sound; what a figure may lose by it
GATES = {"AUC": 0.965, "recall": 0.75, "opening": 0.82, "rounding": 0.70, "P after silence": 0.6}
NOISE_GATE = 0.935
CHANNELS = {"opening": "mouth_stretch_c", "rounding": "mouth_oh_c"}  # of the performer's rig


def sound(clip):
    """Float samples of a prompt."""
    return clip.samples.astype(np.float32) / 32768


def show(title, figures):
    """One line of figures."""
    print(f"{title:24}", "  ".join(f"{name} {value:.3f}" for name, value in figures.items()), flush=True)


def hear(ears, samples, ahead_s=None):
    """Float samples -> (closure, opening, rounding), each [T] at 50 Hz; with `ahead_s` as a stream that hears so far ahead."""
    mels = ears.mels(samples)
    features = ears.whole(mels) if ahead_s is None else ears.chunked(mels, ahead_s, STREAM_HOP)
    output = ears.heads(features)
    closed = output[:, :40].softmax(-1)[:, CLOSED].sum(-1)
    return ((closed + output[:, 42].sigmoid()) / 2).numpy(), output[:, 40].numpy(), output[:, 41].numpy()


def pink(samples, rng, snr_db=15):
    """Samples with pink noise."""
    return samples + augment.coloured_noise(rng, len(samples), 1.0) * samples.std() * augment.decibels(-snr_db)


def measure(clips, heard):
    """[Prompt], [(closure, opening, rounding)] -> {figure: value}."""
    truth = [labels.frame_labels(clip.phones, len(h[0])).astype(int) for clip, h in zip(clips, heard)]
    y = np.concatenate(truth)
    closure, opening, rounding = (np.concatenate([h[k] for h in heard]) for k in range(3))
    targets = [np.concatenate([scores.smoothed(t, VISEMES[:, k].numpy()) for t in truth]) for k in (0, 1)]
    events = [scores.closures(clip.phones) for clip in clips]
    recall, hits = scores.recall_at_precision([h[0] for h in heard], events)
    out = {"AUC": scores.area_under_curve(closure, np.isin(y, CLOSED.numpy())), "recall": recall,
           "opening": np.corrcoef(opening, targets[0])[0, 1], "rounding": np.corrcoef(rounding, targets[1])[0, 1]}
    flat = [(event, hit) for e, h in zip(events, hits) for event, hit in zip(e, h)]
    for name in "BMP":
        for silent in (False, True):
            some = [hit for event, hit in flat if event[0] == name and event[3] == silent]
            out[f"{name} after silence" if silent else f"{name} in speech"] = float(np.mean(some)) if some else np.nan
    return out


def passed(results):
    """[(gate, value, bar, passed)] of {condition: figures of `measure`}; conditions as `conditions` names them."""
    rows = [(name, results["whole"][name], bar) for name, bar in GATES.items()]
    rows.append(("AUC in noise", results["noise"]["AUC"], NOISE_GATE))
    for name, (_, loss) in AHEAD.items():
        rows += [(f"{gate}, {name}", results[name][gate], results["whole"][gate] - loss) for gate in GATES]
        rows.append((f"AUC in noise, {name}", results[f"noise, {name}"]["AUC"], results["noise"]["AUC"] - loss))
    return [(name, value, bar, value >= bar) for name, value, bar in rows]


def conditions(clean, rng):
    """{name: (sounds, seconds ahead or None)} that the prompts are heard in."""
    noise = [pink(x, rng) for x in clean]
    out = {"whole": (clean, None), "noise": (noise, None)}
    for name, (ahead_s, _) in AHEAD.items():
        out |= {name: (clean, ahead_s), f"noise, {name}": (noise, ahead_s)}
    return out


def performer(ears, folder, ahead_s=None):
    """{clip: {opening, rounding: correlations at -1, 0, 1 frames}} of the tracks, heads resampled to 30 fps."""
    names, out = (Path(folder) / "names.txt").read_text().split(), {}
    for path in sorted(Path(folder).glob("*.wav")):
        track = np.load(path.with_suffix(".npy"))
        _, *heads = hear(ears, to_16k(*read_wave(path)).astype(np.float32) / 32768, ahead_s)
        out[path.stem] = {}
        for head, (name, channel) in zip(heads, CHANNELS.items()):
            at_fps = at_length(torch.from_numpy(head)[:, None], len(track))[:, 0].astype(float)
            out[path.stem][name] = scores.correlation_at_lags(at_fps, track[:, names.index(channel)])
    return out


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", default="target/training")
    parser.add_argument("--asterisk", default="/", metavar="DIR", help="root under which the packages are installed")
    parser.add_argument("--more", nargs="*", default=[], choices=sorted(prompts.SPEAKERS), help="further languages")
    parser.add_argument("--tracks", metavar="DIR", help="the performer's wav, npy and names.txt")
    parser.add_argument("--stage", default="encoder", help="which stage of the work folder")
    parser.add_argument("--quick", action="store_true", help="as recorded only")
    parser.add_argument("--waveform", action="store_true", help="judge waveform.safetensors (train_waveform) instead")
    parser.add_argument("--teacher", action="store_true", help="judge the teacher with its heads (teacher_heads), in whole clips")
    options = parser.parse_args()
    torch.set_num_threads(1)
    if options.teacher:
        ears = TeacherEars(options.work)
    elif options.waveform:
        ears = WaveEars(options.work, Heads(stages.load_stage(Path(options.work) / "encoder.safetensors")[1]["width"]))
    else:
        found = stages.load_stage(Path(options.work) / f"{options.stage}.safetensors")[1]
        ears = Ears(options.work, Heads(found["width"]), options.stage)
    if options.tracks:
        for clip, figures in performer(ears, options.tracks).items():
            print(clip, *(f"{name} best {max(lags):.3f} at lags " + " ".join(f"{v:.3f}" for v in lags)
                          for name, lags in figures.items()), sep="  ")
    for language in options.more:
        clips = prompts.load(options.asterisk, Path(options.work) / "gate", language)
        show(language, measure(clips, [hear(ears, sound(clip)) for clip in clips]))
    clips = prompts.load(options.asterisk, Path(options.work) / "gate")
    clean = [sound(clip) for clip in clips]
    heard_in = {"whole": (clean, None)} if options.quick else conditions(clean, np.random.default_rng(0))
    if options.teacher:
        heard_in = {name: what for name, what in heard_in.items() if what[1] is None}
    results = {}
    for condition, (sounds, ahead_s) in heard_in.items():
        heard = [hear(ears, x, ahead_s) for x in sounds]
        results[condition] = measure(clips, heard)
        show(condition, results[condition])
        for half in "AB":
            some = [k for k, clip in enumerate(clips) if clip.half == half]
            show(f"  half {half}", measure([clips[k] for k in some], [heard[k] for k in some]))
    if options.quick or options.teacher:
        return
    rows = passed(results)
    for name, value, bar, good in rows:
        print(f"{'pass' if good else 'FAIL'}  {name:40} {value:.3f}  bar {bar:.3f}")
    sys.exit(0 if all(good for *_, good in rows) else 1)


if __name__ == "__main__":
    main()
