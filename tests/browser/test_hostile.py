"""What one visitor writes makes another one's browser ask nobody anything; `visit` fails on any request elsewhere."""

import json

from playwright.sync_api import expect

from resnet_viz.jobs.store import RunStore
from resnet_viz.training.demos import demo
from resnet_viz.training.record import RunRecord

from .conftest import start_server, stop_server

PICTURE = "![look](http://evil.example/a.png)"
EVIL = f"{PICTURE} <img src='http://evil.example/b.png'>"


def test_a_walk_draws_no_picture_from_elsewhere(visit, tmp_path):
    stop = {"link": "/?preset=course", "question": EVIL, "answer": f"{EVIL}\n\n[a](http://evil.example)\n\n    {EVIL}"}
    file = tmp_path / "walk.json"
    file.write_text(json.dumps({"title": EVIL, "stops": [stop, stop]}), "utf-8")
    page = visit().open()
    page.locator(".st-key-subject_walk button").first.click()
    page.locator(".st-key-walk_upload input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Walk it").click()
    bar = page.locator(".st-key-walk")
    expect(bar).to_contain_text("1 of 2")
    expect(bar).to_contain_text("![look]")
    bar.locator(".st-key-walk_answer button").click()
    expect(bar.get_by_text("[a]")).to_be_visible()
    assert bar.locator("img, a").count() == 0
    page.locator(".st-key-subject_walk button").first.click()
    expect(page.locator(".st-key-walk_remove_1")).to_be_visible()
    page.goto(page.url.split("?")[0] + "?image=" + PICTURE.replace("#", ""))
    expect(page.get_by_test_id("stAlert").first).to_contain_text("![look]")


def test_the_name_of_a_run_draws_no_picture_from_elsewhere(visit, tmp_path):
    store = RunStore(tmp_path / "runs")
    run = store.add("owner", demo("overfit-ten").plan, EVIL[:60])
    other = store.add("owner", demo("overfit-ten").plan, EVIL[:60])
    for one in (run, other):
        line = {"network": "resnet-20", "update": 1, "loss": 1.0, "training_accuracy": 0.5, "learning_rate": 0.1}
        line |= {"images_per_s": 9.0, "memory_bytes": 2**30, "gradient_norms": {"2a": 1.0}, "weight_norms": {"2a": 1.0}}
        store.files(one.id).metrics.write_text(json.dumps(line) + "\n", "utf-8")
        classes = (EVIL, "b", "c", "d", "e", "f")
        record = RunRecord(demo("overfit-ten").plan, state="failed", sentence=f"It broke: {EVIL}", classes=classes)
        store.files(one.id).save(record)
        store.set_state(one.id, "failed")
    server = start_server(tmp_path)
    try:
        page = visit(server).open(f"/train?run={run.id}&with={other.id}")
        expect(page.get_by_text("![look]").first).to_be_visible()
        expect(page.get_by_test_id("stAlert").first).to_contain_text("It broke: ![look]")
        expect(page.locator(".st-key-run_chart_norms .js-plotly-plot")).to_be_visible()
        page.context.close()
    finally:
        stop_server(server)
