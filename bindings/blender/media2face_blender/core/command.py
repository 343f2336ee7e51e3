"""Faces by the command m2f, in a process of its own: it can be cancelled, and nothing of it stays in Blender."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading

from . import files
from .track import FaceError

_PERCENT = re.compile(r"(\w+)\s+\[[^\]]*\]\s+(\d+)\s*%")
_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
# How long a process has to end by itself, seconds.
_GRACE_S = 2.0


def find(told=""):
    """The path of m2f: what the preferences tell, else what the PATH has."""
    if told:
        path = os.path.expanduser(told)
        if os.path.isfile(path) and os.access(path, os.X_OK):
            return path
        raise FaceError(f"{path} is no program: correct the path of m2f in the add-on's preferences")
    path = shutil.which("m2f")
    if path:
        return path
    raise FaceError(
        "neither the Python package media2face nor the command m2f was found: install one of them, or give the path of m2f in the "
        f"add-on's preferences (looked for on the PATH: {os.environ.get('PATH', '')})"
    )


def arguments(program, sound, out, options):
    line = [program, "animate", sound, "--out", out, "--emit", "json,csv", "--fps", str(options.rate)]
    line += ["--tail", repr(options.tail_s), "--smooth-head", repr(options.head_smoothing_s * 1e3)]
    if options.style:
        line += [f"--style={options.style}", "--strength", repr(options.strength)]
    if options.seed >= 0:
        line += ["--seed", str(options.seed)]
    if options.identity:
        line += [f"--identity={options.identity}"]
    if options.pack:
        line += ["--model", options.pack]
    return line


class Work:
    """A run of m2f. Poll it; then it has a track, warnings, or a failure."""

    def __init__(self, program, sound, options):
        self.stage, self.fraction = "", 0.0
        self.track, self.warnings = None, []
        self._folder = tempfile.mkdtemp(prefix="media2face-")
        self._stem = os.path.splitext(os.path.basename(sound))[0]
        self._said, self._cancelled = "", False
        try:
            self._process, ear = _start(arguments(program, sound, self._folder, options))
        except OSError as reason:
            self._remove()
            raise FaceError(f"{program} cannot be started: {reason.strerror}") from None
        self._thread = threading.Thread(target=self._hear, args=(ear,), daemon=True)
        self._thread.start()

    def _hear(self, ear):
        """Reads what the process says, until it ends: it draws its progress where it thinks that it has a terminal."""
        while True:
            try:
                part = os.read(ear, 4096)
            except OSError:
                part = b""
            if not part:
                os.close(ear)
                return
            text = _ESCAPES.sub("", part.decode("utf-8", "replace"))
            self._said = (self._said + text)[-20000:]
            found = _PERCENT.findall(text)
            if found:
                self.stage, self.fraction = found[-1][0], int(found[-1][1]) / 100

    def poll(self):
        """True when it has ended. Raises its failure."""
        if self._process.poll() is None:
            return False
        self._thread.join(_GRACE_S)
        try:
            self._finish()
        finally:
            self._remove()
        return True

    def _finish(self):
        lines = [line.strip() for line in re.split(r"[\r\n]+", self._said)]
        self.warnings = [line[9:] for line in lines if line.startswith("warning: ")]
        status = self._process.returncode
        if self._cancelled:
            raise FaceError("cancelled")
        if status != 0:
            said = [line for line in lines if line.startswith("error: ")] or [line for line in lines if line][-3:]
            raise FaceError("m2f: " + (" ".join(said).replace("error: ", "", 1) or f"it ended with status {status}"))
        stem = os.path.join(self._folder, self._stem)
        track = files.read(stem + ".json")
        # The weights say where the eyes look; how far that turns them is the pack's, which the CSV goes by.
        track.eyes = files.read(stem + ".csv", track.rate).eyes
        self.fraction, self.track = 1.0, track

    def cancel(self):
        """Ends the process, and waits for its end."""
        self._cancelled = True
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(_GRACE_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._thread.join(_GRACE_S)
        self._remove()

    def _remove(self):
        shutil.rmtree(self._folder, ignore_errors=True)


def _start(line):
    """The process, and a file descriptor of what it says."""
    if sys.platform == "win32":
        flags = subprocess.CREATE_NO_WINDOW
        process = subprocess.Popen(
            line, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, creationflags=flags
        )
        return process, os.dup(process.stderr.fileno())
    import pty

    ear, mouth = pty.openpty()
    try:
        environment = {**os.environ, "TERM": "xterm", "COLUMNS": "120"}
        process = subprocess.Popen(line, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=mouth, env=environment)
    except OSError:
        os.close(ear)
        raise
    finally:
        os.close(mouth)
    return process, ear
