"""The command ``weights``: what a weights file holds, and whether a port of it is right."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from resnet_viz.analysis import network
from resnet_viz.analysis.arithmetic import shape_text
from resnet_viz.cli.chosen_weights import arrays_of, file_at
from resnet_viz.errors import WeightsError
from resnet_viz.images.preprocess import NORMALISATIONS
from resnet_viz.messages import gettext as _
from resnet_viz.messages import joined
from resnet_viz.spec import ResNetSpec, preset
from resnet_viz.spec.changes import to_text
from resnet_viz.spec.presets import PRESETS
from resnet_viz.subject.pixel_scale import scale_warning, spreads
from resnet_viz.weights.about import About
from resnet_viz.weights.choice import Weights
from resnet_viz.weights.fit import Fit, expected_arrays, fit
from resnet_viz.weights.misfit import Misfit, misfits
from resnet_viz.weights.sayings import layout_text, notes, open_question
from resnet_viz.weights.store import WeightsFile

_SHOWN = 40


def add(parser: argparse.ArgumentParser) -> None:
    """Add the command's own arguments."""
    parser.add_argument("file", metavar="FILE")
    parser.add_argument("--preset", help=_("the network, where the file leaves it open"))
    parser.add_argument("--format", choices=("table", "json"), default="table")
    parser.add_argument("--verify", type=Path, metavar="PROOF", help=_("check that network and numbers are a proof's"))
    parser.add_argument(
        "--proof", type=Path, metavar="OUT", help=_("write a proof: each array's sha256, outputs for a stated picture")
    )
    parser.set_defaults(run=_weights)


def _weights(options: argparse.Namespace) -> None:
    file = file_at(options.file, preset(options.preset) if options.preset else None)
    about = file.about
    if about is None or about.spec is None:
        raise WeightsError(open_question(about) if about else "")
    result = fit(network(about.spec), file.shapes)
    rows = misfits(result, expected_arrays(network(about.spec)), about.unknown)
    if options.format == "json":
        print(json.dumps(_plain(file, about, about.spec, rows), indent=1))
    else:
        _print_table(file, about, about.spec, rows)
    warning = scale_warning(spreads(about.spec, arrays_of(Weights(file))), about.normalisation)
    if warning:
        print(warning, file=sys.stderr)
    _refuse_parts(result, about)
    if options.proof or options.verify:
        _prove(options, file, about.spec)


def _refuse_parts(result: Fit, about: About) -> None:
    """Refuse a file that makes up no network, its classifier apart, after all that is known of it was said."""
    if any(not layer.startswith("fc") for layer in result.random_layers):
        raise WeightsError(result.sentence())
    if "no_head" not in about.notes and not result.is_complete:
        raise WeightsError(result.sentence())


def _prove(options: argparse.Namespace, file: WeightsFile, spec: ResNetSpec) -> None:
    from safetensors.numpy import load_file

    from resnet_viz.cli.proofs import check, proof_of  # imports ONNX Runtime

    arrays = load_file(file.path)
    if options.proof:
        options.proof.write_text(json.dumps(proof_of(network(spec), arrays), indent=1), "utf-8")
        print("->", options.proof)
    if options.verify:
        print(check(options.verify, arrays, spec))


def _plain(file: WeightsFile, about: About, spec: ResNetSpec, rows: list[Misfit]) -> dict[str, Any]:
    return {
        "file": file.name,
        "sha256": file.sha256,
        "container": about.container,
        "layout": about.layout,
        "preset": about.preset,
        "changes": dict(about.changes),
        "assumed": list(about.assumed),
        "input_shape": list(spec.input_shape),
        "classes": spec.classes,
        "class_names": "imagenet" if about.has_imagenet_classes else None,
        "parameters": about.parameters,
        "arrays": {"read": about.read, "counters": about.counters, "unknown": about.unknown_count},
        "pixels": about.normalisation or None,
        "notes": list(about.notes),
        "misfits": [row._asdict() for row in rows],
        "specification": spec.to_dict(),
    }


def _print_table(file: WeightsFile, about: About, spec: ResNetSpec, rows: list[Misfit]) -> None:
    counts = _("{read} read, {counters} counters passed over, {unknown} without a place")
    ask = _("not told by the file: say it with --pixels ({names})")
    lines = {
        _("file"): file.name,
        _("layout"): layout_text(about),
        _("network"): to_text(about.preset, PRESETS[about.preset], spec),
        _("input"): shape_text(spec.input_shape),
        _("classes"): str(spec.classes),
        _("arrays"): counts.format(read=about.read, counters=about.counters, unknown=about.unknown_count),
        _("parameters"): f"{about.parameters:,}",
        _("pixels"): NORMALISATIONS[about.normalisation].formula()
        if about.normalisation
        else ask.format(names=joined(NORMALISATIONS)),
        "sha256": file.sha256,
    }
    width = max(map(len, lines)) + 2
    for name, text in lines.items():
        print(f"{name:<{width}}{text}")
    for text in notes(about):
        print(text)
    for row in rows[:_SHOWN]:
        print(_misfit_text(row))


def _misfit_text(row: Misfit) -> str:
    if row.kind == "misshapen":
        return _("`{name}` has {found}, the network needs {expected}").format(
            name=row.name, found=shape_text(row.found or ()), expected=shape_text(row.expected or ())
        )
    if row.kind == "extra":
        return _("`{name}` has no place in the network").format(name=row.name)
    text = _("`{name}` ({expected}) is missing").format(name=row.name, expected=shape_text(row.expected or ()))
    return (
        _("{what}, {detail}").format(what=text, detail=_("nearest: `{name}`").format(name=row.nearest))
        if row.nearest
        else text
    )
