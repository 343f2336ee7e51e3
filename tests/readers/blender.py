"""Imports .glb files into Blender and looks for shape keys, objects and animations by name.

    blender --background --factory-startup --python blender.py -- FILE...
"""

import sys

import numpy

# Blender 3.4's importer knows an older NumPy.
if "bool" not in vars(numpy):
    numpy.bool = bool

import bpy  # noqa: E402

NODES = "head", "face", "eye_left", "eye_right"


def faults(path):
    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.ops.import_scene.gltf(filepath=path)
    objects = list(bpy.data.objects)
    keys = [o.data.shape_keys for o in objects if o.type == "MESH" and o.data.shape_keys]
    counts = sorted({len(k.key_blocks) - 1 for k in keys})
    curves = sum(len(action.fcurves) for action in bpy.data.actions)
    print(f"{path}: {len(objects)} objects, shape keys {counts}, {curves} curves", flush=True)
    if counts != [52]:
        yield f"shape keys {counts}, expected 52"
    if keys and "jawOpen" not in keys[0].key_blocks:
        yield "no shape key jawOpen"
    # 52 weights; a head's rotation and place, two eyes' rotations.
    if curves < 52 + 7 + 8:
        yield f"{curves} curves"
    for name in NODES:
        # In a scene the names begin with a character's.
        if not any(o.name.split(".")[-1] == name for o in objects):
            yield f"no object {name}"


found = [f"{path}: {fault}" for path in sys.argv[sys.argv.index("--") + 1 :] for fault in faults(path)]
for line in found:
    print(line, file=sys.stderr)
sys.stdout.flush()
sys.exit(1 if found else 0)
