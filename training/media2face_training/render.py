"""A small software renderer for looking at the asset and at results: z-buffer, smooth shading, no texture."""

import struct
import zlib

import numpy as np

LIGHT = np.array([0.35, 0.45, 0.82]) / np.linalg.norm([0.35, 0.45, 0.82])


def normals(vertices, triangles):
    """Area-weighted vertex normals [V, 3]."""
    a, b, c = (vertices[triangles[:, k]] for k in range(3))
    face = np.cross(b - a, c - a)
    out = np.zeros_like(vertices)
    for k in range(3):
        np.add.at(out, triangles[:, k], face)
    return out / (np.linalg.norm(out, axis=1, keepdims=True) + 1e-9)


def render(vertices, triangles, colours, size=300, yaw=0.0, centre=(0, 0, 0), span=260.0):
    """u8 picture [size, size, 3] of vertices (mm) seen from +Z turned by yaw (rad); colours [T, 3] in 0..1."""
    cos, sin = np.cos(yaw), np.sin(yaw)
    p = vertices - np.asarray(centre)
    p = np.stack([p[:, 0] * cos + p[:, 2] * sin, p[:, 1], -p[:, 0] * sin + p[:, 2] * cos], 1)
    shade = np.clip(normals(p, triangles) @ LIGHT, 0, 1) * 0.8 + 0.25
    x, y, z = p[:, 0] * size / span + size / 2, size / 2 - p[:, 1] * size / span, p[:, 2]
    image = np.full((size, size, 3), 0.16)
    depth = np.full((size, size), -1e9)
    x0 = np.maximum(np.floor(x[triangles].min(1)), 0).astype(int)
    x1 = np.minimum(np.ceil(x[triangles].max(1)), size - 1).astype(int)
    y0 = np.maximum(np.floor(y[triangles].min(1)), 0).astype(int)
    y1 = np.minimum(np.ceil(y[triangles].max(1)), size - 1).astype(int)
    for t in np.where((x1 >= x0) & (y1 >= y0))[0]:
        i, j, k = triangles[t]
        area = (y[j] - y[k]) * (x[i] - x[k]) + (x[k] - x[j]) * (y[i] - y[k])
        if area >= -1e-9:  # seen from behind (rows run downwards)
            continue
        gx, gy = np.meshgrid(np.arange(x0[t], x1[t] + 1), np.arange(y0[t], y1[t] + 1))
        a = ((y[j] - y[k]) * (gx - x[k]) + (x[k] - x[j]) * (gy - y[k])) / area
        b = ((y[k] - y[i]) * (gx - x[k]) + (x[i] - x[k]) * (gy - y[k])) / area
        c = 1 - a - b
        far = a * z[i] + b * z[j] + c * z[k]
        hit = (a >= -1e-6) & (b >= -1e-6) & (c >= -1e-6) & (far > depth[gy, gx])
        if hit.any():
            light = (a * shade[i] + b * shade[j] + c * shade[k])[hit]
            depth[gy[hit], gx[hit]] = far[hit]
            image[gy[hit], gx[hit]] = colours[t] * light[:, None]
    return (np.clip(image, 0, 1) * 255).astype(np.uint8)


def sheet(pictures, columns):
    """Pictures of one size, side by side in rows."""
    blank = np.zeros_like(pictures[0])
    pictures = pictures + [blank] * (-len(pictures) % columns)
    return np.concatenate([np.concatenate(pictures[i : i + columns], 1) for i in range(0, len(pictures), columns)])


def write_png(path, image):
    """u8 [H, W, 3] -> PNG file."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    height, width, _ = image.shape
    rows = b"".join(b"\0" + row.tobytes() for row in image)
    with open(path, "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
                   + chunk(b"IDAT", zlib.compress(rows, 6)) + chunk(b"IEND", b""))
