"""Every page where neither Keras nor any of its backends is installed: for the server, and for what it starts."""

import os
import subprocess
import sys
import tomllib

import pytest

from resnet_viz import backends
from resnet_viz.cli.train import train
from resnet_viz.errors import BackendMissingError
from resnet_viz.jobs.runner import LocalRunner
from resnet_viz.jobs.store import RunStore
from resnet_viz.server import services
from resnet_viz.training.demos import demo
from resnet_viz.worker.workers import Workers

from .opening import PAGES, ROOT, maps_shown, opened, texts

MISSING = ("keras", "tensorflow", "jax", "torch", "sklearn")
LINE = 'pip install "keras>=3.15.1" scikit-learn tensorflow'
SMALL = {"preset": "cifar-20", "input": "20"}
"""A size of its own: no map of another test is in the server's cache."""


@pytest.fixture(scope="module", autouse=True)
def _without_keras(tmp_path_factory):
    """Hide the modules from this process and, by a `sitecustomize`, from every Python that it starts."""
    folder = tmp_path_factory.mktemp("hidden")
    hides = f"import sys\nsys.modules.update(dict.fromkeys({MISSING!r}))\n"
    (folder / "sitecustomize.py").write_text(hides, "utf-8")
    original, client = services.worker, Workers()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join([str(folder), *filter(None, [os.environ.get("PYTHONPATH")])]))
        patch.delenv("KERAS_BACKEND", raising=False)
        for name in MISSING:
            patch.setitem(sys.modules, name, None)
        backends.is_installed.cache_clear()
        services.worker.cache_clear()
        patch.setattr(services, "worker", lambda: client)
        yield
    client.close()
    backends.is_installed.cache_clear()
    assert services.worker is original


def boxes(app):
    """Return what the page says in boxes; nothing of it is an error."""
    assert not app.exception
    assert not app.error
    return [box.value for box in app.info]


def test_what_the_server_starts_has_no_keras_either():
    shown = "import importlib.util as found; print([found.find_spec(n) for n in ('keras', 'tensorflow')])"
    done = subprocess.run([sys.executable, "-c", shown], capture_output=True, text=True, check=True)
    assert done.stdout == "[None, None]\n"


@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens_and_only_train_lacks_something(page):
    app = opened(page, SMALL)
    said = [text for text in boxes(app) if LINE in text]
    assert len(said) == (page == "train")
    if page == "activations":
        assert maps_shown(app)[1]
    if page == "explain":
        assert maps_shown(app)[0]["single"], "occlusion gives its map"
        app.button(key="sanity_try").click().run()
        assert not [text for text in boxes(app) if LINE in text]
        assert "head random" in texts(app)


def test_train_says_once_what_is_missing_and_replays_what_was_recorded():
    app = opened("train", {"demo": "plain-vs-residual"})
    assert app.button(key="train_start").disabled
    assert app.button(key="train_prepare").disabled
    app.button(key="train_replay").click().run()
    said = [text for text in boxes(app) if LINE in text]
    assert len(said) == 1
    assert said[0].endswith("Then start the app again. Recorded runs play without it.")
    assert app.query_params["run"] == "recorded-plain-vs-residual"
    assert app.get("bidi_component") or app.get("plotly_chart")


def test_grad_cam_asks_for_keras_at_inner_blocks_alone():
    app = opened("explain", SMALL | {"method": "gradcam", "node": "res2a_out"})
    (said,) = [text for text in boxes(app) if LINE in text]
    assert said.endswith("Occlusion works without it, and so does Grad-CAM at the last block, 4c.")
    last = next(name for name in reversed(app.selectbox(key="explain_node").options) if "4c" in name)
    app.selectbox(key="explain_node").select(last).run()
    assert "Occlusion works without it" not in "".join(boxes(app))
    assert maps_shown(app)[0]["single"]


def test_integrated_gradients_and_effective_fields_say_the_line_in_their_place():
    app = opened("explain", SMALL | {"method": "integrated-gradients"})
    assert [LINE in text for text in boxes(app)].count(True) == 1
    app = opened("activations", SMALL | {"show": "depth"})
    assert [LINE in text for text in boxes(app)].count(True) == 1
    assert len(app.get("plotly_chart")) == 4


def test_the_line_installs_what_the_extra_does():
    extra = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]["model"]
    assert {requirement.partition(">")[0] for requirement in extra} == {"keras", "scikit-learn", "tensorflow"}
    assert f'"{extra[0]}" scikit-learn tensorflow`' in backends.why_missing()


def test_a_terminal_is_told_before_it_makes_a_folder():
    with pytest.raises(BackendMissingError, match="scikit-learn tensorflow`"):
        train(None)


@pytest.mark.parametrize(
    "act",
    [
        lambda runner: runner.submit("me", demo("overfit-ten").plan, "mine"),
        lambda runner: runner.command("earlier", "me", "go"),
        lambda runner: runner.extend("earlier", "me", updates=10),
    ],
)
def test_no_run_is_touched_that_could_not_go_on(act, tmp_path):
    with pytest.raises(BackendMissingError):
        act(LocalRunner(RunStore(tmp_path / "runs"), tmp_path / "pictures"))
    assert not (tmp_path / "runs").exists()
