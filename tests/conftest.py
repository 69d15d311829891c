"""What every test may rely on: a quiet Keras, and a data folder of its own."""

import os
import sqlite3
import threading
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadScopeScheduling

from resnet_viz.messages import use_language

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")

# An example that takes long says that the machine is busy.
settings.register_profile("busy machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy machine")


@pytest.fixture(autouse=True)
def _own_data_folder(tmp_path, monkeypatch):
    """Keep uploads of tests away from the person's own."""
    monkeypatch.setenv("RESNET_VIZ_DATA", str(tmp_path / "data"))


@pytest.fixture(autouse=True)
def _english_again():
    """A test that speaks another language leaves none behind: thirty others once failed at its sentences."""
    yield
    use_language("en")


@pytest.fixture(scope="session", autouse=True)
def _nothing_left_at_the_root():
    """A test that names a file without its own folder would leave it in the checkout; an `x.npz` once got committed."""
    root = Path(__file__).parents[1]
    before = set(root.iterdir())
    yield
    assert [path.name for path in set(root.iterdir()) - before if path.is_file()] == []


# One worker of pytest-xdist takes a whole lane, so that what a lane shares (a server and a browser, a model worker, Keras
# itself) is started once. The longest lanes first; what is not named goes file by file, after them.
_FRAME = ("app", "first_paint", "frame", "hostile", "layers", "looking", "train")
LANES: dict[str, tuple[str, ...]] = {
    "the frame in a browser": tuple(f"tests/browser/test_{name}.py" for name in _FRAME),
    "pictures in a browser": ("tests/browser",),
    "pages": ("tests/app/test_pages.py",),
    "more of pages": ("tests/app",),
    "training": ("tests/equivalence/test_training.py",),
    "worker": ("tests/equivalence/test_worker.py",),
    "explanations": ("tests/equivalence/test_explanations.py",),
    "Keras": ("tests/equivalence/test_keras_agrees.py", "tests/equivalence/test_jax.py"),
    "without Keras": ("tests/equivalence/test_without_keras",),
}


class Lanes(LoadScopeScheduling):
    """Hands out whole lanes; the group marks of pytest-xdist 3.8 are not seen by pytest 9.2."""

    def _split_scope(self, nodeid):
        return lane(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Hand out the tests lane by lane."""
    return Lanes(config, log)


def lane(nodeid: str) -> str:
    """Return the lane of a test."""
    file = nodeid.partition("::")[0]
    return next((name for name, prefixes in LANES.items() if file.startswith(prefixes)), file)


def pytest_collection_modifyitems(items):
    """Put the tests in the order of their lanes."""
    order = {known: place for place, known in enumerate(LANES)}
    items.sort(key=lambda item: order.get(lane(item.nodeid), len(LANES)))


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


@pytest.fixture
def breaks(monkeypatch):
    """Return a switch under which SQLite says that the disk is full."""
    connect, broken = sqlite3.connect, threading.Event()

    def connecting(*arguments, **options):
        if broken.is_set():
            raise sqlite3.OperationalError("database or disk is full")
        return connect(*arguments, **options)

    monkeypatch.setattr(sqlite3, "connect", connecting)
    return broken
