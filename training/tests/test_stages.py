"""Finished stages: what comes back is what was saved, and another configuration is refused by name."""

import tempfile
import unittest
from pathlib import Path

import torch

from media2face_training import stages


class Stages(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = Path(folder.name) / "stage.safetensors"

    def test_matrices_are_rounded_to_f16_and_the_rest_is_exact(self):
        torch.manual_seed(0)
        state = {"a.weight": torch.randn(3, 4), "a.bias": torch.randn(3), "index": torch.arange(5)}
        stages.save_stage(self.path, {"net": state}, {"width": 3})
        modules, configuration = stages.load_stage(self.path, {"width": 3})
        self.assertEqual(configuration, {"width": 3})
        self.assertTrue(torch.equal(modules["net"]["a.weight"], state["a.weight"].half().float()))
        self.assertTrue(torch.equal(modules["net"]["a.bias"], state["a.bias"]))
        self.assertTrue(torch.equal(modules["net"]["index"], state["index"]))

    def test_refuses_another_configuration_and_names_the_difference(self):
        stages.save_stage(self.path, {"net": {}}, {"width": 3, "dilations": (1, 2)})
        stages.load_stage(self.path, {"width": 3, "dilations": (1, 2)})
        with self.assertRaisesRegex(stages.Refused, "width: asked 4, found 3"):
            stages.load_stage(self.path, {"width": 4, "dilations": (1, 2)})

    def test_a_stage_that_did_not_run_is_named(self):
        with self.assertRaisesRegex(FileNotFoundError, "stage.safetensors is missing"):
            stages.load_stage(self.path)


if __name__ == "__main__":
    unittest.main()
