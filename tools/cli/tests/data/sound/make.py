"""Makes the files beside this script from a slice of samples/audio/hello.wav: python3 make.py (ffmpeg 5 on the PATH)."""

import subprocess
from pathlib import Path

HERE = Path(__file__).parent
HELLO = HERE.parents[4] / "samples/audio/hello.wav"
FIRST, END = 12800, 18800  # samples of 16 kHz

FILES = {
    "slice.flac": ["-c:a", "flac"],
    "slice.mp3": ["-c:a", "libmp3lame", "-b:a", "32k"],
    "slice.ogg": ["-c:a", "libvorbis", "-q:a", "0"],
    "slice.m4a": ["-c:a", "aac", "-b:a", "48k"],
    "alac.m4a": ["-c:a", "alac"],
    "fragments.m4a": ["-c:a", "aac", "-b:a", "24k", "-movflags", "frag_keyframe+empty_moov+default_base_moof"],
    "adpcm_ms.wav": ["-c:a", "adpcm_ms"],
    "adpcm_ima.wav": ["-c:a", "adpcm_ima_wav"],
    "mp3.wav": ["-c:a", "libmp3lame", "-b:a", "32k"],
    "slice.opus": ["-c:a", "libopus", "-b:a", "16k"],
}


def without_padding(flac):
    """A FLAC file without its blocks of nothing."""
    at, blocks = 4, []
    last = False
    while not last:
        last, kind = flac[at] & 0x80, flac[at] & 0x7F
        end = at + 4 + int.from_bytes(flac[at + 1 : at + 4], "big")
        if kind != 1:
            blocks.append(bytearray(flac[at:end]))
        at = end
    for number, block in enumerate(blocks):
        block[0] = block[0] & 0x7F | (0x80 if number + 1 == len(blocks) else 0)
    return flac[:4] + b"".join(blocks) + flac[at:]


for name, codec in FILES.items():
    exact = ["-map_metadata", "-1", "-fflags", "+bitexact", "-flags:a", "+bitexact"]
    cut = ["-af", f"atrim=start_sample={FIRST}:end_sample={END},asetpts=PTS-STARTPTS"]
    subprocess.run(["ffmpeg", "-v", "error", "-y", "-i", HELLO, *exact, *cut, *codec, HERE / name], check=True)
flac = HERE / "slice.flac"
flac.write_bytes(without_padding(flac.read_bytes()))
