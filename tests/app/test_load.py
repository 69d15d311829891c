"""The load client against real servers, in small counts: what it measures stays measurable, and nobody sees another's."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# A first page used 12 times the processor of the plain one while Streamlit's file watcher walked our modules for each.
COUNTS = "--first 6 --people 3 --seconds 12 --pictures 6 --warm 4 --ttl 1 --left-share 2 --cost-ratio 5"


@pytest.mark.timeout(300)
def test_a_small_class_is_served_and_everyone_sees_their_own_picture():
    command = [sys.executable, "dev/benchmarks/load.py", *COUNTS.split()]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    assert "6 people, each with a picture of their own: 0 saw another" in said
    assert "3 people acting every 1 to 4 s" in said
