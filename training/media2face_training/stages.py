"""Finished stages of training beside their checkpoints: a state dict as f16 safetensors with its configuration.

`STAGE.pt` holds what a run needs to resume; `STAGE.safetensors` what the next stage and the export need, small enough
to be kept. Matrices and convolutions are f16, all else f32, so a pack made from either is the same.
"""

import json
import os
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import save


class Refused(Exception):
    """A file was made with another configuration; the message names the difference."""


def difference(asked, found):
    """Lines `key: asked A, found B` of two configurations, empty where they agree."""
    asked, found = plain(asked), plain(found)
    return [f"{key}: asked {asked.get(key, 'nothing')!r}, found {found.get(key, 'nothing')!r}"
            for key in sorted(asked.keys() | found.keys()) if asked.get(key) != found.get(key)]


def plain(configuration):
    """The configuration as JSON would give it back (tuples become lists)."""
    return json.loads(json.dumps(configuration))


def require(asked, found, path):
    """Raises Refused where `path` was made with another configuration."""
    if lines := difference(asked, found):
        raise Refused(f"{path} was made with another configuration:\n  " + "\n  ".join(lines))


def stored(tensor):
    """f16 for matrices and convolutions, f32 for norms, biases and statistics; integers as they are."""
    tensor = tensor.detach().cpu().contiguous()
    if not tensor.is_floating_point():
        return tensor
    return tensor.half() if tensor.ndim >= 2 else tensor.float()


def save_stage(path, modules, configuration):
    """Writes {name: state dict} and the configuration, atomically."""
    path = Path(path)
    tensors = {f"{name}.{key}": stored(tensor) for name, state in modules.items() for key, tensor in state.items()}
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_bytes(save(tensors, {"configuration": json.dumps(configuration)}))
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def load_stage(path, configuration=None):
    """-> ({name: state dict in f32}, configuration). Refuses another configuration than the one given."""
    path = Path(path)
    if not path.exists():
        raise FileNotFoundError(f"{path} is missing: run the stage that makes it")
    modules = {}
    with safe_open(path, "pt") as file:
        found = json.loads(file.metadata()["configuration"])
        for key in file.keys():
            name, _, rest = key.partition(".")
            tensor = file.get_tensor(key)
            modules.setdefault(name, {})[rest] = tensor.float() if tensor.is_floating_point() else tensor
    if configuration is not None:
        require(configuration, found, path)
    return modules, found


def device_of(name):
    """`auto` is CUDA where there is one; any other name is taken as it is."""
    return torch.device(("cuda" if torch.cuda.is_available() else "cpu") if name == "auto" else name)
