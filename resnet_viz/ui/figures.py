"""The numbers that the shipped walks tell, computed when they are told: no text of a walk has a number of its own.

A text says ``{layers}``; `filled` puts the number there. So a walk cannot claim what the networks, the recorded runs or
the paper do not say, in any language.
"""

import re
from collections.abc import Callable

from resnet_viz.analysis import NetworkSummary, covering_cells, network
from resnet_viz.analysis.arithmetic import shape_text
from resnet_viz.analysis.reads import CellReads, cell_reads
from resnet_viz.spec import PRESETS
from resnet_viz.spec.graph import Node
from resnet_viz.spec.layers import Conv, Dense
from resnet_viz.training.conclusions import last_accuracy
from resnet_viz.ui.components.run_source import RECORDED, Watched, watched

_PLACE = re.compile(r"\{(\w+)\}")
_COURSE = "course"
RACE = f"{RECORDED}plain-vs-residual"
"""The recorded run in which a plain and a residual network learn side by side."""


def filled(text: str) -> str:
    """Return a text of a shipped walk with its numbers; a name that nobody computes stays as it is written."""
    return _PLACE.sub(lambda found: FIGURES[found[1]]() if found[1] in FIGURES else found[0], text)


def named_in(text: str) -> set[str]:
    """Return the names of the numbers that a text asks for."""
    return set(_PLACE.findall(text))


def _net(preset: str = _COURSE) -> NetworkSummary:
    return network(PRESETS[preset])


def _convolution(node: str) -> Conv:
    layer = _net().record(node).node.layer
    if not isinstance(layer, Conv):
        raise TypeError(f"`{node}` must be a convolution. Received: {layer!r}. Name another layer.")
    return layer


def _window(node: str) -> str:
    side = _convolution(node).kernel_size
    return f"{side}×{side}"


def _channels(node: str) -> int:
    return _net().record(node).output_shape[-1]


def _side(node: str) -> int:
    return _net().record(node).output_shape[0]


def _weights(channels: int) -> int:
    """Return how many weights block 3b's middle convolution has with so many channels before and after it."""
    return _convolution("res3b_branch2b").kernel_size ** 2 * channels * channels


def _frame() -> int:
    """Return how many zeros are put at each edge of the picture."""
    return (_side("pad") - _side("input")) // 2


def _reads_of_2c() -> CellReads:
    found = cell_reads(_net(), "res2c_out")
    if found is None:
        raise LookupError("Stage 2's last map has cells. Received: none. Look at the course's stages.")
    return found


def _filters(preset: str, node: str) -> int:
    return _net(preset).record(node).output_shape[-1]


def _share(stages: tuple[int, ...], quantity: str) -> str:
    """Return which share of the parameters or MACs some stages have."""
    rows, whole = _net().stage_totals(), _net().totals
    return _percent(sum(getattr(rows[stage], quantity) for stage in stages) / getattr(whole, quantity))


def _covering(block: str) -> int:
    """Return how many cells along a side of a block's output see the whole picture."""
    record = _net().record(f"res{block}_out")
    return covering_cells(record.field.height, record.output_shape[0], _side("input"))


def _first_that_sees_all() -> str:
    return next(block.name for block in _net().graph.blocks if _covering(block.name) == _side(block.out))


def _count(is_counted: Callable[[Node], bool]) -> int:
    return sum(is_counted(node) for node in _net().graph.nodes)


def _is_projection(node: Node) -> bool:
    return isinstance(node.layer, Conv) and node.path == "shortcut"


def _race_accuracy(network_name: str) -> str:
    """Return how many of its training pictures a network of the recorded race gets right at the end."""
    lines = [line for line in _race().metrics if line["network"] == network_name]
    return _percent(last_accuracy(lines, _race_updates()))


def _race() -> Watched:
    found = watched(RACE)
    if found is None:
        raise LookupError(f"A recorded run ships. Received: no run {RACE}. Run dev/tools/record_runs.py.")
    return found


def _race_updates() -> int:
    lasts = {line["network"]: int(line["update"]) for line in _race().metrics}
    return min(lasts.values())


def _percent(share: float) -> str:
    return f"{share * 100:.0f} %"


def _number(value: int) -> str:
    return f"{value:,}"


FIGURES: dict[str, Callable[[], str]] = {
    # He et al. 2015, arXiv:1512.03385, table 2: top-1 error on ImageNet's validation pictures, 10-crop.
    "error_plain18": lambda: "27.94 %",
    "error_plain34": lambda: "28.54 %",
    "error_resnet34": lambda: "25.03 %",
    "arcs_resnet34": lambda: _number(sum(block.add is not None for block in _net("resnet34").graph.blocks)),
    "layers_resnet34": lambda: _number(len(PRESETS["resnet34"].stages[0].identity_filters)),
    "branch_layers": lambda: _number(
        _count(lambda node: isinstance(node.layer, Conv) and node.id.startswith("res3b_branch2"))
    ),
    "wide": lambda: _number(_channels("res3a_out")),
    "narrow": lambda: _number(_channels("res3b_branch2b")),
    "middle_window": lambda: _window("res3b_branch2b"),
    "narrow_weights": lambda: _number(_weights(_channels("res3b_branch2b"))),
    "wide_weights": lambda: _number(_weights(_channels("res3a_out"))),
    "squeeze": lambda: _number(_weights(_channels("res3a_out")) // _weights(_channels("res3b_branch2b"))),
    "x_4a": lambda: shape_text(_net().record("res3d_out").output_shape),
    "f_4a": lambda: shape_text(_net().record(_net().graph.block("4a").branch).output_shape),
    "projection_parameters": lambda: _number(_net().record("res4a_branch1").parameters),
    "side": lambda: _number(_side("input")),
    "conv1_side": lambda: _number(_side("conv1")),
    "conv1_window": lambda: _window("conv1"),
    "conv1_kernel": lambda: _number(_convolution("conv1").kernel_size),
    "conv1_stride": lambda: _number(_convolution("conv1").strides),
    "frame": lambda: _number(_frame()),
    "framed": lambda: _number(_side("pad")),
    "conv1_places": lambda: _number(_side("pad") - _convolution("conv1").kernel_size + 1),
    "stride_3a": lambda: _number(_convolution("res3a_branch2a").strides),
    "window_3a": lambda: _window("res3a_branch2a"),
    "cells_2c": lambda: _number(_reads_of_2c().cells),
    "used_2c": lambda: _number(_reads_of_2c().read),
    "unused_2c": lambda: _number(_reads_of_2c().unread),
    "filters_5b": lambda: _number(_filters(_COURSE, "res5b_branch2b")),
    "torch_filters_5b": lambda: _number(_filters("torch-v1.5", "res5b_branch2b")),
    "layers": lambda: _number(len(_net().records)),
    "main_convolutions": lambda: _number(_net().main_path_convolutions),
    "dense": lambda: _number(_count(lambda node: isinstance(node.layer, Dense))),
    "projections": lambda: _number(_count(_is_projection)),
    "parameters_4_5": lambda: _share((4, 5), "parameters"),
    "macs_3_4": lambda: _share((3, 4), "macs"),
    "all_see": _first_that_sees_all,
    "window_3b": lambda: _number(_net().record("res3b_out").field.height.size),
    "cells_3b": lambda: _number(_side("res3b_out")),
    "see_3b": lambda: _number(_covering("3b")),
    "see_3d": lambda: _number(_covering("3d")),
    "race_updates": lambda: _number(_race_updates()),
    "race_residual": lambda: _race_accuracy("residual"),
    "race_plain": lambda: _race_accuracy("plain"),
    "race_chance": lambda: _percent(1 / len(_race().record.classes)),
}
