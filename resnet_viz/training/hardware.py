"""Which devices this machine has, asked without any backend, so that the server can name them."""

import contextlib
import os
import platform
import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple

import psutil


class Hardware(NamedTuple):
    """A device.

    Attributes:
        kind: What kind it is.
        name: What its maker calls it.
        memory_bytes: Its memory; 0 if unknown.
        units: Cores of a CPU, cards of a kind.
    """

    kind: Literal["cpu", "gpu"]
    name: str
    memory_bytes: int
    units: int

    def text(self) -> str:
        """Return the device in a line, as in "CPU Intel Xeon, 2 cores, 24 GB"."""
        memory = f", {self.memory_bytes / 2**30:.0f} GB" if self.memory_bytes else ""
        if self.kind == "cpu":
            return f"CPU {self.name}, {self.units} cores{memory}"
        return f"GPU {f'{self.units} × ' if self.units > 1 else ''}{self.name}{memory}"


@cache
def cpu() -> Hardware:
    """Return the processor."""
    return Hardware("cpu", _processor(), psutil.virtual_memory().total, os.cpu_count() or 1)


@cache
def nvidia_gpus() -> Hardware | None:
    """Return the NVIDIA GPUs that the driver's own program lists, or None."""
    if shutil.which("nvidia-smi") is None:
        return None
    command = ["nvidia-smi", "--query-gpu=name,memory.total", "--format=csv,noheader,nounits"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True)
        rows = [line.rpartition(",") for line in done.stdout.splitlines() if line.strip()]
        return Hardware("gpu", rows[0][0].strip(), int(rows[0][2]) * 2**20, len(rows))
    except (OSError, subprocess.SubprocessError, ValueError, IndexError):
        return None


def _processor() -> str:
    if sys.platform == "linux":
        with contextlib.suppress(OSError), Path("/proc/cpuinfo").open(encoding="utf-8") as file:
            for line in file:
                if line.startswith("model name"):
                    return _plain(line.partition(":")[2])
    return _plain(platform.processor() or platform.machine())


def _plain(name: str) -> str:
    """Return a processor's name without its maker's marks.

    >>> _plain(" Intel(R) Xeon(R) Processor")
    'Intel Xeon'
    """
    return " ".join(re.sub(r"\((R|TM)\)|\bProcessor\b|\bCPU\b", " ", name).split())
