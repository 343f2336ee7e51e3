"""The whole way in one call: what comes out, and that it is the same however the sound goes in."""

import logging

import numpy as np
import pytest

import media2face


def test_animation_has_frames_of_the_model(model, animation):
    frames = len(animation)
    assert frames == animation.frame_count() == round(animation.duration_s * model.fps)
    assert animation.weights.shape == (frames, len(model.names)) == (frames, 52)
    assert animation.rotations.shape == (frames, 4)
    assert animation.translations_mm.shape == (frames, 3)
    assert animation.times_s.shape == (frames,)
    assert [a.dtype for a in (animation.weights, animation.times_s)] == [np.float32, np.float64]
    assert animation.names == model.names and "jawOpen" in animation.names
    assert (animation.weights >= 0).all() and (animation.weights <= 1).all()
    assert animation.weights[:, animation.names.index("jawOpen")].max() > 0.1, "a mouth opens"
    np.testing.assert_allclose(np.linalg.norm(animation.rotations, axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(animation.times_s, np.arange(frames) / 30)
    assert animation.seed == 7 and animation.fps == 30


def test_arrays_of_an_animation_are_made_once_and_cannot_be_written(animation):
    for name in ("weights", "rotations", "translations_mm", "times_s"):
        array = getattr(animation, name)
        assert array is getattr(animation, name)
        with pytest.raises(ValueError):
            array[0] = 1


def test_same_seed_gives_the_same_bytes(model, second, animation):
    again = model.animate(*second, seed=7)
    assert again.weights.tobytes() == animation.weights.tobytes()
    assert again.rotations.tobytes() == animation.rotations.tobytes()
    other = model.animate(*second, seed=8)
    assert other.weights.tobytes() != animation.weights.tobytes()


def test_sound_may_come_in_any_form(model, second, animation):
    samples, rate = second
    expected = animation.weights.tobytes()
    floats = samples.astype(np.float32) / 32768
    stereo = np.stack([samples, samples], axis=1)
    backwards = np.ascontiguousarray(samples[::-1])[::-1]
    big_endian = samples.astype(">i2")
    readonly = samples.copy()
    readonly.setflags(write=False)
    forms = [floats, floats.astype(np.float64), floats.tolist(), stereo, stereo[:, :1], np.asfortranarray(stereo)]
    for form in [*forms, backwards, big_endian, readonly, memoryview(samples)]:
        assert model.animate(form, rate, seed=7).weights.tobytes() == expected, type(form)
    assert samples.tobytes() == (second[0]).tobytes()


def test_seed_follows_from_the_sound_unless_it_is_given(model, second):
    samples, rate = second
    first, same = model.animate(samples, rate), model.animate(samples, rate)
    assert first.seed == same.seed < 2**32
    assert first.weights.tobytes() == same.weights.tobytes()
    assert model.animate(samples // 2, rate).seed != first.seed
    assert model.animate(samples, rate, seed=first.seed).weights.tobytes() == first.weights.tobytes()


def test_default_model_is_the_starter_and_kept(second):
    samples, rate = second
    animation = media2face.animate(samples, rate, seed=7)
    assert animation.model.name == media2face.default_model().name
    assert repr(media2face.default_model()) == repr(animation.model)
    assert media2face.animate(samples, rate, seed=7, model=media2face.default_model()).weights.tobytes() == \
        animation.weights.tobytes()


def test_progress_is_told_and_may_end_the_job(model, hello):
    samples, rate = hello
    told = []
    model.animate(samples, rate, progress=lambda progress: told.append((progress.stage, progress.fraction)))
    assert all(stage in ("style", "speech", "motion", "done") and 0 <= part <= 1 for stage, part in told)

    def stop(progress):
        raise KeyError("enough")

    with pytest.raises(KeyError, match="enough"):
        model.animate(np.tile(samples, 60), rate, progress=stop)


def test_options_change_the_motion(model, second, animation):
    options = [
        {"steps": 2},
        {"noise_scale": 0.1},
        {"eta": 0.5},
        {"tail_s": 0.5},
        {"default_style": False},
        {"pack_adjustments": False},
        {"guidance_style": 2.0, "style": "happy"},
        {"guidance_style": [(0, 0.0), (1, 2.0)], "style": "happy"},
    ]
    for given in options:
        other = model.animate(*second, seed=7, **given)
        assert other.weights.tobytes() != animation.weights.tobytes(), given
    assert len(model.animate(*second, seed=7, tail_s=0.5)) == len(animation) + 15
    nothing = dict.fromkeys(["style", "seed", "steps", "eta", "keyframes", "identity", "tail_s", "guidance_audio"])
    assert model.animate(*second, **{**nothing, "seed": 7}).weights.tobytes() == animation.weights.tobytes()


def test_styles_that_say_nothing_are_told_to_the_logger(model, second, caplog):
    with caplog.at_level(logging.INFO, logger="media2face"):
        model.animate(*second, style="qwrtzpl")
    warnings = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert any("says nothing" in record.getMessage() for record in warnings)
    assert all(record.name == "media2face" for record in caplog.records)
