"""E_exp and E_pose: the latent expression and the head's rotation, read off a 64 x 64 picture of a face.

Both are trained as one network, whose last layer is then cut in two: what finds the pose finds the face, and the
expression is learned in half the time. E_exp learns z = M(w) and, through the frozen M', the weights; E_pose the
rotation towards the camera (axis-angle, rad). Pictures come from `pictures`; here they are mirrored, moved, tinted and
partly covered.

    python -m media2face_training.face.train_vision --work target/training --minutes 60
"""

import argparse
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from ..config import VISION
from ..config import VISION_SIDE as SIDE
from ..loop import Loop
from ..muon import Muon
from ..precision import quick
from ..stages import device_of, load_stage, save_stage
from .expressions import swap_sides
from .networks import OUTPUTS, load_mappings, tensor, vision
from .pictures import read

SHIFT = 2  # px
AVERAGING = 0.998
HALF = 0.8  # share of the run in bfloat16
RIDGE = 0.1  # a picture
TURN = 0.25  # rad, the usual rotation
MIRRORED = torch.tensor([1.0, -1.0, -1.0])  # an axis-angle vector in a mirror


def prepare(model):
    """Most filters of the first layer start as differences of neighbours: light and skin matter less to them."""
    with torch.no_grad():
        stem = model.stem.weight[: 3 * len(model.stem.weight) // 4]
        stem -= stem.mean((1, 2, 3), keepdim=True)
        stem *= 4


def cut(state):
    """{part: state dict} of the two encoders from that of both in one."""
    out, first = {}, 0
    for part, outputs in OUTPUTS.items():
        rows = slice(first, first + outputs)
        out[part] = {k: (v[rows] if k.startswith("fc.") else v).clone() for k, v in state.items()}
        first += outputs
    return out


def joined(parts):
    """The state dict of both in one, of what `cut` made."""
    one = dict(parts["expression"])
    return one | {k: torch.cat([parts[part][k] for part in OUTPUTS]) for k in one if k.startswith("fc.")}


def moved(x, rng):
    """Pictures [n, 3, 64, 64] each shifted by a few pixels, then tinted, then some with a patch covered."""
    padded = functional.pad(x, (SHIFT,) * 4, mode="replicate")
    places = rng.integers(0, 2 * SHIFT + 1, (len(x), 2))
    out = torch.stack([p[:, a : a + SIDE, b : b + SIDE] for p, (a, b) in zip(padded, places)])
    gain, lift = rng.uniform(0.8, 1.2, (len(x), 3, 1, 1)), rng.uniform(-0.15, 0.15, (len(x), 1, 1, 1))
    out = out * torch.from_numpy(gain).to(out) + torch.from_numpy(lift).to(out)
    for i in np.where(rng.random(len(x)) < 0.1)[0]:
        a, b = rng.integers(0, SIDE - 16, 2)
        h, w = rng.integers(6, 16, 2)
        out[i, :, a : a + h, b : b + w] = float(rng.uniform(-1, 1))
    return out.clamp(-1, 1)


class Batches:
    """Random pictures, half of them mirrored together with what they show."""

    def __init__(self, images, weights, rotations, rng, device):
        self.images, self.weights, self.rotations = images, weights, rotations
        self.rng, self.device = rng, device

    def draw(self, count):
        """(pictures [n, 3, 64, 64], weights [n, 52], rotations [n, 3])."""
        pick = self.rng.integers(len(self.images), size=count)
        images, weights = self.images[pick], self.weights[pick].copy()
        rotations = torch.from_numpy(self.rotations[pick])
        other = self.rng.random(count) < 0.5
        images = np.where(other[:, None, None, None], images[:, :, ::-1], images)
        weights[other] = swap_sides(weights[other])
        rotations[other] *= MIRRORED
        x = moved(tensor(images), self.rng)
        return x.to(self.device), torch.from_numpy(weights).to(self.device), rotations.to(self.device)


@torch.no_grad()
def settle(model, images, targets):
    """Moves the last layer towards the ridge regression of targets [n, outputs] on the pictures as they are."""
    gram, rest = 0, 0
    count = len(images) // 200 + 1
    for chunk, wanted in zip(np.array_split(images, count), torch.tensor_split(targets, count)):
        features = model.features(tensor(chunk).to(targets.device))
        with_one = torch.cat([features, torch.ones_like(features[:, :1])], 1)
        gram, rest = gram + with_one.T @ with_one, rest + with_one.T @ (wanted - model.fc(features))
    change = torch.linalg.solve(gram + RIDGE * len(images) * torch.eye(len(gram), device=gram.device), rest)
    model.fc.weight += change[:-1].T
    model.fc.bias += change[-1]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", default="target/training")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--init", metavar="STAGE", help="begin with the finished weights of vision.safetensors")
    parser.add_argument("--batch", type=int, default=48)
    parser.add_argument("--rate", type=float, default=6e-3)
    parser.add_argument("--device", default="auto")
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    work, device = Path(options.work), device_of(options.device)
    images, weights, rotations = read(work, "train")
    batches = Batches(images, weights, rotations, np.random.default_rng(0), device)
    from_weights, to_weights = (net.to(device) for net in load_mappings(work))
    spread = torch.from_numpy(weights.std(0)).to(device).clamp(min=0.02)
    model = vision(sum(OUTPUTS.values()))
    configuration = dict(VISION, outputs=OUTPUTS)
    if options.init:
        model.load_state_dict(joined(load_stage(options.init, configuration)[0]))
    else:
        prepare(model)
    model.to(device)
    average = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(AVERAGING))
    optimiser = Muon(model.parameters())
    loop = Loop(work / "vision.pt", options.minutes, options.rate, dict(vision=model, average=average), optimiser,
                configuration=configuration)
    for _ in loop:
        x, w, rotation = batches.draw(options.batch)
        with quick(device, enabled=loop.done < HALF):
            out = model(x)
        z, turned = out.float().split(list(OUTPUTS.values()), 1)
        off = (z - from_weights(w)).square().mean()
        channels = ((to_weights(z) - w) / spread).square().mean()
        turn = ((turned - rotation) / TURN).square().mean()
        optimiser.zero_grad()
        (off + channels + turn).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 2.0)
        optimiser.step()
        average.update_parameters(model)
        loop.note(z=off.detach().sqrt(), weights=channels.detach(),
                  degrees=(turned - rotation).detach().norm(dim=1).mean() * 57.3)
    with torch.no_grad():
        known = (torch.from_numpy(x).to(device) for x in (weights, rotations))
        targets = torch.cat([from_weights(next(known)), next(known)], 1)
    settle(average.module, images, targets)
    save_stage(work / "vision.safetensors", cut(average.module.state_dict()), configuration)


if __name__ == "__main__":
    main()
