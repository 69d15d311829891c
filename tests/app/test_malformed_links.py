"""Links as people, mailers and attackers break them, through the whole page: it is drawn, with sentences, and costs little."""

import os
import random
import string
import sys
from collections.abc import Iterator

import pytest

from resnet_viz.lessons.walks import shipped_walks
from resnet_viz.server import services
from resnet_viz.subject.links import MAX_SENTENCES, PARTS
from resnet_viz.ui import state

from ..measuring import measured
from ..standing_in import StillWorker
from .opening import PAGES, opened, texts

MOST_S, MOST_BYTES = 2.0, 300e6
SEEDS = [
    *(dict(stop.params) for walk in shipped_walks().values() for stop in walk.stops),
    {
        "preset": "course",
        "surgery": "drop:3b,cut:4a,silence:res3b_out:3+17",
        "pixel": "conv1:3.4.5",
        "beside": "weights:random",
    },
    {"demo": "course-on-shapes", "plan": "size_px=32;data.train=600;batch=16;spec.width=0.5", "with": "recorded-seeds"},
    {"preset": "cifar-20", "method": "integrated-gradients", "how": "steps=16;baseline=grey", "class": "2"},
    {
        "preset": "course",
        "against": "keras-v1,stem.use_relu=off",
        "panel": "difference",
        "open": "3.3b",
        "color": "macs",
    },
]
NASTY = (
    "",
    "0",
    "-1",
    "99999999999999999999",
    "000001999999",
    "1e999",
    "nan",
    "inf",
    "٣",
    "\x00",
    "../../etc/passwd",
    "run." * 30,
    "![x](http://198.51.100.1/x.png)",
    "<script>alert(1)</script>",
    "$$\\frac{}{}$$",
    "`" * 40,
    "😀" * 50,
    "\u202eabc",
    "a" * 3999,
    "9" * 4000,
    "." * 3000,
    ";" * 2000,
    "=" * 2000,
    ",".join(["drop:3b"] * 200),
    "{}",
    "None",
    "%s%n",
    "a\nb",
    "512.512.2048",
    "course,stages=6,width=16",
    "1024",
    "1024x1024x4",
    "100000",
    "128",
)
NAMES = [
    *PARTS,
    "preset",
    "input",
    "classes",
    "stages",
    "stages.3.blocks",
    "stages.2.convolution_filters",
    "width",
    "stem.filters",
]


def mutants(count: int) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield a page and the parts of a link to it: a good link with up to five parts broken."""
    source = random.Random(7)
    for _number in range(count):
        params = dict(source.choice(SEEDS))
        for _turn in range(source.randint(1, 5)):
            name = source.choice(NAMES if source.random() < 0.6 else list(params) or NAMES)
            text = params.get(name, "")
            kind = source.randrange(5)
            if kind == 0:
                text = source.choice(NASTY)
            elif kind == 1:
                place = source.randint(0, len(text))
                text = text[:place] + source.choice(string.printable) + text[place + source.randint(0, 2) :]
            elif kind == 2:
                text = source.choice(list(params.values()) or [""])
            elif kind == 3:
                text = text * source.randint(2, 40)
            else:
                text = "".join(source.choice([*"0123456789.:;,=+-", *NASTY[:16]]) for _ in range(source.randint(1, 20)))
            params[name] = text
            if source.random() < 0.05:
                params["".join(source.choices(string.printable, k=9))] = text
        yield source.choice(list(PAGES)), params


@pytest.fixture(autouse=True)
def _still(monkeypatch):
    monkeypatch.setattr(services, "worker", StillWorker)
    monkeypatch.setattr(state, "owner", lambda: "visitor")


def test_malformed_links_open_with_what_holds_and_sentences():
    """`RESNET_VIZ_FUZZ=2000` runs the large count; the default keeps CI quick."""
    count = int(os.environ.get("RESNET_VIZ_FUZZ", "25"))
    slowest, largest, spoke = 0.0, 0, 0
    opened("train")  # imports are no link's cost
    for page, params in mutants(count):
        with measured() as cost:
            app = opened("architecture", params)
        sentences = [item.value for item in app.warning]
        with measured() as other:
            if page != "architecture":
                app.switch_page(PAGES[page]).run()
        assert not app.exception, (page, params)
        assert "Traceback" not in texts(app)
        assert len(sentences) <= MAX_SENTENCES + 3  # one for the rest, and what the page says of the weights
        spoke += bool(sentences)
        for one in (cost, other):
            slowest, largest = max(slowest, one.seconds), max(largest, one.extra_bytes)
            assert one.seconds < MOST_S, (page, params)
            assert one.extra_bytes < MOST_BYTES, (page, params)
    sys.stdout.write(
        f"{count} links: {spoke} with sentences, slowest {slowest:.2f} s, largest {largest / 1e6:.0f} MB\n"
    )
    assert spoke > count / 3


@pytest.mark.parametrize(
    ("page", "params"),
    [
        ("activations", {"input": "1024"}),
        ("explain", {"classes": "100000"}),
        ("layers", {"classes": "100000"}),
        (
            "architecture",
            {"stages": "6", "width": "0.05", "input": "512", **{f"stages.{n}.blocks": "42" for n in range(2, 8)}},
        ),
    ],
)
def test_the_largest_that_a_link_can_ask_for_costs_a_page_little(page, params):
    opened(page)
    with measured() as cost:
        app = opened(page, params)
    assert params.items() <= dict(app.query_params).items()
    assert (cost.seconds < 2 * MOST_S, cost.extra_bytes < 150e6) == (True, True), cost
    if page == "activations":
        assert "choose a smaller input" in app.info[0].value


def test_a_bad_part_is_told_in_the_links_language_and_costs_nothing_else():
    params = {"image": "coffee", "lang": "zh", "weights": "random"}
    app = opened("architecture", params | {"color": "nope"})
    (sentence,) = [item.value for item in app.warning]
    assert "color='nope'" in sentence
    assert "must be" not in sentence
    assert params.items() <= dict(app.query_params).items()


def test_a_change_of_the_network_says_which_part_of_a_surgery_it_cost():
    app = opened("architecture", {"surgery": "drop:3b,silence:conv1:60"})
    app.session_state["section_stem"] = True
    app.run()
    app.number_input(key="spec_stem.filters").set_value(32).run()
    assert app.query_params["surgery"] == "drop:3b"
    assert "Left out: `silence:conv1:60`." in app.warning[0].value
    app.button(key="changes_undo").click().run()
    assert app.query_params["surgery"] == "drop:3b,silence:conv1:60"
