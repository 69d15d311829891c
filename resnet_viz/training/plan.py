"""What a run does, completely: networks, data, optimiser, schedule, budget. Data that a file or a link can hold."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, is_dataclass, replace
from typing import Any, Literal, Self

from resnet_viz.analysis import NetworkSummary, analyse
from resnet_viz.datasets.catalogue import data_sets
from resnet_viz.datasets.plan import DataPlan
from resnet_viz.errors import SpecError, broken_rule, did_you_mean
from resnet_viz.messages import gettext as _
from resnet_viz.spec import ResNetSpec, preset
from resnet_viz.spec.changes import from_text, with_changes
from resnet_viz.spec.records import Leaf, check_choices, from_plain, parse_like
from resnet_viz.spec.rules import at_most_long, between, within

MAX_BATCH = 4096
MAX_SECONDS = 7 * 24 * 3600.0
MAX_UPDATES = 10**8
MAX_NETWORKS = 4
MAX_TEXT = 4000
MAX_DATA_BYTES = 2**30
"""Of all pictures of a run as bytes, and its batches as float32: what a school laptop has to spare beside the networks."""
PREFETCHED = 4
"""Batches made before the network needs them: enough to hide one slow batch, few enough to cost little memory."""


@dataclass(frozen=True, kw_only=True, slots=True)
class OptimizerPlan:
    """How a gradient becomes a step.

    Attributes:
        name: Keras's optimiser.
        learning_rate: At its highest.
        momentum: Of SGD; other optimisers keep their own defaults.
        nesterov: Of SGD.
        weight_decay: Decoupled, per update; 0 for none.
        schedule: Constant; cosine to 0 over `decay_updates`; or growing from `learning_rate` to `final_learning_rate`
            by an equal factor per update (the learning-rate finder, Smith 2015, arXiv:1506.01186).
        warmup_updates: Updates in which a cosine schedule first rises from 0.
        decay_updates: Length of the schedule, updates.
        final_learning_rate: Where a growing schedule ends.
    """

    name: Literal["sgd", "adam", "adamw"] = "sgd"
    learning_rate: float = 0.02
    momentum: float = 0.9
    nesterov: bool = False
    weight_decay: float = 0.0
    schedule: Literal["constant", "cosine", "growing"] = "constant"
    warmup_updates: int = 0
    decay_updates: int = 1000
    final_learning_rate: float = 1.0

    def __post_init__(self) -> None:
        """Check every field."""
        check_choices(self, "optimizer.")
        between("optimizer.learning_rate", self.learning_rate, 1e-12, 1e4)
        between("optimizer.momentum", self.momentum, 0.0, 1.0)
        between("optimizer.weight_decay", self.weight_decay, 0.0, 1.0)
        within("optimizer.warmup_updates", self.warmup_updates, 0, MAX_UPDATES)
        within("optimizer.decay_updates", self.decay_updates, 1, MAX_UPDATES)
        between("optimizer.final_learning_rate", self.final_learning_rate, 1e-12, 1e4)


@dataclass(frozen=True, kw_only=True, slots=True)
class NetworkPlan:
    """One network of a run.

    Attributes:
        name: What its curve is called.
        text: The network as links write it: ``cifar-56,width=0.5`` (see `resnet_viz.spec.changes.to_text`).
    """

    name: str
    text: str

    def __post_init__(self) -> None:
        """Check the name; the network is checked with the plan."""
        at_most_long("networks.name", self.name, 40)
        at_most_long("networks.text", self.text, MAX_TEXT)
        if not 0 < len(self.name) <= 40 or not self.name.isprintable() or "/" in self.name or "." in self.name:
            rule = _("1 to 40 printable characters without `.` or `/`")
            raise SpecError(broken_rule("networks.name", rule, self.name))


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """A run.

    Attributes:
        demo: The demo it started from.
        networks: Trained in turns, update by update, on the same batches.
        size_px: Side of the pictures the networks receive.
        data: Which pictures.
        optimizer: The same for every network.
        batch: Pictures per update.
        augment: Nothing, or shifts of up to an eighth and horizontal flips.
        precision: float32; bfloat16 products with float32 weights; or the second where the device gains by it.
        seconds: Time spent in updates, all networks together; 0 for no limit.
        updates: Updates of each network; 0 for no limit.
        measure_every: Updates between two measurements.
        evaluate_every: Measurements between two looks at the held-back pictures.
        stop_at_rise: Ends the run once a loss is this many times its lowest; 0 for never.
        seed: Of the initial weights, by way of the networks' own seed policy, and of the order of the pictures.
    """

    demo: str = ""
    networks: tuple[NetworkPlan, ...] = (NetworkPlan(name="course", text="course"),)
    size_px: int = 64
    data: DataPlan = field(default_factory=DataPlan)
    optimizer: OptimizerPlan = field(default_factory=OptimizerPlan)
    batch: int = 64
    augment: Literal["none", "shift", "shift_flip"] = "none"
    precision: Literal["auto", "float32", "bfloat16"] = "auto"
    seconds: float = 60.0
    updates: int = 0
    measure_every: int = 8
    evaluate_every: int = 6
    stop_at_rise: float = 0.0
    seed: int = 0

    def __post_init__(self) -> None:
        """Check every field, then that the networks exist at this size."""
        check_choices(self, "")
        at_most_long("demo", self.demo, 40)
        within("networks", len(self.networks), 1, MAX_NETWORKS)
        names = [network.name for network in self.networks]
        if len(set(names)) != len(names):
            raise SpecError(broken_rule("networks", _("made of different names"), ", ".join(names)))
        within("size_px", self.size_px, 8, 512)
        within("batch", self.batch, 1, MAX_BATCH)
        between("seconds", self.seconds, 0.0, MAX_SECONDS)
        within("updates", self.updates, 0, MAX_UPDATES)
        if not self.seconds and not self.updates:
            raise SpecError(broken_rule("seconds", _("above 0 where `updates` is 0: a run must end"), self.seconds))
        within("measure_every", self.measure_every, 1, 10_000)
        within("evaluate_every", self.evaluate_every, 1, 10_000)
        between("stop_at_rise", self.stop_at_rise, 0.0, 1e6)
        within("seed", self.seed, 0, 2**31 - 1)
        whole = data_sets()[self.data.source].pictures
        check_memory(self, self.data.train + self.data.validation if self.data.train or not whole else whole)

    def specs(self, classes: int, channels: int = 3) -> dict[str, ResNetSpec]:
        """Return the specification of each network, by name, at the data's classes and the run's seed.

        Raises:
            SpecError: If a network's text is not understood, or it cannot exist at this size.
        """
        return {network.name: self._spec(network, classes, channels) for network in self.networks}

    def summaries(self, classes: int, channels: int = 3) -> dict[str, NetworkSummary]:
        """Return the account of each network, by name; see `specs`."""
        return {name: analyse(spec) for name, spec in self.specs(classes, channels).items()}

    def check_networks(self) -> None:
        """Refuse networks that cannot exist; the number of classes is the data's, and changes only the head.

        Raises:
            SpecError: As the network says.
        """
        self.summaries(classes=data_sets()[self.data.source].classes or 2)

    def _spec(self, network: NetworkPlan, classes: int, channels: int) -> ResNetSpec:
        name, changes = from_text(network.text)
        base = preset(name, input_shape=(self.size_px, self.size_px, channels), classes=classes)
        spec = with_changes(base, changes)
        return spec if "seed" in changes else replace(spec, seed=self.seed)

    def with_folder(self, name: str) -> "Plan":
        """Return the plan on pictures of one's own, which lie under this name."""
        return replace(self, data=replace(self.data, folder=name))

    def to_dict(self) -> dict[str, Any]:
        """Return plain lists, dicts and numbers."""
        return asdict(self)

    def to_shared(self) -> dict[str, Any]:
        """Return `to_dict` without what is its owner's: the form that may leave the server."""
        return self.with_folder("").to_dict()

    @classmethod
    def from_dict(cls, data: object) -> Self:
        """Build a plan from `to_dict`'s form; missing fields take their default.

        Raises:
            SpecError: On an unknown field, a wrong type, or a broken rule.
        """
        plan: Self = from_plain(cls, data, "plan")
        return plan


def check_memory(plan: Plan, pictures: int) -> None:
    """Refuse a run whose pictures and batches would take more than `MAX_DATA_BYTES`.

    Args:
        plan: The run.
        pictures: How many it keeps in memory, held-back ones too.

    Raises:
        SpecError: With the size it would take.
    """
    # Batches wait as float32, and one more each is being made and being used.
    size = plan.size_px**2 * 3 * (pictures + 4 * plan.batch * (PREFETCHED + 2))
    if size > MAX_DATA_BYTES:
        rule = _("at most {n} MB of pictures and batches in memory").format(n=f"{MAX_DATA_BYTES // 10**6:,}")
        advice = _("Choose smaller pictures, fewer of them, or a smaller batch.")
        raise SpecError(broken_rule("data", rule, f"{size / 1e6:,.0f} MB", advice))


def to_paths(plan: Plan) -> dict[str, Leaf]:
    """Return every field that a person may set by its dotted path, as in ``data.difficulty`` or ``networks.plain``."""
    paths: dict[str, Leaf] = {}
    for item in fields(plan):
        value = getattr(plan, item.name)
        if item.name == "networks":
            paths |= {f"networks.{network.name}": network.text for network in value}
        elif is_dataclass(value):
            parts = {f"{item.name}.{part.name}": getattr(value, part.name) for part in fields(value)}
            paths |= {path: part for path, part in parts.items() if path != "data.folder"}
        elif item.name != "demo":
            paths[item.name] = value
    return paths


def with_settings(plan: Plan, settings: Mapping[str, str]) -> Plan:
    """Return a plan with fields replaced by path, checked as one.

    ``spec.PATH`` changes that field of every network's specification, as in ``spec.width=0.25``.

    Raises:
        SpecError: On an unknown path, a text of another type, or a broken rule.
    """
    data = plan.to_dict()
    known = to_paths(plan)
    for path, text in settings.items():
        head, _dot, rest = path.partition(".")
        if head == "spec" and rest:
            data["networks"] = [{**network, "text": f"{network['text']},{rest}={text}"} for network in data["networks"]]
            continue
        if path not in known:
            raise SpecError(broken_rule("set", _("a field of the plan"), path, did_you_mean(path, known)))
        if head == "networks":
            data["networks"] = [
                {**network, "text": text if network["name"] == rest else network["text"]}
                for network in data["networks"]
            ]
        elif rest:
            data[head] = {**data[head], rest: parse_like(path, text, known[path])}
        else:
            data[head] = parse_like(path, text, known[path])
    return Plan.from_dict(data)


def with_depth(plan: Plan, depth: int) -> Plan:
    """Return a plan whose networks of equal stages have `depth` layers: blocks · convolutions · stages + 2.

    Raises:
        SpecError: If no number of blocks gives that depth, such as 21 for basic blocks in three stages (6n + 2).

    References:
        He et al. 2015, section 4.2: 6n + 2 layers.
    """
    networks = []
    for network in plan.networks:
        name, changes = from_text(network.text)
        spec = with_changes(preset(name), changes)
        per_block = len(spec.stages) * spec.convolutions_per_block
        blocks, rest = divmod(depth - 2, per_block)
        if rest or blocks < 1:
            rule = _("{n} times a whole number, plus 2").format(n=per_block)
            raise SpecError(broken_rule("depth", rule, depth))
        wanted = {f"stages.{number}.blocks": str(blocks) for number in range(2, len(spec.stages) + 2)}
        text = ",".join([name, *(f"{path}={value}" for path, value in (changes | wanted).items())])
        networks.append(NetworkPlan(name=network.name, text=text))
    return replace(plan, networks=tuple(networks))
