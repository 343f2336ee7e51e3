"""Where the sound is: a strip of the sequencer or a file, and what of it is heard when."""

import os
import tempfile

import bpy

from .core.timing import Place
from .core.track import FaceError


class Sound:
    """path: of a file. place: on the timeline. name: for actions and strips."""

    def __init__(self, path, place, name):
        self.path, self.place, self.name = path, place, name
        self._made = None

    def unpack(self, data):
        """Writes a sound that is packed into the .blend as a file."""
        ending = os.path.splitext(self.path)[1]
        handle, self._made = tempfile.mkstemp(prefix="media2face-", suffix=ending)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        self.path = self._made

    def remove(self):
        if self._made:
            os.unlink(self._made)
            self._made = None


def strips(scene):
    """Sound strips of a scene, also those inside meta strips."""
    editor = scene.sequence_editor
    if editor is None:
        return []
    every = editor.strips_all if hasattr(editor, "strips_all") else editor.sequences_all
    return [strip for strip in every if strip.type == "SOUND"]


def _strip(scene, name):
    found = strips(scene)
    if not found:
        raise FaceError("the sequencer has no sound strip")
    if name:
        for strip in found:
            if strip.name == name:
                return strip
        raise FaceError(f"there is no sound strip {name}; there are {', '.join(strip.name for strip in found)}")
    active = scene.sequence_editor.active_strip
    if active in found:
        return active
    if len(found) == 1:
        return found[0]
    raise FaceError(f"name a sound strip; there are {', '.join(strip.name for strip in found)}")


def of(scene, settings):
    """The sound or file that the settings name."""
    if settings.source == "STRIP":
        return _of_strip(_strip(scene, settings.strip))
    path = bpy.path.abspath(settings.path)
    what = "face file" if settings.source == "FACES" else "sound file"
    if not settings.path:
        raise FaceError(f"choose a {what}")
    if not os.path.isfile(path):
        raise FaceError(f"the {what} {path} is not there")
    return Sound(path, Place(settings.start), os.path.splitext(os.path.basename(path))[0])


def _of_strip(strip):
    speed = getattr(strip, "speed_factor", 1.0)
    if abs(speed - 1) > 1e-6 or getattr(strip, "retiming_keys", None):
        raise FaceError(f"the strip {strip.name} is retimed: bake its sound to a file first")
    if strip.sound is None:
        raise FaceError(f"the strip {strip.name} has no sound")
    first, last = strip.frame_final_start, strip.frame_final_end
    cut = last < strip.frame_start + strip.frame_duration - 0.5
    sound = Sound(
        bpy.path.abspath(strip.sound.filepath, library=strip.sound.library),
        Place(strip.frame_start, max(first, strip.frame_start), last if cut else None),
        strip.name,
    )
    if strip.sound.packed_file is not None:
        sound.unpack(strip.sound.packed_file.data)
    elif not os.path.isfile(sound.path):
        raise FaceError(f"the sound file {sound.path} of the strip {strip.name} is not there")
    return sound


def samples(path):
    """Floats [frames, channels] and the rate in Hz, by Blender's own decoder."""
    import aud

    try:
        sound = aud.Sound(path)
        data, (rate_hz, _) = sound.data(), sound.specs
    except aud.error as reason:
        raise FaceError(f"{path} is no sound that Blender reads: {reason}") from None
    if not len(data):
        raise FaceError(f"{path} has no samples that Blender reads")
    return data, int(rate_hz)
