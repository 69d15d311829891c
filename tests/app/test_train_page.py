"""The Train page without a browser: set-up, a run at every stage, the list, weights of runs; the job trains nothing."""

import hashlib
import io
import json
import os
import time
import tracemalloc
import zipfile
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from safetensors.numpy import save_file

from resnet_viz.analysis import analyse
from resnet_viz.images import preprocess, uploads
from resnet_viz.jobs.runner import LocalRunner
from resnet_viz.jobs.store import RunStore
from resnet_viz.owners import owner_digest
from resnet_viz.server import services
from resnet_viz.server.cache import activations, run_feed
from resnet_viz.spec import preset
from resnet_viz.training.demos import ORDER, demo
from resnet_viz.training.plan import with_settings
from resnet_viz.training.record import RunRecord
from resnet_viz.ui import state
from resnet_viz.ui.train import training_setup
from resnet_viz.weights import fit
from resnet_viz.weights.fit import expected_arrays

from ..standing_in import StillWorker
from .opening import PAGES, opened, popover_labels, texts

OWNER = owner_digest("visitor")


class Still(LocalRunner):
    """A runner whose queue never moves."""

    def start(self):
        """Serve nothing."""
        self._is_in_charge = True

    def close(self):
        """Have nothing to end."""


@pytest.fixture(autouse=True)
def runner(tmp_path, monkeypatch):
    """Give the page a list of its own and a queue that stands still."""
    store = RunStore(tmp_path / "runs")
    still = Still(store, tmp_path / "pictures")
    monkeypatch.setattr(services, "run_store", lambda: store)
    monkeypatch.setattr(services, "runner", lambda: still)
    monkeypatch.setattr(services, "pictures_folder", lambda: tmp_path / "pictures")
    monkeypatch.setattr(state, "owner", lambda: "visitor")
    services.weights_store.cache_clear()
    run_feed._runs.clear()
    still.start()
    return still


def finished(runner, name="plain-vs-residual", owner=OWNER, **parts):
    """Keep a run as a job leaves it, with measurements written by hand."""
    plan = with_settings(demo(name).plan, {"seed": "5"})
    run = runner.store.add(owner, plan, f"{name} by hand")
    files = runner.store.files(run.id)
    networks = [network.name for network in plan.networks]
    final = {
        network: {"validation_accuracy": 0.5, "validation_pictures": 6, "confusion": [[1] * 6] * 6}
        for network in networks
    }
    values = {
        "state": "done",
        "update": 24,
        "classes": tuple("abcdef"),
        "began": "2026-11-25T10:00:00+00:00",
        "ended": "2026-11-25T10:01:00+00:00",
        "device": "CPU here",
        "phases": {"import": 3.0, "train": 60.0},
        "parameters": dict.fromkeys(networks, 216_446),
        "final": final,
    }
    record = RunRecord(plan, **(values | parts))
    files.save(record)
    norms = {"stem": 1.0, "2a": 2.0, "4i": 1.0, "head": 3.0}
    files.append(
        {
            "network": network,
            "update": update,
            "loss": 1.0,
            "training_accuracy": 0.2 + 0.7 * number,
            "inference_accuracy": 0.2,
            "learning_rate": 0.02 * update,
            "images_per_s": 900.0,
            "memory_bytes": 10**9,
            "gradient_norms": norms,
            "weight_norms": norms,
        }
        for update in (8, 16, 24)
        for number, network in enumerate(networks)
    )
    files.save_frame(24, {network: {"res4i_out": np.ones((6, 6, 32), np.float32)} for network in networks})
    runner.store.set_state(run.id, record.state)
    return run


@pytest.mark.parametrize("name", ORDER)
def test_every_demo_asks_its_question_and_shows_its_pictures(name):
    app = opened("train", {"demo": name})
    shown = texts(app)
    assert demo(name).question in [title.value for title in app.title]
    assert demo(name).answer not in shown
    assert "6 classes. To train on:" in shown
    assert "Left to right: circle" in shown
    (about,) = [own for own in app.markdown if own.value.startswith("Takes about")]
    assert f"{demo(name).plan.updates} steps of each network" in about.help
    is_another = "smaller than the one on the other pages" in picture_of(app)["aside"]
    assert is_another == (name != "course-on-shapes")


def test_train_puts_a_run_in_the_queue_and_watches_it(runner):
    app = opened("train", {"demo": "overfit-ten"})
    app.button(key="train_start").click().run()
    assert not app.exception
    (run,) = runner.list(OWNER)
    assert app.query_params["run"] == run.id
    assert "waiting" in texts(app)
    assert app.button(key="job_light").label == "● 1 job"
    app.button(key="run_cancel").click().run()
    assert runner.store.find(run.id).state == "cancelled"
    assert not app.exception


def test_one_button_at_a_time_stands_out(runner):
    def primary(app):
        return [button.key for button in app.button if button.proto.type == "primary"]

    assert primary(opened("train", {"demo": "overfit-ten"})) == ["train_start"]
    for stage, key in (("prepared", ["run_go"]), ("paused", ["run_go"]), ("running", []), ("done", ["train_start"])):
        run = finished(runner, state=stage, final={})
        assert primary(opened("train", {"run": run.id})) == key, stage


def test_the_seconds_before_the_first_curve_are_told_step_by_step(runner):
    run = runner.store.add(OWNER, demo("plain-vs-residual").plan, "by hand")
    phases = {"import": 3.5, "data": 0.2, "build": 1.5}
    runner.store.files(run.id).save(RunRecord(demo("plain-vs-residual").plan, "preparing", "compile", phases))
    runner.store.set_state(run.id, "preparing")
    steps = picture_of(opened("train", {"run": run.id}))["steps"]
    assert [step["state"] for step in steps["list"]] == ["done", "done", "done", "now", "later"]
    assert [step["seconds"] for step in steps["list"][:3]] == [3.5, 0.2, 1.5]
    assert steps["elapsed_s"] == pytest.approx(sum(step["seconds"] for step in steps["list"]))


def test_a_run_that_is_ready_says_what_to_press_and_its_phases_count_from_their_own_start(runner):
    plan = demo("plain-vs-residual").plan
    run = runner.store.add(OWNER, plan, "by hand")
    ready = RunRecord(plan, "prepared", "", phases={"import": 3.5})
    runner.store.files(run.id).save(ready)
    runner.store.set_state(run.id, "prepared")
    page = opened("train", {"run": run.id})
    assert picture_of(page)["invitation"] == "Ready. Press Start now."
    begun = replace(ready, state="running", phase="train", phase_since=time.time() - 2)
    runner.store.files(run.id).save(begun)
    runner.store.set_state(run.id, "running")
    steps = picture_of(opened("train", {"run": run.id}))["steps"]
    assert steps["elapsed_s"] >= 5.5  # what it did before, and since this phase began
    assert [step["state"] for step in steps["list"]] == ["done", "later", "later", "later", "now"]


def test_the_curve_ends_at_the_number_of_the_conclusion(runner):
    from resnet_viz.training.conclusions import conclusion_of

    run = finished(runner)
    files = runner.store.files(run.id)
    numbers = conclusion_of(files.load(), files.read_metrics()[0]).numbers
    picture = picture_of(opened("train", {"run": run.id}))
    for curve in picture["curves"]:
        assert curve["points"][-1][1] == pytest.approx(numbers[curve["network"]])
    assert picture["at"] == picture["end"] == picture["x"]["last"] == 24
    assert picture["y"]["top"] == 1
    plain, residual = picture["networks"]
    assert plain["svg"].count("class='block'") == residual["svg"].count("class='block'") == 27
    assert plain["svg"].count("class='shortcut'") == 0
    assert residual["svg"].count("class='shortcut'") == 27


def picture_of(app):
    element = next(item for item in app.get("bidi_component") if item.proto.component_name.endswith("learning"))
    return json.loads(element.proto.bytes)


def test_prepare_holds(runner):
    app = opened("train", {"demo": "overfit-ten"})
    app.button(key="train_prepare").click().run()
    assert runner.list(OWNER)[0].holds


def test_a_full_queue_is_a_sentence(runner):
    app = opened("train", {"demo": "overfit-ten"})
    for _press in range(5):
        app.button(key="train_start").click().run()
    assert "4 runs of yours are waiting or running" in app.warning[0].value
    assert len(runner.list(OWNER)) == 4


def test_everything_can_be_changed_and_lies_in_the_link(runner):
    app = opened("train", {"demo": "plain-vs-residual"})
    app.session_state[training_setup.LOOK.key] = "settings"
    app.run()
    app.text_input(key="plan_optimizer.learning_rate").set_value("0.05").run()
    app.text_input(key="plan_networks.plain").set_value("cifar-plain-20,width=0.25").run()
    assert app.query_params["plan"] == "optimizer.learning_rate=0.05;networks.plain=cifar-plain-20,width=0.25"
    app.text_input(key="plan_networks.plain").set_value("cifar-plain-2O").run()
    assert "`preset` must be a known name. Received: preset='cifar-plain-2O'." in app.warning[0].value
    app.text_input(key="plan_optimizer.learning_rate").set_value("fast").run()
    assert (
        "`optimizer.learning_rate` must be a number. Received: optimizer.learning_rate='fast'." in app.warning[0].value
    )
    app.button(key="train_start").click().run()
    plan = runner.store.files(runner.list(OWNER)[0].id).load().plan
    assert plan.optimizer.learning_rate == 0.05
    assert plan.networks[0].text == "cifar-plain-20,width=0.25"


def test_a_bad_link_is_a_sentence():
    app = opened("architecture", {"plan": "batch=0"})
    assert "`batch` must be a whole number from 1 to 4,096. Received: batch=0." in app.warning[0].value
    assert not opened("train", {"run": "../../etc"}).exception
    assert "not here, or not any more" in opened("train", {"run": "nosuchrun"}).info[0].value


def test_a_finished_run_gives_its_conclusion_then_its_answer(runner):
    run = finished(runner)
    app = opened("train", {"demo": "plain-vs-residual", "run": run.id})
    shown = texts(app)
    sentence = "After 24 steps the residual network gets 90 % of its training pictures right, the plain one 20 %"
    assert f"**{sentence} (guessing: 17 %).** Same size, same start, same pictures" in shown
    assert "Seed 5: training accuracy plain 0.20, residual 0.90; difference +0.70." in shown
    assert demo("plain-vs-residual").answer in shown
    assert "Gradient of the first block / of the last block, at the last measurement: plain 2, residual 2." in shown
    assert "Starting Keras 3.0 s, Training 60.0 s" in shown


@pytest.mark.parametrize("name", ORDER)
def test_every_demo_has_a_page_for_its_run(name, runner):
    run = finished(runner, name)
    for lang in ("en", "zh"):
        app = opened("train", {"demo": name, "run": run.id, "lang": lang})
        assert not app.exception
        assert not app.error


@pytest.mark.parametrize(
    ("stage", "word"),
    [
        ("preparing", "getting ready"),
        ("prepared", "ready: compiled and waiting for your click"),
        ("running", "training"),
        ("paused", "paused at step 24"),
        ("failed", "failed at step 24"),
        ("interrupted", "interrupted; it goes on by itself"),
    ],
)
def test_every_stage_of_a_run_is_told(runner, stage, word):
    run = finished(runner, state=stage, phase="compile" if stage == "preparing" else "", final={})
    app = opened("train", {"run": run.id})
    assert word in texts(app) + "".join(bar.proto.text for bar in app.get("progress"))
    assert not app.exception


def test_how_long_it_takes_is_told_after_the_first_updates(runner):
    run = finished(runner, state="running", update=1, final={})
    told = "".join(bar.proto.text for bar in opened("train", {"run": run.id}).get("progress"))
    assert "1 of 72 steps" in told
    assert "How long it takes is told after the first steps" in told
    other = finished(runner, state="running", update=24, left_s=93.4, final={})
    told = "".join(bar.proto.text for bar in opened("train", {"run": other.id}).get("progress"))
    assert "24 of 72 steps" in told
    assert "About 93 s left" in told


def test_a_run_that_was_cut_short_says_so_beside_its_conclusion(runner):
    run = finished(runner, state="cancelled")
    app = opened("train", {"demo": "plain-vs-residual", "run": run.id})
    assert "Stopped after 24 of 72 steps. What is said here was measured over 72 steps." in texts(app)


@pytest.mark.parametrize("page", ["train", "activations", "architecture"])
def test_a_list_of_runs_that_cannot_be_read_is_a_sentence_and_stops_no_other_page(page, runner, breaks, monkeypatch):
    from resnet_viz.ui.errors import hide_traceback

    run = finished(runner)
    # As app.py does; AppTest runs the pages without it.
    handler = "streamlit.runtime.scriptrunner.exec_code.handle_user_script_exception"
    monkeypatch.setattr(handler, lambda error, _handler: hide_traceback(error))
    breaks.set()
    app = opened(page, {"run": run.id} if page == "train" else {})
    assert not app.exception
    assert not app.error
    told = [warning.value for warning in app.warning if "database or disk is full" in warning.value]
    assert bool(told) == (page == "train")
    breaks.clear()
    app.run()
    assert not app.warning
    assert not app.exception


def test_a_click_while_the_list_cannot_be_read_is_a_sentence(runner, breaks):
    run = finished(runner, state="running", final={})
    app = opened("train", {"run": run.id})
    click = app.button(key="run_cancel").click()
    breaks.set()
    monkey = runner.command

    def command(*arguments):
        try:
            monkey(*arguments)
        finally:
            breaks.clear()  # the page after the click can be drawn again

    runner.command = command
    click.run()
    assert "cannot be read or kept at the moment (database or disk is full)" in app.warning[0].value
    assert runner.store.find(run.id).state == "running"


def test_a_queue_that_stands_still_says_why(runner):
    run = finished(runner, state="running", final={})
    runner._failures = {"No space left on device": None}
    app = opened("train", {"run": run.id})
    assert "The queue stands still for the moment (No space left on device)" in app.warning[0].value


def test_others_watch_and_change_nothing(runner):
    run = finished(runner, owner="somebody")
    app = opened("train", {"run": run.id})
    assert "You are watching this run. Only its owner can change it." in texts(app)
    keys = {button.key for button in app.button}
    assert not {"run_cancel", "run_delete", "run_continue"} & keys


def test_a_run_is_renamed_compared_and_deleted(runner):
    first, second = finished(runner), finished(runner, "depth-20-control")
    app = opened("train", {"run": first.id})
    app.text_input(key="run_name").set_value("the good one").run()
    assert runner.store.find(first.id).name == "the good one"
    app.multiselect(key="runs_compared").set_value([second.id]).run()
    assert app.query_params["with"] == second.id
    assert not app.exception
    app.button(key="run_delete").click().run()
    assert runner.store.find(first.id) is None
    assert "run" not in app.query_params


def test_a_trained_network_becomes_the_subject_of_all_pages(runner):
    run = finished(runner)
    weights = runner.store.files(run.id).weights
    weights.mkdir()
    summary = runner.store.files(run.id).load().plan.summaries(6)["residual"]
    arrays = {name: np.zeros(shape, np.float32) for name, shape in expected_arrays(summary).items()}
    save_file(arrays, weights / "residual.safetensors")
    app = opened("train", {"run": run.id})
    app.button(key="run_inspect_residual").click().run()
    assert not app.exception
    assert app.query_params["weights"] == f"run.{run.id}.residual"
    assert app.query_params["preset"] == "cifar-56"
    app.switch_page(PAGES["layers"]).run()  # a run's own page names no subject
    labels = popover_labels(app)
    assert any("weights: `plain-vs-residual by hand, residual`" in label for label in labels), labels
    assert "24×24×3" in labels


def test_a_run_that_is_continued_has_other_weights_under_the_same_link(runner):
    """They take the same place, the same size and, on a coarse clock, the same time."""
    from resnet_viz.spec import preset
    from resnet_viz.subject.subject import Subject
    from resnet_viz.ui.resolving import trial_for

    run = finished(runner)
    folder = runner.store.files(run.id).weights
    folder.mkdir()
    path, work = folder / "residual.safetensors", folder / "work"
    subject = Subject(spec=preset("cifar-56", classes=6), weights=f"run.{run.id}.residual")
    keys = []
    for value in (0, 1):
        save_file({"fc6/bias": np.full(6, value, np.float32)}, work)
        os.utime(work, ns=(10**18, 10**18))
        work.replace(path)
        weights = trial_for(subject).weights
        keys.append(weights.key)
        assert keys[-1] == hashlib.sha256(path.read_bytes()).hexdigest()
        assert weights.content == (path, keys[-1])
    assert keys[0] != keys[1]


def test_measurements_and_all_of_a_run_are_files(runner):
    from resnet_viz.reports.runs import metrics_csv, run_zip

    run = finished(runner)
    files = runner.store.files(run.id)
    record, metrics = files.load(), files.read_metrics()[0]
    lines = metrics_csv(metrics).splitlines()
    assert len(lines) == 7
    assert lines[0].startswith("network,update,loss,training_accuracy")
    assert "gradient_norms.2a" in lines[0]
    record.plan = record.plan.with_folder("whose-pictures")
    with zipfile.ZipFile(io.BytesIO(run_zip(record, metrics, files))) as archive:
        assert json.loads(archive.read("run.json"))["plan"]["seed"] == 5
        assert not [name for name in archive.namelist() if b"whose-pictures" in archive.read(name)]
        assert len(archive.read("metrics.jsonl").splitlines()) == 6


def zip_of_folders():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for number in range(20):
            picture = io.BytesIO()
            Image.new("RGB", (20, 20), (number * 12, 0, 0)).save(picture, "PNG")
            archive.writestr(f"{'ab'[number % 2]}/{number}.png", picture.getvalue())
    return out.getvalue()


def test_own_folders_are_taken_used_and_deleted(runner):
    app = opened("train", {"demo": "plain-vs-residual"})
    app.file_uploader(key="folders_upload").upload("mine.zip", zip_of_folders(), "application/zip").run()
    assert not app.exception
    assert not app.warning
    assert "2 classes. To train on: 16. Held back: 4" in texts(app)
    app.button(key="train_start").click().run()
    data = runner.store.files(runner.list(OWNER)[0].id).load().plan.data
    assert (data.source, data.folder) == ("folders", OWNER[:32])
    assert OWNER[:32] not in str(app.query_params)
    app.button(key="train_setup").click().run()
    app.button(key="folders_delete").click().run()
    assert "6 classes. To train on: 1,536" in texts(app)


def test_a_link_to_somebodys_folders_shows_the_visitors_own_or_a_sentence(monkeypatch):
    mine = opened("train", {"demo": "plain-vs-residual"})
    mine.file_uploader(key="folders_upload").upload("mine.zip", zip_of_folders(), "application/zip").run()
    link = dict(mine.query_params)
    assert "2 classes" in texts(opened("train", link))
    monkeypatch.setattr(state, "owner", lambda: "somebody else")
    app = opened("train", link)
    assert "fetch or upload them again" in app.info[0].value
    assert "2 classes" not in texts(app)
    link |= {"plan": f"{link['plan']};data.folder={OWNER[:32]}"}
    assert "Left out: `data.folder`." in opened("architecture", link).warning[0].value
    assert "2 classes" not in texts(opened("train", link))


def test_no_link_reads_outside_the_store(tmp_path):
    np.savez(tmp_path / "x.npz", images=np.zeros((6, 8, 8, 3), np.uint8), labels=np.arange(6) % 2, classes=["a", "b"])
    app = opened("train", {"demo": "plain-vs-residual", "plan": "data.source=folders;data.folder=../../x"})
    assert "fetch or upload them again" in app.info[0].value
    assert app.query_params["plan"] == "data.source=folders"


@pytest.mark.parametrize(
    "plan", ["size_px=512", "size_px=256;data.train=100000", "size_px=512;data.train=400;data.validation=20"]
)
def test_the_gallery_of_large_pictures_costs_what_it_shows(plan):
    opened("train", {"demo": "plain-vs-residual"})
    tracemalloc.start()
    try:
        app = opened("train", {"demo": "plain-vs-residual", "plan": plan})
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert "6 classes. To train on" in texts(app)
    assert peak < 30e6


def test_a_bad_zip_is_a_sentence_and_changes_nothing():
    app = opened("train", {"demo": "plain-vs-residual"})
    app.file_uploader(key="folders_upload").upload("mine.zip", b"PK\x03\x04 nothing", "application/zip").run()
    assert "The archive is damaged or no zip" in app.warning[0].value
    assert "6 classes" in texts(app)


def test_digits_and_missing_cifar_can_be_chosen():
    app = opened("train", {"demo": "plain-vs-residual"})
    app.selectbox(key="data_source").set_value("digits").run()
    assert "10 classes. To train on: 1,413. Held back: 384" in texts(app)
    app.selectbox(key="data_source").set_value("cifar10").run()
    assert "not on this machine, or not any more" in app.info[0].value
    app.selectbox(key="data_source").set_value("shapes").run()
    assert "plan" not in app.query_params


def _counted(monkeypatch, list_of_runs):
    """Count what a page run asks of arrays, the list of runs, a visitor's file and pixels."""
    counts = Counter()

    def counting(name, owner, attribute):
        original = getattr(owner, attribute)

        def counted(*args, **options):
            counts[name] += 1
            return original(*args, **options)

        monkeypatch.setattr(owner, attribute, counted)

    counting("fits", fit, "expected_arrays")
    counting("connections", list_of_runs, "_database")
    counting("uploads", uploads.Uploads, "_read")
    counting("resizes", preprocess, "_scaled")
    return counts


@pytest.mark.parametrize("page", ["architecture", "activations"])
def test_a_page_run_asks_for_weights_list_and_picture_once(runner, monkeypatch, tmp_path, page):
    run = finished(runner)
    folder = runner.store.files(run.id).weights
    folder.mkdir()
    spec = preset("cifar-56", input_shape=(24, 24, 3), classes=6)
    shapes = expected_arrays(analyse(spec))
    save_file({name: np.zeros(shape, np.float32) for name, shape in shapes.items()}, folder / "residual.safetensors")
    monkeypatch.setattr(services, "worker", StillWorker)
    own = uploads.Uploads(tmp_path / "uploads")
    monkeypatch.setattr(services, "uploads", lambda: own)
    data = io.BytesIO()
    Image.effect_noise((90, 70), 60).convert("RGB").save(data, "PNG")
    own.save("visitor", data.getvalue())
    link = {"preset": "cifar-56", "input": "24", "weights": f"run.{run.id}.residual", "image": "upload"}
    app = opened(page, link, folded=True)
    assert "not here" not in texts(app)
    monkeypatch.setattr(services, "job_counts", lambda: (0, 0))  # asked once a second for all visitors
    counts = _counted(monkeypatch, runner.store)
    activations._arrays.clear()
    app.run()
    assert dict(counts) == {"fits": 1, "connections": 1, "uploads": 1, "resizes": 1}
