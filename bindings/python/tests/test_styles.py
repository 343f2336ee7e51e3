"""Styles, mixes, curves, presets, and what prompts say."""

import numpy as np
import pytest

import media2face

SMILE = "mouthSmileLeft"


def smile(animation, frames=slice(None)):
    return float(animation.weights[frames, animation.names.index(SMILE)].mean())


def test_happy_smiles_more_than_sad(model, sentence):
    happy, sad = (model.animate(*sentence, seed=7, style=style) for style in ("happy", "sad"))
    assert smile(happy) > smile(sad) + 0.1
    emoji = model.animate(*sentence, seed=7, style="😀")
    assert smile(emoji) > smile(sad) + 0.1


def test_every_way_to_say_a_style_gives_the_same(model, second):
    animate = lambda style: model.animate(*second, seed=7, style=style).weights.tobytes()
    expected = animate("happy")
    code = model.style_code("happy")
    assert code.ndim == 1 and code.dtype == np.float32
    for style in (media2face.Style("happy"), ["happy"], ("happy",), {"happy": 1.0}, code, media2face.Style(code)):
        assert animate(style) == expected, style
    assert animate(media2face.Style("happy", strength=0.5)) != expected
    assert animate({"happy": 0.5}) == animate(media2face.Style("happy", strength=0.5))
    assert animate({"happy": 0.5, "surprised": 0.5}) == \
        animate([media2face.Style("happy", strength=0.5), media2face.Style("surprised", strength=0.5)])


def test_style_applies_in_its_range_alone(model, sentence):
    samples, rate = sentence
    plain = model.animate(samples, rate, seed=7)
    late = model.animate(samples, rate, seed=7, style=media2face.Style("happy", start_s=1.5, ramp_s=0.2))
    before = plain.times_s < 1.4
    assert late.weights[before].tobytes() == plain.weights[before].tobytes()
    assert smile(late, plain.times_s > 1.7) > smile(plain, plain.times_s > 1.7) + 0.1
    mixed = model.animate(samples, rate, seed=7, style=[
        media2face.Style("sad", end_s=1.5), media2face.Style("happy", start_s=1.5, strength=1.2)])
    assert smile(mixed, plain.times_s > 1.7) > smile(mixed, plain.times_s < 1.3) + 0.1


def test_curve_of_the_guidance_is_followed(model, second):
    animate = lambda strength: model.animate(*second, seed=7, style="happy", guidance_style=strength).weights.tobytes()
    level, rising = animate([(0, 2.0), (1, 2.0)]), animate([(0, 0.5), (0.3, 0.5), (0.7, 2.0)])
    assert level == animate(2.0) == animate([(0.5, 2)])
    assert rising not in (level, animate(0.5))
    assert rising == animate(np.array([[0, 0.5], [0.3, 0.5], [0.7, 2.0]]))


def test_prompts_are_read(model):
    reading = model.read_prompt("very happy")
    assert reading.emotion == "happy" and not reading.says_nothing
    assert sum(reading.emotions.values()) == pytest.approx(1, abs=1e-3)
    assert list(reading.emotions)[0] == "neutral"
    assert 0 < reading.confidence <= 1 and 0 < reading.strength <= 1
    assert "happy" in str(reading) and str(reading) in repr(reading) or reading.explanation == str(reading)
    nod = model.read_prompt("nod")
    assert nod.head_act is not None and nod.head_act in nod.head_acts
    nothing = model.read_prompt("qwrtzpl")
    assert nothing.says_nothing and nothing.nearest_words and "says nothing" in str(nothing)


def test_styles_that_no_model_has_are_refused(model, second):
    with pytest.raises(media2face.MissingPartError):
        model.animate(*second, style=media2face.Style.preset("no such preset"))
    with pytest.raises(media2face.InvalidPictureError, match="PNG") as raised:
        model.animate(*second, style=b"not a picture")
    assert raised.value.status == media2face.Status.INVALID_PICTURE
    with pytest.raises(media2face.InvalidArgumentError, match="code"):
        model.animate(*second, style=np.zeros(3, np.float32))
    with pytest.raises(media2face.InvalidArgumentError, match="finite"):
        model.animate(*second, style=np.full_like(model.style_code("happy"), np.nan))


def test_pictures_are_styles(model, second, picture):
    by_path, by_bytes = (model.style_code(given) for given in (picture, picture.read_bytes()))
    assert by_path.tobytes() == by_bytes.tobytes() == model.style_code(media2face.Style(picture)).tobytes()
    animation = model.animate(*second, seed=7, style=picture)
    assert animation.weights.tobytes() == model.animate(*second, seed=7, style=by_path).weights.tobytes()
    assert set(model.read_prompt(picture).emotions) == set(model.read_prompt("happy").emotions)


def test_picture_file_that_is_not_there_is_named(model, second, tmp_path):
    with pytest.raises(media2face.FileError, match="nothing.png") as raised:
        model.animate(*second, style=tmp_path / "nothing.png")
    assert isinstance(raised.value, OSError) and raised.value.status == media2face.Status.IO
