"""The large counts, part by part: each prints a dated line that says what was run and whether it passed.

`make soak` runs all parts, `make soak PART=zips` one.
"""

import datetime as dt
import os
import subprocess
import sys
import time
from typing import NamedTuple

from servers import ROOT, path_with


class Part(NamedTuple):
    """What is run with which count; a part without a test to look for is a script."""

    what: str
    where: str
    setting: str = ""
    tests: str = "malformed"


_FUZZ = "RESNET_VIZ_FUZZ"
_WEIGHTS = "tests/unit/test_weights.py"
PARTS = {
    "pictures": Part("malformed pictures", "tests/unit/test_images.py", f"{_FUZZ}=10000"),
    **{
        f"weights-{name}": Part(f"malformed {name} files", _WEIGHTS, f"{_FUZZ}=10000 RESNET_VIZ_FORMAT={name}")
        for name in ("safetensors", "npz", "hdf5", "keras", "onnx")
    },
    "zips": Part("malformed zips", "tests/unit/test_archives.py", f"{_FUZZ}=2000"),
    "links": Part("malformed links, the whole page", "tests/app tests/unit", f"{_FUZZ}=2000", "malformed and link"),
    "walks": Part("malformed walk files", "tests/unit/test_walks.py", f"{_FUZZ}=2000"),
    "plans": Part("malformed plans", "tests/unit tests/app", f"{_FUZZ}=2000", "malformed and plan"),
    "kills": Part("kills of a run", "tests/equivalence/test_training.py", "RESNET_VIZ_KILLS=200", "killed"),
    "submissions": Part("submissions in 5 s", "tests/unit/test_jobs.py", "RESNET_VIZ_SUBMISSIONS=300", "submissions"),
    "people": Part("people acting", "dev/benchmarks/soak_people.py", tests=""),
}
_HOURS_S = 6 * 3600


def run(name: str, more: list[str]) -> bool:
    """Run a part; whether it passed."""
    part = PARTS[name]
    environment = os.environ | {"PYTHONPATH": path_with()}
    if part.setting:
        environment.update(setting.split("=") for setting in part.setting.split())
    command = [sys.executable, *part.where.split(), *more]
    if part.tests:
        tests = ["-m", "pytest", "-q", "-s", *part.where.split(), "-k", part.tests, "--timeout", str(_HOURS_S)]
        command = [sys.executable, *tests, *more]
    began = time.monotonic()
    passed = subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode == 0
    count = part.setting.partition("=")[2].partition(" ")[0]
    print(
        f"{dt.datetime.now(dt.UTC):%Y-%m-%d %H:%M} UTC {name}: {f'{int(count):,} ' if count else ''}{part.what}, "
        f"{time.monotonic() - began:.0f} s: {'PASS' if passed else 'FAIL'}",
        flush=True,
    )
    return passed


def main() -> None:
    """Run the parts named, or all; options go to the part itself, as in `people --minutes 10`."""
    first = next((place for place, word in enumerate(sys.argv) if word.startswith("-")), len(sys.argv))
    names, more = sys.argv[1:first] or list(PARTS), sys.argv[first:]
    unknown = [name for name in names if name not in PARTS]
    if unknown:
        sys.exit(f"PART must be one of: {', '.join(PARTS)}. Received: {', '.join(unknown)}")
    sys.exit(1 if [name for name in names if not run(name, more)] else 0)


if __name__ == "__main__":
    main()
