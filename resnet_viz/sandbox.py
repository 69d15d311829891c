"""Bounds on a process that reads what somebody else made."""

import sys
from typing import NamedTuple

if sys.platform != "win32":
    import resource


class Limits(NamedTuple):
    """What a process may take; on Windows only the time limit of whoever started it holds.

    Attributes:
        memory_bytes: Of address space.
        cpu_s: Of processor time.
        file_bytes: Of each file it writes.
    """

    memory_bytes: int
    cpu_s: int
    file_bytes: int

    def apply(self) -> None:
        """Bind this very process, where the system knows such bounds."""
        if sys.platform != "win32":
            resource.setrlimit(resource.RLIMIT_AS, (self.memory_bytes, self.memory_bytes))
            resource.setrlimit(resource.RLIMIT_CPU, (self.cpu_s, self.cpu_s))
            resource.setrlimit(resource.RLIMIT_FSIZE, (self.file_bytes, self.file_bytes))
