"""The documents say what is so."""

import re
import shlex
from pathlib import Path

import pytest

from resnet_viz.cli.main import parsed
from resnet_viz.spec import PRESETS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")


def test_the_two_commands_are_on_the_first_screen():
    first = README.splitlines()[:16]
    assert any(line.startswith("make run") for line in first)
    assert any(line.startswith("make test") for line in first)


@pytest.mark.parametrize("command", re.findall(r"^python -m resnet_viz (.+)$", README, flags=re.MULTILINE))
def test_the_readmes_terminal_lines_are_understood(command):
    parsed(shlex.split(command))


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md", "docs/ARCHITECTURE.md", "docs/GLOSSARY.md"])
def test_links_and_pictures_exist(document):
    path = ROOT / document
    for target in re.findall(r"\]\(([^)#]+)\)", path.read_text("utf-8")):
        assert target.startswith("http") or (path.parent / target).exists(), target


def test_every_make_target_a_document_names_exists():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), flags=re.MULTILINE))
    for document in ("README.md", "CONTRIBUTING.md"):
        named = set(re.findall(r"^make ([a-z]+)", (ROOT / document).read_text("utf-8"), flags=re.MULTILINE))
        assert named <= targets


def test_presets_the_readme_names_exist():
    for name in ("course", "coursera-2018", "keras-v1", "torch-v1.5", "v2"):
        assert f"`{name}`" in README
        assert name in PRESETS


def test_the_changelog_counts_the_presets():
    assert f"({len(PRESETS)} presets)" in (ROOT / "CHANGELOG.md").read_text("utf-8")
