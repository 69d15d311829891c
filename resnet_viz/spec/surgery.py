"""Surgery on a network: a block's residual branch left out, a shortcut cut, channels silenced; no weight changes.

The text form is that of links: ``drop:3b,cut:4a,silence:res3b_out:3+17``.

References:
    Veit, Wilber, Belongie 2016, arXiv:1605.06431, delete residual modules of a trained network.
    Deviation: cutting shortcuts and silencing channels are ours. With a ReLU after the add, a network is not exactly the
    sum of its paths.
"""

from dataclasses import dataclass, replace

from resnet_viz.errors import SpecError, broken_rule, did_you_mean
from resnet_viz.messages import gettext as _
from resnet_viz.spec.graph import LayerGraph
from resnet_viz.spec.rules import whole_of

MAX_SILENCED = 256
"""Most channels silenced at once in a layer; a link stays a link."""
MAX_PARTS = 64
"""Most things done to a network at once."""


@dataclass(frozen=True)
class Surgery:
    """What is done to a network.

    Attributes:
        dropped: Blocks whose F(x) is not added: what the shortcut brings goes on alone.
        cut: Blocks whose shortcut is not added: F(x) goes on alone.
        silenced: Channels set to 0 in the output of a layer, by layer id, in order.
    """

    dropped: frozenset[str] = frozenset()
    cut: frozenset[str] = frozenset()
    silenced: tuple[tuple[str, tuple[int, ...]], ...] = ()

    def __bool__(self) -> bool:
        """Whether anything is done at all."""
        return bool(self.dropped or self.cut or self.silenced)

    def to_text(self) -> str:
        """Return the form that links carry; "" for no surgery."""
        parts = [f"drop:{name}" for name in sorted(self.dropped)]
        parts += [f"cut:{name}" for name in sorted(self.cut)]
        parts += [f"silence:{node}:{'+'.join(map(str, channels))}" for node, channels in self.silenced]
        return ",".join(parts)

    def toggled(self, kind: str, block: str) -> "Surgery":
        """Return the surgery with one block dropped or its shortcut cut (`kind` ``drop`` or ``cut``), or no longer."""
        if kind == "drop":
            return replace(self, dropped=self.dropped ^ {block})
        return replace(self, cut=self.cut ^ {block})

    def silencing(self, node: str, channels: frozenset[int]) -> "Surgery":
        """Return the surgery with exactly these channels of a layer silenced."""
        others = {name: listed for name, listed in self.silenced if name != node}
        if channels:
            others[node] = tuple(sorted(channels))
        return replace(self, silenced=tuple(sorted(others.items())))

    def silenced_at(self, node: str) -> tuple[int, ...]:
        """Return the silenced channels of a layer."""
        return dict(self.silenced).get(node, ())


NO_SURGERY = Surgery()


def parse_surgery(text: str, graph: LayerGraph, channels: dict[str, int]) -> Surgery:
    """Return the surgery a text describes, all of it.

    Args:
        text: As `Surgery.to_text` writes it.
        graph: The network it is done to.
        channels: Number of channels of every layer's output.

    Raises:
        SpecError: If a part has another form, names what the network lacks, or the block has no add.
    """
    surgery, problems = surviving_surgery(text, graph, channels)
    if problems:
        raise SpecError(next(iter(problems.values())))
    return surgery


def surviving_surgery(text: str, graph: LayerGraph, channels: dict[str, int]) -> tuple[Surgery, dict[str, str]]:
    """Return what a network allows of the surgery a text describes, and the rule that each other part breaks."""
    surgery, problems = NO_SURGERY, {}
    parts = [part for part in text.split(",", MAX_PARTS + 1) if part]
    for part in parts[:MAX_PARTS]:
        try:
            surgery = _with_part(surgery, part, graph, channels)
        except SpecError as error:
            problems[part] = str(error)
    if len(parts) > MAX_PARTS:
        rule = _("at most {n} parts with commas between").format(n=MAX_PARTS)
        problems[parts[MAX_PARTS]] = broken_rule("surgery", rule, len(parts))
    return surgery, problems


def _with_part(surgery: Surgery, part: str, graph: LayerGraph, channels: dict[str, int]) -> Surgery:
    kind, _colon, rest = part.partition(":")
    if kind == "drop":
        return replace(surgery, dropped=surgery.dropped | {_block_with_add(rest, graph)})
    if kind == "cut":
        return replace(surgery, cut=surgery.cut | {_block_with_add(rest, graph)})
    if kind == "silence":
        node, _colon, numbers = rest.partition(":")
        return surgery.silencing(node, _channels(node, numbers, channels))
    rule = _("drop:BLOCK, cut:BLOCK or silence:LAYER:CHANNEL+CHANNEL, with commas between")
    raise SpecError(broken_rule("surgery", rule, part[:60]))


def _block_with_add(name: str, graph: LayerGraph) -> str:
    names = [block.name for block in graph.blocks if block.add]
    if name not in names:
        rule = _("a block of this network with a shortcut")
        raise SpecError(broken_rule("surgery", rule, name[:40], did_you_mean(name, names)))
    return name


def _channels(node: str, numbers: str, channels: dict[str, int]) -> frozenset[int]:
    if node not in channels:
        rule = _("a layer of this network")
        raise SpecError(broken_rule("surgery", rule, node[:40], did_you_mean(node, channels)))
    found = [whole_of(part) for part in numbers.split("+", MAX_SILENCED)]
    valid = frozenset(number for number in found if number is not None and 0 <= number < channels[node])
    if len(found) > MAX_SILENCED or any(number not in valid for number in found):
        rule = _("at most {n} channels of {layer}, 0 to {last}, with + between").format(
            n=MAX_SILENCED, layer=node, last=channels[node] - 1
        )
        raise SpecError(broken_rule("surgery", rule, numbers[:40]))
    return valid
