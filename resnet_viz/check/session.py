"""What one piece of code is run with: its recording, what it asked of dust, and what stands for values nobody has."""

from resnet_viz.check.recorder import Recorder


class KerasRefusesError(Exception):
    """Keras itself would stop here; the text says why in plain words."""


class Session:
    """What the layers write to, changed between two runs of the same code; and what the code asked of dust.

    Attributes:
        record: The recording that is being made.
        dust: How often dust was used.
        reached: What was called that asks for files, programs or the network, with the line.
        outside: The modules imported or called that exist only outside, with the line.
        is_judging: Whether a function is tried, so that what it calls is judged.
    """

    def __init__(self) -> None:
        self.record = Recorder()
        self.dust = 0
        self.reached: list[tuple[str, int | None]] = []
        self.outside: list[tuple[str, int | None]] = []
        self.is_judging = False

    def used_dust(self) -> None:
        """Count a use of dust: what fails after it may have failed for want of values."""
        self.dust += 1

    def reach(self, call: str) -> None:
        """Note a call that asks for what lies outside; a function that is tried must not.

        Raises:
            NotKnownError: If a function is tried.
        """
        if self.is_judging:
            self.record.refuse(f"{call}(…)")
        self.reached.append((call, self.record.line()))

    def imported_outside(self, module: str) -> None:
        """Note an import of what exists only outside."""
        self.outside.append((module, self.record.line()))


class Phase:
    """What stands for a `training` argument that was handed through: neither True nor False."""

    def __repr__(self) -> str:
        return "training"


PHASE = Phase()


class Initializer:
    """A start of weights, with its seed if it has one."""

    def __init__(self, name: str = "", seed: object = None) -> None:
        self.name = name
        self.seed = seed


class Unknown:
    """A thing the stand-in knows nothing of; harmless until a tensor goes through it."""
