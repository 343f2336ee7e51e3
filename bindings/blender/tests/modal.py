"""Runs the operator in Blender's window, as a user does: with its progress, to the end, and cancelled by Esc.

    blender --factory-startup --enable-event-simulate --python modal.py -- ZIP GLB SOUND M2F

It needs a display, such as that of Xvfb. Its last line is "passed".
"""

import os
import subprocess
import sys
import traceback

import numpy

if "bool" not in vars(numpy):
    numpy.bool = bool

import bpy  # noqa: E402

ZIP, GLB, SOUND, M2F = sys.argv[sys.argv.index("--") + 1 :]
MODULE = "media2face_blender"
# Steps before something is taken for missing.
LONGEST = 6000


def running():
    """Processes of m2f that this one has started."""
    told = subprocess.run(["ps", "--ppid", str(os.getpid()), "-o", "args="], capture_output=True, text=True, check=False).stdout
    return [line for line in told.splitlines() if "animate" in line]


def course():
    """Yields where Blender is to go on."""
    bpy.ops.preferences.addon_install(filepath=ZIP, overwrite=True)
    bpy.ops.preferences.addon_enable(module=MODULE)
    preferences = bpy.context.preferences.addons[MODULE].preferences
    preferences.command, preferences.way = M2F, "COMMAND"
    for thing in list(bpy.data.objects):
        bpy.data.objects.remove(thing)
    bpy.ops.import_scene.gltf(filepath=GLB)
    for thing in bpy.data.objects:
        thing.animation_data_clear()
        if thing.type == "MESH" and thing.data.shape_keys:
            thing.data.shape_keys.animation_data_clear()
            face = thing
    for action in list(bpy.data.actions):
        bpy.data.actions.remove(action)
    bpy.context.view_layer.objects.active = face
    face.media2face.source, face.media2face.path = "SOUND", SOUND
    bpy.ops.ed.undo_push(message="before")
    yield
    print("the panel is drawn and the operator runs to its end", flush=True)
    assert bpy.ops.media2face.key("INVOKE_DEFAULT") == {"RUNNING_MODAL"}
    assert running(), "m2f does not run"
    for _ in range(LONGEST):
        yield
        if bpy.data.actions:
            break
    assert len(bpy.data.actions) == 1 and not running()
    bpy.ops.ed.undo()
    yield
    assert not bpy.data.actions, "undo leaves the action"
    print("Esc ends it and m2f, and nothing is keyed", flush=True)
    assert bpy.ops.media2face.key("INVOKE_DEFAULT") == {"RUNNING_MODAL"}
    yield
    assert running(), "m2f does not run"
    bpy.context.window_manager.windows[0].event_simulate(type="ESC", value="PRESS", x=100, y=100)
    for _ in range(20):
        yield
    assert not running() and not bpy.data.actions
    print("a mesh that goes meanwhile is told, and nothing breaks", flush=True)
    assert bpy.ops.media2face.key("INVOKE_DEFAULT") == {"RUNNING_MODAL"}
    yield
    bpy.data.objects.remove(bpy.context.view_layer.objects.active)
    for _ in range(LONGEST):
        yield
        if not running():
            break
    for _ in range(5):
        yield
    assert not running() and not bpy.data.actions
    print("passed", flush=True)


STEPS = course()


def step():
    try:
        window = bpy.context.window_manager.windows[0]
        area = next(area for area in window.screen.areas if area.type == "VIEW_3D")
        region = next(region for region in area.regions if region.type == "WINDOW")
        area.spaces[0].show_region_ui = True
        with bpy.context.temp_override(window=window, area=area, region=region):
            next(STEPS)
        return 0.1
    except StopIteration:
        pass
    except BaseException:
        traceback.print_exc()
    sys.stdout.flush()
    bpy.ops.wm.quit_blender()
    return None


bpy.app.timers.register(step, first_interval=0.5)
