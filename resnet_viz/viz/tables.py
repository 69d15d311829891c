"""The account of a network as a DataFrame: one row per layer, plain values, all digits."""

import pandas as pd

from resnet_viz.analysis import NetworkSummary
from resnet_viz.analysis.arithmetic import shape_text
from resnet_viz.analysis.difference import Difference
from resnet_viz.messages import N_, Titles
from resnet_viz.messages import gettext as _
from resnet_viz.spec.layers import Conv, kind_of
from resnet_viz.viz.words import kind_name, status_name

COUNTED = ["trainable", "non_trainable", "parameters", "macs", "activation_bytes"]
"""The columns whose totals are the sums of the rows."""


def to_frame(summary: NetworkSummary) -> pd.DataFrame:
    """Return one row per layer in order of computation, indexed from 0.

    Columns: layer, kind, stage ("1" is the stem, "head" the head), block, path, name_from ("specification" or "ours"),
    kernel_size, strides (cells), padding, input_shape, output_shape (text), then the counted columns, and
    receptive_field_px and effective_stride_px along the height.
    """
    rows = []
    for record in summary.records:
        node, layer = record.node, record.node.layer
        size = getattr(layer, "kernel_size", getattr(layer, "pool_size", None))
        rows.append(
            {
                "layer": node.id,
                "kind": kind_of(layer),
                "stage": str(node.stage or "head"),
                "block": f"{node.stage}{node.block}" if node.block else "",
                "path": node.path,
                "name_from": "specification" if node.is_named else "ours",
                "kernel_size": f"{size}×{size}" if size else "",
                "strides": str(getattr(layer, "strides", "")),
                "padding": layer.padding if isinstance(layer, Conv) else "",
                "input_shape": shape_text(record.input_shape),
                "output_shape": shape_text(record.output_shape),
                "trainable": record.trainable,
                "non_trainable": record.non_trainable,
                "parameters": record.parameters,
                "macs": record.macs,
                "activation_bytes": record.activation_bytes,
                "receptive_field_px": record.field.height.size,
                "effective_stride_px": record.field.height.stride,
            }
        )
    return pd.DataFrame(rows)


_PATHS = Titles({"main": N_("main path"), "shortcut": N_("shortcut")})
_SOURCES = Titles({"specification": N_("the specification"), "ours": N_("ours")})


def in_words(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the table with its kinds, paths and stages in the reader's language, for the screen."""
    return frame.assign(
        kind=frame["kind"].map(kind_name),
        stage=frame["stage"].replace({"head": _("head")}),
        path=[_PATHS.get(path, "") for path in frame["path"]],
        name_from=frame["name_from"].map(_SOURCES),
    )


def to_markdown(frame: pd.DataFrame) -> str:
    """Return a table as Markdown, numbers to the right."""
    names = [str(name) for name in frame]
    rules = ["---:" if frame[name].dtype.kind in "iu" else "---" for name in names]
    cells = [[f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in row] for row in frame.to_numpy().tolist()]
    return "".join(f"| {' | '.join(line)} |\n" for line in (names, rules, *cells))


def difference_frame(difference: Difference) -> pd.DataFrame:
    """Return one row per layer that differs.

    Columns: layer, status, what (settings and shapes as text), then the change in parameters, macs, activation_bytes, and
    receptive_field_px in both networks (0 where the layer is missing).
    """
    rows = []
    for change in difference.changes:
        fields = [record.field.height.size if record else 0 for record in (change.before, change.after)]
        rows.append(
            {
                "layer": change.node_id,
                "status": change.status,
                "what": "; ".join(f"{name}: {_plain(old)} → {_plain(new)}" for name, old, new in change.fields),
                "parameters": change.delta("parameters"),
                "macs": change.delta("macs"),
                "activation_bytes": change.delta("activation_bytes"),
                "receptive_field_px_before": fields[0],
                "receptive_field_px_after": fields[1],
            }
        )
    return pd.DataFrame(rows)


def difference_in_words(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the table of a difference with its statuses and columns in the reader's language, for the screen."""
    titles = {
        "layer": _("layer"),
        "status": _("change"),
        "what": _("what changed"),
        "parameters": _("Δ parameters"),
        "macs": _("Δ MACs"),
        "activation_bytes": _("Δ activation, bytes"),
        "receptive_field_px_before": _("sees, px (other)"),
        "receptive_field_px_after": _("sees, px (this one)"),
    }
    return frame.assign(status=frame["status"].map(status_name)).rename(columns=titles)


def _plain(value: object) -> str:
    if isinstance(value, tuple):
        return shape_text(value) if all(isinstance(part, int) for part in value) else ", ".join(map(str, value))
    return str(value)


def totals_row(frame: pd.DataFrame) -> dict[str, int]:
    """Return the sums of the counted columns over the rows given."""
    return {column: int(frame[column].sum()) for column in COUNTED}
