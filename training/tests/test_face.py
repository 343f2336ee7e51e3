"""The face: parts, rasteriser, shading, expressions, mapping networks, vision encoders, the gates' measures."""

import tempfile
import unittest
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import torch

from media2face_training.config import GNPFA
from media2face_training.face import expressions, gate, parts, pictures, shading, train_vision
from media2face_training.face.head import attach
from media2face_training.face.networks import OUTPUTS, cycle_error, geometry, tensor, unit_variance, vision
from media2face_training.face.raster import BACKGROUND, normals, rasterise
from media2face_training.face.samples import Reader
from media2face_training.face.train_mappings import channel_weights, train
from media2face_training.modules import mapping
from media2face_training.stages import save_stage
from media2face_training.vocabulary import ARKIT


def ball(count=400, seed=0):
    """Points on a sphere of radius 1 and their hull's triangles, counter-clockwise seen from outside."""
    from scipy.spatial import ConvexHull

    points = np.random.default_rng(seed).normal(size=(count, 3))
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    triangles = ConvexHull(points).simplices
    a, b, c = (points[triangles[:, k]] for k in range(3))
    inwards = (np.cross(b - a, c - a) * a).sum(1) < 0
    triangles[inwards] = triangles[inwards][:, [0, 2, 1]]
    return points, triangles


def brute_force(screen, depth, triangles, height, width):
    """The same picture, pixel by pixel and triangle by triangle."""
    seen = np.full((height, width), BACKGROUND)
    for i in range(height):
        for j in range(width):
            best = -np.inf
            for t, corners in enumerate(triangles):
                (x0, y0), (x1, y1), (x2, y2) = screen[corners]
                area = (x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0)
                if area >= 0:
                    continue
                x, y = j + 0.5 - x0, i + 0.5 - y0
                b, c = (x * (y2 - y0) - (x2 - x0) * y) / area, ((x1 - x0) * y - x * (y1 - y0)) / area
                near = depth[corners] @ [1 - b - c, b, c]
                if min(1 - b - c, b, c) >= 0 and near > best:
                    best, seen[i, j] = near, t
    return seen


class Raster(unittest.TestCase):
    def setUp(self):
        self.points, self.triangles = ball(60)
        behind = self.points * 0.7 + [0.5, 0.2, -0.3]
        self.triangles = np.concatenate([self.triangles, self.triangles + len(self.points)])
        self.points = np.concatenate([self.points, behind])
        self.screen = np.stack([12 + 9 * self.points[:, 0], 10 - 9 * self.points[:, 1]], 1)

    def test_sees_what_a_loop_over_pixels_and_triangles_sees(self):
        seen = rasterise(self.screen, self.points[:, 2], self.triangles, 20, 26)
        wanted = brute_force(self.screen, self.points[:, 2], self.triangles, 20, 26)
        np.testing.assert_array_equal(seen.triangle, wanted)
        self.assertGreater(seen.hit.mean(), 0.3)

    def test_weights_give_the_pixels_own_position(self):
        seen = rasterise(self.screen, self.points[:, 2], self.triangles, 20, 26)
        place = seen.interpolate(self.triangles, self.screen)
        rows, columns = np.where(seen.hit)
        np.testing.assert_allclose(place, np.stack([columns, rows], 1) + 0.5, atol=1e-4)

    def test_normals_of_a_ball_point_outwards(self):
        points, triangles = ball(600)
        self.assertGreater((normals(points, triangles) * points).sum(1).min(), 0.95)


class Shading(unittest.TestCase):
    def setUp(self):
        points, triangles = ball(40)
        screen = np.stack([6 + 5 * points[:, 0], 6 - 5 * points[:, 1]], 1)
        seen = rasterise(screen, points[:, 2], triangles, 12, 12)
        self.vertices = torch.tensor(points[None])
        self.triangles = torch.tensor(triangles).long()
        self.seen = torch.tensor(seen.triangle[seen.hit][None]).long()
        self.weights = torch.tensor(seen.weights[seen.hit][None].astype(float))
        lights = torch.tensor([[[0.3, 0.4, 0.8], [-0.5, 0.1, 0.9]]]).double()
        self.lights = torch.nn.functional.normalize(lights, dim=-1)

    def shade(self, vertices):
        return shading.shade(vertices, self.triangles, self.seen, self.weights, self.lights)

    def test_gradient_is_that_of_finite_differences(self):
        rng = np.random.default_rng(1)
        wanted = self.shade(self.vertices + 0.05 * torch.tensor(rng.normal(size=self.vertices.shape)))
        vertices = self.vertices.clone().requires_grad_()

        def loss(v):
            return ((self.shade(v) - wanted) ** 2).mean()

        loss(vertices).backward()
        direction = torch.tensor(rng.normal(size=vertices.shape))
        step = 1e-6
        with torch.no_grad():
            slope = (loss(vertices + step * direction) - loss(vertices - step * direction)) / (2 * step)
        got = (vertices.grad * direction).sum().item()
        self.assertAlmostEqual(got, slope.item(), delta=1e-6 + 1e-4 * abs(slope.item()))
        self.assertGreater(abs(slope.item()), 1e-4)

    def test_normals_agree_with_the_rasterisers(self):
        got = shading.vertex_normals(self.vertices, self.triangles)[0].numpy()
        np.testing.assert_allclose(got, normals(self.vertices[0].numpy(), self.triangles.numpy()), atol=1e-6)


class Parts(unittest.TestCase):
    def setUp(self):
        # A disc of rings around a hole; the innermost ring of triangles lies off the chart.
        rings, sectors = 12, 16
        angle = 2 * np.pi * np.arange(sectors) / sectors
        around = np.stack([np.cos(angle), np.sin(angle)], 1)
        points = np.concatenate([np.c_[around * (1 + r), np.zeros(sectors)] for r in range(rings)])
        self.triangles = np.array([t for r in range(rings - 1) for s in range(sectors) for t in (
            [r * sectors + s, (r + 1) * sectors + s, (r + 1) * sectors + (s + 1) % sectors],
            [r * sectors + s, (r + 1) * sectors + (s + 1) % sectors, r * sectors + (s + 1) % sectors])])
        self.points, self.on_chart = points, np.arange(len(points)) >= sectors
        self.kind = parts.classify(self.triangles, self.on_chart, points, np.zeros(3))

    def test_rings_around_the_hole_are_lips(self):
        radius = np.linalg.norm(self.points[self.triangles].mean(1), axis=1)
        inner, lips = self.kind == parts.MOUTH, self.kind == parts.LIPS
        self.assertLess(radius[inner].max(), radius[lips].min())
        self.assertLess(radius[lips].max(), radius[self.kind == parts.SKIN].min())
        self.assertEqual(lips.sum(), 2 * 16 * parts.LIP_RINGS)

    def test_a_split_mesh_is_the_same_surface_in_ranges(self):
        tail = np.array([[9.0, 9, 9], [9, 8, 9], [8, 9, 9]])
        count, total = len(self.points), len(self.points) + 3
        average = np.concatenate([self.points, tail])
        triangles = np.concatenate([self.triangles, [[count, count + 1, count + 2]]])
        asset = dict(triangles=triangles, average=average, base=average.copy(), upper_share=np.arange(total),
                     uv=average[:, :2].copy(), gather_index=np.arange(total)[:, None],
                     gather_weight=np.ones((total, 1)),
                     basis=average[None].copy(), units=average[None].copy(), marks=np.arange(count), lip=np.arange(5),
                     upper=np.arange(3), lip_inner=np.array([[1, 2]]), eye_vertices=np.array([count]),
                     raster_index=np.arange(total)[:, None])
        whole = [dict(name="skin", vertices=[0, count], triangles=[0, len(self.triangles)]),
                 dict(name="eye", vertices=[count, total], triangles=[len(self.triangles), len(triangles)])]
        new = parts.split(asset, whole, self.kind)
        self.assertEqual([p["name"] for p in new], ["skin", "lips", "mouth", "eye"])
        after = {tuple(map(tuple, t)) for t in asset["average"][asset["triangles"]]}
        self.assertEqual(after, {tuple(map(tuple, t)) for t in average[triangles]})
        next_vertex = next_triangle = 0
        for part in new:
            self.assertEqual([part["vertices"][0], part["triangles"][0]], [next_vertex, next_triangle])
            (first, next_vertex), next_triangle = part["vertices"], part["triangles"][1]
            own = asset["triangles"][slice(*part["triangles"])]
            self.assertTrue((own >= first).all() and (own < next_vertex).all())
        np.testing.assert_array_equal(asset["average"][asset["marks"]], average[:count])
        np.testing.assert_array_equal(asset["average"][asset["eye_vertices"]], tail[:1])


class Renumbering(unittest.TestCase):
    def test_lists_name_the_same_places_where_a_part_before_them_is_gone(self):
        part = lambda name, first, end: dict(name=name, vertices=[first, end], triangles=[first // 3, end // 3], follow="map")
        numbers = np.arange(9)
        asset = dict(parts=np.array([part("skin", 0, 3), part("teeth", 3, 6), part("tongue", 6, 9)], dtype=object),
                     triangles=numbers.reshape(3, 3), average=np.stack([numbers] * 3, 1).astype(np.float32), eye_vertices=np.array([1]),
                     raster_index=np.array([[0, 1, 2], [6, 7, 8]], np.int32), **{"follow/teeth/index": np.array([2], np.int32)})
        for name, axis in attach.PER_VERTEX.items():
            asset.setdefault(name, np.zeros((9, 2) if axis == 0 else (1, 9, 3), np.float32))
        figure = attach.Figure(asset)
        figure.remove(["teeth"])
        seen = figure.asset["average"][figure.asset["raster_index"]][..., 0]
        self.assertEqual(seen.tolist(), [[0, 1, 2], [6, 7, 8]])
        self.assertEqual(figure.asset["triangles"].tolist(), [[0, 1, 2], [3, 4, 5]])
        with self.assertRaisesRegex(ValueError, "raster_index names vertices that are gone"):
            figure.remove(["tongue"])


class Expressions(unittest.TestCase):
    def test_mirrored_twice_is_itself(self):
        weights = np.random.default_rng(0).random((5, len(ARKIT)))
        np.testing.assert_array_equal(expressions.swap_sides(expressions.swap_sides(weights)), weights)
        one = np.zeros((1, len(ARKIT)))
        one[0, ARKIT.index("eyeLookInLeft")] = 1
        self.assertEqual(np.argmax(expressions.swap_sides(one)), ARKIT.index("eyeLookInRight"))

    def test_few_units_are_few_and_the_jaw_opens_what_the_lips_close(self):
        weights = expressions.few_units(np.random.default_rng(0), 2000)
        active = (weights > 0).sum(1)
        self.assertTrue(((active >= 1) & (active <= 7)).all() and (weights <= 1).all())
        close, jaw = weights[:, ARKIT.index("mouthClose")], weights[:, ARKIT.index("jawOpen")]
        self.assertTrue((jaw >= close).all() and (close > 0).any())

    def test_moving_channels_are_those_that_vary(self):
        weights = np.zeros((100, len(ARKIT)), np.float32)
        weights[::2, 3], weights[:, 4] = 0.5, 0.9
        self.assertEqual(expressions.moving(weights).tolist(), [3])


class Mappings(unittest.TestCase):
    def test_shapes_and_size(self):
        m, back = mapping(52, GNPFA["d_z"]), mapping(GNPFA["d_z"], 52)
        self.assertEqual(back(m(torch.zeros(3, 52))).shape, (3, 52))
        self.assertLessEqual(sum(p.numel() for net in (m, back) for p in net.parameters()), 200_000)

    def test_unit_variance_of_every_linear_layer(self):
        torch.manual_seed(0)
        x = torch.rand(500, 52) * 0.1
        out = unit_variance(net := mapping(52, 48), x)
        self.assertAlmostEqual((out - out.mean(0)).std().item(), 1, places=4)
        torch.testing.assert_close(net(x), out, atol=1e-4, rtol=1e-4)

    def test_a_short_training_lowers_the_cycle_error(self):
        class Few:
            def __init__(self):
                self.rng = np.random.default_rng(0)

            def draw(self, count):
                return expressions.few_units(self.rng, count)

        torch.manual_seed(0)
        held = expressions.few_units(np.random.default_rng(1), 200)
        short = [cycle_error(*train(Few(), steps, 64, report=lambda _: None), held).mean() for steps in (1, 120)]
        self.assertLess(short[1], 0.6 * short[0])

    def test_small_channels_count_more(self):
        weights = np.zeros((10, len(ARKIT)), np.float32)
        weights[::2, ARKIT.index("browInnerUp")], weights[::2, ARKIT.index("eyeBlinkLeft")] = 0.1, 0.9
        importance = channel_weights(weights)
        self.assertGreater(importance[ARKIT.index("browInnerUp")], importance[ARKIT.index("eyeBlinkLeft")])


class Networks(unittest.TestCase):
    def test_sizes_keep_the_packs_limits(self):
        generator, encoder = (sum(p.numel() for p in net.parameters()) for net in geometry())
        self.assertLessEqual(generator, 1_450_000)
        self.assertLessEqual(encoder, 650_000)
        for outputs in OUTPUTS.values():
            self.assertLessEqual(sum(p.numel() for p in vision(outputs).parameters()), 300_000)

    def test_the_two_vision_encoders_give_what_both_in_one_gave(self):
        torch.manual_seed(0)
        both = vision(sum(OUTPUTS.values()))
        train_vision.prepare(both)
        x = torch.randn(2, 3, 64, 64)
        encoders = []
        states = train_vision.cut(both.state_dict())
        with tempfile.TemporaryDirectory() as folder:  # a stage holds both: no tensor of one may be the other's
            save_stage(Path(folder) / "vision.safetensors", states, {})
        for part, state in states.items():
            encoders.append(own := vision(OUTPUTS[part]))
            own.load_state_dict(state)
        self.assertEqual([p(x).shape[1] for p in encoders], [GNPFA["d_z"], 3])
        torch.testing.assert_close(torch.cat([p(x) for p in encoders], 1), both(x))
        torch.testing.assert_close(train_vision.joined(states), dict(both.state_dict()))

    def test_the_last_layer_settles_where_the_error_is_least(self):
        torch.manual_seed(0)
        model = vision(2)
        images = np.random.default_rng(0).integers(0, 255, (60, 64, 64, 3), np.uint8)
        targets = torch.randn(60, 2)
        errors = [((model(tensor(images)) - targets) ** 2).mean().item()]
        train_vision.settle(model, images, targets)
        errors.append(((model(tensor(images)) - targets) ** 2).mean().item())
        self.assertLess(errors[1], 0.5 * errors[0])

    def test_reader_gathers_texels(self):
        face = SimpleNamespace(asset=dict(gather_index=np.array([[0, 5], [3, 3]]),
                                          gather_weight=np.array([[0.25, 0.75], [0.5, 0.5]], np.float32)))
        maps = torch.arange(24.0).reshape(1, 3, 2, 4)
        got = Reader(face, np.array([0, 1]))(maps)[0]
        torch.testing.assert_close(got, torch.tensor([[3.75, 11.75, 19.75], [3.0, 11.0, 19.0]]))


class Pictures(unittest.TestCase):
    def test_a_mirrored_batch_shows_the_other_side(self):
        images = np.zeros((1, 64, 64, 3), np.uint8)
        images[:, :, :32] = 255
        weights = np.zeros((1, len(ARKIT)), np.float32)
        weights[0, ARKIT.index("eyeBlinkLeft")] = 1
        batches = train_vision.Batches(images, weights, np.array([[0.1, 0.2, 0.3]], np.float32),
                                       np.random.default_rng(0), "cpu")
        x, w, rotation = batches.draw(40)
        bright_left = x[:, :, :, :20].mean((1, 2, 3)) > x[:, :, :, -20:].mean((1, 2, 3))
        for i in range(40):
            side = "eyeBlinkLeft" if bright_left[i] else "eyeBlinkRight"
            self.assertEqual(w[i].argmax().item(), ARKIT.index(side))
            self.assertEqual(rotation[i, 1] > 0, bright_left[i])
        self.assertTrue(0 < bright_left.sum() < 40)

    def test_what_a_camera_makes_of_a_picture_repeats_from_its_seed(self):
        image = np.random.default_rng(0).random((64, 64, 3))
        one, other = (pictures.develop(image, np.random.default_rng(3)) for _ in range(2))
        self.assertEqual((one.dtype, one.shape), (np.uint8, (64, 64, 3)))
        np.testing.assert_array_equal(one, other)

    def test_heads_turn_within_their_limits(self):
        rng = np.random.default_rng(0)
        rotations = np.array([pictures.random_rotation(rng) for _ in range(300)])
        angles = gate.geodesic_degrees(rotations, np.zeros((300, 3)))
        self.assertLess(angles.max(), 50)
        self.assertGreater(angles.max(), 30)


class Measures(unittest.TestCase):
    def test_gain_is_the_share_along_the_truth(self):
        true = np.random.default_rng(0).normal(size=(2, 7, 3))
        true[1] = 0
        got = gate.gains(0.6 * true, true)
        self.assertAlmostEqual(got[0], 0.6)
        self.assertTrue(np.isnan(got[1]))

    def test_correlations_per_column(self):
        wanted = np.random.default_rng(0).normal(size=(50, 3))
        got = np.stack([2 * wanted[:, 0] + 1, -wanted[:, 1], np.zeros(50)], 1)
        np.testing.assert_allclose(gate.correlations(got, wanted), [1, -1, 0], atol=1e-12)

    def test_angle_between_rotations(self):
        one = np.array([[0, np.radians(10), 0], [0.3, -0.2, 0.1], [0, 0, 0]])
        other = np.array([[0, np.radians(-5), 0], [0.3, -0.2, 0.1], [0, 0, np.radians(170)]])
        np.testing.assert_allclose(gate.geodesic_degrees(one, other), [15, 0, 170], atol=1e-5)

    def test_z_that_ignores_the_face_has_no_share(self):
        z = np.random.default_rng(0).normal(size=(40, 8))
        self.assertEqual(gate.identity_share(z, z), 0)
        self.assertAlmostEqual(gate.identity_share(z, np.roll(z, 20, 0)), 1)


if __name__ == "__main__":
    unittest.main()
