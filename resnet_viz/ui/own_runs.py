"""Which runs are the visitor's own."""

from resnet_viz.owners import owner_digest
from resnet_viz.server.watched import Watched
from resnet_viz.ui import state


def run_owner() -> str:
    """Return whose runs this visitor's are: a digest of the cookie, so that the list tells no cookie."""
    return owner_digest(state.owner())


def is_own(found: Watched) -> bool:
    """Whether the visitor may change a run; a recorded one belongs to nobody."""
    return found.run is not None and found.run.owner == run_owner()
