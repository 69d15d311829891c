"""What a layer is for, by the part it plays in its network, in the words of the literature.

References:
    He et al. 2015, Deep Residual Learning for Image Recognition, arXiv:1512.03385.
    He et al. 2016, Identity Mappings in Deep Residual Networks, arXiv:1603.05027.
    Ioffe and Szegedy 2015, Batch Normalization, arXiv:1502.03167.
    Lin et al. 2013, Network In Network, arXiv:1312.4400 (global average pooling).
    Goyal et al. 2017, arXiv:1706.02677, section 5.1 (stride on the 3×3).
    Dumoulin and Visin 2016, arXiv:1603.07285 (padding and strides).
"""

from resnet_viz.analysis import NetworkSummary
from resnet_viz.messages import N_, Titles, joined
from resnet_viz.messages import gettext as _
from resnet_viz.spec import Node, ResNetSpec
from resnet_viz.spec.layers import BatchNorm, Conv, MaxPool, Padding, Relu, kind_of

_PURPOSES = Titles(
    {
        "input": N_("The picture as numbers: height × width × colour channels."),
        "max_pool": N_(
            "Max-pooling keeps the strongest answer of every window, so the maps shrink and small shifts of the picture matter less."
        ),
        "average_pool": N_(
            "Average pooling sums up what each channel found in a window. Cells that fill no whole window are dropped."
        ),
        "global_average_pool": N_(
            "Global average pooling: one mean per channel, whatever the size of the picture (Lin et al. 2013). The dense layer behind it therefore never grows with the input."
        ),
        "add": N_(
            "y = F(x) + x: the element-wise addition of He et al. 2015, equation 1. The block has to learn only the residual F, what must be added to its input. It costs no parameters."
        ),
        "flatten": N_("Lays the last map out as one vector for the dense layer; nothing is computed."),
        "dense": N_(
            "The classifier: one weighted sum of all features per class. Its outputs are the logits, scores before the softmax."
        ),
        "softmax": N_("Turns the logits into probabilities that sum to 1."),
    }
)
"""Of the kinds of layers that serve one purpose wherever they stand."""


def purpose(summary: NetworkSummary, node: Node) -> str:
    """Return in one to three sentences why the layer is there and what the literature calls it."""
    layer = node.layer
    if node.path == "shortcut":
        return _on_shortcut(node)
    match layer:
        case Conv():
            return _of_convolution(summary, node)
        case BatchNorm():
            return _of_norm(summary.graph.spec, node)
        case Padding():
            return _of_padding(node)
        case Relu():
            return _of_relu(summary.graph.spec, node)
    return _PURPOSES(kind_of(layer))


def _of_convolution(summary: NetworkSummary, node: Node) -> str:
    if not node.block:
        text = _("The stem: its kernels look at the picture itself, for edges and colours.")
        if isinstance(node.layer, Conv) and node.layer.strides > 1:
            text = joined((text, _("Their stride shrinks the map before the many blocks work on it.")), " ")
        return text
    record, spec = summary.by_id[node.id], summary.graph.spec
    place, window = node.id[-1], f"{spec.kernel_size}×{spec.kernel_size}"
    if spec.block == "basic":
        text = _("One of the two convolutions of a basic block (He et al. 2015, figure 5 left).")
        if spec.shortcut.enabled:
            text = joined((text, _("Together they are the residual F(x).")), " ")
    elif place == "a":
        text = _(
            "Squeeze: a 1×1 convolution brings {before} channels down to {after}, so that the costly {window} convolution works on few. The block is a bottleneck (He et al. 2015, figure 5 right)."
        ).format(before=record.input_shape[2], after=record.output_shape[2], window=window)
    elif place == "b":
        text = _(
            "The only layer of the block that looks at neighbours: its window of {window} moves over the squeezed {n} channels."
        ).format(n=record.input_shape[2], window=window)
    else:
        text = _("Expand: a 1×1 convolution brings the channels back to {n}.").format(n=record.output_shape[2])
        if spec.shortcut.enabled:
            text = joined((text, _("F(x) can then be added to the shortcut; no ReLU comes before the sum.")), " ")
    if isinstance(node.layer, Conv) and node.layer.strides > 1:
        if node.layer.kernel_size < node.layer.strides:
            stride = _(
                "It takes the stage's stride, and its window is smaller than the stride: some cells are never used (v1)."
            )
        else:
            stride = _("It takes the stage's stride, and its window uses every cell (v1.5, Goyal et al. 2017).")
        text = joined((text, stride), " ")
    return text


def _on_shortcut(node: Node) -> str:
    match node.layer:
        case Conv(strides=strides):
            text = _(
                "The projection shortcut: x and F(x) differ in shape here, and only equal shapes can be added. This 1×1 convolution, Wₛ in equation 2 of He et al. 2015 (option B), gives x the shape of F(x)."
            )
            return joined((text, _("Its stride shrinks the map as the main path does.")), " ") if strides > 1 else text
        case BatchNorm():
            return _("Normalises the projected shortcut, so that both paths reach the addition on a similar scale.")
        case MaxPool():
            return _(
                "The shortcut of a strided block without projection: every second cell is passed on, nothing is learned."
            )
    return _(
        "Option A of He et al. 2015, section 4.1: the shortcut skips cells and fills the missing channels with zeros. It has no parameters."
    )


def _of_norm(spec: ResNetSpec, node: Node) -> str:
    text = _(
        "Batch normalisation (Ioffe and Szegedy 2015): brings every channel to mean 0 and variance 1, then scales by γ and shifts by β. In training it uses the batch's statistics, in inference the moving ones."
    )
    if node.id.endswith("_preact"):
        text = joined((text, _("Here it comes before the convolutions: pre-activation (He et al. 2016).")), " ")
    elif spec.bias.branch2a and node.block:
        text = joined(
            (text, _("It makes the bias of the convolution before it redundant under batch statistics.")), " "
        )
    return text


def _of_relu(spec: ResNetSpec, node: Node) -> str:
    if node.id.endswith("_out"):
        if not spec.shortcut.enabled:
            return _("The ReLU at the end of the block, max(0, x). Without a shortcut nothing is added before it.")
        return _("The ReLU after the addition: max(0, x + F(x)). What is negative in the sum is removed.")
    if node.id.endswith("_preact"):
        return _(
            "Pre-activation: the ReLU stands before the convolutions, so the shortcut stays free of it (He et al. 2016)."
        )
    return _(
        "The non-linearity max(0, x): without it the convolutions around it would collapse into a single linear one."
    )


def _of_padding(node: Node) -> str:
    if node.id == "pool1_pad":
        return _("A frame for the max-pool, so that it uses the border cells as often as the others.")
    if node.block:
        return _(
            "A frame of equal width on both sides before the f×f convolution, as PyTorch pads; Keras's `same` would put the odd cell at the end."
        )
    return _(
        "A frame of zeros, so that the first convolution can stand on the border cells too: padding and convolution are two steps."
    )
