"""The samples as small pictures to choose from: the shapes that the network knows first."""

import base64
from collections.abc import Callable
from functools import cache
from io import BytesIO

from PIL import Image

from resnet_viz.images.samples import DRAWINGS, SAMPLES, SHAPES, sample_picture, sample_title
from resnet_viz.messages import gettext as _
from resnet_viz.ui import state
from resnet_viz.ui.shared.component import as_json, component

# Twice what is drawn, for fine screens.
_SIDE_PX = 112


def show(chosen: str, *, key: str, chose: Callable[[], None]) -> None:
    """Draw the choice; what is chosen there becomes the subject's picture, and `chose` is told."""
    groups = {
        _("Shapes: what the network learned"): tuple(SHAPES.indices),
        _("Photos"): tuple(name for name in SAMPLES if name not in DRAWINGS),
        _("Drawings"): tuple(name for name in DRAWINGS if name not in SHAPES.indices),
    }
    data = {
        "groups": [
            {
                "title": title,
                "images": [{"name": name, "title": sample_title(name), "source": _source(name)} for name in names],
            }
            for title, names in groups.items()
        ],
        "chosen": chosen,
    }
    component("thumbs")(key=key, data=as_json(data), on_did_change=lambda: _take(key, chose))


@cache
def _source(name: str) -> str:
    """Return a sample small, as an address that holds it (2 KB)."""
    out = BytesIO()
    sample_picture(name).rgb.resize((_SIDE_PX, _SIDE_PX), Image.Resampling.LANCZOS).save(out, "WEBP", quality=60)
    return f"data:image/webp;base64,{base64.b64encode(out.getvalue()).decode()}"


def _take(key: str, chose: Callable[[], None]) -> None:
    event = state.news(key)
    if event is None:
        return
    if event.get("image") in SAMPLES:
        state.set_parts(image=str(event["image"]))
        chose()
