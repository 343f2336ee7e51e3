"""What the samples share: reading a WAV."""

import wave

import numpy as np


def read_wav(path):
    """Samples [frames, channels] as int16, and their rate."""
    with wave.open(path) as file:
        if file.getsampwidth() != 2:
            raise SystemExit(f"{path}: is not 16-bit PCM")
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
        return samples.reshape(-1, file.getnchannels()), file.getframerate()
