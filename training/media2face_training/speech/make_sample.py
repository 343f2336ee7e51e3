"""Makes samples/audio/hello.wav: 16 kHz mono, spoken by flite (whose voices may be distributed).

    python -m media2face_training.speech.make_sample --out samples/audio/hello.wav
"""

import argparse
import tempfile
from pathlib import Path

import numpy as np

from .synthesis import RATE, flite, write_wave

TEXT = "Hello! My name is Bob, and I am a face made from sound. Please open the window, and show me the moon."


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", default="samples/audio/hello.wav")
    parser.add_argument("--voice", default="slt")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        samples, segments = flite(TEXT, options.voice, 1.05, 170, folder)
    pad = np.zeros(RATE // 5, np.int16)
    samples = np.concatenate([pad, samples, pad])
    Path(options.out).parent.mkdir(parents=True, exist_ok=True)
    write_wave(options.out, samples)
    print(f"{options.out}: {len(samples) / RATE:.1f} s, {len(segments)} phones")


if __name__ == "__main__":
    main()
