"""The face finder's pack: what is made of a network, and that the committed pack is what the wheel gives.

    PYTHONPATH=training python -m unittest training/tests/test_finder.py
"""

import json
import struct
import unittest
from pathlib import Path

import numpy as np

try:
    from media2face_training.finder import export, wheel
except ImportError:  # tflite is missing
    export = None

ROOT = Path(__file__).parents[2]
PACK, WHEEL = ROOT / "models/face-finder.m2f", ROOT / "target/training"


def manifest():
    data = PACK.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    return json.loads(json.loads(data[8 : 8 + length])["__metadata__"]["media2face"])


class Finder(unittest.TestCase):
    def test_pack_is_small_and_names_its_licence(self):
        self.assertLess(PACK.stat().st_size, 3 << 20)
        self.assertEqual(manifest()["licence"], "Apache-2.0")

    @unittest.skipIf(export is None or not (WHEEL / wheel.WHEEL).exists(), "needs tflite and the wheel in target/training")
    def test_committed_pack_is_what_the_wheel_gives(self):
        from safetensors.numpy import load

        tensors, made = export.build(WHEEL / wheel.WHEEL)
        found = load(PACK.read_bytes())
        self.assertEqual(manifest(), made)
        self.assertEqual(sorted(found), sorted(tensors))
        for name, array in tensors.items():
            self.assertTrue(np.array_equal(found[name], array), name)

    @unittest.skipIf(export is None, "needs tflite")
    def test_halves_are_for_products_over_channels(self):
        weight = np.ones((4, 3, 3), np.float32)
        self.assertEqual(export.stored("a.depthwise.weight", weight).dtype, np.float32)
        self.assertEqual(export.stored("a.pointwise.weight", weight).dtype, np.float16)
        self.assertEqual(export.stored("a.slope", weight).dtype, np.float32)


if __name__ == "__main__":
    unittest.main()
