"""USD files of `m2f` as Pixar's library reads them, against the .glb of the same faces beside each.

    python3 tests/readers/usd.py FILE.usdc...

Needs usd-core and numpy from PyPI; without them all is left out, by name. Each file opens without a word from the library, passes
its validators, and its meshes, skinned by the library, stand where those of the .glb do.
"""

import json
import os
import struct
import sys
from pathlib import Path

# Farthest that a vertex may be from the .glb's, metres: targets there leave out what moves less than 0.02 mm.
NEAR_M = 1e-4
# Least cosine between the normals: bent ones are sums in both, but here the library turns them.
ALONG = 0.995
FORMATS = {5121: "<u1", 5123: "<u2", 5125: "<u4", 5126: "<f4"}
WIDTHS = {"SCALAR": 1, "VEC3": 3, "VEC4": 4}

try:
    import numpy
    from pxr import Gf, Usd, UsdGeom, UsdShade, UsdSkel, UsdUtils
except ImportError as error:
    print(f"left out: {error}: pip install usd-core numpy")
    if path := os.environ.get("M2F_TEST_LEFT_OUT"):
        with open(path, "a", encoding="utf-8") as out:
            out.write("usd-core or numpy is missing (pip install usd-core numpy)\ttests/readers/usd.py\n")
    sys.exit(0)


class Glb:
    """Meshes of a .glb in the world, at its frames."""

    def __init__(self, path):
        data = path.read_bytes()
        length = struct.unpack_from("<I", data, 12)[0]
        self.root, self.bin = json.loads(data[20 : 20 + length]), data[28 + length :]
        self.parents = {c: n for n, node in enumerate(self.root["nodes"]) for c in node.get("children", [])}
        self.moves = {}
        animation = self.root["animations"][0]
        for channel in animation["channels"]:
            target, sampler = channel["target"], animation["samplers"][channel["sampler"]]
            self.moves[target["node"], target["path"]] = self.values(sampler["output"])
            self.times = self.values(sampler["input"])[:, 0]

    def view(self, number, offset, count, kind, width):
        view = self.root["bufferViews"][number]
        at = view.get("byteOffset", 0) + offset
        assert "byteStride" not in view or view["byteStride"] == numpy.dtype(kind).itemsize * width
        return numpy.frombuffer(self.bin, kind, count * width, at).reshape(count, width)

    def values(self, number):
        accessor = self.root["accessors"][number]
        kind, width = FORMATS[accessor["componentType"]], WIDTHS[accessor["type"]]
        values = numpy.zeros((accessor["count"], width), kind)
        if "bufferView" in accessor:
            offset = accessor.get("byteOffset", 0)
            values[:] = self.view(accessor["bufferView"], offset, len(values), kind, width)
        if sparse := accessor.get("sparse"):
            indices, exceptions = sparse["indices"], sparse["values"]
            offset, rows = indices.get("byteOffset", 0), FORMATS[indices["componentType"]]
            rows = self.view(indices["bufferView"], offset, sparse["count"], rows, 1)[:, 0]
            offset = exceptions.get("byteOffset", 0)
            values[rows] = self.view(exceptions["bufferView"], offset, sparse["count"], kind, width)
        return values

    def placed(self, number, frame):
        """Rotation and translation of a node in the world."""
        turn, place = numpy.eye(3), numpy.zeros(3)
        while number is not None:
            node = self.root["nodes"][number]
            own = {}
            for path in ["rotation", "translation"]:
                moved = self.moves.get((number, path))
                still = node.get(path, [0, 0, 0, 1] if path == "rotation" else [0, 0, 0])
                own[path] = still if moved is None else moved[frame]
            matrix = matrix_of(*(float(c) for c in own["rotation"]))
            turn, place = matrix @ turn, matrix @ place + numpy.asarray(own["translation"], float)
            number = self.parents.get(number)
        return turn, place

    def meshes(self, frame):
        """Points and normals of each mesh by the name of its node."""
        for number, node in enumerate(self.root["nodes"]):
            if "mesh" not in node:
                continue
            weights = self.moves.get((number, "weights"))
            count = len(self.times)
            weights = [] if weights is None else weights.reshape(count, -1)[frame]
            parts = {"POSITION": [], "NORMAL": []}
            for primitive in self.root["meshes"][node["mesh"]]["primitives"]:
                for name, rows in parts.items():
                    sums = self.values(primitive["attributes"][name]).astype(float)
                    for weight, target in zip(weights, primitive.get("targets", [])):
                        if weight:
                            sums += float(weight) * self.values(target[name])
                    rows.append(sums)
            turn, place = self.placed(number, frame)
            points, normals = (numpy.concatenate(rows) for rows in parts.values())
            yield node["name"], points @ turn.T + place, normals @ turn.T


def matrix_of(x, y, z, w):
    """Of a unit quaternion, rows."""
    return numpy.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
            [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
            [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
        ]
    )


def told(stage):
    """What the library's validators say; the older checker's words where they are not there."""
    try:
        from pxr import UsdValidation
    except ImportError:
        checker = UsdUtils.ComplianceChecker(arkit=False, skipARKitRootLayerCheck=True)
        checker.CheckCompliance(stage.GetRootLayer().identifier)
        return checker.GetErrors() + checker.GetFailedChecks() + checker.GetWarnings()
    validators = UsdValidation.ValidationRegistry().GetOrLoadAllValidators()
    print(f"   {len(validators)} validators")
    return [error.GetErrorAsString() for error in UsdValidation.ValidationContext(validators).Validate(stage)]


def faults(path):
    words = UsdUtils.CoalescingDiagnosticDelegate()
    stage, glb = Usd.Stage.Open(str(path)), Glb(path.with_suffix(".glb"))
    yield from told(stage)
    if UsdGeom.GetStageUpAxis(stage) != "Y" or UsdGeom.GetStageMetersPerUnit(stage) != 1 or not stage.GetDefaultPrim():
        yield "its axis, unit or default prim"
    count = len(glb.times)
    if (stage.GetStartTimeCode(), stage.GetEndTimeCode()) != (0, count - 1):
        yield f"time codes to {stage.GetEndTimeCode()} for {count} frames"
    last_s = stage.GetEndTimeCode() / stage.GetTimeCodesPerSecond()
    if abs(last_s - glb.times[-1]) > 1e-5:
        yield f"the last frame at {last_s} s, in the .glb at {glb.times[-1]} s"
    subsets = [prim for prim in stage.Traverse() if prim.IsA(UsdGeom.Subset)]
    for prim in subsets:
        if not UsdShade.MaterialBindingAPI(prim).ComputeBoundMaterial()[0]:
            yield f"{prim.GetPath()} has no material"
    roots = [UsdSkel.Root(prim) for prim in stage.Traverse() if prim.IsA(UsdSkel.Root)]
    shapes = [prim for prim in stage.Traverse() if prim.IsA(UsdSkel.BlendShape)]
    frames = sorted({0, count // 4, count // 3, count // 2, count - 1})
    for root in roots:
        if not UsdSkel.BakeSkinning(root, Gf.Interval(0, count - 1)):
            yield f"{root.GetPath()} is not skinned"
    meshes = {}
    for prim in stage.Traverse():
        if prim.IsA(UsdGeom.Mesh):
            # In a scene the names begin with a character's.
            parent = prim.GetParent()
            name = f"{parent.GetName()}.{prim.GetName()}" if parent.GetParent().GetName() == "scene" else prim.GetName()
            meshes[name] = UsdGeom.Mesh(prim)
    farthest, least, moved, first = 0.0, 1.0, 0.0, {}
    for frame in frames:
        cache = UsdGeom.XformCache(frame)
        names = set()
        for name, points, normals in glb.meshes(frame):
            names.add(name)
            if name not in meshes:
                yield f"no mesh {name} among {sorted(meshes)}"
                continue
            mesh = meshes[name]
            world = numpy.array(cache.GetLocalToWorldTransform(mesh.GetPrim()))
            found = numpy.array(mesh.GetPointsAttr().Get(frame), float) @ world[:3, :3] + world[3, :3]
            bent = numpy.array(mesh.GetNormalsAttr().Get(frame), float) @ world[:3, :3]
            if found.shape != points.shape:
                yield f"{name}: {found.shape} and {points.shape}"
                continue
            farthest = max(farthest, float(numpy.abs(found - points).max(initial=0)))
            lengths = numpy.linalg.norm(bent, axis=1) * numpy.linalg.norm(normals, axis=1)
            least = min(least, float(((bent * normals).sum(1) / lengths).min(initial=1)))
            moved = max(moved, float(numpy.abs(points - first.setdefault(name, points)).max(initial=0)))
        if names != set(meshes):
            yield f"meshes {sorted(meshes)}, in the .glb {sorted(names)}"
    print(
        f"{path}: {len(roots)} faces, {len(shapes)} blendshapes, {len(frames)} of {count} frames: up to {farthest * 1e6:.1f} µm "
        f"from the .glb, which moves by {moved * 1e3:.1f} mm; normals' least cosine {least:.4f}",
        flush=True,
    )
    if len(shapes) != 52 * len(roots) or not roots:
        yield f"{len(shapes)} blendshapes of {len(roots)} faces, expected 52 each"
    if not farthest < NEAR_M:
        yield f"a vertex is {farthest} m from the .glb's"
    if not least > ALONG:
        yield f"a normal's cosine with the .glb's is {least}"
    if count > 1 and moved < 1e-3:
        yield "nothing moves"
    yield from (str(word.commentary) for word in words.TakeUncoalescedDiagnostics())


found = [f"{path}: {fault}" for path in sys.argv[1:] for fault in faults(Path(path))]
for line in found:
    print(line, file=sys.stderr)
sys.stdout.flush()
sys.exit(1 if found else 0)
