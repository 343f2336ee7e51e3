"""GNPFA: generator G_geo and geometry encoder E_geo on maps of random faces and expressions.

M and M' (train_mappings) are frozen and set the latent space. Per sample: a face (named or random), 52 weights (a frame
of M2F-S, a random combination or a few units), and the map of the deformed face. The terms of the loss:
  - reconstruction (face_samples.GeometryLoss), z from M with a little noise or from the encoder,
  - latent: KL of the encoder's q(z | geometry) to N(M(w), PRIOR^2), so that z does not depend on the face,
  - optionally the picture: shading under random lights, visibility and barycentrics of the true geometry (shading.py).

    python -m media2face_training.train_face --data target/m2fs --work target/training --minutes 50
"""

import argparse
from pathlib import Path

import numpy as np
import torch

from .config import GNPFA
from .expressions import Expressions, folder
from .face import Face
from .face_samples import GeometryLoss, Samples
from .loop import Loop
from .modules import Encoder, Generator
from .motion import load_mappings
from .muon import Muon
from .stages import device_of, save_stage
from .train_mappings import PRIOR, unit_variance

POOL = 1000  # random faces held in memory
NOISE = 0.04  # on M's z
KL = 0.002
HALF = 0.75  # share of the run in bfloat16
DECODED = 4  # samples of a batch decoded from the encoder's z in the second half of the run


def networks():
    """(generator, encoder) of the starter's sizes."""
    shape = dict(res=GNPFA["res"], ch=GNPFA["ch"], groups=GNPFA["groups"])
    return (Generator(d_z=GNPFA["d_z"], w_dim=GNPFA["w_dim"], **shape), Encoder(d_out=2 * GNPFA["d_z"], **shape))


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
    """(sampled z, KL to N(z, PRIOR^2), root mean square of mean - z) of deformed maps whose expressions have latent z."""
    mean, log_variance = encoder(deformed).float().chunk(2, 1)
    log_variance = log_variance.clamp(-10, 2)
    kl = 0.5 * (((mean - z) ** 2 + log_variance.exp()) / PRIOR**2 - log_variance + 2 * np.log(PRIOR) - 1).mean()
    return mean + torch.randn_like(mean) * (0.5 * log_variance).exp(), kl, (mean - z).detach().square().mean().sqrt()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", default="target/m2fs")
    parser.add_argument("--work", default="target/training")
    parser.add_argument("--minutes", type=float, default=50)
    parser.add_argument("--faces", type=int, default=4, help="faces in a batch")
    parser.add_argument("--each", type=int, default=4, help="expressions per face")
    parser.add_argument("--seen", type=int, default=12, help="further faces for the encoder, two expressions each")
    parser.add_argument("--rate", type=float, default=4e-3)
    parser.add_argument("--device", default="auto")
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    rng, work, device = np.random.default_rng(0), Path(options.work), device_of(options.device)
    face, expressions = Face(work / "face.npz"), Expressions(folder(options.data), rng, every=4)

    def draw(count):
        return expressions.draw(count, neutral=0.04, speech=0.5, few=0.22)

    samples = Samples(face, draw, rng, POOL, device)
    from_weights = load_mappings(work)[0].to(device)
    generator, encoder = (module.to(device) for module in networks())
    prepare(generator, encoder, from_weights(torch.from_numpy(draw(4000)).to(device)))
    loss_of = GeometryLoss(face, draw(2000), device)
    parameters = [*generator.parameters(), *encoder.parameters()]
    optimiser, modules = Muon(parameters), dict(generator=generator, encoder=encoder)
    loop = Loop(work / "face.pt", options.minutes, options.rate, modules, optimiser, configuration=dict(GNPFA))
    for _ in loop:
        neutral, deformed, offsets, weights = samples.batch(options.faces, options.each)
        _, more, _, more_weights = samples.batch(options.seen, 2)
        z_weights = from_weights(torch.cat([weights, more_weights]))
        with torch.autocast(device.type, torch.bfloat16, enabled=loop.done < HALF):
            first = slice(None, None, len(weights) // DECODED)
            seen = torch.cat([deformed[first], more])
            encoded, kl, off = latent(encoder, seen, torch.cat([z_weights[: len(weights)][first], z_weights[len(weights):]]))
            z = z_weights[: len(weights)] + NOISE * torch.randn(len(weights), GNPFA["d_z"], device=device)
            if loop.done > 0.5:  # the encoder has learned by then: decode what it says, too
                z[first] = encoded[: len(z[first])]
            bottom, skips = generator.identity(neutral)
            bottom, *skips = (x.repeat_interleave(options.each, 0) for x in (bottom, *skips))
            decoded = generator.frame(bottom, skips, z)
        error = decoded.float() * GNPFA["scale"] - offsets
        geometry, note = loss_of(error, offsets)
        optimiser.zero_grad()
        (geometry + KL * kl).backward()
        torch.nn.utils.clip_grad_norm_(parameters, 2.0)
        optimiser.step()
        loop.note(**note, kl=kl.detach(), latent=off)
    save_stage(work / "face.safetensors", {n: m.state_dict() for n, m in modules.items()}, dict(GNPFA))


if __name__ == "__main__":
    main()
