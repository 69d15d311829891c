"""Training as a class meets it: a real job, watched, paused, cancelled, taken up again by the next server."""

import json
import re
import signal
import statistics
import time
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import expect

from resnet_viz.jobs.runner import MAX_WAITING
from resnet_viz.jobs.store import RunStore
from resnet_viz.paths import ASSETS
from resnet_viz.training.conclusions import conclusion_of
from resnet_viz.training.demos import demo
from resnet_viz.training.plan import with_settings
from resnet_viz.training.record import RunFolder, RunRecord

from .conftest import start_server, stop_server, very_first_request
from .waits import eventually, quiet, seen

# One block a stage: Keras builds and traces it in half the time.
_BLOCKS = "".join(f"%3Bspec.stages.{stage}.blocks%3D1" for stage in (2, 3, 4))
SHORT = f"/train?preset=cifar-20&demo=overfit-ten&plan=updates%3D{{n}}%3Bseconds%3D0{_BLOCKS}"


def button(page, name):
    """Return a button of ours: while a page is at work Streamlit has a Stop of its own above it."""
    return page.locator("[data-testid=stMain]").get_by_role("button", name=name, exact=True)


def press(page, name):
    button(page, name).click()


def started(page):
    """Start a run and wait for its first curve."""
    run_id = submitted(page)
    # While the page sets itself anew a chart may stand there twice for a moment.
    expect(page.locator(".st-key-run_chart_norms .js-plotly-plot").first).to_be_visible()
    return run_id


def submitted(page, by="Train"):
    """Put a run in the queue and return its id; its process has yet to start."""
    press(page, by)
    expect(page).to_have_url(re.compile("run="))
    return re.search(r"run=([\w-]+)", page.url).group(1)


def test_a_run_from_click_to_conclusion_watched_by_two_and_inspected(visit):
    page = visit().open(SHORT.format(n=24))
    expect(page.get_by_text("Before a long training: can the network learn ten pictures by heart?")).to_be_visible()
    run_id = submitted(
        page, "Get ready (start later)"
    )  # it waits for the second window, however long that takes to open
    other = visit().open(f"/train?run={run_id}")
    expect(other.get_by_text("You are watching this run. Only its owner can change it.")).to_be_visible()
    expect(other.get_by_role("button", name="Cancel", exact=True)).to_have_count(0)
    expect(page.get_by_role("button", name="● 1 job")).to_be_visible()
    page.reload()
    press(page, "Start now")
    for window in (page, other):
        expect(window.locator(".st-key-run_chart_norms .js-plotly-plot").first).to_be_visible()
        expect(window.get_by_role("strong").filter(has_text="After 24 steps residual gets")).to_be_visible()
    expect(page.get_by_text("A training loss near 0 says")).to_be_visible()
    press(page, "Inspect this model")
    expect(page).to_have_url(re.compile("/activations"))
    expect(page.locator(".st-key-subject")).to_contain_text("weights: Overfit ten pictures")
    expect(page.locator(".st-key-maps canvas.mosaic")).to_be_visible()


def test_pause_go_on_and_cancel(visit):
    page = visit().open(SHORT.format(n=100000))
    started(page)
    press(page, "Pause")
    expect(page.get_by_text(re.compile("paused at step"))).to_be_visible()
    press(page, "Go on")  # at once, while the page is drawn anew: no button moves away under the pointer
    expect(page.get_by_role("button", name="Pause", exact=True)).to_be_visible()
    page.get_by_role("link", name="Layers").click()
    expect(page.get_by_role("button", name="● 1 job")).to_be_visible()
    page.get_by_role("button", name="● 1 job").click()
    expect(page).to_have_url(re.compile("/train"))
    press(page, "Cancel")
    expect(page.get_by_text(re.compile("cancelled at step"))).to_be_visible()  # how soon: the runner's own test


def test_a_run_survives_its_server(visit, tmp_path):
    own_server = start_server(tmp_path)
    page = visit(own_server).page
    # A run has its own network: the subject of the other pages is not said there.
    very_first_request(page, own_server, SHORT.format(n=100_000), "can the network learn ten pictures by heart?")
    run_id = started(page)
    store = RunStore(tmp_path / "runs")
    eventually(lambda: store.files(run_id).load().update, "an update, which no checkpoint holds yet")
    page.context.close()
    own_server.process.send_signal(signal.SIGKILL)
    own_server.process.wait()
    job = int(store.files(run_id).pid.read_text())
    eventually(lambda: not Path("/proc", str(job)).is_dir(), "the job ends")
    kept = store.files(run_id).load()
    assert kept.state == "interrupted"
    assert kept.update > 0
    following = start_server(tmp_path)
    try:
        visitor = visit(following)
        very_first_request(visitor.page, following, "/activations?preset=cifar-20&node=res3b_out", "cifar-20")
        page = visitor.open(f"/train?run={run_id}")
        expect(page.get_by_text(re.compile(r"of 100,000 steps"))).to_be_visible()
        eventually(lambda: store.files(run_id).load().update > kept.update, "the run goes on")
        page.context.close()
    finally:
        stop_server(following)


def turned_pages_s(page, server):
    """Return how long a visitor waits from one page to the next and back, and what it costs the server's processor."""
    process = psutil.Process(server.process.pid)
    used = process.cpu_times()
    began = time.monotonic()
    for name in ("Layers", "Architecture"):
        page.get_by_role("link", name=name).click()
        (expect(page).to_have_url if name == "Layers" else expect(page).not_to_have_url)(re.compile("/layers"))
        quiet(page)
    waited, now = time.monotonic() - began, process.cpu_times()
    return waited, now.user + now.system - used.user - used.system


PICTURE = "![look](http://evil.example/a.png)"
EVIL = f"{PICTURE} <img src='http://evil.example/b.png'>"


def broken(store, run, plan):
    """Give a run a name, a class and a last sentence that would fetch a picture, and one measurement."""
    line = {"network": "resnet-20", "update": 1, "loss": 1.0, "training_accuracy": 0.5, "learning_rate": 0.1}
    line |= {"images_per_s": 9.0, "memory_bytes": 2**30, "gradient_norms": {"2a": 1.0}, "weight_norms": {"2a": 1.0}}
    store.files(run.id).metrics.write_text(json.dumps(line) + "\n", "utf-8")
    record = RunRecord(plan, state="failed", sentence=f"It broke: {EVIL}", classes=(EVIL, *"bcdef"))
    store.files(run.id).save(record)
    store.set_state(run.id, "failed")


@pytest.fixture(scope="module")
def crowded(tmp_path_factory):
    """A server of its own: two runs that broke, one that trains, and behind it as many as may wait."""
    data = tmp_path_factory.mktemp("crowded")
    store, plan = RunStore(data / "runs"), demo("overfit-ten").plan
    failed = [store.add("owner", plan, EVIL[:60]) for _number in range(2)]
    for run in failed:
        broken(store, run, plan)
    long = with_settings(plan, {"updates": "100000", "seconds": "0"})
    waiting = [store.add(f"owner {n}", long, f"run {n}") for n in range(1 + MAX_WAITING)]
    running = start_server(data)
    yield running, failed, waiting
    stop_server(running)


def test_a_long_queue_leaves_the_pages_quick_and_tells_the_truth(visit, server, crowded):
    full, _failed, runs = crowded
    waiting, idle = visit(full), visit()
    very_first_request(waiting.page, full, "/explain?preset=cifar-20&method=occlusion", "cifar-20")
    page = waiting.open(f"/train?run={runs[40].id}")
    expect(page.get_by_text("40 runs before this one")).to_be_visible()
    press(page, "New run")
    press(page, "Train")
    expect(page.get_by_text(re.compile("runs are waiting already: try again in a few minutes"))).to_be_visible()
    # In turn, so that what else the machine does stretches both. The bounds leave room for whoever looks after the queue
    # meanwhile, none for a page per waiting run.
    empty = idle.open()
    turns = [(*turned_pages_s(page, full), *turned_pages_s(empty, server)) for _turn in range(5)]
    waited, used, waited_alone, used_alone = map(statistics.median, zip(*turns, strict=True))
    assert waited < 2 * waited_alone + 1, turns
    assert used < 2 * used_alone + 1, turns
    waiting.leave()


def test_the_name_of_a_run_draws_no_picture_from_elsewhere(visit, crowded):
    """`visit` fails on any request elsewhere."""
    server, (run, other), _waiting = crowded
    visitor = visit(server)
    page = visitor.open(f"/train?run={run.id}&with={other.id}")
    expect(page.get_by_text("![look]").first).to_be_visible()
    expect(page.get_by_test_id("stAlert").first).to_contain_text("It broke: ![look]")
    expect(page.locator(".st-key-run_chart_norms .js-plotly-plot")).to_be_visible()
    visitor.leave()


LINK = "/train?demo=plain-vs-residual&run=recorded-plain-vs-residual"
RECORDING = RunFolder(ASSETS / "runs" / "plain-vs-residual")
STEPS = demo("plain-vs-residual").plan.updates
# What the two networks reach, in the words of the picture.
_NUMBERS = conclusion_of(RECORDING.load(), RECORDING.read_metrics().metrics).numbers
REACHED = [f"{100 * _NUMBERS[name]:.0f} %" for name in ("plain", "residual")]
# What the picture shows now: where its curves end, in the words of its numbers; whether it plays.
STATE = """() => {
    const hosts = [...document.querySelectorAll("[data-testid*=BidiComponent]")];
    const host = hosts.find((own) => (own.shadowRoot ?? own).querySelector(".learning"));
    if (!host) return null;
    const root = host.shadowRoot ?? host;
    const ends = [...root.querySelectorAll(".end")].map((end) => Math.round(end.cx.baseVal.value));
    return {
        at: Number(root.querySelector("input.at").value),
        last: Number(root.querySelector("input.at").max),
        numbers: [...root.querySelectorAll(".number")].map((number) => number.textContent.replace("\u00a0", " ")),
        ticks: [...root.querySelectorAll("text.x, text.y")].map((tick) => tick.textContent.replace("\u00a0", " ")),
        ends,
        plays: host.dataset.stands === "playing",
        conclusion: getComputedStyle(document.querySelector(".st-key-conclusion p")).visibility === "visible",
    };
}"""
# A play lasts seconds, which a busy browser may spend between two questions: it is stopped where it is looked at.
CAUGHT = f"""() => {{
    const now = ({STATE})();
    // On a very busy machine it may have played to its end, by itself, between two looks: then once more.
    const isOver = now?.conclusion && !now.plays && now.at === now.last;
    if (!isOver && !(now?.plays && now.at > 9)) return null;
    for (const own of document.querySelectorAll("[data-testid*=BidiComponent]"))
        (own.shadowRoot ?? own).querySelector(".play")?.click();
    return isOver ? null : now;
}}"""


def test_a_recording_plays_by_itself_on_axes_that_stand_and_ends_at_its_conclusion(visit):
    page = visit().open(LINK)
    early = page.wait_for_function(CAUGHT).json_value()
    assert early["ticks"][:5] == ["0 %", "25 %", "50 %", "75 %", "100 %"]
    assert not early["conclusion"]
    held = page.evaluate(STATE)
    assert (held["plays"], held["conclusion"]) == (False, False)
    assert held["at"] < held["last"] == STEPS
    press(page, "Play")
    page.wait_for_function(f"() => {{ const now = ({STATE})(); return !now.plays && now.at === now.last; }}")
    end = page.evaluate(STATE)
    assert end["ticks"] == early["ticks"]
    assert min(end["ends"]) > max(early["ends"])
    conclusion = page.locator(".st-key-conclusion")
    plain, residual = end["numbers"]
    expect(conclusion).to_contain_text(f"gets {residual} of its training pictures right, the plain one {plain}")
    assert [plain, residual] == REACHED
    assert end["conclusion"]
    expect(button(page, "Play again")).to_be_visible()
    expect(page.locator(".modebar")).to_have_count(0)
    others = "getComputedStyle(document.querySelector('.st-key-closer')).visibility"
    with seen(page, f"() => {{ const now = ({STATE})(); return now && now.plays && {others} === 'hidden'; }}"):
        press(page, "Replay")


def test_with_reduced_motion_a_recording_stands_at_its_end_at_once(visit):
    page = visit(reduced_motion="reduce").open(LINK)
    page.wait_for_function(f"() => {{ const now = ({STATE})(); return now && now.numbers[1]; }}")
    now = page.evaluate(STATE)
    assert (now["plays"], now["at"], now["conclusion"]) == (False, STEPS, True)
    assert now["numbers"] == REACHED


def test_the_page_tells_its_story_before_a_run_and_says_nothing_of_this_machine(visit):
    page = visit().open("/train")
    expect(page.get_by_role("heading", name="Two networks, same size, same start, same pictures.")).to_be_visible()
    expect(page.locator(".learning svg .shortcut")).to_have_count(27)
    expect(page.locator(".learning svg .block")).to_have_count(54)
    expect(page.get_by_text("Left to right: circle, cross, ring, square, star, triangle, and again.")).to_be_visible()
    assert page.get_by_text(re.compile(r"[/\\]data[/\\]")).locator("visible=true").count() == 0


def test_a_phone_shows_a_run_without_scrolling_sideways(visit):
    page = visit(viewport={"width": 390, "height": 844}, has_touch=True).open(LINK)
    expect(page.locator(".learning .stage svg")).to_be_visible()
    quiet(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    widths = page.locator(".learning *").evaluate_all("all => all.map((own) => own.getBoundingClientRect().right)")
    assert max(widths) <= 391
