"""Pictures as the vision tower sees them: placed on a background, moved, tinted, blurred, normalised."""

import math

import torch
from torch.nn import functional

from ..config import CLIP

SIZE = CLIP["vision"]["image_size"]
MEAN = torch.tensor([0.48145466, 0.4578275, 0.40821073])[:, None, None]
STD = torch.tensor([0.26862954, 0.26130258, 0.27577711])[:, None, None]


def normalise(pictures):
    """RGB in 0..1 [batch, 3, SIZE, SIZE] -> what the tower takes."""
    return (pictures - MEAN.to(pictures.device)) / STD.to(pictures.device)


def on_background(rgba, colour):
    """Pictures [batch, 4, h, w] in 0..1 on colours [batch, 3] -> [batch, 3, h, w]."""
    alpha = rgba[:, 3:]
    return rgba[:, :3] * alpha + colour[:, :, None, None] * (1 - alpha)


def tensor(pictures):
    """u8 RGBA [n, side, side, 4] -> [n, 4, side, side] in 0..1 with colours multiplied by nothing."""
    return torch.as_tensor(pictures).permute(0, 3, 1, 2).float() / 255


def plain(pictures, grey=1.0):
    """u8 RGBA pictures, as they are, on one grey: normalised [n, 3, SIZE, SIZE]."""
    rgba = functional.interpolate(tensor(pictures), SIZE, mode="bicubic", antialias=True).clamp(0, 1)
    return normalise(on_background(rgba, torch.full((len(rgba), 3), grey)))


def augmented(pictures, generator):
    """u8 RGBA pictures, each changed at random: normalised [n, 3, SIZE, SIZE].

    Scale 0.8 to 1.15, rotation within 8 degrees, shift within a twentieth, mirrored half of the time; background white,
    black, or any colour; brightness, contrast and tint; a quarter of them blurred.
    """
    count = len(pictures)
    draw = lambda *shape: torch.rand(*shape, generator=generator)
    angle = (draw(count) * 2 - 1) * math.radians(8)
    scale = 1 / (0.8 + 0.35 * draw(count))
    mirror = torch.where(draw(count) < 0.5, -1.0, 1.0)
    shift = (draw(count, 2) * 2 - 1) * 0.1
    rows = torch.stack([
        torch.stack([mirror * scale * angle.cos(), -scale * angle.sin(), shift[:, 0]], 1),
        torch.stack([mirror * scale * angle.sin(), scale * angle.cos(), shift[:, 1]], 1)], 1)
    rgba = tensor(pictures)
    rgba[:, :3] *= rgba[:, 3:]  # so that what is transparent has no colour to bleed
    grid = functional.affine_grid(rows, (count, 4, SIZE, SIZE), align_corners=False)
    rgba = functional.grid_sample(rgba, grid, align_corners=False)
    kind = draw(count, 1)
    ground = torch.where(kind < 0.4, 1.0, torch.where(kind < 0.6, 0.0, draw(count, 3)))
    rgb = rgba[:, :3] + ground[:, :, None, None] * (1 - rgba[:, 3:])
    gain = 0.75 + 0.5 * draw(count, 1, 1, 1)
    tint = 0.92 + 0.16 * draw(count, 3, 1, 1)
    rgb = ((rgb - 0.5) * gain + 0.5 + 0.2 * (draw(count, 1, 1, 1) - 0.5)) * tint
    small = functional.interpolate(functional.avg_pool2d(rgb, 2), SIZE, mode="bilinear", align_corners=False)
    rgb = torch.where(draw(count, 1, 1, 1) < 0.25, small, rgb)
    return normalise(rgb.clamp(0, 1))
