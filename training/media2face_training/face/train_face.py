"""GNPFA: generator G_geo and geometry encoder E_geo on maps of random faces and expressions.

M and M' (`train_mappings`) are frozen and set the latent space. Per sample: a face (named or random), 52 weights (a frame
of M2F-S, a random combination or a few units), and the map of the deformed face. The terms of the loss:
  - reconstruction (`samples.GeometryLoss`), z from M with a little noise or from the encoder,
  - latent: KL of the encoder's q(z | geometry) to N(M(w), PRIOR^2), so that z does not depend on the face,
  - optionally the picture: shading under random lights, visibility and barycentrics of the true geometry (shading.py).

    python -m media2face_training.face.train_face --data target/m2fs --work target/training --minutes 62
"""

import argparse
from pathlib import Path

import numpy as np
import torch

from ..config import GNPFA
from ..loop import Loop
from ..muon import Muon
from ..precision import quick
from ..stages import device_of, save_stage
from .expressions import Expressions, folder
from .face import Face
from .networks import PRIOR, geometry, load_mappings, unit_variance
from .samples import GeometryLoss, Samples
from .shading import PictureLoss

POOL = 1000  # random faces held in memory
NOISE = 0.04  # on M's z
KL = 0.05  # with 0.002 the reconstruction pulled the encoder away from M once its z was decoded
HALF = 0.75  # share of the run in bfloat16
DECODED = 4  # samples of a batch decoded from the encoder's z in the second half of the run


@torch.no_grad()
def prepare(generator, encoder, z):
    """Weights to start from: FiLM's inputs of unit variance over z, an encoder that looks at slopes, sure of itself.

    Positions in a map vary over the head by much more than expressions change them; a filter that sums to zero sees
    only the surface's slope.
    """
    unit_variance(generator.zmap, z)
    stem = encoder.stem.weight
    stem[::2] -= stem[::2].mean((2, 3), keepdim=True)
    stem[::2] *= 10
    encoder.fc.bias[GNPFA["d_z"]:] = 2 * np.log(PRIOR)


def latent(encoder, deformed, z):
    """(sampled z, KL to N(z, PRIOR^2), root mean square of mean - z) of deformed maps; z: that of their expressions."""
    mean, log_variance = encoder(deformed).float().chunk(2, 1)
    log_variance = log_variance.clamp(-10, 2)
    kl = 0.5 * (((mean - z) ** 2 + log_variance.exp()) / PRIOR**2 - log_variance + 2 * np.log(PRIOR) - 1).mean()
    return mean + torch.randn_like(mean) * (0.5 * log_variance).exp(), kl, (mean - z).detach().square().mean().sqrt()


class Trainer:
    """One step of both networks."""

    def __init__(self, face, draw, from_weights, options, rng, device):
        self.samples, self.options = Samples(face, draw, rng, POOL, device), options
        self.from_weights, self.device = from_weights, device
        self.generator, self.encoder = (module.to(device) for module in geometry())
        self.geometry = GeometryLoss(face, draw(2000), device)
        self.picture = PictureLoss(face, rng, device) if options.picture else None

    def __call__(self, done):
        """(loss, values to note) of one batch; `done`: share of the run behind it."""
        batch = self.samples.batch(self.options.faces, self.options.each)
        more = self.samples.batch(self.options.seen, 2)
        count = len(batch.weights)
        z = self.from_weights(torch.cat([batch.weights, more.weights]))
        first = torch.arange(0, count, count // DECODED, device=self.device)
        noisy = z[:count] + NOISE * torch.randn(count, GNPFA["d_z"], device=self.device)
        with quick(self.device, enabled=done < HALF):
            encoded, kl, off = latent(self.encoder, torch.cat([batch.deformed[first], more.deformed]),
                                      torch.cat([z[first], z[count:]]))
            if done > 0.5:  # the encoder has learned by then: decode what it says, too
                noisy = noisy.index_copy(0, first, encoded[: len(first)])
            bottom, skips = self.generator.identity(batch.neutral)
            bottom, *skips = (x.repeat_interleave(self.options.each, 0) for x in (bottom, *skips))
            decoded = self.generator.frame(bottom, skips, noisy)
        error = decoded.float() * GNPFA["scale"] - batch.offsets
        loss, note = self.geometry(error, batch.offsets)
        if self.picture:
            own = slice(0, count, self.options.each)  # one expression of each face
            seen = self.picture(batch.vertices, batch.offsets[own], error[own])
            loss = loss + self.options.picture * seen
            note["picture"] = seen.detach()
        return loss + KL * kl, dict(note, kl=kl.detach(), latent=off)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", default="target/m2fs")
    parser.add_argument("--work", default="target/training")
    parser.add_argument("--minutes", type=float, default=62)
    parser.add_argument("--steps", type=int, help="a number of steps instead of minutes")
    parser.add_argument("--faces", type=int, default=4, help="faces in a batch")
    parser.add_argument("--each", type=int, default=6, help="expressions per face")
    parser.add_argument("--seen", type=int, default=12, help="further faces for the encoder, two expressions each")
    parser.add_argument("--rate", type=float, default=4e-3)
    parser.add_argument("--picture", type=float, default=0.0, help="weight of the picture's term")
    parser.add_argument("--start", help="a checkpoint to begin from, for comparing terms of the loss")
    parser.add_argument("--name", default="face.pt")
    parser.add_argument("--device", default="auto")
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    rng, work, device = np.random.default_rng(0), Path(options.work), device_of(options.device)
    face, expressions = Face(work / "face.npz"), Expressions(folder(options.data), rng, every=4)

    def draw(count):
        return expressions.draw(count, neutral=0.04, speech=0.5, few=0.22)

    from_weights = load_mappings(work)[0].to(device)
    trainer = Trainer(face, draw, from_weights, options, rng, device)
    modules = dict(generator=trainer.generator, encoder=trainer.encoder)
    prepare(**modules, z=from_weights(torch.from_numpy(draw(4000)).to(device)))
    if options.start:
        state = torch.load(options.start, weights_only=False, map_location=device)["modules"]
        for name, module in modules.items():
            module.load_state_dict(state[name])
    parameters = [p for module in modules.values() for p in module.parameters()]
    optimiser = Muon(parameters)
    loop = Loop(work / options.name, options.minutes, options.rate, modules, optimiser, steps=options.steps,
                configuration=dict(GNPFA))
    for _ in loop:
        loss, note = trainer(loop.done)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 2.0)
        optimiser.step()
        loop.note(**note)
    states = {name: module.state_dict() for name, module in modules.items()}
    save_stage((work / options.name).with_suffix(".safetensors"), states, dict(GNPFA))


if __name__ == "__main__":
    main()
