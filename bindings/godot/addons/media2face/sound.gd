extends Reference
# Samples of sounds: of streams that Godot has imported, and of WAV files.

# {samples, rate_hz, channels}; or {error}.
static func of(stream: AudioStream) -> Dictionary:
	if not stream is AudioStreamSample:
		return {"error": "only an AudioStreamSample has samples: import the sound as WAV, or play baked curves with it"}
	var channels = 2 if stream.stereo else 1
	match stream.format:
		AudioStreamSample.FORMAT_16_BITS:
			return {"samples": stream.data, "rate_hz": stream.mix_rate, "channels": channels}
		AudioStreamSample.FORMAT_8_BITS:
			return {"samples": from_8_bits(stream.data), "rate_hz": stream.mix_rate, "channels": channels}
	return {"error": "the sound is compressed (IMA ADPCM): set Compress, Mode to Disabled where it is imported"}

static func from_8_bits(data: PoolByteArray) -> PoolRealArray:
	var samples = PoolRealArray()
	samples.resize(data.size())
	for i in data.size():
		samples[i] = (data[i] - 256 if data[i] > 127 else data[i]) / 128.0
	return samples

# A WAV file of 16-bit samples as a stream that can be played; or a text of what is wrong with it.
static func read_wav(path: String):
	var file = File.new()
	var status = file.open(path, File.READ)
	if status != OK:
		return "%s cannot be opened (error %d)" % [path, status]
	if file.get_buffer(4).get_string_from_ascii() != "RIFF" or file.get_32() < 4 or file.get_buffer(4).get_string_from_ascii() != "WAVE":
		return "%s is not a WAV file" % path
	var stream = AudioStreamSample.new()
	stream.format = AudioStreamSample.FORMAT_16_BITS
	while file.get_position() + 8 <= file.get_len():
		var id = file.get_buffer(4).get_string_from_ascii()
		var size = file.get_32()
		var end = file.get_position() + size + size % 2
		if id == "fmt ":
			var coding = file.get_16()
			var channels = file.get_16()
			stream.mix_rate = file.get_32()
			file.seek(file.get_position() + 6)
			var bits = file.get_16()
			if not coding in [1, 65534] or bits != 16 or not channels in [1, 2]:
				return "%s has no 16-bit samples of one or two channels" % path
			stream.stereo = channels == 2
		elif id == "data":
			stream.data = file.get_buffer(min(size, file.get_len() - file.get_position()))
			return stream
		file.seek(end)
	return "%s has no samples" % path
