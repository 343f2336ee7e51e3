"""Speech in, moving face out: keys shape keys, head and eyes of a character from a sound strip, a sound file, or a file of faces."""

bl_info = {
    "name": "media2face",
    "author": "the media2face authors",
    "version": (0, 2, 0),
    "blender": (3, 4, 0),
    "location": "3D View and Sequencer > Sidebar > media2face",
    "description": "Keys a face from speech, by the library media2face",
    "category": "Animation",
}

# Its core runs without Blender, and is tested so.
try:
    import bpy
except ModuleNotFoundError:
    bpy = None

if bpy is not None:
    from . import operators, panel, settings

    def register():
        for part in (settings, operators, panel):
            part.register()

    def unregister():
        for part in (panel, operators, settings):
            part.unregister()
