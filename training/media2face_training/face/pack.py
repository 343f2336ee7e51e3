"""A face asset in a pack: the tensors of mesh, chart and identities, and what the manifest says of them."""

import numpy as np

PREFIXES = ("topology.", "identities.", "textures.")
LISTS = ("triangles", "uv", "gather_index", "gather_weight", "raster_index", "raster_weight", "lip", "upper", "lip_inner",
         "head_pivot", "centre")


def add_face(tensors, manifest, face):
    """Puts a `Face` in the place of what a pack has of one. Changes both in place; the networks stay as they are."""
    for name in [name for name in tensors if name.startswith(PREFIXES)]:
        del tensors[name]
    a = face.asset
    lists = LISTS + (("texcoord",) if "texcoord" in a else ())
    for name in lists:
        kind = np.int32 if a[name].dtype.kind == "i" else np.float32
        tensors[f"topology.{name}"] = np.ascontiguousarray(a[name].astype(kind))
    tensors["topology.extent"] = np.array([face.extent], np.float32)
    for part in face.parts:
        if part["follow"] not in ("map", "head"):
            name = part["follow"]
            tensors[f"topology.follow.{name}.index"] = a[f"follow/{name}/index"].astype(np.int32)
            tensors[f"topology.follow.{name}.matrix"] = a[f"follow/{name}/matrix"].astype(np.float32)
    for i, vertices in enumerate(face.named.values()):
        tensors[f"identities.{i}.vertices"] = np.ascontiguousarray(vertices.astype(np.float32))
    linear = [dict(p, colour=[round(c**2.2, 4) for c in p["colour"]]) for p in face.parts]
    manifest["topology"] = {"vertices": len(a["average"]), "triangles": len(face.triangles), "parts": linear}
    manifest["identities"] = {"names": list(face.named)}
    if "textures" in a:
        textures = a["textures"].item()
        manifest["requires"] = sorted({*manifest.get("requires", []), "textures"})
        manifest["topology"]["textures"] = list(textures)
        manifest["identities"]["looks"] = a["looks"].tolist()
        for name, data in textures.items():
            tensors[f"textures.{name}"] = np.frombuffer(data, np.uint8)
