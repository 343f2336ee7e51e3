"""What a pack's manifest says beside what its weights decide, and how it comes into a pack that is made already.

    python -m media2face_training.manifest models/starter.m2f

rewrites the manifest of a pack in place: the tensors keep their bytes, so no training has to run again. Needs nothing but
Python. export.py writes the same entries into new packs.
"""

import argparse
import json
import os
import struct
from pathlib import Path

# Entries by their path in the manifest (docs/model-pack.md): each is written over what was there.
ENTRIES = {
    "diffusion.default_style": "neutral",
    "adjustments": {
        "gains": {"jawOpen": 0.45, "mouthClose": 0.45},
        "pause_gains": {
            **dict.fromkeys(
                ["jawOpen", "mouthClose", "mouthFunnel", "mouthPucker", "mouthRollLower", "mouthRollUpper", "tongueOut"], 0.0
            ),
            **{name + side: 0.0 for name in ("mouthLowerDown", "mouthUpperUp", "mouthStretch") for side in ("Left", "Right")},
        },
        "shortest_pause_s": 0.3,
        "lids_together": True,
        "ease_in_s": 0.6,
    },
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


def rewritten(data, entries=None):
    """The bytes of a pack (safetensors) with the entries in its manifest."""
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    metadata = header["__metadata__"]
    metadata["media2face"] = json.dumps(entered(json.loads(metadata["media2face"]), entries), ensure_ascii=False)
    text = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + data[8 + length :]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pack", type=Path)
    pack = parser.parse_args().pack
    aside = pack.with_name(pack.name + ".new")
    aside.write_bytes(rewritten(pack.read_bytes()))
    os.replace(aside, pack)


if __name__ == "__main__":
    main()
