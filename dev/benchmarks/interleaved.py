"""Fair timing on a shared machine: the contenders take turns, and medians are compared."""

import statistics
import time
from collections.abc import Callable


def medians_ms(contenders: dict[str, Callable[[], object]], *, rounds: int, warm_up: int = 2) -> dict[str, float]:
    """Return each contender's median time of a call, ms, after a few calls that do not count."""
    times: dict[str, list[float]] = {name: [] for name in contenders}
    for index in range(warm_up + rounds):
        for name, call in contenders.items():
            began = time.perf_counter()
            call()
            if index >= warm_up:
                times[name].append((time.perf_counter() - began) * 1e3)
    return {name: statistics.median(values) for name, values in times.items()}
