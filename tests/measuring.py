"""What a piece of work costs this process: processor time, and memory at its highest above where it began."""

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_SELF = Path("/proc/self")


@dataclass
class Cost:
    """Of one piece of work; processor seconds, so that others on the machine do not count."""

    seconds: float = 0.0
    extra_bytes: int = 0


@contextlib.contextmanager
def measured() -> Iterator[Cost]:
    """Yield a cost that is known once the work is done; memory is measured on Linux only."""
    cost, resets = Cost(), _SELF / "clear_refs"
    if resets.exists():
        resets.write_text("5", "ascii")  # sets the highest memory back to what is in use now
    before, began = _kilobytes("VmRSS"), time.process_time()
    yield cost
    cost.seconds = time.process_time() - began
    cost.extra_bytes = 1024 * (_kilobytes("VmHWM") - before)


def _kilobytes(name: str) -> int:
    if not _SELF.exists():
        return 0
    lines = (_SELF / "status").read_text("ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name))
