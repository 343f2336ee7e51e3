"""Several voices at once over one runtime and one model: two clips that are animated together, and meanwhile two streams that speak
live. Each has its own face and its own style.

    python several.py SPEECH.wav OUT.csv

As in streaming.py, the clock counts samples and the program waits for each face, so that every run gives the same numbers.
"""

import sys
import time

import numpy as np

import media2face
from wav import read_wav

BLOCK_S = 0.01
CLIPS, STREAMS = ("happy", "sad"), ("angry", "calm")
SHOWN = ("jawOpen", "mouthSmileLeft")

if len(sys.argv) != 3:
    raise SystemExit(f"usage: {sys.argv[0]} SPEECH.wav OUT.csv")
samples, rate_hz = read_wav(sys.argv[1])
channels = samples.shape[1]
model = media2face.default_model()
shown = [model.names.index(name) for name in SHOWN]
frame_count = int(len(samples) * model.fps / rate_hz)
faces = [model.identity(name) for name in model.identity_names[: len(CLIPS) + len(STREAMS)]]

# The clips: one job, whose windows share batches. Its work begins on the runtime's threads.
sessions = [model.session(rate_hz, channels, style=style, identity=face) for style, face in zip(CLIPS, faces)]
for session in sessions:
    session.push(samples)
media2face.finish_together(sessions)

# The streams, which come before clips wherever both have work.
streams = [
    model.stream(rate_hz, channels, underrun="hold", style=style, identity=face)
    for style, face in zip(STREAMS, faces[len(CLIPS) :])
]
latency = int(streams[0].state.latency_ms * 1e-3 * rate_hz)
delay = latency + rate_hz // 10
block = int(rate_hz * BLOCK_S)
silence = np.zeros((block, channels), np.int16)
spoken = np.zeros((len(streams), frame_count, len(model.names)), np.float32)
at = written = 0
for frame in range(frame_count):
    heard = int(frame * rate_hz / model.fps)
    while written < heard + delay:
        sound = samples[at : at + block] if at < len(samples) else silence
        for stream in streams:
            done = 0
            while done < len(sound):
                done += stream.write(sound[done:])[1]
                if done < len(sound):
                    time.sleep(0.001)  # the ring holds seconds
        at += len(sound)
        written += len(sound)
    for stream, row in zip(streams, spoken[:, frame]):
        while not stream.sample(written - latency - 1).ready:
            time.sleep(0.001)
        row[:] = stream.sample(heard).weights

# By now the clips may be done, too.
voices = [session.result().weights[:frame_count] for session in sessions] + list(spoken)
with open(sys.argv[2], "w") as csv:
    print("frame", *(f"{style}.{name}" for style in CLIPS + STREAMS for name in SHOWN), sep=",", file=csv)
    for frame in range(frame_count):
        print(frame, *(f"{voice[frame, column]:.4f}" for voice in voices for column in shown), sep=",", file=csv)
for style, voice in zip(CLIPS + STREAMS, voices):
    jaw, smile = (voice[:, column].astype(np.float64).sum() / frame_count for column in shown)
    kind = "clip" if style in CLIPS else "stream"
    print(f"{style} ({kind}): {SHOWN[0]} {jaw:.4f}, {SHOWN[1]} {smile:.4f} on average")
