"""M (weights -> z) and M' (z -> weights): a noisy autoencoder of expressions that sets the latent space.

z has zero mean and unit variance over expressions, and PRIOR of noise on it must not change what M' reads, so that
near z means near expressions. The two are then frozen: generator, encoders and denoiser all train on this z.

    python -m media2face_training.face.train_mappings --data target/m2fs --work target/training
"""

import argparse
import os
from pathlib import Path

import numpy as np
import torch

from ..config import GNPFA
from ..modules import mapping
from ..stages import save_stage
from ..vocabulary import ARKIT
from .expressions import Expressions, folder, moving, recorded
from .networks import PRIOR, cycle_error, unit_variance
from .rig import random_weights

RATE, MOMENTS = 3e-3, 0.003
GATE = 0.02


def channel_weights(weights):
    """[52]: how much an error in a channel counts: small-range channels more than the jaw, within a factor of 3."""
    deviation = weights.std(0)
    out = np.clip(0.15 / np.maximum(deviation, 1e-3), 0.7, 2.0)
    mouth = np.array([name.startswith(("jaw", "mouth")) for name in ARKIT])
    out = out * np.where(mouth, 1.5, 1.0)
    return (out / out.mean()).astype(np.float32)


def train(expressions, steps, batch, report=print):
    """-> (M, M')."""
    from_weights, to_weights = mapping(len(ARKIT), GNPFA["d_z"]), mapping(GNPFA["d_z"], len(ARKIT))

    def draw(count):
        return torch.from_numpy(expressions.draw(count))

    sample = draw(8000)
    z = unit_variance(from_weights, sample)
    unit_variance(to_weights[:3], z)
    importance = torch.from_numpy(channel_weights(sample.numpy()))
    optimiser = torch.optim.AdamW([*from_weights.parameters(), *to_weights.parameters()], RATE, weight_decay=1e-3)
    for step in range(steps):
        for group in optimiser.param_groups:
            group["lr"] = RATE * min(1, (step + 1) / 100) * 0.5 * (1 + np.cos(np.pi * step / steps))
        weights = draw(batch)
        z = from_weights(weights)
        back = to_weights(z + PRIOR * torch.randn_like(z))
        moments = z.mean(0).square().mean() + (z.std(0) - 1).square().mean()
        loss = (importance * (back - weights) ** 2).mean() + MOMENTS * moments
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        if step % 1000 == 999:
            report(f"step {step + 1}: root mean square error {(back - weights).square().mean().sqrt().item():.4f}")
    return from_weights, to_weights


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", default="target/m2fs")
    parser.add_argument("--work", default="target/training")
    parser.add_argument("--steps", type=int, default=24000)
    parser.add_argument("--batch", type=int, default=384)
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    data, path = folder(options.data), Path(options.work) / "mappings.pt"
    from_weights, to_weights = train(Expressions(data, np.random.default_rng(0)), options.steps, options.batch)
    held = recorded(data, ("valid", "test"))
    random = random_weights(np.random.default_rng(99), 20000, ARKIT)
    error, z = cycle_error(from_weights, to_weights, held), from_weights(torch.from_numpy(held[::5]))
    active = moving(held)
    worst = active[np.argmax(error[:, active].mean(0))]
    print(f"held-out clips: mean {error.mean():.4f}, moving channels {error[:, active].mean():.4f}, worst "
          f"{ARKIT[worst]} {error[:, worst].mean():.4f}; random combinations "
          f"{cycle_error(from_weights, to_weights, random).mean():.4f}; z: deviation over clips "
          f"{z.std(0).min().item():.2f} to {z.std(0).max().item():.2f} (gate {GATE})")
    modules = dict(from_weights=from_weights.state_dict(), to_weights=to_weights.state_dict())
    torch.save(dict(modules=modules), f"{path}.new")
    os.replace(f"{path}.new", path)
    save_stage(path.with_suffix(".safetensors"), modules, dict(d_z=GNPFA["d_z"], units=len(ARKIT)))


if __name__ == "__main__":
    main()
