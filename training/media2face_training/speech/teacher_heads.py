"""The teacher's own heads: phones, opening, rounding and closure, read linearly off what it hears.

They are learned from the voices whose phone times are known and then say what all others say, so that recordings without phone
times teach the audio encoder's heads too (`train_encoder --taught`). Writes `teacher/heads.safetensors`.

    python -m media2face_training.speech.teacher_heads --work target/training
"""

import argparse
from pathlib import Path

import numpy as np
import torch

from .. import stages
from . import whisper
from .heads import Heads, losses, told_by
from .labels import IGNORED
from .phones import CLASSES
from .teacher import LOUDNESS, Lessons
from .windows import Windows

STEPS, SECONDS, RATE = 500, 96, 5e-3


def learn(windows, steps=STEPS, seconds=SECONDS, seed=0):
    """Heads on the lessons of windows."""
    torch.manual_seed(seed)
    heads = Heads(windows.taught.width)
    optimiser = torch.optim.AdamW(heads.parameters(), RATE, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
    for step in range(steps):
        _, y, lessons = windows.batch(seconds, np.random.default_rng([seed, step, 6]))
        y[np.isnan(lessons).any(-1)] = IGNORED
        phone, viseme, closure = losses(heads(torch.from_numpy(np.nan_to_num(lessons))), torch.from_numpy(y))
        optimiser.zero_grad()
        (phone + 3 * viseme + 0.5 * closure).backward()
        optimiser.step()
        schedule.step()
        if step % 100 == 99:
            print(f"step {step + 1} phone {phone:.4f} viseme {viseme:.4f} closure {closure:.4f}", flush=True)
    return heads.eval()


class TeacherEars:
    """The teacher with these heads in the place of `features.Ears`: what it calls mels are samples, and it hears whole clips."""

    def __init__(self, work):
        self._teacher = whisper.Teacher(Path(work) / "packages")
        self.heads, self._mean, self._scale = told_by(work)

    def mels(self, samples):
        """The samples, as loud as in the lessons."""
        return samples * (LOUDNESS / max(float(np.sqrt(np.mean(np.square(samples)))), 1e-4))

    def whole(self, samples):
        """-> features [T, width] at 50 Hz, as the lessons have them."""
        return ((self._teacher(samples) - self._mean) / self._scale).clip(-4, 4)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", default="target/training")
    parser.add_argument("--steps", type=int, default=STEPS)
    options = parser.parse_args()
    torch.set_num_threads(1)
    lessons = Lessons(options.work)
    heads = learn(Windows(options.work, taught=lessons), options.steps)
    scale = dict(mean=torch.from_numpy(lessons.mean), scale=torch.from_numpy(lessons.scale))
    stages.save_stage(Path(options.work) / "teacher/heads.safetensors", dict(heads=heads.state_dict(), lessons=scale),
                      dict(width=lessons.width, classes=CLASSES))


if __name__ == "__main__":
    main()
