"""The style encoder's part of a model pack."""

import copy

import numpy as np

from .. import stages
from ..config import CLIP
from . import emoji


def add_clip(tensors, work):
    """Adds `clip.*` to a pack's tensors; -> the manifest's section, or None where the stage has not run."""
    path = work / "style.safetensors"
    if not path.exists():
        print(f"{path} is missing: the pack takes no style prompts")
        return None
    for name, tensor in stages.load_stage(path, CLIP)[0]["towers"].items():
        half = tensor.ndim > 1 and "position_embedding" not in name
        tensors[f"clip.{name}"] = tensor.numpy().astype(np.float16 if half else np.float32)
    return copy.deepcopy(CLIP)


def emoji_table():
    """The manifest's section of what is encoded in an emoji's place: its short name, for every emoji."""
    return {"names": emoji.names()}


def add_reader(tensors, work):
    """Adds `style_reader.*` to a pack's tensors; -> {its entry of the manifest}, or {} where the stage has not run."""
    path = work / "reader.safetensors"
    if not path.exists():
        print(f"{path} is missing: the pack does not tell what a prompt says to it")
        return {}
    modules, configuration = stages.load_stage(path)
    for name, tensor in modules["style_reader"].items():
        tensors[f"style_reader.{name}"] = tensor.numpy().astype(np.float16)
    return {"style_reader": configuration}
