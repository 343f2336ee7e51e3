"""A deterministic regressor of the denoiser's own shape (after FaceFormer): the mean of the motion given its conditions.

It is no model of the runtime, so PyTorch runs it and decodes its latents with the pack's generator.
"""

from pathlib import Path

import numpy as np
import torch

from ..modules import Denoiser
from ..motion.pipeline import Pack
from ..style.codes import Codes
from .testset import Take

WINDOW, OVERLAP = 200, 50


class Regressor:
    """A checkpoint of `train_denoiser --regress`; style codes are drawn from the bank, one per clip."""

    def __init__(self, checkpoint, pack, geometry):
        state = torch.load(checkpoint, weights_only=False, map_location="cpu")
        found = state["configuration"]
        self.model = Denoiser(**found["shape"]).eval()
        self.model.load_state_dict(state["modules"]["average"])
        self.mean, self.std = (torch.tensor(found[key]) for key in ("mean", "std"))
        self.codes = Codes(Path(checkpoint).parent / "style_codes.npz")
        self.pack, self.geometry = Pack(pack), geometry

    @torch.no_grad()
    def motion(self, audio, code):
        """Features [F, d_a], style code [d_p] -> motion [F, d_x], windows joined by their middles."""
        frames, code = len(audio), torch.from_numpy(code.astype(np.float32))[None, None]
        out, first = torch.zeros(frames, self.model.in_proj.in_features), 0
        while True:
            part = audio[first : first + WINDOW]
            zero = torch.zeros(1, len(part), out.shape[1])
            guess = self.model(zero, torch.zeros(1, dtype=torch.long), part[None], code)[0]
            out[first + (OVERLAP // 2 if first else 0) : first + len(part)] = guess[OVERLAP // 2 if first else 0 :]
            if first + WINDOW >= frames:
                return out * self.std + self.mean
            first += WINDOW - OVERLAP

    def __call__(self, clip):
        row = clip.row
        code = self.codes.draw(np.random.default_rng(row["number"]), row["emotion"], row["intensity"], row["style"],
                               row["level"])
        audio = self.pack.features(clip.audio.astype(np.float32) / 32768)[: len(clip.weights)]
        x = self.motion(audio, code)
        d_z = self.pack.manifest["denoiser"]["d_z"]
        offsets = self.pack.vertices(x[:, :d_z]) - self.pack.tensors["identities.0.vertices"]
        return Take(self.geometry.of_offsets(offsets), x[:, d_z:].numpy())
