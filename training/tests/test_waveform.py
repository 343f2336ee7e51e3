"""The waveform encoder: a pack's tensor names, frames and their places, pieces against the whole, its windows."""

import tempfile
import unittest
from pathlib import Path

import numpy as np
import torch
from media2face_training import stages
from media2face_training.speech.augment import microphones
from media2face_training.speech.heads import Heads
from media2face_training.speech.waveform import CHUNK, FIELD, HOP, KERNELS, SHAPE, STRIDES, WIDTHS, WaveEars, WaveEncoder

SMALL = SHAPE | dict(hidden=32, layers=1, ff=32, groups=4)


class Network(unittest.TestCase):
    def test_field_and_hop_are_those_of_its_convolutions(self):
        field, hop = 1, 1
        for kernel, stride in zip(KERNELS, STRIDES):
            field, hop = field + (kernel - 1) * hop, hop * stride
        self.assertEqual((field, hop), (FIELD, HOP))

    def test_names_are_those_that_packs_carry(self):
        names = set(WaveEncoder(**SMALL).state_dict())
        for name in ("feature_extractor.conv_layers.6.layer_norm.bias", "feature_extractor.conv_layers.0.conv.weight",
                     "feature_projection.projection.weight", "encoder.layer_norm.weight",
                     "encoder.pos_conv_embed.conv.parametrizations.weight.original0",
                     "encoder.layers.0.attention.q_proj.weight", "encoder.layers.0.final_layer_norm.weight",
                     "encoder.layers.0.feed_forward.intermediate_dense.bias"):
            self.assertIn(name, names)

    def test_half_as_many_bits_give_nearly_the_same_features(self):
        torch.manual_seed(0)
        net, x = WaveEncoder(**SHAPE).eval(), 0.1 * torch.randn(2, HOP * 50 + FIELD - HOP)
        with torch.no_grad():
            exact = net(x)
            with torch.autocast("cpu", torch.bfloat16):
                short = net(x).float()
        self.assertLess(float((short - exact).norm() / exact.norm()), 0.03)

    def test_it_is_what_transformers_calls_wav2vec2(self):
        try:
            from transformers import Wav2Vec2Config, Wav2Vec2Model
        except ImportError:
            self.skipTest("transformers is not installed")
        net = WaveEncoder(**SMALL)
        other = Wav2Vec2Model(Wav2Vec2Config(
            hidden_size=32, num_hidden_layers=1, num_attention_heads=SMALL["heads"], intermediate_size=32, conv_dim=WIDTHS,
            conv_kernel=KERNELS, conv_stride=STRIDES, conv_bias=True, feat_extract_norm="layer", do_stable_layer_norm=True,
            num_conv_pos_embeddings=SMALL["positions"], num_conv_pos_embedding_groups=SMALL["groups"])).eval()
        missing = other.load_state_dict(net.state_dict(), strict=False)
        self.assertEqual(([k for k in missing.missing_keys if "masked" not in k], missing.unexpected_keys), ([], []))
        x = torch.randn(2, 16000)
        torch.testing.assert_close(net.eval()(x), other(x).last_hidden_state, atol=1e-4, rtol=0)


class Microphones(unittest.TestCase):
    def setUp(self):
        self.x = np.random.default_rng(1).standard_normal((6, 4321)).astype(np.float32) * 0.1

    def test_silence_stays_silent_and_levels_within_reason(self):
        made = microphones(np.concatenate([self.x, np.zeros_like(self.x)]), np.random.default_rng(0))
        self.assertEqual((made.shape, made.dtype), ((12, 4321), np.float32))
        self.assertEqual(np.abs(made[6:]).max(), 0)
        ratios = made[:6].std(1) / self.x.std(1)
        self.assertTrue((ratios > 0.02).all() and (ratios < 8).all(), ratios)

    def test_it_repeats_from_its_seed_and_keeps_times(self):
        one, other = (microphones(self.x, np.random.default_rng(seed)) for seed in (3, 4))
        np.testing.assert_array_equal(one, microphones(self.x, np.random.default_rng(3)))
        self.assertFalse(np.array_equal(one, other))
        click = np.zeros((8, 4321), np.float32)
        click[:, 2000] = 1
        np.testing.assert_array_equal(np.abs(microphones(click, np.random.default_rng(5))).argmax(1), 2000)


class Pieces(unittest.TestCase):
    def setUp(self):
        torch.manual_seed(0)
        self.folder = tempfile.TemporaryDirectory()
        heads = Heads(SMALL["hidden"])
        stages.save_stage(Path(self.folder.name) / "waveform.safetensors", dict(
            encoder=WaveEncoder(**SMALL).state_dict(), heads=heads.state_dict()), dict(shape=SMALL))
        self.ears = WaveEars(self.folder.name, heads)

    def tearDown(self):
        self.folder.cleanup()

    def test_a_clip_no_longer_than_a_piece_is_heard_at_once(self):
        x = self.ears.mels(np.random.default_rng(0).normal(0, 0.1, HOP * 40))
        self.assertEqual(len(x), HOP * 40 + FIELD - HOP)
        whole = self.ears.encoder(torch.from_numpy(x)[None])[0]
        torch.testing.assert_close(self.ears.whole(x), whole)

    def test_a_stream_hears_nothing_later_than_it_may(self):
        rng = np.random.default_rng(1)
        x = rng.normal(0, 0.1, HOP * (CHUNK + 60)).astype(np.float32)
        y = x.copy()
        y[HOP * 101 + FIELD :] = rng.normal(0, 0.1, len(y) - HOP * 101 - FIELD)
        a, b = (self.ears.chunked(self.ears.mels(v), 0.2, 10) for v in (x, y))
        self.assertEqual(len(a), CHUNK + 60)
        torch.testing.assert_close(a[:90], b[:90])
        self.assertGreater(float((a[110:] - b[110:]).abs().max()), 1e-3)


if __name__ == "__main__":
    unittest.main()
