"""Files of faces, known by what is in them."""

from . import curves, tables
from .track import FaceError

# m2f refuses larger ones, too.
_MOST_BYTES = 1 << 30


def read(path, rate=None):
    """A Track of a file: baked curves, JSON, or CSV. rate: frames per second, for a CSV that does not tell."""
    name = str(path).replace("\\", "/").rsplit("/", 1)[-1]
    try:
        with open(path, "rb") as file:
            data = file.read(_MOST_BYTES + 1)
    except OSError as reason:
        raise FaceError(f"{path} cannot be read: {reason.strerror}") from None
    if len(data) > _MOST_BYTES:
        raise FaceError(f"{name} has more than {_MOST_BYTES >> 20} MiB")
    if data[:8] == curves.MAGIC:
        return curves.parse(data, name)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise FaceError(f"{name} has no faces: it is no file of curves, JSON or CSV of m2f") from None
    if text.lstrip()[:1] == "{":
        return tables.parse_json(text, name)
    return tables.parse_csv(text, name, rate)
