"""The style encoder's part of a model pack."""

import copy

import numpy as np

from .. import stages
from ..config import CLIP
from ..vocabulary import STYLE_NAMES
from . import emoji
from .goals import LENGTH, MILDEST, USUAL
from .ngrams import BITS, SHARPER, UNASKED
from .prompts import phrases
from .reader import PHRASES


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


def add_ngrams(tensors, work, reader):
    """Adds `ngrams.*` to a pack's tensors, and takes out the text tower; -> its entries of the manifest, {} where the stage has not run.

    The reader's prototypes are those that the codes are made of, and it knows the acts that the towers were not told.
    """
    path = work / "text.safetensors"
    if not path.exists():
        print(f"{path} is missing: prompts are read by the text tower")
        return {}
    modules, found = stages.load_stage(path)
    for name in [name for name in tensors if name.startswith(("clip.text_model.", "clip.text_projection."))]:
        del tensors[name]
    for name, tensor in modules["ngrams"].items():
        tensors[f"ngrams.{name}"] = tensor.numpy().astype(dict(table=np.float16, known=np.int32).get(name, np.float32))
    goals = modules["goals"]
    tensors["ngrams.energy"] = goals["energy"].numpy().astype(np.float32)
    for name in ("moods", "movements"):
        tensors[f"style_reader.{name}"] = goals[name].numpy().astype(np.float16)
    words = {style: reader["words"].get(style) or phrases(style)[:PHRASES] for style in STYLE_NAMES[1:]}
    knows = dict(reader, head_acts=list(STYLE_NAMES[1:]), words=reader["words"] | words)
    return {"style_reader": knows,
            "ngrams": dict(buckets=found["buckets"], known=BITS // 32, sharper=SHARPER, least_level=UNASKED, least_intensity=MILDEST,
                           usual_arousal=USUAL.tolist(), length=LENGTH)}


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
