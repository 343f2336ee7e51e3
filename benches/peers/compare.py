"""CPU time at one thread, ours and onnxruntime's in turns: compare.py FOLDER OUR_BENCH [ROUNDS]

FOLDER is what export.py wrote, OUR_BENCH the executable of `cargo bench --bench networks --no-run`. A round runs a
workload once on either side; the median and the least of all rounds are printed, and ours over theirs. A sampling is
20 steps, whose conditions we prepare once and they at every step."""

import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import onnxruntime

folder, bench = Path(sys.argv[1]), sys.argv[2]
rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 15
ours = subprocess.Popen([bench, "--serve"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
print("ours:", ours.stdout.readline().strip(), "  theirs: onnxruntime", onnxruntime.__version__)


def run_ours(name):
    ours.stdin.write(name + "\n")
    return float(ours.stdout.readline())


WORKLOADS = {
    "generator_small": ("generator_small", 1),
    "encoder": ("encoder", 1),
    "generator_full": ("generator_full", 1),
    "denoiser": ("denoiser", 1),
    "sampling": ("denoiser", 20),
    "wav2vec2": ("wav2vec2", 1),
    "clip_picture": ("clip_picture", 1),
    "clip_text": ("clip_text", 1),
}

for name, (model, runs) in WORKLOADS.items():
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(folder / f"{model}.onnx", options, providers=["CPUExecutionProvider"])
    values = np.load(folder / f"{model}.npz")
    feed = {i.name: values[i.name] for i in session.get_inputs()}

    def run_theirs():
        before = time.process_time()
        for _ in range(runs):
            session.run(None, feed)
        return (time.process_time() - before) * 1e3

    run_ours(name), run_theirs()
    pairs = [(run_ours(name), run_theirs()) for _ in range(rounds)]
    (a, b), (least_a, least_b) = (map(statistics.median, zip(*pairs)), map(min, zip(*pairs)))
    print(f"{name:16} ours {a:8.2f} (least {least_a:8.2f}) ms   theirs {b:8.2f} ({least_b:8.2f}) ms   ratio {a / b:.2f} ({least_a / least_b:.2f})", flush=True)
ours.stdin.close()
