"""What a run listens to. No Keras."""

from typing import Literal, Protocol

from resnet_viz.training.record import State

Command = Literal["go", "pause", "cancel", "interrupt"]
"""Interrupt: stop at a checkpoint, to be taken up again by itself; cancel: stop there until its owner says go."""

STOPS: dict[str, State] = {"cancel": "cancelled", "interrupt": "interrupted"}
"""How a run stands after each command that stops it."""

TICK_S = 0.05
"""Between two questions while it waits."""


class Control(Protocol):
    """Who may stop a run."""

    def command(self) -> Command:
        """Return what is wanted now; asked between updates."""
        ...


class Unattended:
    """Nobody watches: a run goes to its end."""

    def command(self) -> Command:
        """Go on."""
        return "go"
