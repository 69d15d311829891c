"""The subject that all pages show, and its form in a link. Knows no Streamlit."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from resnet_viz.analysis import NetworkSummary
from resnet_viz.errors import ImageError, ResNetVizError, SpecError, broken_rule, did_you_mean
from resnet_viz.images.preprocess import INTERPOLATIONS, NORMALISATIONS, RESIZES
from resnet_viz.images.samples import DEFAULT_SAMPLE, SAMPLES
from resnet_viz.messages import LANGUAGES
from resnet_viz.messages import gettext as _
from resnet_viz.spec import DEFAULT_PRESET, PRESETS, Block, ResNetSpec, parse_classes, parse_input_shape, preset
from resnet_viz.spec.changes import changed_paths, from_text, to_paths, with_changes
from resnet_viz.training.catalogue import data_sets
from resnet_viz.training.demos import ORDER, demo
from resnet_viz.training.plan import Plan, with_settings
from resnet_viz.ui.cache import network
from resnet_viz.viz.coloring import METRICS, OWN
from resnet_viz.viz.dot import groups_of, known_groups
from resnet_viz.viz.views import CHART_METRICS, VIEWS

UPLOAD = "upload"
# Whose arrays the network has: the shipped ones where they fit, its own random start, a visitor's file, or a run's
# (`run.ID.NETWORK`).
SHIPPED, RANDOM, FILE, RUN = "shapes", "random", "file", "run"
_RUN_WEIGHTS = re.compile(r"run\.[\w-]{4,24}\.[^./]{1,40}")
_RUN = re.compile(r"[\w-]{0,40}")
MAX_SETTINGS = 2000
MAX_COMPARED = 4
FIRST_NODE = "conv1"
PANELS = ("layer", "difference", "files")
COLORS = ("kind", *METRICS, OWN)


@dataclass(frozen=True)
class Selection:
    """What is looked at.

    Attributes:
        preset: Where the specification started.
        spec: The specification as it stands.
        node: The layer in focus.
        opened: Groups of the picture that are open: stage numbers and block names.
        color: What the picture's colours mean: a name of `COLORS`.
        against: The network compared with, as `resnet_viz.spec.changes.to_text` writes it, or "" for none.
        image: A sample's name, or `UPLOAD` for the visitor's own.
        resize: How the image is brought to the network's size.
        interpolation: By which weighting of its pixels.
        normalisation: How its pixels become numbers.
        weights: `SHIPPED`, `RANDOM`, `FILE`, or a run's as `run.ID.NETWORK`.
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
    metric: str = CHART_METRICS[0]
    walk: str = ""
    stop: int = 1
    demo: str = ORDER[0]
    settings: str = ""
    run: str = ""
    compared: tuple[str, ...] = ()

    @property
    def plan(self) -> Plan:
        """The demo's plan with what is changed in it."""
        return with_settings(demo(self.demo).plan, settings_of(self.settings))

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
        node = _surviving_node(self.node, self.spec, summary)
        opened = self.opened & set(known_groups(summary))
        return replace(self, spec=spec, node=node, opened=opened, against=_surviving_other(self.against, spec))

    def toggled(self, group: str) -> "Selection":
        """Return the selection with a group of the picture opened, or closed with all that is in it."""
        known = known_groups(self.summary)
        if group not in known:
            return self
        stage = _stage_of(group)
        if group not in self.opened:
            return replace(self, opened=self.opened | {stage, group})
        inside = {name for name in self.opened if name == group or (group == stage and _stage_of(name) == stage)}
        return replace(self, opened=self.opened - inside)

    def revealing(self, node: str) -> "Selection":
        """Return the selection at a layer, with the picture open as far as it takes to see the layer by itself."""
        return replace(self, node=node, opened=self.opened | set(groups_of(self.summary, node)))

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
        text = ";".join(f"{path}={value}" for path, value in settings.items())
        after = replace(self, settings=text)
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
        default = Selection()
        for name, value in _named(self).items():
            if value != _named(default)[name]:
                params[name] = value
        return params


def from_params(params: Mapping[str, str]) -> tuple[Selection, list[str]]:
    """Return the selection a link describes, and a sentence for each part that was not understood and left out."""
    problems: list[str] = []
    selection = Selection()
    for step in (_read_network, _read_node, _read_picture, _read_other, _read_walk, _read_training, _read_rest):
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
    changes = {path: text for path, text in params.items() if path in known or path.startswith("stages.")}
    spec = with_changes(base, changes)
    network(spec)
    return replace(selection, preset=name, spec=spec)


def _read_node(selection: Selection, params: Mapping[str, str]) -> Selection:
    return replace(selection, node=selection.summary.graph.node(params.get("node", selection.node)).id)


def _read_picture(selection: Selection, params: Mapping[str, str]) -> Selection:
    known = known_groups(selection.summary)
    opened = [group for group in params.get("open", "").split(".") if group]
    for group in opened:
        if group not in known:
            rule = _("a stage or a block of this network")
            raise SpecError(broken_rule("open", rule, group, did_you_mean(group, known)))
    stages = {_stage_of(group) for group in opened}
    return replace(selection, opened=frozenset(opened) | stages)


def _read_other(selection: Selection, params: Mapping[str, str]) -> Selection:
    return selection.comparing(params.get("against", ""))


def other_spec(text: str, spec: ResNetSpec) -> ResNetSpec:
    """Return the specification that a text such as ``keras-v1`` or ``course,stem.use_relu=on`` names, sized like `spec`.

    Raises:
        SpecError: If there is no such preset, a change is unknown, or the network cannot exist.
    """
    name, changes = from_text(text)
    other = with_changes(preset(name, input_shape=spec.input_shape, classes=spec.classes), changes)
    network(other)
    return other


def _read_walk(selection: Selection, params: Mapping[str, str]) -> Selection:
    stop = params.get("stop", "1")
    stop_number = int(stop) if stop.isascii() and stop.isdecimal() and len(stop) < 4 else 1
    return replace(
        selection, present=params.get("present") == "1", walk=params.get("walk", "")[:40], stop=max(1, stop_number)
    )


def settings_of(text: str) -> dict[str, str]:
    """Return the settings of ``path=value;path=value``."""
    return dict(part.partition("=")[::2] for part in text.split(";") if part)


def check_plan(plan: Plan) -> None:
    """Refuse a plan whose networks cannot exist; the number of classes is the data's, and changes only the head.

    Raises:
        SpecError: As the network says.
    """
    plan.summaries(classes=data_sets()[plan.data.source].classes or 2)


def _read_training(selection: Selection, params: Mapping[str, str]) -> Selection:
    name = demo(params.get("demo", selection.demo)).name
    run, compared = params.get("run", ""), tuple(part for part in params.get("with", "").split(".") if part)
    for text in (run, *compared):
        if not _RUN.fullmatch(text):
            raise SpecError(broken_rule("run", _("a run's id"), text[:40]))
    after = replace(selection, demo=name, run=run, compared=compared[:MAX_COMPARED])
    settings = params.get("plan", "")
    if len(settings) > MAX_SETTINGS:
        raise SpecError(broken_rule("plan", _("at most {n} characters long").format(n=MAX_SETTINGS), settings[:40]))
    return after.changing(settings_of(settings)) if settings else after


def _read_rest(selection: Selection, params: Mapping[str, str]) -> Selection:
    valid = {
        "image": (*SAMPLES, UPLOAD),
        "resize": RESIZES,
        "interp": tuple(INTERPOLATIONS),
        "prep": tuple(NORMALISATIONS),
        "weights": (SHIPPED, RANDOM, FILE),
        "lang": (*LANGUAGES, ""),
        "color": COLORS,
        "panel": PANELS,
        "view": VIEWS,
        "metric": CHART_METRICS,
    }
    values = {name: params.get(name, _named(selection)[name]) for name in valid}
    for name, value in values.items():
        is_of_run = name == "weights" and _RUN_WEIGHTS.fullmatch(value)
        if value not in valid[name] and not is_of_run:
            raise ImageError(broken_rule(name, _("one of its values"), value, did_you_mean(value, valid[name])))
    return replace(
        selection,
        image=values["image"],
        resize=values["resize"],
        interpolation=values["interp"],
        normalisation=values["prep"],
        weights=values["weights"],
        language=values["lang"],
        color=values["color"],
        panel=values["panel"],
        view=values["view"],
        metric=values["metric"],
    )


def _named(selection: Selection) -> dict[str, str]:
    """Return the parts of a selection beside the network, under their names in links."""
    return {
        "node": selection.node,
        "open": ".".join(name for name in known_groups(selection.summary) if name in selection.opened),
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
    }


def _input_text(shape: tuple[int, int, int]) -> str:
    height, width, channels = shape
    if channels != 3:
        return f"{height}x{width}x{channels}"
    return str(height) if height == width else f"{height}x{width}"


def _stage_of(group: str) -> str:
    return group.rstrip("abcdefghijklmnopqrstuvwxyz")


def _surviving_other(against: str, spec: ResNetSpec) -> str:
    """Return the network compared with, unless it cannot exist at the new input size."""
    try:
        return against if against and other_spec(against, spec) else ""
    except SpecError:
        return ""


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
