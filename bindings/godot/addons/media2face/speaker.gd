extends Node
class_name Media2FaceSpeaker
# A character that speaks. It plays a sound that it animates before (say) or curves that were baked (play_curves); or it moves live with
# a bus (follow) or with chunks of speech (begin_speech, push). interrupt and stop end any of them; the face comes to rest.

const Sound = preload("sound.gd")
const Puppet = preload("puppet.gd")
const Voice = preload("voice.gd")
const Bus = preload("bus.gd")
const Pack = preload("pack.gd")
const Clip = preload("clip.gdns")
const Stream = preload("stream.gdns")
const Curves = preload("curves.gd")

# A sound is animated and begins to be heard.
signal began
# What was said has ended, or was stopped.
signal ended
# A face was shown: weights in the order of names, then the head's pose.
signal shown(face)
# Something failed; the text is the library's own, or says what is missing.
signal failed(text)

enum Course { REST, CLIP, SPEECH, FOLLOW }

# How long the mouth takes to rest, seconds; the head takes four times as long.
const FADE_S = 0.2
# Seconds of sound that the device has before it is played.
const BUFFER_S = 0.1

export(String, FILE, "*.m2f") var pack = ""
# Meshes with blendshapes; none for all below the character.
export(Array, NodePath) var meshes = []
# What turns and moves: a Spatial, or a Skeleton with the bone's name.
export(NodePath) var head
export(String) var head_bone = ""
export(NodePath) var left_eye
export(String) var left_eye_bone = ""
export(NodePath) var right_eye
export(String) var right_eye_bone = ""
# Where the voice comes from: an AudioStreamPlayer, 2D or 3D.
export(NodePath) var player
# Whose axes turns are about, +Z out of the face; none for the parent.
export(NodePath) var character
# Channels of other names, such as {"jawOpen": "Jaw"}; and what stands before the names of all blendshapes.
export(Dictionary) var mapping = {}
export(String) var prefix = ""
# Words or one emoji; empty for the pack's own way.
export(String) var style = ""
export(float, 0, 2) var strength = 1.0
export(float, 0, 2) var gain = 1.0
export(float, 0, 2) var head_gain = 1.0
# The same seed moves the same way; -1 for one that follows from the sound.
export(int) var random_seed = -1
export(String) var identity = ""
# Silence after the sound, in which the face comes to rest.
export(float, 0, 10) var tail_s = 0.3
# Live: the fast class, 0.12 s in place of 0.42 s.
export(bool) var fast = false
# Live: the sound waits until the face is ready. Off, the face is late.
export(bool) var delays_sound = true
# -1: the library's own threads. 0: none, and step_ms of each frame.
export(int) var threads = -1
export(int) var step_ms = 4

var course = Course.REST
var puppet
var face = PoolRealArray()
# Why the last call failed, or empty.
var error = ""
var opened
var clip
var waits = false
var animation
var sound
var started = false
var over_s = 0.0
var stream
var stream_style = ""
var stream_strength = 1.0
var voice
# The player in use; and of a live voice: its rate, the generator or the capture, the bus.
var output
var plays = false
var rate_hz = 0
var generator
var capture
var bus_name = ""
# What the face comes to rest from.
var left = PoolRealArray()
var settled_s = INF

func _exit_tree():
	stop()

# Looks for the blendshapes. It is called when it is needed; call it again after the character has changed. names: of the weights.
func bind(names: Array) -> bool:
	var root = get_node_or_null(character) if character else get_parent()
	if not root is Spatial:
		return fail("%s: the parent is no Spatial, so give a character" % name)
	var found = []
	for path in meshes:
		var mesh = get_node_or_null(path)
		if not mesh is MeshInstance:
			return fail("%s: %s is no MeshInstance" % [name, path])
		found.append(mesh)
	if found.empty():
		collect(root, found)
	puppet = Puppet.new()
	puppet.bind(names, found, mapping, prefix)
	puppet.head = pivot(head, head_bone, root)
	puppet.left_eye = pivot(left_eye, left_eye_bone, root)
	puppet.right_eye = pivot(right_eye, right_eye_bone, root)
	if puppet.targets.empty():
		push_warning("%s: no blendshape of the character has a name of the model's, such as %s" % [name, names[0] if names else "jawOpen"])
	return true

func collect(node: Node, found: Array):
	if node is MeshInstance and not Puppet.shapes(node).empty():
		found.append(node)
	for child in node.get_children():
		collect(child, found)

func pivot(path, bone: String, root: Spatial):
	var node = get_node_or_null(path) if path else null
	if not node is Spatial:
		return null
	var made = Puppet.Pivot.new(node, bone, root)
	if not made.is_there():
		push_warning("%s: %s has no bone %s" % [name, path, bone])
		return null
	return made

# Opens the pack and looks for the blendshapes, if that was not done.
func ready_to_speak() -> bool:
	if opened == null or opened.model == null:
		opened = Pack.of(pack, threads)
		puppet = null
	if opened.model == null:
		return fail("%s: %s" % [name, opened.error])
	if puppet == null and not bind(opened.names):
		return false
	puppet.eyes_rad = opened.eyes_rad
	return true

func fail(text: String) -> bool:
	error = text
	push_error(text)
	emit_signal("failed", text)
	return false

# Clips and curves.

# Animates a sound, then plays it.
func say(what: AudioStream) -> bool:
	stop()
	if not ready_to_speak():
		return false
	clip = animate(what)
	if clip == null:
		return false
	course = Course.CLIP
	sound = what
	waits = true
	return true

# A clip that is being animated in the speaker's way, or null; wait(0) of it is 0 when it is done. play plays it.
func animate(what: AudioStream):
	if not ready_to_speak():
		return null
	var samples = Sound.of(what)
	if samples.has("error"):
		fail("%s: %s" % [name, samples.error])
		return null
	var made = Clip.new()
	made.set(random_seed, identity, tail_s)
	var done = made.open(opened.model, samples.rate_hz, samples.channels)
	done = done and (style == "" or made.add_style(style, strength, 0.0, -1.0))
	if not done or not made.push(samples.samples) or not made.finish():
		fail("%s: %s" % [name, made.error()])
		return null
	return made

# Plays a clip that was animated before, with its sound.
func play(animated, what: AudioStream) -> bool:
	stop()
	if not ready_to_speak():
		return false
	return begin(animated, what)

# Plays a file of baked curves with its sound, which may be null. No model and no library is needed.
func play_curves(path: String, what: AudioStream) -> bool:
	stop()
	var curves = Curves.new()
	if not curves.read(path):
		return fail("%s: %s" % [name, curves.error])
	if not bind(curves.names):
		return false
	opened = null
	return begin(curves, what)

func begin(animated, what: AudioStream) -> bool:
	if what != null and not find_player():
		return false
	course = Course.CLIP
	animation = animated
	sound = what
	started = what == null
	over_s = 0.0
	settled_s = INF
	if what != null:
		output.stream = what
		output.play()
	emit_signal("began")
	return true

func find_player() -> bool:
	output = get_node_or_null(player) if player else null
	plays = output != null
	return plays or fail("%s: there is no player for the sound" % name)

# Live.

# Speech in chunks is spoken: push gives them. of_hz: the rate of the chunks.
func begin_speech(of_hz: int) -> bool:
	stop()
	if not find_player() or not open_stream(of_hz):
		return false
	var source = AudioStreamGenerator.new()
	source.mix_rate = rate_hz
	source.buffer_length = BUFFER_S
	output.stream = source
	output.play()
	generator = output.get_stream_playback()
	voice = Voice.new(stream, rate_hz, int(BUFFER_S * rate_hz), delays_sound)
	course = Course.SPEECH
	return true

# Queues a chunk: floats of one channel, or of two as vectors.
func push(samples) -> bool:
	if course != Course.SPEECH:
		return fail("%s: call begin_speech before push" % name)
	if samples is PoolRealArray:
		var frames = PoolVector2Array()
		frames.resize(samples.size())
		for i in samples.size():
			frames[i] = Vector2(samples[i], samples[i])
		voice.push(frames)
	else:
		voice.push(samples)
	return true

# The face follows what a bus plays. The sound of the bus is delayed until the face is ready, if delays_sound is on. It needs
# AudioEffectCapture, so Godot 3.3 or later; or give another source that has get_frames_available, get_buffer and clear_buffer.
func follow(bus: String, source = null) -> bool:
	stop()
	var at = AudioServer.get_bus_index(bus)
	if at < 0:
		return fail("%s: there is no bus %s" % [name, bus])
	if source == null:
		if not ClassDB.class_exists("AudioEffectCapture"):
			return fail("%s: to follow a bus needs AudioEffectCapture, which Godot has since 3.3" % name)
		source = Bus.effect(at, "AudioEffectCapture", 0)
	if not open_stream(int(AudioServer.get_mix_rate())):
		return false
	capture = source
	bus_name = bus
	capture.clear_buffer()
	voice = Voice.new(stream, rate_hz, 0, false)
	if delays_sound:
		voice.delay = int(Bus.delay(at, stream.state("latency_ms") + Voice.MARGIN_MS) * rate_hz)
	course = Course.FOLLOW
	return true

func open_stream(of_hz: int) -> bool:
	if not ready_to_speak():
		return false
	rate_hz = of_hz
	stream = Stream.new()
	# The device plays silence, too; and while the game is paused the face holds.
	if not stream.open(opened.model, rate_hz, 2, fast, true, random_seed):
		return fail("%s: %s" % [name, stream.error()])
	stream_style = ""
	return set_stream_style()

func set_stream_style() -> bool:
	if style == stream_style and (style == "" or strength == stream_strength):
		return true
	stream_style = style
	stream_strength = strength
	return stream.set_style(opened.model, style, strength) or fail("%s: %s" % [name, stream.error()])

# Ends.

# Barge-in: the voice ends now, and the face comes to rest. Live, the next sound is spoken as usual.
func interrupt():
	if voice == null:
		stop()
	elif not voice.interrupt(voice.heard(unplayed()), FADE_S):
		fail("%s: %s" % [name, stream.error()])

# Whether the character listens to somebody else; live alone.
func set_listening(on: bool):
	if stream != null:
		stream.set_listening(on)

# Ends whatever goes on; the face comes to rest.
func stop():
	if course == Course.REST:
		return
	if is_instance_valid(output) and (animation != null or generator != null):
		output.stop()
	if clip != null:
		clip.cancel()
	clip = null
	waits = false
	animation = null
	stream = null
	voice = null
	output = null
	plays = false
	generator = null
	capture = null
	course = Course.REST
	left = face
	settled_s = 0.0
	emit_signal("ended")

# Each frame.

func _process(delta: float):
	if opened != null and threads == 0 and opened.model != null:
		opened.runtime.step(step_ms)
	tell_log()
	# One that was freed looks like null.
	if plays and not is_instance_valid(output):
		stop()
		fail("%s: the player of the sound is gone" % name)
	match course:
		Course.CLIP:
			speak_clip(delta)
		Course.SPEECH, Course.FOLLOW:
			speak_live()
		Course.REST:
			settle(delta)

# The library's warnings, such as of a style that says nothing to the model.
func tell_log():
	if opened == null or opened.model == null:
		return
	var line = opened.runtime.next_log()
	while line != "":
		push_warning("%s: %s" % [name, line])
		line = opened.runtime.next_log()

func speak_clip(delta: float):
	if waits:
		var status = clip.wait(0)
		if status == 1:
			return
		var animated = clip
		waits = false
		clip = null
		if status != 0:
			var text = animated.error()
			stop()
			fail("%s: %s" % [name, text])
		elif not begin(animated, sound):
			stop()
		return
	var time = now(delta)
	show(animation.sample(time))
	if time >= animation.duration_s():
		stop()

# Where the sound is; after its end the clock of the game goes on.
func now(delta: float) -> float:
	if plays and output.playing:
		started = true
		over_s = output.get_playback_position() + AudioServer.get_time_since_last_mix() - AudioServer.get_output_latency()
	elif started:
		over_s += delta
	return max(over_s, 0.0)

func unplayed() -> int:
	if generator != null:
		return int(BUFFER_S * rate_hz) - generator.get_frames_available()
	return 0

func speak_live():
	if capture != null and int(AudioServer.get_mix_rate()) != rate_hz:
		# Another device: the same course at its rate.
		follow(bus_name, capture)
		return
	set_stream_style()
	if generator != null:
		var room = generator.get_frames_available()
		if room > 0:
			generator.push_buffer(voice.next(room))
	elif capture.get_frames_available() > 0:
		var frames = capture.get_buffer(capture.get_frames_available())
		voice.written += int(max(stream.write(frames), 0))
	var new = stream.sample(voice.heard(unplayed()))
	if new.empty():
		var text = stream.error()
		stop()
		fail("%s: %s" % [name, text])
	else:
		show(new)

func show(new: PoolRealArray):
	if new.empty():
		return
	face = new
	puppet.apply(face, gain, head_gain)
	emit_signal("shown", face)

# From what was shown to the face at rest.
func settle(delta: float):
	if settled_s > 4 * FADE_S or left.empty() or puppet == null:
		return
	settled_s += delta
	show(Puppet.at_rest_after(left, settled_s, FADE_S))
