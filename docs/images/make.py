"""Makes the pictures of the documentation with the m2f command: python docs/images/make.py (needs Pillow).

styles-1.png, styles-2.png: one sentence in ten styles, three moments of each. identities.png: one style on eight faces.
keyframe.png: moments before, at and behind a keyframe, without it and with it. scene.png: the sheet of the sample scene.
hello.webp: the film of the sample sentence, over the sound.
"""

import subprocess
import tempfile
import wave
from array import array
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

ROOT = Path(__file__).resolve().parents[2]
AUDIO = ROOT / "samples/audio/hello.wav"
M2F = str(ROOT / "target/release/m2f")
SIDE = 224
FPS = 30
STYLES = ["neutral", "happy", "sad", "angry", "surprised", "afraid", "disgusted", "contemptuous", "calm", "tired"]
FACES = ["amara", "bruno", "chie", "daniel", "elif", "feng", "gita", "ida"]


def pictures(*arguments: str, at_s: list[float]) -> list[Image.Image]:
    """Pictures of the sample sentence at these times, SIDE × SIDE."""
    with tempfile.TemporaryDirectory() as out:
        command = [M2F, "animate", str(AUDIO), "--out", out, "--emit", "frames", "--quiet"]
        subprocess.run([*command, "--size", str(SIDE), *arguments], check=True, stdout=subprocess.DEVNULL)
        files = sorted(Path(out).glob("*.frames/*.png"))
        return [Image.open(files[round(time_s * FPS)]).convert("RGB").copy() for time_s in at_s]


def grid(columns: list[tuple[str, list[Image.Image]]], path: str) -> None:
    """Columns of pictures under their words."""
    head, font = 26, ImageFont.load_default(16)
    size = (SIDE * len(columns), head + SIDE * len(columns[0][1]))
    sheet = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(sheet)
    for column, (words, rows) in enumerate(columns):
        draw.text((SIDE * (column + 0.5), head / 2), words, fill="black", font=font, anchor="mm")
        for row, picture in enumerate(rows):
            sheet.paste(picture, (SIDE * column, head + SIDE * row))
    save(sheet, path)


def save(picture: Image.Image, path: str) -> None:
    """With few colours, which is enough for a page."""
    picture.quantize(192).save(ROOT / "docs/images" / path, optimize=True)


def film(path: str, side: int = 400, fps: int = 15, strip: int = 56) -> None:
    """The film of the sample sentence over its sound, which the playhead goes along, as a picture that moves."""
    with tempfile.TemporaryDirectory() as out:
        command = [M2F, "animate", str(AUDIO), "--out", out, "--emit", "frames", "--quiet"]
        subprocess.run([*command, "--size", str(side), "--fps", str(fps)], check=True, stdout=subprocess.DEVNULL)
        frames = [Image.open(file).convert("RGB").copy() for file in sorted(Path(out).glob("*.frames/*.png"))]
    with wave.open(str(AUDIO)) as sound:
        samples = array("h", sound.readframes(sound.getnframes()))
    peaks = [max(map(abs, samples[x * len(samples) // side : (x + 1) * len(samples) // side])) for x in range(side)]
    shots = []
    for number, frame in enumerate(frames):
        shot = Image.new("RGB", (side, side + strip), "#16181d")
        shot.paste(frame, (0, 0))
        draw, at = ImageDraw.Draw(shot), round(number / len(frames) * side)
        for x, peak in enumerate(peaks):
            half = max(1, round(0.45 * strip * peak / max(peaks)))
            middle = side + strip // 2
            draw.line((x, middle - half, x, middle + half), fill="#f6aa54" if x <= at else "#50698a")
        shots.append(shot)
    to = ROOT / "docs/images" / path
    shots[0].save(to, save_all=True, append_images=shots[1:], duration=round(1000 / fps), loop=0, quality=72, method=6)
    assert to.stat().st_size <= 3 << 20, f"{to} has {to.stat().st_size} bytes"


def scene() -> Image.Image:
    """The sheet of the sample scene, two thirds of its size."""
    with tempfile.TemporaryDirectory() as out:
        script = str(ROOT / "samples/scenes/dialogue.toml")
        command = [M2F, "scene", script, "--out", out, "--emit", "png", "--quiet"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        sheet = Image.open(Path(out) / "scene.png").convert("RGB")
        return sheet.resize((sheet.width * 2 // 3, sheet.height * 2 // 3))


def main() -> None:
    subprocess.run(["cargo", "build", "--release", "--quiet", "--package", "m2f"], cwd=ROOT, check=True)
    moments = [0.9, 2.1, 4.3]
    words = {style: style if style == "neutral" else f"very {style}" for style in STYLES}
    styles = [(style, pictures("--style", words[style], at_s=moments)) for style in STYLES]
    grid([styles[i] for i in range(5)], "styles-1.png")
    grid([styles[i] for i in range(5, 10)], "styles-2.png")
    faces = [(face, pictures("--style", "very happy", "--identity", face, at_s=moments[1:])) for face in FACES]
    grid(faces, "identities.png")
    around = [1.0, 1.3, 1.5, 1.7, 2.0]
    held = ["--keyframe", "1.4-1.6=surprise", "--keyframe", "1.4-1.6=headYaw=18,headPitch=-6", "--keyframe-ramp", "0.25"]
    save(scene(), "scene.png")
    film("hello.webp")
    rows = zip(pictures(at_s=around), pictures(*held, at_s=around))
    grid([(f"{time_s} s", list(pair)) for time_s, pair in zip(around, rows)], "keyframe.png")


if __name__ == "__main__":
    main()
