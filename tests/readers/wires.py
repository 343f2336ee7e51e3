"""Faces that `m2f live` sends over loopback, read by packages that are not ours.

    python3 tests/readers/wires.py M2F

Needs pylivelinkface, python-osc and websockets from PyPI; what is missing is named and skipped. What a receiver should have got
is on the standard output of the same run: lines of JSON, which are compared with themselves last.
"""

import importlib
import json
import math
import os
import socket
import struct
import subprocess
import sys
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
# Bytes before the samples, and half a second of them: what waits in a socket while a receiver is slow.
SOUND = (ROOT / "samples/audio/hello.wav").read_bytes()[44 + 16_000 :][:16_000]
FRAMES = 30
RATE_HZ = 60
LOOPBACK = "127.0.0.1"
# How far the starter's eyes turn at a weight of 1.
EYES_RAD = {"In": math.radians(24), "Out": math.radians(24), "Up": math.radians(12), "Down": math.radians(20)}


class Missing(Exception):
    """A package that is not installed."""


def need(module, package):
    """The module, or a word on the package that brings it."""
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise Missing(f"{package} is missing (pip install {package})") from error


def f32(value):
    """The number as a receiver of 32 bits has it."""
    return struct.unpack("<f", struct.pack("<f", value))[0]


def matrix(yaw, pitch, roll):
    """R_y(yaw)·R_x(pitch)·R_z(roll), rows."""
    (sy, cy), (sx, cx), (sz, cz) = ((math.sin(a), math.cos(a)) for a in (yaw, pitch, roll))
    return [
        [cy * cz + sy * sx * sz, sy * sx * cz - cy * sz, sy * cx],
        [cx * sz, cx * cz, -sx],
        [cy * sx * sz - sy * cz, sy * sz + cy * sx * cz, cy * cx],
    ]


def matrix_of(x, y, z, w):
    """Of a unit quaternion, rows."""
    return [
        [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
        [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
        [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
    ]


def close(value, expected, what, tolerance=2e-6):
    assert abs(value - expected) <= tolerance, f"{what} is {value}, expected {expected}"


def close_matrix(a, b, what):
    for i in range(3):
        for j in range(3):
            close(a[i][j], b[i][j], f"{what}[{i}][{j}]")


def lower(name):
    return name[0].lower() + name[1:]


def live(*to):
    """A run that has the sound, and its lines."""
    arguments = [M2F, "live", "--fast-forward", "--quiet", "--to", "-"]
    for target in to:
        arguments += ["--to", target]
    done = subprocess.run(arguments, input=SOUND, capture_output=True, timeout=120)
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(lines) == FRAMES, len(lines)
    return lines


def received(target):
    """All datagrams of a run, each with its line."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind((LOOPBACK, 0))
        receiver.settimeout(10)
        lines = live(f"{target}:{LOOPBACK}:{receiver.getsockname()[1]}")
        return list(zip(lines, (receiver.recv(65536) for _ in lines)))


def live_link_face():
    package = need("pylivelinkface", "pylivelinkface")
    channels = list(package.FaceBlendShape)
    assert len(channels) == 61
    for frame, (line, datagram) in enumerate(received("livelink")):
        found, face = package.PyLiveLinkFace.decode(datagram)
        assert found, "the packet has no face for the receiver"
        assert (face.name, face.fps, face._denominator, face._version) == ("m2f", RATE_HZ, 1, 6)
        assert (face._frames, face._sub_frame) == (frame, 0.0), (face._frames, face._sub_frame)
        weights, got = line["weights"], {channel.name: face.get_blendshape(channel) for channel in channels}
        for channel in channels[:52]:
            close(got[channel.name], weights[lower(channel.name)], f"frame {frame}: {channel.name}")
        head = matrix(got["HeadYaw"], got["HeadPitch"], got["HeadRoll"])
        close_matrix(head, matrix_of(*line["head"][:4]), f"frame {frame}: head")

        def look(way, side):
            return weights[f"eyeLook{way}{side}"] * EYES_RAD[way]

        close(got["LeftEyeYaw"], look("Out", "Left") - look("In", "Left"), f"frame {frame}: left eye")
        close(got["RightEyeYaw"], look("In", "Right") - look("Out", "Right"), f"frame {frame}: right eye")
        for side in ("Left", "Right"):
            close(got[f"{side}EyePitch"], look("Down", side) - look("Up", side), f"frame {frame}: {side} eye")
            assert got[f"{side}EyeRoll"] == 0.0
    return "61 names and values of each frame"


def python_osc():
    bundles = need("pythonosc.osc_bundle", "python-osc")
    tail = ["/VMC/Ext/Blend/Apply", "/VMC/Ext/Bone/Pos", "/VMC/Ext/OK", "/VMC/Ext/T"]
    for frame, (line, datagram) in enumerate(received("vmc")):
        assert bundles.OscBundle.dgram_is_bundle(datagram)
        messages = [(message.address, message.params) for message in bundles.OscBundle(datagram)]
        assert [address for address, _ in messages] == ["/VMC/Ext/Blend/Val"] * 52 + tail
        weights = {lower(name): value for _, (name, value) in messages[:52]}
        assert weights == {name: f32(value) for name, value in line["weights"].items()}, f"frame {frame}"
        (bone, *pose), (ok,), (time_s,) = (params for _, params in messages[53:])
        assert (bone, ok, len(pose)) == ("Head", 1, 7)
        *rotation, x, y, z = line["head"]
        for value, expected in zip(pose, (-x / 1000, 0.08 + y / 1000, z / 1000)):
            close(value, expected, f"frame {frame}: position")
        # Mirrored in x: M·R·M with M = diag(−1, 1, 1).
        ours = matrix_of(*rotation)
        mirrored = [[ours[i][j] * (-1 if (i == 0) != (j == 0) else 1) for j in range(3)] for i in range(3)]
        close_matrix(matrix_of(*pose[3:]), mirrored, f"frame {frame}: rotation")
        close(time_s, frame / RATE_HZ, f"frame {frame}: time")
    return f"52 weights, head, state and time; bundles of {len(datagram)} bytes"


def web_socket():
    client = need("websockets.sync.client", "websockets")
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port = probe.getsockname()[1]
    arguments = [M2F, "live", "--quiet", "--to", f"ws:{LOOPBACK}:{port}"]
    process = subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    for _ in range(1000):
        try:
            connection = client.connect(f"ws://{LOOPBACK}:{port}")
            break
        except ConnectionRefusedError:
            assert process.poll() is None, process.stderr.read()
            time.sleep(0.02)

    # At its own pace: the face idles before, and the sound ends it.
    def speak():
        process.stdin.write(SOUND)
        process.stdin.close()

    speaker = threading.Thread(target=speak)
    speaker.start()
    with connection:
        lines = [json.loads(text) for text in connection]
    speaker.join()
    assert process.wait(60) == 0, process.stderr.read()
    return f"{check_lines(lines)}; closed by {connection.close_code}"


def ndjson():
    text = check_lines(live())
    process = subprocess.Popen([M2F, "live", "--quiet"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    process.stdout.readline()
    process.stdout.close()
    assert process.wait(60) == 0, "a closed pipe is an error"
    return f"{text}; a reader that stops early ends it in order"


def check_lines(lines):
    assert lines
    for line in lines:
        assert set(line) == {"sample", "time_s", "weights", "head"} and len(line["weights"]) == 52
        assert all(0.0 <= value <= 1.0 for value in line["weights"].values())
        close(sum(part * part for part in line["head"][:4]), 1.0, "the length of the quaternion", 1e-5)
    assert all(a["sample"] <= b["sample"] for a, b in zip(lines, lines[1:]))
    return "frames of 52 weights and the head"


def leave_out(reason, name):
    """Where the whole run tells what it left out."""
    path = os.environ.get("M2F_TEST_LEFT_OUT")
    if path:
        with open(path, "a", encoding="utf-8") as file:
            file.write(f"{reason}\t{name}\n")


def main():
    failed = False
    for check in (live_link_face, python_osc, web_socket, ndjson):
        name = check.__name__
        try:
            print(f"{name}: {check()}")
        except Missing as missing:
            print(f"{name}: skipped: {missing}")
            leave_out(str(missing), name)
        except (AssertionError, OSError, ValueError) as error:
            print(f"{name}: FAILED: {error!r}")
            failed = True
    return 1 if failed else 0


if __name__ == "__main__":
    M2F = sys.argv[1]
    sys.exit(main())
