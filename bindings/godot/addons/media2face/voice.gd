extends Reference
# A live voice: its sound goes into a stream when it comes, and is heard later, when its face is ready. Frames are counted as they go
# to the device; so the face follows what is heard, whatever the frame rate of the game is.

# Beside the stated latency, for windows that take long.
const MARGIN_MS = 50.0

var stream
# By how much a sound is later, frames.
var delay = 0
# What was pushed, and what is on its way to the device; parts of frames of two channels.
var queue = []
var line = []
# The number on the stream's clock of the next frame that is written.
var written = 0

# buffer_frames: of the device's buffer, which delays the sound, too. With delays off, the face is late instead.
func _init(of, rate_hz: int, buffer_frames: int, delays: bool):
	stream = of
	written = stream.state("next_sample")
	if delays:
		delay = int(max(ceil((stream.state("latency_ms") + MARGIN_MS) * 0.001 * rate_hz) - buffer_frames, 0))
	fill()

# The silence that the sound waits behind, which the face is to be ready for, too.
func fill():
	if delay > 0:
		var silence = blank(delay)
		line = [silence]
		written += int(max(stream.write(silence), 0))

static func blank(count: int) -> PoolVector2Array:
	var frames = PoolVector2Array()
	frames.resize(count)
	for i in count:
		frames[i] = Vector2()
	return frames

# Speech that is heard as soon as it can be: frames of two channels.
func push(frames: PoolVector2Array):
	if frames.size() > 0:
		queue.append(frames)

# Frames that were pushed and have not begun to be heard.
func waiting() -> int:
	var count = 0
	for part in queue:
		count += part.size()
	return count

# The next frames for the device. What was pushed goes in, and silence where nothing waits.
func next(count: int) -> PoolVector2Array:
	var new = take(queue, count)
	written += int(max(stream.write(new), 0))
	line.append(new)
	return take(line, count)

# The first frames of a list of parts, which leave it; silence for what is missing.
static func take(parts: Array, count: int) -> PoolVector2Array:
	if not parts.empty() and parts[0].size() == count:
		return parts.pop_front()
	var out = blank(count)
	var at = 0
	while at < count and not parts.empty():
		var part = parts[0]
		var some = int(min(part.size(), count - at))
		for i in some:
			out[at + i] = part[i]
		at += some
		if some == part.size():
			parts.pop_front()
		else:
			var rest = PoolVector2Array()
			rest.resize(part.size() - some)
			for i in rest.size():
				rest[i] = part[some + i]
			parts[0] = rest
	return out

# The sample of the stream's clock that is heard, while so many frames that were given are not played yet.
func heard(unplayed: int) -> int:
	return int(max(written - delay - unplayed, 0))

# Barge-in at a sample: silence from now on, and the face comes to rest. What was pushed before is dropped.
func interrupt(sample: int, fade_s: float) -> bool:
	queue.clear()
	line.clear()
	if not stream.interrupt(sample, fade_s):
		return false
	written = stream.state("next_sample")
	fill()
	return true
