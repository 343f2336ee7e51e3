"""Classifier-free guidance (paper eq. 9) told from a default style, and a network that has it taken in.

    x0 = (1 - u) G(nothing) + (u - p) G(A, N) + p G(A, P),  u = s_A + s_P,  p = s_P strength

N is the default style: what guidance alone (p = 0) goes to, and what a style is told from. Both draw: over many steps a face ends
between them, at about p / u of the way, wherever the noise did not say its mood. So p has to be most of u: of s_A 1.75 and s_P 1.5
"very afraid" came half or not at all (eyes wide .10 and .31 for the truth's .61), of 0.75 and 2.5, the same u, .72 and .74. A network of one branch reads u and p
beside the audio, so that curves of both go on acting: x0 = G(A, P, u, p). It is a third of the work.

Guidance overdraws what is uncertain, and the head trembles with it: to such a network heads go no further than HEAD_MOST from nothing,
and smoothly over three frames. On twelve neutral clips in 16 steps that takes the head's second difference from 1.45 to 1.0 of the
truth's, and its stillness from 20 to 32 % of the frames (truth 57); beats fall where they fell (BA .32 and .33).
"""

import torch
from torch.nn import functional

from .windows import POSE

S_A, S_P, STRENGTH = (0.0, 2.0), (1.0, 3.5), (0.0, 2.0)
AS_SAID = 0.5  # share of the windows whose style has strength 1
HEAD_MOST, OVER = 2.0, (0.25, 0.5, 0.25)  # of u, for the head; weights of a frame and its neighbours
UNSTYLED, NOTHING = 0.15, 0.1  # shares that have the default style alone, and none at all: (1 - u) G(nothing) + u G(A)


def strengths(rng, count):
    """Random (u, p), each [count, 1, 1] f32."""
    s_A, s_P, strength = (rng.uniform(*span, (count, 1, 1)) for span in (S_A, S_P, STRENGTH))
    strength[rng.random(count) < AS_SAID] = 1
    return tuple(torch.from_numpy(values).float() for values in (s_A + s_P, s_P * strength))


def unstyled(rng, style, neutral):
    """Styles [B, 1, d_p] of which some are the default one, and some nothing; and what each is told from."""
    drawn = torch.from_numpy(rng.random((len(style), 1, 1))).to(style.device)
    style = torch.where(drawn < UNSTYLED, neutral, style)
    nothing = drawn > 1 - NOTHING
    return torch.where(nothing, 0.0, style), torch.where(nothing, 0.0, neutral)


def guided(model, x, t, audio, style, neutral, u, p):
    """The sum over all branches as one batch; u and p [B, 1, 1], styles and what they are told from [B, 1, d_p]."""
    silence, no_style = torch.zeros_like(audio), torch.zeros_like(style)
    of_face = x.shape[-1] - POSE
    u = torch.cat([u.expand(-1, -1, of_face), u.clamp(max=HEAD_MOST).expand(-1, -1, POSE)], -1)
    weights = 1 - u, u - p, p
    parts = model(x.repeat(3, 1, 1), t.repeat(3), torch.cat([silence, audio, audio]),
                  torch.cat([no_style, neutral, style])).float().chunk(3)
    return steady(sum(weight * part for weight, part in zip(weights, parts)))


def steady(x):
    """Motion [B, N, d_x] with the head's frames smoothed over their neighbours."""
    head = functional.pad(x[..., -POSE:].transpose(1, 2), (1, 1), mode="replicate").transpose(1, 2)
    smooth = sum(weight * head[:, k : k + x.shape[1]] for k, weight in enumerate(OVER))
    return torch.cat([x[..., :-POSE], smooth], -1)


def taken_in(model, x, t, audio, style, neutral, u, p):
    """The same of a network of one branch, which knows what styles are told from."""
    strengths_of = torch.cat([u, p], -1).expand(len(audio), audio.shape[1], 2)
    return model(x, t, audio, style, strengths_of).float()


def with_strengths(state):
    """State dict of a denoiser -> that of one which reads strengths as well, and does not heed them yet."""
    weight = state["cond_proj.weight"]
    return state | {"cond_proj.weight": torch.cat([weight, weight.new_zeros(len(weight), 2)], 1)}
