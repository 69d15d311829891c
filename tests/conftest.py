"""What every test may rely on: a quiet Keras, and a data folder of its own."""

import os
from pathlib import Path

import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")


@pytest.fixture(autouse=True)
def _own_data_folder(tmp_path, monkeypatch):
    """Keep uploads of tests away from the person's own."""
    monkeypatch.setenv("RESNET_VIZ_DATA", str(tmp_path / "data"))


# One worker of pytest-xdist takes a whole lane, so that what a lane shares (a server and a browser, a model worker, Keras
# itself) is started once. The longest lanes first; what is not named goes file by file, after them.
LANES = (
    "tests/browser",
    "tests/app",
    "tests/equivalence/test_training.py",
    "tests/equivalence/test_worker.py",
    "tests/equivalence/test_explanations.py",
    "tests/equivalence/test_keras_agrees.py",
)


def pytest_collection_modifyitems(items):
    """Put every test into its lane."""
    root = Path(__file__).parents[1]

    def lane(item) -> str:
        file = item.path.relative_to(root).as_posix()
        return next((known for known in LANES if file.startswith(known)), file)

    for item in items:
        item.add_marker(pytest.mark.xdist_group(lane(item)))
    order = {known: place for place, known in enumerate(LANES)}
    items.sort(key=lambda item: order.get(lane(item), len(LANES)))


def pytest_addoption(parser):
    """Let golden files be written anew: pytest --regenerate."""
    parser.addoption("--regenerate", action="store_true", help="write the golden files anew")


@pytest.fixture
def golden(request):
    """Return a check of a text against its file in tests/golden."""

    def check(name: str, text: str) -> None:
        path = Path(__file__).parent / "golden" / name
        if request.config.getoption("--regenerate"):
            path.write_text(text, "utf-8")
        assert text == path.read_text("utf-8"), f"{name} changed: look at it, then run pytest --regenerate"

    return check
