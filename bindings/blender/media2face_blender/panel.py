"""The panel, beside the 3D view and beside the sequencer."""

import bpy


def draw(layout, context):
    thing = context.active_object
    if thing is None or thing.type != "MESH":
        layout.label(text="Choose the mesh of a face", icon="INFO")
        return
    chosen = thing.media2face
    layout.label(text=thing.name, icon="MESH_DATA")
    if not thing.data.shape_keys:
        layout.label(text="It has no shape keys", icon="ERROR")
    layout.use_property_split = True
    layout.prop(chosen, "source")
    if chosen.source == "STRIP":
        editor = context.scene.sequence_editor
        if editor is None:
            layout.label(text="The sequencer is empty", icon="ERROR")
        else:
            layout.prop_search(
                chosen, "strip", editor, "strips_all" if hasattr(editor, "strips_all") else "sequences_all", icon="SOUND"
            )
    else:
        layout.prop(chosen, "path")
        layout.prop(chosen, "start")
    names = ["file_rate"] if chosen.source == "FACES" else ["style", "strength", "seed", "identity", "tail"]
    for name in names:
        layout.prop(chosen, name)
    layout.separator()
    for name in ("family", "prefix", "mapping", "gain"):
        layout.prop(chosen, name)
    layout.separator()
    layout.operator("media2face.find", icon="VIEWZOOM")
    for name in ("head", "left_eye", "right_eye"):
        layout.prop(chosen, name)
        joint = getattr(chosen, name)
        if joint is not None and joint.type == "ARMATURE":
            layout.prop_search(chosen, name + "_bone", joint.data, "bones", text="Bone")
    layout.prop(chosen, "head_gain")
    layout.prop(chosen, "moves")
    layout.separator()
    layout.operator("media2face.key", icon="KEY_HLT")


class MEDIA2FACE_PT_view(bpy.types.Panel):
    bl_label = "media2face"
    bl_idname = "MEDIA2FACE_PT_view"
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = "media2face"

    def draw(self, context):
        draw(self.layout, context)


class MEDIA2FACE_PT_sequencer(bpy.types.Panel):
    bl_label = "media2face"
    bl_idname = "MEDIA2FACE_PT_sequencer"
    bl_space_type = "SEQUENCE_EDITOR"
    bl_region_type = "UI"
    bl_category = "media2face"

    def draw(self, context):
        draw(self.layout, context)


CLASSES = MEDIA2FACE_PT_view, MEDIA2FACE_PT_sequencer


def register():
    for one in CLASSES:
        bpy.utils.register_class(one)


def unregister():
    for one in reversed(CLASSES):
        bpy.utils.unregister_class(one)
