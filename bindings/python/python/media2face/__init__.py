"""Speech in, moving face out.

    import media2face
    animation = media2face.animate(samples, 48000, style="happy")
    animation.weights      # [frames, 52], in the order of animation.names
    animation.rotations    # [frames, 4], quaternions of the head

`read_curves` reads faces that were baked before. `animate` takes a clip at once. `Model.session` takes it in parts and lets you change its styles and keyframes, `Model.stream` is a
face that speaks live. Failures are subclasses of `Error`. Messages go to the logger "media2face", which is silent unless your
program configures logging. docs/python.md has the rest.
"""

import logging as _logging

from ._curves import Curves, CurvesError, CurvesFace, read_curves
from ._errors import (
    CancelledError,
    DeviceLostError,
    Error,
    FileError,
    InternalError,
    InvalidArgumentError,
    InvalidAudioError,
    InvalidPackError,
    InvalidPictureError,
    InvalidStateError,
    MissingPartError,
    OutOfMemoryError,
    Status,
    UnsupportedError,
)
from ._media2face import (
    Animation,
    Binding,
    Device,
    Face,
    Frames,
    GazeTarget,
    Identity,
    Keyframe,
    Model,
    PreparedStyle,
    Progress,
    PromptReading,
    Runtime,
    Session,
    Solver,
    Stream,
    StreamState,
    Style,
    __version__,
    animate,
    default_model,
    devices,
    expression_names,
    finish_together,
)

__all__ = [
    "Animation",
    "Binding",
    "CancelledError",
    "Curves",
    "CurvesError",
    "CurvesFace",
    "Device",
    "DeviceLostError",
    "Error",
    "Face",
    "FileError",
    "Frames",
    "GazeTarget",
    "Identity",
    "InternalError",
    "InvalidArgumentError",
    "InvalidAudioError",
    "InvalidPackError",
    "InvalidPictureError",
    "InvalidStateError",
    "Keyframe",
    "MissingPartError",
    "Model",
    "OutOfMemoryError",
    "PreparedStyle",
    "Progress",
    "PromptReading",
    "Runtime",
    "Session",
    "Solver",
    "Status",
    "Stream",
    "StreamState",
    "Style",
    "UnsupportedError",
    "__version__",
    "animate",
    "default_model",
    "devices",
    "expression_names",
    "finish_together",
    "read_curves",
]

_logging.getLogger("media2face").addHandler(_logging.NullHandler())
