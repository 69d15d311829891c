"""The LayerGraph: a specification walked once, layer by layer, into nodes and edges.

It is the single source of the picture, the table, the counts and the Keras model, so none of them can disagree.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

from resnet_viz.errors import UnknownLayerError, did_you_mean
from resnet_viz.messages import gettext as _
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
    Layer,
    MaxPool,
    Padding,
    Relu,
    Softmax,
)
from resnet_viz.spec.schema import ResNetSpec, Stage

BlockPath = Literal["main", "shortcut", "trunk"]
"""The main path of a block, its shortcut, or the trunk that all of the signal takes."""


class Node(NamedTuple):
    """One layer of the network, in its place.

    Attributes:
        id: The specification's name, or ours where it leaves the layer unnamed; the id in URL, DOT, table, weights.
        layer: What it does.
        inputs: Ids of the nodes it reads, in order.
        stage: 1 for the stem, 2 and on for the stages, 0 for the head.
        block: The block's letter, or "" outside blocks.
        path: Which path it lies on.
        is_named: Whether the specification names it; False marks a name of our own.
    """

    id: str
    layer: Layer
    inputs: tuple[str, ...]
    stage: int
    block: str
    path: BlockPath
    is_named: bool


class Block(NamedTuple):
    """The five signals of a residual block, by node id.

    Attributes:
        name: Stage number and letter, as in "3b".
        stage: Stage number.
        letter: The block's letter.
        kind: A convolution block changes the shape (or may); an identity block does not.
        input: x.
        branch: F(x), the end of the main path.
        shortcut: shortcut(x): the input itself in an identity block; None in a plain network.
        add: x + F(x); None in a plain network.
        out: What the next block reads.
    """

    name: str
    stage: int
    letter: str
    kind: Literal["convolution", "identity"]
    input: str
    branch: str
    shortcut: str | None
    add: str | None
    out: str

    @property
    def has_final_relu(self) -> bool:
        """Whether a ReLU stands between the sum, or F, and the next block."""
        return self.out not in (self.add, self.branch)


@dataclass(frozen=True)
class LayerGraph:
    """All layers in order of computation (each after the ones it reads), and the blocks they form."""

    spec: ResNetSpec
    nodes: tuple[Node, ...]
    blocks: tuple[Block, ...]

    @cached_property
    def by_id(self) -> dict[str, Node]:
        """Nodes by id."""
        return {node.id: node for node in self.nodes}

    @cached_property
    def block_by_name(self) -> dict[str, Block]:
        """Blocks by name, such as "3b"; no layer is called like that."""
        return {block.name: block for block in self.blocks}

    @cached_property
    def groups(self) -> tuple[str, ...]:
        """Every group of layers: the numbers of the stages that have blocks, then the names of the blocks."""
        return (*map(str, self.stages), *self.block_by_name)

    def groups_of(self, node_id: str) -> tuple[str, ...]:
        """Return the groups that a layer lies in: its stage, then its block; none outside blocks."""
        block = self.block_of(node_id)
        return (str(block.stage), block.name) if block else ()

    @cached_property
    def stages(self) -> dict[int, tuple[Block, ...]]:
        """The blocks of every stage that has some, by its number."""
        numbers = dict.fromkeys(block.stage for block in self.blocks)
        return {number: tuple(block for block in self.blocks if block.stage == number) for number in numbers}

    @cached_property
    def _inside(self) -> dict[tuple[int, str], tuple[Node, ...]]:
        found: dict[tuple[int, str], list[Node]] = {}
        for node in self.nodes:
            found.setdefault((node.stage, node.block), []).append(node)
        return {place: tuple(nodes) for place, nodes in found.items()}

    def inside(self, block: Block) -> tuple[Node, ...]:
        """Return a block's layers in order of computation."""
        return self._inside.get((block.stage, block.letter), ())

    def is_on_shortcut(self, source: str, node: Node) -> bool:
        """Whether an edge lies on a shortcut: what leads to its layers, and from it to the sum."""
        if node.path == "shortcut":
            return True
        block = self.block_by_name.get(f"{node.stage}{node.block}")
        return block is not None and node.id == block.add and source == block.shortcut

    @cached_property
    def readers(self) -> dict[str, tuple[str, ...]]:
        """For each node, the ids of the nodes that read it."""
        found: dict[str, list[str]] = {node.id: [] for node in self.nodes}
        for node in self.nodes:
            for source in node.inputs:
                found[source].append(node.id)
        return {name: tuple(ids) for name, ids in found.items()}

    def node(self, node_id: str) -> Node:
        """Return the node of that id.

        Raises:
            UnknownLayerError: If there is none; says which name is close.
        """
        try:
            return self.by_id[node_id]
        except KeyError:
            sentence = _("`node` must be a layer of this network. Received: node={name!r}.").format(name=node_id)
            advice = did_you_mean(node_id, self.by_id) or _("The Layers page and `summary` list them all.")
            raise UnknownLayerError(f"{sentence} {advice}") from None

    def block(self, name: str) -> Block:
        """Return the block of that name, such as "3b".

        Raises:
            UnknownLayerError: If there is none.
        """
        try:
            return self.block_by_name[name]
        except KeyError:
            sentence = _("`block` must be a block of this network. Received: block={name!r}.").format(name=name)
            raise UnknownLayerError(f"{sentence} {did_you_mean(name, self.block_by_name)}".strip()) from None

    def block_of(self, node_id: str) -> Block | None:
        """Return the block that a node lies in, or None for the stem and the head."""
        node = self.node(node_id)
        return self.block(f"{node.stage}{node.block}") if node.block else None


def stage_of(group: str) -> str:
    """Return the stage that a group belongs to: a block's, or itself.

    >>> stage_of("3b"), stage_of("3")
    ('3', '3')
    """
    return group.rstrip("abcdefghijklmnopqrstuvwxyz")


def build_graph(spec: ResNetSpec) -> LayerGraph:
    """Return the LayerGraph of a specification."""
    builder = _Builder(spec)
    builder.stem()
    for number, stage in enumerate(spec.stages, start=2):
        for index in range(stage.blocks):
            builder.block(number, stage, index)
    builder.head()
    return LayerGraph(spec, tuple(builder.nodes), tuple(builder.blocks))


def build_block_graph(spec: ResNetSpec, stage: int, letter: str, *, projects: bool, strides: int) -> LayerGraph:
    """Return a graph of one block alone, reading a node `input`.

    Args:
        spec: Gives the block's kind and settings, the input's shape, and the filters by its first stage.
        stage: Number of the stage, for the names of the layers.
        letter: Letter of the block, for the same.
        projects: Whether the shortcut projects.
        strides: Of the block, cells.
    """
    builder = _Builder(spec)
    builder.put("input", Input(spec.input_shape), (), named=False)
    builder.one_block(stage, letter, spec.stages[0], projects=projects, strides=strides)
    return LayerGraph(spec, tuple(builder.nodes), tuple(builder.blocks))


def block_letter(index: int) -> str:
    """Return a, b, … z, aa, ab, … for 0, 1, and so on.

    >>> block_letter(0), block_letter(25), block_letter(26), block_letter(35)
    ('a', 'z', 'aa', 'aj')
    """
    letter = chr(ord("a") + index % 26)
    return letter if index < 26 else block_letter(index // 26 - 1) + letter


class _Builder:
    """Puts nodes one after another; `last` is where the trunk has got to."""

    def __init__(self, spec: ResNetSpec) -> None:
        self.spec = spec
        self.nodes: list[Node] = []
        self.blocks: list[Block] = []
        self.last = ""
        self.channels = spec.input_shape[2]
        self.stage = 1
        self.letter = ""
        self.path: BlockPath = "trunk"
        self.kernels = 0

    def put(self, node_id: str, layer: Layer, inputs: tuple[str, ...] | None = None, *, named: bool) -> str:
        read = (self.last,) if inputs is None else inputs
        self.nodes.append(Node(node_id, layer, read, self.stage, self.letter, self.path, named))
        self.last = node_id
        return node_id

    def conv(self, node_id: str, filters: int, kernel_size: int, strides: int, padding: str, *, bias: bool) -> str:
        spec = self.spec
        same: Literal["same", "valid"] = "same" if padding == "same" else "valid"
        layer = Conv(filters, kernel_size, strides, same, bias, spec.kernel_initializer, self.seed())
        self.channels = filters
        return self.put(node_id, layer, named=True)

    def seed(self) -> int:
        """Return the seed of the next kernel: one for all, or one more per kernel.

        Kernels are counted, not nodes, so that a plain network starts out as its residual twin does.
        """
        self.kernels += 1
        return self.spec.seed if self.spec.seed_policy == "same" else self.spec.seed + self.kernels - 1

    def norm(self, node_id: str, *, named: bool = True) -> str:
        if not self.spec.use_batch_norm:
            return self.last
        return self.put(node_id, BatchNorm(self.spec.bn_epsilon, self.spec.bn_momentum), named=named)

    def stem(self) -> None:
        stem = self.spec.stem
        self.put("input", Input(self.spec.input_shape), (), named=False)
        if stem.padding:
            self.put("pad", Padding(stem.padding, "zero"), named=False)
        self.conv("conv1", self.spec.scaled(stem.filters), stem.kernel_size, stem.strides, "valid", bias=stem.use_bias)
        if stem.use_batch_norm:
            self.norm("bn_conv1")
        if stem.use_relu:
            self.put("conv1_relu", Relu(), named=False)
        if stem.pool_size:
            if stem.pool_padding:
                self.put("pool1_pad", Padding(stem.pool_padding, stem.pool_padding_value), named=False)
            self.put("pool1", MaxPool(stem.pool_size, stem.pool_strides), named=False)

    def block(self, number: int, stage: Stage, index: int) -> None:
        strided = index == (0 if self.spec.stride_block == "first" else stage.blocks - 1)
        strides = stage.strides if strided else 1
        filters = stage.convolution_filters if index == 0 else stage.identity_filters
        changes = self.channels != self.spec.scaled(filters[-1])
        pooled = strides > 1 and not changes and self.spec.shortcut.strided_identity == "max_pool"
        first = index == 0 and self.spec.shortcut.first_block_projects
        projects = changes or first or (strides > 1 and not pooled)
        self.one_block(number, block_letter(index), stage, projects=projects, strides=strides, first=index == 0)

    def one_block(
        self, number: int, letter: str, stage: Stage, *, projects: bool, strides: int, first: bool | None = None
    ) -> None:
        """Put one block. `first` picks the stage's first filters; by default a projecting block has them."""
        spec, name = self.spec, f"{number}{letter}"
        self.stage, self.letter, self.path = number, letter, "main"
        takes_first = projects if first is None else first
        filters = tuple(map(spec.scaled, stage.convolution_filters if takes_first else stage.identity_filters))
        start, channels_in = self.last, self.channels
        activated = start
        if spec.pre_activation:
            self.norm(f"bn{name}_preact", named=False)
            activated = self.put(f"res{name}_preact", Relu(), named=False)
        branch = self.branch(name, filters, strides)
        shortcut = add = None
        if spec.shortcut.enabled:
            self.path = "shortcut"
            self.last = activated if spec.shortcut.projection_source == "preactivation" and projects else start
            self.channels = channels_in
            shortcut = self.shortcut(name, filters[-1], strides, projects=projects)
            self.path = "main"
            add = self.put(f"res{name}_add", Add(), (branch, shortcut), named=False)
        self.channels = filters[-1]
        self.last = add or branch
        if not spec.pre_activation:
            self.put(f"res{name}_out", Relu(), named=False)
        kind: Literal["convolution", "identity"] = "convolution" if projects else "identity"
        self.blocks.append(Block(name, number, letter, kind, start, branch, shortcut, add, self.last))

    def branch(self, name: str, filters: tuple[int, ...], strides: int) -> str:
        """Put the main path and return the id of F(x): convolution, BatchNorm and ReLU, the last without ReLU.

        With pre-activation the last BatchNorm and ReLU belong to the next block.
        """
        spec = self.spec
        is_bottleneck = spec.block == "bottleneck"
        strided = 1 if is_bottleneck and spec.stride_on == "middle" else 0
        for place, count in enumerate(filters):
            position = f"2{'abc'[place]}"
            kernel = 1 if is_bottleneck and place != 1 else spec.kernel_size
            explicit = kernel > 1 and spec.padding == "explicit"
            if explicit:
                self.put(f"res{name}_pad{position}", Padding((kernel - 1) // 2, "zero"), named=False)
            padding = "same" if kernel > 1 and not explicit else "valid"
            bias = getattr(spec.bias, f"branch{position}")
            own_strides = strides if place == strided else 1
            self.conv(f"res{name}_branch{position}", count, kernel, own_strides, padding, bias=bias)
            is_last = place == len(filters) - 1
            if not (spec.pre_activation and is_last):
                self.norm(f"bn{name}_branch{position}")
            if not is_last:
                self.put(f"res{name}_relu{position}", Relu(), named=False)
        return self.last

    def shortcut(self, name: str, filters: int, strides: int, *, projects: bool) -> str:
        """Put the shortcut's layers, if it has any, and return the id of what reaches the add."""
        spec = self.spec
        if not projects:
            if strides > 1:
                self.put(f"res{name}_shortcut_pool", MaxPool(1, strides), named=False)
            return self.last
        if spec.shortcut.projection == "channel_pad":
            return self.put(f"res{name}_shortcut_pad", ChannelPad(filters, strides), named=False)
        self.conv(f"res{name}_branch1", filters, 1, strides, "valid", bias=spec.bias.shortcut)
        if spec.shortcut.projection == "conv_bn":
            self.norm(f"bn{name}_branch1")
        return self.last

    def head(self) -> None:
        spec = self.spec
        self.stage, self.letter, self.path = 0, "", "trunk"
        if spec.final_norm:
            self.norm("bn_final", named=False)
            self.put("final_relu", Relu(), named=False)
        if spec.head == "global":
            self.put("avg_pool", GlobalAveragePool(), named=True)
        else:
            self.put("avg_pool", AveragePool(spec.head_pool_size, spec.head_pool_size), named=True)
            self.put("flatten", Flatten(), named=False)
        logits = f"fc{spec.classes}"
        self.put(logits, Dense(spec.classes, spec.dense_initializer, self.seed()), named=True)
        if spec.classifier_activation == "softmax":
            self.put(f"{logits}_softmax", Softmax(), named=False)
