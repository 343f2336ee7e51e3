"""The networks as PyTorch modules, for export: the denoiser, the face generator and the encoder of this project, and
Wav2Vec2 and CLIP of transformers. Weights are random: time does not depend on them."""

import math

import torch
import torch.nn.functional as F
from torch import nn

FULL = dict(res=256, ch=(32, 64, 128, 256, 512, 512))
SMALL = dict(res=128, ch=(16, 32, 64, 128, 128))


def sinusoid(n, d):
    position = torch.arange(n, dtype=torch.float32)[:, None]
    rate = torch.exp(torch.arange(0, d, 2).float() * (-math.log(10000.0) / d))
    code = torch.zeros(n, d)
    code[:, 0::2], code[:, 1::2] = torch.sin(position * rate), torch.cos(position * rate)
    return code


class Denoiser(nn.Module):
    """x [B, N, 134], t [B], A [B, N, 768], P [B, N, 512] to x0 [B, N, 134]."""

    def __init__(self, d_x=134, d_a=768, d_p=512, d=512, layers=8, heads=4, ff=1024, steps=500, max_len=1024):
        super().__init__()
        self.in_proj, self.out_proj, self.cond_proj = nn.Linear(d_x, d), nn.Linear(d, d_x), nn.Linear(d_a + d_p, d)
        self.time_embed = nn.Sequential(nn.Linear(d, d), nn.SiLU(), nn.Linear(d, d))
        layer = nn.TransformerDecoderLayer(d, heads, ff, dropout=0.0, activation="gelu", batch_first=True)
        self.decoder = nn.TransformerDecoder(layer, layers)
        self.register_buffer("pe", sinusoid(max(max_len, steps + 1), d), persistent=False)

    def forward(self, x, t, A, P):
        n = x.shape[1]
        h = torch.cat([self.time_embed(self.pe[t])[:, None], self.in_proj(x)], 1) + self.pe[: n + 1]
        memory = self.cond_proj(torch.cat([A, P], -1)) + self.pe[1 : n + 1]
        return self.out_proj(self.decoder(h, memory)[:, 1:])


def conv(i, o, stride=1, bias=True):
    return nn.Conv2d(i, o, 3, stride, 1, bias=bias)


class Generator(nn.Module):
    """z [1, 128] and what is cached per identity to a map [1, 3, res, res]: one frame."""

    def __init__(self, res, ch, d_z=128, groups=8, w_dim=256):
        super().__init__()
        self.res, self.ch, self.groups = res, ch, groups
        self.zmap = nn.Sequential(nn.Linear(d_z, w_dim), nn.SiLU(), nn.Linear(w_dim, w_dim), nn.SiLU())
        below = list(zip(ch, ch[1:]))
        self.up, self.second = nn.ModuleList([conv(j, i) for i, j in below]), nn.ModuleList([conv(i, i) for i, _ in below])
        self.film0 = nn.Linear(w_dim, 2 * ch[-1])
        self.film1 = nn.ModuleList([nn.Linear(w_dim, 2 * i) for i, _ in below])
        self.film2 = nn.ModuleList([nn.Linear(w_dim, 2 * i) for i, _ in below])
        self.head = conv(ch[0], 3)

    def cached(self):
        top = len(self.ch) - 1
        maps = [torch.randn(1, c, self.res >> i, self.res >> i) for i, c in enumerate(self.ch[:-1])]
        return [torch.randn(1, self.ch[-1], self.res >> top, self.res >> top), *maps]

    def film(self, x, layer, w):
        gain, shift = layer(w)[:, :, None, None].chunk(2, 1)
        return F.silu(F.group_norm(x, self.groups, eps=1e-5) * (1 + gain) + shift)

    def forward(self, z, bottom, *skips):
        w = self.zmap(z)
        h = self.film(bottom, self.film0, w)
        for i in reversed(range(len(self.ch) - 1)):
            h = F.interpolate(h, scale_factor=2, mode="nearest")
            h = self.film(self.up[i](h) + skips[i], self.film1[i], w)
            h = self.film(self.second[i](h), self.film2[i], w)
        return self.head(h)


class Encoder(nn.Module):
    """A picture or map [1, 3, res, res] to [1, d_out]."""

    def __init__(self, res, ch, d_out=256, groups=8):
        super().__init__()
        self.stem, self.groups = conv(3, ch[0]), groups
        self.convs = nn.ModuleList([conv(i, o, 2) for i, o in zip(ch, ch[1:] + ch[-1:])])
        self.norms = nn.ModuleList([nn.GroupNorm(groups, o) for o in ch[1:] + ch[-1:]])
        self.fc = nn.Linear(ch[-1] * (res >> len(ch)) ** 2, d_out)

    def forward(self, x):
        h = F.silu(self.stem(x))
        for layer, norm in zip(self.convs, self.norms):
            h = F.silu(norm(layer(h)))
        return self.fc(h.flatten(1))


class Speech(nn.Module):
    """Wav2Vec2-base: samples [1, 160000] to features [1, 499, 768]."""

    def __init__(self):
        super().__init__()
        from transformers import Wav2Vec2Config, Wav2Vec2Model

        self.model = Wav2Vec2Model(Wav2Vec2Config(attn_implementation="sdpa"))

    def forward(self, x):
        return self.model(x, return_dict=False)[0]


class Picture(nn.Module):
    """CLIP ViT-B/32's picture tower: channels [1, 3, 224, 224] to a style code [1, 512]."""

    def __init__(self):
        super().__init__()
        from transformers import CLIPVisionConfig, CLIPVisionModelWithProjection

        self.model = CLIPVisionModelWithProjection(CLIPVisionConfig(attn_implementation="sdpa"))

    def forward(self, x):
        return self.model(x).image_embeds


class Text(nn.Module):
    """CLIP ViT-B/32's text tower: token ids [1, 77] to a style code [1, 512]."""

    def __init__(self):
        super().__init__()
        from transformers import CLIPTextConfig, CLIPTextModelWithProjection

        self.model = CLIPTextModelWithProjection(CLIPTextConfig(attn_implementation="sdpa", eos_token_id=49407))

    def forward(self, ids):
        return self.model(ids).text_embeds


def workloads():
    """Name to (module, inputs)."""
    torch.manual_seed(0)
    full, small = Generator(**FULL), Generator(**SMALL)
    prompt = torch.randint(1000, 40000, (1, 77))
    prompt[0, -1] = 49407  # the end marker
    step = (torch.randn(3, 200, 134), torch.tensor([250] * 3), torch.randn(3, 200, 768), torch.randn(3, 200, 512))
    return {
        "generator_small": (small, (torch.randn(1, 128), *small.cached())),
        "encoder": (Encoder(**FULL), (torch.randn(1, 3, 256, 256),)),
        "generator_full": (full, (torch.randn(1, 128), *full.cached())),
        "denoiser": (Denoiser(), step),
        "wav2vec2": (Speech(), (torch.randn(1, 160000),)),
        "clip_picture": (Picture(), (torch.randn(1, 3, 224, 224),)),
        "clip_text": (Text(), (prompt,)),
    }
