"""Run benchmarks and write what they found into docs/PERFORMANCE.md: python dev/benchmarks/performance.py [NAME ...].

Without names it runs all that have a part there. A name in quotes may have arguments behind it ("bench_live ../before"). A part is what stands between a benchmark's two marks; all else is written by
hand and stays. A benchmark that fails, or finds nothing on this machine, leaves its part as it was; the exit status says so.
"""

import re
import shlex
import subprocess
import sys
from pathlib import Path

from figures import ROOT, begin, end

DOCUMENT = ROOT / "docs" / "PERFORMANCE.md"


def parts(text: str) -> list[str]:
    """Return the benchmarks that have a part in a document, in its order."""
    return re.findall(r"^<!-- begin (\w+) -->$", text, re.MULTILINE)


def part_of(text: str, name: str) -> str | None:
    """Return a benchmark's part with its marks, or None if the text has no whole one."""
    found = re.search(f"^{re.escape(begin(name))}$.*?^{re.escape(end(name))}$", text, re.MULTILINE | re.DOTALL)
    return found and found[0]


def rewritten(document: str, name: str, printed: str) -> str:
    """Return a document with the table that a benchmark printed in the place of its part.

    Raises:
        LookupError: If the document has no part for it, or nothing printed is one.
    """
    old, new = part_of(document, name), part_of(printed, name)
    if old is None:
        raise LookupError(f"docs/PERFORMANCE.md has no part {name}: put its two marks where the table belongs")
    if new is None:
        raise LookupError(f"{name} found nothing on this machine; its part stays as it was")
    return document.replace(old, new)


def output_of(name: str, *options: str) -> str:
    """Run a benchmark with its options, show what it prints, and return it.

    Raises:
        subprocess.CalledProcessError: If it fails.
    """
    command, printed = [sys.executable, str(Path(__file__).with_name(f"{name}.py")), *options], []
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as child:
        for line in child.stdout or ():
            sys.stdout.write(line)
            sys.stdout.flush()
            printed.append(line)
    if child.returncode:
        raise subprocess.CalledProcessError(child.returncode, command)
    return "".join(printed)


def main() -> int:
    """Run what the arguments name, each part written as soon as it is measured; return the exit status."""
    status = 0
    for named in sys.argv[1:] or parts(DOCUMENT.read_text("utf-8")):
        name, *options = shlex.split(named)
        print(f"== {named}", flush=True)
        try:
            printed = output_of(name, *options)
            DOCUMENT.write_text(rewritten(DOCUMENT.read_text("utf-8"), name, printed), "utf-8")
        except (subprocess.CalledProcessError, LookupError) as error:
            print(error, flush=True)
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main())
