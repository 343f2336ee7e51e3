"""Wav2Vec2 at the starter's size: features A off the waveform itself, with the tensor names that packs carry.

The *layer* variant without `do_normalize` (docs/model-pack.md): seven convolutions, a LayerNorm after each, to 50 Hz; a
projection; a positional convolution; transformer layers with their norms in front. A frame hears 400 samples, its centre
lies at sample 320 k + 200. A clip is heard in pieces of CHUNK frames, as `audio.chunk_s` has the runtime do it.
"""

from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from .. import stages
from ..modules import self_attention_of

KERNELS, STRIDES = (10, 3, 3, 3, 3, 2, 2), (5, 2, 2, 2, 2, 2, 2)
WIDTHS = (48, 64, 64, 96, 128, 128, 160)
HOP, FIELD = 320, 400  # samples
LEAD = 40  # samples before a 50 Hz frame's own 320, so that both have one centre
SHAPE = dict(hidden=192, layers=4, heads=4, ff=576, positions=16, groups=16)
FIRST = 10.0  # the first filters' start, in torch's usual deviations
CHUNK, CONTEXT = 150, 25  # frames: a piece, and what of it is only heard at either end


class ConvLayer(nn.Module):
    """x <- gelu(norm(conv(x))), [B, C, 1, T]: as a picture, because that one keeps the channels last."""

    def __init__(self, inputs, outputs, kernel, stride):
        super().__init__()
        self.conv, self.layer_norm = nn.Conv1d(inputs, outputs, kernel, stride), nn.LayerNorm(outputs)

    def forward(self, x):
        x = F.conv2d(x, self.conv.weight[:, :, None], self.conv.bias, stride=(1, self.conv.stride[0]))
        return F.gelu(self.layer_norm(x.permute(0, 2, 3, 1))).permute(0, 3, 1, 2)


class Layer(nn.Module):
    """h <- h + attention(norm(h)); h <- h + W2 gelu(W1 norm(h))."""

    def __init__(self, width, heads, ff):
        super().__init__()
        self.heads = heads
        self.attention = nn.ModuleDict({f"{name}_proj": nn.Linear(width, width) for name in ("q", "k", "v", "out")})
        self.layer_norm, self.final_layer_norm = nn.LayerNorm(width), nn.LayerNorm(width)
        self.feed_forward = nn.ModuleDict(dict(intermediate_dense=nn.Linear(width, ff), output_dense=nn.Linear(ff, width)))

    def forward(self, h):
        x, a = self.layer_norm(h), self.attention
        q, k, v = (a[f"{name}_proj"](x).unflatten(-1, (self.heads, -1)).transpose(1, 2) for name in "qkv")
        h = h + a["out_proj"](self_attention_of(q, k, v).transpose(1, 2).flatten(2))
        f = self.feed_forward
        return h + f["output_dense"](F.gelu(f["intermediate_dense"](self.final_layer_norm(h))))


class WaveEncoder(nn.Module):
    """Samples [B, 320 T + 80] in [-1, 1] at 16 kHz -> features A [B, T, hidden] at 50 Hz."""

    def __init__(self, hidden, layers, heads, ff, positions, groups):
        super().__init__()
        sizes = zip((1, *WIDTHS), WIDTHS, KERNELS, STRIDES)
        self.feature_extractor = nn.ModuleDict(dict(conv_layers=nn.ModuleList(ConvLayer(*size) for size in sizes)))
        self.feature_projection = nn.ModuleDict(dict(layer_norm=nn.LayerNorm(WIDTHS[-1]),
                                                     projection=nn.Linear(WIDTHS[-1], hidden)))
        conv = nn.Conv1d(hidden, hidden, positions, padding=positions // 2, groups=groups)
        self.encoder = nn.ModuleDict(dict(
            pos_conv_embed=nn.ModuleDict(dict(conv=nn.utils.parametrizations.weight_norm(conv, dim=2))),
            layers=nn.ModuleList(Layer(hidden, heads, ff) for _ in range(layers)), layer_norm=nn.LayerNorm(hidden)))
        with torch.no_grad():  # samples are small: a bias beside them is all that the norm behind would see
            first = self.feature_extractor["conv_layers"][0].conv
            first.weight *= FIRST
            first.bias.zero_()

    def convolved(self, samples):
        """[B, samples] -> [B, T, WIDTHS[-1]]."""
        x = samples[:, None, None]
        for layer in self.feature_extractor["conv_layers"]:
            x = layer(x)
        return x[:, :, 0].transpose(1, 2)

    def contextual(self, x):
        """What the convolutions give -> features."""
        h = self.feature_projection["projection"](self.feature_projection["layer_norm"](x))
        # In f32: PyTorch 2.15's grouped bf16 convolution gave other numbers altogether (an error of 1.17 of their size, on AMX).
        with torch.autocast(h.device.type, enabled=False):
            position = self.encoder["pos_conv_embed"]["conv"](h.float().transpose(1, 2))
        h = h + F.gelu(position[:, :, : h.shape[1]]).transpose(1, 2)  # an even kernel gives one more
        for layer in self.encoder["layers"]:
            h = layer(h)
        return self.encoder["layer_norm"](h)

    def forward(self, samples):
        return self.contextual(self.convolved(samples))


class WaveEars:
    """A finished waveform encoder in the place of `features.Ears`: what it calls mels are the samples themselves."""

    def __init__(self, work, heads):
        modules, found = stages.load_stage(Path(work) / "waveform.safetensors")
        self.encoder = WaveEncoder(**found["shape"])
        self.encoder.load_state_dict(modules["encoder"])
        heads.load_state_dict(modules["heads"])
        self.encoder, self.heads = (net.eval().requires_grad_(False) for net in (self.encoder, heads))

    def mels(self, samples):
        """The samples, with the silence around them that the first and the last frame hear."""
        return np.pad(samples, (LEAD, FIELD - HOP - LEAD)).astype(np.float32)

    def pieces(self, samples, hop, ahead):
        """Frames `hop` at a time, each from a piece of CHUNK frames that ends `ahead` frames later. -> [T, hidden]."""
        frames = (len(samples) - (FIELD - HOP)) // HOP
        out = torch.empty(frames, self.encoder.encoder["layer_norm"].bias.numel())
        groups = {}
        for first in range(0, frames, hop):
            last = min(frames, first + hop)
            stop = min(frames, last + ahead)
            start = max(0, stop - CHUNK)
            groups.setdefault(stop - start, []).append((first, last, start))
        for length, some in groups.items():
            for part in (some[k : k + 16] for k in range(0, len(some), 16)):
                x = np.stack([samples[start * HOP : (start + length) * HOP + FIELD - HOP] for *_, start in part])
                for (first, last, start), y in zip(part, self.encoder(torch.from_numpy(x))):
                    out[first:last] = y[first - start : last - start]
        return out

    def whole(self, samples):
        """Features [T, hidden] at 50 Hz, with CONTEXT frames on either side of every piece."""
        return self.pieces(samples, CHUNK - 2 * CONTEXT, CONTEXT)

    def chunked(self, samples, ahead_s, hop):
        """The same as a stream gives it: nothing later than `ahead_s` behind a chunk's last frame."""
        return self.pieces(samples, hop, int(ahead_s * 50))
