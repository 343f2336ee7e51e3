"""Faces by the Python package media2face, on a thread of this process."""

import importlib
import logging
import threading

from .track import FaceError, Track


def find():
    """The package, or None. A package that is there and cannot be loaded is told."""
    try:
        return importlib.import_module("media2face")
    except ModuleNotFoundError as reason:
        if reason.name == "media2face":
            return None
        raise FaceError(f"the Python package media2face cannot be loaded: {reason}") from None
    except ImportError as reason:
        raise FaceError(f"the Python package media2face cannot be loaded: {reason}") from None


class _Warnings(logging.Handler):
    def __init__(self, lines):
        super().__init__(logging.WARNING)
        self.lines = lines

    def emit(self, record):
        self.lines.append(record.getMessage())


class Work:
    """An animation of samples, [frames] or [frames, channels]. Poll it; then it has a track, warnings, or a failure."""

    def __init__(self, package, samples, sample_rate_hz, options):
        self.stage, self.fraction = "", 0.0
        self.track, self.warnings = None, []
        self._cancelled, self._failure = False, None
        self._thread = threading.Thread(target=self._run, args=(package, samples, sample_rate_hz, options), daemon=True)
        self._thread.start()

    def _progress(self, progress):
        self.stage, self.fraction = str(progress.stage), float(progress.fraction)
        if self._cancelled:
            raise FaceError("cancelled")

    def _run(self, package, samples, sample_rate_hz, options):
        heard = _Warnings(self.warnings)
        logging.getLogger("media2face").addHandler(heard)
        try:
            self.track = _animate(package, samples, sample_rate_hz, options, self._progress)
        except FaceError as reason:
            self._failure = reason
        except Exception as reason:  # its own text, whatever its class
            self._failure = FaceError(f"media2face: {reason}")
        finally:
            logging.getLogger("media2face").removeHandler(heard)

    def poll(self):
        """True when it has ended. Raises its failure."""
        if self._thread.is_alive():
            return False
        if self._failure:
            raise self._failure
        self.fraction = 1.0
        return True

    def cancel(self):
        """Ends the work, and waits for its end."""
        self._cancelled = True
        self._thread.join()


def _animate(package, samples, sample_rate_hz, options, progress):
    model = package.Model(options.pack) if options.pack else package.default_model()
    asked = {"tail_s": options.tail_s}
    if options.style:
        asked["style"] = package.Style(options.style, strength=options.strength)
    if options.seed >= 0:
        asked["seed"] = options.seed
    if options.identity:
        asked["identity"] = _identity(options.identity)
    animation = model.animate(samples, sample_rate_hz, progress=progress, **asked)
    if options.head_smoothing_s > 0:
        animation = animation.adjust(head_smoothing_s=options.head_smoothing_s)
    frames = animation.read(options.rate)
    heads = [[*turn, *move] for turn, move in zip(frames.rotations.tolist(), frames.translations_mm.tolist())]
    track = Track(model.names, options.rate, frames.weights.tolist(), heads, seed=animation.seed)
    track.eyes = track.angles(model.eye_range_rad)
    return track


def _identity(text):
    """A name, or a mix as m2f takes it: NAME=WEIGHT,NAME=WEIGHT."""
    if "=" not in text:
        return text
    try:
        return {name.strip(): float(weight) for name, weight in (part.split("=") for part in text.split(","))}
    except ValueError:
        raise FaceError(f"the identity {text!r} is no mix: NAME=WEIGHT,NAME=WEIGHT is needed") from None
