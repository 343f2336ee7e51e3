"""Mouth targets of every phone in ARKit weights (left = right) and how strongly each holds its neighbours off."""

# Channels of the mouth that phones set; LowerDown etc. stand for the left and right unit together.
CHANNELS = ("jawOpen", "mouthLowerDown", "mouthUpperUp", "mouthStretch", "mouthSmile", "mouthFunnel", "mouthPucker",
            "mouthPress", "mouthRollLower", "mouthRollUpper", "tongueOut")


def _t(jaw, lower=0.0, upper=0.0, stretch=0.0, smile=0.0, funnel=0.0, pucker=0.0, press=0.0, roll_lower=0.0,
       roll_upper=0.0, tongue=0.0):
    return (jaw, lower, upper, stretch, smile, funnel, pucker, press, roll_lower, roll_upper, tongue)


# One target, or two for a diphthong (the second from 55 % of the phone on).
TARGETS = {
    "AA": [_t(0.50, 0.35, 0.10)],
    "AE": [_t(0.44, 0.40, 0.20, 0.30)],
    "AH": [_t(0.34, 0.20, 0.0, 0.0, 0.0, 0.08)],
    "AO": [_t(0.42, 0.10, 0.0, 0.0, 0.0, 0.50, 0.20)],
    "EH": [_t(0.36, 0.25, 0.05, 0.25, 0.15)],
    "EY": [_t(0.30, 0.25, 0.08, 0.25, 0.15), _t(0.20, 0.15, 0.15, 0.30, 0.28)],
    "IH": [_t(0.24, 0.15, 0.12, 0.25, 0.22)],
    "IY": [_t(0.18, 0.15, 0.20, 0.30, 0.38)],
    "Y": [_t(0.15, 0.10, 0.15, 0.25, 0.28)],
    "OW": [_t(0.32, 0.05, 0.0, 0.0, 0.0, 0.42, 0.32), _t(0.19, 0.0, 0.0, 0.0, 0.0, 0.40, 0.50)],
    "OY": [_t(0.36, 0.05, 0.0, 0.0, 0.0, 0.45, 0.35), _t(0.18, 0.12, 0.15, 0.25, 0.28)],
    "UH": [_t(0.20, 0.05, 0.0, 0.0, 0.0, 0.25, 0.35)],
    "UW": [_t(0.14, 0.0, 0.0, 0.0, 0.0, 0.28, 0.65)],
    "W": [_t(0.12, 0.0, 0.0, 0.0, 0.0, 0.32, 1.00)],
    "AW": [_t(0.48, 0.33, 0.10), _t(0.21, 0.0, 0.0, 0.0, 0.0, 0.35, 0.55)],
    "AY": [_t(0.48, 0.33, 0.12), _t(0.22, 0.15, 0.18, 0.28, 0.28)],
    "ER": [_t(0.21, 0.08, 0.0, 0.0, 0.0, 0.12, 0.10)],
    "R": [_t(0.17, 0.05, 0.0, 0.0, 0.0, 0.18, 0.12)],
    "M": [_t(0.05, press=0.45, roll_lower=0.22, roll_upper=0.15)],
    "B": [_t(0.05, press=0.45, roll_lower=0.22, roll_upper=0.15)],
    "P": [_t(0.05, press=0.50, roll_lower=0.25, roll_upper=0.18)],
    "F": [_t(0.10, 0.0, 0.25, roll_lower=0.50)],
    "V": [_t(0.10, 0.0, 0.22, roll_lower=0.45)],
    "TH": [_t(0.15, 0.20, 0.05, tongue=0.35)],
    "DH": [_t(0.15, 0.18, 0.03, tongue=0.30)],
    "S": [_t(0.10, 0.30, 0.15, 0.25)],
    "Z": [_t(0.10, 0.28, 0.13, 0.25)],
    "SH": [_t(0.10, 0.12, 0.20, 0.0, 0.0, 0.28, 0.08)],
    "ZH": [_t(0.10, 0.12, 0.20, 0.0, 0.0, 0.28, 0.08)],
    "CH": [_t(0.10, 0.12, 0.20, 0.0, 0.0, 0.28, 0.10)],
    "JH": [_t(0.10, 0.12, 0.18, 0.0, 0.0, 0.28, 0.10)],
    "T": [_t(0.14, 0.15, 0.05)], "D": [_t(0.15, 0.15, 0.05)], "N": [_t(0.15, 0.15, 0.05)],
    "L": [_t(0.22, 0.12, 0.03, 0.0, 0.0, 0.25, 0.08, tongue=0.05)],
    "K": [_t(0.17, 0.10)], "G": [_t(0.17, 0.10)], "NG": [_t(0.17, 0.10)],
    "SIL": [_t(0.0)],
}

BILABIAL, LABIODENTAL = {"M", "B", "P"}, {"F", "V"}
SIBILANT = {"S", "Z", "SH", "ZH", "CH", "JH"}
ROUNDED = {"UW", "UH", "OW", "OY", "W", "AO"}
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
