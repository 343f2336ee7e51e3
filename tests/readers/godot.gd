# Looks at every .glb of the project after Godot 3 has imported it: shapes, nodes and the animation by name.
# Usage: godot3-server --path FOLDER -s godot.gd
extends SceneTree

var faults = 0

func _init():
	var folder = Directory.new()
	folder.open("res://")
	folder.list_dir_begin(true, true)
	var name = folder.get_next()
	while name != "":
		if name.ends_with(".glb"):
			look_at(name)
		name = folder.get_next()
	quit(1 if faults > 0 else 0)

func look_at(file):
	var scene = load("res://" + file)
	if scene == null:
		fault(file, "it was not imported")
		return
	var found = {"shapes": 0, "frames": 0, "names": [], "farthest": 0.0}
	walk(scene.instance(), found)
	print(file, ": ", found.names.size(), " nodes, ", found.shapes, " shapes, animation of ", found.frames, " tracks")
	if found.shapes != 52:
		fault(file, str(found.shapes) + " shapes, expected 52")
	if found.frames < 55:
		fault(file, "an animation of " + str(found.frames) + " tracks")
	# A reader that takes other values for those that a sparse target leaves out moves vertices by the size of the head.
	if not (found.farthest > 0.01 and found.farthest < 0.06):
		fault(file, "a shape moves a vertex by " + str(found.farthest) + " m")
	# In a scene the names begin with a character's.
	for wanted in ["head", "face", "eye_left", "eye_right"]:
		var there = false
		for name in found.names:
			there = there or name.ends_with(wanted)
		if not there:
			fault(file, "no node " + wanted)

func walk(node, found):
	found.names.append(node.name)
	if node is MeshInstance and node.mesh:
		found.shapes = max(found.shapes, node.mesh.get_blend_shape_count())
		if node.mesh.get_blend_shape_count() > 0:
			found.farthest = max(found.farthest, farthest(node.mesh))
	if node is AnimationPlayer:
		for name in node.get_animation_list():
			found.frames = max(found.frames, node.get_animation(name).get_track_count())
	for child in node.get_children():
		walk(child, found)

# How far a blendshape moves a vertex, metres.
func farthest(mesh):
	var most = 0.0
	for surface in mesh.get_surface_count():
		var rest = mesh.surface_get_arrays(surface)[Mesh.ARRAY_VERTEX]
		for shape in mesh.surface_get_blend_shape_arrays(surface):
			for i in rest.size():
				most = max(most, rest[i].distance_to(shape[Mesh.ARRAY_VERTEX][i]))
	return most

func fault(file, text):
	faults += 1
	printerr(file, ": ", text)
