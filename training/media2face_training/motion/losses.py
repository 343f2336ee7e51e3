"""What a denoiser is judged by, and one step of its learning: for its training and for its reduction to fewer steps."""

import torch

from .windows import POSE

LAMBDA_VELOCITY, LAMBDA_SMOOTH, LAMBDA_WEIGHTS, LAMBDA_HEAD = 1.0, 0.01, 10.0, 0.5
# Of the head's term: a turn that is off, how fast, and how it trembles. A head is 6 of 54 values, and slow: without this one its second
# difference is 3 to 8 times the truth's.
HEAD = 1.0, 4.0, 16.0
AVERAGE = 0.999  # decay of the averaged weights
MOUTH = ("jaw", "mouth", "tongue")  # channels that count four times


class Losses:
    """The terms of the loss for one kind of expression: latents, read through M', or the weights themselves."""

    def __init__(self, to_weights, mean, std, names, device):
        self.to_weights, self.width = to_weights, len(mean) - POSE
        self.mean, self.std = (torch.from_numpy(v[: self.width]).to(device) for v in (mean, std))
        self.importance = torch.tensor([4.0 if n.startswith(MOUTH) else 1.0 for n in names], device=device)

    def weights_of(self, x):
        """Standardised motion -> 52 weights, not clamped."""
        expression = x[..., : self.width] * self.std + self.mean
        return self.to_weights(expression) if self.to_weights else expression

    def __call__(self, guess, clean, judged):
        """`judged` [B, N, 1] is 1 where the guess counts; elsewhere the guess is the truth. -> dict of terms."""
        guess = torch.where(judged > 0, guess, clean)
        share = judged.mean()
        error = guess - clean
        head = error[..., self.width :]
        read = self.weights_of(torch.cat([guess, clean]))
        error_weights = read[: len(guess)] - read[len(guess) :]
        return dict(
            simple=(error**2).mean() / share,
            velocity=(error.diff(dim=1) ** 2).mean() / share,
            head=sum(weight * (head.diff(n=order, dim=1) ** 2).mean() for order, weight in enumerate(HEAD)) / share,
            smooth=((guess[:, 2:] + guess[:, :-2] - 2 * guess[:, 1:-1]) ** 2).mean(),
            weights=(self.importance * error_weights**2).mean() / share)


def total(terms):
    """The weighted sum of the terms."""
    return (terms["simple"] + LAMBDA_VELOCITY * terms["velocity"] + LAMBDA_SMOOTH * terms["smooth"]
            + LAMBDA_WEIGHTS * terms["weights"] + LAMBDA_HEAD * terms["head"])


def learn(loss, model, average, optimiser, step):
    """One update of the weights, and of their running average."""
    optimiser.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimiser.step()
    decay = min(AVERAGE, (step + 1) / (step + 10))
    with torch.no_grad():
        for p, q in zip(average.parameters(), model.parameters()):
            p.lerp_(q, 1 - decay)
