"""Outputs of MediaPipe's face networks: golden/finder.safetensors. Run with the wheel's two .tflite files (unpacked by
training/media2face_training/finder/wheel.py) and a face, a picture that is scaled to 64 x 64, as arguments."""
import sys
import numpy as np
from PIL import Image
from ai_edge_litert.interpreter import Interpreter
from safetensors.numpy import save_file

SIDE, STEP = 64, 3  # of the pictures; every third detection is kept


def run(path, picture):
    net = Interpreter(path)
    net.allocate_tensors()
    net.set_tensor(net.get_input_details()[0]["index"], picture[None].astype(np.float32))
    net.invoke()
    return [net.get_tensor(output["index"])[0] for output in net.get_output_details()]


detector, mesh, face = sys.argv[1:]
noise = np.random.default_rng(1).integers(0, 256, (SIDE, SIDE, 3), dtype=np.uint8)
pictures = {"face": np.asarray(Image.open(face).convert("RGB").resize((SIDE, SIDE), Image.BOX)), "noise": noise}
out = {}
for name, picture in pictures.items():
    times = lambda count: picture.repeat(count, 0).repeat(count, 1)
    places, scores = run(detector, times(2) / 127.5 - 1)
    points, presence = run(mesh, times(3) / 255)
    out[f"{name}.picture"] = picture.copy()
    out[f"{name}.detections"] = np.concatenate([scores, places], 1)[::STEP].astype(np.float32)
    out[f"{name}.mesh"] = np.concatenate([points.ravel(), presence.ravel()]).astype(np.float32)
    print(name, np.abs(scores).max(), np.abs(places).max(), points.min(), points.max(), presence.ravel(), scores.max())
save_file({k: np.ascontiguousarray(v) for k, v in out.items()}, "golden/finder.safetensors")
