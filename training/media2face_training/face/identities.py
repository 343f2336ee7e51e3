"""Faces: MakeHuman's macro targets (sex, age, ancestry, build) and detail targets, named or drawn at random."""

from dataclasses import dataclass, field

import numpy as np

from .data import AGES, RACES, SEXES


@dataclass
class Face:
    """Mixing weights of one identity; ages and races sum to 1, male in 0..1, weight in -1..1."""

    male: float
    age: dict
    race: dict
    weight: float = 0.0
    details: dict = field(default_factory=dict)


# The starter's faces. The first is the average that everything is measured on.
NAMED = {
    "average": Face(0.5, {"young": 0.75, "old": 0.25}, {"african": 1 / 3, "asian": 1 / 3, "caucasian": 1 / 3}),
    "amara": Face(0.05, {"young": 1.0}, {"african": 1.0}, 0.0, {"mouth-upperlip-height-incr": 0.3}),
    "bruno": Face(1.0, {"young": 0.6, "old": 0.4}, {"caucasian": 1.0}, 0.5, {
        "head-square": 0.5, "nose-hump-incr": 0.5, "chin-width-incr": 0.4}),
    "chie": Face(0.0, {"old": 1.0}, {"asian": 1.0}, -0.3, {"head-oval": 0.4, "head-age-incr": 0.5}),
    "daniel": Face(1.0, {"young": 1.0}, {"african": 0.9, "caucasian": 0.1}, -0.1, {
        "head-rectangular": 0.4, "chin-prominent-incr": 0.4}),
    "elif": Face(0.0, {"young": 0.8, "old": 0.2}, {"caucasian": 0.7, "asian": 0.3}, 0.1, {
        "nose-greek-incr": 0.4, "cheek-bones-incr": 0.5, "eye-scale-incr": 0.3}),
    "feng": Face(0.95, {"young": 0.9, "old": 0.1}, {"asian": 1.0}, 0.1, {"head-round": 0.4}),
    "gita": Face(0.1, {"young": 0.3, "old": 0.7}, {"caucasian": 0.4, "asian": 0.3, "african": 0.3}, 0.6, {
        "head-round": 0.5, "nose-volume-incr": 0.3}),
    "henrik": Face(1.0, {"young": 0.2, "old": 0.8}, {"caucasian": 1.0}, -0.4, {
        "head-invertedtriangular": 0.4, "head-age-incr": 0.2, "nose-scale-vert-incr": 0.4}),
    "ida": Face(0.2, {"child": 0.7, "young": 0.3}, {"caucasian": 0.8, "african": 0.2}, 0.1, {}),
}

# Detail targets that random faces draw from, besides the head shapes.
SHAPES = ("head-diamond", "head-oval", "head-rectangular", "head-round", "head-square", "head-triangular",
          "head-invertedtriangular")
SLIDERS = (
    "head-fat", "head-age", "head-scale-horiz", "head-scale-vert", "head-scale-depth", "nose-hump", "nose-greek",
    "nose-volume", "nose-scale-vert", "nose-scale-horiz", "nose-scale-depth", "nose-width1", "nose-width2",
    "nose-width3", "nose-flaring", "nose-point-width", "mouth-scale-horiz", "mouth-scale-vert",
    "mouth-lowerlip-height", "mouth-lowerlip-volume", "mouth-upperlip-height", "mouth-upperlip-volume",
    "mouth-cupidsbow", "eye-scale", "eye-height1", "eye-height2", "eye-height3", "eye-bag", "chin-bones",
    "chin-height", "chin-jaw-drop", "chin-prognathism", "chin-prominent", "chin-width", "cheek-bones",
    "cheek-inner", "cheek-volume", "forehead-nubian", "forehead-scale-vert", "forehead-temple",
)


def components(data):
    """{component name: displacements of all vertices}: what a face is a linear mixture of."""
    parts = {}
    for race in RACES:
        for sex in SEXES:
            for age in AGES:
                parts[f"{race}/{sex}/{age}"] = data.macro(race, sex, age)
    for sex in SEXES:
        for age in AGES:
            for weight in ("minweight", "averageweight", "maxweight"):
                parts[f"build/{sex}/{age}/{weight}"] = data.build(sex, age, weight)
    wanted = set(SHAPES)
    for slider in SLIDERS:
        wanted |= {f"{slider}-incr", f"{slider}-decr"}
    for name, displacement in data.details().items():
        if name in wanted:
            parts[name] = displacement
    return parts


def mixture(face, names):
    """Weights [components] of a face."""
    out = np.zeros(len(names))
    place = {n: i for i, n in enumerate(names)}
    for sex, share in (("male", face.male), ("female", 1 - face.male)):
        for age, a in face.age.items():
            for race, r in face.race.items():
                out[place[f"{race}/{sex}/{age}"]] += share * a * r
            extreme = "maxweight" if face.weight > 0 else "minweight"
            out[place[f"build/{sex}/{age}/{extreme}"]] += share * a * abs(face.weight)
            out[place[f"build/{sex}/{age}/averageweight"]] += share * a * (1 - abs(face.weight))
    for name, value in face.details.items():
        out[place[name]] += value
    return out


def random_mixture(rng, names, place):
    """Weights of a random face: sex, age, ancestry, build, one head shape, a few sliders."""
    sex = rng.beta(0.4, 0.4)
    age = dict(zip(AGES, rng.dirichlet([0.25, 1.0, 0.6])))
    race = dict(zip(RACES, rng.dirichlet([0.5, 0.5, 0.5])))
    details = {str(rng.choice(SHAPES)): rng.uniform(0, 0.7)}
    for slider in rng.choice(SLIDERS, 10, replace=False):
        value = rng.normal(0, 0.4)
        key = f"{slider}-{'incr' if value > 0 else 'decr'}"
        if key in place:
            details[key] = min(abs(value), 1.0)
    return mixture(Face(sex, age, race, np.clip(rng.normal(0, 0.4), -1, 1), details), names)
