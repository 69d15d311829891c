"""The examples in docstrings, run as they stand; modules without one are not imported for it."""

import doctest
import importlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULES = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for path in (ROOT / "resnet_viz").rglob("*.py")
    if re.search(r"^ *>>> ", path.read_text("utf-8"), re.MULTILINE)
)


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module_are_right(name):
    module = importlib.import_module(name.removesuffix(".__init__"))
    results = doctest.testmod(module)
    assert results.failed == 0
    assert results.attempted > 0, "what looks like an example is none"


def test_there_are_examples():
    assert len(MODULES) > 30
