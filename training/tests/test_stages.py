"""Finished stages: what comes back is what was saved, and another configuration is refused by name."""

import tempfile
import unittest
from pathlib import Path

import torch

from media2face_training import config, stages, unpack
from media2face_training.face import networks
from media2face_training.motion.pipeline import Pack
from media2face_training.speech.features import Ears

STARTER = Path(__file__).parents[2] / "models/starter.m2f"


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


class Unpacked(unittest.TestCase):
    def test_a_pack_gives_back_the_stages_that_it_was_made_of(self):
        with tempfile.TemporaryDirectory() as work:
            self.assertEqual(set(unpack.unpack(STARTER, work)), {path.stem for path in Path(work).glob("*.safetensors")})
            pack, (forward, back) = Pack(STARTER), networks.load_mappings(work)
            for own, packed in ((forward, pack.from_weights), (back, pack.to_weights)):
                for name, tensor in packed.state_dict().items():
                    self.assertTrue(torch.equal(own.state_dict()[name], tensor), name)
            generator, encoder = networks.geometry()
            face = stages.load_stage(Path(work) / "face.safetensors", dict(config.GNPFA))[0]
            generator.load_state_dict(face["generator"])
            encoder.load_state_dict(face["encoder"])
            vision = stages.load_stage(Path(work) / "vision.safetensors", dict(config.VISION, outputs=networks.OUTPUTS))[0]
            for part, outputs in networks.OUTPUTS.items():
                networks.vision(outputs).load_state_dict(vision[part])
            # The audio encoder is a stage of its own, with what it was asked for in training: the pack has the same.
            ears = Ears(STARTER.parent / "stages", stage="ear")
            self.assertTrue(torch.equal(ears.encoder.conv_in.weight, pack.encoder.conv_in.weight))
            self.assertEqual(ears.prior.tolist(), pack.tensors["audio.mel.mean"].tolist())


if __name__ == "__main__":
    unittest.main()
