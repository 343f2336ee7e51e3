"""Looking at the asset and at results: smooth shading from one light, sheets, PNG files."""

import struct
import zlib

import numpy as np

from .raster import normals, rasterise

LIGHT = np.array([0.35, 0.45, 0.82]) / np.linalg.norm([0.35, 0.45, 0.82])
BACKDROP = 0.16


def render(vertices, triangles, colours, size=300, yaw=0.0, centre=(0, 0, 0), span=260.0):
    """u8 picture [size, size, 3] of vertices (mm) seen from +Z turned by yaw (rad); colours [T, 3] in 0..1."""
    cos, sin = np.cos(yaw), np.sin(yaw)
    p = vertices - np.asarray(centre)
    p = np.stack([p[:, 0] * cos + p[:, 2] * sin, p[:, 1], -p[:, 0] * sin + p[:, 2] * cos], 1)
    shade = np.clip(normals(p, triangles) @ LIGHT, 0, 1) * 0.8 + 0.25
    screen = np.stack([size / 2 + p[:, 0] * size / span, size / 2 - p[:, 1] * size / span], 1)
    seen = rasterise(screen, p[:, 2], triangles, size, size)
    image = np.full((size, size, 3), BACKDROP)
    image[seen.hit] = colours[seen.triangle[seen.hit]] * seen.interpolate(triangles, shade[:, None])
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
