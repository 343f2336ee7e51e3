"""Names that several rooms share: the 52 weights, the ten emotions, the fourteen acts of head, brows and eyes."""

# The order of the face asset's units: ARKit's 52 names, sorted.
ARKIT = tuple(
    "browDownLeft browDownRight browInnerUp browOuterUpLeft browOuterUpRight cheekPuff cheekSquintLeft "
    "cheekSquintRight eyeBlinkLeft eyeBlinkRight eyeLookDownLeft eyeLookDownRight eyeLookInLeft eyeLookInRight "
    "eyeLookOutLeft eyeLookOutRight eyeLookUpLeft eyeLookUpRight eyeSquintLeft eyeSquintRight eyeWideLeft "
    "eyeWideRight jawForward jawLeft jawOpen jawRight mouthClose mouthDimpleLeft mouthDimpleRight mouthFrownLeft "
    "mouthFrownRight mouthFunnel mouthLeft mouthLowerDownLeft mouthLowerDownRight mouthPressLeft mouthPressRight "
    "mouthPucker mouthRight mouthRollLower mouthRollUpper mouthShrugLower mouthShrugUpper mouthSmileLeft "
    "mouthSmileRight mouthStretchLeft mouthStretchRight mouthUpperUpLeft mouthUpperUpRight noseSneerLeft "
    "noseSneerRight tongueOut".split())

EMOTION_NAMES = ("neutral", "happy", "angry", "sad", "surprised", "afraid", "disgusted", "contemptuous", "calm", "tired")
# The seven of version 0.4 first: their numbers stay.
HEAD_STYLES = ("nod", "shake", "tilt", "raise", "lower", "wink", "frown",
               "turn", "forward", "back", "sway", "brows", "closed", "away")
STYLE_NAMES = ("none", *HEAD_STYLES)
