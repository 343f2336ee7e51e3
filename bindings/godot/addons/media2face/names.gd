extends Reference
# Names of channels as rigs spell them: jawOpen, JawOpen, jaw_open, eyeBlink_L for eyeBlinkLeft.

# The same text for all spellings of a name.
static func plain(name: String) -> String:
	var text = name
	if text.length() > 2 and text[text.length() - 2] in "_.":
		match text[text.length() - 1]:
			"L", "l":
				text = text.substr(0, text.length() - 2) + "Left"
			"R", "r":
				text = text.substr(0, text.length() - 2) + "Right"
	return text.to_lower().replace("_", "").replace(".", "").replace(" ", "").replace("-", "")

# The place of a channel among names, or -1.
static func find(names: Array, wanted: String) -> int:
	var at = names.find(wanted)
	if at >= 0:
		return at
	for other in names.size():
		if plain(names[other]) == plain(wanted):
			return other
	return -1
