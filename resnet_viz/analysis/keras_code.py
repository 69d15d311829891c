"""The Keras line that makes a layer, and the file that makes a network, as text: nothing here imports Keras."""

from resnet_viz.spec.graph import LayerGraph, Node
from resnet_viz.spec.layers import (
    Add,
    AveragePool,
    BatchNorm,
    ChannelPad,
    Conv,
    Dense,
    Flatten,
    GlobalAveragePool,
    Input,
    MaxPool,
    Padding,
    Relu,
    Softmax,
)


def keras_line(node: Node) -> str:
    """Return one readable line of Keras 3 for a node; variables are the node ids.

    >>> from resnet_viz.spec import build_graph, preset
    >>> print(keras_line(build_graph(preset("course")).node("res3b_branch2b")))
    res3b_branch2b = layers.Conv2D(128, 3, padding='same', kernel_initializer=GlorotUniform(seed=0), \
name='res3b_branch2b')(res3b_relu2a)
    """
    call = f"layers.{_call(node)}"
    if isinstance(node.layer, Input):
        return f"{node.id} = keras.Input({node.layer.shape}, name='input')"
    read = f"[{', '.join(node.inputs)}]" if len(node.inputs) > 1 else node.inputs[0]
    return f"{node.id} = {call}({read})"


def keras_file(graph: LayerGraph, title: str, weights: str = "") -> str:
    """Return a Python file that builds the network in plain Keras 3: the same names, shapes, counts and seeds.

    Args:
        graph: The network.
        title: What the file says it builds; whatever stands in it stays a text.
        weights: The name of a file beside it whose arrays it loads; "" for the random start.
    """
    lines = [keras_line(node) for node in graph.nodes]
    body: list[str] = []
    place = None
    for node, line in zip(graph.nodes, lines, strict=True):
        here = (node.stage, node.block)
        if here != place:
            body += ["", f"# {_heading(node)}"]
            place = here
        body.append(line)
    text = "\n".join(lines)
    imports = ["import keras"]
    if "np.inf" in text:
        imports.append("import numpy as np")
    imports.append("from keras import layers, ops" if "ops." in text else "from keras import layers")
    names = sorted({name for name in _INITIALIZERS if f"{name}(" in text})
    imports.append(f"from keras.initializers import {', '.join(names)}")
    last = graph.nodes[-1].id
    loads = [f"model.load_weights(Path(__file__).with_name({weights!r}))"] if weights else []
    return "\n".join(
        [
            f'"""{_inside_quotes(title)}"""',
            "",
            *(["from pathlib import Path", ""] if weights else []),
            *imports,
            *body,
            "",
            f"model = keras.Model(input, {last}, name='resnet')",
            *loads,
            "",
            'if __name__ == "__main__":',
            "    model.summary()",
            "",
        ]
    )


_INITIALIZERS = ("GlorotNormal", "GlorotUniform", "HeNormal", "HeUniform")


def _inside_quotes(text: str) -> str:
    """Return a text that neither ends the quotes around it nor hides a character: names of files stand in it.

    >>> _inside_quotes("the 'best' one")
    "the 'best' one"
    """
    plain = text.replace("\\", "/").replace('"', "'")
    return "".join(letter for letter in plain if letter.isprintable() or letter == "\n")


def _heading(node: Node) -> str:
    if node.block:
        return f"Stage {node.stage}, block {node.block}"
    return "Stem" if node.stage == 1 else "Head"


def _call(node: Node) -> str:
    name = f"name='{node.id}'"
    match node.layer:
        case Conv(filters, kernel, strides, padding, use_bias, initializer, seed):
            stride = f", strides={strides}" if strides > 1 else ""
            bias = "" if use_bias else ", use_bias=False"
            pad = f", padding='{padding}'" if padding == "same" else ""
            start = f"kernel_initializer={_initializer(initializer, seed)}"
            return f"Conv2D({filters}, {kernel}{stride}{pad}{bias}, {start}, {name})"
        case BatchNorm(epsilon, momentum):
            return f"BatchNormalization(epsilon={epsilon:g}, momentum={momentum:g}, {name})"
        case Dense(units, initializer, seed):
            return f"Dense({units}, kernel_initializer={_initializer(initializer, seed)}, {name})"
        case Padding(size, "zero"):
            return f"ZeroPadding2D({size}, {name})"
        case Padding(size):
            return f"Lambda(lambda x: ops.pad(x, {_frame(size)}, constant_values=-np.inf), {name})"
        case MaxPool(size, strides):
            return f"MaxPooling2D({size}, strides={strides}, {name})"
        case AveragePool(size, strides):
            return f"AveragePooling2D({size}, strides={strides}, {name})"
        case ChannelPad(filters, strides):
            cut = f"x[:, ::{strides}, ::{strides}, :]"
            return f"Lambda(lambda x: ops.pad({cut}, [[0, 0], [0, 0], [0, 0], [0, {filters} - x.shape[-1]]]), {name})"
        case Relu():
            return f"ReLU({name})"
        case Add():
            return f"Add({name})"
        case Flatten():
            return f"Flatten({name})"
        case GlobalAveragePool():
            return f"GlobalAveragePooling2D({name})"
        case Softmax():
            return f"Softmax({name})"
    return f"Input({name})"


def _initializer(name: str, seed: int) -> str:
    return f"{''.join(part.title() for part in name.split('_'))}(seed={seed})"


def _frame(size: int) -> str:
    return f"[[0, 0], [{size}, {size}], [{size}, {size}], [0, 0]]"
