"""Keyframes: each source, how firmly they hold, what is refused."""

import numpy as np
import pytest

import media2face
from media2face import Keyframe

TURNED = [0, 0.17, 0, 0.985]  # 20 degrees to the character's left


def held(model, second, keyframes, **options):
    return model.animate(*second, seed=7, keyframes=keyframes, **options)


def test_face_and_head_are_met(model, second, animation):
    met = held(model, second, [Keyframe(0.5, expression="smile", rotation=TURNED, translation_mm=[1, 2, 3])])
    smile = met.names.index("mouthSmileLeft")
    assert met.weights[15, smile] > animation.weights[15, smile] + 0.2
    expected = np.array(TURNED) / np.linalg.norm(TURNED)
    np.testing.assert_allclose(met.rotations[15], expected, atol=2e-3)
    np.testing.assert_allclose(met.translations_mm[15], [1, 2, 3], atol=2e-2)


def test_every_source_of_a_face_works(model, second, animation):
    jaw = animation.names.index("jawOpen")
    weights = np.zeros(52)
    weights[jaw] = 0.6
    by_array = held(model, second, Keyframe(0.5, weights=weights))
    by_name = held(model, second, [Keyframe(0.5, weights={"jaw_open": 0.6})])
    assert by_array.motion().tobytes() == by_name.motion().tobytes()
    assert by_array.weights[15, jaw] == pytest.approx(0.6, abs=0.05)
    latent = by_array.motion()[15, : by_array.motion().shape[1] - 6]
    by_latent = held(model, second, Keyframe(0.5, latent=latent))
    np.testing.assert_allclose(by_latent.weights[15], by_array.weights[15], atol=1e-4)
    mesh = by_array.vertices_mm(None, 15, 1)[0]
    by_mesh = held(model, second, Keyframe(0.5, mesh_mm=mesh))
    assert by_mesh.weights[15, jaw] == pytest.approx(0.6, abs=0.15)


def test_soft_keyframe_gives_way_and_ranges_hold(model, second, animation):
    jaw = animation.names.index("jawOpen")
    hard = held(model, second, Keyframe(0.3, 0.6, weights={"jawOpen": 0.7}))
    soft = held(model, second, Keyframe(0.3, 0.6, weights={"jawOpen": 0.7}, hold=0.1))
    inside = slice(10, 18)
    assert np.ptp(hard.weights[inside, jaw]) < 0.01
    assert np.abs(soft.weights[inside, jaw] - hard.weights[inside, jaw]).max() > 0.01
    painted = held(model, second, Keyframe(0.3, weights={"jawOpen": 0.7}), repaint_loops=2)
    assert painted.weights[9, jaw] == pytest.approx(hard.weights[12, jaw], abs=0.02)


def test_keyframes_of_a_session_are_replaced(model, second):
    samples, rate = second
    expected = held(model, second, Keyframe(0.5, expression="smile"))
    session = model.session(rate, seed=7)
    number = session.add_keyframe(Keyframe(0.2, weights={"jawOpen": 1}))
    session.set_keyframe(number, Keyframe(0.5, expression="smile"))
    session.push(samples)
    session.finish()
    assert session.result().motion().tobytes() == expected.motion().tobytes()


def test_pictures_are_faces_and_heads(model, second, picture):
    both = held(model, second, Keyframe(0.5, picture=picture, picture_box=[10, 10, 44, 44], picture_parts="both"))
    face = held(model, second, Keyframe(0.5, picture=picture.read_bytes(), picture_box=(10, 10, 44, 44)))
    assert both.weights[15].tobytes() == face.weights[15].tobytes()
    head = held(model, second, Keyframe(0.5, picture=picture, picture_box=[10, 10, 44, 44], picture_parts="head"))
    np.testing.assert_allclose(head.rotations[15], both.rotations[15], atol=1e-3)
    with pytest.raises(media2face.InvalidArgumentError, match="outside the picture"):
        held(model, second, Keyframe(0.5, picture=picture, picture_box=[100, 100, 10, 10]))


def test_expressions_have_names():
    assert "smile" in media2face.expression_names()


def test_keyframes_that_cannot_be_are_refused(model, second):
    refused = [
        (media2face.InvalidArgumentError, dict(time_s=0.5)),
        (media2face.InvalidArgumentError, dict(time_s=-1, expression="smile")),
        (media2face.InvalidArgumentError, dict(time_s=float("nan"), expression="smile")),
        (media2face.InvalidArgumentError, dict(time_s=1, end_s=0.5, expression="smile")),
        (media2face.InvalidArgumentError, dict(time_s=0.5, expression="smile", hold=2)),
        (media2face.InvalidArgumentError, dict(time_s=0.5, expression="smile", latent=[0] * 3)),
        (media2face.InvalidArgumentError, dict(time_s=0.5, weights=[0.5] * 51)),
        (media2face.InvalidArgumentError, dict(time_s=0.5, weights=[50.0] * 52)),
        (media2face.InvalidArgumentError, dict(time_s=0.5, weights=[[0.5] * 52])),
        (media2face.InvalidArgumentError, dict(time_s=0.5, rotation=[0, 0, 0, 0])),
        (media2face.InvalidArgumentError, dict(time_s=0.5, rotation=[0, 0, 1])),
        (media2face.InvalidArgumentError, dict(time_s=0.5, translation_mm=[np.inf, 0, 0])),
        (media2face.InvalidArgumentError, dict(time_s=0.5, mesh_mm=np.zeros((3, 3)))),
        (media2face.InvalidArgumentError, dict(time_s=0.5, picture=b"x", picture_parts="ears")),
        (media2face.MissingPartError, dict(time_s=0.5, weights={"no such": 1})),
        (media2face.InvalidPictureError, dict(time_s=0.5, picture=b"x")),
        (TypeError, dict(time_s=0.5, picture="a name")),
        (TypeError, dict(time_s="soon", expression="smile")),
        (TypeError, dict(time_s=0.5, expression=3)),
        (TypeError, dict(time_s=0.5, weights="many")),
    ]
    for error, options in refused:
        with pytest.raises(error):
            held(model, second, [Keyframe(**options)])
    with pytest.raises(media2face.InvalidArgumentError, match="different values"):
        held(model, second, [Keyframe(0.5, expression="smile"), Keyframe(0.5, weights={"jawOpen": 1})])
    for wrong in (3, "smile", [3], [{"time_s": 1}]):
        with pytest.raises(TypeError):
            held(model, second, wrong)
