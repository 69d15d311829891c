"""The app and its library from a terminal: ``resnet-viz app|summary|graph|export|compare|activations|explain|train``."""

import argparse
import csv
import json
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from resnet_viz.analysis import NetworkSummary, analyse
from resnet_viz.analysis.arithmetic import shape_text
from resnet_viz.cli.app import open_app
from resnet_viz.errors import ResNetVizError, SpecError, broken_rule, did_you_mean
from resnet_viz.messages import gettext as _
from resnet_viz.spec import DEFAULT_PRESET, PRESETS, parse_classes, parse_input_shape, preset
from resnet_viz.spec.changes import with_changes
from resnet_viz.spec.layers import kind_of

BAD_INPUT = 2
_COLUMNS = ("layer", "kind", "output_shape", "parameters", "trainable", "macs", "receptive_field_px")


class _Parser(argparse.ArgumentParser):
    """Answers bad arguments with one sentence, without the usage text before it."""

    def error(self, message: str) -> NoReturn:
        self.exit(
            BAD_INPUT,
            f"{message[0].upper()}{message[1:]}. " + _("See `{command} --help`.").format(command=self.prog) + "\n",
        )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: 0, or 2 after one sentence about bad input."""
    parser = _parser()
    options, more = parser.parse_known_args(arguments)
    if more and options.run is not _app:
        parser.error(_("unrecognized arguments: {arguments}").format(arguments=" ".join(more)))
    options.more = more
    try:
        options.run(options)
    except ResNetVizError as error:
        print(error, file=sys.stderr)
        return BAD_INPUT
    except BrokenPipeError:  # the reader, such as `head`, had enough
        sys.stderr.close()
        return 0
    except OSError as error:
        print(
            _("Cannot read or write {file}: {reason}.").format(file=error.filename, reason=error.strerror),
            file=sys.stderr,
        )
        return BAD_INPUT
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="resnet_viz", description=_("A ResNet from its specification to its activations."))
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    network = _Parser(add_help=False)
    network.add_argument("--preset", default=DEFAULT_PRESET, help=", ".join(PRESETS))
    network.add_argument("--input", help=_("side, or height x width, or height x width x channels, px"), metavar="SIZE")
    network.add_argument("--classes", metavar="N")
    network.add_argument(
        "--set", action="append", default=[], metavar="FIELD=VALUE", help=_("change a field, such as stem.use_relu=on")
    )

    app = commands.add_parser("app", help=_("the app in a browser; options of `streamlit run` may follow"))
    app.set_defaults(run=_app)

    summary = commands.add_parser("summary", parents=[network], help=_("every layer and the totals"))
    summary.add_argument("--format", choices=("table", "json", "csv"), default="table")
    summary.set_defaults(run=_summary)

    graph = commands.add_parser("graph", parents=[network], help=_("the picture of the network"))
    graph.add_argument(
        "--open",
        default="",
        metavar="GROUPS",
        help=_("stages and blocks to draw open, with dots between, such as 3.3a; `all` for every layer"),
    )
    graph.add_argument("--format", choices=("dot", "svg", "png"), default="dot")
    graph.add_argument("--out", type=Path, metavar="FILE", help=_("standard output without it"))
    graph.set_defaults(run=_graph)

    from resnet_viz.cli.export import add_export  # noqa: PLC0415 - a room of its own beside this one

    add_export(commands.add_parser("export", parents=[network], help=_("the network as Keras code, JSON or ONNX")))

    compare = commands.add_parser("compare", parents=[network], help=_("what differs from another preset"))
    compare.add_argument("--against", required=True, metavar="PRESET")
    compare.set_defaults(run=_compare)

    from resnet_viz.cli.looking import add_activations, add_explain  # noqa: PLC0415 - a room of its own beside this one

    add_activations(commands.add_parser("activations", parents=[network], help=_("what layers make of a picture")))
    add_explain(commands.add_parser("explain", parents=[network], help=_("why a network says that of a picture")))

    from resnet_viz.cli.train import add_train  # noqa: PLC0415 - a room of its own beside this one

    add_train(commands.add_parser("train", help=_("a demo, or a run that was stopped")))
    return parser


def network_of(options: argparse.Namespace) -> NetworkSummary:
    """Return the network that the common options describe.

    Raises:
        SpecError: If it cannot exist.
    """
    shape = parse_input_shape(options.input) if options.input else None
    classes = parse_classes(options.classes) if options.classes else None
    spec = preset(options.preset, input_shape=shape, classes=classes)
    changes = dict(text.partition("=")[::2] for text in options.set)
    return analyse(with_changes(spec, changes))


def _app(options: argparse.Namespace) -> None:
    open_app(options.more)


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


def _graph(options: argparse.Namespace) -> None:
    from resnet_viz.viz.dot import draw  # noqa: PLC0415 - `summary` needs the standard library only

    network = network_of(options)
    known = network.graph.groups
    opened = known if options.open == "all" else [group for group in options.open.split(".") if group]
    for group in opened:
        if group not in known:
            rule = _("a stage or a block of this network")
            raise SpecError(broken_rule("--open", rule, group, did_you_mean(group, known)))
    stages = [group.rstrip("abcdefghijklmnopqrstuvwxyz") for group in opened]
    drawing = draw(network, {*opened, *stages})
    data = drawing.dot.encode()
    if options.format != "dot":
        data = _laid_out(drawing.dot, options.format)
    write_out(options.out, data)


def write_out(path: Path | None, data: bytes) -> None:
    """Write to a file, or to standard output."""
    if path:
        path.write_bytes(data)
    else:
        sys.stdout.buffer.write(data)


def _compare(options: argparse.Namespace) -> None:
    from resnet_viz.viz.sentences import sentences  # noqa: PLC0415 - only this command says them

    after = network_of(options).graph.spec
    before = preset(options.against, input_shape=after.input_shape, classes=after.classes)
    for sentence in sentences(before, after):
        print(f"{sentence.text} ({sentence.effect})")


def _laid_out(dot: str, picture_format: str) -> bytes:
    import graphviz  # noqa: PLC0415 - for pictures only

    if shutil.which("dot") is None:
        raise ResNetVizError(
            _(
                "`--format {format}` needs Graphviz's `dot` program, which is not installed: install Graphviz, or use `--format dot`."
            ).format(format=picture_format)
        )
    return bytes(graphviz.Source(dot).pipe(format=picture_format))
