"""The option ``--weights``: the choices that the page has, or a file, read in a process of its own."""

import argparse
import atexit
import hashlib
import shutil
import sys
import tempfile
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from resnet_viz.analysis import NetworkSummary
from resnet_viz.cli.fetch import fetch
from resnet_viz.errors import WeightsError, broken_rule
from resnet_viz.jobs.store import RunStore
from resnet_viz.messages import gettext as _
from resnet_viz.messages import joined
from resnet_viz.owners import data_folder
from resnet_viz.reports.names import weights_text
from resnet_viz.reports.runs import run_name
from resnet_viz.spec import ResNetSpec
from resnet_viz.training.learned import learned
from resnet_viz.weights.catalogue import cards, shapes_of
from resnet_viz.weights.choice import FILE, IMAGENET, RANDOM, RUN, SHIPPED, Trained, Weights, is_source, weights_for
from resnet_viz.weights.fit import fit_or_refuse
from resnet_viz.weights.imagenet import FILES, ImageNetFile, ImageNetStore, file_for
from resnet_viz.weights.reader import convert
from resnet_viz.weights.sayings import open_question
from resnet_viz.weights.signatures import refusal, saved_model
from resnet_viz.weights.store import PLACES, WeightsFile


def add_weights(parser: argparse.ArgumentParser) -> None:
    """Add the option."""
    parser.add_argument(
        "--weights",
        metavar="WHICH",
        help=_(
            "`shapes` for the shipped ones, `imagenet`, `run.ID.NETWORK` for those of a run, or a file: safetensors, npz, h5, keras, onnx; random, seed 0, without it"
        ),
    )


def is_file(name: str) -> bool:
    """Whether the option's value is a file's path, not one of the choices that the page has."""
    return not is_source(name) or name in PLACES


@lru_cache(maxsize=4)
def file_at(name: str, spec: ResNetSpec | None = None) -> WeightsFile:
    """Return a safe copy of a weights file for as long as the command runs.

    Args:
        name: Its path.
        spec: The network, where a person has said which; the file decides it otherwise.

    Raises:
        WeightsError: If there is none, or it cannot be read safely.
    """
    path = Path(name)
    if (path / "saved_model.pb").is_file():
        raise WeightsError(refusal(saved_model()))
    if not path.is_file():
        raise WeightsError(broken_rule("--weights", _("the path of a weights file"), name))
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    folder = Path(tempfile.mkdtemp(prefix="resnet-viz-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    target = folder / "arrays"
    shapes, about = convert(path, target, spec)
    return WeightsFile(path.name, target, digest, shapes, about)


def network_from_file(options: argparse.Namespace) -> None:
    """Put the network of the file that ``--weights`` names into options that name none.

    Raises:
        WeightsError: If it cannot be read safely, or it is open which network it holds.
    """
    about = file_at(options.weights).about
    if about is None or about.spec is None:
        raise WeightsError(open_question(about) if about else "")
    options.preset = about.preset
    options.input = options.input or "x".join(map(str, about.spec.input_shape))
    options.classes = options.classes or str(about.spec.classes)
    options.set = [*(f"{path}={text}" for path, text in about.changes.items()), *options.set]


def arrays_to_write(options: argparse.Namespace, network: NetworkSummary) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the arrays to write, and where they come from: a file's as far as they fit, random ones beside them."""
    weights = weights_of(TerminalStores(options.weights, network), network)
    from resnet_viz.exports.arrays import Source, completed  # imports NumPy

    text, sha256 = weights_text(weights, network.graph.spec), weights.file.sha256 if weights.file else ""
    return completed(network, arrays_of(weights), Source(options.preset, text, sha256, weights.normalisation))


class TerminalStores:
    """Where the weights lie that ``--weights`` names: what the server on this machine has, and a file."""

    def __init__(self, name: str | None, summary: NetworkSummary) -> None:
        """Find weights for a network; `name` is the option's value."""
        self._name, self._summary = name or RANDOM, summary

    @property
    def source(self) -> str:
        """The choice of weights that the option comes to."""
        return FILE if is_file(self._name) else self._name

    @cached_property
    def _own(self) -> WeightsFile:
        found = file_at(self._name)
        is_open = found.about is None or found.about.spec is None
        return file_at(self._name, self._summary.graph.spec) if is_open else found

    def own_weights(self, _place: str) -> WeightsFile | None:
        """Return the file that the option names, as a safe copy for as long as the command runs.

        Raises:
            WeightsError: If there is none, or it cannot be read safely.
        """
        return self._own

    def imagenet(self, file: ImageNetFile) -> WeightsFile | None:
        """Return our copy of a published file, fetched now if it is not here.

        Raises:
            WeightsError: If it cannot be fetched.
        """
        store = ImageNetStore(data_folder() / "imagenet")
        found = store.load(file)
        if found is not None:
            return found
        sentence = fetch(store.download(file))
        if sentence:
            raise WeightsError(sentence)
        return store.load(file)

    def trained(self, run_id: str, name: str) -> Trained | None:
        """Return the weights of a run that the server on this machine has."""
        store = RunStore(data_folder() / "runs")
        files = store.files(run_id)
        run = store.find(run_id) if files.exists else None
        return learned(run_name(run), files.load(), files, name) if run else None


def weights_of(stores: TerminalStores, summary: NetworkSummary) -> Weights:
    """Return the weights that ``--weights`` names; what does not fit is said on standard error.

    Raises:
        WeightsError: If there are none of that name, or nothing of them fits the network.
    """
    found = weights_for(stores.source, summary.graph.spec, stores)
    if found.file is None and stores.source != RANDOM:
        raise WeightsError(_missing(stores.source, summary))
    if found.refusal:
        raise WeightsError(found.refusal)
    if found.fit and not found.fit.is_complete:
        print(found.fit.sentence(), file=sys.stderr)
    return found


def arrays_of(weights: Weights) -> dict[str, Any]:
    """Return the arrays by ``layer/array``; none for random weights."""
    from safetensors.numpy import load_file  # imports NumPy

    return dict(load_file(weights.file.path)) if weights.file else {}


def _missing(source: str, summary: NetworkSummary) -> str:
    """Return why a choice comes to nothing on a network."""
    spec = summary.graph.spec
    if source == IMAGENET and file_for(spec) is None:
        return _("There are ImageNet weights for these networks: {names}.").format(names=joined(FILES))
    if source == SHIPPED:
        for card in cards().values():
            fit_or_refuse(summary, shapes_of(card.path))
        return _("The shipped weights belong to another network, so this one has its random start.")
    if source.startswith(f"{RUN}."):
        rule = _("a run of this machine and one of its networks, both as the page's address names them")
        return broken_rule("--weights", rule, source)
    return broken_rule("--weights", _("weights of this network"), source)
