"""The samples run as they are and write what they say."""

import csv
import subprocess
import sys
import wave

import pytest

from conftest import ROOT

SAMPLES = ROOT / "samples/python"


@pytest.fixture(scope="module")
def short_wav(sentence, tmp_path_factory):
    """The path of three seconds of the sentence."""
    samples, rate = sentence
    path = tmp_path_factory.mktemp("sound") / "short.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.tobytes())
    return path


def run(name, *arguments):
    ended = subprocess.run([sys.executable, SAMPLES / name, *arguments], capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    assert ended.stderr == ""
    return ended.stdout


@pytest.mark.parametrize("name, rows, columns", [("minimal", 90, 60), ("styles", 90, 3), ("streaming", 150, 57), ("several", 90, 9)])
def test_sample_writes_its_table(name, rows, columns, short_wav, tmp_path):
    out = tmp_path / "out.csv"
    run(f"{name}.py", short_wav, out)
    with open(out) as file:
        table = list(csv.reader(file))
    assert len(table) == rows + 1
    assert {len(row) for row in table} == {columns}
    numbers = [[float(value) for value in row] for row in table[1:]]
    assert max(map(max, numbers)) > 0


def test_streaming_gives_the_same_each_time(short_wav, tmp_path):
    outs = [tmp_path / "a.csv", tmp_path / "b.csv"]
    told = [run("streaming.py", short_wav, out) for out in outs]
    assert outs[0].read_bytes() == outs[1].read_bytes()
    assert told[0] == told[1]


def test_plot_draws_its_curves(short_wav, tmp_path):
    pytest.importorskip("matplotlib")
    told = run("plot.py", short_wav, tmp_path / "out.png", "sad")
    assert told.startswith("sad")
    assert (tmp_path / "out.png").read_bytes().startswith(b"\x89PNG")


def test_samples_say_how_they_are_used():
    for path in sorted(SAMPLES.glob("*.py")):
        if path.name != "wav.py":
            ended = subprocess.run([sys.executable, path], capture_output=True, text=True)
            assert ended.returncode != 0 and ended.stderr.startswith("usage: "), path.name
