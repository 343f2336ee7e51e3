extends Reference
# What of a character moves: blendshapes by name, head and eyes. A face is weights, then the head's pose: a quaternion x, y, z, w and
# a move in mm. The library's axes are Godot's: +Y up, +Z out of the face, +X the character's left.

const Names = preload("names.gd")

# In, out, up, down: how far a look weight of 1 turns the starter's eyes, radians.
const STARTER_EYES_RAD = [0.418879, 0.418879, 0.20944, 0.349066]
const LOOKS = [
	"eyeLookInLeft", "eyeLookOutLeft", "eyeLookUpLeft", "eyeLookDownLeft",
	"eyeLookInRight", "eyeLookOutRight", "eyeLookUpRight", "eyeLookDownRight",
]

# A blendshape that follows a channel.
class Target:
	var mesh: MeshInstance
	var path: String
	var channel: int
	var gain: float
	var applied = -1.0

# A node or a bone that turns about the character's axes.
class Pivot:
	var node: Spatial
	var bone = -1
	var rest: Transform
	var to_local: Basis
	var from_local: Basis

	func _init(at: Spatial, bone_name: String, root: Spatial):
		node = at
		var parent = Basis()
		if bone_name != "" and at is Skeleton:
			bone = at.find_bone(bone_name)
			if bone < 0:
				return
			rest = at.get_bone_pose(bone)
			# A pose is on top of the bone's rest.
			parent = (at.global_transform * at.get_bone_global_pose(bone)).basis * rest.basis.inverse()
		else:
			rest = at.transform
			if at.get_parent() is Spatial:
				parent = at.get_parent().global_transform.basis
		from_local = root.global_transform.basis.orthonormalized().inverse() * parent.orthonormalized()
		to_local = from_local.inverse()

	func is_there() -> bool:
		return is_instance_valid(node) and (bone >= 0 or not node is Skeleton)

	# Where the node is now: turned and moved about the character's axes, metres.
	func move(turn: Quat, by: Vector3):
		var basis = to_local * Basis(turn) * from_local * rest.basis
		var to = Transform(basis, rest.origin + to_local.xform(by))
		if bone >= 0:
			node.set_bone_pose(bone, to)
		else:
			node.transform = to

var channels = []
var targets = []
# Channels that no blendshape follows.
var missing = []
var head: Pivot
var left_eye: Pivot
var right_eye: Pivot
var looks = []
# As STARTER_EYES_RAD: what the model says of its own. Baked curves do not say it.
var eyes_rad = STARTER_EYES_RAD

# names: of the weights. meshes: whose blendshapes follow. mapping: channel to a name, or to a list of them; prefix: before each name.
func bind(names: Array, meshes: Array, mapping: Dictionary, prefix: String):
	channels = names
	targets = []
	missing = []
	var followed = {}
	for mesh in meshes:
		for shape in shapes(mesh):
			var channel = channel_of(shape, mapping, prefix)
			if channel < 0:
				continue
			var target = Target.new()
			target.mesh = mesh
			target.path = "blend_shapes/" + shape
			target.channel = channel
			target.gain = 1.0
			targets.append(target)
			followed[channel] = true
	for channel in channels.size():
		if not followed.has(channel):
			missing.append(channels[channel])
	looks = []
	for name in LOOKS:
		looks.append(Names.find(channels, name))

static func shapes(mesh: MeshInstance) -> Array:
	var found = []
	if mesh.mesh is ArrayMesh:
		for at in mesh.mesh.get_blend_shape_count():
			found.append(mesh.mesh.get_blend_shape_name(at))
	return found

func channel_of(shape: String, mapping: Dictionary, prefix: String) -> int:
	for channel in mapping:
		var to = mapping[channel]
		if (to is Array and shape in to) or (to is String and to == shape):
			return Names.find(channels, channel)
	if not shape.begins_with(prefix):
		return -1
	return Names.find(channels, shape.substr(prefix.length(), shape.length()))

# Shows a face.
func apply(face: PoolRealArray, gain: float, head_gain: float):
	var count = channels.size()
	if face.size() < count + 7:
		return
	for target in targets:
		var weight = face[target.channel] * target.gain * gain
		if weight != target.applied and is_instance_valid(target.mesh):
			target.mesh.set(target.path, weight)
			target.applied = weight
	if head != null and head.is_there():
		var turn = Quat(face[count], face[count + 1], face[count + 2], face[count + 3]).normalized()
		var by = Vector3(face[count + 4], face[count + 5], face[count + 6]) * 0.001
		head.move(Quat().slerp(turn, head_gain), by * head_gain)
	if left_eye != null and left_eye.is_there():
		left_eye.move(look(face, 0, -1.0), Vector3())
	if right_eye != null and right_eye.is_there():
		right_eye.move(look(face, 4, 1.0), Vector3())

# In is to the character's right for a left eye. An eye turns about the axis (pitch, yaw, 0) by its length, without roll.
func look(face: PoolRealArray, first: int, inwards: float) -> Quat:
	var yaw = (weight(face, first) * eyes_rad[0] - weight(face, first + 1) * eyes_rad[1]) * inwards
	var pitch = weight(face, first + 3) * eyes_rad[3] - weight(face, first + 2) * eyes_rad[2]
	var axis = Vector3(pitch, yaw, 0)
	return Quat(axis.normalized(), axis.length()) if axis.length() > 0 else Quat()

func weight(face: PoolRealArray, at: int) -> float:
	return face[looks[at]] if looks[at] >= 0 else 0.0

# A face that comes to rest: the mouth within fade_s, the head within four times that.
static func at_rest_after(face: PoolRealArray, seconds: float, fade_s: float) -> PoolRealArray:
	var count = face.size() - 7
	var mouth = clamp(1 - seconds / fade_s, 0, 1)
	var pose = clamp(1 - seconds / (4 * fade_s), 0, 1)
	var new = face
	for i in count:
		new[i] = face[i] * mouth
	var turn = Quat().slerp(Quat(face[count], face[count + 1], face[count + 2], face[count + 3]).normalized(), pose)
	new[count] = turn.x
	new[count + 1] = turn.y
	new[count + 2] = turn.z
	new[count + 3] = turn.w
	for i in 3:
		new[count + 4 + i] = face[count + 4 + i] * pose
	return new
