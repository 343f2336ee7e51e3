"""The exceptions of the package: one class for each kind of failure, with the library's own words."""

import enum


class Status(enum.IntEnum):
    """Kinds of failures, with the numbers of `m2f_status` in the C API."""

    INVALID_ARGUMENT = 2
    INVALID_AUDIO = 6
    INVALID_PICTURE = 7
    INVALID_PACK = 8
    MISSING_PART = 9
    IO = 10
    INVALID_STATE = 11
    CANCELLED = 12
    OUT_OF_MEMORY = 13
    UNSUPPORTED = 14
    DEVICE_LOST = 15
    INTERNAL = 16


class Error(Exception):
    """A failure of the library. `str()` is its text; `status` is its kind."""

    status: Status = Status.INTERNAL


class InvalidArgumentError(Error, ValueError):
    """An argument is out of its range or does not fit the others."""

    status = Status.INVALID_ARGUMENT


class InvalidAudioError(Error, ValueError):
    """Samples are not finite, or the clip is empty or too long."""

    status = Status.INVALID_AUDIO


class InvalidPictureError(Error, ValueError):
    """A picture cannot be decoded or is larger than the limits."""

    status = Status.INVALID_PICTURE


class InvalidPackError(Error, ValueError):
    """A model pack is damaged or of another format."""

    status = Status.INVALID_PACK


class MissingPartError(Error, LookupError):
    """The model has no such network or name."""

    status = Status.MISSING_PART


class FileError(Error, OSError):
    """A file could not be read."""

    status = Status.IO


class InvalidStateError(Error, RuntimeError):
    """The call does not fit the state of its object: a push after the end of the input, a session that is closed."""

    status = Status.INVALID_STATE


class CancelledError(Error):
    """The job was cancelled."""

    status = Status.CANCELLED


class OutOfMemoryError(Error, MemoryError):
    """Memory was refused. Free some and call again; shorter clips and fewer threads take less."""

    status = Status.OUT_OF_MEMORY


class UnsupportedError(Error, NotImplementedError):
    """This version, device or model cannot do it."""

    status = Status.UNSUPPORTED


class DeviceLostError(Error, RuntimeError):
    """The device was lost: make a new Runtime."""

    status = Status.DEVICE_LOST


class InternalError(Error, RuntimeError):
    """A fault of the library: report it, please."""

    status = Status.INTERNAL
