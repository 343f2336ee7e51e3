"""What a pack's manifest says beside what its weights decide, and how it comes into a pack that is made already.

    python -m media2face_training.manifest models/starter.m2f

rewrites the manifest of a pack in place, and puts in the style reader of the folder `stages` beside it: all other tensors
keep their bytes, so no training has to run again. Needs nothing but Python. export.py writes the same into new packs.
"""

import argparse
import json
import os
import struct
from pathlib import Path

from .config import EYE_DEGREES

# Entries by their path in the manifest (docs/model-pack.md): each is written over what was there.
ENTRIES = {
    "version": "0.5.0",
    "diffusion.default_style": "neutral",
    "adjustments": {
        "pause_gains": {
            **dict.fromkeys(
                ["jawOpen", "mouthClose", "mouthFunnel", "mouthPucker", "mouthRollLower", "mouthRollUpper", "tongueOut"], 0.0
            ),
            **{name + side: 0.0 for name in ("mouthLowerDown", "mouthUpperUp", "mouthStretch") for side in ("Left", "Right")},
        },
        "shortest_pause_s": 0.3,
        "lids_together": True,
        "ease_in_s": 0.6,
        "head_play_deg": 0.3,
    },
    # Weights and drawings; head and face units; names of emoji. Card and README say the same, by tests/tidy/licence.rs.
    "licence": "(MIT OR Apache-2.0) AND CC0-1.0 AND Unicode-DFS-2016",
    "eyes": {f"{way}_deg": degrees for way, degrees in EYE_DEGREES.items()}
    | {side: [f"{layer}_{side}" for layer in ("eye", "iris", "pupil", "glint")] for side in ("left", "right")},
}


def entered(manifest, entries=None):
    """A manifest with the entries in their places."""
    made = json.loads(json.dumps(manifest))
    for path, value in (ENTRIES if entries is None else entries).items():
        *folders, name = path.split(".")
        place = made
        for folder in folders:
            place = place.setdefault(folder, {})
        place[name] = value
    return made


def opened(data):
    """(header, its tensors' bytes) of a safetensors file."""
    (length,) = struct.unpack("<Q", data[:8])
    return json.loads(data[8 : 8 + length]), data[8 + length :]


def rewritten(data, entries=None, stage=None):
    """The bytes of a pack (safetensors) with the entries in its manifest, and with the tensors of a stage's file.

    The stage's configuration becomes the entry `style_reader`; a pack that reads by n-grams has one of its own, which stays. Tensors that the pack has under the same names go; the
    new ones lie behind all others.
    """
    header, tensors = opened(data)
    metadata = header.pop("__metadata__")
    entries = dict(ENTRIES if entries is None else entries)
    if stage is not None and "ngrams" not in json.loads(metadata["media2face"]):
        new, more = opened(stage)
        entries["style_reader"] = json.loads(new.pop("__metadata__")["configuration"])
        header, tensors = without(header, tensors, set(new))
        tensors += b"\0" * (-len(tensors) % 4)
        for name, told in new.items():
            header[name] = dict(told, data_offsets=[at + len(tensors) for at in told["data_offsets"]])
        tensors += more
    manifest = json.dumps(entered(json.loads(metadata["media2face"]), entries), ensure_ascii=False)
    header = {"__metadata__": dict(metadata, media2face=manifest), **header}
    text = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + tensors


def without(header, tensors, names):
    """Header and bytes without some tensors; the others stay in their order."""
    kept = sorted((told["data_offsets"], name) for name, told in header.items() if name not in names)
    made, parts, at = {}, [], 0
    for (first, end), name in kept:
        made[name] = dict(header[name], data_offsets=[at, at + end - first])
        parts.append(tensors[first:end])
        at += end - first
    return {name: made[name] for name in header if name in made}, b"".join(parts)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pack", type=Path)
    pack = parser.parse_args().pack
    stage = pack.parent / "stages/reader.safetensors"
    aside = pack.with_name(pack.name + ".new")
    aside.write_bytes(rewritten(pack.read_bytes(), stage=stage.read_bytes() if stage.exists() else None))
    os.replace(aside, pack)


if __name__ == "__main__":
    main()
