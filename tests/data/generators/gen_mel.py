"""Log-mel spectrum in numpy (f64) and a tiny log-mel speech encoder in torch (f64): golden/mel.safetensors."""
import numpy as np, torch
from safetensors.numpy import save_file

BANDS, WIDTH, DILATIONS, RATE = 80, 16, (1, 2, 4), 1 / 300


def mel_filters():
    """[80, 257]: HTK triangles over 0-8 kHz at the FFT's bin frequencies, each divided by its sum."""
    corners = 700 * (10 ** (np.linspace(0, 2595 * np.log10(1 + 8000 / 700), BANDS + 2) / 2595) - 1)
    hz = np.arange(257) * 16000 / 512
    rising = (hz - corners[:-2, None]) / (corners[1:-1] - corners[:-2])[:, None]
    falling = (corners[2:, None] - hz) / (corners[2:] - corners[1:-1])[:, None]
    filters = np.maximum(np.minimum(rising, falling), 0)
    return filters / filters.sum(1, keepdims=True)


def log_mel(samples):
    rows = 2 * max(1, -(-len(samples) // 320))
    padded = np.zeros(200 + 160 * rows + 400)
    padded[200 : 200 + len(samples)] = samples
    frames = np.stack([padded[160 * i : 160 * i + 400] for i in range(rows)]) * np.hanning(400)
    return np.log(np.abs(np.fft.rfft(frames, 512)) ** 2 @ mel_filters().T + 1e-6)


def running(rows, mean):
    out = []
    for row in rows:
        mean = mean + (row - mean) * RATE
        out.append((row - mean) / 2.5)
    return np.stack(out)


class Block(torch.nn.Module):
    def __init__(self, dilation):
        super().__init__()
        self.norm = torch.nn.LayerNorm(WIDTH)
        self.conv = torch.nn.Conv1d(WIDTH, WIDTH, 3, dilation=dilation, padding=dilation)
        self.out = torch.nn.Linear(WIDTH, WIDTH)

    def forward(self, h):
        return h + self.out(torch.nn.functional.gelu(self.conv(self.norm(h).mT).mT))


class Encoder(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.conv_in = torch.nn.Conv1d(BANDS, WIDTH, 5, stride=2, padding=2)
        self.blocks = torch.nn.ModuleList(Block(d) for d in DILATIONS)
        self.norm = torch.nn.LayerNorm(WIDTH)

    def forward(self, x):
        h = torch.nn.functional.gelu(self.conv_in(x.mT).mT)
        for block in self.blocks:
            h = block(h)
        return self.norm(h)


rng = np.random.default_rng(11)
n = 21_777
t = np.arange(n) / 16000
samples = 0.3 * np.sin(2 * np.pi * (200 * t + 1500 * t**2)) * np.sin(3 * t) ** 2 + 0.02 * rng.normal(size=n)
samples[9000:11000] = 0
samples = samples.astype(np.float32)
prior = rng.normal(-6, 2, BANDS).astype(np.float32)
rows = log_mel(samples)
out = {
    "samples": samples,
    "log_mel": rows,
    "clip": (rows - rows.mean(0)) / 2.5,
    "running": running(rows, prior),
    "one_sample_log_mel": log_mel(samples[4000:4001]),
    "network.mel.mean": prior,
}

torch.manual_seed(3)
network = Encoder()
for name, p in network.named_parameters():
    if "norm" in name:
        p.data += 0.2 * torch.randn(p.shape)
for name, p in network.state_dict().items():
    out["network." + name] = p.numpy().copy()
network.double()
for kind in ("clip", "running"):
    with torch.no_grad():
        encoded = network(torch.tensor(out[kind])[None])[0].numpy()
    frames = int(np.floor(n / 16000 * 30 + 0.5))
    position = np.clip((np.arange(frames) + 0.5) * 50 / 30 - 0.5, 0, len(encoded) - 1)
    columns = [np.interp(position, np.arange(len(encoded)), c) for c in encoded.T]
    out["encoded_" + kind] = encoded
    out["features_" + kind] = np.stack(columns, 1)
save_file({k: np.ascontiguousarray(v) for k, v in out.items()}, "golden/mel.safetensors")
