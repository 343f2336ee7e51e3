"""Muon: momentum whose update of every matrix or convolution is orthogonalised (Jordan et al. 2024).

Vectors are updated by Adam at a tenth of the rate. Matrices of one shape are orthogonalised as one batch.
"""

import torch

from .precision import QUICK


def orthogonalise(matrices):
    """Nearest semi-orthogonal matrices of [n, rows, columns], roughly: five Newton-Schulz iterations, in bfloat16 where that is quick.

    An iteration is x <- (a + b g + c g^2) x with g = x x^T. On a wide x it is cheaper to gather the polynomials and to
    carry g along, as p g p; since that doubles what g has lost by rounding, x is made again after two of the five.
    """
    a, b, c = 3.4445, -4.7750, 2.0315
    x = matrices.to(QUICK)
    x = x / (torch.linalg.matrix_norm(x, keepdim=True) + 1e-7)
    tall = x.shape[1] > x.shape[2]
    x = x.mT.contiguous() if tall else x
    for iterations in (2, 3):
        gram, product = x @ x.mT, None
        for left in reversed(range(iterations)):
            polynomial = torch.baddbmm(gram, gram, gram, beta=b, alpha=c)
            polynomial.diagonal(dim1=1, dim2=2).add_(a)
            product = polynomial if product is None else polynomial @ product
            gram = polynomial @ gram @ polynomial if left else None
        x = product @ x
    return x.mT if tall else x


def orthogonalise_all(matrices):
    """`orthogonalise` of each matrix of a list; those of one shape go together."""
    groups, out = {}, [None] * len(matrices)
    for k, matrix in enumerate(matrices):
        groups.setdefault(matrix.shape, []).append(k)
    for group in groups.values():
        for k, made in zip(group, orthogonalise(torch.stack([matrices[k].to(QUICK) for k in group]))):
            out[k] = made
    return out


class Muon(torch.optim.Optimizer):
    """Weights of two or more dimensions by orthogonalised Nesterov momentum, the rest by Adam at 0.1 lr."""

    def __init__(self, parameters, lr=0.02, momentum=0.95, weight_decay=0.0):
        parameters = list(parameters)
        groups = [dict(params=[p for p in parameters if p.ndim >= 2], matrix=True),
                  dict(params=[p for p in parameters if p.ndim < 2], matrix=False)]
        super().__init__(groups, dict(lr=lr, momentum=momentum, weight_decay=weight_decay))

    @torch.no_grad()
    def step(self, closure=None):
        """One update; a matrix moves by lr * sqrt(max(1, rows / columns)) in spectral norm."""
        for group in self.param_groups:
            moved = [p for p in group["params"] if p.grad is not None]
            for p in moved:
                state = self.state[p]
                if not state:
                    state["step"], state["first"], state["second"] = 0, torch.zeros_like(p), torch.zeros_like(p)
                state["step"] += 1
            (self._matrices if group["matrix"] else self._vectors)(moved, group)

    def _matrices(self, parameters, group):
        updates = []
        for p in parameters:
            first = self.state[p]["first"].lerp_(p.grad, 1 - group["momentum"])
            updates.append(p.grad.lerp(first, group["momentum"]).flatten(1))
        for p, update in zip(parameters, orthogonalise_all(updates)):
            scale = max(1, update.shape[0] / update.shape[1]) ** 0.5
            p.mul_(1 - group["lr"] * group["weight_decay"])
            p.add_(update.reshape(p.shape), alpha=-group["lr"] * scale)

    def _vectors(self, parameters, group):
        for p in parameters:
            state = self.state[p]
            first, second = state["first"].lerp_(p.grad, 0.1), state["second"].lerp_(p.grad**2, 0.01)
            first, second = first / (1 - 0.9 ** state["step"]), second / (1 - 0.99 ** state["step"])
            p.add_(first / (second.sqrt() + 1e-8), alpha=-0.1 * group["lr"])
