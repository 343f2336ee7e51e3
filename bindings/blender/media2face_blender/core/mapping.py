"""From the channels of a model to the shape keys of a rig, by name."""

import json

from .track import FaceError


def plain(name):
    """The same text for all spellings of a channel: jawOpen, JawOpen, jaw_open; eyeBlink_L for eyeBlinkLeft."""
    text = name
    if len(text) > 2 and text[-2] in "_.":
        text = text[:-2] + {"l": "Left", "r": "Right"}.get(text[-1].lower(), text[-2:])
    return "".join(letter for letter in text.lower() if letter not in "_. -")


class Mapping:
    """Which shape keys follow a channel, and how far.

    Without a table a key follows the channel of its name, in any spelling, behind the prefix. A table says it for the channels that it
    has; all others go by their names.
    """

    def __init__(self, prefix="", table=None):
        self.prefix = prefix
        self.channels = list(table or ())
        self.table = {plain(channel): _targets(channel, to) for channel, to in (table or {}).items()}

    def keys_of(self, channel, keys):
        """Pairs of a key and its gain, of those of a mesh."""
        told = self.table.get(plain(channel))
        if told is not None:
            return [(key, gain) for key, gain in told if key in keys]
        wanted = plain(channel)
        return [(key, 1.0) for key in keys if key.startswith(self.prefix) and plain(key[len(self.prefix) :]) == wanted]

    def resolve(self, channels, keys):
        """(channel's place, key, gain) of all keys that follow something. A key that several channels move is the sum of them."""
        return [(at, key, gain) for at, channel in enumerate(channels) for key, gain in self.keys_of(channel, keys)]

    def unknown(self, channels):
        """Channels of the table that the model lacks."""
        known = {plain(channel) for channel in channels}
        return [channel for channel in self.channels if plain(channel) not in known]


def _targets(channel, to):
    """A name, a list of names, or an object of names and gains; null for nothing."""
    if to is None:
        return []
    if isinstance(to, str):
        return [(to, 1.0)]
    if isinstance(to, list) and all(isinstance(key, str) for key in to):
        return [(key, 1.0) for key in to]
    if isinstance(to, dict) and all(isinstance(gain, (int, float)) for gain in to.values()):
        return [(key, float(gain)) for key, gain in to.items()]
    raise FaceError(f"mapping of {channel}: a name, a list of names, or an object of names and gains is needed")


def parse(text, name, prefix=""):
    """A Mapping of JSON: {"jawOpen": "Jaw", "eyeBlinkLeft": ["Blink.L", "Lid.L"], "mouthPucker": {"Kiss": 0.8}, "tongueOut": null}."""
    try:
        table = json.loads(text)
    except ValueError as reason:
        raise FaceError(f"{name} is no JSON: {reason}") from None
    if not isinstance(table, dict):
        raise FaceError(f"{name} is no JSON object of channels")
    return Mapping(prefix, table)


def values(track, resolved):
    """For each key its values over the frames: {key: [frames]}."""
    curves = {}
    for at, key, gain in resolved:
        column = [row[at] * gain for row in track.weights]
        curves[key] = [a + b for a, b in zip(curves[key], column)] if key in curves else column
    return curves
