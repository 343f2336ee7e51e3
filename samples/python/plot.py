"""Draws curves of an animation: how the mouth moves, what a style changes, how the head turns. Needs matplotlib.

    python plot.py SPEECH.wav OUT.png [STYLE]
"""

import sys

import matplotlib
import numpy as np

import media2face
from wav import read_wav

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402  after the choice of what draws

if len(sys.argv) not in (3, 4):
    raise SystemExit(f"usage: {sys.argv[0]} SPEECH.wav OUT.png [STYLE]")
samples, rate_hz = read_wav(sys.argv[1])
style = sys.argv[3] if len(sys.argv) == 4 else "happy"
print(media2face.default_model().read_prompt(style))

plain = media2face.animate(samples, rate_hz)
styled = media2face.animate(samples, rate_hz, style=style, seed=plain.seed)

figure, (sound, weights, head) = plt.subplots(3, sharex=True, figsize=(12, 7), height_ratios=[1, 3, 2])
sound.plot(np.arange(len(samples)) / rate_hz, samples[:, 0], color="grey", linewidth=0.3)
sound.set(yticks=[], title=f"{sys.argv[1]}: neutral (dashed) and {style!r}")
for name in ("jawOpen", "mouthPucker", "mouthSmileLeft", "browInnerUp"):
    column = plain.names.index(name)
    (line,) = weights.plot(styled.times_s, styled.weights[:, column], label=name)
    weights.plot(plain.times_s, plain.weights[:, column], "--", color=line.get_color(), linewidth=0.8)
weights.set(ylabel="weight", ylim=(0, 1))
weights.legend(loc="upper right")
for axis, name in enumerate(("nod", "turn", "tilt")):
    # Small angles: twice the quaternion's vector part.
    head.plot(styled.times_s, np.degrees(2 * styled.rotations[:, axis]), label=name)
head.set(xlabel="seconds", ylabel="degrees")
head.legend(loc="upper right")
figure.tight_layout()
figure.savefig(sys.argv[2], dpi=120)
