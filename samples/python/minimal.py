"""The smallest whole use of media2face: a WAV of speech in, a CSV of blendshape weights and head poses out.

    python minimal.py SPEECH.wav OUT.csv
"""

import sys

import media2face
from wav import read_wav

if len(sys.argv) != 3:
    raise SystemExit(f"usage: {sys.argv[0]} SPEECH.wav OUT.csv")
samples, rate_hz = read_wav(sys.argv[1])

# The starter model, made at the first call and kept. media2face.Model("other.m2f").animate(...) takes another.
animation = media2face.animate(samples, rate_hz)

with open(sys.argv[2], "w") as csv:
    head = ["headX", "headY", "headZ", "headW", "headMoveX", "headMoveY", "headMoveZ"]
    print("frame", *animation.names, *head, sep=",", file=csv)
    rows = zip(animation.weights, animation.rotations, animation.translations_mm)
    for frame, (weights, rotation, translation_mm) in enumerate(rows):
        numbers = [f"{weight:.4f}" for weight in weights]
        numbers += [f"{number:.5f}" for number in (*rotation, *translation_mm)]
        print(frame, *numbers, sep=",", file=csv)
