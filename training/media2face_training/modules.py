"""The networks, with the tensor names that model packs carry.

Shapes: B batch, N animation frames, T mel frames, C channels; maps are [B, 3, res, res].
"""

import math

import torch
import torch.nn as nn
import torch.nn.functional as F


def sinusoid(count, width):
    """[count, width] position encoding: even columns sine, odd columns cosine."""
    position = torch.arange(count, dtype=torch.float32)[:, None]
    frequency = torch.exp(torch.arange(0, width, 2).float() * (-math.log(10000.0) / width))
    table = torch.zeros(count, width)
    table[:, 0::2] = torch.sin(position * frequency)
    table[:, 1::2] = torch.cos(position * frequency)
    return table


# --- audio -----------------------------------------------------------------------------------------------------


class MelBlock(nn.Module):
    """h <- h + out(gelu(conv(norm(h)))), a dilated convolution over time."""

    def __init__(self, width, dilation):
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.conv = nn.Conv1d(width, width, 3, padding=dilation, dilation=dilation)
        self.out = nn.Linear(width, width)

    def forward(self, h):
        # As a convolution over [B, C, 1, T], because that one keeps the channels last: no copies, 1.6 times as fast.
        dilation = self.conv.dilation[0]
        x = F.conv2d(self.norm(h).transpose(1, 2)[:, :, None], self.conv.weight[:, :, None], self.conv.bias,
                     padding=(0, dilation), dilation=(1, dilation))[:, :, 0].transpose(1, 2)
        return h + self.out(F.gelu(x))


class MelEncoder(nn.Module):
    """Normalised log-mel [B, T, 80] at 100 Hz -> features A [B, T/2, width] at 50 Hz."""

    def __init__(self, width=128, dilations=(1, 1, 2, 2, 4, 4)):
        super().__init__()
        self.width, self.dilations = width, tuple(dilations)
        self.conv_in = nn.Conv1d(80, width, 5, stride=2, padding=2)
        self.blocks = nn.ModuleList([MelBlock(width, d) for d in dilations])
        self.norm = nn.LayerNorm(width)

    def forward(self, mels):
        h = F.gelu(self.conv_in(mels.transpose(1, 2))).transpose(1, 2)
        for block in self.blocks:
            h = block(h)
        return self.norm(h)


def to_animation_rate(features, fps=30):
    """[T50, C] at 50 Hz -> [F, C], F = round(T50 fps / 50): frame i reads (i + 1/2) 50 / fps - 1/2, clamped."""
    frames = max(1, int(len(features) * fps / 50 + 0.5))
    position = ((torch.arange(frames) + 0.5) * 50 / fps - 0.5).clamp(0, len(features) - 1)
    low = position.floor().long()
    high = (low + 1).clamp(max=len(features) - 1)
    part = (position - low)[:, None]
    return features[low] * (1 - part) + features[high] * part


# --- denoiser --------------------------------------------------------------------------------------------------


def self_attention_of(q, k, v):
    """softmax(q k / sqrt(width)) v of [B, heads, N, width]. While it learns on a processor by plain products, whose way back
    takes a third of the fused kernel's time there."""
    if torch.is_grad_enabled() and q.device.type == "cpu":
        scores = (q * q.shape[-1] ** -0.5) @ k.mT
        return scores.softmax(-1, dtype=torch.float32).to(v.dtype) @ v
    return F.scaled_dot_product_attention(q, k, v)


def self_attention(attention, h):
    """What `attention(h, h, h)` gives."""
    q, k, v = (part.unflatten(-1, (attention.num_heads, -1)).transpose(1, 2)
               for part in F.linear(h, attention.in_proj_weight, attention.in_proj_bias).chunk(3, -1))
    return attention.out_proj(self_attention_of(q, k, v).transpose(1, 2).flatten(2))


def first_row(attention, h, memory, value):
    """What one row h [B, 1, d] of queries attends to: [B, 1, d], before the last projection, of memory [B, N, d] with its
    projected `value`. Scores are (q W_k) m, so that N keys need not be made; what b_k adds is the same for all of them."""
    d, heads = h.shape[-1], attention.num_heads
    weight, bias = attention.in_proj_weight, attention.in_proj_bias
    q = F.linear(h, weight[:d], bias[:d]).view(len(h), heads, 1, -1) * (d // heads) ** -0.5
    folded = (q @ weight[d : 2 * d].to(q.dtype).view(heads, -1, d)).squeeze(2)
    share = (folded @ memory.to(q.dtype).mT).softmax(-1, dtype=torch.float32).to(value.dtype)
    out = share[:, :, None] @ value.unflatten(-1, (heads, -1)).transpose(1, 2)
    return out.reshape(len(h), 1, d)


class Denoiser(nn.Module):
    """Predicts the clean motion x0 [B, N, d_x] from x_t, the step t [B], audio A [B, N, d_a], style P [B, 1, d_p].

    One that has its guidance taken in reads the strengths of it as well, S [B, N, d_s]: how far to go from nothing, how far
    from the default style (`motion.guidance`).
    """

    def __init__(self, d_x=38, d_a=128, d_p=16, d=192, layers=8, heads=4, ff=768, T=500, max_len=1024, align=0,
                 concat="feature", d_s=0):
        super().__init__()
        self.align, self.concat, self.d_s = align, concat, d_s
        self.in_proj = nn.Linear(d_x, d)
        self.out_proj = nn.Linear(d, d_x)
        if concat == "feature":
            self.cond_proj = nn.Linear(d_a + d_p + d_s, d)
        else:
            self.audio_proj, self.style_proj = nn.Linear(d_a, d), nn.Linear(d_p, d)
        self.time_embed = nn.Sequential(nn.Linear(d, d), nn.SiLU(), nn.Linear(d, d))
        layer = nn.TransformerDecoderLayer(d, heads, ff, dropout=0.0, activation="gelu", batch_first=True)
        self.decoder = nn.TransformerDecoder(layer, layers)
        self.register_buffer("pe", sinusoid(max(max_len, T + 1), d), persistent=False)

    def memory(self, A, P, S=None):
        """What the frames attend to: audio, style and strengths side by side, or the style as one more token."""
        frames = A.shape[1]
        position = self.pe[1 : frames + 1]
        if self.concat == "feature":
            return self.cond_proj(torch.cat([A, P.expand(len(A), frames, -1), *([] if S is None else [S])], -1)) + position
        return torch.cat([self.audio_proj(A) + position, self.style_proj(P[:, :1])], 1)

    def _aligned(self, h, memory):
        """The decoder for align = 1: a frame's cross-attention is W_o (W_v m_i + b_v) + b_o, only row 0 attends."""
        for layer in self.decoder.layers:
            h = layer.norm1(h + self_attention(layer.self_attn, h))
            cross, d = layer.multihead_attn, h.shape[-1]
            value = F.linear(memory, cross.in_proj_weight[2 * d :], cross.in_proj_bias[2 * d :])
            first = first_row(cross, h[:, :1], memory, value)
            h = layer.norm2(h + cross.out_proj(torch.cat([first, value], 1)))
            h = layer.norm3(h + layer.linear2(F.gelu(layer.linear1(h))))
        return h

    def forward(self, x, t, A, P, S=None):
        frames = x.shape[1]
        step = self.time_embed(self.pe[t])[:, None]
        h = torch.cat([step, self.in_proj(x)], 1) + self.pe[: frames + 1]
        if self.align == 1 and self.concat == "feature":
            return self.out_proj(self._aligned(h, self.memory(A, P, S))[:, 1:])
        mask = None
        if self.align > 0:
            i = torch.arange(frames)
            blocked = (i[:, None] - i[None]).abs() >= self.align
            mask = torch.cat([torch.zeros(1, frames, dtype=torch.bool), blocked], 0)
        return self.out_proj(self.decoder(h, self.memory(A, P, S), memory_mask=mask)[:, 1:])


# --- geometry --------------------------------------------------------------------------------------------------


class Conv3x3(nn.Conv2d):
    """3x3 convolution, padding 1."""

    def __init__(self, inputs, outputs, stride=1):
        super().__init__(inputs, outputs, 3, stride, 1)


class Encoder(nn.Module):
    """E_geo, E_exp, E_pose: map or image [B, 3, res, res] -> [B, d_out] (E_geo: mean and log variance of z)."""

    def __init__(self, res=64, ch=(16, 32, 64, 128), d_out=64, groups=8):
        super().__init__()
        self.stem = Conv3x3(3, ch[0])
        pairs = list(zip(ch, tuple(ch[1:]) + (ch[-1],)))
        self.convs = nn.ModuleList([Conv3x3(a, b, 2) for a, b in pairs])
        self.norms = nn.ModuleList([nn.GroupNorm(groups, b, eps=1e-5) for _, b in pairs])
        side = res >> len(ch)
        self.fc = nn.Linear(ch[-1] * side * side, d_out)

    def features(self, x):
        """What the last layer sees: [B, ch[-1] (res >> len(ch))^2]."""
        h = F.silu(self.stem(x))
        for conv, norm in zip(self.convs, self.norms):
            h = F.silu(norm(conv(h)))
        return h.flatten(1)

    def forward(self, x):
        return self.fc(self.features(x))


class Generator(nn.Module):
    """G_geo(neutral, z): UNet over the neutral's map, modulated by z, giving a map of offsets / scale.

    The skip half of each up convolution depends on the identity alone and is computed once (`identity`).
    """

    def __init__(self, res=64, ch=(16, 32, 64, 128), d_z=32, groups=8, w_dim=256):
        super().__init__()
        down = range(len(ch) - 1)
        self.ch = tuple(ch)
        self.e_stem = Conv3x3(3, ch[0])
        self.e_down = nn.ModuleList([Conv3x3(ch[i], ch[i + 1], 2) for i in down])
        self.e_norm = nn.ModuleList([nn.GroupNorm(groups, ch[i + 1]) for i in down])
        self.zmap = nn.Sequential(nn.Linear(d_z, w_dim), nn.SiLU(), nn.Linear(w_dim, w_dim), nn.SiLU())
        self.bot = Conv3x3(ch[-1], ch[-1])
        self.nb = nn.GroupNorm(groups, ch[-1], affine=False)
        self.fb = nn.Linear(w_dim, 2 * ch[-1])
        self.up_h = nn.ModuleList([Conv3x3(ch[i + 1], ch[i]) for i in down])
        self.up_s = nn.ModuleList([nn.Conv2d(ch[i], ch[i], 3, 1, 1, bias=False) for i in down])
        self.n1 = nn.ModuleList([nn.GroupNorm(groups, ch[i], affine=False) for i in down])
        self.f1 = nn.ModuleList([nn.Linear(w_dim, 2 * ch[i]) for i in down])
        self.c2 = nn.ModuleList([Conv3x3(ch[i], ch[i]) for i in down])
        self.n2 = nn.ModuleList([nn.GroupNorm(groups, ch[i], affine=False) for i in down])
        self.f2 = nn.ModuleList([nn.Linear(w_dim, 2 * ch[i]) for i in down])
        self.head = Conv3x3(ch[0], 3)

    def identity(self, neutral):
        """Once per face: (bottom [B, C, r, r], skip terms per level)."""
        h = F.silu(self.e_stem(neutral))
        skips = [h]
        for conv, norm in zip(self.e_down, self.e_norm):
            h = F.silu(norm(conv(h)))
            skips.append(h)
        return self.bot(h), [self.up_s[i](skips[i]) for i in range(len(self.ch) - 1)]

    @staticmethod
    def film(x, norm, linear, w):
        """Feature-wise modulation: silu(norm(x) (1 + gamma(w)) + beta(w))."""
        gamma, beta = linear(w)[:, :, None, None].chunk(2, 1)
        return F.silu(norm(x) * (1 + gamma) + beta)

    def frame(self, bottom, skips, z):
        """Offsets / scale [B, 3, res, res] of latent z [B, d_z]; B faces, or one face for all frames."""
        w = self.zmap(z)
        h = self.film(bottom.expand(len(z), -1, -1, -1), self.nb, self.fb, w)
        for i in reversed(range(len(self.ch) - 1)):
            h = F.interpolate(h, scale_factor=2, mode="nearest")
            h = self.film(self.up_h[i](h) + skips[i], self.n1[i], self.f1[i], w)
            h = self.film(self.c2[i](h), self.n2[i], self.f2[i], w)
        return self.head(h)

    def forward(self, neutral, z):
        return self.frame(*self.identity(neutral), z)


def mapping(inputs, outputs, hidden=256):
    """M (weights -> z) and M' (z -> weights): three linear layers with SiLU."""
    return nn.Sequential(nn.Linear(inputs, hidden), nn.SiLU(), nn.Linear(hidden, hidden), nn.SiLU(),
                         nn.Linear(hidden, outputs))
