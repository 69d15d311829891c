"""What the pages see of whatever runs plans: this machine, or an engine for several machines in its place. No Keras."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from resnet_viz.analysis.curves import Metrics
from resnet_viz.compute.runs import Run
from resnet_viz.training.plan import Plan
from resnet_viz.training.record import START, Place, Record


class Events(NamedTuple):
    """What came of a run since it was last asked.

    Attributes:
        record: How it stands.
        metrics: New measurements.
        next: Where to ask from next time.
        is_anew: The run went back to a checkpoint: these replace all measurements before.
    """

    record: Record
    metrics: list[Metrics]
    next: Place
    is_anew: bool = False


class Runner(Protocol):
    """What runs plans: here, or an engine elsewhere."""

    def submit(self, owner: str, plan: Plan, name: str, *, device: str = "auto", holds: bool = False) -> Run:
        """Put a run at the end of the queue; one that `holds` is compiled ahead and waits for `go`."""
        ...

    def command(self, run_id: str, owner: str, word: str) -> None:
        """Tell a run `go`, `pause` or `cancel`; its owner may."""
        ...

    def events(self, run_id: str, since: Place = START) -> Events | None:
        """Return how a run stands and its measurements from a place on; anyone may watch who knows the id."""
        ...

    def list(self, owner: str) -> Sequence[Run]:
        """Return an owner's runs, the newest first."""
        ...
