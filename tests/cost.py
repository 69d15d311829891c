"""What a call costs: the time of this thread's processor, and how far the process's memory rose above where it stood."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

_PEAK = Path("/proc/self/clear_refs")
_STATUS = Path("/proc/self/status")


@dataclass
class Worst:
    """The highest costs of many calls; where the system does not tell a peak of memory, that stays 0."""

    seconds: float = 0.0
    bytes: int = 0

    def __str__(self) -> str:
        return f"at worst {self.seconds:.2f} s and {self.bytes / 1e6:.0f} MB"

    def of(self, call: Callable[[], object]) -> None:
        """Run a call and count what it cost."""
        measured = _PEAK.exists()
        if measured:
            _PEAK.write_text("5")  # the peak begins anew at what is in use
        before = _resident("VmRSS") if measured else 0
        began = time.thread_time()
        try:
            call()
        finally:
            self.seconds = max(self.seconds, time.thread_time() - began)
            if measured:
                self.bytes = max(self.bytes, _resident("VmHWM") - before)


def _resident(field: str) -> int:
    line = next(line for line in _STATUS.read_text().splitlines() if line.startswith(field))
    return 1024 * int(line.split()[1])
