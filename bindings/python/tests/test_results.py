"""Animations: any range at any rate, meshes, adjustments, revisions, other faces, other meshes."""

from fractions import Fraction

import numpy as np
import pytest

import media2face


def test_any_range_at_any_rate_is_read(animation):
    frames = animation.read(60)
    assert len(frames) == animation.frame_count(60) == frames.weights.shape[0]
    part = animation.read(60, 10, 5)
    assert part.weights.tobytes() == frames.weights[10:15].tobytes()
    assert part.rotations.tobytes() == frames.rotations[10:15].tobytes()
    np.testing.assert_array_equal(part.times_s, np.arange(10, 15) / 60)
    assert animation.read().weights.tobytes() == animation.weights.tobytes()
    slowed = animation.read(Fraction(24000, 1001))
    assert slowed.times_s[12] == 12 * 1001 / 24000
    assert slowed.weights.tobytes() == animation.read((24000, 1001)).weights.tobytes()
    assert animation.read(60.0).weights.tobytes() == frames.weights.tobytes()
    assert animation.read(30, 3, 0).weights.shape == (0, 52)
    part.weights[:] = 0  # a new array, of nobody else


def test_face_of_any_time_is_sampled(animation):
    face = animation.sample(10 / 30)
    np.testing.assert_allclose(face.weights, animation.weights[10], atol=1e-6)
    np.testing.assert_allclose(face.rotation, animation.rotations[10], atol=1e-6)
    assert face.offsets_mm is None and face.ready and face.translation_mm.shape == (3,)
    meshed = animation.sample(10 / 30, offsets=True)
    np.testing.assert_allclose(meshed.offsets_mm, animation.offsets_mm(None, 10, 1)[0], atol=1e-4)
    assert animation.sample(-5).weights.tobytes() == animation.sample(0).weights.tobytes(), "cut to the clip"


def test_meshes_have_the_model_s_topology(model, animation):
    vertices, offsets = animation.vertices_mm(None, 0, 3), animation.offsets_mm(None, 0, 3)
    assert offsets.shape == vertices.shape == (3, model.vertex_count, 3)
    neutral = animation.identity.vertices_mm
    assert neutral.shape == (model.vertex_count, 3)
    np.testing.assert_array_equal(vertices, neutral + offsets)
    np.testing.assert_allclose(np.linalg.norm(animation.normals(None, 0, 1), axis=2), 1, atol=1e-3)
    assert model.triangles.dtype == np.uint32 and model.triangles.max() < model.vertex_count
    assert model.uv.shape == (model.vertex_count, 2)
    assert model.parts["skin"][0] == 0 and max(part[1] for part in model.parts.values()) == model.vertex_count
    assert len(model.head_pivot_mm) == 3 and all(angle > 0 for angle in model.eye_range_rad)


def test_people_look_different_and_their_textures_are_files(model):
    worn = [model.identity(name).worn for name in model.identity_names]
    assert len({look["skin"][0] for look in worn}) >= 5
    assert all(sum(part.startswith("hair_") for part in look) == 1 and set(look) < set(model.parts) for look in worn)
    assert model.texture(worn[0]["skin"][1]).startswith(b"\xff\xd8")
    assert model.texcoord().shape == (model.vertex_count, 2)
    with pytest.raises(media2face.MissingPartError, match="nobody's"):
        model.texture("nobody's")


def test_motion_goes_on_any_face(model, animation):
    first, second = model.identity_names[:2]
    other = animation.on(second)
    assert other.identity.name == second and animation.identity.name == first
    assert other.weights.tobytes() == animation.weights.tobytes()
    assert other.offsets_mm(None, 5, 1).tobytes() != animation.offsets_mm(None, 5, 1).tobytes()
    assert animation.on(first).offsets_mm(None, 5, 1).tobytes() == animation.offsets_mm(None, 5, 1).tobytes()
    mix = model.identity({first: 1, second: 1})
    middle = (model.identity(first).vertices_mm + model.identity(second).vertices_mm) / 2
    np.testing.assert_allclose(mix.vertices_mm, middle, atol=1e-3)
    own = model.identity(np.array(mix.vertices_mm) * 1.02)
    assert animation.on(own).identity.name == "own"
    with pytest.raises(media2face.InvalidArgumentError, match="another model"):
        media2face.Model(runtime=model.runtime).animate(np.ones(16000, np.int16), 16000).on(own)


def test_session_s_identity_is_the_animation_s(model, second, animation):
    name = model.identity_names[1]
    other = model.animate(*second, seed=7, identity=name)
    assert other.identity.name == name
    assert other.offsets_mm(None, 5, 1).tobytes() == animation.on(name).offsets_mm(None, 5, 1).tobytes()


def test_adjustments_change_what_they_name(animation):
    same = animation.adjust()
    assert same.motion().tobytes() == animation.motion().tobytes()
    jaw = animation.names.index("jawOpen")
    closed = animation.adjust(channels={"jawOpen": (0.0, 0.0, 0.0, 1.0)})
    assert closed.weights[:, jaw].max() < 0.05 < animation.weights[:, jaw].max()
    still = animation.adjust(head_gain=0)
    np.testing.assert_allclose(still.rotations, [[0, 0, 0, 1]] * len(still), atol=1e-6)
    looking = animation.adjust(targets=[media2face.GazeTarget(0.3, 0, start_s=0.2)], blink_limit=0, smoothing_s=0.05)
    assert looking.weights.tobytes() != animation.weights.tobytes()
    assert animation.adjust(blinks_per_minute=60, seed=3).weights.tobytes() == \
        animation.adjust(blinks_per_minute=60, seed=3).weights.tobytes()


def test_revision_keeps_what_is_outside(model, sentence):
    samples, rate = sentence
    first = model.animate(samples, rate, seed=7)
    revised = first.revise(1.0, 2.0, style="happy", seed=9)
    outside = (first.times_s < 0.99) | (first.times_s > 2.01)
    assert revised.weights[outside].tobytes() == first.weights[outside].tobytes()
    assert revised.weights.tobytes() != first.weights.tobytes()
    session = first.revision(1.0, 2.0, seed=9)
    session.add_style("happy")
    session.finish()
    assert session.result().weights.tobytes() == revised.weights.tobytes()
    with pytest.raises(media2face.InvalidStateError, match="editable"):
        model.animate(samples, rate, editable=False).revise(1, 2)


def test_animations_are_joined(animation):
    joined = media2face.Animation.compose([animation, (animation, 0.2, 0.8)], 0.1)
    assert joined.duration_s == pytest.approx(animation.duration_s + 0.6 - 0.1, abs=0.02)
    assert joined.motion()[:20].tobytes() == animation.motion()[:20].tobytes()
    with pytest.raises(media2face.InvalidArgumentError):
        media2face.Animation.compose([])
    with pytest.raises(TypeError):
        media2face.Animation.compose([object()])


def test_blendshapes_and_solver_come_back_to_the_weights(model, animation):
    identity = model.identity()
    shapes = identity.blendshapes_mm()
    assert shapes.shape == (52, model.vertex_count, 3)
    solver = model.solver(model.names, shapes, smoothing_s=0)
    assert solver.names == model.names
    solved = animation.solved_weights(solver, None, 0, 10)
    jaw = model.names.index("jawOpen")
    assert np.abs(solved[:, jaw] - animation.weights[:10, jaw]).max() < 0.15


def test_another_mesh_follows(model, animation):
    skin = slice(0, model.parts["skin"][1])
    uv = np.array(model.uv[skin])
    neutral = np.array(animation.identity.vertices_mm[skin])
    binding = model.binding(uv, neutral)
    assert binding.vertex_count == len(uv) and binding.is_bound(0)
    bound = animation.bound_offsets_mm(binding, None, 4, 2)
    assert bound.shape == (2, len(uv), 3)
    own = animation.offsets_mm(None, 4, 2)[:, skin]
    assert np.percentile(np.abs(bound - own), 99) < 0.5
    with pytest.raises(media2face.InvalidArgumentError):
        binding.is_bound(len(uv))


def test_frames_that_are_not_there_are_refused(animation):
    frames = len(animation)
    for first, count in [(frames + 1, None), (0, frames + 1), (frames, 1), (2**63, 2**63), (0, 2**64 - 1)]:
        with pytest.raises(media2face.InvalidArgumentError):
            animation.read(None, first, count)
    for fps in (0, -1, 1e9, float("nan"), float("inf"), Fraction(1, 3), (0, 1), (30, 0), -30):
        with pytest.raises(media2face.InvalidArgumentError):
            animation.read(fps)
    for wrong in ("30", [30], b"x"):
        with pytest.raises(TypeError):
            animation.read(wrong)
    with pytest.raises(OverflowError):
        animation.read(30, -1)
    with pytest.raises(media2face.InvalidArgumentError):
        animation.sample(float("nan"))
