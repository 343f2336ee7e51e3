"""Makes the sound of dialogue.toml beside this file: 16 kHz mono, spoken and sung by flite (Debian: apt install flite).

    python3 make_audio.py

Speech is flite's as it comes, a little louder. The song is one flite word a note, spoken at that pitch without any melody of
speech (int_f0_target_stddev 0) and drawn out, cut at its silence and joined.
"""

import array
import subprocess
import tempfile
import wave
from pathlib import Path

RATE = 16000
PEAK = 24000  # of 32767
SILENCE = 500  # samples below it are none of a note's
JOIN = RATE // 100  # samples over which notes blend

LINES = {
    "ann-1": ("slt", "Hello, Ben! Guess what? I won the contest!"),
    "ben-1": ("rms", "You won it? I can not believe it!"),
    "ann-2": ("slt", "I sang a song for them. Listen."),
    "ben-2": ("rms", "I am so sorry that I missed it."),
    "ann-3": ("slt", "Do not be sad. I will sing it again."),
}
# Frère Jacques: phones, pitch of the note (Hz), length against speech.
SONG = ("slt", [
    ("aa r", 262, 1.7), ("y uw", 294, 1.7), ("s l iy", 330, 1.5), ("p ih ng", 262, 1.5),
    ("b r ah", 330, 1.7), ("dh er", 349, 1.7), ("jh aa n", 392, 2.6),
])


def flite(voice, *options):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "line.wav"
        subprocess.run(["flite", "-voice", voice, *options, "-o", path], check=True)
        with wave.open(str(path)) as file:
            assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (RATE, 1, 2)
            return array.array("h", file.readframes(file.getnframes()))


def note(voice, phones, pitch_hz, stretch):
    """One note, without the silence around it."""
    options = {"int_f0_target_mean": pitch_hz, "int_f0_target_stddev": 0.01, "duration_stretch": stretch}
    settings = [word for name, value in options.items() for word in ("--setf", f"{name}={value}")]
    samples = flite(voice, *settings, "-p", f"pau {phones} pau")
    loud = [i for i, sample in enumerate(samples) if abs(sample) > SILENCE]
    return samples[loud[0]:loud[-1] + 1]


def song(voice, notes):
    """Notes one after another, each blended into the next."""
    sung = array.array("h")
    for phones, pitch_hz, stretch in notes:
        samples = note(voice, phones, pitch_hz, stretch)
        for i in range(min(JOIN, len(sung))):
            share = (i + 1) / (JOIN + 1)
            at = len(sung) - JOIN + i
            samples[i] = int(sung[at] * (1 - share) + samples[i] * share)
        del sung[len(sung) - min(JOIN, len(sung)):]
        sung.extend(samples)
    return sung


def write(name, samples):
    loudest = max(abs(sample) for sample in samples)
    samples = array.array("h", (sample * PEAK // loudest for sample in samples))
    with wave.open(str(Path(__file__).parent / f"{name}.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())
    print(f"{name}.wav: {len(samples) / RATE:.2f} s")


if __name__ == "__main__":
    for name, (voice, text) in LINES.items():
        write(name, flite(voice, "-t", text))
    write("ann-song", song(*SONG))
