"""The library from a terminal: ``python -m resnet_viz summary|graph|activations``."""

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
from resnet_viz.errors import ImageError, ResNetVizError, SpecError, WeightsError, broken_rule, did_you_mean
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
    options = _parser().parse_args(arguments)
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

    export = commands.add_parser("export", parents=[network], help=_("the network as Keras code or JSON"))
    export.add_argument("--format", choices=("keras", "json"), default="keras")
    export.add_argument("--out", type=Path, metavar="FILE", help=_("standard output without it"))
    export.set_defaults(run=_export)

    compare = commands.add_parser("compare", parents=[network], help=_("what differs from another preset"))
    compare.add_argument("--against", required=True, metavar="PRESET")
    compare.set_defaults(run=_compare)

    maps = commands.add_parser("activations", parents=[network], help=_("what layers make of a picture"))
    maps.add_argument("image", type=Path)
    maps.add_argument("--node", action="append", required=True, help=_("a layer; may be given several times"))
    maps.add_argument("--out", type=Path, required=True, metavar="FILE", help=_(".npz for arrays, .png for mosaics"))
    maps.add_argument(
        "--weights", type=Path, metavar="FILE", help=_("safetensors, npz or h5; random, seed 0, without it")
    )
    maps.add_argument("--resize", choices=("crop", "squash", "letterbox"), default="crop")
    maps.add_argument("--interpolation", choices=("bilinear", "bicubic", "area", "nearest"), default="bilinear")
    maps.add_argument("--pixels", choices=("unit", "signed", "caffe", "torch"), default="unit")
    maps.set_defaults(run=_activations)

    from resnet_viz.cli.train import add_train  # noqa: PLC0415 - a room of its own beside this one

    add_train(commands.add_parser("train", help=_("a demo, or a run that was stopped")))
    return parser


def _network(options: argparse.Namespace) -> NetworkSummary:
    shape = parse_input_shape(options.input) if options.input else None
    classes = parse_classes(options.classes) if options.classes else None
    spec = preset(options.preset, input_shape=shape, classes=classes)
    changes = dict(text.partition("=")[::2] for text in options.set)
    return analyse(with_changes(spec, changes))


def _summary(options: argparse.Namespace) -> None:
    summary = _network(options)
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
    from resnet_viz.viz.dot import draw, known_groups  # noqa: PLC0415 - `summary` needs the standard library only

    network = _network(options)
    known = known_groups(network)
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
    _write(options.out, data)


def _write(path: Path | None, data: bytes) -> None:
    if path:
        path.write_bytes(data)
    else:
        sys.stdout.buffer.write(data)


def _export(options: argparse.Namespace) -> None:
    from resnet_viz.analysis.keras_code import keras_file  # noqa: PLC0415 - only this command writes code

    network = _network(options)
    totals = network.totals
    title = f"ResNet `{options.preset}`: {totals.parameters:,} parameters, {totals.macs:,} MACs."
    text = keras_file(network.graph, title) if options.format == "keras" else network.graph.spec.to_json() + "\n"
    _write(options.out, text.encode())


def _compare(options: argparse.Namespace) -> None:
    from resnet_viz.viz.sentences import sentences  # noqa: PLC0415 - only this command says them

    after = _network(options).graph.spec
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


def _activations(options: argparse.Namespace) -> None:
    suffix = options.out.suffix.lower()
    if suffix not in (".npz", ".png"):
        raise ResNetVizError(broken_rule("--out", _("a file ending in .npz or .png"), options.out.name))
    from resnet_viz.compute.backends import child_environment  # noqa: PLC0415 - only this command needs what follows
    from resnet_viz.images.preprocess import NORMALISATIONS, as_input  # noqa: PLC0415
    from resnet_viz.images.reader import read_picture  # noqa: PLC0415

    summary = _network(options)
    for name in options.node:
        summary.graph.node(name)
    if not options.image.is_file():
        raise ImageError(broken_rule("image", _("the path of a picture"), str(options.image)))
    picture = read_picture(options.image.read_bytes())
    rule = NORMALISATIONS[options.pixels]
    values = as_input(picture.rgb, summary.graph.spec.input_shape, options.resize, rule, options.interpolation)
    _adopt(child_environment())
    weights = _weights(options.weights, summary) if options.weights else None
    from resnet_viz.model.probe import Probe  # noqa: PLC0415 - imports Keras

    maps = Probe(summary.graph.spec, weights=weights).activations(values, options.node)
    if suffix == ".npz":
        _write_arrays(options.out, maps)
    else:
        _write_mosaics(options.out, maps)


def _weights(path: Path, summary: NetworkSummary) -> dict[str, Any]:
    """Return the arrays of a weights file, read in a process of its own; say on standard error what does not fit."""
    import tempfile  # noqa: PLC0415 - beside its only use

    from safetensors.numpy import load_file  # noqa: PLC0415 - of the optional model part

    from resnet_viz.weights.fit import fit  # noqa: PLC0415 - only with --weights
    from resnet_viz.weights.reader import convert  # noqa: PLC0415 - only with --weights

    if not path.is_file():
        raise WeightsError(broken_rule("--weights", _("the path of a weights file"), str(path)))
    with tempfile.TemporaryDirectory() as work:
        target = Path(work, "arrays")
        shapes = convert(path, target, max_bytes=2 * 4 * summary.totals.parameters)
        misfit = fit(summary, shapes).sentence()
        if misfit:
            print(misfit, file=sys.stderr)
        arrays: dict[str, Any] = load_file(target)
        return arrays


def _adopt(environment: dict[str, str]) -> None:
    import os  # noqa: PLC0415 - beside its only use

    os.environ.update(environment)


def _write_arrays(path: Path, maps: dict[str, Any]) -> None:
    import numpy as np  # noqa: PLC0415 - beside its only use

    with path.open("wb") as file:
        np.savez_compressed(file, **maps)
    print(", ".join(f"{name} {shape_text(array.shape)}" for name, array in maps.items()), "->", path)


def _write_mosaics(path: Path, maps: dict[str, Any]) -> None:
    from resnet_viz.viz.mosaic import mosaic_png, shared_scale  # noqa: PLC0415 - beside its only use

    for name, array in maps.items():
        own = path if len(maps) == 1 else path.with_stem(f"{path.stem}-{name}")
        tiles = array if array.ndim == 3 else array[None, None, :]
        own.write_bytes(mosaic_png(tiles))
        scale = shared_scale(tiles)
        print(f"{name} {shape_text(array.shape)}, {scale.low:.4g} … {scale.high:.4g} ({scale.color_map}) -> {own}")
