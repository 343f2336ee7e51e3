"""Noise schedule, guidance and the overlapped-window DDIM sampler: the twin of the runtime's."""

import math

import numpy as np
import torch


def alphas_cumprod(T=500):
    """[T] f64: cosine schedule, beta_i = min(1 - f((i+1)/T) / f(i/T), .999), f(u) = cos^2((u + .008)/1.008 pi/2)."""

    def f(u):
        return math.cos((u + 0.008) / 1.008 * math.pi / 2) ** 2

    betas = [min(1 - f((i + 1) / T) / f(i / T), 0.999) for i in range(T)]
    return torch.cumprod(1 - torch.tensor(betas, dtype=torch.float64), 0)


def trailing_steps(steps, T=500):
    """Timesteps of trailing spacing, e.g. 499, 474, .. 24 for 20 of 500."""
    return [int(t) - 1 for t in np.round(np.arange(T, 0, -T / steps))]


def windows(frames, window, hop):
    """Starts of the overlapped windows; the last one ends with the clip."""
    if frames <= window:
        return [0]
    count = math.ceil((frames - window) / hop) + 1
    return [i * hop for i in range(count - 1)] + [frames - window]


def trapezoid(length, window, hop):
    """Weights of a window's frames: ramps over its overlap with the neighbours."""
    i = torch.arange(length)
    ramp = max(window - hop, 1)
    return torch.minimum(i + 1, length - i).clamp(max=ramp).float() / ramp


@torch.no_grad()
def sample(model, audio, d_x, d_p, steps=20, s_A=1.5, window=200, hop=150, seed=0, T=500, style=None, s_P=2.5, noise=1.0,
           part=None):
    """Standardised motion [F, d_x] for features [F, d_a]: DDIM, eta 0.

    Guidance: x0 = (1 - s_A - s_P) G(nothing) + s_A G(audio) + s_P G(audio, style), for a style code [d_p]; without one
    the last branch and its strength are left out. It starts from `noise` times normal noise, a number or [d_x, d_x].
    `part`, (projection [d_x, d_x], s_A, s_P), has the strengths of a part of the motion. A network that reads its strengths has one
    branch, with the style, which it needs.
    """
    frames = len(audio)
    x = torch.randn(frames, d_x, generator=torch.Generator().manual_seed(seed))
    x = x @ noise.T if torch.is_tensor(noise) else x * noise
    starts, length = windows(frames, window, hop), min(frames, window)
    weight = trapezoid(length, window, hop)[:, None]
    a = torch.stack([audio[s : s + length] for s in starts])
    nothing, s_P = torch.zeros(len(starts), 1, d_p), 0.0 if style is None else s_P
    projection, *own = part or (torch.zeros(d_x, d_x), s_A, s_P)
    strengths = [torch.tensor([1 - sum(s), *s]) for s in ((s_A, s_P), own)]
    branches = [(torch.zeros_like(a), nothing), (a, nothing), (a, nothing if style is None else nothing + style)]
    read = ()
    if getattr(model, "d_s", 0):
        branches, strengths = branches[2:], [torch.ones(1)] * 2
        read = (torch.tensor([s_A + s_P, s_P]).expand(len(starts), length, 2),)
    used = [k for k in range(len(branches)) if strengths[0][k] != 0 or strengths[1][k] != 0]
    audios, styles = (torch.cat([branches[k][i] for k in used]) for i in (0, 1))
    alpha, times = alphas_cumprod(T), trailing_steps(steps, T)
    for i, t in enumerate(times):
        batch = torch.stack([x[s : s + length] for s in starts]).repeat(len(used), 1, 1)
        made = model(batch, torch.full((len(batch),), t), audios, styles, *read).float().chunk(len(used))
        guess, other = (sum(strength[k] * x0 for k, x0 in zip(used, made)) for strength in strengths)
        guess = guess + (other - guess) @ projection
        total, share = torch.zeros_like(x), torch.zeros(frames, 1)
        for k, s in enumerate(starts):
            total[s : s + length] += weight * guess[k]
            share[s : s + length] += weight
        x0 = total / share
        now = alpha[t].item()
        after = alpha[times[i + 1]].item() if i + 1 < len(times) else 1.0
        noise_left = (x - math.sqrt(now) * x0) / math.sqrt(1 - now)
        x = math.sqrt(after) * x0 + math.sqrt(1 - after) * noise_left
    return x
