"""The likeliest classes as an HTML table with bars."""

import html

import numpy as np
import numpy.typing as npt

from resnet_viz.messages import gettext as _

FloatArray = npt.NDArray[np.float32]

# Characters of a class's name that leave room for its bar.
_SHORT_NAME = 12


def prediction_table(
    names: list[str], shares: FloatArray, before: FloatArray | None, count: int, assumed: str = ""
) -> str:
    """Return the likeliest classes.

    Args:
        names: Of all classes.
        shares: Their probabilities, ``(classes,)``.
        before: The same before a surgery; None without one.
        count: How many classes to list.
        assumed: What is to be known of the names.
    """
    order = np.argsort(-shares, kind="stable")[:count]
    title = _("prediction") if before is None else _("before → after the surgery")
    aside = f" <small>{html.escape(assumed)}</small>" if assumed else ""
    head = f"<caption>{html.escape(title)}{aside}</caption>"
    rows = []
    for place in order:
        name, value, track = _named(names[place]), f"{shares[place]:.1%}", _bar(shares[place], "now")
        if before is not None:
            value, track = f"{before[place]:.1%} → {value}", _bar(before[place], "before") + track
        rows.append(f"<tr><td>{name}</td><td>{track}</td><td>{value}</td></tr>")
    return f"<table class='prediction'>{head}{''.join(rows)}</table>"


def _named(name: str) -> str:
    """Return a class's name, a short one on one line."""
    return html.escape(name if len(name) > _SHORT_NAME else name.replace(" ", "\u00a0"))


def _bar(share: float, kind: str) -> str:
    """Return a bar that is as long as its track at 100 %."""
    return f"<i class='{kind}' style='width:{100 * float(share):.1f}%'></i>"
