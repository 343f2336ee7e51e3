"""Writes every workload as {folder}/{name}.onnx and its inputs as {folder}/{name}.npz."""

import sys
import warnings
from pathlib import Path

import numpy as np
import torch

from networks import workloads

warnings.filterwarnings("ignore")
torch.backends.mha.set_fastpath_enabled(False)  # the fused op has no ONNX twin
folder = Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
for name, (module, inputs) in workloads().items():
    names = [f"input{i}" for i in range(len(inputs))]
    with torch.no_grad():
        torch.onnx.export(module.eval(), inputs, folder / f"{name}.onnx", input_names=names, opset_version=17, dynamo=False)
    np.savez(folder / f"{name}.npz", **{n: v.numpy() for n, v in zip(names, inputs)})
    print("wrote", name, flush=True)
