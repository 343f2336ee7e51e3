"""Python's lock is free while the library works; Ctrl-C ends a wait; a child process has a runtime of its own."""

import multiprocessing
import os
import signal
import subprocess
import sys
import textwrap
import threading

import numpy as np
import pytest

import media2face


def test_other_threads_go_on_while_one_waits(model, hello):
    samples, rate = hello
    counted = 0
    done = threading.Event()
    result = []

    def work():
        result.append(model.animate(samples, rate, seed=1))
        done.set()

    thread = threading.Thread(target=work)
    thread.start()
    while not done.wait(0.001):
        counted += 1
    thread.join()
    assert counted > 10 and len(result) == 1


def test_many_threads_read_one_animation(animation):
    expected = animation.read(60).weights.tobytes()
    mesh = animation.offsets_mm(None, 3, 1).tobytes()
    faults = []

    def read():
        for _ in range(5):
            if animation.read(60).weights.tobytes() != expected or animation.offsets_mm(None, 3, 1).tobytes() != mesh:
                faults.append("other bytes")

    threads = [threading.Thread(target=read) for _ in range(8)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert faults == []


def test_many_threads_animate_with_one_model(model, second, animation):
    results = [None] * 6

    def work(number):
        results[number] = model.animate(*second, seed=7).weights.tobytes()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(len(results))]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert set(results) == {animation.weights.tobytes()}


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
@pytest.mark.parametrize("threads", [0, 1])
def test_interruption_ends_a_long_animate(threads, hello_wav):
    """A program that interrupts itself once the job works; it would otherwise run for minutes."""
    program = f"""
        import os, signal, sys, wave
        import numpy as np, media2face
        # What is started in the background may ignore it.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        with wave.open({str(hello_wav)!r}) as file:
            samples = np.frombuffer(file.readframes(file.getnframes()), np.int16)
        model = media2face.Model(runtime=media2face.Runtime(backend="cpu", threads={threads}))
        interrupted = []
        def interrupt(progress):
            if progress.fraction > 0 and not interrupted:
                interrupted.append(progress.fraction)
                os.kill(os.getpid(), signal.SIGINT)
        try:
            model.animate(np.tile(samples, 400), 16000, progress=interrupt)
        except KeyboardInterrupt:
            sys.exit(42 if interrupted and interrupted[0] < 0.9 else 1)
        sys.exit(2)
    """
    ended = subprocess.run([sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True)
    assert ended.returncode == 42, ended.stderr


def animate_in_child(samples, rate, expected):
    ok = media2face.animate(samples, rate, seed=7).weights.tobytes() == expected
    os._exit(0 if ok else 1)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_forked_child_animates_with_a_runtime_of_its_own(second):
    expected = media2face.animate(*second, seed=7).weights.tobytes()
    child = multiprocessing.get_context("fork").Process(target=animate_in_child, args=(*second, expected))
    child.start()
    child.join()
    assert child.exitcode == 0


def test_process_may_end_while_a_job_works(hello_wav):
    program = f"""
        import wave
        import numpy as np, media2face
        with wave.open({str(hello_wav)!r}) as file:
            samples = np.frombuffer(file.readframes(file.getnframes()), np.int16)
        session = media2face.default_model().session(16000)
        session.push(np.tile(samples, 20))
        session.finish()
        stream = media2face.default_model().stream(16000)
        stream.write(samples)
    """
    ended = subprocess.run([sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
