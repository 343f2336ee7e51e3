"""Sessions: sound in parts, changes on the way, several at once, closed and cancelled ones."""

import gc

import numpy as np
import pytest

import media2face


def test_session_gives_what_animate_gives(model, second, animation):
    samples, rate = second
    with model.session(rate, seed=7) as session:
        for part in np.array_split(samples, 7):
            session.push(part)
        assert session.progress.stage == "input" and session.progress.fraction == 0
        session.finish()
        assert session.wait()
        assert session.progress.stage == "done"
        result = session.result()
        assert session.pull().weights.tobytes() == result.weights.tobytes()
    assert result.weights.tobytes() == animation.weights.tobytes()


def test_changes_count_until_the_motion_begins(model, second):
    samples, rate = second
    expected = model.animate(samples, rate, seed=7, style=media2face.Style("happy", strength=1.5),
                             guidance_style=[(0, 1.0), (1, 2.0)])
    session = model.session(rate, seed=7)
    number = session.add_style("sad")
    session.set_style(number, "happy")
    session.set_style_strength(number, 1.5)
    session.set_guidance("style", [(0, 1.0), (1, 2.0)])
    session.set_guidance("audio", None)
    session.isolate_styles(True)
    session.push(samples)
    session.finish()
    assert session.result().weights.tobytes() == expected.weights.tobytes()
    for change in (lambda: session.add_style("sad"), lambda: session.set_style_strength(0, 1)):
        with pytest.raises(media2face.InvalidStateError):
            change()


def test_sessions_together_give_what_they_give_alone(model, second, animation):
    samples, rate = second
    alone = model.animate(samples[: rate // 2], rate, seed=3)
    sessions = [model.session(rate, seed=7), model.session(rate, seed=3)]
    sessions[0].push(samples)
    sessions[1].push(samples[: rate // 2])
    media2face.finish_together(sessions)
    together = [session.result() for session in sessions]
    assert together[0].weights.tobytes() == animation.weights.tobytes()
    assert together[1].weights.tobytes() == alone.weights.tobytes()
    with pytest.raises(media2face.InvalidArgumentError, match="no session"):
        media2face.finish_together([])
    twice = model.session(rate)
    twice.push(samples)
    with pytest.raises(media2face.InvalidArgumentError, match="twice"):
        media2face.finish_together([twice, twice])


def test_runtime_without_threads_works_inside_calls(second, animation):
    samples, rate = second
    model = media2face.Model(runtime=media2face.Runtime(backend="cpu", threads=0))
    assert model.runtime.threads == 0
    assert model.animate(samples, rate, seed=7).weights.tobytes() == animation.weights.tobytes()
    session = model.session(rate, seed=7)
    session.push(samples)
    session.finish()
    steps = 0
    while not session.step(0):
        steps += 1
    assert steps > 10 and session.pull().weights.tobytes() == animation.weights.tobytes()
    session = model.session(rate, seed=7)
    session.push(samples)
    session.finish()
    while model.runtime.step(0.001):
        pass
    assert session.pull() is not None


def test_calls_in_the_wrong_order_are_refused(model, second):
    samples, rate = second
    session = model.session(rate)
    for call in (session.wait, session.pull, session.result, session.step):
        with pytest.raises(media2face.InvalidStateError, match="not finished"):
            call()
    with pytest.raises(media2face.InvalidAudioError, match="no samples"):
        session.finish()
    session.push(samples)
    session.finish()
    with pytest.raises(media2face.InvalidStateError):
        session.push(samples)
    with pytest.raises(media2face.InvalidStateError):
        session.finish()
    assert session.wait()


def test_cancelled_session_says_so(model, hello):
    samples, rate = hello
    session = model.session(rate)
    session.push(np.tile(samples, 20))
    session.finish()
    assert not session.wait(0)
    session.cancel()
    with pytest.raises(media2face.CancelledError, match="cancelled") as raised:
        session.wait()
    assert raised.value.status == media2face.Status.CANCELLED == 12


def test_closed_session_refuses_every_call(model, hello):
    samples, rate = hello
    session = model.session(rate)
    session.push(np.tile(samples, 20))
    session.finish()
    session.close()
    session.close()
    keyframe = media2face.Keyframe(0.1, expression="smile")
    calls = [
        lambda: session.push(samples), session.finish, session.wait, session.step, session.pull, session.result,
        session.cancel, lambda: session.progress, lambda: session.add_style("happy"),
        lambda: session.set_style(0, "happy"), lambda: session.set_style_strength(0, 1),
        lambda: session.add_keyframe(keyframe), lambda: session.set_keyframe(0, keyframe),
        lambda: session.set_guidance("audio", None), lambda: session.isolate_styles(True),
        lambda: media2face.finish_together([session]),
    ]
    for call in calls:
        with pytest.raises(media2face.InvalidStateError, match="closed"):
            call()
    assert "closed" in repr(session)


def test_children_keep_their_parents(second):
    samples, rate = second
    animation = media2face.Model(runtime=media2face.Runtime(backend="cpu", threads=1)).animate(samples, rate, seed=7)
    gc.collect()
    weights = animation.weights
    mesh = animation.offsets_mm(None, 0, 1)
    del animation
    gc.collect()
    assert weights.shape[1] == 52 and np.isfinite(weights).all() and np.isfinite(mesh).all()


def test_session_may_be_dropped_while_it_works(model, hello):
    samples, rate = hello
    for _ in range(3):
        session = model.session(rate)
        session.push(np.tile(samples, 20))
        session.finish()
        del session
        gc.collect()
