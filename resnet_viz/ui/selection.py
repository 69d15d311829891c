"""The subject that all pages show. Knows no Streamlit; `links` reads it from an address."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache

from resnet_viz.analysis import NetworkSummary, network
from resnet_viz.analysis.measures import COUNTS, MEASURES, OWN
from resnet_viz.attribution.catalogue import METHODS
from resnet_viz.datasets.catalogue import data_sets
from resnet_viz.errors import SpecError
from resnet_viz.images.samples import DEFAULT_SAMPLE
from resnet_viz.spec import DEFAULT_PRESET, PRESETS, Block, ResNetSpec, preset
from resnet_viz.spec.changes import changed_paths, from_text, with_changes
from resnet_viz.spec.graph import stage_of
from resnet_viz.spec.rules import whole_of
from resnet_viz.spec.salvage import left_out
from resnet_viz.spec.surgery import NO_SURGERY, Surgery, parse_surgery
from resnet_viz.spec.surgery import surviving_surgery as surviving_parts
from resnet_viz.training.demos import ORDER, demo
from resnet_viz.training.plan import Plan, with_settings
from resnet_viz.ui.focus import first_focus, surviving_focus

UPLOAD = "upload"
# Whose arrays the network has: the shipped ones where they fit, its own random start, a visitor's file, a run's
# (`run.ID.NETWORK`), or ImageNet's.
SHIPPED, RANDOM, FILE, RUN, IMAGENET = "shapes", "random", "file", "run", "imagenet"
WEIGHTS = (SHIPPED, RANDOM, FILE, IMAGENET)
MAX_SETTINGS = 2000
MAX_COMPARED = 4
FIRST_NODE = "3b"
"""Where a fresh subject starts: `first_focus` of the default preset."""
ASPECTS = ("block", "depth", "compare")
STATISTICS = ("moving", "batch")
PANELS = ("layer", "difference", "files")
COLORS = ("kind", *MEASURES, OWN)


@dataclass(frozen=True)
class Selection:
    """What is looked at.

    Attributes:
        preset: Where the specification started.
        spec: The specification as it stands.
        node: What is in focus: a layer's id, or a block's name such as ``3b``. `layer` and `block` are always the one or
            the other.
        opened: Groups of the picture that are open: stage numbers and block names.
        color: What the picture's colours mean: a name of `COLORS`.
        against: The network compared with, as `resnet_viz.spec.changes.to_text` writes it, or "" for none.
        image: A sample's name, or `UPLOAD` for the visitor's own.
        resize: How the image is brought to the network's size.
        interpolation: By which weighting of its pixels.
        normalisation: How its pixels become numbers.
        weights: A name of `WEIGHTS`, or a run's as `run.ID.NETWORK`.
        language: Chosen language, or "" for the browser's.
        present: Whether the page is projected: large, one thing on screen.
        panel: What stands beside the picture: a name of `PANELS`.
        view: How the layers are shown: the table or a chart.
        metric: What the charts of cost count.
        walk: The walk that is being walked, or "".
        stop: The stop it is at, from 1.
        demo: The demo that would be trained.
        settings: What is changed in it: ``path=value`` with semicolons between.
        run: The run that is watched: its id, or `recorded-` and a demo's name, or "".
        compared: Ids of runs drawn beside it.
        surgery: What is done to the network before it sees the picture.
        aspect: What the page of activations shows: a name of `ASPECTS`.
        channel: The channel in focus on the page of activations, by number, or None for the strongest.
        beside: What the picture's maps are compared with: ``image:NAME``, ``weights:NAME``, ``surgery:none``, or
            "".
        statistics: By which BatchNorm normalises along depth: a name of `STATISTICS`.
        every_layer: Whether the charts along depth show all layers, not only the blocks' outputs.
        pixel: A cell whose sum is written out, as ``LAYER:ROW.COLUMN.CHANNEL``, or "".
        method: How the prediction is explained: a name of `resnet_viz.attribution.catalogue.METHODS`.
        target: The class that is explained, by number, or "" for the likeliest.
        explaining: Settings of the method that differ from its own: ``name=value`` with semicolons between.
    """

    preset: str = DEFAULT_PRESET
    spec: ResNetSpec = PRESETS[DEFAULT_PRESET]
    node: str = FIRST_NODE
    opened: frozenset[str] = frozenset()
    color: str = "kind"
    against: str = ""
    image: str = DEFAULT_SAMPLE
    resize: str = "crop"
    interpolation: str = "bilinear"
    normalisation: str = "unit"
    weights: str = SHIPPED
    language: str = ""
    present: bool = False
    panel: str = "layer"
    view: str = "table"
    metric: str = COUNTS[0]
    walk: str = ""
    stop: int = 1
    demo: str = ORDER[0]
    settings: str = ""
    run: str = ""
    compared: tuple[str, ...] = ()
    surgery: Surgery = NO_SURGERY
    aspect: str = ASPECTS[0]
    channel: int | None = None
    beside: str = ""
    statistics: str = STATISTICS[0]
    every_layer: bool = False
    pixel: str = ""
    method: str = next(iter(METHODS))
    target: str = ""
    explaining: str = ""

    @property
    def plan(self) -> Plan:
        """The demo's plan with what is changed in it."""
        return with_settings(demo(self.demo).plan, settings_of(self.settings))

    @property
    def summary(self) -> NetworkSummary:
        """The account of the network; computed once per specification."""
        return network(self.spec)

    @property
    def is_block(self) -> bool:
        """Whether a block is in focus as a whole, not one of its layers."""
        return self.node in self.summary.graph.block_by_name

    @property
    def layer(self) -> str:
        """The id of the layer in focus; of a block, the layer that gives its output."""
        return self.block.out if self.is_block else self.node

    @property
    def block(self) -> Block:
        """The block in focus: itself, the layer's own, or the nearest one along the network."""
        graph = self.summary.graph
        own = graph.block_by_name.get(self.node) or graph.block_of(self.node)
        if own:
            return own
        return graph.blocks[-1] if graph.node(self.node).stage == 0 else graph.blocks[0]

    @property
    def channel_count(self) -> int:
        """How many channels there are to be in focus: those of the block's output or of the layer, whichever has more."""
        return max(int(self.summary.by_id[name].output_shape[-1]) for name in (self.block.out, self.layer))

    @property
    def base(self) -> ResNetSpec:
        """The preset at this network's input and classes."""
        return replace(PRESETS[self.preset], input_shape=self.spec.input_shape, classes=self.spec.classes)

    @property
    def other(self) -> ResNetSpec | None:
        """The network compared with, at this one's input and classes, or None."""
        return other_spec(self.against, self.spec) if self.against else None

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
        node = surviving_focus(self.node, self.spec, summary)
        opened = self.opened & set(summary.graph.groups)
        moved = replace(
            self,
            spec=spec,
            node=node,
            opened=opened,
            against=_surviving_other(self.against, spec),
            surgery=surviving_surgery(self.surgery.to_text(), summary)[0],
            target=self.target if self.target and int(self.target) < spec.classes else "",
        )
        return moved.after(self)

    def after(self, before: "Selection") -> "Selection":
        """Return the selection without a channel that was chosen among others: in another stage or network."""
        if self.channel is None:
            return self
        is_old = self.channel == before.channel and self.block.stage != before.block.stage
        return replace(self, channel=None) if is_old or self.channel >= self.channel_count else self

    def toggled(self, group: str) -> "Selection":
        """Return the selection with a group of the picture opened, or closed with all that is in it."""
        known = self.summary.graph.groups
        if group not in known:
            return self
        stage = stage_of(group)
        if group not in self.opened:
            return replace(self, opened=self.opened | {stage, group})
        inside = {name for name in self.opened if name == group or (group == stage and stage_of(name) == stage)}
        return replace(self, opened=self.opened - inside)

    def revealing(self, node: str) -> "Selection":
        """Return the selection at a block or at a layer, with the picture open as far as it takes to see the layer."""
        is_block = node in self.summary.graph.block_by_name
        return replace(
            self, node=node, opened=self.opened | set(() if is_block else self.summary.graph.groups_of(node))
        )

    def with_preset(
        self, name: str, input_shape: tuple[int, int, int] | None = None, classes: int | None = None
    ) -> "Selection":
        """Return the selection on a preset, at the preset's own input size and classes unless told otherwise.

        Raises:
            SpecError: If there is no such preset, or the network cannot exist at that size.
        """
        return self.with_spec(preset(name, input_shape=input_shape, classes=classes)).as_preset(name)

    def as_preset(self, name: str) -> "Selection":
        """Return the same network, told as another preset and what differs from it."""
        return replace(self, preset=name)

    def comparing(self, against: str) -> "Selection":
        """Return the selection compared with another network; "" for none.

        Raises:
            SpecError: If that network cannot exist.
        """
        if against:
            other_spec(against, self.spec)
        return replace(self, against=against)

    def changing(self, settings: Mapping[str, str]) -> "Selection":
        """Return the selection with other changes to the demo's plan.

        Raises:
            SpecError: If a setting is unknown or breaks a rule.
        """
        after = replace(self, settings=text_of(settings))
        check_plan(after.plan)
        return after

    def carrying(self, viewer: "Selection", *, stop: int) -> "Selection":
        """Return this state as a stop on a viewer's walk, in the viewer's language and mode of projection."""
        return replace(self, language=viewer.language, present=viewer.present, walk=viewer.walk, stop=stop)

    def as_stop(self) -> "Selection":
        """Return the state without what belongs to its viewer: language, projection, walk."""
        return replace(self, language="", present=False, walk="", stop=1)

    def to_params(self) -> dict[str, str]:
        """Return the link's parameters: only what differs from the default, the preset always."""
        own, params = PRESETS[self.preset], {"preset": self.preset}
        if self.spec.input_shape != own.input_shape:
            params["input"] = _input_text(self.spec.input_shape)
        if self.spec.classes != own.classes:
            params["classes"] = str(self.spec.classes)
        params |= self.changes
        default = _default_parts() | {"node": first_focus(self.summary.graph)}
        for name, value in named_parts(self).items():
            if value != default[name]:
                params[name] = value
        return params


def other_spec(text: str, spec: ResNetSpec) -> ResNetSpec:
    """Return the specification that a text such as ``keras-v1`` or ``course,stem.use_relu=on`` names, sized like `spec`.

    Raises:
        SpecError: If there is no such preset, a change is unknown, or the network cannot exist.
    """
    name, changes = from_text(text)
    other = with_changes(preset(name, input_shape=spec.input_shape, classes=spec.classes), changes)
    network(other)
    return other


def settings_of(text: str) -> dict[str, str]:
    """Return the settings of ``path=value;path=value``."""
    return dict(part.partition("=")[::2] for part in text.split(";") if part)


def text_of(settings: Mapping[str, str]) -> str:
    """Return settings as links write them; `settings_of` reads them back."""
    return ";".join(f"{name}={value}" for name, value in settings.items())


def check_plan(plan: Plan) -> None:
    """Refuse a plan whose networks cannot exist; the number of classes is the data's, and changes only the head.

    Raises:
        SpecError: As the network says.
    """
    plan.summaries(classes=data_sets()[plan.data.source].classes or 2)


def named_parts(selection: Selection) -> dict[str, str]:
    """Return the parts of a selection beside the network, under their names in links."""
    return {
        "node": selection.node,
        "open": ".".join(name for name in selection.summary.graph.groups if name in selection.opened),
        "color": selection.color,
        "panel": selection.panel,
        "view": selection.view,
        "metric": selection.metric,
        "against": selection.against,
        "image": selection.image,
        "resize": selection.resize,
        "interp": selection.interpolation,
        "prep": selection.normalisation,
        "weights": selection.weights,
        "lang": selection.language,
        "present": "1" if selection.present else "",
        "walk": selection.walk,
        "stop": str(selection.stop),
        "demo": selection.demo,
        "plan": selection.settings,
        "run": selection.run,
        "with": ".".join(selection.compared),
        "surgery": selection.surgery.to_text(),
        "show": selection.aspect,
        "channel": "" if selection.channel is None else str(selection.channel),
        "beside": selection.beside,
        "bn": selection.statistics,
        "every": "1" if selection.every_layer else "",
        "pixel": selection.pixel,
        "method": selection.method,
        "class": selection.target,
        "how": selection.explaining,
    }


@cache
def _default_parts() -> dict[str, str]:
    return named_parts(Selection())


def _input_text(shape: tuple[int, int, int]) -> str:
    height, width, channels = shape
    if channels != 3:
        return f"{height}x{width}x{channels}"
    return str(height) if height == width else f"{height}x{width}"


def _surviving_other(against: str, spec: ResNetSpec) -> str:
    """Return the network compared with, unless it cannot exist at the new input size."""
    try:
        return against if against and other_spec(against, spec) else ""
    except SpecError:
        return ""


def surgery_of(text: str, summary: NetworkSummary) -> Surgery:
    """Return the surgery that a text describes, on that network.

    Raises:
        SpecError: If the network does not have what it names.
    """
    return parse_surgery(text, summary.graph, _channels(summary))


def surviving_surgery(text: str, summary: NetworkSummary) -> tuple[Surgery, list[str]]:
    """Return what a network allows of the surgery that a text describes, and a sentence for each part it does not."""
    surgery, broken = surviving_parts(text, summary.graph, _channels(summary))
    return surgery, [left_out((part,), sentence) for part, sentence in broken.items()]


def lost_surgery(before: Selection, after: Selection) -> list[str]:
    """Return a sentence for each part of a surgery that a change of the network has cost."""
    if after.spec == before.spec or not before.surgery:
        return []
    return surviving_surgery(before.surgery.to_text(), after.summary)[1]


def _channels(summary: NetworkSummary) -> dict[str, int]:
    return {record.node.id: record.output_shape[-1] for record in summary.records[1:]}


def pixel_of(text: str, summary: NetworkSummary) -> tuple[str, tuple[int, int, int]] | None:
    """Return the layer and (row, column, channel) of ``LAYER:ROW.COLUMN.CHANNEL``, or None if the network lacks it."""
    node, _colon, numbers = text.partition(":")
    found = [number for part in numbers.split(".", 3) if (number := whole_of(part)) is not None and number >= 0]
    if node not in summary.by_id or len(found) != 3 or numbers.count(".") != 2:
        return None
    row, column, channel = found
    shape = summary.by_id[node].output_shape
    height, width = shape[:2] if len(shape) == 3 else (1, 1)
    return (node, (row, column, channel)) if row < height and column < width and channel < shape[-1] else None
