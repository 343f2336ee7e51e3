"""The motion classifier: lengths, padding, files of other labels, what the command line writes.

    PYTHONPATH=training python -m unittest discover training/tests
"""

import json
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import numpy as np
import torch
from scipy.spatial.transform import Rotation

from media2face_training.evaluation import classifier
from media2face_training.vocabulary import ARKIT


def motion(frames, seed=0):
    """Weights and pose of a length."""
    rng = np.random.default_rng(seed)
    return rng.uniform(0, 0.5, (frames, 52)).astype(np.float32), rng.normal(0, 0.05, (frames, 6)).astype(np.float32)


class Classifier(unittest.TestCase):
    def setUp(self):
        torch.manual_seed(0)
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name) / "style.safetensors"
        self.network = classifier.Network().eval()
        classifier.keep(self.network, self.path)
        self.judge = classifier.Classifier(self.path)

    def tearDown(self):
        self.folder.cleanup()

    def test_probabilities_come_back_from_the_file(self):
        weights, pose = motion(90)
        with torch.no_grad():
            logits, _ = self.network(*classifier.stack([classifier.motion_of(weights, pose)]))
        np.testing.assert_allclose(self.judge(weights, pose), torch.softmax(logits, 1)[0].numpy(), atol=2e-3)

    def test_what_stands_beside_a_clip_in_the_batch_does_not_matter(self):
        short, long = (classifier.motion_of(*motion(n, n)) for n in (45, 200))
        alone = self.judge.probabilities([short])
        beside = self.judge.probabilities([short, long])
        for one, two in zip(alone, beside):
            np.testing.assert_allclose(one[0], two[0], atol=1e-5)

    def test_less_than_a_second_is_refused(self):
        with self.assertRaisesRegex(ValueError, "29 frames"):
            self.judge.read(*motion(29))

    def test_a_file_of_other_labels_is_refused(self):
        with mock.patch.object(classifier, "STYLE_NAMES", ("none", "bow")):
            with self.assertRaisesRegex(ValueError, "was made for"):
                classifier.Classifier(self.path)

    def test_the_command_line_s_file_comes_back_in_our_order(self):
        weights, pose = motion(40)
        order = np.random.default_rng(1).permutation(52)
        turns = Rotation.from_rotvec(pose[:, :3]).as_quat()
        told = dict(fps=30.0, names=[ARKIT[i] for i in order], weights=weights[:, order].tolist(),
                    head=[dict(rotation=q.tolist(), translation_mm=p.tolist()) for q, p in zip(turns, pose[:, 3:])])
        path = Path(self.folder.name) / "out.json"
        path.write_text(json.dumps(told))
        found = classifier.read_json(path)
        np.testing.assert_allclose(found[0], weights, atol=1e-6)
        np.testing.assert_allclose(found[1], pose, atol=1e-6)
        path.write_text(json.dumps(told | dict(fps=60.0)))
        with self.assertRaisesRegex(ValueError, "--fps 30"):
            classifier.read_json(path)


class Disturbance(unittest.TestCase):
    def test_a_crop_keeps_its_bounds_and_repeats_from_its_seed(self):
        whole = classifier.motion_of(*motion(300))
        first, again = (classifier.disturbed(whole, np.random.default_rng(4)) for _ in range(2))
        np.testing.assert_array_equal(first, again)
        self.assertTrue(classifier.SHORTEST_S * 30 <= len(first) <= classifier.LONGEST_S * 30)
        self.assertEqual(len(classifier.disturbed(whole[:40], np.random.default_rng(4))), 40)


if __name__ == "__main__":
    unittest.main()
