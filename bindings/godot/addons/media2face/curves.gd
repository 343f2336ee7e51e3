extends Reference
# Baked curves, as `m2f bake` and `m2f animate --emit curves` write them: docs/bake.md of the library has the layout. No model and no
# library is needed to play them.

const MAGIC = "M2FCURV1"
const HEAD = 7

# Names of the weights.
var names = []
var frames = 0
# Frame i stands at i * rate[1] / rate[0] seconds.
var rate = [30, 1]
# What the file says of its origin.
var provenance = {}
var width = 0
var values = PoolRealArray()
# What is wrong with the file, or empty.
var error = ""

# Reads a file; false with a text in `error` where it is none.
func read(path: String) -> bool:
	var file = File.new()
	var status = file.open(path, File.READ)
	if status != OK:
		return failed("%s cannot be opened (error %d)" % [path, status])
	var bytes = file.get_buffer(file.get_len())
	file.close()
	return parse(bytes, path)

func parse(bytes: PoolByteArray, path: String) -> bool:
	error = ""
	if bytes.size() < 12 or bytes.subarray(0, 7).get_string_from_ascii() != MAGIC:
		return failed("%s has no curves: it does not begin with %s" % [path, MAGIC])
	var length = bytes[8] | bytes[9] << 8 | bytes[10] << 16 | bytes[11] << 24
	if length < 2 or length > bytes.size() - 12:
		return failed("%s is cut within its header" % path)
	var parsed = JSON.parse(bytes.subarray(12, 11 + length).get_string_from_utf8())
	if parsed.error != OK or not parsed.result is Dictionary:
		return failed("%s: its header is not JSON" % path)
	var head = parsed.result
	var channels = head.get("channels")
	var told = head.get("frame_rate")
	if not channels is Array or not told is Array or told.size() != 2 or not told[0] > 0 or not told[1] > 0:
		return failed("%s: its header has no channels or no frame_rate" % path)
	var first = channels.find("headX")
	if first < 0 or channels.size() < first + HEAD:
		return failed("%s: its channels have no pose of the head" % path)
	frames = int(head.get("frames", 0))
	width = channels.size()
	if frames < 1 or bytes.size() - 12 - length != frames * width * 2:
		return failed("%s is cut: %d frames of %d channels are not there" % [path, frames, width])
	names = channels.slice(0, first - 1) if first > 0 else []
	rate = [int(told[0]), int(told[1])]
	provenance = head.get("provenance", {})
	values = PoolRealArray()
	values.resize(frames * width)
	var at = 12 + length
	for i in frames * width:
		values[i] = half(bytes[at] | bytes[at + 1] << 8)
		at += 2
	return true

func failed(text: String) -> bool:
	error = text
	frames = 0
	return false

static func half(bits: int) -> float:
	var exponent = bits >> 10 & 31
	var fraction = bits & 1023
	var size = 0.0
	if exponent == 31:
		size = NAN if fraction else INF
	elif exponent == 0:
		size = fraction * pow(2, -24)
	else:
		size = (1024 + fraction) * pow(2, exponent - 25)
	return -size if bits & 32768 else size

func duration_s() -> float:
	return float(frames) * rate[1] / rate[0]

# The face at a time: weights, then the head's pose. Between two frames all is linear.
func sample(time_s: float) -> PoolRealArray:
	var face = PoolRealArray()
	if frames == 0:
		return face
	var place = clamp(time_s * rate[0] / rate[1], 0, frames - 1)
	var first = int(place)
	var second = int(min(first + 1, frames - 1))
	var part = place - first
	var count = names.size() + HEAD
	face.resize(count)
	for i in count:
		var a = values[first * width + i]
		face[i] = a + (values[second * width + i] - a) * part
	return face
