"""Mouth targets of every phone in ARKit weights (left = right) and how strongly each holds its neighbours off."""

# Channels of the mouth that phones set; LowerDown etc. stand for the left and right unit together.
CHANNELS = ("jawOpen", "mouthLowerDown", "mouthUpperUp", "mouthStretch", "mouthSmile", "mouthFunnel", "mouthPucker",
            "mouthPress", "mouthRollLower", "mouthRollUpper", "tongueOut", "jawForward", "mouthShrugLower")
OF_THE_JAW = ("jawOpen", "tongueOut", "jawForward")  # these blend by a phone's hold on the jaw, the others by that on the lips


def _t(jaw, lower=0.0, upper=0.0, stretch=0.0, smile=0.0, funnel=0.0, pucker=0.0, press=0.0, roll_lower=0.0,
       roll_upper=0.0, tongue=0.0, forward=0.0, shrug=0.0):
    return (jaw, lower, upper, stretch, smile, funnel, pucker, press, roll_lower, roll_upper, tongue, forward, shrug)


# One target, or two for a diphthong (the second from 55 % of the phone on). The jaw is that of a vowel spoken at the clip's
# usual loudness; a commercial network's English has a mean of .14 (design notes), and so have these in running speech.
TARGETS = {
    "AA": [_t(0.42, 0.35, 0.10, tongue=0.05)],
    "AE": [_t(0.37, 0.40, 0.20, 0.30, tongue=0.06)],
    "AH": [_t(0.25, 0.20, 0.0, 0.0, 0.0, 0.08, tongue=0.03)],
    "AO": [_t(0.32, 0.10, 0.0, 0.0, 0.0, 0.50, 0.20)],
    "EH": [_t(0.28, 0.25, 0.05, 0.25, 0.15, tongue=0.05)],
    "EY": [_t(0.24, 0.25, 0.08, 0.25, 0.15, tongue=0.03), _t(0.15, 0.15, 0.15, 0.30, 0.28)],
    "IH": [_t(0.17, 0.15, 0.12, 0.25, 0.22)],
    "IY": [_t(0.12, 0.15, 0.20, 0.30, 0.38)],
    "Y": [_t(0.10, 0.10, 0.15, 0.25, 0.28)],
    "OW": [_t(0.24, 0.05, 0.0, 0.0, 0.0, 0.42, 0.32), _t(0.13, 0.0, 0.0, 0.0, 0.0, 0.40, 0.50)],
    "OY": [_t(0.27, 0.05, 0.0, 0.0, 0.0, 0.45, 0.35), _t(0.13, 0.12, 0.15, 0.25, 0.28)],
    "UH": [_t(0.15, 0.05, 0.0, 0.0, 0.0, 0.25, 0.35)],
    "UW": [_t(0.10, 0.0, 0.0, 0.0, 0.0, 0.28, 0.65)],
    "W": [_t(0.08, 0.0, 0.0, 0.0, 0.0, 0.32, 1.00)],
    "AW": [_t(0.40, 0.33, 0.10, tongue=0.05), _t(0.15, 0.0, 0.0, 0.0, 0.0, 0.35, 0.55)],
    "AY": [_t(0.40, 0.33, 0.12, tongue=0.05), _t(0.15, 0.15, 0.18, 0.28, 0.28)],
    "ER": [_t(0.16, 0.08, 0.0, 0.0, 0.0, 0.12, 0.10)],
    "R": [_t(0.13, 0.05, 0.0, 0.0, 0.0, 0.18, 0.12, forward=0.05)],
    "M": [_t(0.05, press=0.45, roll_lower=0.22, roll_upper=0.15, shrug=0.15)],
    "B": [_t(0.05, press=0.45, roll_lower=0.22, roll_upper=0.15, shrug=0.15)],
    "P": [_t(0.05, press=0.50, roll_lower=0.25, roll_upper=0.18, shrug=0.18)],
    "F": [_t(0.05, 0.0, 0.28, roll_lower=0.50, shrug=0.35)],
    "V": [_t(0.05, 0.0, 0.25, roll_lower=0.45, shrug=0.32)],
    "TH": [_t(0.13, 0.20, 0.05, tongue=0.45)],
    "DH": [_t(0.13, 0.18, 0.03, tongue=0.40)],
    "S": [_t(0.06, 0.30, 0.15, 0.25, forward=0.12)],
    "Z": [_t(0.06, 0.28, 0.13, 0.25, forward=0.12)],
    "SH": [_t(0.07, 0.12, 0.20, 0.0, 0.0, 0.28, 0.08, forward=0.18, shrug=0.15)],
    "ZH": [_t(0.07, 0.12, 0.20, 0.0, 0.0, 0.28, 0.08, forward=0.18, shrug=0.15)],
    "CH": [_t(0.07, 0.12, 0.20, 0.0, 0.0, 0.28, 0.10, forward=0.18, shrug=0.15)],
    "JH": [_t(0.07, 0.12, 0.18, 0.0, 0.0, 0.28, 0.10, forward=0.16, shrug=0.15)],
    "T": [_t(0.09, 0.15, 0.05, tongue=0.04)], "D": [_t(0.10, 0.15, 0.05, tongue=0.04)],
    "N": [_t(0.11, 0.15, 0.05, tongue=0.04)],
    "L": [_t(0.16, 0.12, 0.03, 0.0, 0.0, 0.25, 0.08, tongue=0.14)],
    "K": [_t(0.13, 0.10)], "G": [_t(0.13, 0.10)], "NG": [_t(0.13, 0.10)],
    "SIL": [_t(0.0)],
}

BILABIAL, LABIODENTAL = {"M", "B", "P"}, {"F", "V"}
SIBILANT = {"S", "Z", "SH", "ZH", "CH", "JH"}
ROUNDED = {"UW", "UH", "OW", "OY", "W", "AO"}
OO, EE = {"UW", "UH", "W"}, {"IY", "Y"}  # vowels that hardly lower the jaw, however loud
TIP = {"T", "D", "N", "L", "TH", "DH"}
TONGUE = {"T", "D", "N", "L", "K", "G", "NG", "TH", "DH", "HH"}


def dominance(phone):
    """(strength on the jaw, strength on the lips, onset rate 1/s, decay rate 1/s) of a phone (Cohen and Massaro 1993).

    The numbers are chosen by eye, but for the rates of rounded vowels, which are fitted on a performer.
    """
    if phone in BILABIAL or phone in LABIODENTAL:
        return 3.0, 3.0, 30.0, 30.0
    if phone in ROUNDED:  # a performer's lips move .34 to .37 of their deviation a frame; half as fast was .18 to .20
        return 1.0, 1.4, 18.0, 16.0
    if phone in SIBILANT:
        return 1.6, 1.0, 20.0, 20.0
    if phone in TONGUE:  # what the tip does wants the jaw up; the back of the tongue leaves it alone
        return 1.0 if phone in TIP else 0.6, 0.3, 18.0, 18.0
    if phone == "SIL":
        return 1.2, 1.2, 12.0, 10.0
    return 1.0, 1.0, 14.0, 12.0
