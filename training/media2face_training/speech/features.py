"""Runs the trained audio encoder over M2F-S and keeps its features at the animation rate, for the denoiser.

Every clip is encoded as recorded, once more through another channel (`augment.corrupt`, times unchanged), and a share
of them also in chunks with only 100 to 400 ms of sound ahead, as a stream is. Writes `features.npy` (float16
[total, width]) and `features.jsonl`, a line per row: {number, copy, kind: whole | chunked, first, frames, split}.

    python -m media2face_training.speech.features --data M2FS --work target/training --copies 1 --chunked 0.25 --jobs 2
"""

import argparse
import json
import multiprocessing
from pathlib import Path

import numpy as np
import torch
from scipy.fft import prev_fast_len

from .. import stages, storage
from ..config import FPS
from ..modules import MelEncoder, to_animation_rate
from . import augment, mel

AHEAD_S, HOP_FRAMES = (0.1, 0.4), (5, 10, 20)  # of a chunk: sound behind its last frame, 50 Hz frames it gives
TASK = 32  # clips


class Ears:
    """The finished encoder with the start of its running mean; `heads` are the training's, if asked for."""

    def __init__(self, work, heads=None, stage="encoder"):
        modules, found = stages.load_stage(Path(work) / f"{stage}.safetensors")
        self.encoder = MelEncoder(found["width"], found["dilations"])
        self.encoder.load_state_dict(modules["encoder"])
        self.encoder.eval().requires_grad_(False)
        self.prior = modules["mel"]["mean"].numpy()
        if heads is not None:
            heads.load_state_dict(modules["heads"])
            self.heads = heads.eval().requires_grad_(False)

    def mels(self, samples):
        """Float samples -> normalised log-mel [T, 80]."""
        return mel.normalise_running(mel.log_mel(samples), self.prior)

    def whole(self, mels):
        """[T, 80] -> features [T/2, width] at 50 Hz."""
        return self.encoder(torch.from_numpy(mels)[None])[0]

    def chunked(self, mels, ahead_s, hop):
        """The same as a stream gives it: `hop` frames at a time, nothing later than `ahead_s` behind the last."""
        reach = sum(self.encoder.dilations) + 2
        future = int(round(ahead_s * 100)) - 2  # a mel frame hears 12.5 ms to either side
        frames, groups = len(mels) // 2, {}
        for first in range(0, frames, hop):
            last, start = min(first + hop, frames), max(0, first - reach)
            stop = min(len(mels), 2 * last - 1 + future)
            groups.setdefault((stop - 2 * start, first - start, last - first), []).append((first, start, stop))
        out = torch.empty(frames, self.encoder.width)
        for (_, skip, count), chunks in groups.items():
            for some in (chunks[k : k + 64] for k in range(0, len(chunks), 64)):
                x = np.stack([mels[2 * start : stop] for _, start, stop in some])
                for (first, _, _), y in zip(some, self.encoder(torch.from_numpy(x))):
                    out[first : first + count] = y[skip : skip + count]
        return out


def at_length(features, frames):
    """50 Hz features [T, width] -> float16 [frames, width] at the animation rate; the last is held if need be."""
    x = to_animation_rate(features, FPS)[:frames]
    return torch.cat([x, x[-1:].expand(frames - len(x), -1)]).half().numpy()


def corrupted(x, rng):
    """Another channel at a length that Fourier transforms like; the few samples that it lacks are silent."""
    fast = prev_fast_len(len(x))
    return np.pad(augment.corrupt(x[:fast], rng), (0, len(x) - fast))


def encode_clip(ears, folder, row, copies, chunked, seed, ahead_s=AHEAD_S):
    """Yields (features [F, width], row of the index) of a clip's copies."""
    with np.load(storage.clip_path(folder, row["number"])) as arrays:
        dry = arrays["audio"].astype(np.float32) / 32768
    rng = np.random.default_rng([seed, row["number"], 11])
    for copy in range(copies + 1):
        mels = ears.mels(corrupted(dry, rng) if copy else dry)
        kinds = {"whole": ears.whole(mels)}
        if rng.random() < chunked:
            kinds["chunked"] = ears.chunked(mels, rng.uniform(*ahead_s), int(rng.choice(HOP_FRAMES)))
        for kind, features in kinds.items():
            yield at_length(features, row["frames"]), dict(
                number=row["number"], copy=copy, kind=kind, frames=row["frames"], split=row["split"])


def make(task):
    """[row of M2F-S] -> [(features, row of the index)]."""
    options, rows = task
    torch.set_num_threads(1)
    ears = Ears(options.stages or options.work, stage=options.ear)
    return [made for row in rows
            for made in encode_clip(ears, options.data, row, options.copies, options.chunked, options.seed, options.ahead)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, metavar="DIR", help="M2F-S")
    parser.add_argument("--work", default="target/training", help="where the features go")
    parser.add_argument("--stages", help="where the encoder's stage is, WORK by default")
    parser.add_argument("--ear", default="encoder", help="the encoder's stage; `ear` for version 0.5")
    parser.add_argument("--copies", type=int, default=1, help="corrupted copies of a clip")
    parser.add_argument("--chunked", type=float, default=0.25, help="share of the copies also encoded in chunks")
    parser.add_argument("--ahead", type=float, nargs=2, default=AHEAD_S, metavar="S", help="least and most sound behind a chunk")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    folder, index, first = Path(options.work), [], 0
    folder.mkdir(parents=True, exist_ok=True)
    rows = storage.read_index(options.data)
    tasks = [(options, rows[k : k + TASK]) for k in range(0, len(rows), TASK)]
    with multiprocessing.get_context("spawn").Pool(options.jobs) as pool, open(folder / "features.raw", "wb") as raw:
        for made in pool.imap(make, tasks):
            for features, row in made:
                raw.write(features.tobytes())
                index.append(dict(row, first=first))
                first += len(features)
    flat = np.memmap(folder / "features.raw", np.float16, "r").reshape(first, -1)
    np.lib.format.open_memmap(folder / "features.npy", "w+", np.float16, flat.shape)[:] = flat
    (folder / "features.raw").unlink()
    storage.write_text(folder / "features.jsonl", "".join(json.dumps(row) + "\n" for row in index))
    print(f"{len(index)} rows of {len(rows)} clips, {first} frames")


if __name__ == "__main__":
    main()
