"""The stubs say what the package has, and programs that use it type-check."""

import subprocess
import sys

import pytest

pytest.importorskip("mypy")

PROGRAM = """
import numpy as np
import media2face
from media2face import Keyframe, Style

samples = np.zeros(16000, np.int16)
animation = media2face.animate(samples, 16000, style=[Style("sad", end_s=1), "happy"], seed=7,
                               keyframes=[Keyframe(0.5, expression="smile")], guidance_style=[(0, 1.0), (1, 2.0)])
reveal_type(animation.weights)
reveal_type(animation.sample(0.5).offsets_mm)
with animation.model.stream(16000, latency="fast") as stream:
    first, taken = stream.write(samples)
    reveal_type(first)
try:
    media2face.Model("nothing.m2f")
except media2face.FileError as error:
    reveal_type(error.status)
media2face.animate(samples, 16000, sede=7)
"""


def test_stubs_are_those_of_the_package(tmp_path):
    command = [sys.executable, "-m", "mypy.stubtest", "media2face"]
    checked = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_program_is_checked_by_the_stubs(tmp_path):
    (tmp_path / "program.py").write_text(PROGRAM)
    told = subprocess.run([sys.executable, "-m", "mypy", "--strict", "program.py"], cwd=tmp_path, capture_output=True, text=True)
    revealed = [line.partition('Revealed type is "')[2].rstrip('"') for line in told.stdout.splitlines() if "Revealed" in line]
    assert len(revealed) == 4 and "32Bit" in revealed[0] and revealed[1].endswith("None"), told.stdout
    assert "int" in revealed[2] and "Status" in revealed[3], told.stdout
    errors = [line for line in told.stdout.splitlines() if ": error:" in line]
    assert len(errors) == 1 and "sede" in errors[0], told.stdout
