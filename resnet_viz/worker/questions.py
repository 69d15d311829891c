"""What can be asked of the model worker, each question a function; `compute.answers` is the other side. No Keras."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from resnet_viz.analysis import analyse
from resnet_viz.attribution.catalogue import Attribution, Request
from resnet_viz.errors import ImageError
from resnet_viz.measures import LayerState, MapStatistics
from resnet_viz.messages import gettext as _
from resnet_viz.spec import ResNetSpec
from resnet_viz.weights.content import Content
from resnet_viz.worker.client import PATIENT, Waiting, WorkerClient
from resnet_viz.worker.wire import Array

# A block of a ResNet-50 at 512 px. The server holds an answer twice for a moment, and may take 150 MB for it.
MAX_ANSWER_BYTES = 72 * 10**6


@dataclass(frozen=True)
class Network:
    """What a question is about: a network with weights, after a surgery.

    Attributes:
        spec: The network.
        weights: A file of arrays and the bytes it must hold, or None for random ones from the specification's seeds.
        surgery: As `resnet_viz.spec.surgery` writes it.
    """

    spec: ResNetSpec
    weights: Content | None = None
    surgery: str = ""

    def asked(
        self, client: WorkerClient, op: str, arrays: Mapping[str, Array], waiting: Waiting, **options: Any
    ) -> Any:
        """Return the worker's answer to one question about this network."""
        return client.ask(op, self.spec, arrays, weights=self.weights, waiting=waiting, surgery=self.surgery, **options)


class PixelStep(NamedTuple):
    """One step of a value; see `resnet_viz.model.pixel.Step`."""

    node: str
    kind: str
    value: float
    model_value: float
    numbers: dict[str, float]
    top: int
    left: int


class PixelSum(NamedTuple):
    """How a value came about: its steps, and the patch and kernel of the first, where it has them."""

    steps: list[PixelStep]
    patch: Array | None
    kernel: Array | None


class Sanity(NamedTuple):
    """A map and what becomes of it when weights are randomised from the top down.

    Attributes:
        stages: What was randomised last, map by map: 0 for the head, then stages downwards.
        maps: float32 ``(1 + stages, height, width)``; the first one is the network's own.
        correlations: Rank correlation of each with the first; None for a map that is the same everywhere.
    """

    stages: list[int]
    maps: Array
    correlations: list[float | None]


def warm(client: WorkerClient, spec: ResNetSpec, weights: Content | None = None) -> None:
    """Build and compile a network ahead of its first request; waits until that is done."""
    client.ask("warm", spec, weights=weights)


def activations(
    client: WorkerClient, network: Network, picture: Array, nodes: Sequence[str], waiting: Waiting = PATIENT
) -> dict[str, Array]:
    """Return the outputs of layers for a picture; see `resnet_viz.model.probe.Probe.activations`.

    Raises:
        ImageError: If they are more than the server takes at once.
    """
    summary = analyse(network.spec)
    size = sum(summary.record(node).activation_bytes for node in nodes)
    if size > MAX_ANSWER_BYTES:
        sentence = _("These maps take {n:.0f} MB, more than the {m:.0f} MB that a page keeps: choose a smaller input.")
        raise ImageError(sentence.format(n=size / 1e6, m=MAX_ANSWER_BYTES / 1e6))
    found: dict[str, Array] = network.asked(
        client, "activations", {"picture": picture}, waiting, nodes=list(nodes)
    ).arrays
    return found


def explain(
    client: WorkerClient,
    network: Network,
    pictures: Mapping[str, Array],
    request: Request,
    waiting: Waiting = PATIENT,
) -> Attribution:
    """Return one attribution. `pictures`: ``picture``, ``black`` and ``white``, preprocessed alike."""
    message = network.asked(client, "explain", pictures, waiting, **_plain(request))
    return Attribution(message.arrays["values"], message.header["score"], message.header["numbers"])


def sanity(
    client: WorkerClient,
    network: Network,
    pictures: Mapping[str, Array],
    request: Request,
    waiting: Waiting = PATIENT,
) -> Sanity:
    """Return the same attribution with weights randomised from the top down; pictures as for `explain`."""
    message = network.asked(client, "sanity", pictures, waiting, **_plain(request))
    return Sanity(message.header["stages"], message.arrays["maps"], message.header["correlations"])


def logits(client: WorkerClient, network: Network, picture: Array, waiting: Waiting = PATIENT) -> Array:
    """Return the logits ``(classes,)`` of a picture."""
    found: Array = network.asked(client, "logits", {"pictures": picture[np.newaxis]}, waiting).arrays["logits"][0]
    return found


def depth(
    client: WorkerClient, network: Network, pictures: Array, mode: str, waiting: Waiting = PATIENT
) -> list[LayerState]:
    """Return the state of every layer for the first picture; see `resnet_viz.attribution.depth.depth_profile`."""
    message = network.asked(client, "depth", {"pictures": pictures}, waiting, mode=mode)
    return [
        LayerState(node, MapStatistics(*numbers), silent, channels, ratio)
        for node, numbers, silent, channels, ratio in message.header["rows"]
    ]


def effective_fields(
    client: WorkerClient, network: Network, picture: Array, nodes: Sequence[str], waiting: Waiting = PATIENT
) -> tuple[list[float], Array]:
    """Return sides, px, and gradients ``(n, height, width)``; see `resnet_viz.attribution.effective_field`."""
    message = network.asked(client, "field", {"picture": picture}, waiting, nodes=list(nodes))
    return message.header["sides"], message.arrays["fields"]


def pixel(
    client: WorkerClient,
    network: Network,
    picture: Array,
    node: str,
    place: tuple[int, int, int],
    waiting: Waiting = PATIENT,
) -> PixelSum:
    """Return how one value of a map came about; see `resnet_viz.model.pixel.pixel_steps`."""
    message = network.asked(client, "pixel", {"picture": picture}, waiting, node=node, place=list(place))
    steps = [PixelStep(**step) for step in message.header["steps"]]
    return PixelSum(steps, message.arrays.get("patch"), message.arrays.get("kernel"))


def _plain(request: Request) -> dict[str, Any]:
    return {**request._asdict(), "settings": dict(request.settings)}
