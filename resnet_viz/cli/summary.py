"""The command ``summary``: every layer and the totals."""

import argparse
import csv
import json
import sys
from typing import Any

from resnet_viz.analysis.arithmetic import shape_text
from resnet_viz.cli.network import add_network, network_of
from resnet_viz.messages import gettext as _
from resnet_viz.spec.layers import kind_of

_COLUMNS = ("layer", "kind", "output_shape", "parameters", "trainable", "macs", "receptive_field_px")


def add(parser: argparse.ArgumentParser) -> None:
    """Add the command's own arguments."""
    add_network(parser)
    parser.add_argument("--format", choices=("table", "json", "csv"), default="table")
    parser.set_defaults(run=_summary)


def _summary(options: argparse.Namespace) -> None:
    summary = network_of(options)
    rows = [_row(record) for record in summary.records]
    totals = summary.totals
    if options.format == "json":
        numbers = {
            name: getattr(totals, name)
            for name in ("parameters", "trainable", "non_trainable", "macs", "activation_bytes")
        }
        print(json.dumps({"specification": summary.graph.spec.to_dict(), "totals": numbers, "layers": rows}, indent=1))
    elif options.format == "csv":
        writer = csv.DictWriter(sys.stdout, _COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    else:
        _print_table(rows)
        print(
            _("{p} parameters ({t} trainable, {f} non-trainable), {m} MACs, {b} bytes of activations (float32)").format(
                p=f"{totals.parameters:,}",
                t=f"{totals.trainable:,}",
                f=f"{totals.non_trainable:,}",
                m=f"{totals.macs:,}",
                b=f"{totals.activation_bytes:,}",
            )
        )


def _row(record: Any) -> dict[str, Any]:
    values = (
        record.node.id,
        kind_of(record.node.layer),
        shape_text(record.output_shape),
        record.parameters,
        record.trainable,
        record.macs,
        record.field.height.size,
    )
    return dict(zip(_COLUMNS, values, strict=True))


def _print_table(rows: list[dict[str, Any]]) -> None:
    texts = [list(_COLUMNS)] + [[f"{v:,}" if isinstance(v, int) else v for v in row.values()] for row in rows]
    widths = [max(len(line[i]) for line in texts) for i in range(len(_COLUMNS))]
    for line in texts:
        print(
            "  ".join(
                cell.ljust(w) if i < 3 else cell.rjust(w) for i, (cell, w) in enumerate(zip(line, widths, strict=True))
            ).rstrip()
        )
