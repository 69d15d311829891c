"""The form of everything that the workers can be asked. Neither Keras nor ONNX.

To add a request, add a file to `resnet_viz.worker.requests`: a frozen dataclass with its fields, the type of its result,
and how it is answered. How it crosses the wire follows from these types.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Literal, NamedTuple, TypeVar, get_args

from resnet_viz.analysis import NetworkSummary
from resnet_viz.spec import ResNetSpec
from resnet_viz.spec.surgery import Surgery, parse_surgery
from resnet_viz.weights.content import Content

if TYPE_CHECKING:
    from resnet_viz.engine.inference import InferenceModel

R = TypeVar("R")
Key = tuple[ResNetSpec, str | None]

Engine = Literal["looking", "gradient"]
"""Which worker: the one that looks (ONNX Runtime, there at once), or the one that takes gradients (Keras as well)."""


@dataclass(frozen=True)
class Network:
    """What a request is about: a network with weights, after a surgery.

    Attributes:
        spec: The network.
        weights: A file made by `resnet_viz.weights.store` or a run, and the bytes it must hold: those arrays that fit are
            used. None for random ones from the specification's seeds.
        surgery: As `resnet_viz.spec.surgery` writes it.
    """

    spec: ResNetSpec
    weights: Content | None = None
    surgery: str = ""

    @property
    def key(self) -> Key:
        """What tells networks apart: the specification, and the bytes of the weights wherever they lie."""
        return self.spec, self.weights.sha256 if self.weights else None

    def parsed_surgery(self, summary: NetworkSummary) -> Surgery:
        """Return what is to be done to it.

        Raises:
            SpecError: If it has no such block, layer or channel.
        """
        channels = {record.node.id: record.output_shape[-1] for record in summary.records[1:]}
        return parse_surgery(self.surgery, summary.graph, channels)


class Bench(NamedTuple):
    """What a request is answered with, in the worker.

    Attributes:
        network: The network after its surgery; in the gradient worker a `GradientModel`.
        publish: Called with the share that is done, often: it is the worker's sign of life, and raises if the request
            was withdrawn.
    """

    network: "InferenceModel"
    publish: Callable[[float], None]


@dataclass(frozen=True)
class Request(Generic[R]):
    """Something to be asked; its result is an `R`.

    Attributes:
        network: What it is about.
        kind: The name of its file: what it is called on the wire and in what it tells of its progress.
        result: Its `R`.
    """

    network: Network
    kind: ClassVar[str]
    result: ClassVar[Any]

    def __init_subclass__(cls) -> None:
        """Note down what the wire must know."""
        super().__init_subclass__()
        cls.kind = cls.__module__.rpartition(".")[2]
        (cls.result,) = get_args(cls.__orig_bases__[0])  # type: ignore[attr-defined]
        KINDS[cls.kind] = cls

    def check(self) -> None:
        """Refuse, before it is sent, what its sender could not take back."""

    @property
    def engine(self) -> Engine:
        """Which worker answers; the server asks, so nothing is imported for it."""
        return "looking"

    @property
    def is_long(self) -> bool:
        """Whether the answer takes many passes: one such runs at a time, beside those that do not."""
        return False

    def answer(self, bench: Bench) -> R:
        """Return the result; only a worker calls this, so what computes is imported inside."""
        raise NotImplementedError


KINDS: dict[str, type[Request[Any]]] = {}
"""Every request whose file was imported, by its kind."""
