"""Names under which things are stored: one rule for all of them, so that no name leads out of its folder."""

import re
from pathlib import Path

from resnet_viz.errors import SpecError, broken_rule
from resnet_viz.messages import gettext as _

_NAME = re.compile(r"[A-Za-z0-9_-]{1,80}")


def is_stored_name(text: str) -> bool:
    """Whether a text may be the name of something stored: 1 to 80 ASCII letters, digits, `-` and `_`."""
    return bool(_NAME.fullmatch(text))


def stored_at(folder: Path, name: str, suffix: str = "") -> Path:
    """Return where something of that name is stored, in `folder` itself.

    Raises:
        SpecError: If the name breaks the rule.
    """
    if not is_stored_name(name):
        raise SpecError(broken_rule("name", _("1 to 80 letters, digits, `-` or `_`"), name))
    return folder / f"{name}{suffix}"
