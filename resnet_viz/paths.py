"""Where the files beside the code lie; no other module works such a path out.

A checkout has them at its root, where a reader finds them. An installed package carries the same files, in the same
order, in a folder `app` of its own (pyproject.toml puts them there), so that nothing of ours lies loose among what
other packages installed.
"""

from pathlib import Path

PACKAGE = Path(__file__).parent
_INSTALLED = PACKAGE / "app"
HOME = _INSTALLED if _INSTALLED.is_dir() else PACKAGE.parent
"""The folder of `app.py`, of its `.streamlit/config.toml`, of `pages/` and of `assets/`."""

APP = HOME / "app.py"
PAGES = HOME / "pages"
ASSETS = HOME / "assets"

LOCALE = PACKAGE / "locale"
FRAME = PACKAGE / "ui" / "main.py"
STYLE = PACKAGE / "ui" / "style"
FRONTEND = PACKAGE / "ui" / "frontend"
