"""The subject that all pages show, and its form in a link. Knows no Streamlit."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from resnet_viz.analysis import NetworkSummary
from resnet_viz.errors import ImageError, ResNetVizError, SpecError, broken_rule, did_you_mean
from resnet_viz.images.preprocess import INTERPOLATIONS, NORMALISATIONS, RESIZES
from resnet_viz.images.samples import DEFAULT_SAMPLE, SAMPLES
from resnet_viz.messages import LANGUAGES
from resnet_viz.messages import gettext as _
from resnet_viz.spec import DEFAULT_PRESET, PRESETS, Block, ResNetSpec, parse_classes, parse_input_shape, preset
from resnet_viz.spec.changes import changed_paths, to_paths, with_changes
from resnet_viz.ui.cache import network
from resnet_viz.viz.dot import DEPTHS

UPLOAD = "upload"
RANDOM, FILE = "random", "file"
FIRST_NODE = "conv1"


@dataclass(frozen=True)
class Selection:
    """What is looked at.

    Attributes:
        preset: Where the specification started.
        spec: The specification as it stands.
        node: The layer in focus.
        depth: How deep the picture goes: network, stage or block.
        image: A sample's name, or `UPLOAD` for the visitor's own.
        resize: How the image is brought to the network's size.
        interpolation: By which weighting of its pixels.
        normalisation: How its pixels become numbers.
        weights: `RANDOM`, from the specification's seeds, or `FILE`, the visitor's own.
        language: Chosen language, or "" for the browser's.
    """

    preset: str = DEFAULT_PRESET
    spec: ResNetSpec = PRESETS[DEFAULT_PRESET]
    node: str = FIRST_NODE
    depth: str = "network"
    image: str = DEFAULT_SAMPLE
    resize: str = "crop"
    interpolation: str = "bilinear"
    normalisation: str = "unit"
    weights: str = RANDOM
    language: str = ""

    @property
    def summary(self) -> NetworkSummary:
        """The account of the network; computed once per specification."""
        return network(self.spec)

    @property
    def block(self) -> Block:
        """The block in focus: the node's own, else the nearest one along the network."""
        graph = self.summary.graph
        own = graph.block_of(self.node)
        if own:
            return own
        return graph.blocks[-1] if graph.node(self.node).stage == 0 else graph.blocks[0]

    @property
    def changes(self) -> dict[str, str]:
        """Fields that differ from the preset, by path."""
        return changed_paths(PRESETS[self.preset], self.spec)

    def with_spec(self, spec: ResNetSpec) -> "Selection":
        """Return the selection on another network; the node moves only if it is gone.

        Raises:
            SpecError: If the network cannot exist.
        """
        summary = network(spec)
        return replace(self, spec=spec, node=_surviving_node(self.node, self.spec, summary))

    def with_preset(self, name: str) -> "Selection":
        """Return the selection on a preset, at the preset's own input size and classes.

        Raises:
            SpecError: If there is no such preset.
        """
        return replace(self.with_spec(preset(name)), preset=name)

    def to_params(self) -> dict[str, str]:
        """Return the link's parameters: only what differs from the default, the preset always."""
        own, params = PRESETS[self.preset], {"preset": self.preset}
        if self.spec.input_shape != own.input_shape:
            params["input"] = _input_text(self.spec.input_shape)
        if self.spec.classes != own.classes:
            params["classes"] = str(self.spec.classes)
        params |= self.changes
        default = Selection()
        for name, value in _named(self).items():
            if value != _named(default)[name]:
                params[name] = value
        return params


def from_params(params: Mapping[str, str]) -> tuple[Selection, list[str]]:
    """Return the selection a link describes, and a sentence for each part that was not understood and left out."""
    problems: list[str] = []
    selection = Selection()
    for step in (_read_network, _read_node, _read_rest):
        try:
            selection = step(selection, params)
        except ResNetVizError as error:
            problems.append(str(error))
    return selection, problems


def _read_network(selection: Selection, params: Mapping[str, str]) -> Selection:
    name = params.get("preset", DEFAULT_PRESET)
    base = preset(name)
    if "input" in params:
        base = replace(base, input_shape=parse_input_shape(params["input"]))
    if "classes" in params:
        base = replace(base, classes=parse_classes(params["classes"]))
    known = to_paths(base)
    spec = with_changes(base, {path: text for path, text in params.items() if path in known})
    network(spec)
    return replace(selection, preset=name, spec=spec)


def _read_node(selection: Selection, params: Mapping[str, str]) -> Selection:
    depth = params.get("depth", selection.depth)
    if depth not in DEPTHS:
        raise SpecError(broken_rule("depth", _("one of its values"), depth, did_you_mean(depth, DEPTHS)))
    node = selection.summary.graph.node(params.get("node", selection.node)).id
    return replace(selection, node=node, depth=depth)


def _read_rest(selection: Selection, params: Mapping[str, str]) -> Selection:
    valid = {
        "image": (*SAMPLES, UPLOAD),
        "resize": RESIZES,
        "interp": tuple(INTERPOLATIONS),
        "prep": tuple(NORMALISATIONS),
        "weights": (RANDOM, FILE),
        "lang": (*LANGUAGES, ""),
    }
    values = {name: params.get(name, _named(selection)[name]) for name in valid}
    for name, value in values.items():
        if value not in valid[name]:
            raise ImageError(broken_rule(name, _("one of its values"), value, did_you_mean(value, valid[name])))
    return replace(
        selection,
        image=values["image"],
        resize=values["resize"],
        interpolation=values["interp"],
        normalisation=values["prep"],
        weights=values["weights"],
        language=values["lang"],
    )


def _named(selection: Selection) -> dict[str, str]:
    """Return the parts of a selection beside the network, under their names in links."""
    return {
        "node": selection.node,
        "depth": selection.depth,
        "image": selection.image,
        "resize": selection.resize,
        "interp": selection.interpolation,
        "prep": selection.normalisation,
        "weights": selection.weights,
        "lang": selection.language,
    }


def _input_text(shape: tuple[int, int, int]) -> str:
    height, width, channels = shape
    if channels != 3:
        return f"{height}x{width}x{channels}"
    return str(height) if height == width else f"{height}x{width}"


def _surviving_node(node: str, before: ResNetSpec, after: NetworkSummary) -> str:
    """Return the node that takes the place of `node`: itself, its namesake, its stage's end, or the first one."""
    graph = after.graph
    if node in graph.by_id:
        return node
    renamed = node.replace(f"fc{before.classes}", f"fc{after.graph.spec.classes}")
    if renamed in graph.by_id:
        return renamed
    old = network(before).graph.by_id.get(node)
    ends = [block.out for block in graph.blocks if old and block.stage == old.stage]
    return ends[-1] if ends else FIRST_NODE
