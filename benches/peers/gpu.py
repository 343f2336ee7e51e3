"""The networks in PyTorch on a GPU, in fp16 with CUDA graphs, in turns with ours on the same card.

Prints JSON: of each workload the medians in milliseconds of a run, theirs and ours, and ours over theirs. A turn is five
runs of one side and then of the other, the first of each not counted; either side's time goes from the call until the
host knows that the work is done. Random weights: time does not depend on them."""

import argparse
import json
import statistics
import subprocess
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils import parametrize

from networks import FULL, SMALL, Denoiser, Encoder, Generator, Speech

FRAMES, STEPS, PRODUCTS = 200, 20, 8


class Products(nn.Module):
    """Square matrices one after the other, as ours: outputs keep the inputs' variance."""

    def __init__(self, size):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(size, size) / size**0.5)

    def forward(self, x):
        for _ in range(PRODUCTS):
            x = F.linear(x, self.weight)
        return x


def generator(sizes, frames):
    module = Generator(**sizes)
    return module, (torch.randn(frames, 128), *module.cached())


def denoiser():
    inputs = (torch.randn(3, FRAMES, 134), torch.tensor([250] * 3), torch.randn(3, FRAMES, 768), torch.randn(3, FRAMES, 512))
    return Denoiser(), inputs


# Our name to what makes (module, inputs), runs of the module in one of ours, and how many parts our time is of one of.
WORKLOADS = {
    "denoiser": (denoiser, 1, 1),
    "sampling": (denoiser, STEPS, 1),
    "unet_200_frames": (lambda: generator(FULL, FRAMES), 1, 1),
    "generator_full": (lambda: generator(FULL, 16), 1, 16),
    "generator_small": (lambda: generator(SMALL, 16), 1, 16),
    "encoder": (lambda: (Encoder(**FULL), (torch.randn(1, 3, 256, 256),)), 1, 1),
    "wav2vec2": (lambda: (Speech(), (torch.randn(1, 160000),)), 1, 1),
    "product_512": (lambda: (Products(512), (torch.randn(512, 512),)), 1, PRODUCTS),
    "product_4096": (lambda: (Products(4096), (torch.randn(4096, 4096),)), 1, PRODUCTS),
}
# Most that ours may take of theirs.
BARS = {"denoiser": 1.0, "unet_200_frames": 1.0, "wav2vec2": 1.5, "product_4096": 2.0}
QUICK = ["generator_small", "denoiser", "product_512"]


def theirs(make, runs, parts, device, layout):
    """A function that runs once and gives milliseconds of a part, and whether it replays a graph."""
    module, inputs = make()
    half = device.type == "cuda"
    for layer in list(module.modules()):
        if parametrize.is_parametrized(layer):  # weight norm: folded once, as ours
            parametrize.remove_parametrizations(layer, "weight")
    module = module.eval().to(device, torch.float16 if half else torch.float32).to(memory_format=layout)
    inputs = [x.to(device, next(module.parameters()).dtype) if x.is_floating_point() else x.to(device) for x in inputs]
    inputs = [x.contiguous(memory_format=layout) if x.dim() == 4 else x for x in inputs]
    call, graphed = (lambda: module(*inputs)), False
    if half:
        side = torch.cuda.Stream()
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):
            for _ in range(3):
                call()
        torch.cuda.current_stream().wait_stream(side)
        graph = torch.cuda.CUDAGraph()
        try:
            with torch.cuda.graph(graph):
                call()
            call, graphed = graph.replay, True
        except RuntimeError as error:  # what asks the host in between cannot be captured: launched op by op then
            torch.cuda.synchronize()
            print(f"no graph: {error}", file=sys.stderr)

    def run():
        begun = time.perf_counter()
        for _ in range(runs):
            call()
        if half:
            torch.cuda.synchronize()
        return (time.perf_counter() - begun) * 1e3 / parts

    return run, graphed


def best_layout(workload, device):
    """The faster layout of the maps: half-precision convolutions like their channels last, norms not always."""
    if device.type == "cpu":
        return theirs(*workload, device, torch.contiguous_format)
    layouts = [theirs(*workload, device, layout) for layout in (torch.channels_last, torch.contiguous_format)]
    return min(layouts, key=lambda layout: min(layout[0]() for _ in range(5)))


class Ours:
    """Our program, answering with milliseconds."""

    def __init__(self, program, vulkan):
        arguments = [program, "--serve", f"--vulkan={vulkan}" if vulkan else "--vulkan"]
        self.process = subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
        self.name = self.process.stdout.readline().strip()

    def run(self, workload):
        self.process.stdin.write(workload + "\n")
        answer = self.process.stdout.readline()
        if not answer:
            raise RuntimeError(f"our program ended in {workload}")
        return float(answer)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--device", default="cuda", help="cuda, or cpu for a trial in f32 without graphs")
    parser.add_argument("--quick", action="store_true", help="three small workloads, few runs: a trial")
    parser.add_argument("--ours", metavar="PROGRAM", help="the executable of `cargo bench --bench networks --no-run`")
    parser.add_argument("--vulkan", metavar="NAME", help="our device; the one the library chooses by default")
    options = parser.parse_args()

    torch.manual_seed(0)
    torch.backends.cudnn.benchmark = True
    device = torch.device(options.device)
    ours = Ours(options.ours, options.vulkan) if options.ours else None
    turns, runs = (1, 2) if options.quick else (10, 5)
    report = {
        "theirs": f"PyTorch {torch.__version__}",
        "device": torch.cuda.get_device_name() if device.type == "cuda" else "cpu",
        "precision": "fp16" if device.type == "cuda" else "f32",
        "ours": ours.name if ours else None,
        "workloads": {},
    }
    for name in QUICK if options.quick else WORKLOADS:
        row = report["workloads"][name] = {}
        try:
            with torch.no_grad():
                run, graphed = best_layout(WORKLOADS[name], device)
                sides = {"theirs_ms": run, **({"ours_ms": lambda: ours.run(name)} if ours else {})}
                times = {side: [] for side in sides}
                for side in sides.values():
                    side()
                for _ in range(turns):
                    for side, once in sides.items():
                        once()
                        times[side] += [once() for _ in range(runs)]
            row.update({side: statistics.median(values) for side, values in times.items()}, cuda_graph=graphed)
            row.update({side.replace("_ms", "_least_ms"): min(values) for side, values in times.items()})
            if ours:
                row["ours_over_theirs"] = row["ours_ms"] / row["theirs_ms"]
                if device.type == "cuda" and name in BARS:
                    row.update(bar=BARS[name], met=row["ours_over_theirs"] <= BARS[name])
            del run, sides
        except Exception as error:  # a workload that does not run must not cost the others
            row["error"] = f"{type(error).__name__}: {error}"
        print(f"{name:16} {json.dumps(row)}", file=sys.stderr, flush=True)
    if ours:
        ours.process.stdin.close()
    print(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
