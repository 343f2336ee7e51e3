"""Streams: faces of sound that comes piece by piece. Waits are for work, and end with it."""

import threading

import numpy as np
import pytest

import media2face


@pytest.fixture
def stream(model, hello):
    with model.stream(hello[1], underrun="hold", seed=5) as stream:
        yield stream


def write(stream, samples, block=160):
    """Writes all of it, waiting for room."""
    for at in range(0, len(samples), block):
        piece = samples[at : at + block]
        while len(piece):
            _, taken = stream.write(piece)
            piece = piece[taken:]
            if len(piece):
                stream.wait(stream.state.ready_sample, 1)


def test_faces_of_sound_that_was_written_are_ready(model, stream, second):
    samples, rate = second
    assert stream.write(samples[:160]) == (0, 160)
    assert stream.write(samples[160:320].astype(np.float32) / 32768) == (160, 160)
    write(stream, samples[320:])
    stream.flush()
    assert stream.wait(rate - 1, 60)
    face = stream.sample(rate // 2)
    assert face.ready and face.weights.shape == (52,) and face.rotation.shape == (4,)
    assert stream.sample(rate // 2, offsets=True).offsets_mm.shape == (model.vertex_count, 3)
    jaw = model.names.index("jawOpen")
    assert max(stream.sample(at).weights[jaw] for at in range(0, rate, rate // 30)) > 0.1
    state = stream.state
    assert state.next_sample >= rate and state.ready_sample >= rate and state.dropped == 0 and state.windows > 0
    assert state.seed == 5 and state.latency_ms > 0
    animation = stream.take_result()
    assert len(animation) >= 30 and animation.seed == 5
    with pytest.raises(media2face.InvalidStateError, match="ended"):
        stream.write(samples)


def test_same_seed_gives_the_same_faces(model, second):
    samples, rate = second
    results = []
    for block in (160, 331):
        with model.stream(rate, seed=5, underrun="hold", style="happy") as stream:
            write(stream, samples, block)
            stream.flush()
            assert stream.wait(rate - 1, 60)
            results.append(stream.take_result().weights[:25].tobytes())
    assert results[0] == results[1]


def test_interruption_drops_what_was_to_come(stream, second):
    samples, rate = second
    write(stream, samples)
    assert stream.wait(rate // 4, 60)
    stream.interrupt(rate // 4, 0.1)
    while stream.state.generation == 0:
        stream.wait(stream.state.ready_sample, 0.01)
    assert stream.state.next_sample <= rate // 4 + rate // 30 + 1
    first, _ = stream.write(samples[:160])
    assert first <= rate // 4 + rate // 30 + 1
    stream.reset(seed=9)
    while stream.state.generation == 1:
        stream.wait(stream.state.ready_sample, 0.01)
    assert stream.state.seed == 9


def test_styles_and_guidance_change_while_it_speaks(model, stream, second):
    samples, rate = second
    prepared = model.prepare_style("happy")
    stream.set_style(prepared, 1.5)
    stream.set_style("sad")
    stream.set_style(None)
    stream.set_guidance(audio=1.0, style=1.5)
    stream.set_guidance()
    stream.set_listening(True)
    stream.set_listening(False)
    write(stream, samples)
    stream.flush()
    assert stream.wait(rate - 1, 60)
    with pytest.raises(media2face.InvalidArgumentError):
        stream.set_style("happy", float("nan"))
    with pytest.raises(media2face.InvalidArgumentError):
        stream.set_guidance(audio=1e9)


def test_fast_class_and_a_runtime_without_threads(second):
    samples, rate = second
    model = media2face.Model(runtime=media2face.Runtime(backend="cpu", threads=0))
    with model.stream(rate, latency="fast", underrun="hold") as stream:
        write(stream, samples)
        stream.flush()
        assert stream.wait(rate - 1, 120)
        assert stream.state.latency_ms < 200


def test_one_thread_writes_while_another_looks(model, second):
    samples, rate = second
    with model.stream(rate, underrun="hold") as stream:
        faults = []

        def speak():
            try:
                write(stream, samples)
                stream.flush()
            except BaseException as fault:
                faults.append(fault)

        thread = threading.Thread(target=speak)
        thread.start()
        for at in range(0, rate, rate // 60):
            assert stream.wait(at, 60)
            assert stream.sample(at).ready
        thread.join()
        assert faults == []


def test_sound_that_is_not_finite_becomes_silence(stream):
    stream.write(np.full(160, np.nan, np.float32))
    assert stream.state.silenced == 160


def test_wait_ends_when_its_time_is_over(stream):
    assert not stream.wait(10**9, 0.01)
    assert not stream.wait(0, 0)


def test_streams_that_cannot_be_are_refused(model, stream, second):
    samples, rate = second
    for options in ({"latency": "slow"}, {"underrun": "stop"}, {"hop": 0}, {"ring_ms": 1}, {"keep_ms": 1}, {"steps": 0},
                    {"style_strength": float("inf")}):
        with pytest.raises(media2face.InvalidArgumentError):
            model.stream(rate, **options)
    for options in ({"latency": 3}, {"no_such": 1}, {"hop": "many"}, {"style": 3}):
        with pytest.raises(TypeError):
            model.stream(rate, **options)
    with pytest.raises(media2face.InvalidArgumentError, match="channels"):
        stream.write(np.zeros((10, 2), np.int16))
    with pytest.raises(TypeError):
        stream.write(np.zeros(10, np.int32))
    with pytest.raises(media2face.InvalidArgumentError, match="fade_s"):
        stream.interrupt(0, -1)
    with pytest.raises(OverflowError):
        stream.sample(-1)


def test_closed_stream_refuses_every_call(model, second):
    samples, rate = second
    stream = model.stream(rate)
    stream.close()
    stream.close()
    calls = [lambda: stream.write(samples), lambda: stream.sample(0), lambda: stream.wait(0), lambda: stream.state,
             stream.flush, lambda: stream.interrupt(0), stream.reset, lambda: stream.set_style(None), stream.set_guidance,
             lambda: stream.set_listening(True), stream.take_result]
    for call in calls:
        with pytest.raises(media2face.InvalidStateError, match="closed"):
            call()
    assert "closed" in repr(stream)
