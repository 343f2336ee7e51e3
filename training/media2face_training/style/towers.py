"""CLIP's two towers in PyTorch, with the tensor names and the arithmetic of Hugging Face's `CLIPModel`."""

import torch
from torch import nn
from torch.nn import functional

from ..config import CLIP
from .prompts import MOODS, MOVEMENTS

CHUNKS = 4  # that a batch of texts is cut into by length
WORDS = dict(text=CLIP["text"], projection_dim=CLIP["projection_dim"])  # what a checkpoint of words must agree in


class Attention(nn.Module):
    """Self-attention over [batch, rows, width]."""

    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.k_proj, self.v_proj, self.q_proj, self.out_proj = (nn.Linear(width, width) for _ in range(4))

    def forward(self, x, causal):
        split = lambda y: y.unflatten(2, (self.heads, -1)).transpose(1, 2)
        q, k, v = split(self.q_proj(x)), split(self.k_proj(x)), split(self.v_proj(x))
        y = functional.scaled_dot_product_attention(q, k, v, is_causal=causal)
        return self.out_proj(y.transpose(1, 2).flatten(2))


class FeedForward(nn.Module):
    """Two layers with QuickGELU between them."""

    def __init__(self, width, inner):
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(width, inner), nn.Linear(inner, width)

    def forward(self, x):
        x = self.fc1(x)
        return self.fc2(x * torch.sigmoid(1.702 * x))


class Layer(nn.Module):
    """A pre-norm transformer layer."""

    def __init__(self, config):
        super().__init__()
        width, eps = config["hidden_size"], config["layer_norm_eps"]
        self.self_attn = Attention(width, config["num_attention_heads"])
        self.layer_norm1, self.layer_norm2 = nn.LayerNorm(width, eps), nn.LayerNorm(width, eps)
        self.mlp = FeedForward(width, config["intermediate_size"])

    def forward(self, x, causal):
        x = x + self.self_attn(self.layer_norm1(x), causal)
        return x + self.mlp(self.layer_norm2(x))


class Encoder(nn.Module):
    """The layers of a tower."""

    def __init__(self, config):
        super().__init__()
        self.layers = nn.ModuleList(Layer(config) for _ in range(config["num_hidden_layers"]))

    def forward(self, x, causal):
        for layer in self.layers:
            x = layer(x, causal)
        return x


class TextModel(nn.Module):
    """Ids [batch, tokens], any padding behind the end marker -> the end marker's row [batch, width]."""

    def __init__(self, config):
        super().__init__()
        width, self.end = config["hidden_size"], config["eos_token_id"]
        self.embeddings = nn.ModuleDict(dict(
            token_embedding=nn.Embedding(config["vocab_size"], width),
            position_embedding=nn.Embedding(config["max_position_embeddings"], width)))
        self.encoder = Encoder(config)
        self.final_layer_norm = nn.LayerNorm(width, config["layer_norm_eps"])

    def forward(self, ids):
        positions = self.embeddings["position_embedding"].weight[: ids.shape[1]]
        x = self.encoder(self.embeddings["token_embedding"](ids) + positions, causal=True)
        end = (ids == self.end).int().argmax(1)
        return self.final_layer_norm(x[torch.arange(len(x), device=x.device), end])


class PatchEmbeddings(nn.Module):
    """Pictures [batch, 3, size, size] -> [batch, 1 + patches, width], the class row first."""

    def __init__(self, config):
        super().__init__()
        width, patch = config["hidden_size"], config["patch_size"]
        self.class_embedding = nn.Parameter(torch.randn(width) * 0.02)
        self.patch_embedding = nn.Conv2d(3, width, patch, patch, bias=False)
        self.position_embedding = nn.Embedding((config["image_size"] // patch) ** 2 + 1, width)

    def forward(self, pictures):
        x = self.patch_embedding(pictures).flatten(2).transpose(1, 2)
        x = torch.cat([self.class_embedding.expand(len(x), 1, -1), x], 1)
        return x + self.position_embedding.weight


class VisionModel(nn.Module):
    """Normalised pictures -> the class row [batch, width]."""

    def __init__(self, config):
        super().__init__()
        width, eps = config["hidden_size"], config["layer_norm_eps"]
        self.embeddings = PatchEmbeddings(config)
        self.pre_layrnorm = nn.LayerNorm(width, eps)  # the name is upstream's
        self.encoder = Encoder(config)
        self.post_layernorm = nn.LayerNorm(width, eps)

    def forward(self, pictures):
        x = self.encoder(self.pre_layrnorm(self.embeddings(pictures)), causal=False)
        return self.post_layernorm(x[:, 0])


class Towers(nn.Module):
    """Both towers; codes are [batch, projection_dim], not normalised."""

    def __init__(self, config=CLIP):
        super().__init__()
        text, vision, width = config["text"], config["vision"], config["projection_dim"]
        self.text_model, self.vision_model = TextModel(text), VisionModel(vision)
        self.text_projection = nn.Linear(text["hidden_size"], width, bias=False)
        self.visual_projection = nn.Linear(vision["hidden_size"], width, bias=False)
        for module in (self.text_model, self.vision_model):
            for table in module.modules():
                if isinstance(table, nn.Embedding):
                    nn.init.normal_(table.weight, std=0.02)

    def text_parameters(self):
        """Of the text tower."""
        return [*self.text_model.parameters(), *self.text_projection.parameters()]

    def vision_parameters(self):
        """Of the vision tower."""
        return [*self.vision_model.parameters(), *self.visual_projection.parameters()]

    def text(self, rows, chunks=1):
        """Codes of lists of ids; in chunks of like lengths, so that little padding is run."""
        order = sorted(range(len(rows)), key=lambda i: len(rows[i]))
        size, codes = -(-len(rows) // chunks), []
        for at in range(0, len(rows), size):
            ids = pad([rows[i] for i in order[at:at + size]], self.text_model.end)
            codes.append(self.text_model(ids.to(self.text_projection.weight.device)))
        back = torch.tensor(order).argsort().to(self.text_projection.weight.device)
        return self.text_projection(torch.cat(codes)[back])

    def picture(self, pictures):
        """Codes of normalised pictures [batch, 3, size, size]."""
        return self.visual_projection(self.vision_model(pictures))


def pad(rows, end):
    """Lists of ids -> [batch, longest], filled with the end marker."""
    longest = max(map(len, rows))
    return torch.tensor([row + [end] * (longest - len(row)) for row in rows])


class Heads(nn.Module):
    """What a code says: logits of mood and movement."""

    def __init__(self, width):
        super().__init__()
        self.mood, self.movement = nn.Linear(width, MOODS), nn.Linear(width, MOVEMENTS)

    def forward(self, codes):
        codes = functional.normalize(codes) * 12
        return self.mood(codes), self.movement(codes)
