"""The phone set: 39 CMU phones and silence, and the names that each synthesiser gives them.

Other languages are mapped by what the mouth does: the German y: is a UW, the Spanish l^ a Y.
"""

CLASSES = (
    "SIL AA AE AH AO AW AY B CH D DH EH ER EY F G HH IH IY JH K L M N NG OW OY P R S SH T TH UH UW V W Y Z ZH"
).split()
INDEX = {name: i for i, name in enumerate(CLASSES)}
VOWELS = set("AA AE AH AO AW AY EH ER EY IH IY OW OY UH UW".split())
BILABIALS = ("M", "B", "P")

# Regression targets of the audio encoder, 0..1 per class: how open the mouth is, how round the lips are.
OPENING = {
    "AA": 1.0, "AE": 0.9, "AH": 0.5, "AO": 0.8, "AW": 0.9, "AY": 0.9, "EH": 0.6, "ER": 0.35, "EY": 0.5,
    "IH": 0.3, "IY": 0.2, "OW": 0.5, "OY": 0.6, "UH": 0.3, "UW": 0.2, "HH": 0.3,
    "SIL": 0.0, "M": 0.0, "B": 0.0, "P": 0.0,
}
ROUNDING = {
    "UW": 1.0, "OW": 0.8, "W": 1.0, "AO": 0.5, "OY": 0.6, "UH": 0.6, "R": 0.4, "SH": 0.6, "CH": 0.5,
    "JH": 0.5, "ZH": 0.6, "ER": 0.4, "AW": 0.3,
}
OPENING_OF_OTHER_CONSONANTS = 0.12

_SILENCES = {"pau", "#", "", "_", "_:", "sil", "ssil", "brth", "h#"}

# espeak-ng's English phoneme mnemonics.
_ESPEAK = {
    "A:": "AA", "a": "AE", "aI": "AY", "aI@": "AY", "aI2": "AY", "aI3": "AY", "aU": "AW", "V": "AH", "0": "AA",
    "O:": "AO", "O": "AO", "O2": "AO", "@": "AH", "3": "ER", "3:": "ER", "E": "EH", "eI": "EY", "I": "IH",
    "i:": "IY", "i": "IY", "I2": "IH", "oU": "OW", "OI": "OY", "U": "UH", "u:": "UW", "h": "HH", "I#": "IH",
    "a#": "AH", "@L": "L", "@-": "AH", "O@": "AO", "o@": "AO", "A@": "AA", "e@": "EH", "i@": "IY", "i@3": "IY",
    "U@": "UH", "@2": "AH", "IR": "ER", "VR": "ER", "aa": "AE", "A#": "AA", "0#": "AA", "E#": "IH", "@5": "AH",
    "I@": "IY", "S": "SH", "Z": "ZH", "tS": "CH", "dZ": "JH", "T": "TH", "D": "DH", "N": "NG", "j": "Y",
    "r-": "R", "t#": "T", "t2": "T", "t[": "T", "n-": "N", "w#": "W", "?": "SIL", "_|": "SIL", "_!": "SIL", ";": "Y",
}


# Mnemonics of German, French, Spanish and Italian that mean something else in English or do not occur there.
_ESPEAK_ELSEWHERE = {
    "a": "AA", "A": "AA", "A:": "AA", "e": "EY", "e:": "EY", "e-": "AH", "E:": "EH", "E2": "EH", "a-": "AA", "o": "OW",
    "o:": "OW", "u": "UW", "u:": "UW", "y": "UW", "y:": "UW", "y-": "UW", "Y": "UH", "Y:": "UW", "W": "UH",
    "x": "K", "C": "SH", "Q": "G", "ts": "S", "ts2": "S", "ss": "S", "dz": "Z", "z2": "Z", "n^": "N", "l^": "Y",
    "J^": "Y", "*": "D", "**": "D", "R": "R", "R2": "R", "UR": "UH", "d[": "D", "w2": "W",
    "3": "AH", "A~": "AA", "O~": "OW", "E~": "EH", "W~": "UH", "pF": "F",
}

# Mandarin by espeak-ng's pinyin voice; a glide or nasal inside a name takes its share of the time.
_MANDARIN = {
    "A": "AA", "a": "AA", "o-": "AH", "@": "AH", "i": "IY", "u": "UW", "y": "UW", "o": "AO", "v": "UW", "i.": "IH",
    "i[": "IH", "yi": "UW", "ai": "AY", "ei": "EY", "Au": "AW", "ou": "OW", "iA": "Y AA", "iE": "Y EH", "iou": "Y OW",
    "io": "Y AO", "yE": "UW EH", "y&": "UW AE", "y@": "UW AH", "yu": "Y UW", "ua": "W AA", "uo": "W AO", "uai": "W AY",
    "uei": "W EY", "u@": "W AH", "ong": "UH NG", "@r": "AH R", "p": "B", "ph": "P", "t": "D", "th": "T", "k": "G",
    "kh": "K", "X": "HH", "ts.": "JH", "ts.h": "CH", "s.": "SH", "z.": "R", "ts": "Z", "tsh": "S", "s": "S",
    "tS;": "Z", "tS;h": "S", "S;": "S",  # j q x: the lips are spread, as in S
}
# Russian by espeak-ng where it differs from the table above: y is unrounded there, ";" makes a consonant soft.
_RUSSIAN = {"y": "IH", "V": "AH", "a#": "AH", "I^": "IH", "E": "EH", "e": "EH", "o": "AO", "u\"": "UW", "ja": "Y AA", "ju": "Y UW",
            "jo": "Y AO", "je": "Y EH", "tS;": "CH", "S;": "SH", "t;": "T", "d;": "D", "m;": "M", "s;": "S", "z;": "Z", "n_": "N",
            "b;": "B", "p;": "P", "f;": "F", "v;": "V", "k;": "K", "g;": "G", "l;": "L", "n;": "N", "r;": "D", "r": "D", "x;": "K"}
_BY_LANGUAGE = {"cmn": _MANDARIN, "ru": _RUSSIAN}
_FIRST_OF_TWO = 0.4  # of the time of a name that is two classes


def expand(engine, phone, start, end, language="en"):
    """[(class, from, to)] of an engine's phone: two where its name stands for two classes."""
    classes = [classify(engine, phone, language)]
    if engine == "espeak" and phone in _BY_LANGUAGE.get(language, {}):
        classes = _BY_LANGUAGE[language][phone].split()
    if len(classes) == 1:
        return [(classes[0], start, end)]
    middle = start + _FIRST_OF_TWO * (end - start)
    return [(classes[0], start, middle), (classes[1], middle, end)]


def classify(engine, phone, language="en"):
    """CMU class name of an engine's phone, or None where it has no counterpart."""
    if phone.lower() in _SILENCES:
        return "SIL"
    if engine == "espeak":
        phone = (language != "en" and _ESPEAK_ELSEWHERE.get(phone)) or _ESPEAK.get(phone, phone)
    elif phone == "ax":
        phone = "AH"
    phone = phone.upper()
    return phone if phone in INDEX else None
