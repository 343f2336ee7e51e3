extends Reference
# Effects of a bus that a live face needs.

# The effect of a class; it is put at a place among the others where it is missing, -1 for behind them.
static func effect(bus: int, of: String, place: int):
	for i in AudioServer.get_bus_effect_count(bus):
		if AudioServer.get_bus_effect(bus, i).is_class(of):
			return AudioServer.get_bus_effect(bus, i)
	var new = ClassDB.instance(of)
	AudioServer.add_bus_effect(bus, new, place)
	return new

# Delays the sound of a bus behind what is captured; returns by how much, seconds.
static func delay(bus: int, delay_ms: float) -> float:
	var one = effect(bus, "AudioEffectDelay", -1)
	one.dry = 0
	one.set_tap1_active(true)
	one.set_tap1_level_db(0)
	one.set_tap1_pan(0)
	one.set_tap2_active(false)
	one.set_feedback_active(false)
	one.set_tap1_delay_ms(delay_ms)
	return one.get_tap1_delay_ms() * 0.001
