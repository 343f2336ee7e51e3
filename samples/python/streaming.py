"""A live face: sound is written in blocks of 10 ms, as an audio callback does, and 60 times a second the face of the sample that is
heard is shown. After a second and a half somebody interrupts, and for a second the face comes to rest.

    python streaming.py SPEECH.wav OUT.csv

Its clock counts samples, not seconds of the wall, and it waits for each face. So every run gives the same numbers. A program that
is live writes sound as it comes, and shows the last face that is ready instead of waiting.
"""

import sys
import time

import numpy as np

import media2face
from wav import read_wav

BLOCK_S = 0.01
SHOWN_HZ = 60
INTERRUPT_S = 1.5
REST_S = 1.0

if len(sys.argv) != 3:
    raise SystemExit(f"usage: {sys.argv[0]} SPEECH.wav OUT.csv")
samples, rate_hz = read_wav(sys.argv[1])
model = media2face.default_model()

# The stream takes all of its memory here. Where no sound comes, its clock stands: this program always has some.
with model.stream(rate_hz, samples.shape[1], underrun="hold") as stream, open(sys.argv[2], "w") as csv:
    block = int(rate_hz * BLOCK_S)
    silence = np.zeros((block, samples.shape[1]), np.int16)
    # Faces are ready so long after their sound was written. A host that plays the sound delays it by as much, and by the time
    # that a window takes to compute.
    latency = int(stream.state.latency_ms * 1e-3 * rate_hz)
    delay = latency + rate_hz // 10
    interrupt = int(INTERRUPT_S * rate_hz)
    end = len(samples) if len(samples) < interrupt else interrupt + int(REST_S * rate_hz)

    print("sample", *model.names, "headX", "headY", "headZ", "headW", sep=",", file=csv)
    shown = heard = at = written = 0
    interrupted = False
    while heard < end:
        if not interrupted and heard >= interrupt:
            # What was written and not heard is dropped, and the clock goes on from here.
            generation = stream.state.generation
            stream.interrupt(heard)
            while stream.state.generation == generation:
                time.sleep(0.001)  # a program that is live goes on at once
            interrupted = True
            written = heard

        # The next blocks of the speech, and silence after it.
        while written < heard + delay:
            speaks = not interrupted and at < len(samples)
            sound = samples[at : at + block] if speaks else silence
            first, taken = stream.write(sound)
            at += taken if speaks else 0
            written = first + taken
            if taken < len(sound):
                time.sleep(0.001)  # the ring holds seconds

        # Until all faces are there that can be computed from what was written.
        while not stream.sample(written - latency - 1).ready:
            time.sleep(0.001)
        face = stream.sample(heard)
        numbers = [f"{weight:.4f}" for weight in face.weights] + [f"{number:.5f}" for number in face.rotation]
        print(heard, *numbers, sep=",", file=csv)
        shown += 1
        heard = shown * rate_hz // SHOWN_HZ
    print(f"{shown} faces, each {delay} samples after its sound")
