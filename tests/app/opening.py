"""Pages opened without a browser, and what they say."""

from pathlib import Path

from streamlit.testing.v1 import AppTest

from resnet_viz.messages import use_language

ROOT = Path(__file__).parents[2]
MAIN = str(ROOT / "resnet_viz" / "ui" / "main.py")
PAGES = {name: str(ROOT / "pages" / f"{name}.py") for name in ("architecture", "layers", "activations", "train")}


def opened(page: str = "architecture", params: dict[str, str] | None = None) -> AppTest:
    """Return a page after its first run; fails on any exception on the page."""
    use_language((params or {}).get("lang", "en"))  # AppTest formats options on this thread, not the page's
    app = AppTest.from_file(MAIN, default_timeout=90)
    for name, value in (params or {}).items():
        app.query_params[name] = value
    app.run()
    if page != "architecture":
        app.switch_page(PAGES[page]).run()
    assert not app.exception
    return app


def texts(app: AppTest) -> str:
    kinds = ("markdown", "subheader", "warning", "info", "error", "code", "caption")
    parts = [element.value for kind in kinds for element in getattr(app, kind)]
    return "\n".join([*parts, *(element.body for element in app.get("html"))])


def popover_labels(app: AppTest) -> list[str]:
    return [block.proto.popover.label for block in app.get("popover")]
