"""The command ``lesson``: the lessons there are, and each as a sheet to print. ONNX Runtime loads when something is measured."""

import argparse
import os
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from resnet_viz.analysis import network as account_of
from resnet_viz.attribution.catalogue import AttributionRequest, needs_keras
from resnet_viz.backends import child_environment
from resnet_viz.cli.network import add_network, network_of, write_out
from resnet_viz.cli.pictures import PictureStores
from resnet_viz.errors import SpecError, broken_rule, did_you_mean
from resnet_viz.lessons.grounds import RunFacts
from resnet_viz.lessons.walks import Walk, read_walk, shipped_walks
from resnet_viz.messages import gettext as _
from resnet_viz.paths import ASSETS
from resnet_viz.reports.benches import Instruments, grounds
from resnet_viz.reports.sheets import SHEETS, Bench, Printed
from resnet_viz.results import Attribution, Sanity
from resnet_viz.spec import ResNetSpec
from resnet_viz.subject.subject import Subject
from resnet_viz.subject.trial import Trial, trial_of
from resnet_viz.training.conclusions import facts_of
from resnet_viz.training.demos import demos
from resnet_viz.training.record import RunFolder
from resnet_viz.weights.start import network_arrays

if TYPE_CHECKING:
    from resnet_viz.engine.inference import InferenceModel

Array = npt.NDArray[np.float32]
_RECORDED = "recorded-"


def add(parser: argparse.ArgumentParser) -> None:
    """Add the command's own arguments."""
    parser.add_argument(
        "lesson", nargs="?", metavar="NAME", help=_("a lesson, or a file of one; without it all are listed")
    )
    parser.add_argument("--sheet", choices=tuple(SHEETS), default="questions", help=_("what is printed on it"))
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help=_("an HTML file that prints on A4; standard output without it")
    )
    parser.add_argument(
        "--address", default="", metavar="URL", help=_("where the class opens the app, for links on the sheet")
    )
    add_network(parser)
    parser.set_defaults(run=_lesson)


def _lesson(options: argparse.Namespace) -> None:
    if options.lesson is None:
        for name, walk in shipped_walks().items():
            if walk.is_lesson:
                print(f"{name:<16} {_(walk.title)}")
        return
    name, walk = _walk(options.lesson)
    address = options.address.rstrip("/")

    def link(number: int) -> str:
        return f"{address}/?walk={name}&stop={number}" if address and name else ""

    printed = Printed(walk, _ if name else str, _bench, link, _network_at_hand(options))
    write_out(options.out, SHEETS[options.sheet](printed).encode())


def _walk(name: str) -> tuple[str, Walk]:
    """Return a lesson, and its name if it is one of ours.

    Raises:
        SpecError: If there is none of that name.
    """
    lessons = {known: walk for known, walk in shipped_walks().items() if walk.is_lesson}
    if name in lessons:
        return name, lessons[name]
    if Path(name).is_file():
        return "", read_walk(Path(name).read_bytes())
    raise SpecError(broken_rule("lesson", _("a lesson's name, or a file of one"), name, did_you_mean(name, lessons)))


def _network_at_hand(options: argparse.Namespace) -> tuple[str, ResNetSpec] | None:
    """Return the network that the options name, if they name one."""
    if not (options.preset or options.input or options.classes or options.set):
        return None
    spec = network_of(options).graph.spec
    return options.preset, spec


def _bench(subject: Subject) -> Bench:
    trial = trial_of(subject, PictureStores(subject.weights, subject.summary, None))
    return Bench(trial, grounds(trial, subject, Instruments(_maps, _explanation, _check, _facts)))


def _facts(run: str) -> RunFacts:
    """Return what a recorded run came to.

    Raises:
        LookupError: If none of that name ships.
    """
    name = run.removeprefix(_RECORDED)
    if name not in demos():
        raise LookupError(run)
    recording = RunFolder(ASSETS / "runs" / name)
    return facts_of(recording.load(), recording.read_metrics()[0])


@lru_cache(maxsize=4)
def _network(spec: ResNetSpec, file: Path | None, *, has_gradients: bool = False) -> "InferenceModel":
    """Return a network, whole, with the arrays of a file; Keras is imported for gradients alone."""
    from safetensors.numpy import load_file

    summary = account_of(spec)
    arrays = network_arrays(summary, dict(load_file(file)) if file else {})
    if has_gradients:
        os.environ.update(child_environment())
        from resnet_viz.model.gradient_model import GradientModel

        return GradientModel(summary, arrays)
    from resnet_viz.engine.inference import InferenceModel

    return InferenceModel(summary, arrays)


def _model(trial: Trial, wanted: AttributionRequest | None = None) -> "InferenceModel":
    """Return the network of a trial, after its surgery.

    Raises:
        LookupError: If its picture is somebody's own.
    """
    if trial.lacks_picture:
        raise LookupError(trial.image)
    has_gradients = wanted is not None and needs_keras(wanted, trial.summary.graph)
    file = trial.weights.file.path if trial.weights.file else None
    return _network(trial.spec, file, has_gradients=has_gradients).after(trial.surgery)


def _maps(trial: Trial, nodes: Sequence[str]) -> dict[str, Array]:
    return _model(trial).activations(trial.input, nodes)


def _explanation(trial: Trial, wanted: AttributionRequest) -> Attribution:
    from resnet_viz.attribution.methods import attribute

    return attribute(_model(trial, wanted), trial.with_plain, wanted)


def _check(trial: Trial, wanted: AttributionRequest) -> Sanity:
    from resnet_viz.attribution.methods import attribute
    from resnet_viz.attribution.sanity import checked

    return checked(_model(trial, wanted), lambda network: attribute(network, trial.with_plain, wanted).values)
