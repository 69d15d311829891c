"""The networks that a worker keeps prepared, the ones used last."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING

from resnet_viz.analysis import NetworkSummary, analyse
from resnet_viz.errors import SpecError, broken_rule
from resnet_viz.messages import gettext as _
from resnet_viz.weights.arrays import arrays_of
from resnet_viz.weights.start import network_arrays
from resnet_viz.worker.engines import Make
from resnet_viz.worker.request import Key, Network

if TYPE_CHECKING:
    from resnet_viz.engine.inference import InferenceModel

# ResNet-152 at 512 px; a gradient takes about twice of it for a moment.
MAX_NETWORK_BYTES = 2 * 2**30


class Networks:
    """Networks by what tells them apart; safe to use from any thread.

    Attributes:
        builds: How many were prepared so far.
    """

    def __init__(self, make: Make, kept_bytes: int, on_step: Callable[[str], None]) -> None:
        """Keep none yet.

        Args:
            make: Prepares a network from its arrays.
            kept_bytes: Of all networks with what they keep; the one used last stays in any case.
            on_step: Hears that one is being built.
        """
        self.builds = 0
        self._make, self._kept_bytes, self._on_step = make, kept_bytes, on_step
        self._networks: OrderedDict[Key, InferenceModel] = OrderedDict()
        self._lock, self._building = threading.Lock(), threading.Lock()

    def stands(self, network: Network) -> bool:
        """Return whether a network is prepared already."""
        return network.key in self._networks

    def prepared(self, network: Network) -> "InferenceModel":
        """Return a network, prepared now unless it stands; those used longest ago go.

        Raises:
            OSError: If the weights are gone.
            SpecError: If it takes too much memory.
            WeightsError: If the weights are others than were meant, or damaged.
        """
        found = self._networks.get(network.key)
        if found is None:
            with self._building:  # who waited for the same one finds it
                found = self._networks.get(network.key) or self._built(network)
        self._keep(network.key, found)
        return found

    def _built(self, network: Network) -> "InferenceModel":
        summary = analyse(network.spec)
        _check_size(summary)
        self._on_step("build")
        own = arrays_of(network.weights) if network.weights else None
        self.builds += 1
        found = self._make(summary, network_arrays(summary, own))
        self._keep(network.key, found)
        return found

    def _keep(self, key: Key, network: "InferenceModel") -> None:
        with self._lock:
            self._networks[key] = network
            self._networks.move_to_end(key)
            sizes = [other.nbytes for other in self._networks.values()]
            while len(sizes) > 1 and sum(sizes) > self._kept_bytes:
                self._networks.popitem(last=False)
                del sizes[0]


def _check_size(summary: NetworkSummary) -> None:
    size = 4 * summary.totals.parameters + summary.totals.activation_bytes
    if size > MAX_NETWORK_BYTES:
        rule = _("at most {n} bytes of weights and feature maps to be computed here").format(n=f"{MAX_NETWORK_BYTES:,}")
        advice = _("Choose a smaller picture or fewer filters.")
        raise SpecError(broken_rule("network", rule, size, advice))
