"""A finished pack run from sound to geometry in PyTorch: the twin of the runtime, used for measurement."""

import itertools
import json
import struct
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import load_file

from ..config import DENOISER
from ..face.rig import apply_follow
from ..modules import Denoiser, Encoder, Generator, MelEncoder, mapping, to_animation_rate
from ..speech import mel
from ..stages import load_stage, save_stage
from .diffusion import sample


class Pack:
    """Networks and face of an .m2f file."""

    def __init__(self, path):
        data = Path(path).read_bytes()
        header = json.loads(data[8 : 8 + struct.unpack("<Q", data[:8])[0]])
        self.manifest = json.loads(header["__metadata__"]["media2face"])
        self.tensors = load_file(path)
        m = self.manifest
        units = len(m["blendshapes"]["names"])
        g, d, a = m["gnpfa"], m["denoiser"], m["audio"]
        self.encoder = self._load("audio", MelEncoder(a["width"], a["dilations"]), skip=("mel.mean",))
        self.denoiser = self._load("denoiser", Denoiser(
            d_x=d["d_x"], d_a=d["d_a"], d_p=d["d_p"], d=d["d"], layers=d["layers"], heads=d["heads"], ff=d["ff"],
            align=d["align"], concat=d["concat"], d_s=d.get("d_s", 0)), skip=("mean", "std"))
        self.generator = self._load("gnpfa.generator", Generator(g["res"], g["ch"], g["d_z"], g["groups"], g["w_dim"]))
        self.geometry = self._load("gnpfa.encoder", Encoder(g["res"], g["ch"], 2 * g["d_z"], g["groups"]))
        self.from_weights = self._load("gnpfa.from_weights", mapping(units, g["d_z"]))
        self.to_weights = self._load("gnpfa.to_weights", mapping(g["d_z"], units))
        self.expression, self.pose = self._vision("expression"), self._vision("pose")
        self.names = m["blendshapes"]["names"]

    def _load(self, prefix, module, skip=()):
        state = {k[len(prefix) + 1 :]: torch.from_numpy(v.astype(np.float32)) for k, v in self.tensors.items()
                 if k.startswith(prefix + ".")}
        module.load_state_dict({k: v for k, v in state.items() if k not in skip})
        return module.eval().requires_grad_(False)

    def _vision(self, part):
        """E_exp or E_pose, whose sizes are those of their tensors; None where the pack has none."""
        prefix = f"gnpfa.{part}_encoder"
        if f"{prefix}.fc.weight" not in self.tensors:
            return None
        convolutions = (self.tensors.get(f"{prefix}.convs.{i}.weight") for i in itertools.count())
        ch = [weight.shape[1] for weight in itertools.takewhile(lambda w: w is not None, convolutions)]
        outputs, inputs = self.tensors[f"{prefix}.fc.weight"].shape
        side = round((inputs / ch[-1]) ** 0.5) << len(ch)
        return self._load(prefix, Encoder(side, ch, outputs, self.manifest["gnpfa"]["groups"]))

    def look(self, images):
        """Pictures u8 [n, 64, 64, 3] cut around the face box -> (z [n, d_z], rotation [n, 3] in rad)."""
        x = torch.from_numpy(images).permute(0, 3, 1, 2).float() / 127.5 - 1
        return self.expression(x), self.pose(x)

    def features(self, samples):
        """Float samples in [-1, 1] at 16 kHz -> features [F, d_a] at the animation rate."""
        x = mel.normalise_running(mel.log_mel(samples), self.tensors["audio.mel.mean"],
                                  self.manifest["audio"]["mel_rate"])
        frames = max(1, int(len(samples) / mel.RATE * self.manifest["fps"] + 0.5))
        a = to_animation_rate(self.encoder(torch.from_numpy(x)[None])[0], self.manifest["fps"])
        return torch.cat([a, a[-1:].expand(max(0, frames - len(a)), -1)])[:frames]

    def animate(self, samples, seed=0, steps=None, s_A=None):
        """-> (z [F, d_z], pose [F, 6]: rad, mm)."""
        d, q = self.manifest["denoiser"], self.manifest["diffusion"]
        x = sample(self.denoiser, self.features(samples), d["d_x"], d["d_p"], steps or q["steps"],
                   q["s_A"] if s_A is None else s_A, d["window"], q["hop"], seed, q["T"])
        x = x * torch.from_numpy(self.tensors["denoiser.std"]) + torch.from_numpy(self.tensors["denoiser.mean"])
        return x[:, : d["d_z"]], x[:, d["d_z"] :]

    def weights(self, z):
        """M'(z), clamped: [F, 52]."""
        return self.to_weights(z).clamp(0, 1).numpy()

    def vertices(self, z, identity=0):
        """Decoded vertices [F, V, 3] in mm without the head's pose."""
        t, g = self.tensors, self.manifest["gnpfa"]
        neutral = t[f"identities.{identity}.vertices"]
        position = (neutral - t["topology.centre"]) / t["topology.extent"]
        texels = (position[t["topology.raster_index"]] * t["topology.raster_weight"][..., None]).sum(1)
        face = torch.from_numpy(texels.T.reshape(1, 3, g["res"], g["res"]).astype(np.float32))
        cached = self.generator.identity(face)
        out = []
        for chunk in z.split(32):
            maps = self.generator.frame(*cached, chunk).flatten(2).transpose(1, 2).float().numpy() * g["scale"]
            offsets = (maps[:, t["topology.gather_index"]] * t["topology.gather_weight"][..., None]).sum(2)
            out += [self._place(neutral, o) for o in offsets]
        return np.stack(out)

    def _place(self, neutral, offset):
        t, out = self.tensors, neutral + offset
        for part in self.manifest["topology"]["parts"]:
            name = part["follow"]
            if name not in ("map", "head"):
                rows = slice(*part["vertices"])
                out[rows] = apply_follow(t[f"topology.follow.{name}.matrix"],
                                         offset[t[f"topology.follow.{name}.index"]], neutral[rows])
        return out

    def lip_gap(self, vertices):
        """Opening of the inner lips against the neutral's (mm): [.., pairs]."""
        pairs = self.tensors["topology.lip_inner"]
        return vertices[..., pairs[:, 0], 1] - vertices[..., pairs[:, 1], 1]

    def triangle_colours(self):
        """[T, 3] in 0..1, as shown (gamma 2.2)."""
        out = np.zeros((len(self.tensors["topology.triangles"]), 3))
        for part in self.manifest["topology"]["parts"]:
            out[slice(*part["triangles"])] = np.array(part["colour"]) ** (1 / 2.2)
        return out


def denoiser_of(path):
    """(state dict, configuration with shape and scale of motion) of a pack's denoiser, a stage's, or a checkpoint's averaged weights."""
    path = Path(path)
    if path.suffix == ".m2f":
        pack = Pack(path)
        shape = {key: pack.manifest["denoiser"][key] for key in DENOISER} | dict(d_s=pack.denoiser.d_s)
        scale = {key: pack.tensors[f"denoiser.{key}"].tolist() for key in ("mean", "std")}
        return pack.denoiser.state_dict(), dict(shape=shape, expression="latents", **scale)
    if path.suffix == ".safetensors":
        modules, configuration = load_stage(path)
        return modules["average"], configuration
    found = torch.load(path, weights_only=False, map_location="cpu")
    return found["modules"]["average"], found["configuration"]


def keep(loop, average):
    """Writes what a training made beside its checkpoint, as a stage."""
    save_stage(Path(loop.path).with_suffix(".safetensors"), {"average": average.state_dict()}, loop.configuration)
