"""What a browser gets before anything of the page has run: the theme's colours, and our styles in the HTML."""

import re
import tomllib
from pathlib import Path

import pytest
from starlette.responses import Response
from streamlit.file_util import get_static_dir

from resnet_viz.paths import FRONTEND
from resnet_viz.server.first_paint import FirstPaint

ROOT = Path(__file__).parents[2]
THEME = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text("utf-8"))["theme"]
GROUNDS = ("backgroundColor", "secondaryBackgroundColor")


def luminance(color: str) -> float:
    parts = [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Return WCAG's ratio of two colours, by the definition."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_the_measure_of_contrast_by_hand():
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)  # the well-known grey that just fails


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_themes_own_colours_can_be_read(scheme):
    theme = THEME[scheme]
    assert contrast("#ffffff", theme["primaryColor"]) >= 4.5  # Streamlit writes white on it
    for ground in GROUNDS:
        assert contrast(theme["primaryColor"], theme[ground]) >= 3  # marks: radio buttons, switches, sliders
        assert contrast(theme["linkColor"], theme[ground]) >= 4.5
        assert contrast(theme["textColor"], theme[ground]) >= 7


async def inner(scope, _receive, send):
    """Answer as Streamlit does: its page under every name, tagged; other files as they are, with what was asked of them."""
    asked = {name.decode(): value.decode() for name, value in scope["headers"]}
    is_page = not scope["path"].startswith("/media")
    kind, text = (
        ("text/html; charset=utf-8", "<head></head><body></body></html>") if is_page else ("text/plain", "</head>")
    )
    if is_page and "if-none-match" in asked:
        answer = Response(status_code=304)
    else:
        answer = Response(text + asked.get("range", ""), media_type=kind, headers={"etag": '"streamlits"'})
    await answer(scope, _receive, send)


def ask(path: str, *, app: FirstPaint | None = None, **headers: str) -> tuple[int, dict[str, str], str]:
    """Return status, headers and body of one request."""
    sent: list[dict] = []

    async def send(message):
        sent.append(message)

    listed = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": "GET", "path": path, "headers": listed}
    # Nothing here waits, so one step finishes it; no event loop, since the browser tests keep one running.
    with pytest.raises(StopIteration):
        (app or FirstPaint(inner))(scope, None, send).send(None)
    kept = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], kept, b"".join(message["body"] for message in sent[1:]).decode(errors="replace")


def test_a_page_brings_the_first_styles_and_a_link_to_the_rest():
    head = ask("/layers", accept="text/html,*/*")[2].split("</head>")[0]
    assert 'button[kind="tertiary"]' in head
    assert "history_${step}" in head  # undo and redo by keys, on every page
    (link,) = re.findall(r'<link rel="stylesheet" href="\./(style/page-[0-9a-f]{12}\.css)">', head)
    _status, headers, sheet = ask(f"/{link}", accept="text/css")
    assert headers["content-type"].startswith("text/css")
    assert "immutable" in headers["cache-control"]
    assert "stMainBlockContainer" in sheet
    assert ask(f"/some/base/{link}")[2] == sheet


@pytest.mark.parametrize(
    ("path", "component"),
    [
        ("/", "graph"),
        ("/base/path/", "graph"),
        ("/architecture", "graph"),
        ("/layers", "overview"),
        ("/base/path/activations", "maps"),
        ("/explain", "maps"),
        ("/train", "learning"),
        ("/weights", "weights"),
        ("/check", "check"),
    ],
)
def test_a_page_has_the_code_fetched_of_what_it_shows_first(path, component):
    """By links in its text: a header grew to 2 kB, more than some proxies take."""
    _status, headers, text = ask(path, accept="text/html")
    own, *streamlits = re.findall(r'<link rel="modulepreload" href="\./([^"]+)">', text)
    folder, _slash, name = own.rpartition("/")
    assert folder == f"_stcore/bidi-components/resnet-viz.{component}"
    assert (FRONTEND / component / name).is_file()
    assert any(name.startswith("static/js/BidiComponent.") for name in streamlits)
    assert len(streamlits) == len(set(streamlits))
    assert [name for name in streamlits if not Path(get_static_dir(), name).is_file()] == []
    assert "link" not in headers


def test_a_page_is_asked_for_once_and_any_other_address_again():
    """There are as many pages as files; of other addresses, which Streamlit answers alike, there is no end."""
    asked = []

    async def counting(scope, receive, send):
        asked.append(scope["path"])
        await inner(scope, receive, send)

    app = FirstPaint(counting)
    first, again = (ask("/layers", app=app, accept="text/html") for _time in range(2))
    assert first == again
    assert first[2].endswith("</html>")
    for path in ("/", "/activations", "/", "/layers/x", "/x/layers", "/nowhere", "/nowhere", "/layers/x"):
        ask(path, app=app, accept="text/html")
    assert asked == ["/layers", "/", "/activations", "/layers/x", "/x/layers", "/nowhere", "/nowhere", "/layers/x"]


def test_what_is_added_to_one_answers_headers_is_not_in_the_next():
    app, starts = FirstPaint(inner), []

    async def send(message):
        if message["type"] == "http.response.start":
            starts.append(list(message["headers"]))
            message["headers"].append((b"set-cookie", b"somebody's"))

    scope = {"type": "http", "method": "GET", "path": "/", "headers": [(b"accept", b"text/html")]}
    for _time in range(3):
        with pytest.raises(StopIteration):
            app(scope, None, send).send(None)
    assert starts[0] == starts[1] == starts[2]


def test_the_icon_is_ours_before_anything_of_the_page_has_run():
    icon = (ROOT / "assets" / "icon.png").read_bytes()
    for path in ("/favicon.png", "/some/base/favicon.png"):
        status, headers, _text = ask(path, accept="image/*")
        assert (status, headers["content-type"], headers["content-length"]) == (200, "image/png", str(len(icon)))


def test_a_page_is_never_taken_for_an_older_one():
    """Streamlit's file stays while our styles change: a browser that compares tags would keep a link to an old sheet."""
    status, headers, text = ask("/layers", accept="text/html", if_none_match='"streamlits"', range="bytes=0-9")
    assert status == 200
    assert text.endswith("</html>")
    assert "etag" not in headers
    assert int(headers["content-length"]) == len(text.encode())


def test_other_answers_pass_untouched():
    for accept in ("text/html", "*/*"):
        assert ask("/media/x", accept=accept)[2] == "</head>"
    assert ask("/media/x", accept="*/*", range="bytes=0-9")[1:] == (
        {"etag": '"streamlits"', "content-length": "16", "content-type": "text/plain; charset=utf-8"},
        "</head>bytes=0-9",
    )
    assert ask("/layers", accept="*/*", if_none_match='"streamlits"')[0] == 304


def test_every_rule_wins_over_streamlits_own():
    """Streamlit's styles come after ours: a selector without `:root` in front would lose against theirs."""
    for name in ("page", "first", "projector", "walk"):
        text = (ROOT / "resnet_viz" / "ui" / "style" / f"{name}.css").read_text("utf-8")
        text = re.sub(r"/\*.*?\*/|@keyframes .*|\([^()]*(?:\([^()]*\)[^()]*)*\)", "", text, flags=re.DOTALL)
        selectors = [part.strip() for found in re.findall(r"([^{};]+)\{", text) for part in found.split(",")]
        assert len(selectors) > 2
        assert [one for one in selectors if not one.startswith((":root", "@media"))] == []
