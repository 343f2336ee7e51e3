"""Kokoro's alphabet (IPA with a few capitals for diphthongs) as phone classes, and its durations as phone times.

hibari, which was distilled from a Kokoro voice, has the same alphabet and the same clock.
"""

from ..speech.phones import INDEX

FRAME_S = 0.025  # a duration counts these
LATE_S = 0.063  # the sound of a phone begins this much before its token: closures of ten voices, 469 of them
PAUSE_S = 0.1  # a space or mark that lasts shorter is no silence: its time goes to the phone before

_CLASSES = {
    "A": "EY", "I": "AY", "O": "OW", "Q": "OW", "W": "AW", "Y": "OY", "S": "S", "T": "D", "a": "AA", "ɑ": "AA", "ɐ": "AH",
    "ɒ": "AA", "æ": "AE", "ʌ": "AH", "ə": "AH", "ᵊ": "AH", "ᵻ": "IH", "ɚ": "ER", "ɜ": "ER", "ɛ": "EH", "e": "EY", "ɪ": "IH",
    "i": "IY", "ɨ": "IH", "ɔ": "AO", "o": "OW", "ø": "UH", "œ": "UH", "ʊ": "UH", "u": "UW", "y": "UW", "ɯ": "UH", "ɤ": "AH",
    "b": "B", "β": "B", "p": "P", "m": "M", "f": "F", "v": "V", "ʋ": "V", "ɸ": "HH", "w": "W", "ɥ": "W", "θ": "TH", "ð": "DH",
    "t": "T", "ʈ": "T", "d": "D", "ɖ": "D", "ɾ": "D", "ɽ": "D", "n": "N", "ɲ": "N", "ɳ": "N", "ɴ": "NG", "ŋ": "NG", "l": "L",
    "ʎ": "Y", "j": "Y", "ʝ": "Y", "r": "R", "ɹ": "R", "ɻ": "R", "ʁ": "R", "s": "S", "z": "Z", "ʦ": "S", "ʣ": "Z",
    "ɕ": "S", "ʨ": "S", "ʥ": "Z", "ʃ": "SH", "ʂ": "SH", "ʒ": "ZH", "ç": "SH", "ʧ": "CH", "ꭧ": "JH", "ʤ": "JH",
    "k": "K", "c": "K", "q": "K", "x": "K", "χ": "K", "ɡ": "G", "ɟ": "G", "ɣ": "G", "ɰ": "W", "h": "HH", "ʔ": "SIL",
}
_BEFORE = set("ˈˌ")  # belongs to what comes next
_AFTER = set("ːʰʲᵝ̃↓→↗↘")  # belongs to what came before
MARKS = set(";:,.!?—…\"()“” ")


def class_of(symbol):
    """Phone class of a symbol of the alphabet, None of one that is no phone."""
    return _CLASSES.get(symbol)


def known(symbols):
    """The symbols that stand for a phone, belong to one or are marks; others are dropped."""
    return "".join(s for s in symbols if s in _CLASSES or s in _BEFORE or s in _AFTER or s in MARKS)


def timed(symbols, durations, late_s=LATE_S):
    """Symbols with durations [len + 2] in frames (a pad before and after) -> [[class, from_s, to_s]] without gaps."""
    if len(durations) != len(symbols) + 2:
        raise ValueError(f"{len(durations)} durations for {len(symbols)} symbols and two pads")
    runs, waiting = [["SIL", float(durations[0])]], 0.0
    for symbol, frames in zip(symbols, durations[1:-1]):
        frames = float(frames)
        if symbol in _BEFORE:
            waiting += frames
        elif symbol in _AFTER or (symbol in MARKS and frames * FRAME_S < PAUSE_S):
            runs[-1][1] += frames
        else:
            runs.append(["SIL" if symbol in MARKS else _CLASSES[symbol], frames + waiting])
            waiting = 0.0
    runs.append(["SIL", float(durations[-1]) + waiting])
    segments, position = [], -late_s
    for name, frames in runs:
        start, position = position, position + frames * FRAME_S
        if segments and segments[-1][0] == name == "SIL":
            segments[-1][2] = round(max(position, 0.0), 4)
        elif position > 0:
            segments.append([name, round(max(start, 0.0), 4), round(position, 4)])
    segments[-1][2] = round(position + late_s, 4)  # the sound is as long as the durations say
    return segments


assert set(_CLASSES.values()) <= set(INDEX)
