"""What a callback refuses, on a Chinese page: it runs before the page's own code could say which language to use."""

import re

import pytest
from streamlit.runtime.uploaded_file_manager import DeletedFile

from resnet_viz.messages import use_language
from resnet_viz.server import services
from resnet_viz.ui import state

from .opening import opened

HAN = re.compile(r"[\u4e00-\u9fff]")
UPLOADS = {
    "walk_upload": ("architecture", "w.json", b"[]"),
    "answers_upload": ("architecture", "a.json", b"[]"),
    "spec_upload": ("architecture", "s.json", b'{"stem": {"filter": 3}}'),
    "numbers_upload": ("architecture", "n.csv", b"res9z,1"),
    "page_upload": ("activations", "p.png", b"not a picture"),
    "weights_upload": ("activations", "w.npz", b"not arrays"),
    "folders_upload": ("train", "f.zip", b"PK\x03\x04 nothing"),
}


@pytest.fixture(autouse=True)
def _a_visitor(monkeypatch):
    monkeypatch.setattr(state, "owner", lambda: "visitor")
    for store in (services.uploads, services.weights_store, services.walks, services.numbers):
        store.cache_clear()
    yield
    use_language("en")


def chinese(page: str):
    app = opened(page, {"preset": "cifar-20", "input": "16", "lang": "zh"})
    app.session_state["subject_walk"] = True
    app.session_state["panel"] = "files"
    return app.run()


def refusals(app) -> list[str]:
    assert not app.exception
    return [warning.value for warning in app.warning]


@pytest.mark.parametrize("key", UPLOADS)
def test_a_refused_upload_is_told_in_the_visitors_language(key):
    page, name, data = UPLOADS[key]
    app = opened(page, {"preset": "cifar-20", "input": "16", "lang": "zh", "panel": "files"})
    if key in ("walk_upload", "answers_upload"):
        app.session_state["subject_walk"] = True
        app.run()
    app.file_uploader(key=key).upload(name, data).run()
    (sentence,) = refusals(app)
    assert HAN.search(sentence), sentence
    assert "must be" not in sentence


def test_a_walk_that_is_full_is_told_in_the_visitors_language(monkeypatch):
    monkeypatch.setattr("resnet_viz.ui.frame.writing.MAX_STOPS", 0)
    app = chinese("architecture")
    app.button(key="walk_add").click().run()
    assert HAN.search(refusals(app)[0])


def test_a_run_that_is_not_queued_is_told_in_the_visitors_language(monkeypatch):
    monkeypatch.setattr("resnet_viz.jobs.store.MAX_RUNS_PER_OWNER", 0)
    app = opened("train", {"lang": "zh", "demo": "overfit-ten"})
    app.button(key="train_start").click().run()
    assert HAN.search(refusals(app)[0])


@pytest.mark.parametrize("key", UPLOADS)
def test_an_upload_that_the_server_did_not_take_is_told_in_the_visitors_language(key, monkeypatch):
    """Streamlit then gives a mark in place of the file."""
    page, name, data = UPLOADS[key]
    app = opened(page, {"preset": "cifar-20", "input": "16", "lang": "zh", "panel": "files"})
    if key in ("walk_upload", "answers_upload"):
        app.session_state["subject_walk"] = True
        app.run()
    given = state.typed
    monkeypatch.setattr(state, "typed", lambda name: DeletedFile("1") if name == key else given(name))
    app.file_uploader(key=key).upload(name, data).run()
    assert "600 MB" in refusals(app)[0]
    assert HAN.search(refusals(app)[0])
