"""Writes the colour tables that Python and the browser share: 256 colours each, as matplotlib has them.

``python dev/tools/make_color_maps.py``, then ``make frontend``: the components carry the same file inside.
"""

import json

import matplotlib as mpl
import numpy as np

from resnet_viz.paths import ASSETS

TARGET = ASSETS / "color-maps.json"
NAMES = {"viridis": "viridis", "cividis": "cividis", "grey": "gray", "red-blue": "RdBu_r"}
"""Our names, and matplotlib's."""


def table(name: str) -> str:
    """Return a map's 256 colours as hexadecimal digits, one after the other."""
    colors = mpl.colormaps[name](np.arange(256))[:, :3]
    return np.round(colors * 255).astype(np.uint8).tobytes().hex()


if __name__ == "__main__":
    text = json.dumps({own: table(name) for own, name in NAMES.items()}, indent=1)
    TARGET.write_text(text + "\n", "utf-8")
    print(TARGET)
