"""Pages opened without a browser, and what they say."""

import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
from streamlit.testing.v1 import AppTest

from resnet_viz.messages import use_language
from resnet_viz.ui import state
from tests.patience import PATIENCE_S

ROOT = Path(__file__).parents[2]
MAIN = str(ROOT / "resnet_viz" / "ui" / "main.py")
PAGES = {
    name: str(ROOT / "pages" / f"{name}.py")
    for name in ("architecture", "layers", "activations", "explain", "train", "weights", "check")
}
OPENED: list[str] = []
"""Pages opened so far."""

# What is folded away is not computed, and no test could turn it.
FOLDED = (
    state.CHANGING.key,
    "another_picture",
    "surgery_menu",
    "explain_settings",
    *(f"subject_{part}" for part in ("preset", "input", "classes", "weights", "image", "language")),
)


def opened(page: str = "architecture", params: dict[str, str] | None = None, *, folded: bool = False) -> AppTest:
    """Return a page after its first run, with all controls of the frame open unless they are to be folded."""
    use_language((params or {}).get("lang", "en"))  # AppTest formats options on this thread, not the page's
    app = AppTest.from_file(MAIN, default_timeout=PATIENCE_S)
    for name, value in (params or {}).items():
        app.query_params[name] = value
    for name in () if folded else FOLDED:
        app.session_state[name] = True
    if page != "architecture":
        app.switch_page(PAGES[page])
    app.run()
    OPENED.append(page)
    assert not app.exception
    return app


def ran(code: str) -> AppTest:
    """Run a script of a few lines; Streamlit's own patience of 3 s is too short for a busy machine."""
    return AppTest.from_string(code, default_timeout=PATIENCE_S).run()


def texts(app: AppTest) -> str:
    kinds = ("markdown", "subheader", "warning", "info", "error", "code", "caption")
    parts = [element.value for kind in kinds for element in getattr(app, kind)]
    bodies = [element.body for element in app.get("html")]
    return "\n".join([*parts, *(body for body in bodies if not body.startswith("<style>"))])


def exactly(app: AppTest, sentence: str) -> str:
    """Return what stands behind the "?" of a sentence on the page."""
    return str(next(item.proto.help for item in app.markdown if sentence in item.value))


def popover_labels(app: AppTest) -> list[str]:
    return [block.proto.popover.label for block in app.get("popover")]


def read_payload(data: bytes) -> tuple[dict[str, Any], list[np.ndarray]]:
    """Return what the browser reads from the bytes of maps: the header, and arrays ``(channels, height, width)``."""
    (length,) = struct.unpack_from("<I", data)
    header = json.loads(data[4 : 4 + length])
    arrays = []
    for entry in header["arrays"]:
        if "from" in entry:
            arrays.append(np.zeros(0))
            continue
        shape = len(entry["channels"]), entry["height"], entry["width"]
        values = np.frombuffer(data, "<f2", int(np.prod(shape)), 4 + length + entry["offset"])
        arrays.append(values.reshape(shape).astype(np.float32) * entry["scale"])
    return header, arrays


def maps_shown(app: AppTest) -> tuple[dict[str, Any], list[np.ndarray]]:
    """Return the first maps on the page, as the browser gets them."""
    element = next(item for item in app.get("bidi_component") if item.proto.component_name.endswith("maps"))
    return read_payload(element.proto.bytes)
