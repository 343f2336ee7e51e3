"""From the graph of a TFLite network to the layers that the pack names.

MediaPipe's face networks are a strided convolution of the picture, then blocks

    out = prelu(pointwise(depthwise(x)) + shortcut(x))

whose shortcut takes the largest of 2x2 texels where the block halves the map, and has zeros for channels that x lacks. A ReLU
is a PReLU with slopes of zero. `Walk` follows a network from what it gives back to the picture, and refuses all else.
"""

import numpy as np
from tflite import Padding


def refuse(text):
    raise SystemExit(f"not the expected network: {text}")


class Walk:
    def __init__(self, graph):
        self.graph = graph
        self.makers = {operation.output: operation for operation in graph.operations}

    def maker(self, index, *names):
        """The operation that makes an activation; it has one of these names."""
        made = self.makers[index]
        if made.name not in names:
            refuse(f"tensor {index} is made by {made.name}, expected {' or '.join(names)}")
        return made

    def constants(self, operation):
        return [self.graph.constants[index] for index in operation.inputs[1:]]

    def convolution(self, operation, kernel, stride, padding=None):
        """Weight [O, K, K, I] and bias of a plain convolution."""
        weight, bias = self.constants(operation)
        found = operation.options
        if weight.shape[1] != kernel or weight.shape[2] != kernel or (found.StrideH(), found.StrideW()) != (stride, stride):
            refuse(f"a convolution of {weight.shape} with stride {found.StrideH()}")
        if padding is not None and found.Padding() != padding:
            refuse("a convolution with another padding")
        return weight, bias

    def pointwise(self, operation):
        weight, bias = self.convolution(operation, 1, 1)
        return {"weight": weight[:, 0, 0], "bias": bias}

    def depthwise(self, operation):
        """Weight [C, 3, 3] and bias, and the stride."""
        (weight, bias), options = self.constants(operation), operation.options
        if weight.shape[:3] != (1, 3, 3) or options.DepthMultiplier() != 1 or options.Padding() != Padding.SAME:
            refuse(f"a depthwise convolution of {weight.shape}")
        return {"weight": weight[0].transpose(2, 0, 1), "bias": bias}, options.StrideH()

    def slope(self, operation, channels):
        return self.constants(operation)[0].reshape(channels) if operation.name == "PRELU" else np.zeros(channels, np.float32)

    def is_block(self, index):
        last = self.makers[index]
        return last.name in ("PRELU", "RELU") and self.makers[last.inputs[0]].name == "ADD"

    def block(self, index):
        """Layers of the block that ends in this activation, whether it halves the map, and the index of its input."""
        last = self.maker(index, "PRELU", "RELU")
        add = self.maker(last.inputs[0], "ADD")
        if add.options.FusedActivationFunction() != 0:
            refuse("a sum with an activation")
        point = next(self.makers[way] for way in add.inputs if self.makers[way].name == "CONV_2D")
        shortcut = next(way for way in add.inputs if way != point.output)
        deep = self.maker(point.inputs[0], "DEPTHWISE_CONV_2D")
        layers, stride = self.depthwise(deep)
        source, pooled = deep.inputs[0], False
        while shortcut != source:
            way = self.maker(shortcut, "PAD", "MAX_POOL_2D")
            pooled |= way.name == "MAX_POOL_2D"
            shortcut = way.inputs[0]
        if pooled != (stride == 2):
            refuse(f"a block with stride {stride} and another shortcut")
        made = {"depthwise": layers, "pointwise": self.pointwise(point)}
        made["slope"] = self.slope(last, len(made["pointwise"]["bias"]))
        return made, pooled, source

    def blocks(self, index):
        """The blocks that lead to an activation, the first one first: (layers, halves, index of the output); and the index of
        the first one's input."""
        found = []
        while self.is_block(index):
            layers, halves, source = self.block(index)
            found.append((layers, halves, index))
            index = source
        return found[::-1], index

    def stem(self, index, kernel):
        """The convolution of the picture that ends in this activation: a weight [O, K*K*3] by the window's rows, columns and
        channels."""
        last = self.maker(index, "PRELU", "RELU")
        first = self.maker(last.inputs[0], "CONV_2D")
        if first.inputs[0] != self.graph.inputs[0]:
            refuse("it does not begin with a convolution of the picture")
        weight, bias = self.convolution(first, kernel, 2, Padding.SAME)
        return {"weight": weight.reshape(len(weight), -1), "bias": bias, "slope": self.slope(last, len(bias))}

    def trunk(self, index, kernel):
        """Stem and blocks up to an activation, with the channels of each and the numbers of the blocks that halve the map."""
        found, start = self.blocks(index)
        layers = {"stem": self.stem(start, kernel), "blocks": [block for block, _, _ in found]}
        channels = [len(layer["bias"]) for layer in [layers["stem"], *(block["pointwise"] for block in layers["blocks"])]]
        return layers, {"channels": channels, "halves": [i for i, (_, halves, _) in enumerate(found) if halves]}


def flat(prefix, layers):
    """{name in the pack: array} of nested layers."""
    if isinstance(layers, np.ndarray):
        return {prefix: layers}
    items = enumerate(layers) if isinstance(layers, list) else layers.items()
    return {name: array for key, inner in items for name, array in flat(f"{prefix}.{key}", inner).items()}
