"""Keys the active mesh, with progress. Nothing of the scene changes before the faces are there, so a cancelled run leaves it as it was."""

import time

import bpy

from . import keys, settings, sources
from .core import command, files, timing, wheel
from .core.options import Options
from .core.track import FaceError

_POLL_S = 0.05


class _Ready:
    """Work that is done: a file of faces."""

    stage, fraction, warnings = "", 1.0, ()

    def __init__(self, track):
        self.track = track

    def poll(self):
        return True

    def cancel(self):
        pass


def begin(context, thing):
    """(work, sound) of the settings of a mesh."""
    wanted, told = thing.media2face, settings.preferences(context)
    keys.check(thing)
    sound = sources.of(context.scene, wanted)
    if wanted.source == "FACES":
        return _Ready(files.read(sound.path, wanted.file_rate or None)), sound
    render = context.scene.render
    options = Options(
        rate=timing.scene_rate(render.fps, render.fps_base),
        style=wanted.style,
        strength=round(wanted.strength, 6),
        seed=wanted.seed,
        identity=wanted.identity,
        pack=bpy.path.abspath(told.pack),
        tail_s=round(wanted.tail, 6),
    )
    try:
        package = None if told.way == "COMMAND" else wheel.find()
        if package is not None:
            return wheel.Work(package, *sources.samples(sound.path), options), sound
        if told.way == "PACKAGE":
            raise FaceError("the Python package media2face is not there for Blender's Python: install it, or use the command m2f")
        return command.Work(command.find(bpy.path.abspath(told.command)), sound.path, options), sound
    except FaceError:
        sound.remove()
        raise


class MEDIA2FACE_OT_key(bpy.types.Operator):
    """Key shape keys, head and eyes of the active mesh from speech"""

    bl_idname = "media2face.key"
    bl_label = "Key face"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context):
        return context.active_object is not None and context.active_object.type == "MESH"

    def _begin(self, context):
        # By its name: an undo meanwhile makes other objects of the same things.
        self.thing = context.active_object.name
        self.work, self.sound, self.timer = None, None, None
        self.work, self.sound = begin(context, context.active_object)
        context.window_manager.progress_begin(0, 100)

    def execute(self, context):
        """Without a window, and from scripts: waits."""
        try:
            self._begin(context)
            while not self.work.poll():
                self._show(context)
                time.sleep(_POLL_S)
            return self._finish(context)
        except FaceError as reason:
            return self._fail(context, reason)
        except KeyboardInterrupt:
            self._cancel_work()
            return self._fail(context, FaceError("cancelled"))

    def invoke(self, context, event):
        try:
            self._begin(context)
        except FaceError as reason:
            return self._fail(context, reason)
        self.timer = context.window_manager.event_timer_add(_POLL_S, window=context.window)
        context.window_manager.modal_handler_add(self)
        return {"RUNNING_MODAL"}

    def modal(self, context, event):
        if event.type == "ESC":
            self._cancel_work()
            self._end(context)
            self.report({"INFO"}, "media2face: cancelled, nothing was keyed")
            return {"CANCELLED"}
        if event.type != "TIMER":
            return {"PASS_THROUGH"}
        try:
            if self.work.poll():
                return self._finish(context)
        except FaceError as reason:
            return self._fail(context, reason)
        self._show(context)
        return {"RUNNING_MODAL"}

    def cancel(self, context):
        """Blender ends it: another file is opened, or Blender quits."""
        self._cancel_work()
        self._end(context)

    def _show(self, context):
        context.window_manager.progress_update(int(self.work.fraction * 100))
        if context.workspace is not None and self.timer is not None:
            stage = f" {self.work.stage}" if self.work.stage else ""
            context.workspace.status_text_set(f"media2face:{stage} {self.work.fraction:.0%}   Esc cancels")

    def _finish(self, context):
        thing = context.scene.objects.get(self.thing)
        if thing is None:
            raise FaceError(f"the mesh {self.thing} is gone")
        told = keys.key(context.scene, thing, self.work.track, self.sound.place, self.sound.name)
        for line in [*self.work.warnings, *told]:
            self.report({"WARNING"}, f"media2face: {line}")
        seed = "" if self.work.track.seed is None else f", seed {self.work.track.seed}"
        self.report({"INFO"}, f"media2face: {len(self.work.track)} frames of {self.sound.name}{seed}")
        self._end(context)
        return {"FINISHED"}

    def _fail(self, context, reason):
        self._end(context)
        self.report({"ERROR"}, str(reason))
        return {"CANCELLED"}

    def _cancel_work(self):
        if self.work is not None:
            self.work.cancel()

    def _end(self, context):
        context.window_manager.progress_end()
        if self.timer is not None:
            context.window_manager.event_timer_remove(self.timer)
            self.timer = None
            if context.workspace is not None:
                context.workspace.status_text_set(None)
        if self.sound is not None:
            self.sound.remove()


class MEDIA2FACE_OT_find(bpy.types.Operator):
    """Look for head and eyes near the active mesh, by their names"""

    bl_idname = "media2face.find"
    bl_label = "Find head and eyes"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context):
        return MEDIA2FACE_OT_key.poll(context)

    def execute(self, context):
        thing = context.active_object
        found = [name for name in ("head", "left_eye", "right_eye") if _find(thing, name)]
        kind = {"INFO"} if found else {"WARNING"}
        self.report(kind, f"media2face: found {', '.join(found).replace('_', ' ') or 'neither head nor eyes'}")
        return {"FINISHED"} if found else {"CANCELLED"}


# Without case, blanks, points and lines.
_NAMES = {
    "head": ("head", "mixamorig:head", "j_bip_c_head", "defspine006"),
    "left_eye": ("eyeleft", "lefteye", "eyel", "mixamorig:lefteye", "jadjlfaceeye"),
    "right_eye": ("eyeright", "righteye", "eyer", "mixamorig:righteye", "jadjrfaceeye"),
}


def _find(thing, name):
    def fits(text):
        plain = "".join(letter for letter in text.split("|")[-1].lower() if letter not in " ._-")
        return plain.rstrip("0123456789") in _NAMES[name]

    chosen = thing.media2face
    armature = thing.find_armature()
    if armature is not None:
        for bone in armature.pose.bones:
            if fits(bone.name):
                setattr(chosen, name, armature)
                setattr(chosen, name + "_bone", bone.name)
                return True
    near = [thing.parent, *thing.parent.children] if thing.parent else list(thing.children)
    for other in near:
        # In a scene the names begin with a character's.
        if other != thing and (fits(other.name) or fits(other.name.split(".", 1)[-1])):
            setattr(chosen, name, other)
            return True
    return False


CLASSES = MEDIA2FACE_OT_key, MEDIA2FACE_OT_find


def register():
    for one in CLASSES:
        bpy.utils.register_class(one)


def unregister():
    for one in reversed(CLASSES):
        bpy.utils.unregister_class(one)
