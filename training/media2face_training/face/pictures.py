"""Pictures of our own heads with their expression and head pose, for the encoders that read faces off a picture.

Everything that must not matter is varied: identity, skin, hair, eyes and lips, light, camera, crop, background, blur,
exposure, noise, compression. A picture is cut around the **face box**: the square that spans, as seen, the front of
the face from the chin to just above the brows; times 1.6.

    python -m media2face_training.face.pictures --data target/m2fs --work target/training --jobs 2
"""

import argparse
import io
import multiprocessing
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image
from scipy.ndimage import gaussian_filter, zoom
from scipy.spatial.transform import Rotation

from ..config import VISION_SIDE
from ..storage import atomically
from .expressions import Expressions, folder, recorded
from .face import Face
from .raster import normals, rasterise, unit
from .samples import HELD_OUT_SEED

SIDE, CROP = VISION_SIDE, 1.6
YAW, PITCH, ROLL = np.radians([35.0, 20.0, 20.0])  # uniform to both sides
CHUNK = 250
FACES = 400  # random ones; those held out are others
TRAIN, HELD = 40000, 2000
# [64, 96]: a small pixel is the mean of the 1.5 large ones that it covers
SHRINK = np.kron(np.eye(SIDE // 2), [[2 / 3, 1 / 3, 0], [0, 1 / 3, 2 / 3]])


@dataclass
class Look:
    """What of a picture is neither face nor expression. Colours in 0..1 as shown."""

    colours: dict = field(default_factory=dict)  # part's stem -> colour, over the asset's own
    hair: tuple | None = None  # (colour, height of the hairline in mm)
    beard: tuple | None = None  # (colour, share of it)
    blotches: np.ndarray | None = None  # [waves, 5]: wave vector (rad/mm), phase, amount
    ambient: float = 0.3
    lights: list = field(default_factory=lambda: [((0.35, 0.45, 0.82), (0.75, 0.75, 0.75))])  # (direction, colour)
    gloss: float = 0.0
    distance_mm: float = 900.0
    background: np.ndarray | float = 0.16  # one level, or a picture [size, size, 3]


def random_look(rng, size):
    """A look drawn from everything that a picture may be, for pictures of this size."""
    tone = rng.uniform(0, 1)
    skin = (1 - tone) * np.array([0.95, 0.77, 0.67]) + tone * np.array([0.30, 0.18, 0.12])
    skin = np.clip(skin * rng.uniform(0.9, 1.1, 3), 0.05, 1)
    hair = rng.uniform(0.02, 0.75) * np.array([1, rng.uniform(0.6, 0.95), rng.uniform(0.3, 0.9)])
    lips = np.clip(skin * rng.uniform([0.75, 0.45, 0.45], [1.1, 0.85, 0.85]), 0, 1)
    iris = rng.choice([[0.30, 0.20, 0.12], [0.15, 0.09, 0.06], [0.35, 0.47, 0.60], [0.36, 0.44, 0.30]])
    colours = dict(skin=skin, lips=lips, brow=np.clip(hair * rng.uniform(0.4, 0.9), 0, 1), iris=np.array(iris),
                   eye=np.full(3, rng.uniform(0.8, 1)) * [1, 0.98, 0.96], tongue=lips * [1.05, 0.8, 0.85],
                   mouth=np.array([0.3, 0.1, 0.1]) * rng.uniform(0.3, 1.2),
                   teeth=np.array([0.95, 0.93, 0.86]) * rng.uniform(0.8, 1))
    lights = []
    for strength in (rng.uniform(0.45, 0.95), rng.uniform(0, 0.35)):
        azimuth, height = np.radians(rng.uniform(-80, 80)), np.radians(rng.uniform(-20, 70))
        direction = (np.sin(azimuth) * np.cos(height), np.sin(height), np.cos(azimuth) * np.cos(height))
        lights.append((direction, strength * rng.uniform(0.9, 1.08, 3)))
    waves = np.concatenate([rng.normal(0, 0.06, (6, 3)), rng.uniform(0, 6.28, (6, 1)), rng.uniform(0, 0.02, (6, 1))], 1)
    return Look(colours=colours, hair=(hair, rng.uniform(-12, 22)) if rng.random() < 0.8 else None,
                beard=(hair, rng.uniform(0.1, 0.8)) if rng.random() < 0.15 else None, blotches=waves,
                ambient=rng.uniform(0.3, 0.6), lights=lights, gloss=rng.uniform(0, 0.2),
                distance_mm=rng.uniform(350, 1500), background=random_background(rng, size))


def random_background(rng, size):
    """[size, size, 3]: one colour, a gradient or blurred patches."""
    out = np.ones((size, size, 3)) * rng.uniform(0, 1, 3)
    kind = rng.random()
    if kind < 0.35:
        ramp = np.linspace(0, 1, size)[:, None, None]
        out = out * (1 - ramp) + rng.uniform(0, 1, 3) * ramp
        out = out if rng.random() < 0.5 else out.transpose(1, 0, 2)
    elif kind < 0.7:
        cells = int(rng.integers(3, 12))
        patches = out[0, 0] + rng.normal(0, rng.uniform(0.03, 0.2), (cells, cells, 3))
        patches = patches + rng.normal(0, 0.1, (cells, cells, 1))
        out = zoom(patches, (size / cells, size / cells, 1), order=1, grid_mode=True, mode="nearest")[:size, :size]
    return out


class Painter:
    """Pictures of one asset's faces."""

    def __init__(self, face):
        self.face, self.average = face, face.asset["average"]
        skin = self.average[: face.skin_count]
        self.box = np.where((skin[:, 2] > 50) & (skin[:, 1] > -97) & (skin[:, 1] < 25))[0]
        self.owner = np.zeros(len(self.average), int)
        for i, part in enumerate(face.parts):
            self.owner[slice(*part["vertices"])] = i
        self.on_skin = self.owner == 0

    def vertex_colours(self, look):
        """[V, 3]: parts, hair above a line over the ears, beard, blotches."""
        stems = [part["name"].split("_")[0] for part in self.face.parts]
        table = np.array([look.colours.get(s, p["colour"]) for s, p in zip(stems, self.face.parts)], float)
        out, p = table[self.owner], self.average
        if look.beard is not None:
            colour, share = look.beard
            low = self.on_skin & (p[:, 1] < -62) & (p[:, 1] > -120) & (p[:, 2] > -10)
            out[low] += (np.asarray(colour) - out[low]) * share
        if look.hair is not None:
            colour, line = look.hair
            out[self.on_skin & (p[:, 1] > 8 + line + 0.62 * p[:, 2])] = colour
        if look.blotches is not None:
            wave, phase, amount = look.blotches[:, :3], look.blotches[:, 3], look.blotches[:, 4]
            out *= (1 + (np.sin(p @ wave.T + phase) * amount).sum(1) * self.on_skin)[:, None]
        return out

    def paint(self, vertices, rotation=(0.0, 0.0, 0.0), look=None, size=256, scale=CROP, shift=(0.0, 0.0)):
        """[size, size, 3] in 0..1 of vertices (mm); rotation of the head: axis-angle (rad) towards a camera at +Z.

        scale: side of the picture over that of the face box; shift: of its middle, in sides of the box.
        """
        look, pivot = look or Look(), self.face.asset["head_pivot"]
        p = (vertices - pivot) @ Rotation.from_rotvec(rotation).as_matrix().T + pivot
        away = look.distance_mm - p[:, 2]
        flat = p[:, :2] / away[:, None]
        low, high = flat[self.box].min(0), flat[self.box].max(0)
        side = (high - low).max()
        middle = (low + high) / 2 + side * np.asarray(shift)
        pixels = size / (side * scale)
        screen = (flat - middle) * [pixels, -pixels] + size / 2
        triangles = self.face.triangles
        seen = rasterise(screen, 1 / away, triangles, size, size)
        normal = normals(p, triangles)
        values = seen.interpolate(triangles, np.concatenate([normal, self.vertex_colours(look)], 1))
        normal, albedo = unit(values[:, :3]), values[:, 3:]
        shade, shine = np.full((len(normal), 3), look.ambient), 0.0
        for direction, colour in look.lights:
            direction = np.asarray(direction) / np.linalg.norm(direction)
            shade += np.clip(normal @ direction, 0, 1)[:, None] * np.asarray(colour)
            halfway = direction + [0, 0, 1]
            halfway /= np.linalg.norm(halfway)
            shine = shine + look.gloss * np.clip(normal @ halfway, 0, 1)[:, None] ** 24 * np.asarray(colour)
        image = np.ones((size, size, 3)) * look.background
        image[seen.hit] = albedo * shade + shine
        return np.clip(image, 0, 1)


def portrait(face, vertices, look=None, rotation=(0.0, 0.0, 0.0), size=256, scale=CROP):
    """u8 picture [size, size, 3] of a face's vertices [V, 3] in mm; look: see `Look` and `random_look`."""
    return (Painter(face).paint(vertices, rotation, look, size, scale) * 255 + 0.5).astype(np.uint8)


def develop(image, rng):
    """A painted picture [size, size, 3] in 0..1 as a camera and a file leave it: u8."""
    image = np.clip(image * rng.uniform(0.75, 1.3) * rng.uniform(0.93, 1.07, 3), 0, 1) ** rng.uniform(0.8, 1.25)
    if rng.random() < 0.4:
        deviation = rng.uniform(0.3, 0.8)
        image = gaussian_filter(image, (deviation, deviation, 0))
    image = image + rng.normal(0, rng.uniform(0, 0.025), image.shape)
    out = (np.clip(image, 0, 1) * 255 + 0.5).astype(np.uint8)
    if rng.random() < 0.4:
        file = io.BytesIO()
        Image.fromarray(out).save(file, "JPEG", quality=int(rng.integers(50, 95)))
        out = np.asarray(Image.open(file))
    return out


def random_rotation(rng):
    """Axis-angle (rad) of a head turned by yaw, pitch and roll within their limits."""
    angles = rng.uniform(-1, 1, 3) * [YAW, PITCH, ROLL]
    return Rotation.from_euler("YXZ", angles).as_rotvec()


def picture(painter, neutral, weights, rng):
    """(u8 [64, 64, 3], rotation [3]) of an expression [52] on a face, everything else at random."""
    vertices = neutral + painter.face.offsets(neutral, weights[None])[0]
    rotation, large = random_rotation(rng), 3 * SIDE // 2
    image = painter.paint(vertices, rotation, random_look(rng, large), large, CROP * rng.uniform(0.93, 1.08),
                          rng.normal(0, 0.025, 2))
    return develop(np.einsum("ia,jb,abc->ijc", SHRINK, SHRINK, image, optimize=True), rng), rotation


def _shard(task):
    """Makes one shard of a set, whose pictures depend on nothing but the task."""
    path, out, neutrals, weights, seed = task
    rng, painter = np.random.default_rng(seed), Painter(Face(path))
    made = [picture(painter, neutrals[rng.integers(len(neutrals))], w, rng) for w in weights]
    arrays = dict(images=np.stack([m[0] for m in made]), rotations=np.stack([m[1] for m in made]).astype(np.float32),
                  weights=weights.astype(np.float16))
    atomically(out, lambda file: np.savez(file, **arrays))


def sets(face, data, count):
    """{name: (neutral faces, expressions [n, 52], seed)} of the pictures to train on and of those held out."""
    rng, held_rng = np.random.default_rng(7), np.random.default_rng(HELD_OUT_SEED)
    expressions, spoken = Expressions(data, rng, every=5), recorded(data, ("valid", "test"), 3)
    held = np.stack([face.random_vertices(held_rng) for _ in range(60)])
    known = np.stack([*face.named.values(), *(face.random_vertices(rng) for _ in range(FACES))])
    half = HELD // 2
    held_expressions = np.concatenate([spoken[held_rng.permutation(len(spoken))[:half]],
                                       expressions.draw(half, 0.0, 0.0, few=0.4)])
    return dict(held=(held, held_expressions, 1), train=(known, expressions.draw(count, 0.04, 0.5, few=0.2), 2))


def make(data, work, count=TRAIN, jobs=1):
    """Makes the shards of both sets that are not there yet; a run that was stopped goes on."""
    path, out = work / "face.npz", work / "pictures"
    out.mkdir(exist_ok=True)
    tasks = []
    for name, (neutrals, weights, seed) in sets(Face(path), data, count).items():
        for first in range(0, len(weights), CHUNK):
            shard = out / f"{name}_{first:06d}.npz"
            if not shard.exists():
                tasks.append((path, shard, neutrals, weights[first : first + CHUNK], [seed, first]))
    print(f"{len(tasks)} shards of {CHUNK} pictures to make", flush=True)
    if jobs == 1:
        for task in tasks:
            _shard(task)
    else:
        with multiprocessing.get_context("spawn").Pool(jobs) as pool:
            pool.map(_shard, tasks, chunksize=1)


def read(work, name):
    """(images u8 [n, 64, 64, 3], weights f32 [n, 52], rotations f32 [n, 3]) of the set `train` or `held`."""
    shards = sorted((Path(work) / "pictures").glob(f"{name}_*.npz"))
    if not shards:
        raise SystemExit(f"{work}/pictures holds no pictures of {name}; make them with media2face_training.face.pictures")
    loaded = [np.load(shard) for shard in shards]
    images, weights, rotations = (np.concatenate([x[k] for x in loaded]) for k in ("images", "weights", "rotations"))
    return images, weights.astype(np.float32), rotations


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", default="target/m2fs")
    parser.add_argument("--work", default="target/training")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--count", type=int, default=TRAIN, help="pictures to train on")
    options = parser.parse_args()
    make(folder(options.data), Path(options.work), options.count, options.jobs)


if __name__ == "__main__":
    main()
