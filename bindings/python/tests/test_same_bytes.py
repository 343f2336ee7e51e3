"""The same bits as the command and the samples in C give. `cargo xtask wheel --check` says where they are."""

import os
import subprocess
import sys

import numpy as np
import pytest

import media2face

from conftest import ROOT

COMMAND = os.environ.get("M2F_COMMAND")
C_SAMPLES = os.environ.get("M2F_C_SAMPLES")


@pytest.mark.skipif(COMMAND is None, reason="M2F_COMMAND does not say where m2f is")
def test_meshes_are_the_command_s_to_the_bit(hello, hello_wav, tmp_path):
    options = ["--seed", "7", "--tail", "0", "--smooth-head", "0", "--backend", "cpu", "--style", "happy", "--fps", "25"]
    command = [COMMAND, "animate", str(hello_wav), "--emit", "npy", "--out", str(tmp_path), *options]
    subprocess.run(command, check=True, cwd=ROOT, capture_output=True)
    (file,) = tmp_path.glob("*.npy")
    expected = np.load(file)
    model = media2face.Model(runtime=media2face.Runtime(backend="cpu"))
    offsets = model.animate(*hello, seed=7, style="happy").offsets_mm(25)
    assert offsets.shape == expected.shape
    assert offsets.tobytes() == expected.astype(np.float32).tobytes()


@pytest.mark.skipif(C_SAMPLES is None, reason="M2F_C_SAMPLES does not say where the samples in C are")
@pytest.mark.parametrize("name", ["minimal", "styles", "streaming", "several"])
def test_samples_write_what_those_in_c_write(name, hello_wav, tmp_path):
    starter = ROOT / "models/starter.m2f"
    in_c, in_python = tmp_path / "c.csv", tmp_path / "python.csv"
    subprocess.run([os.path.join(C_SAMPLES, name), starter, hello_wav, in_c], check=True)
    sample = ROOT / f"samples/python/{name}.py"
    subprocess.run([sys.executable, sample, hello_wav, in_python], check=True)
    assert in_python.read_bytes() == in_c.read_bytes()
