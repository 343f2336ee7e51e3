"""The face's networks at the starter's sizes, and M and M', whose latent space all of them share."""

from pathlib import Path

import numpy as np
import torch

from ..config import GNPFA, UNITS, VISION, VISION_SIDE
from ..modules import Encoder, Generator, mapping
from ..stages import load_stage

PRIOR = 0.08  # standard deviation of the noise on z
OUTPUTS = dict(expression=GNPFA["d_z"], pose=3)


def load_mappings(work):
    """(M, M') of the trained face networks, frozen."""
    path = Path(work) / "mappings.pt"
    if path.exists():
        state = torch.load(path, weights_only=False, map_location="cpu")["modules"]
    else:
        state, _ = load_stage(path.with_suffix(".safetensors"))
    forward, back = mapping(UNITS, GNPFA["d_z"]), mapping(GNPFA["d_z"], UNITS)
    forward.load_state_dict(state["from_weights"])
    back.load_state_dict(state["to_weights"])
    return forward.eval().requires_grad_(False), back.eval().requires_grad_(False)


@torch.no_grad()
def expression_of(weights, from_weights):
    """Weights [frames, 52] -> z [frames, d_z], in pieces."""
    pieces = np.array_split(np.asarray(weights), max(1, len(weights) // 65536))
    return np.concatenate([from_weights(torch.from_numpy(p.astype(np.float32))).numpy() for p in pieces])


@torch.no_grad()
def cycle_error(from_weights, to_weights, weights):
    """|w - clamp(M'(M(w)))| [n, 52]."""
    w = torch.from_numpy(np.ascontiguousarray(weights, np.float32))
    return (to_weights(from_weights(w)).clamp(0, 1) - w).abs().numpy()


@torch.no_grad()
def unit_variance(layers, x):
    """Scales every linear layer of a sequence so that its outputs have unit variance over the inputs x.

    Without it M's first z are thousands of times smaller than the expressions' differences.
    """
    for layer in layers:
        x = layer(x)
        if isinstance(layer, torch.nn.Linear):
            deviation = (x - x.mean(0)).std()
            layer.weight /= deviation
            layer.bias /= deviation
            x = x / deviation
    return x


def geometry():
    """(generator, encoder) of the starter's sizes."""
    shape = dict(res=GNPFA["res"], ch=GNPFA["ch"], groups=GNPFA["groups"])
    return (Generator(d_z=GNPFA["d_z"], w_dim=GNPFA["w_dim"], **shape), Encoder(d_out=2 * GNPFA["d_z"], **shape))


def vision(outputs):
    """E_exp, E_pose or both in one, by the size of the last layer."""
    return Encoder(res=VISION_SIDE, ch=VISION["ch"], d_out=outputs, groups=VISION["groups"])


def tensor(images):
    """u8 [n, 64, 64, 3] -> float [n, 3, 64, 64] in [-1, 1]."""
    return torch.from_numpy(images).permute(0, 3, 1, 2).float() / 127.5 - 1
