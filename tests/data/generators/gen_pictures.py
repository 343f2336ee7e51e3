"""Picture files of every kind that a prompt may be, and what Pillow makes of them.

pictures.safetensors: {kind}.file = the bytes, {kind}.rgb = the picture upright (ImageOps.exif_transpose), in RGB, and where it
                      is transparent laid over white: round((c a + 255 (255 - a)) / 255).
resize.safetensors:   {case}.rgb in, {case}.crop_u8 out (shorter side to `side`, centre crop), for shapes at the edges.
Made with Pillow 11.3.0 (from 13 on, resize goes along y first where that is cheaper, which changes single levels; the
towers were trained before). PNG kinds that Pillow cannot write are written by hand. 16-bit grey is the one kind where
Pillow is not followed: it clips at 255, so that nearly all is white; here the upper 8 bits are kept, as for 16-bit colour.
"""
import io, struct, zlib
import numpy as np
from PIL import Image, ImageCms, ImageOps
from safetensors.numpy import save_file

rng = np.random.default_rng(5)
W, H = 29, 19
y, x = np.mgrid[0:H, 0:W]
smooth = np.stack([127 + 120 * np.sin(x / 7 + y / 11), 8 * x, 255 - 13 * y], -1).clip(0, 255).astype(np.uint8)
noisy = rng.integers(0, 256, (H, W, 4), dtype=np.uint8)
deep = rng.integers(0, 65536, (H, W, 4)).astype(np.uint16)


def saved(image, kind, **options):
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def png(pixels, color_type, depth=16, interlace=0, extra=b""):
    """A PNG by hand; pixels are [height, bytes of a row]."""
    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
    header = struct.pack(">IIBBBBB", W, H, depth, color_type, 0, 0, interlace)
    if interlace:
        passes = [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)]
        size = len(pixels[0]) // W
        cells = np.frombuffer(b"".join(pixels), np.uint8).reshape(H, W, size)
        rows = [row.tobytes() for t, l, v, h in passes for row in cells[t::v, l::h] if row.size]
    else:
        rows = pixels
    data = zlib.compress(b"".join(b"\0" + row for row in rows))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def rows(array):
    return [row.astype(">u2").tobytes() for row in array.reshape(H, -1)]


palette = Image.fromarray(smooth).quantize(11)
cmyk = saved(Image.fromarray(np.concatenate([smooth, 255 - smooth[..., :1] // 2], -1), "CMYK"), "JPEG", quality=95)
adobe = cmyk.index(b"Adobe") + 11  # the colour transform: 0 none, 2 YCCK


def exif(orientation):
    tags = Image.Exif()
    tags[0x0112] = orientation
    return tags


def turned(orientation):
    return saved(Image.fromarray(smooth), "JPEG", quality=95, subsampling=0, exif=exif(orientation))


files = {
    "png_rgb": saved(Image.fromarray(noisy[..., :3]), "PNG"),
    "png_rgba": saved(Image.fromarray(noisy), "PNG"),
    "png_grey": saved(Image.fromarray(noisy[..., 0]), "PNG"),
    "png_grey_alpha": saved(Image.fromarray(noisy[..., :2], "LA"), "PNG"),
    "png_1_bit": saved(Image.fromarray(noisy[..., 0] > 127), "PNG"),
    "png_palette": saved(palette, "PNG"),
    "png_palette_2_bit": saved(Image.fromarray(smooth).quantize(4), "PNG", bits=2),
    "png_palette_transparent": saved(palette, "PNG", transparency=bytes([0, 90, 255, 20])),
    "png_rgb_transparent": saved(Image.fromarray(noisy[..., :3]), "PNG", transparency=tuple(map(int, noisy[3, 4, :3]))),
    "png_interlaced": png([row.tobytes() for row in noisy[..., :3].reshape(H, -1)], 2, 8, 1),
    "png_grey_16": png(rows(deep[..., 0]), 0),
    "png_grey_alpha_16": png(rows(deep[..., :2]), 4),
    "png_rgb_16": png(rows(deep[..., :3]), 2),
    "png_rgba_16": png(rows(deep), 6),
    "png_animated": saved(Image.fromarray(noisy[..., :3]), "PNG", save_all=True, append_images=[Image.fromarray(smooth)]),
    "png_profile": saved(Image.fromarray(noisy[..., :3]), "PNG", icc_profile=ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()),
    "jpeg_444": saved(Image.fromarray(smooth), "JPEG", quality=95, subsampling=0),
    "jpeg_420": saved(Image.fromarray(smooth), "JPEG", quality=95, subsampling=2),
    "jpeg_progressive": saved(Image.fromarray(smooth), "JPEG", quality=95, subsampling=0, progressive=True),
    "jpeg_restart": saved(Image.fromarray(smooth), "JPEG", quality=95, subsampling=0, restart_marker_blocks=2),
    "jpeg_grey": saved(Image.fromarray(smooth[..., 0]), "JPEG", quality=95),
    "jpeg_cmyk": cmyk,
    "jpeg_ycck": cmyk[:adobe] + b"\2" + cmyk[adobe + 1:],
    "jpeg_turned": turned(6),
    **{f"jpeg_turned_{orientation}": turned(orientation) for orientation in [1, 2, 3, 4, 5, 7, 8]},
    "png_turned": saved(Image.fromarray(noisy), "PNG", exif=exif(8)),
}
out = {}
for kind, data in files.items():
    image = Image.open(io.BytesIO(data))
    print(kind, image.mode, len(data))
    out[f"{kind}.file"] = np.frombuffer(data, np.uint8)
    if image.mode == "I;16":
        image = Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    image = ImageOps.exif_transpose(image)
    transparent = "A" in image.mode or "transparency" in image.info
    rgb = np.asarray(image.convert("RGB")).copy()
    if transparent:
        rgba = np.asarray(image.convert("RGBA")).astype(int)
        rgb = ((rgba[..., :3] * rgba[..., 3:] + 255 * (255 - rgba[..., 3:]) + 127) // 255).astype(np.uint8)
    out[f"{kind}.rgb"] = rgb
save_file(out, "golden/pictures.safetensors")

out = {}
for w, h, n in [(1, 1, 16), (1, 300, 16), (300, 1, 16), (7, 5, 32), (33, 90, 8), (90, 33, 8), (50, 49, 49), (2, 2, 5), (1000, 3, 4), (16, 19, 16), (17, 16, 16)]:
    a = rng.integers(0, 256, (h, w, 3), dtype=np.uint8)
    size = (n, int(n * h / w)) if w <= h else (int(n * w / h), n)
    image = Image.fromarray(a).resize(size, Image.BICUBIC)
    l, t = int(round((size[0] - n) / 2)), int(round((size[1] - n) / 2))
    out[f"{w}x{h}to{n}.rgb"], out[f"{w}x{h}to{n}.crop_u8"] = a, np.asarray(image.crop((l, t, l + n, t + n))).copy()
save_file(out, "golden/resize.safetensors")
