extends Reference
# Models that are open, so that speakers share one. A model lives as long as somebody holds it.

const Runtime = preload("runtime.gdns")
const Model = preload("model.gdns")

# A runtime with the model of a pack; or with a text of what is wrong.
var runtime
var model
var names = []
var eyes_rad = []
var error = ""

# The same object for the same path and number of threads; -1 threads: one for every second core, 0: none, call runtime.step.
static func of(path: String, threads: int = -1) -> Reference:
	var key = "media2face %s %d" % [path, threads]
	if Engine.has_meta(key):
		var kept = Engine.get_meta(key).get_ref()
		if kept != null:
			return kept
	var pack = load("res://addons/media2face/pack.gd").new()
	if pack.open(path, threads):
		Engine.set_meta(key, weakref(pack))
	return pack

# Opens a pack. In an exported game it may lie inside the game's own file: then its bytes are read.
func open(path: String, threads: int, library_path: String = "") -> bool:
	runtime = Runtime.new()
	if runtime == null or not runtime.has_method("open"):
		return failed("the binding was not loaded: is addons/media2face/bin/ there, with a library for this system?")
	if not runtime.open(library_path, threads):
		return failed(runtime.error())
	model = Model.new()
	var place = ProjectSettings.globalize_path(path)
	var file = File.new()
	if path.begins_with("res://") and not file.file_exists(place) and file.open(path, File.READ) == OK:
		if not model.open(runtime, file.get_buffer(file.get_len())):
			return failed("%s: %s" % [path, model.error()])
	elif not model.open(runtime, place):
		return failed("%s: %s" % [path, model.error()])
	names = Array(model.weight_names())
	eyes_rad = Array(model.eye_range_rad())
	return true

func failed(text: String) -> bool:
	error = text
	model = null
	return false
