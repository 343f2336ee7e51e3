"""Muon: momentum whose update of every matrix or convolution is orthogonalised (Jordan et al. 2024).

Vectors are updated by Adam at a tenth of the rate.
"""

import torch


def orthogonalise(matrix, iterations=5):
    """Nearest semi-orthogonal matrix, roughly: five Newton-Schulz iterations of the quintic polynomial, in bfloat16."""
    a, b, c = 3.4445, -4.7750, 2.0315
    x = (matrix / (matrix.norm() + 1e-7)).bfloat16()
    tall = x.shape[0] > x.shape[1]
    x = x.T if tall else x
    for _ in range(iterations):
        gram = x @ x.T
        x = a * x + (b * gram + c * gram @ gram) @ x
    return (x.T if tall else x).to(matrix.dtype)


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
            for p in group["params"]:
                if p.grad is None:
                    continue
                state = self.state[p]
                if not state:
                    state["step"], state["first"], state["second"] = 0, torch.zeros_like(p), torch.zeros_like(p)
                state["step"] += 1
                if group["matrix"]:
                    state["first"].lerp_(p.grad, 1 - group["momentum"])
                    update = p.grad.lerp(state["first"], group["momentum"]).flatten(1)
                    scale = max(1, update.shape[0] / update.shape[1]) ** 0.5
                    p.mul_(1 - group["lr"] * group["weight_decay"])
                    p.add_(orthogonalise(update).view_as(p), alpha=-group["lr"] * scale)
                else:
                    t = state["step"]
                    state["first"].lerp_(p.grad, 0.1)
                    state["second"].lerp_(p.grad**2, 0.01)
                    first, second = state["first"] / (1 - 0.9**t), state["second"] / (1 - 0.99**t)
                    p.add_(first / (second.sqrt() + 1e-8), alpha=-0.1 * group["lr"])
