# Drives the binding in Godot 3 and checks what it does. M2F_WORD says what of it; other variables name files. It writes faces for a
# comparison to the bit, says what is wrong, and ends with 1 then.
extends Spatial

const Sound = preload("res://addons/media2face/sound.gd")
const Voice = preload("res://addons/media2face/voice.gd")
const Pack = preload("res://addons/media2face/pack.gd")
const Curves = preload("res://addons/media2face/curves.gd")
const Names = preload("res://addons/media2face/names.gd")
const Puppet = preload("res://addons/media2face/puppet.gd")
const Speaker = preload("res://addons/media2face/speaker.gd")
const Runtime = preload("res://addons/media2face/runtime.gdns")
const Model = preload("res://addons/media2face/model.gdns")
const Clip = preload("res://addons/media2face/clip.gdns")
const Stream = preload("res://addons/media2face/stream.gdns")

# As bindings/unity/Tests~/reference.c has them.
const FACES = 230
const BLOCK = 512
const OUTPUT_FRAMES = 1024
const BARGE_IN = 90
const SEED = 7
# Before something is taken for missing.
const LONGEST_MS = 60000

var faults = 0
var heard_failure = ""

func _ready():
	var word = OS.get_environment("M2F_WORD")
	var done = call(word)
	if done is GDScriptFunctionState:
		yield(done, "completed")
	print(word, ": ", "%d faults" % faults if faults else "passed")
	get_tree().quit(1 if faults else 0)

func check(is_so: bool, text: String):
	if not is_so:
		faults += 1
		printerr("FAULT ", text)

func place(name: String) -> String:
	return OS.get_environment("M2F_" + name)

func wav() -> AudioStreamSample:
	var stream = Sound.read_wav(place("SOUND"))
	check(stream is AudioStreamSample, str(stream))
	return stream

func opened(threads: int):
	var pack = Pack.of(place("PACK"), threads)
	check(pack.error == "", pack.error)
	return pack

# The faces of the C program: those of the clip, and those of the stream with its interruption.
func faces():
	var out = File.new()
	check(out.open(place("OUT"), File.WRITE) == OK, "cannot write faces")
	var sound = wav()
	var frames = sound.data.size() / 2
	var pack = opened(0)
	var clip = Clip.new()
	clip.set(SEED, "", 0.0)
	check(clip.open(pack.model, sound.mix_rate, 1), clip.error())
	check(clip.add_style("happy", 1.0, 0.0, -1.0), clip.error())
	# In two pieces: 16-bit integers, then floats.
	check(clip.push(sound.data.subarray(0, 31999)), clip.error())
	check(clip.push(floats(sound.data.subarray(32000, frames * 2 - 1))), clip.error())
	check(clip.finish() and clip.wait(-1) == 0, clip.error())
	check(clip.seed() == SEED and clip.progress() == 1.0, "seed %d, progress %f" % [clip.seed(), clip.progress()])
	for k in FACES:
		store(out, clip.sample(float(1 + k * (frames - 1) / FACES) / sound.mix_rate))
	var stream = Stream.new()
	check(stream.open(pack.model, sound.mix_rate, 2, false, true, SEED), stream.error())
	var voice = Voice.new(stream, sound.mix_rate, OUTPUT_FRAMES, true)
	var spoken = PoolVector2Array()
	var heard = 0
	var outgoing = []
	for block in frames / BLOCK:
		if block == BARGE_IN:
			settle(pack, stream)
			check(voice.interrupt(heard, 0.2), stream.error())
		var samples = stereo(sound.data, block * BLOCK, BLOCK)
		voice.push(samples)
		outgoing.append(voice.next(BLOCK))
		heard = voice.heard(OUTPUT_FRAMES)
		while true:
			work(pack)
			if stream.state("ready_sample") > heard:
				break
		var face = stream.sample(heard)
		check(stream.is_ready() and stream.error() == "", stream.error())
		store(out, face)
	out.close()
	check(stream.state("dropped") == 0, "sound found no room")
	late(outgoing, sound, voice.delay)

# Works until a hop brings nothing more of the sound that was written, however slow the machine is: an interruption depends on it.
func settle(pack, stream):
	var before = -1
	while before != stream.state("ready_sample"):
		before = stream.state("ready_sample")
		OS.delay_msec(300)
		work(pack)

func work(pack):
	while not pack.runtime.step(1000):
		pass

func store(out: File, face: PoolRealArray):
	check(face.size() == 59, "a face of %d numbers" % face.size())
	for value in face:
		out.store_float(value)

# What is given to the device is what was spoken, later by the delay; silence after the interruption.
func late(outgoing: Array, sound, delay: int):
	var at = 0
	for block in outgoing.size():
		for i in BLOCK:
			var from = at - delay if block < BARGE_IN else at - delay
			var speaks = from >= 0 and (block < BARGE_IN or from >= BARGE_IN * BLOCK)
			var wanted = sample(sound.data, from) if speaks else 0.0
			if outgoing[block][i].x != wanted:
				check(false, "block %d has %f at %d, not %f" % [block, outgoing[block][i].x, i, wanted])
				return
			at += 1

static func sample(data: PoolByteArray, at: int) -> float:
	var bits = data[2 * at] | data[2 * at + 1] << 8
	return (bits - 65536 if bits > 32767 else bits) / 32768.0

static func floats(data: PoolByteArray) -> PoolRealArray:
	var out = PoolRealArray()
	out.resize(data.size() / 2)
	for i in out.size():
		out[i] = sample(data, i)
	return out

static func stereo(data: PoolByteArray, first: int, count: int) -> PoolVector2Array:
	var out = PoolVector2Array()
	out.resize(count)
	for i in count:
		var value = sample(data, first + i)
		out[i] = Vector2(value, value)
	return out

# A head below a Spatial, with a speaker and a player.
func character(threads: int):
	var head = load("res://hello.glb").instance()
	for child in head.get_children():
		if child is AnimationPlayer:
			child.free()
	add_child(head)
	var player = AudioStreamPlayer.new()
	head.add_child(player)
	var speaker = Speaker.new()
	speaker.name = "speaker"
	speaker.pack = place("PACK")
	speaker.random_seed = SEED
	speaker.threads = threads
	head.add_child(speaker)
	speaker.player = speaker.get_path_to(player)
	for part in ["head", "eye_left", "eye_right"]:
		var node = head.find_node(part, true, false)
		check(node is Spatial, "no node " + part)
		var of = {"head": "head", "eye_left": "left_eye", "eye_right": "right_eye"}[part]
		speaker.set(of, speaker.get_path_to(node))
	speaker.connect("failed", self, "on_failed")
	return speaker

func on_failed(text: String):
	heard_failure = text

# A clip and curves through the speaker: blendshapes, head and eyes are those of the face.
func speaker():
	var one = character(-1)
	var two = character(-1)
	two.style = "happy"
	check(one.say(wav()) and two.say(wav()), one.error + two.error)
	check(two.opened == one.opened, "two speakers have two models")
	while one.waits or two.waits:
		yield(get_tree(), "idle_frame")
	for i in 20:
		yield(get_tree(), "idle_frame")
		OS.delay_msec(20)
	check(one.course == Speaker.Course.CLIP and one.face.size() == 59, "it does not speak")
	check(one.face[Names.find(one.opened.names, "jawOpen")] != two.face[Names.find(two.opened.names, "jawOpen")], "a style changes nothing")
	moves(one)
	one.interrupt()
	for i in 60:
		yield(get_tree(), "idle_frame")
		OS.delay_msec(20)
	check(one.course == Speaker.Course.REST and one.face[58] == 0.0, "it did not come to rest")
	check(one.puppet.head.node.transform.is_equal_approx(one.puppet.head.rest), "the head did not come to rest")
	two.get_parent().free()

func moves(speaker):
	var mesh = speaker.puppet.targets[0].mesh
	check(speaker.puppet.targets.size() == 52 and speaker.puppet.missing.empty(), "channels without a blendshape: %s" % [speaker.puppet.missing])
	for at in 52:
		var shown = mesh.get("blend_shapes/" + speaker.opened.names[at])
		check(shown == speaker.face[at], "%s is %s, not %f" % [speaker.opened.names[at], shown, speaker.face[at]])
	var turn = Quat(speaker.face[52], speaker.face[53], speaker.face[54], speaker.face[55])
	var pivot = speaker.puppet.head
	check(Quat(pivot.node.transform.basis).is_equal_approx(turn * Quat(pivot.rest.basis)), "the head is not turned as told")
	check(pivot.node.transform.origin != pivot.rest.origin, "the head is not moved")
	check(speaker.puppet.left_eye.node.transform.basis != Basis(), "the eye is not turned")
	for at in 4:
		var of_starter = speaker.Puppet.STARTER_EYES_RAD[at]
		check(abs(speaker.puppet.eyes_rad[at] - of_starter) < 1e-5, "the model turns eyes by %s" % [speaker.puppet.eyes_rad])

# Baked curves hold the clip's weights, and play without the library.
func curves():
	var read = Curves.new()
	check(read.read(place("CURVES")), read.error)
	check(read.names.size() == 52 and read.rate == [30, 1], "%d names at %s" % [read.names.size(), read.rate])
	var told = JSON.parse(text_of(place("JSON"))).result
	check(read.names == told.names and read.frames == int(told.frames), "other names or frames than the JSON")
	for i in read.frames:
		var face = read.sample(float(i) / 30)
		for at in 52:
			check(abs(face[at] - told.weights[i][at]) <= 1.0 / 2048, "frame %d: %s" % [i, read.names[at]])
		for at in 4:
			check(abs(face[52 + at] - told.head[i].rotation[at]) <= 1.0 / 1024, "frame %d: the head" % i)
	check(abs(Curves.half(0x3555) - 0.333252) < 1e-6 and Curves.half(0xc000) == -2.0 and Curves.half(1) == pow(2, -24), "halves")
	var speaker = character(-1)
	speaker.pack = ""
	check(speaker.play_curves(place("CURVES"), wav()), speaker.error)
	for i in 20:
		yield(get_tree(), "idle_frame")
		OS.delay_msec(20)
	check(speaker.face.size() == 59 and speaker.face[0] != 0.0, "it does not speak")
	check(speaker.opened == null and speaker.puppet.targets.size() == 52, "a model was loaded")
	var cut = File.new()
	cut.open(place("CURVES"), File.READ)
	var bytes = cut.get_buffer(cut.get_len())
	for length in [0, 5, 11, 40, bytes.size() - 1]:
		check(not read.parse(bytes.subarray(0, length - 1) if length else PoolByteArray(), "cut") and read.error != "", "%d bytes are taken" % length)
	check(not speaker.play_curves(place("SOUND"), null) and "has no curves" in speaker.error, speaker.error)
	check(not speaker.play_curves("res://none.curves", null) and "cannot be opened" in speaker.error, speaker.error)

static func text_of(path: String) -> String:
	var file = File.new()
	file.open(path, File.READ)
	return file.get_as_text()

# Live through the engine's own audio: chunks are spoken, interrupted, and spoken again.
func speech():
	var speaker = character(-1)
	speaker.fast = true
	check(speaker.begin_speech(16000), speaker.error)
	var data = wav().data
	for piece in 4:
		speaker.push(floats(data.subarray(piece * 16000, piece * 16000 + 15999)))
	var most = 0.0
	var began = OS.get_ticks_msec()
	# A machine that is slow shows its faces late.
	while most < 0.05 and OS.get_ticks_msec() - began < LONGEST_MS:
		yield(get_tree(), "idle_frame")
		OS.delay_msec(10)
		if speaker.face.size() == 59:
			most = max(most, speaker.face[Names.find(speaker.opened.names, "jawOpen")])
	check(most > 0.05, "the jaw opens by %f alone" % most)
	speaker.style = "happy"
	speaker.interrupt()
	check(speaker.voice.waiting() == 0 and speaker.course == Speaker.Course.SPEECH, "it goes on")
	speaker.push(floats(data.subarray(0, 31999)))
	began = OS.get_ticks_msec()
	while speaker.stream.state("generation") < 1 and OS.get_ticks_msec() - began < LONGEST_MS:
		yield(get_tree(), "idle_frame")
		OS.delay_msec(10)
	check(speaker.stream.state("generation") == 1 and speaker.error == "", speaker.error)
	# It is freed while it speaks, and so is everything that it has.
	speaker.get_parent().free()
	var again = character(0)
	check(again.begin_speech(48000), again.error)
	again.push(floats(data))
	for i in 10:
		yield(get_tree(), "idle_frame")
	# The player goes.
	again.get_node(again.player).free()
	yield(get_tree(), "idle_frame")
	yield(get_tree(), "idle_frame")
	check(again.course == Speaker.Course.REST and "the player of the sound is gone" in heard_failure, heard_failure)
	again.queue_free()
	yield(get_tree(), "idle_frame")
	yield(get_tree(), "idle_frame")

# What AudioEffectCapture has, for a Godot that lacks it.
class Capture:
	var frames = PoolVector2Array()
	func get_frames_available() -> int:
		return frames.size()
	func get_buffer(count: int) -> PoolVector2Array:
		var all = frames
		frames = PoolVector2Array()
		return all
	func clear_buffer():
		frames = PoolVector2Array()

func capture():
	var speaker = character(-1)
	if not ClassDB.class_exists("AudioEffectCapture"):
		check(not speaker.follow("Master") and "3.3" in speaker.error, speaker.error)
	check(not speaker.follow("nothing") and "no bus nothing" in speaker.error, speaker.error)
	speaker.error = ""
	var source = Capture.new()
	check(speaker.follow("Master", source), speaker.error)
	check(AudioServer.get_bus_effect_count(0) > 0, "the bus is not delayed")
	var data = wav().data
	var rate = int(AudioServer.get_mix_rate())
	# Nodes process after this signal.
	yield(get_tree(), "idle_frame")
	for step in 100:
		source.frames = stereo(data, step * rate / 60, rate / 60)
		yield(get_tree(), "idle_frame")
		OS.delay_msec(16)
	check(speaker.stream.state("next_sample") == 100 * (rate / 60) and speaker.face.size() == 59, "%d frames, face of %d" % [speaker.stream.state("next_sample"), speaker.face.size()])
	speaker.interrupt()
	yield(get_tree(), "idle_frame")
	check(speaker.error == "" and speaker.course == Speaker.Course.FOLLOW, speaker.error)
	speaker.stop()

# Everything that can be wrong has a text.
func errors():
	var pack = opened(-1)
	var clip = Clip.new()
	check(clip.wait(0) != 0 and clip.error() == "the clip is not open", clip.error())
	check(clip.sample(0).size() == 0 and "no faces" in clip.error(), clip.error())
	check(not clip.open(self, 16000, 1) and clip.error() == "a Media2FaceModel is needed", clip.error())
	check(not clip.open(pack.runtime, 16000, 1) and clip.error() == "a Media2FaceModel is needed", clip.error())
	check(not clip.open(null, 16000, 1) and clip.error() == "a Media2FaceModel is needed", clip.error())
	check(not clip.open(Model.new(), 16000, 1) and clip.error() == "the model is not open", clip.error())
	check(not clip.open(pack.model, 12, 1) and "invalid argument: " in clip.error(), clip.error())
	check(not clip.open(pack.model, 16000, 0) and clip.error() != "", clip.error())
	clip.set(1, "nobody", 0.0)
	check(not clip.open(pack.model, 16000, 1) and "nobody" in clip.error() and "missing part" in clip.error(), clip.error())
	clip.set(1, "", 0.0)
	check(clip.open(pack.model, 16000, 2), clip.error())
	check(not clip.push("words") and "PoolRealArray" in clip.error(), clip.error())
	check(not clip.push(PoolRealArray([1, 2, 3])) and "channels" in clip.error(), clip.error())
	check(not clip.push(PoolRealArray([NAN, 0])) and "invalid audio" in clip.error(), clip.error())
	check(not clip.finish() and "invalid audio" in clip.error(), clip.error())
	check(not clip.add_style("happy", 1.0, 3.0, 1.0) and "invalid argument" in clip.error(), clip.error())
	check(clip.push(PoolVector2Array([Vector2(), Vector2()])) and clip.finish() and clip.cancel(), clip.error())
	check(clip.wait(-1) in [0, 12], "%s" % clip.error())
	check(clip.push() == null and "takes 1 arguments, not 0" in clip.error(), clip.error())
	var stream = Stream.new()
	check(stream.write(PoolRealArray()) == -1 and stream.error() == "the stream is not open", stream.error())
	check(not stream.open(pack.model, 1, 1, false, false, -1) and "invalid argument" in stream.error(), stream.error())
	check(stream.open(pack.model, 44100, 1, true, false, -1), stream.error())
	check(stream.state("colour") == null and stream.error() != "", stream.error())
	check(not stream.interrupt(0, -1.0) and "invalid argument" in stream.error(), stream.error())
	check(stream.sample(0).size() == 59 and stream.set_listening(true) and stream.flush() and stream.reset(), stream.error())
	stream.close()
	check(stream.sample(0).size() == 0 and stream.error() == "the stream is not open", stream.error())
	var runtime = Runtime.new()
	check(not runtime.step(1) and runtime.error() == "the runtime is not open", runtime.error())
	var speaker = character(-1)
	speaker.pack = "res://none.m2f"
	check(not speaker.say(wav()) and "none.m2f" in speaker.error and "input or output failed: " in speaker.error and heard_failure == speaker.error, speaker.error)
	speaker.pack = place("SOUND")
	check(not speaker.say(wav()) and "invalid pack: " in speaker.error, speaker.error)
	speaker.pack = place("PACK")
	check(not speaker.say(AudioStreamGenerator.new()) and "AudioStreamSample" in speaker.error, speaker.error)
	check(not speaker.say(AudioStreamSample.new()) and speaker.error != "", speaker.error)
	check(not speaker.push(PoolRealArray()) and "begin_speech" in speaker.error, speaker.error)
	speaker.player = ""
	check(not speaker.begin_speech(16000) and "no player for the sound" in speaker.error, speaker.error)
	speaker.meshes = [NodePath("..")]
	speaker.puppet = null
	check(not speaker.say(wav()) and "no MeshInstance" in speaker.error, speaker.error)
	check(Sound.read_wav(place("PACK")) is String and Sound.read_wav("res://none.wav") is String, "a file that is no WAV")

# Names of other rigs.
func rigs():
	check(Names.plain("eyeBlink_L") == Names.plain("eyeBlinkLeft") and Names.plain("jaw_open") == Names.plain("JawOpen"), "spellings")
	var speaker = character(-1)
	speaker.mapping = {"jawOpen": ["eyeBlinkLeft", "eyeBlinkRight"], "mouthClose": "none"}
	check(speaker.bind(["jawOpen", "mouthClose", "noSuchChannel"]), speaker.error)
	check(speaker.puppet.targets.size() == 4 and speaker.puppet.missing == ["noSuchChannel"], "%d, %s" % [speaker.puppet.targets.size(), speaker.puppet.missing])
	speaker.mapping = {}
	speaker.prefix = "jaw"
	check(speaker.bind(["Open", "jawOpen"]) and speaker.puppet.targets.size() == 1, "a prefix")
	# A bone whose axes are not the character's.
	var skeleton = Skeleton.new()
	skeleton.add_bone("neck")
	skeleton.set_bone_rest(0, Transform(Basis(Vector3(0.3, 1.2, -0.5)), Vector3(0, 1, 0)))
	skeleton.add_bone("skull")
	skeleton.set_bone_parent(1, 0)
	skeleton.set_bone_rest(1, Transform(Basis(Vector3(-0.7, 0.2, 0.9)), Vector3(0, 0.1, 0)))
	add_child(skeleton)
	yield(get_tree(), "idle_frame")
	var before = Quat(skeleton.get_bone_global_pose(1).basis)
	var pivot = Puppet.Pivot.new(skeleton, "skull", self)
	var turn = Quat(Vector3(0.1, 0.9, 0.2).normalized(), 0.4)
	pivot.move(turn, Vector3())
	yield(get_tree(), "idle_frame")
	check(Quat(skeleton.get_bone_global_pose(1).basis).is_equal_approx(turn * before), "a bone turns about other axes")
	check(not Puppet.Pivot.new(skeleton, "tail", self).is_there(), "a bone that is not there")

# Libraries that are not there, or of another version.
func library():
	var pack = Pack.new()
	check(not pack.open(place("PACK"), -1, place("LIBRARY")), "it is taken")
	print(pack.error)
	for part in place("WANTED").split("|"):
		check(part in pack.error, "no \"%s\" in: %s" % [part, pack.error])

# A picture of the head while it speaks.
func picture():
	var speaker = character(-1)
	var camera = Camera.new()
	add_child(camera)
	camera.look_at_from_position(Vector3(0.16, 0.03, 0.5), Vector3(0, -0.012, 0), Vector3.UP)
	camera.fov = 38
	var light = DirectionalLight.new()
	add_child(light)
	light.look_at_from_position(Vector3(1, 1.2, 1.6), Vector3(), Vector3.UP)
	light.light_energy = 0.62
	var fill = DirectionalLight.new()
	add_child(fill)
	fill.look_at_from_position(Vector3(-1.5, 0.2, 1), Vector3(), Vector3.UP)
	fill.light_energy = 0.15
	var around = WorldEnvironment.new()
	around.environment = Environment.new()
	around.environment.background_mode = Environment.BG_COLOR
	around.environment.background_color = Color(0.16, 0.18, 0.22)
	around.environment.ambient_light_color = Color(1, 1, 1)
	around.environment.ambient_light_energy = 0.155
	add_child(around)
	speaker.style = "happy"
	var clip = speaker.animate(wav())
	check(clip != null and clip.wait(-1) == 0, speaker.error)
	var best = 0.0
	var time = 0.0
	for i in 200:
		var jaw = clip.sample(i / 30.0)[Names.find(speaker.opened.names, "jawOpen")]
		if jaw > best:
			best = jaw
			time = i / 30.0
	speaker.show(clip.sample(time))
	for i in 5:
		yield(get_tree(), "idle_frame")
	yield(VisualServer, "frame_post_draw")
	var image = get_viewport().get_texture().get_data()
	image.flip_y()
	check(image.save_png(place("OUT")) == OK, "the picture is not written")
	var colours = {}
	image.lock()
	for x in range(0, image.get_width(), 8):
		for y in range(0, image.get_height(), 8):
			colours[image.get_pixel(x, y).to_html()] = true
	check(colours.size() > 100, "the picture has %d colours" % colours.size())
