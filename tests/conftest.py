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
