"""Rewriting a pack's manifest leaves its tensors alone."""

import json
import struct
import unittest

from media2face_training.manifest import entered, rewritten


def pack(manifest, tensors=b"\x01\x02\x03\x04"):
    header = {"__metadata__": {"media2face": json.dumps(manifest)},
              "a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + tensors


def parts(data):
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    return length, json.loads(header.pop("__metadata__")["media2face"]), header, data[8 + length :]


class Manifest(unittest.TestCase):
    def test_entries_are_set_by_their_path_and_the_rest_stays(self):
        made = entered({"name": "starter", "diffusion": {"steps": 8}}, {"diffusion.T": 500, "eyes.in": 24})
        self.assertEqual(made, {"name": "starter", "diffusion": {"steps": 8, "T": 500}, "eyes": {"in": 24}})

    def test_tensors_keep_their_bytes_and_an_aligned_start(self):
        old = pack({"name": "größer"})
        length, manifest, header, tensors = parts(rewritten(old, {"licence": "CC0-1.0"}))
        self.assertEqual(length % 8, 0)
        self.assertEqual(manifest, {"name": "größer", "licence": "CC0-1.0"})
        self.assertEqual((header, tensors), (parts(old)[2], parts(old)[3]))

    def test_reader_of_a_pack_with_ngrams_stays(self):
        header = {"__metadata__": {"configuration": "{}"}, "style_reader.moods": {"dtype": "F16", "shape": [1, 1], "data_offsets": [0, 2]}}
        text = json.dumps(header).encode()
        stage = struct.pack("<Q", len(text)) + text + b"xx"
        old = pack({"name": "starter", "ngrams": {}})
        self.assertEqual(rewritten(old, {}, stage), rewritten(old, {}))

    def test_stage_is_put_in_once_and_behind_the_other_tensors(self):
        header = {"__metadata__": {"configuration": json.dumps({"emotions": ["neutral"]})},
                  "style_reader.moods": {"dtype": "F16", "shape": [1, 1], "data_offsets": [0, 2]}}
        text = json.dumps(header).encode()
        stage = struct.pack("<Q", len(text)) + text + b"\x09\x08"
        once = rewritten(pack({"name": "starter"}), {}, stage)
        self.assertEqual(once, rewritten(once, {}, stage))
        _, manifest, tensors, data = parts(once)
        self.assertEqual(manifest, {"name": "starter", "style_reader": {"emotions": ["neutral"]}})
        self.assertEqual((tensors["a"]["data_offsets"], tensors["style_reader.moods"]["data_offsets"]), ([0, 4], [4, 6]))
        self.assertEqual(data, b"\x01\x02\x03\x04\x09\x08")


if __name__ == "__main__":
    unittest.main()
