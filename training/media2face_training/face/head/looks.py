"""Who looks how: colours of skin, hair and eyes, and the cut of hair, by the asset's named faces. sRGB, 0..1."""

from .hair import CUTS

SKINS = {"porcelain": (0.91, 0.74, 0.65), "light": (0.86, 0.67, 0.56), "olive": (0.78, 0.59, 0.45), "tan": (0.68, 0.48, 0.35),
         "brown": (0.53, 0.35, 0.25), "deep": (0.38, 0.24, 0.17)}
HAIRS = {"black": (0.075, 0.065, 0.062), "dark": (0.15, 0.105, 0.08), "brown": (0.27, 0.175, 0.115), "auburn": (0.36, 0.18, 0.10),
         "blond": (0.62, 0.47, 0.29), "grey": (0.50, 0.49, 0.48), "white": (0.74, 0.73, 0.71)}
BROWS = {"white": (0.42, 0.40, 0.38), "blond": (0.40, 0.29, 0.19)}  # where they are not as the hair
IRISES = {"brown": (0.27, 0.17, 0.09), "dark": (0.17, 0.10, 0.06), "hazel": (0.36, 0.27, 0.13), "green": (0.30, 0.35, 0.20),
          "blue": (0.30, 0.42, 0.52), "grey": (0.38, 0.42, 0.44)}
JERSEYS = {"navy": (0.17, 0.22, 0.31), "moss": (0.25, 0.29, 0.21), "wine": (0.36, 0.15, 0.17), "sand": (0.62, 0.55, 0.45),
           "charcoal": (0.17, 0.17, 0.18), "teal": (0.14, 0.32, 0.33), "cream": (0.78, 0.74, 0.66), "rust": (0.50, 0.26, 0.15)}

# Face: skin, cut, hair, iris, jersey.
WHO = {
    "average": ("olive", "short", "dark", "brown", "navy"), "amara": ("deep", "curls", "black", "dark", "rust"),
    "bruno": ("light", "short", "brown", "hazel", "charcoal"), "chie": ("olive", "bun", "grey", "dark", "wine"),
    "daniel": ("brown", "short", "black", "dark", "sand"), "elif": ("tan", "bob", "dark", "brown", "teal"),
    "feng": ("olive", "short", "black", "dark", "moss"), "gita": ("brown", "bun", "dark", "brown", "cream"),
    "henrik": ("porcelain", "short", "white", "blue", "navy"), "ida": ("porcelain", "bob", "blond", "grey", "rust"),
}
FOLDS = {"average": 0.08, "amara": 0.0, "bruno": 0.25, "chie": 0.55, "daniel": 0.1, "elif": 0.05, "feng": 0.05, "gita": 0.35, "henrik": 0.6,
         "ida": 0.0}  # how deep they are at rest
LIPS = (0.86, 0.62, 0.60)  # what lips make of the skin's colour, and a red of their own
LIP_RED, LIP_OWN = (0.64, 0.36, 0.34), 0.38


def linear(colour):
    """As packs hold colours."""
    return [round(float(c) ** 2.2, 4) for c in colour]


def look(name):
    """A face's look as a pack's manifest holds it: linear colours by part, parts that it does not wear."""
    skin, cut, hair, iris, jersey = WHO[name]
    tone = SKINS[skin]
    lips = [(1 - LIP_OWN) * t * m + LIP_OWN * red * (0.55 + 0.5 * t) for t, m, red in zip(tone, LIPS, LIP_RED)]
    strand = HAIRS[hair]
    brow = BROWS.get(hair, [0.95 * c for c in strand])
    colours = {"skin": tone, "lips": lips, f"hair_{cut}": strand, "jersey": JERSEYS[jersey]}
    for side in ("left", "right"):
        colours |= {f"brow_{side}": brow, f"iris_{side}": IRISES[iris]}
    return {"colours": {part: linear(colour) for part, colour in colours.items()},
            "folds": {"skin": FOLDS[name]},
            "without": [f"hair_{other}" for other in CUTS if other != cut]}
