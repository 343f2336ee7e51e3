"""Whatever is given, an exception comes: of the package for what the library refuses, Python's own for wrong types."""

import inspect

import numpy as np
import pytest

import media2face

RATE = 16000


def test_every_error_is_one_of_the_package():
    kinds = [kind for _, kind in inspect.getmembers(media2face, inspect.isclass) if issubclass(kind, media2face.Error)]
    # Error itself has no status of its own, and curves, which Python reads, have that of arguments.
    assert len(kinds) == len(set(media2face.Status)) + 2
    statuses = {kind.status for kind in kinds if kind is not media2face.Error}
    assert statuses == set(media2face.Status), "each status has a class"
    assert issubclass(media2face.InvalidArgumentError, ValueError)
    assert issubclass(media2face.OutOfMemoryError, MemoryError)
    assert issubclass(media2face.FileError, OSError)


@pytest.mark.parametrize("samples", [
    np.zeros(RATE, np.int32), np.zeros(RATE, np.uint8), np.zeros(RATE, np.complex64), np.zeros(RATE, bool),
    np.array(["a"] * 10), np.array([None] * 10), [1, 2, 3], "samples", None, b"\0" * 100, object(), {"a": 1}, RATE,
], ids=lambda samples: f"{type(samples).__name__}-{getattr(samples, 'dtype', '')}")
def test_samples_of_a_wrong_type_are_refused(model, samples):
    with pytest.raises((TypeError, media2face.InvalidArgumentError)):
        model.animate(samples, RATE)


@pytest.mark.parametrize("shape", [(), (10, 0), (10, 65), (1, 1, 10), (2, RATE)], ids=str)
def test_samples_of_a_wrong_shape_are_refused(model, shape):
    with pytest.raises(media2face.InvalidArgumentError, match="samples of shape"):
        model.animate(np.zeros(shape, np.float32), RATE)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_samples_that_are_not_finite_are_refused(model, value):
    samples = np.zeros(RATE, np.float32)
    samples[77] = value
    with pytest.raises(media2face.InvalidAudioError):
        model.animate(samples, RATE)


def test_sound_that_is_none_is_refused(model):
    for samples in ([], np.zeros(0, np.int16), np.zeros((0, 2), np.float32)):
        with pytest.raises(media2face.InvalidAudioError, match="no samples"):
            model.animate(samples, RATE)


@pytest.mark.parametrize("rate", [0, 1, 10**7])
def test_rates_that_no_sound_has_are_refused(model, rate):
    with pytest.raises((media2face.InvalidArgumentError, media2face.InvalidAudioError)):
        model.animate(np.zeros(RATE, np.int16), rate)


@pytest.mark.parametrize("rate", [-1, 2**40, 16000.0, "fast", None])
def test_rates_that_are_no_numbers_are_refused(model, rate):
    with pytest.raises((TypeError, OverflowError)):
        model.animate(np.zeros(RATE, np.int16), rate)


@pytest.mark.parametrize("options", [
    {"steps": 0}, {"steps": 10**6}, {"eta": 2.0}, {"eta": float("nan")}, {"noise_scale": -1}, {"tail_s": 100},
    {"tail_s": float("nan")}, {"guidance_audio": float("inf")}, {"guidance_style": [(1, 0), (0, 0)]},
    {"guidance_style": []}, {"guidance_style": [(0, float("nan"))]}, {"repaint_loops": 100},
    {"style": media2face.Style("happy", start_s=-1)}, {"style": media2face.Style("happy", start_s=2, end_s=1)},
    {"style": media2face.Style("happy", strength=float("nan"))}, {"style": media2face.Style("happy", ramp_s=-1)},
    {"style": ["happy"] * 65}, {"identity": np.zeros((4, 3))}, {"identity": {}},
    {"guidance_style": np.zeros((0, 2))},
], ids=str)
def test_options_out_of_their_range_are_refused(model, options):
    with pytest.raises(media2face.InvalidArgumentError):
        model.animate(np.zeros(RATE, np.int16), RATE, **options)


@pytest.mark.parametrize("options", [
    {"no_such_option": 1}, {"steps": "many"}, {"steps": 2.5}, {"seed": "seven"}, {"seed": 1.5}, {"style": 3},
    {"style": [3]}, {"style": {"happy": "very"}}, {"style": [["happy"]]}, {"identity": 3.5j}, {"tail_s": "long"},
    {"default_style": 3}, {"guidance_audio": "strong"}, {"guidance_audio": [1, 2]}, {"guidance_audio": [(1, 2, 3)]},
    {"identity": {"ada": "much"}}, {"editable": "yes"},
], ids=str)
def test_options_of_a_wrong_type_are_refused(model, options):
    with pytest.raises((TypeError, media2face.InvalidArgumentError)):
        model.animate(np.zeros(RATE, np.int16), RATE, **options)


def test_option_that_there_is_not_is_named(model):
    with pytest.raises(TypeError, match=r"animate\(\) got an unexpected keyword argument 'sede'"):
        model.animate(np.zeros(RATE, np.int16), RATE, sede=1)
    with pytest.raises(TypeError, match=r"adjust\(\) got an unexpected keyword argument 'gain'"):
        model.animate(np.zeros(RATE, np.int16), RATE).adjust(gain=1)


@pytest.mark.parametrize("seed", [-1, 2**64])
def test_seeds_out_of_their_range_are_refused(model, seed):
    with pytest.raises(OverflowError):
        model.animate(np.zeros(RATE, np.int16), RATE, seed=seed)


def test_unknown_names_are_refused_with_the_known_ones(model):
    with pytest.raises(media2face.MissingPartError, match=model.identity_names[0]):
        model.identity("nobody")
    with pytest.raises(media2face.MissingPartError):
        model.identity({"nobody": 1})


def test_packs_that_are_none_are_refused(tmp_path):
    with pytest.raises(media2face.FileError, match="nothing.m2f"):
        media2face.Model(tmp_path / "nothing.m2f")
    for bytes_ in (b"", b"not a pack", b"\xff" * 100):
        with pytest.raises(media2face.InvalidPackError):
            media2face.Model(bytes_)
    (tmp_path / "empty.m2f").write_bytes(b"")
    with pytest.raises(media2face.InvalidPackError):
        media2face.Model(str(tmp_path / "empty.m2f"))
    with pytest.raises(TypeError):
        media2face.Model(3)


def test_runtimes_that_cannot_be_are_refused():
    for options in ({"threads": 10**6}, {"backend": "quantum"}, {"gpu_budget_ms": 0.0}, {"max_picture_pixels": 0}):
        with pytest.raises(media2face.InvalidArgumentError):
            media2face.Runtime(**options)
    for options in ({"threads": "all"}, {"device": "gpu"}, {"device": "é" * 16}, {"device": 1.5}, {"pipeline_cache": 3}):
        with pytest.raises(TypeError):
            media2face.Runtime(**options)
    cpu = media2face.Runtime(backend="cpu", threads=1)
    with pytest.raises(media2face.UnsupportedError, match="CPU"):
        cpu.pipeline_cache()
    with pytest.raises(media2face.UnsupportedError):
        cpu.set_gpu_budget_ms(5)
    assert cpu.gpu_memory() == (0, 0) and cpu.trim() is None
    assert cpu.backend_name.startswith("cpu") and cpu.backend_reason == "asked for"
    for budget in (-1, float("nan")):
        with pytest.raises(media2face.InvalidArgumentError):
            cpu.step(budget)
    assert cpu.step(float("inf")) is False


def test_devices_are_listed_or_the_reason_is_told():
    try:
        found = media2face.devices()
    except media2face.UnsupportedError as error:
        assert str(error)
    else:
        for device in found:
            assert len(device.uuid) == 32 and device.name and (device.tier is None) == (device.fault is not None)


def test_objects_of_other_models_are_refused(model):
    other = media2face.Model(runtime=model.runtime)
    assert other.runtime.backend_name == model.runtime.backend_name
    animation = other.animate(np.zeros(RATE, np.int16), RATE)
    with pytest.raises(media2face.InvalidArgumentError, match="another model"):
        model.animate(np.zeros(RATE, np.int16), RATE, identity=other.identity())
    binding = model.binding(np.array(model.uv))
    with pytest.raises(media2face.InvalidArgumentError, match="another model"):
        animation.bound_offsets_mm(binding)
    with pytest.raises(media2face.InvalidArgumentError):
        media2face.Animation.compose([animation, model.animate(np.zeros(RATE, np.int16), RATE)])


def test_solvers_and_bindings_of_wrong_shapes_are_refused(model):
    for uv in (np.zeros((3, 3)), np.zeros(3), np.full((3, 2), np.nan), np.zeros((2, 2, 2))):
        with pytest.raises(media2face.InvalidArgumentError):
            model.binding(uv)
    with pytest.raises(media2face.InvalidArgumentError):
        model.binding(np.full((4, 2), 0.5), np.zeros((3, 3)))
    for names, offsets in ((["a"], np.zeros((1, 4, 3))), ([], np.zeros((0, 4, 3))), (["a", "a"], np.ones((2, model.vertex_count, 3)))):
        with pytest.raises(media2face.InvalidArgumentError):
            model.solver(names, offsets)
    with pytest.raises(TypeError):
        model.solver("abc", np.zeros(3))


def test_classes_that_others_make_cannot_be_made():
    for kind in (media2face.Session, media2face.Stream, media2face.Animation, media2face.Identity, media2face.Binding,
                 media2face.Solver, media2face.PreparedStyle, media2face.Frames, media2face.Face, media2face.Device):
        with pytest.raises(TypeError):
            kind()


def test_everything_has_a_docstring_and_a_name_of_the_package():
    for name in media2face.__all__:
        thing = getattr(media2face, name)
        if name.startswith("__"):
            continue
        assert thing.__doc__, name
        assert not inspect.isclass(thing) or thing.__module__.startswith("media2face"), name
        if inspect.isclass(thing) and thing.__module__ == "media2face":
            for member, value in vars(thing).items():
                assert member.startswith("__") or value.__doc__, f"{name}.{member}"
