"""Mouth targets of every phone in ARKit weights (left = right) and how strongly each holds its neighbours off."""

# Channels of the mouth that phones set; LowerDown etc. stand for the left and right unit together.
CHANNELS = ("jawOpen", "mouthLowerDown", "mouthUpperUp", "mouthStretch", "mouthSmile", "mouthFunnel", "mouthPucker",
            "mouthPress", "mouthRollLower", "mouthRollUpper", "tongueOut")


def _t(jaw, lower=0.0, upper=0.0, stretch=0.0, smile=0.0, funnel=0.0, pucker=0.0, press=0.0, roll_lower=0.0,
       roll_upper=0.0, tongue=0.0):
    return (jaw, lower, upper, stretch, smile, funnel, pucker, press, roll_lower, roll_upper, tongue)


# One target, or two for a diphthong (the second from 55 % of the phone on).
TARGETS = {
    "AA": [_t(0.55, 0.35, 0.10)],
    "AE": [_t(0.45, 0.40, 0.20, 0.30)],
    "AH": [_t(0.30, 0.20)],
    "AO": [_t(0.42, 0.10, 0.0, 0.0, 0.0, 0.45, 0.15)],
    "EH": [_t(0.30, 0.25, 0.05, 0.25, 0.15)],
    "EY": [_t(0.28, 0.25, 0.08, 0.25, 0.15), _t(0.14, 0.15, 0.15, 0.30, 0.28)],
    "IH": [_t(0.16, 0.15, 0.12, 0.25, 0.22)],
    "IY": [_t(0.12, 0.15, 0.20, 0.30, 0.38)],
    "Y": [_t(0.10, 0.10, 0.15, 0.25, 0.28)],
    "OW": [_t(0.30, 0.05, 0.0, 0.0, 0.0, 0.50, 0.40), _t(0.16, 0.0, 0.0, 0.0, 0.0, 0.40, 0.70)],
    "OY": [_t(0.34, 0.05, 0.0, 0.0, 0.0, 0.50, 0.40), _t(0.14, 0.12, 0.15, 0.25, 0.28)],
    "UH": [_t(0.17, 0.05, 0.0, 0.0, 0.0, 0.30, 0.50)],
    "UW": [_t(0.12, 0.0, 0.0, 0.0, 0.0, 0.30, 0.85)],
    "W": [_t(0.08, 0.0, 0.0, 0.0, 0.0, 0.30, 0.90)],
    "AW": [_t(0.52, 0.33, 0.10), _t(0.18, 0.0, 0.0, 0.0, 0.0, 0.35, 0.65)],
    "AY": [_t(0.52, 0.33, 0.12), _t(0.16, 0.15, 0.18, 0.28, 0.28)],
    "ER": [_t(0.16, 0.08, 0.0, 0.0, 0.0, 0.35, 0.30)],
    "R": [_t(0.11, 0.05, 0.0, 0.0, 0.0, 0.35, 0.30)],
    "M": [_t(0.05, press=0.45, roll_lower=0.22, roll_upper=0.15)],
    "B": [_t(0.05, press=0.45, roll_lower=0.22, roll_upper=0.15)],
    "P": [_t(0.05, press=0.50, roll_lower=0.25, roll_upper=0.18)],
    "F": [_t(0.08, 0.0, 0.25, roll_lower=0.50)],
    "V": [_t(0.08, 0.0, 0.22, roll_lower=0.45)],
    "TH": [_t(0.15, 0.20, 0.05, tongue=0.35)],
    "DH": [_t(0.14, 0.18, 0.03, tongue=0.30)],
    "S": [_t(0.05, 0.30, 0.15, 0.25)],
    "Z": [_t(0.05, 0.28, 0.13, 0.25)],
    "SH": [_t(0.07, 0.10, 0.20, 0.0, 0.0, 0.60, 0.35)],
    "ZH": [_t(0.07, 0.10, 0.20, 0.0, 0.0, 0.60, 0.35)],
    "CH": [_t(0.07, 0.10, 0.20, 0.0, 0.0, 0.58, 0.35)],
    "JH": [_t(0.07, 0.10, 0.18, 0.0, 0.0, 0.55, 0.33)],
    "T": [_t(0.11, 0.15, 0.05)], "D": [_t(0.12, 0.15, 0.05)], "N": [_t(0.12, 0.15, 0.05)],
    "L": [_t(0.14, 0.15, 0.05, tongue=0.05)],
    "K": [_t(0.15, 0.10)], "G": [_t(0.15, 0.10)], "NG": [_t(0.15, 0.10)],
    "SIL": [_t(0.0)],
}

BILABIAL, LABIODENTAL = {"M", "B", "P"}, {"F", "V"}
SIBILANT = {"S", "Z", "SH", "ZH", "CH", "JH"}
ROUNDED = {"UW", "UH", "OW", "OY", "W", "AO", "SH", "ZH", "CH", "JH"}
TONGUE = {"T", "D", "N", "L", "K", "G", "NG", "TH", "DH", "HH"}


def dominance(phone):
    """(strength on the jaw, strength on the lips, onset rate 1/s, decay rate 1/s) of a phone (Cohen and Massaro)."""
    if phone in BILABIAL or phone in LABIODENTAL:
        return 3.0, 3.0, 30.0, 30.0
    if phone in ROUNDED:
        return 1.0, 1.4, 9.0, 8.0
    if phone in SIBILANT:
        return 1.6, 1.0, 20.0, 20.0
    if phone in TONGUE:
        return 0.6, 0.3, 18.0, 18.0
    if phone == "SIL":
        return 1.2, 1.2, 12.0, 10.0
    return 1.0, 1.0, 14.0, 12.0
