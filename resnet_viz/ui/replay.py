"""Recorded runs and ended ones as they play again: at which update a visitor stands, and whether it plays."""

from resnet_viz.ui.slots import Slot

AT: Slot[tuple[str, int] | None] = Slot("replay_at", None)
PLAYS = Slot("replay_plays", 1)
_HELD = Slot("replay_held", "")


def shown_at(run: str, last: int) -> int:
    """Return the update at which a recorded run is shown; its last one at first."""
    at = AT.get()
    return min(last, at[1]) if at and at[0] == run else last


def show_at(run: str, update: int) -> None:
    """Show a recorded run at an update."""
    AT.set((run, update))


def hold(run: str) -> None:
    """Show a recorded run at its start, and let it wait there until it is asked to play."""
    show_at(run, 0)
    _HELD.set(run)


def plays(run: str) -> int:
    """Return how often a recorded run was asked to play, the first time by opening it; 0 for one that is held."""
    return 0 if _HELD.get() == run else PLAYS.get()


def play_anew() -> None:
    """Let the recorded run that is open, or opened next, play from its start."""
    PLAYS.set(PLAYS.get() + 1)
    AT.take()
    _HELD.take()
