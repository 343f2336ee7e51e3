"""Writes faces as actions, and lays them as strips into the NLA."""

import bpy
from mathutils import Quaternion

from .core import mapping, timing, turns
from .core.track import FaceError

TRACK = "media2face"
# What an action is marked with, so that another take replaces it.
MARK = "media2face"
_LINEAR = 1


class Curves:
    """Channels of what will be one action: of shape keys, or of an object with its bones."""

    def __init__(self, owner):
        self.owner = owner
        self.channels = []

    def add(self, path, index, values, group):
        self.channels.append((path, index, values, group))

    def add_rows(self, path, rows, group):
        for index, values in enumerate(zip(*rows)):
            self.add(path, index, values, group)

    def action(self, name, frames):
        action = bpy.data.actions.new(name)
        for path, index, values, group in self.channels:
            curve = action.fcurves.new(path, index=index, action_group=group)
            curve.keyframe_points.add(len(frames))
            flat = [number for pair in zip(frames, values) for number in pair]
            curve.keyframe_points.foreach_set("co", flat)
            curve.keyframe_points.foreach_set("interpolation", [_LINEAR] * len(frames))
            curve.update()
        return action


def meshes(thing, family):
    """Meshes with shape keys: the object's own, and those below the same parent."""
    if thing.type != "MESH":
        raise FaceError(f"{thing.name} is no mesh: choose the face")
    found = [thing]
    if family:
        near = thing.parent.children if thing.parent else thing.children
        found += [other for other in near if other != thing and other.type == "MESH"]
    found = [mesh for mesh in found if mesh.data.shape_keys and len(mesh.data.shape_keys.key_blocks) > 1]
    if not found:
        raise FaceError(f"{thing.name} has no shape keys")
    return found


def check(thing):
    """What must be right before anything is computed."""
    settings = thing.media2face
    meshes(thing, settings.family)
    for name in ("head", "left_eye", "right_eye"):
        _joint(settings, name)
    return read_mapping(settings)


def read_mapping(settings):
    if not settings.mapping:
        return mapping.Mapping(settings.prefix)
    path = bpy.path.abspath(settings.mapping)
    try:
        with open(path, encoding="utf-8") as file:
            return mapping.parse(file.read(), path, settings.prefix)
    except (OSError, UnicodeDecodeError) as reason:
        raise FaceError(f"the mapping {path} cannot be read: {reason}") from None


def _joint(settings, name):
    """(object, pose bone or None) that is set, or None."""
    thing, bone = getattr(settings, name), getattr(settings, name + "_bone")
    if thing is None:
        return None
    if thing.type != "ARMATURE":
        return _turnable(thing, thing), None
    if not bone:
        raise FaceError(f"{thing.name} is an armature: name the bone of the {name.replace('_', ' ')}")
    if bone not in thing.pose.bones:
        raise FaceError(f"{thing.name} has no bone {bone}")
    _turnable(thing, thing.pose.bones[bone])
    return thing, thing.pose.bones[bone]


def _turnable(thing, joint):
    if joint.rotation_mode == "AXIS_ANGLE":
        raise FaceError(f"{joint.name} turns by axis and angle: set its rotation mode to Quaternion")
    return thing


def key(scene, thing, track, place, name):
    """Keys a face, and gives lines of what the user is to know."""
    settings = thing.media2face
    told, owners = [], {}
    _shapes(thing, settings, track, owners, told)
    _joints(scene, settings, track, owners, told)
    rate = timing.scene_rate(scene.render.fps, scene.render.fps_base)
    frames = timing.frames_of(track, rate)
    span = place.span(max(frames[-1], 1.0))
    if span[1] - span[0] <= 0:
        raise FaceError(f"nothing of {name} is heard: the strip is cut to nothing")
    for curves in owners.values():
        owner = curves.owner
        action = curves.action(f"{name} {owner.name}", frames)
        action[MARK] = f"{thing.name}: {name}"
        _push(owner, action, place.start + span[0], span, name)
        if owner.animation_data.action is not None:
            told.append(
                f"{owner.name} has the action {owner.animation_data.action.name}, which covers the strip: remove or push it down"
            )
    return told


def _shapes(thing, settings, track, owners, told):
    table = read_mapping(settings)
    missing = set(track.names)
    for mesh in meshes(thing, settings.family):
        blocks = mesh.data.shape_keys.key_blocks
        resolved = table.resolve(track.names, [block.name for block in blocks[1:]])
        missing -= {track.names[at] for at, _, _ in resolved}
        if not resolved:
            continue
        curves = owners.setdefault(mesh.data.shape_keys, Curves(mesh.data.shape_keys))
        for shape, values in mapping.values(track, resolved).items():
            gained = [value * settings.gain for value in values]
            curves.add(f'key_blocks["{bpy.utils.escape_identifier(shape)}"].value', 0, gained, "media2face")
    if len(missing) == len(track.names):
        raise FaceError(
            f"no shape key of {thing.name} has a name of the model's, such as {track.names[0]}: a mapping or a prefix is needed"
        )
    if missing:
        told.append(f"no shape key follows {', '.join(name for name in track.names if name in missing)}")
    unknown = table.unknown(track.names)
    if unknown:
        told.append(f"the mapping has channels that the model lacks: {', '.join(unknown)}")


def _joints(scene, settings, track, owners, told):
    head = _joint(settings, "head")
    if head:
        rows = [turns.scaled(turns.head_turn(row), settings.head_gain) for row in track.heads]
        unit_m = scene.unit_settings.scale_length or 1.0
        moves = [[value * settings.head_gain for value in turns.head_move(row, unit_m)] for row in track.heads]
        _turn(head, rows, moves if settings.moves else None, owners, "Head")
    eyes = [_joint(settings, "left_eye"), _joint(settings, "right_eye")]
    angles = track.angles() if any(eyes) else None
    if any(eyes) and angles is None:
        told.append("the file says nothing of the eyes")
        return
    for side, eye in enumerate(eyes):
        if eye:
            rows = [turns.eye_turn(*row[2 * side : 2 * side + 2]) for row in angles]
            _turn(eye, rows, None, owners, ("Left eye", "Right eye")[side])


def _turn(joint, rows, moves, owners, group):
    """Bones are keyed in their own channels, objects in the deltas: their place at rest stays."""
    thing, bone = joint
    curves = owners.setdefault(thing, Curves(thing))
    if bone is None:
        path, mode = "delta_", thing.rotation_mode
    else:
        rest = [list(row) for row in bone.bone.matrix_local.to_3x3()]
        rows = [turns.in_bone(row, rest) for row in rows]
        moves = moves and [turns.unturned(row, rest) for row in moves]
        path, mode = f'pose.bones["{bpy.utils.escape_identifier(bone.name)}"].', bone.rotation_mode
    rows = turns.continuous(rows)
    if mode == "QUATERNION":
        curves.add_rows(path + "rotation_quaternion", rows, group)
    else:
        curves.add_rows(path + "rotation_euler", _eulers(rows, mode), group)
    if moves:
        curves.add_rows(path + "location", moves, group)


def _eulers(rows, mode):
    before, out = None, []
    for row in rows:
        turn = Quaternion(row)
        before = turn.to_euler(mode, before) if before else turn.to_euler(mode)
        out.append(list(before))
    return out


def _push(owner, action, start, span, name):
    """A strip of a part of an action; one of an earlier take of the same sound for the same character goes."""
    data = owner.animation_data or owner.animation_data_create()
    for track in data.nla_tracks:
        for strip in [strip for strip in track.strips if strip.action and strip.action.get(MARK) == action[MARK]]:
            before = strip.action
            track.strips.remove(strip)
            if before.users == 0:
                bpy.data.actions.remove(before)
    end = start + span[1] - span[0]
    strip = _free_track(data, start, end).strips.new(name, int(start // 1), action)
    # From Blender 4.4 on an action has slots, and this one has one.
    if hasattr(strip, "action_slot") and strip.action_slot is None and len(strip.action_suitable_slots):
        strip.action_slot = strip.action_suitable_slots[0]
    strip.action_frame_start, strip.action_frame_end = span
    # The later end first: a strip never ends before it begins.
    strip.frame_end = max(end, strip.frame_end)
    strip.frame_start = start
    strip.frame_end = end


def _free_track(data, start, end):
    """A track of ours in which the strip has room, with a frame more for rounding."""
    for track in data.nla_tracks:
        if track.name.startswith(TRACK) and all(
            strip.frame_end <= start - 1 or strip.frame_start >= end + 1 for strip in track.strips
        ):
            return track
    track = data.nla_tracks.new()
    track.name = TRACK
    return track
