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


DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
ARCHITECTURE = (ROOT / "docs" / "ARCHITECTURE.md").read_text("utf-8")
DECISIONS = ROOT / "docs" / "decisions"
_PATH = re.compile(r"`([\w./-]+(?:/|\.(?:py|js|mjs|css|md|toml|json|txt|png)))`|`((?:tests|dev|resnet_viz)/[\w./-]+)`")


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_and_pictures_exist(path):
    for target in re.findall(r"\]\(([^)#]+)\)", path.read_text("utf-8")):
        assert target.startswith("http") or (path.parent / target).exists(), target


def test_every_make_target_a_document_names_exists():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), flags=re.MULTILINE))
    for document in ("README.md", "CONTRIBUTING.md"):
        named = set(re.findall(r"^make ([a-z-]+)", (ROOT / document).read_text("utf-8"), flags=re.MULTILINE))
        assert named <= targets


def test_presets_the_readme_names_exist():
    for name in ("course", "coursera-2018", "keras-v1", "torch-v1.5", "v2"):
        assert f"`{name}`" in README
        assert name in PRESETS


def test_the_changelog_counts_the_presets():
    assert f"({len(PRESETS)} presets)" in (ROOT / "CHANGELOG.md").read_text("utf-8")


def _paths(text):
    return [first or second for first, second in _PATH.findall(text)]


def _rows(heading):
    """Return the cells of the tables under a heading of the architecture."""
    section = ARCHITECTURE.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return [
        line.strip("| ").split(" | ") for line in section.splitlines() if line.startswith("|") and "---" not in line
    ]


def test_every_path_that_the_architecture_names_exists():
    missing = []
    for line in ARCHITECTURE.splitlines():
        room = next((path for path in _paths(line) if path.startswith("resnet_viz/") and path.endswith("/")), "")
        missing += [path for path in _paths(line) if not ((ROOT / path).exists() or (ROOT / room / path).exists())]
    assert not missing


def test_every_room_stands_in_the_architecture():
    named = {path.rstrip("/") for row in _rows("Rooms") for path in _paths(row[0])}
    package = ROOT / "resnet_viz"
    folders = {path.parent for path in package.glob("*/__init__.py")}
    modules = {path for path in package.glob("*.py") if not path.stem.startswith("__")}
    assert {path.relative_to(ROOT).as_posix() for path in folders | modules} <= named


def test_every_function_on_the_way_from_the_address_to_the_pixel_is_where_it_is_said_to_be():
    for _step, functions, files in (row for row in _rows("From the address to the pixel")[1:] if len(row) == 3):
        groups, paths = functions.split(";"), _paths(files)
        assert len(groups) == len(paths) or len(paths) == 1
        for group, path in zip(groups, paths, strict=True):
            source = (ROOT / path).read_text("utf-8")
            for name in re.findall(r"`(\w+)`", group):
                assert re.search(rf"^\s*(def|export function) {name}\(", source, flags=re.MULTILINE), (name, path)


def test_the_architecture_is_short():
    assert len(ARCHITECTURE.splitlines()) <= 130


def test_every_decision_is_one_page_of_four_parts_and_in_the_list():
    listed = re.findall(r"\]\(([\w-]+\.md)\)", (DECISIONS / "README.md").read_text("utf-8"))
    pages = sorted(path for path in DECISIONS.glob("*.md") if path.name != "README.md")
    assert sorted(listed) == [path.name for path in pages]
    for page in pages:
        parts = re.findall(r"^## (.+)$", page.read_text("utf-8"), flags=re.MULTILINE)
        assert parts == ["Context", "Decision", "Why", "What it costs"], page.name
