"""What all pages show: a network with its weights and what was done to it, a picture, and how each page looks at them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from functools import cache, lru_cache
from typing import Any, Self

from resnet_viz.analysis import NetworkSummary, network
from resnet_viz.errors import SpecError
from resnet_viz.images.preprocess import Preparation
from resnet_viz.images.samples import DEFAULT_SAMPLE
from resnet_viz.messages import gettext as _
from resnet_viz.spec import DEFAULT_PRESET, PRESETS, Block, ResNetSpec, preset
from resnet_viz.spec.changes import changed_paths, from_text, with_changes
from resnet_viz.spec.graph import stage_of
from resnet_viz.spec.surgery import NO_SURGERY, Surgery
from resnet_viz.subject.focus import block_at, layer_at, surviving_focus
from resnet_viz.subject.operations import surviving_surgery
from resnet_viz.subject.views import (
    ActivationsView,
    ArchitectureView,
    CheckView,
    ExplainView,
    LayersView,
    TrainView,
    Viewer,
    WeightsView,
    settings_text,
)
from resnet_viz.weights.choice import SHIPPED

UPLOAD = "upload"
"""The name of a visitor's own picture."""
FIRST_FOCUS = "3b"
"""Where a fresh subject starts: `focus.first_focus` of the default preset."""


@lru_cache(maxsize=64)
def _preset_at(name: str, input_shape: tuple[int, int, int], classes: int) -> ResNetSpec:
    """Return a preset at an input and a number of classes; every run of a page asks, for the same few."""
    return preset(name, input_shape=input_shape, classes=classes)


@dataclass(frozen=True)
class Subject:
    """What is looked at, and how.

    Attributes:
        preset: Where the specification started.
        spec: The specification as it stands.
        node: What is in focus: a layer's id, or a block's name such as ``3b``. `layer` and `block` are always the one or
            the other.
        image: A sample's name, or `UPLOAD` for the visitor's own.
        preparation: How the picture becomes what the network receives.
        weights: A name of `resnet_viz.weights.choice.SOURCES`, or a run's as `run.ID.NETWORK`.
        surgery: What is done to the network before it sees the picture.
        viewer: Who looks.
        architecture: How the page of the picture shows it.
        layers: How the page of the layers shows it.
        activations: How the page of the maps shows it.
        explain: How the page of explanations shows it.
        train: What the page of training shows.
        weighing: What the page of the weights shows.
        checking: What the page of a student's code is about.
    """

    preset: str = DEFAULT_PRESET
    spec: ResNetSpec = PRESETS[DEFAULT_PRESET]
    node: str = FIRST_FOCUS
    image: str = DEFAULT_SAMPLE
    preparation: Preparation = field(default_factory=Preparation)
    weights: str = SHIPPED
    surgery: Surgery = NO_SURGERY
    viewer: Viewer = field(default_factory=Viewer)
    architecture: ArchitectureView = field(default_factory=ArchitectureView)
    layers: LayersView = field(default_factory=LayersView)
    activations: ActivationsView = field(default_factory=ActivationsView)
    explain: ExplainView = field(default_factory=ExplainView)
    train: TrainView = field(default_factory=TrainView)
    weighing: WeightsView = field(default_factory=WeightsView)
    checking: CheckView = field(default_factory=CheckView)

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
        return layer_at(self.summary.graph, self.node)

    @property
    def block(self) -> Block:
        """The block in focus: itself, the layer's own, or the nearest one along the network."""
        return block_at(self.summary.graph, self.node)

    @property
    def channel_count(self) -> int:
        """How many channels there are to be in focus: those of the block's output or of the layer, whichever has more."""
        return max(int(self.summary.by_id[name].output_shape[-1]) for name in (self.block.out, self.layer))

    @property
    def base(self) -> ResNetSpec:
        """The preset at this network's input and classes."""
        return _preset_at(self.preset, self.spec.input_shape, self.spec.classes)

    @property
    def other(self) -> ResNetSpec | None:
        """The network compared with, at this one's input and classes, or None."""
        against = self.architecture.against
        return other_spec(against, self.spec) if against else None

    @property
    def changes(self) -> dict[str, str]:
        """Fields that differ from the preset, by path."""
        return changed_paths(PRESETS[self.preset], self.spec)

    def having(self, **parts: Any) -> Self:
        """Return the subject with other parts, whichever page they are of: ``having(node="3b", aspect="depth")``."""
        places, own = _places(), {name: value for name, value in parts.items() if not _places()[name]}
        for holder in {places[name] for name in parts if places[name]}:
            inner = {name: value for name, value in parts.items() if places[name] == holder}
            own[holder] = replace(getattr(self, holder), **inner)
        return replace(self, **own)

    def with_spec(self, spec: ResNetSpec) -> Self:
        """Return the subject on another network; the node moves only if it is gone.

        Raises:
            SpecError: If the network cannot exist.
        """
        summary = network(spec)
        target = self.explain.target
        moved = self.having(
            spec=spec,
            node=surviving_focus(self.node, self.spec, summary),
            opened=self.architecture.opened & set(summary.graph.groups),
            against=_surviving_other(self.architecture.against, spec),
            surgery=surviving_surgery(self.surgery.to_text(), summary)[0],
            target=target if target and int(target) < spec.classes else "",
        )
        return moved.after(self)

    def after(self, before: Self) -> Self:
        """Return the subject without a channel that was chosen among others: in another stage or network."""
        channel = self.activations.channel
        if channel is None:
            return self
        is_old = channel == before.activations.channel and self.block.stage != before.block.stage
        return self.having(channel=None) if is_old or channel >= self.channel_count else self

    def toggled(self, group: str) -> Self:
        """Return the subject with a group of the picture opened, or closed with all that is in it."""
        if group not in self.summary.graph.groups:
            return self
        stage, opened = stage_of(group), self.architecture.opened
        if group not in opened:
            return self.having(opened=opened | {stage, group})
        inside = {name for name in opened if name == group or (group == stage and stage_of(name) == stage)}
        return self.having(opened=opened - inside)

    def revealing(self, node: str) -> Self:
        """Return the subject at a block or at a layer, with the picture open as far as it takes to see the layer."""
        graph = self.summary.graph
        groups = () if node in graph.block_by_name else graph.groups_of(node)
        return self.having(node=node, opened=self.architecture.opened | set(groups))

    def with_preset(
        self, name: str, input_shape: tuple[int, int, int] | None = None, classes: int | None = None
    ) -> Self:
        """Return the subject on a preset, at the preset's own input size and classes unless told otherwise.

        Raises:
            SpecError: If there is no such preset, or the network cannot exist at that size.
        """
        return self.with_spec(preset(name, input_shape=input_shape, classes=classes)).having(preset=name)

    def comparing(self, against: str) -> Self:
        """Return the subject compared with another network; "" for none.

        Raises:
            SpecError: If that network cannot exist.
        """
        if against:
            other_spec(against, self.spec)
        return self.having(against=against)

    def changing(self, settings: Mapping[str, str]) -> Self:
        """Return the subject with other changes to the demo's plan.

        Raises:
            SpecError: If a setting is unknown or breaks a rule.
        """
        after = self.having(settings=settings_text(settings))
        after.train.plan.check_networks()
        return after

    def carrying(self, viewer: Viewer, *, stop: int) -> Self:
        """Return this state as a stop on a viewer's walk, in the viewer's language and mode of projection."""
        return replace(self, viewer=replace(viewer, stop=stop))

    def seen_by(self, viewer: Viewer) -> Self:
        """Return this state off all walks, in a viewer's language and mode of projection."""
        return replace(self, viewer=Viewer(viewer.language, viewer.present))

    def as_stop(self) -> Self:
        """Return the state without what belongs to its viewer: language, projection, walk."""
        return replace(self, viewer=Viewer())


@cache
def _places() -> dict[str, str]:
    """Return where every part lies: the name of the state that holds it, "" for the subject itself."""
    places = {}
    for item in fields(Subject):
        places[item.name] = ""
        holder = item.default_factory
        if isinstance(holder, type) and is_dataclass(holder):
            places |= dict.fromkeys((inner.name for inner in fields(holder)), item.name)
    return places


def part_names() -> list[str]:
    """Return the name of every part that `Subject.having` knows and that holds no others."""
    places = _places()
    return [name for name in places if name not in places.values()]


def part_of(subject: Subject, name: str) -> Any:
    """Return a part by its name."""
    holder = _places()[name]
    return getattr(getattr(subject, holder) if holder else subject, name)


def other_spec(text: str, spec: ResNetSpec) -> ResNetSpec:
    """Return the specification that a text such as ``keras-v1`` or ``course,stem.use_relu=on`` names, sized like `spec`.

    Raises:
        SpecError: If there is no such preset, a change is unknown, or the network cannot exist.
    """
    name, changes = from_text(text)
    other = with_changes(preset(name, input_shape=spec.input_shape, classes=spec.classes), changes)
    network(other)
    return other


def _surviving_other(against: str, spec: ResNetSpec) -> str:
    """Return the network compared with, unless it cannot exist at the new input size."""
    try:
        return against if against and other_spec(against, spec) else ""
    except SpecError:
        return ""


def lost_surgery(before: Subject, after: Subject) -> list[str]:
    """Return a sentence for each part of a surgery that a change of the network has cost."""
    if after.spec == before.spec or not before.surgery:
        return []
    return surviving_surgery(before.surgery.to_text(), after.summary)[1]


def lost_focus(before: Subject, after: Subject) -> list[str]:
    """Return a sentence that says what is in focus in the place of what a change of the network has cost, if it has."""
    graph = after.summary.graph
    is_there = before.node in graph.by_id or before.node in graph.block_by_name
    if is_there or after.node != surviving_focus(before.node, before.spec, after.summary) or _is_head(before):
        return []
    sentence = _("{gone} is not in this network. {here} is shown instead.")
    return [sentence.format(gone=_focus_name(before), here=_focus_name(after))]


def _is_head(subject: Subject) -> bool:
    """Whether a layer behind the blocks is in focus: those are named by the classes."""
    return not subject.is_block and subject.summary.graph.node(subject.node).stage == 0


def _focus_name(subject: Subject) -> str:
    return _("Block {name}").format(name=subject.node) if subject.is_block else subject.node
