"""What is set for each character, on its mesh, and in the add-on's preferences."""

import bpy
from bpy.props import (
    BoolProperty,
    EnumProperty,
    FloatProperty,
    IntProperty,
    PointerProperty,
    StringProperty,
)

SOURCES = [
    ("STRIP", "Sound strip", "A sound strip of the sequencer"),
    ("SOUND", "Sound file", "A sound file"),
    ("FACES", "Face file", "Baked curves, or JSON or CSV of m2f: no model is needed"),
]


class Media2FacePreferences(bpy.types.AddonPreferences):
    bl_idname = __package__

    way: EnumProperty(
        name="By",
        items=[
            ("AUTO", "What is there", "The Python package media2face if it can be imported, else the command m2f"),
            ("PACKAGE", "Python package", "The Python package media2face"),
            ("COMMAND", "Command", "The command m2f"),
        ],
    )
    command: StringProperty(name="m2f", description="Path of the command; empty to look on the PATH", subtype="FILE_PATH")
    pack: StringProperty(name="Model pack", description="An .m2f file; empty for the starter", subtype="FILE_PATH")

    def draw(self, context):
        for name in ("way", "command", "pack"):
            self.layout.prop(self, name)


class Media2FaceSettings(bpy.types.PropertyGroup):
    source: EnumProperty(name="Source", items=SOURCES)
    strip: StringProperty(name="Strip", description="A sound strip; empty for the active one")
    path: StringProperty(name="File", subtype="FILE_PATH")
    start: IntProperty(name="Start", description="Frame at which the file begins", default=1)
    file_rate: FloatProperty(
        name="Rate", description="Frames per second of a CSV that does not tell; 0 if it does", min=0, max=1000
    )

    style: StringProperty(name="Style", description="Words or one emoji; empty for the model's own way")
    strength: FloatProperty(name="Strength", description="0 is none of the style, 2 twice as far", default=1, min=0, max=2)
    seed: IntProperty(name="Seed", description="The same seed is the same take; -1 follows from the sound", default=-1, min=-1)
    identity: StringProperty(name="Identity", description="One of the model's, or a mix: chie=0.6,bruno=0.4; empty for the first")
    tail: FloatProperty(
        name="Tail",
        description="Silence behind the sound in which the face comes to rest",
        default=0.3,
        min=0,
        max=10,
        unit="TIME_ABSOLUTE",
    )

    family: BoolProperty(name="With its siblings", description="Also meshes below the same parent, such as teeth", default=True)
    prefix: StringProperty(name="Prefix", description="What stands before the names of the shape keys")
    mapping: StringProperty(
        name="Mapping", description="JSON file of channels and shape keys of other names; empty for ARKit's", subtype="FILE_PATH"
    )
    gain: FloatProperty(name="Gain", default=1, min=0, max=4)

    head: PointerProperty(name="Head", type=bpy.types.Object, description="What turns: an object, or an armature with a bone")
    head_bone: StringProperty(name="Head bone")
    head_gain: FloatProperty(name="Head gain", default=1, min=0, max=4)
    moves: BoolProperty(name="Head moves", description="It moves, and does not only turn", default=True)
    left_eye: PointerProperty(name="Left eye", type=bpy.types.Object)
    left_eye_bone: StringProperty(name="Left eye bone")
    right_eye: PointerProperty(name="Right eye", type=bpy.types.Object)
    right_eye_bone: StringProperty(name="Right eye bone")


def preferences(context):
    return context.preferences.addons[__package__].preferences


CLASSES = Media2FacePreferences, Media2FaceSettings


def register():
    for one in CLASSES:
        bpy.utils.register_class(one)
    bpy.types.Object.media2face = PointerProperty(type=Media2FaceSettings)


def unregister():
    del bpy.types.Object.media2face
    for one in reversed(CLASSES):
        bpy.utils.unregister_class(one)
