"""Styles over time: the first half of a WAV is said sadly, the second happily, and the end more strongly.

    python styles.py SPEECH.wav OUT.csv
"""

import sys

import media2face
from media2face import Style
from wav import read_wav

if len(sys.argv) != 3:
    raise SystemExit(f"usage: {sys.argv[0]} SPEECH.wav OUT.csv")
samples, rate_hz = read_wav(sys.argv[1])
half_s = 0.5 * len(samples) / rate_hz

animation = media2face.animate(
    samples,
    rate_hz,
    # Where the two meet their ramps cross, and their weights sum to one. Without an end a style lasts to the clip's.
    style=[
        Style("sad", end_s=half_s, ramp_s=0.3),
        Style("happy", start_s=half_s, end_s=2 * half_s, ramp_s=0.3, strength=1.2),
    ],
    # s_P rises from the middle on: the style grows stronger.
    guidance_style=[(half_s, 1.0), (2 * half_s, 2.0)],
)

smile, frown = (animation.names.index(name) for name in ("mouthSmileLeft", "mouthFrownLeft"))
with open(sys.argv[2], "w") as csv:
    print("frame,mouthSmileLeft,mouthFrownLeft", file=csv)
    for frame, weights in enumerate(animation.weights):
        print(f"{frame},{weights[smile]:.4f},{weights[frown]:.4f}", file=csv)
