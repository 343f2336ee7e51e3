"""The part of the add-on that needs no Blender: python3 -m unittest, in this folder."""

import json
import math
import os
import random
import stat
import struct
import sys
import tempfile
import time
import types
import unittest
from fractions import Fraction

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))

from media2face_blender.core import command, curves, files, mapping, tables, timing, turns, wheel  # noqa: E402
from media2face_blender.core.options import Options  # noqa: E402
from media2face_blender.core.track import FaceError, Track  # noqa: E402

HEAD = ["headX", "headY", "headZ", "headW", "headRight_mm", "headUp_mm", "headFront_mm"]
EYES = ["eyeLeftYaw_rad", "eyeLeftPitch_rad", "eyeRightYaw_rad", "eyeRightPitch_rad"]


def curve_file(channels, rows, frame_rate=(30, 1), **more):
    header = json.dumps({"frames": len(rows), "frame_rate": frame_rate, "channels": channels, **more}).encode()
    header += b" " * (-(12 + len(header)) % 64)
    values = [value for row in rows for value in row]
    return b"M2FCURV1" + struct.pack("<I", len(header)) + header + struct.pack(f"<{len(values)}e", *values)


class Curves(unittest.TestCase):
    ROW = [0.5, 0.25, 0, 0, 0, 1, 1, 2, 3, 0.125, 0, 0, -0.125]

    def test_values_come_under_their_names(self):
        data = curve_file(["jawOpen", "tongueOut", *HEAD, *EYES], [self.ROW, self.ROW], (30000, 1001), provenance={"seed": 7})
        track = curves.parse(data, "a")
        self.assertEqual(
            (track.names, track.rate, track.seed, len(track)), (["jawOpen", "tongueOut"], Fraction(30000, 1001), 7, 2)
        )
        self.assertEqual((track.weights[1], track.heads[0]), ([0.5, 0.25], [0, 0, 0, 1, 1, 2, 3]))
        self.assertEqual(track.angles()[1], [0.125, 0, 0, -0.125])

    def test_without_eyes(self):
        track = curves.parse(curve_file(["jawOpen", *HEAD], [[0.5, 0, 0, 0, 1, 0, 0, 0]]), "a")
        self.assertIsNone(track.angles())

    def test_whatever_is_cut_or_changed_is_an_error(self):
        data = curve_file(["jawOpen", *HEAD], [[0.5, 0, 0, 0, 1, 0, 0, 0]] * 3)
        for length in range(len(data)):
            with self.assertRaises(FaceError, msg=f"{length} bytes"):
                curves.parse(data[:length], "a")
        with self.assertRaisesRegex(FaceError, "a is cut"):
            curves.parse(data + b"\0", "a")
        dice = random.Random(7)
        for _ in range(2000):
            changed = bytearray(data)
            for _ in range(dice.randint(1, 4)):
                changed[dice.randrange(8, len(data))] = dice.randrange(256)
            try:
                curves.parse(bytes(changed), "a")
            except FaceError:
                pass


class Tables(unittest.TestCase):
    JSON = {
        "frame_rate": [24000, 1001],
        "seed": 3,
        "names": ["jawOpen"],
        "weights": [[0.5], [0.25]],
        "head": [{"rotation": [0, 0, 0, 1], "translation_mm": [1, 2, 3]}] * 2,
    }

    def test_json(self):
        track = tables.parse_json(json.dumps(self.JSON), "a")
        self.assertEqual((track.rate, track.seed, track.heads[1]), (Fraction(24000, 1001), 3, [0, 0, 0, 1, 1, 2, 3]))
        for broken in (
            "{",
            "[]",
            "{}",
            json.dumps({**self.JSON, "weights": [[1, 2], [1]]}),
            json.dumps({**self.JSON, "frame_rate": [1, 0]}),
        ):
            with self.assertRaises(FaceError, msg=broken):
                tables.parse_json(broken, "a")

    def test_table(self):
        text = "time_s,jawOpen," + ",".join(HEAD) + "\n0.000000,0.5,0,0,0,1,0,0,0\n0.033367,0.25,0,0,0,1,0,0,5\n"
        track = tables.parse_csv(text, "a")
        self.assertEqual((track.rate, track.weights, track.heads[1][6]), (Fraction(30000, 1001), [[0.5], [0.25]], 5))

    def live_link(self, count, mark=":"):
        rows = [f"00:00:{i // 30:02}{mark}{i % 30:02}.000,61,0.5,0.1,0.2,0.3,0.01,0.02,0,0.03,0.04,0" for i in range(count)]
        eyes = "LeftEyeYaw,LeftEyePitch,LeftEyeRoll,RightEyeYaw,RightEyePitch,RightEyeRoll"
        return "\n".join([f"Timecode,BlendShapeCount,JawOpen,HeadYaw,HeadPitch,HeadRoll,{eyes}", *rows])

    def test_live_link(self):
        track = tables.parse_csv(self.live_link(40), "a")
        self.assertEqual((track.names, track.rate, track.angles()[0]), (["jawOpen"], 30, [0.01, 0.02, 0.03, 0.04]))
        self.assertEqual(tables.parse_csv(self.live_link(40, ";"), "a").rate, Fraction(30000, 1001))
        with self.assertRaisesRegex(FaceError, "too short to tell its frame rate"):
            tables.parse_csv(self.live_link(20), "a")
        self.assertEqual(tables.parse_csv(self.live_link(20), "a", 60).rate, 60)

    def test_what_is_no_table(self):
        good = self.live_link(40)
        for text, says in [
            ("", "no frames"),
            ("Timecode\n", "no frames"),
            ("a,b\n1,2", "neither Timecode nor time_s"),
            (good.replace("HeadYaw", "Other"), "no column HeadYaw"),
            (good.replace("0.5", "half", 1), "line 2"),
            (good.replace("0.5", "nan", 1), "line 2: a number is not finite"),
            (good[:-3], "line 41"),
            (good.replace("00:00:01:00", "noon"), "'noon.000' is no timecode"),
        ]:
            with self.assertRaisesRegex(FaceError, says):
                tables.parse_csv(text, "a")

    def test_quaternions_turn_by_yaw_then_pitch_then_roll(self):
        yaw, pitch, roll = 0.3, -0.2, 0.4
        x, y, z, w = tables.quaternion(yaw, pitch, roll)
        # The columns of R that the library reads the angles from.
        self.assertAlmostEqual(2 * (w * x - y * z), math.sin(pitch))
        self.assertAlmostEqual(2 * (x * z + w * y), math.sin(yaw) * math.cos(pitch))
        self.assertAlmostEqual(2 * (x * y + w * z), math.cos(pitch) * math.sin(roll))

    def test_rates_by_their_names(self):
        for hz, rate in [
            (29.97, Fraction(30000, 1001)),
            (23.976, Fraction(24000, 1001)),
            (30, 30),
            (12.5, Fraction(25, 2)),
            (60.0001, 60),
        ]:
            self.assertEqual(tables.named_rate(hz), rate)


class Mappings(unittest.TestCase):
    def test_spellings(self):
        for name in ("jawOpen", "JawOpen", "jaw_open", "Jaw Open", "jaw-open"):
            self.assertEqual(mapping.plain(name), "jawopen")
        for name in ("eyeBlinkLeft", "eyeBlink_L", "EyeBlink.L", "eye_blink_left"):
            self.assertEqual(mapping.plain(name), "eyeblinkleft")

    def test_names_prefixes_tables(self):
        keys = ["JawOpen", "Blink.L", "Blink.R", "face_mouthClose", "Kiss"]
        channels = ["jawOpen", "eyeBlinkLeft", "mouthClose", "mouthPucker", "mouthFunnel"]
        self.assertEqual(mapping.Mapping().resolve(channels, keys), [(0, "JawOpen", 1.0)])
        self.assertEqual(mapping.Mapping("face_").resolve(channels, keys), [(2, "face_mouthClose", 1.0)])
        text = '{"eyeBlinkLeft": ["Blink.L", "Blink.R"], "mouthPucker": {"Kiss": 0.5}, "mouth_funnel": "Kiss", "jawOpen": null, "x": "Kiss"}'
        table = mapping.parse(text, "a")
        self.assertEqual(
            table.resolve(channels, keys), [(1, "Blink.L", 1.0), (1, "Blink.R", 1.0), (3, "Kiss", 0.5), (4, "Kiss", 1.0)]
        )
        self.assertEqual(table.unknown(channels), ["x"])
        track = Track(channels, 30, [[0, 0.5, 0, 0.25, 0.125]], [[0, 0, 0, 1, 0, 0, 0]])
        self.assertEqual(mapping.values(track, table.resolve(channels, keys))["Kiss"], [0.25])

    def test_what_is_no_mapping(self):
        for text in ("", "[]", '{"jawOpen": 3}', '{"jawOpen": {"a": "b"}}'):
            with self.assertRaises(FaceError):
                mapping.parse(text, "a")


class Times(unittest.TestCase):
    def test_rates_of_scenes(self):
        single = struct.unpack("<f", struct.pack("<f", 1.001))[0]
        self.assertEqual(timing.scene_rate(24, single), Fraction(24000, 1001))
        self.assertEqual(timing.scene_rate(30, 1.0), 30)
        self.assertEqual(timing.scene_rate(25, 2.0), Fraction(25, 2))

    def test_frames(self):
        track = Track(["a"], 30, [[0]] * 31, [[0, 0, 0, 1, 0, 0, 0]] * 31)
        self.assertEqual(timing.frames_of(track, Fraction(30)), list(range(31)))
        self.assertEqual(timing.frames_of(track, Fraction(24))[5], 4)
        self.assertEqual(timing.frames_of(track, Fraction(24000, 1001))[30], 24000 / 1001)

    def test_parts(self):
        self.assertEqual(timing.Place(10).span(50), (0, 50))
        self.assertEqual(timing.Place(10, 15, 40).span(50), (5, 30))
        self.assertEqual(timing.Place(10, 15, 90).span(50), (5, 50))
        self.assertEqual(timing.Place(10, 60, 90).span(50), (50, 50))


class Turns(unittest.TestCase):
    def test_axes(self):
        """Up becomes +Z, out of the face -Y; the left stays."""
        self.assertEqual(
            [turns.to_blender(axis) for axis in ([1, 0, 0], [0, 1, 0], [0, 0, 1])], [[1, 0, 0], [0, 0, 1], [0, -1, 0]]
        )
        self.assertEqual(turns.head_move([0, 0, 0, 1, 10, 20, 30]), [0.01, -0.03, 0.02])

    def test_eyes_without_roll(self):
        w, x, y, z = turns.eye_turn(0.3, 0.4)
        self.assertAlmostEqual(w, math.cos(0.25))
        self.assertAlmostEqual(math.atan2(math.hypot(x, z), w) * 2, 0.5)
        self.assertEqual((y, turns.eye_turn(0, 0)), (0, [1, 0, 0, 0]))

    def test_shares(self):
        turn = turns.scaled([math.cos(0.2), 0, math.sin(0.2), 0], 0.5)
        self.assertAlmostEqual(turn[0], math.cos(0.1))
        self.assertEqual(turns.scaled([1, 0, 0, 0], 3), [1, 0, 0, 0])
        self.assertAlmostEqual(turns.scaled([-math.cos(0.2), 0, -math.sin(0.2), 0], 1)[2], math.sin(0.2))

    def test_bones(self):
        """A bone along +Z of the armature: its own Y."""
        rest = [[1, 0, 0], [0, 0, -1], [0, 1, 0]]
        self.assertEqual(turns.in_bone([0.5, 0, 0, 1], rest), [0.5, 0, 1, 0])

    def test_signs(self):
        rows = turns.continuous([[1, 0, 0, 0], [-0.9, 0.1, 0, 0], [-1, 0, 0, 0]])
        self.assertEqual([row[0] for row in rows], [1, 0.9, 1])

    def test_angles_of_look_weights(self):
        names = [f"eyeLook{way}{side}" for side in ("Left", "Right") for way in ("In", "Out", "Up", "Down")]
        track = Track(names, 30, [[0.5, 0, 0, 1, 0, 0.5, 0.25, 0]], [[0, 0, 0, 1, 0, 0, 0]])
        self.assertEqual(track.angles((0.4, 0.8, 0.2, 0.6)), [[-0.2, 0.6, -0.4, -0.05]])


SPEAKS = """#!/usr/bin/env python3
import json, os, sys
line = sys.argv[1:]
out, stem = line[line.index("--out") + 1], os.path.splitext(os.path.basename(line[1]))[0]
sys.stderr.write("\\x1b[2K    motion [####----]  50 %  0:00:01\\r")
sys.stderr.write("warning: the style says nothing\\n")
rate = line[line.index("--fps") + 1]
n, d = (rate.split("/") + ["1"])[:2]
head = {"rotation": [0, 0, 0, 1], "translation_mm": [0, 0, 0]}
told = {"frame_rate": [int(n), int(d)], "seed": 7, "names": ["jawOpen"], "weights": [[0.5]], "head": [head], "line": line}
json.dump(told, open(f"{out}/{stem}.json", "w"))
row = "Timecode,BlendShapeCount,JawOpen,HeadYaw,HeadPitch,HeadRoll,LeftEyeYaw,LeftEyePitch,RightEyeYaw,RightEyePitch"
open(f"{out}/{stem}.csv", "w").write(row + "\\n00:00:00:00.000,61,0.5,0,0,0,0.1,0.2,0.3,0.4\\n")
"""


class Commands(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def program(self, text):
        path = os.path.join(self.folder.name, "m2f")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, os.stat(path).st_mode | stat.S_IEXEC)
        return path

    def ended(self, work):
        while not work.poll():
            time.sleep(0.01)
        return work

    def test_faces_warnings_progress(self):
        work = self.ended(
            command.Work(self.program(SPEAKS), "take 1.wav", Options(rate=Fraction(24000, 1001), style="-sad", seed=7))
        )
        self.assertEqual((work.track.rate, work.track.seed, work.track.weights), (Fraction(24000, 1001), 7, [[0.5]]))
        self.assertEqual((work.track.eyes, work.warnings), ([[0.1, 0.2, 0.3, 0.4]], ["the style says nothing"]))
        self.assertEqual((work.stage, work.fraction), ("motion", 1.0))
        self.assertFalse(os.path.exists(work._folder))

    def test_the_command_s_own_words(self):
        work = command.Work(self.program("#!/bin/sh\necho 'error: the sound is no sound' >&2\nexit 1\n"), "a.wav", Options())
        with self.assertRaisesRegex(FaceError, "^m2f: the sound is no sound$"):
            self.ended(work)
        self.assertFalse(os.path.exists(work._folder))
        with self.assertRaisesRegex(FaceError, "status 3"):
            self.ended(command.Work(self.program("#!/bin/sh\nexit 3\n"), "a.wav", Options()))
        with self.assertRaisesRegex(FaceError, "cannot be read"):
            self.ended(command.Work(self.program("#!/bin/sh\nexit 0\n"), "a.wav", Options()))
        with self.assertRaisesRegex(FaceError, "cannot be started"):
            command.Work(self.program("no program"), "a.wav", Options())

    def test_cancel_ends_the_process(self):
        for text in ("#!/bin/sh\nexec sleep 600\n", "#!/bin/sh\ntrap '' TERM\nwhile :; do sleep 0.1; done\n"):
            work = command.Work(self.program(text), "a.wav", Options())
            self.assertFalse(work.poll())
            work.cancel()
            self.assertIsNotNone(work._process.poll())
            self.assertFalse(os.path.exists(work._folder))
            with self.assertRaisesRegex(FaceError, "cancelled"):
                work.poll()

    def test_it_is_looked_for(self):
        path, os.environ["PATH"] = os.environ["PATH"], self.folder.name
        try:
            with self.assertRaisesRegex(FaceError, "looked for on the PATH"):
                command.find()
            self.program(SPEAKS)
            self.assertEqual(command.find(), os.path.join(self.folder.name, "m2f"))
        finally:
            os.environ["PATH"] = path
        with self.assertRaisesRegex(FaceError, "preferences"):
            command.find(os.path.join(self.folder.name, "none"))

    def test_arguments(self):
        line = command.arguments(
            "m2f", "a.wav", "out", Options(style=" happy ", strength=0.5, identity="chie", pack="p.m2f", seed=3)
        )
        self.assertEqual(line[:4], ["m2f", "animate", "a.wav", "--out"])
        for words in (
            ["--style=happy", "--strength", "0.5"],
            ["--seed", "3"],
            ["--identity=chie"],
            ["--model", "p.m2f"],
            ["--fps", "30"],
        ):
            self.assertIn(" ".join(words), " ".join(line))
        self.assertNotIn("--seed", command.arguments("m2f", "a.wav", "out", Options()))


class Packages(unittest.TestCase):
    """Failures of a package that stands in for media2face; check.py runs the real one where it is installed."""

    def ended(self, work):
        while not work.poll():
            time.sleep(0.01)
        return work

    def test_its_own_words(self):
        def fails(*_, **__):
            raise ValueError("the audio is empty")

        package = types.SimpleNamespace(default_model=lambda: types.SimpleNamespace(animate=fails))
        with self.assertRaisesRegex(FaceError, "^media2face: the audio is empty$"):
            self.ended(wheel.Work(package, [], 16000, Options()))
        with self.assertRaisesRegex(FaceError, "is no mix"):
            self.ended(wheel.Work(package, [], 16000, Options(identity="a=b")))

    def test_cancel(self):
        def works(*_, progress, **__):
            while True:
                progress(types.SimpleNamespace(stage="motion", fraction=0.5))
                time.sleep(0.01)

        package = types.SimpleNamespace(default_model=lambda: types.SimpleNamespace(animate=works))
        work = wheel.Work(package, [], 16000, Options())
        time.sleep(0.05)
        self.assertEqual((work.poll(), work.stage, work.fraction), (False, "motion", 0.5))
        work.cancel()
        with self.assertRaisesRegex(FaceError, "cancelled"):
            work.poll()

    def test_a_package_that_is_broken_is_told(self):
        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(folder, "media2face.py"), "w", encoding="utf-8") as file:
                file.write("import a_module_that_is_not_there")
            sys.path.insert(0, folder)
            try:
                with self.assertRaisesRegex(FaceError, "a_module_that_is_not_there"):
                    wheel.find()
            finally:
                sys.path.remove(folder)
                sys.modules.pop("media2face", None)


class Files(unittest.TestCase):
    def test_kinds_and_failures(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "a")
            for data, names in [
                (curve_file(["jawOpen", *HEAD], [[0.5, 0, 0, 0, 1, 0, 0, 0]]), ["jawOpen"]),
                (json.dumps(Tables.JSON).encode(), ["jawOpen"]),
                (b"\xef\xbb\xbf" + Tables().live_link(40).encode(), ["jawOpen"]),
            ]:
                with open(path, "wb") as file:
                    file.write(data)
                self.assertEqual(files.read(path).names, names)
            with open(path, "wb") as file:
                file.write(b"RIFF\xff\xfe")
            with self.assertRaisesRegex(FaceError, "no file of curves"):
                files.read(path)
            with self.assertRaisesRegex(FaceError, "cannot be read"):
                files.read(folder)


if __name__ == "__main__":
    unittest.main()
