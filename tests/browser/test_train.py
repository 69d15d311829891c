"""Training as a class meets it: a real job, watched, paused, cancelled, taken up again by the next server."""

import re
import signal
import statistics
import time
from pathlib import Path

import pytest
from playwright.sync_api import expect

from resnet_viz.jobs.store import RunStore
from resnet_viz.paths import ASSETS
from resnet_viz.training.conclusions import conclusion_of
from resnet_viz.training.demos import demo
from resnet_viz.training.plan import with_settings
from resnet_viz.training.record import RunFolder

from .conftest import start_server, stop_server
from .waits import eventually, quiet

SHORT = "/train?preset=cifar-20&demo=overfit-ten&plan=updates%3D{n}%3Bseconds%3D0"


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


def submitted(page):
    """Start a run and return its id; its process has yet to start."""
    press(page, "Train")
    expect(page).to_have_url(re.compile("run="))
    return re.search(r"run=([\w-]+)", page.url).group(1)


@pytest.fixture
def own_server(tmp_path):
    """A server with a list of runs of its own."""
    running = start_server(tmp_path)
    yield running
    stop_server(running)


def test_a_run_from_click_to_conclusion_watched_by_two_and_inspected(visit):
    page = visit().open(SHORT.format(n=152))
    expect(page.get_by_text("Before a long training: can the network learn ten pictures by heart?")).to_be_visible()
    run_id = submitted(page)  # what is only there while it runs is looked for before its first curve
    expect(page.get_by_role("button", name="● 1 job")).to_be_visible()
    other = visit().open(f"/train?run={run_id}")
    expect(other.get_by_text("You are watching this run. Only its owner can change it.")).to_be_visible()
    expect(other.get_by_role("button", name="Cancel", exact=True)).to_have_count(0)
    expect(other.get_by_text("Starting Keras")).to_be_visible()
    page.reload()
    expect(page.locator(".st-key-run_chart_norms .js-plotly-plot").first).to_be_visible()
    for window in (page, other):
        expect(window.get_by_role("strong").filter(has_text="After 152 steps residual gets")).to_be_visible()
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


def test_a_run_survives_its_server(visit, own_server, tmp_path):
    page = visit(own_server).open(SHORT.format(n=3000))
    run_id = started(page)
    store = RunStore(tmp_path / "runs")
    eventually(lambda: any(store.files(run_id).checkpoints.glob("update-000*[1-9]*")), "a checkpoint")
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
        page = visit(following).open(f"/train?run={run_id}")
        expect(page.get_by_text(re.compile(r"of 3,000 steps"))).to_be_visible()
        eventually(lambda: store.files(run_id).load().update > kept.update, "the run goes on")
        page.context.close()
    finally:
        stop_server(following)


def turning_pages_s(page):
    """Return the median time of one page to the next."""
    times = []
    for name in ("Layers", "Architecture") * 3:
        began = time.monotonic()
        page.get_by_role("link", name=name).click()
        (expect(page).to_have_url if name == "Layers" else expect(page).not_to_have_url)(re.compile("/layers"))
        quiet(page)
        times.append(time.monotonic() - began)
    return statistics.median(times)


def test_a_long_queue_leaves_the_pages_quick_and_tells_the_truth(visit, own_server, tmp_path):
    store = RunStore(tmp_path / "runs")
    plan = with_settings(demo("overfit-ten").plan, {"updates": "100000", "seconds": "0"})
    runs = [store.add(f"owner {n}", plan, f"run {n}") for n in range(64)]
    waiting, idle = visit(own_server), visit()
    page = waiting.open(f"/train?run={runs[40].id}")
    expect(page.get_by_text("40 runs before this one")).to_be_visible()
    press(page, "New run")
    press(page, "Train")
    expect(page.get_by_text(re.compile("runs are waiting already: try again in a few minutes"))).to_be_visible()
    # Both servers share this machine with the training: the bound leaves room for it, none for a page per waiting run.
    assert turning_pages_s(page) < 2 * turning_pages_s(idle.open()) + 1
    waiting.leave()


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
    if (!now || !now.plays || now.at <= 9) return null;
    for (const own of document.querySelectorAll("[data-testid*=BidiComponent]"))
        (own.shadowRoot ?? own).querySelector(".play")?.click();
    return now;
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
    press(page, "Replay")
    others = "getComputedStyle(document.querySelector('.st-key-closer')).visibility"
    page.wait_for_function(f"() => {{ const now = ({STATE})(); return now && now.plays && {others} === 'hidden'; }}")


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
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    widths = page.locator(".learning *").evaluate_all("all => all.map((own) => own.getBoundingClientRect().right)")
    assert max(widths) <= 391
