"""A network as one picture: maps that shrink while channels grow, and below each block what it costs."""

from typing import Any, NamedTuple

from resnet_viz.analysis import LayerRecord, NetworkSummary
from resnet_viz.analysis.arithmetic import shape_text
from resnet_viz.analysis.measures import COUNTS
from resnet_viz.messages import N_, Titles, joined
from resnet_viz.messages import gettext as _
from resnet_viz.viz.dot import stage_title
from resnet_viz.viz.theme import stage_color
from resnet_viz.viz.views import metric_short_name
from resnet_viz.viz.words import part_name, percent_text, short_bytes, short_count


class Part(NamedTuple):
    """A column of the picture.

    Attributes:
        name: "stem", a block's name, or "head".
        stage: Its stage, as `resnet_viz.viz.tables.to_frame` writes it.
        node: Its layer that gives its map: a block's output, or the last one with a map or weights.
        records: Its layers.
    """

    name: str
    stage: str
    node: str
    records: tuple[LayerRecord, ...]

    def total(self, metric: str) -> int:
        """Return the sum of a counted column over its layers."""
        return sum(int(getattr(record, metric)) for record in self.records)


def parts_of(summary: NetworkSummary) -> list[Part]:
    """Return the network's parts in order; together they hold every layer once."""
    found: dict[tuple[str, str], list[LayerRecord]] = {}
    for record in summary.records:
        stage = str(record.node.stage or "head")
        found.setdefault((stage, record.node.block), []).append(record)
    parts = []
    for (stage, letter), records in found.items():
        name = f"{stage}{letter}" if letter else {"1": "stem", "head": "head"}.get(stage, stage)
        node = next((block.out for block in summary.graph.blocks if block.name == name), "")
        maps = [record for record in records if len(record.output_shape) == 3]
        weights = [record for record in records if record.parameters]
        node = node or ((weights or records)[-1] if stage == "head" else (maps or records)[-1]).node.id
        parts.append(Part(name, stage, node, tuple(records)))
    return parts


def overview_data(summary: NetworkSummary, selected: str) -> dict[str, Any]:
    """Return what the component draws: a column a part, its box and its three bars, and a sentence for each row of bars."""
    parts = parts_of(summary)
    stages = list(dict.fromkeys(part.stage for part in parts))
    owner = next((part.name for part in parts if selected in {part.name, *(own.node.id for own in part.records)}), "")
    return {
        "parts": [_column(summary, part, stages) for part in parts],
        "rows": [_row(parts, metric) for metric in COUNTS],
        "stages": [{"stage": stage, "title": _stage(stage)} for stage in stages],
        "selected": owner,
        "words": {
            "boxes": _("The maps shrink, the channels grow"),
            "key": _("Height: side of the map. Width: channels."),
            "alt": _("Boxes as high as each block's map and as wide as its channels; bars of what each block costs"),
        },
    }


def _column(summary: NetworkSummary, part: Part, stages: list[str]) -> dict[str, Any]:
    shape = summary.by_id[part.node].output_shape
    side, channels = (shape[0], shape[-1]) if len(shape) == 3 else (1, shape[-1])
    values = {metric: part.total(metric) for metric in COUNTS}
    title = _part_title(part)
    texts = {metric: joined((title, _exact(metric, value)), ": ") for metric, value in values.items()}
    return {
        "name": part_name(part.name),
        "id": part.name,
        "node": part.name if _is_block(part) else part.node,
        "stage": part.stage,
        "color": stage_color(stages.index(part.stage), len(stages)),
        "side": side,
        "channels": channels,
        "values": values,
        "texts": texts | {"box": joined((title, shape_text(shape)), ": ")},
    }


def _row(parts: list[Part], metric: str) -> dict[str, Any]:
    totals = {part.stage: 0 for part in parts}
    for part in parts:
        totals[part.stage] += part.total(metric)
    return {
        "metric": metric,
        "title": metric_short_name(metric),
        "total": _exact(metric, sum(totals.values())),
        "sentence": share_sentence(metric, totals),
    }


def share_sentence(metric: str, totals: dict[str, int]) -> str:
    r"""Return where most of something lies and where least, in one sentence.

    >>> share_sentence("parameters", {"1": 0, "2": 10, "5": 90, "head": 0})
    'Stage 5 holds 90\xa0% of the parameters, stage 2 holds 10\xa0%.'
    """
    whole = sum(totals.values())
    if not whole:
        return _("There are none.")
    most = max(totals, key=lambda stage: totals[stage])
    blocks = [stage for stage in totals if stage not in ("1", "head", most)]
    text = _SENTENCES[metric]()
    first = text.format(stage=_stage(most), share=percent_text(totals[most] / whole))
    if not blocks:
        return _("{sentence}.").format(sentence=first)
    least = min(blocks, key=lambda stage: totals[stage])
    rest = _LEAST[metric]().format(stage=_stage(least).lower(), share=percent_text(totals[least] / whole))
    return f"{first}{rest}"


_SENTENCES = {
    "parameters": lambda: _("{stage} holds {share} of the parameters"),
    "macs": lambda: _("{stage} does {share} of the multiplications"),
    "activation_bytes": lambda: _("{stage} fills {share} of the memory for maps"),
}
_LEAST = {
    "parameters": lambda: _(", {stage} holds {share}."),
    "macs": lambda: _(", {stage} does {share}."),
    "activation_bytes": lambda: _(", {stage} fills {share}."),
}


def _exact(metric: str, value: int) -> str:
    if metric == "activation_bytes":
        return short_bytes(value)
    unit = _("parameters") if metric == "parameters" else _("MACs")
    return f"{short_count(value)} {unit}"


_ENDS = Titles({"1": N_("The stem"), "head": N_("The head")})


def _stage(stage: str) -> str:
    return _ENDS(stage) if stage in ("1", "head") else stage_title(int(stage))


def _is_block(part: Part) -> bool:
    return part.name not in ("stem", "head")


def _part_title(part: Part) -> str:
    return _("Block {name}").format(name=part.name) if _is_block(part) else _stage(part.stage)
