"""An hour of people at the same server: memory, descriptors and threads must stay where they are after the warm-up."""

import argparse
import asyncio
import datetime as dt
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np
from people import Waits, act, opened
from servers import OURS, Server, serving

_EVERY_S = 5.0
# Someone leaves after that long, and someone else comes; two minutes later the server forgets who left.
_VISIT_S = (60.0, 240.0)
_MOST_MB = 5.0
# The bounded caches are full once a round of the warm-up grows by no more; two rounds at least, so that who left is forgotten.
_ROUND_S = 240.0
_FULL_MB = 1.0
# A handful of files and threads come and go with every run.
_FLAT = 8.0


class Sample(NamedTuple):
    """The server at one moment."""

    second: float
    memory_mb: float
    descriptors: float
    threads: float


async def visits(url: str, until: float, waits: Waits, chance: random.Random, *, pace: float) -> None:
    """Be one person after another at the same place."""
    while time.monotonic() < until:
        (visitor,) = await opened(url, 1, waits)
        try:
            await act(visitor, min(until, time.monotonic() + chance.uniform(*_VISIT_S)), waits, chance, pace=pace)
        finally:
            await visitor.leave()


async def watch(server: Server, until: float) -> list[Sample]:
    """Look at the server until then."""
    samples = []
    while time.monotonic() < until:
        await asyncio.sleep(_EVERY_S)
        samples.append(Sample(time.monotonic(), server.memory_mb, server.descriptors, server.threads))
    return samples


async def run(server: Server, people: int, seconds: float, *, pace: float = 1.0) -> tuple[list[Sample], Waits]:
    """Let people come and go for so long; return how the server was and how long they waited."""
    waits, until = Waits(), time.monotonic() + seconds
    crowd = [visits(server.url, until, waits, random.Random(f"{seconds}-{n}"), pace=pace) for n in range(people)]
    found, *_ = await asyncio.gather(watch(server, until), *crowd)
    return found, waits


def warm_up(server: Server, people: int, minutes: float) -> int:
    """Let people act hastily, round after round, until the bounded caches are full; return how many rounds it took."""
    rounds = round(minutes * 60 / _ROUND_S)
    for number in range(1, rounds + 1):
        samples, _waits = asyncio.run(run(server, people, _ROUND_S, pace=0.25))
        if number > 1 and growth(samples, "memory_mb") <= _FULL_MB:
            return number
    return rounds


def growth(samples: list[Sample], of: str) -> float:
    """Return how much the least-squares line of a figure rises from the first sample to the last."""
    seconds = np.array([sample.second for sample in samples])
    values = np.array([getattr(sample, of) for sample in samples])
    return float(np.polyfit(seconds, values, 1)[0] * (seconds[-1] - seconds[0]))


def main() -> None:
    """Print the slope and whether it is flat."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=20)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--warm", type=float, default=40.0, help="minutes before the first sample, at most")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, serving(OURS, Path(folder)) as server:
        rounds = warm_up(server, options.people, options.warm)
        samples, waits = asyncio.run(run(server, options.people, options.minutes * 60))
    rises = {name: growth(samples, name) for name in ("memory_mb", "descriptors", "threads")}
    memory = [sample.memory_mb for sample in samples]
    is_flat = rises["memory_mb"] <= _MOST_MB and max(rises["descriptors"], rises["threads"]) <= _FLAT
    print(
        f"{dt.datetime.now(dt.UTC):%Y-%m-%d %H:%M} UTC people: {options.people} for {options.minutes:g} min, "
        f"{rounds * _ROUND_S / 60:.0f} min of warming up before, "
        f"memory {rises['memory_mb']:+.1f} MB by least squares ({memory[0]:.0f} to {memory[-1]:.0f}, {min(memory):.0f} … "
        f"{max(memory):.0f}), descriptors {rises['descriptors']:+.1f}, threads {rises['threads']:+.1f}; {waits.text()}: "
        f"{'PASS' if is_flat and not waits.refusals else 'FAIL'}"
    )
    for line in waits.refusals[:5]:
        print(f"  {line[:200]}")
    sys.exit(not is_flat or bool(waits.refusals))


if __name__ == "__main__":
    main()
