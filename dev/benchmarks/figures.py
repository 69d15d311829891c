"""What a benchmark found: every figure as it comes, then all of them as one Markdown table between two marks.

The table says when, on which machine, under which load and of which commit; `performance.py` copies it into docs/PERFORMANCE.md.
"""

import contextlib
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from resnet_viz.training.hardware import cpu

ROOT = Path(__file__).parents[2]


class Row(NamedTuple):
    """One figure: what was measured, what came out, and the goal if it has one."""

    what: str
    found: str
    goal: str = ""


_rows: list[Row] = []


def figure(what: str, found: str) -> None:
    """Print a figure that has no goal, and keep it for the table."""
    _rows.append(Row(what, found))
    print(f"{what}: {found}", flush=True)


def report(what: str, ratio: float, goal: float, *, at_least: bool) -> None:
    """Print a ratio beside its goal, and keep it for the table."""
    is_met = ratio >= goal if at_least else ratio <= goal
    _rows.append(Row(what, f"{ratio:.2f}×", f"{'≥' if at_least else '≤'} {goal:g}×{'' if is_met else ', **not met**'}"))
    print(f"{what}: {_rows[-1].found} (goal {_rows[-1].goal})", flush=True)


def run(main: Callable[[], None]) -> None:
    """Run a benchmark and print its figures as a table; a benchmark that found none prints none."""
    name, before = Path(sys.argv[0]).stem, _load()
    main()
    if _rows:
        print(f"\n{table(name, _rows, f'{_when_and_where()}, load {before} to {_load()}')}")


def table(name: str, rows: list[Row], circumstances: str) -> str:
    """Return a benchmark's figures in Markdown, between the marks by which `performance.py` knows them."""
    cells = [Row("what", "figure", "goal"), Row("---", "---", "---"), *rows]
    lines = [
        f"| {' | '.join(text.strip().replace('|', '/') for text in row)} |".replace("|  |", "| |") for row in cells
    ]
    return "\n".join([begin(name), f"{circumstances}: `python dev/benchmarks/{name}.py`", "", *lines, end(name)])


def begin(name: str) -> str:
    """Return the mark before a benchmark's table."""
    return f"<!-- begin {name} -->"


def end(name: str) -> str:
    """Return the mark behind it."""
    return f"<!-- end {name} -->"


def _when_and_where() -> str:
    commit = _git("rev-parse", "--short", "HEAD") or "unknown"
    changes = " with changes" if _git("status", "--porcelain", "--untracked-files=no") else ""
    return f"{datetime.now(UTC):%Y-%m-%d}, {cpu().text()}, commit {commit}{changes}"


def _git(*words: str) -> str:
    with contextlib.suppress(OSError):  # no git here
        return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()
    return ""


def _load() -> str:
    return f"{os.getloadavg()[0]:.0f}" if hasattr(os, "getloadavg") else "unknown"
