"""The optimiser: matrices in a batch as one by one, and near what five exact iterations give."""

import unittest

import torch
from media2face_training.muon import Muon, orthogonalise, orthogonalise_all


def exact(matrix):
    """Five iterations of the quintic polynomial in double precision."""
    x = matrix.double() / matrix.double().norm()
    for _ in range(5):
        gram = x @ x.T
        x = 3.4445 * x + (-4.7750 * gram + 2.0315 * gram @ gram) @ x
    return x


class Orthogonalised(unittest.TestCase):
    def setUp(self):
        torch.manual_seed(0)
        shapes = [(48, 96), (48, 48), (96, 48), (48, 96), (48, 48), (5, 7), (1, 9)]
        self.matrices = [torch.randn(shape) * 10.0**k for k, shape in enumerate(shapes, -3)]

    def test_a_batch_gives_what_each_alone_gives(self):
        for matrix, got in zip(self.matrices, orthogonalise_all(self.matrices)):
            self.assertEqual(matrix.shape, got.shape)
            torch.testing.assert_close(got, orthogonalise(matrix[None])[0], rtol=0.02, atol=0.01)

    def test_it_is_near_the_exact_iterations(self):
        for matrix, got in zip(self.matrices, orthogonalise_all(self.matrices)):
            error = (got.double() - exact(matrix)).norm() / exact(matrix).norm()
            self.assertLess(float(error), 0.06)  # bfloat16: one by one without the gathering it is .04

    def test_small_singular_values_do_not_run_away(self):
        u, s, v = torch.linalg.svd(torch.randn(4, 64, 160), full_matrices=False)
        thin = u * (s * torch.logspace(0, -6, 64))[:, None] @ v
        self.assertLess(float(torch.linalg.svdvals(orthogonalise(thin).float()).max()), 1.4)


class Steps(unittest.TestCase):
    def test_a_matrix_moves_by_the_rate_in_spectral_norm_and_decays(self):
        torch.manual_seed(0)
        wide, tall, vector = (torch.nn.Parameter(torch.randn(shape)) for shape in ((32, 128), (128, 32), (32,)))
        before = [p.detach().clone() for p in (wide, tall, vector)]
        for p in (wide, tall, vector):
            p.grad = torch.randn_like(p)
        Muon([wide, tall, vector], lr=0.1, weight_decay=0.5).step()
        moved = [p.detach() - b * (0.95 if p.ndim == 2 else 1) for p, b in zip((wide, tall, vector), before)]
        self.assertAlmostEqual(float(torch.linalg.matrix_norm(moved[0], 2)), 0.1, delta=0.03)
        self.assertAlmostEqual(float(torch.linalg.matrix_norm(moved[1], 2)), 0.2, delta=0.06)
        torch.testing.assert_close(moved[2].abs(), torch.full((32,), 0.01), rtol=1e-3, atol=1e-6)


if __name__ == "__main__":
    unittest.main()
