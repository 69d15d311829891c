"""How networks learn, as one picture: each network drawn beside its number, and its curve on axes that stand from the start."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from resnet_viz.analysis import NetworkSummary
from resnet_viz.analysis.curves import Metrics, by_network, recent_means
from resnet_viz.messages import gettext as _
from resnet_viz.messages import joined, ngettext
from resnet_viz.viz.curves import line_name
from resnet_viz.viz.strip import network_strip
from resnet_viz.viz.theme import series_marks
from resnet_viz.viz.words import network_name, percent_text

# What a browser draws in a frame; longer runs are thinned evenly.
_POINTS = 600
SHARES = ("training_accuracy", "inference_accuracy", "validation_accuracy")


def learning_data(
    networks: Mapping[str, NetworkSummary],
    runs: Mapping[str, Sequence[Metrics]],
    name: str,
    *,
    steps: int,
    classes: int,
) -> dict[str, Any]:
    """Return what the component draws: networks, curves, and both axes, which do not move while it plays.

    Args:
        networks: The networks of the run, by name.
        runs: Measurements by title of the run, the run itself first.
        name: What the curves show: a name of `resnet_viz.viz.curves.LINES`.
        steps: Where the axis ends, if the run does not go further.
        classes: Of the pictures, for what guessing would reach.
    """
    marks = series_marks(networks)
    top = 1.0 if name in SHARES else _top([line[name] for lines in runs.values() for line in lines if name in line])
    reached = max((line["update"] for lines in runs.values() for line in lines), default=0)
    is_share = name in SHARES
    guess = 1 / max(1, classes)
    return {
        "networks": [_network(own, summary, marks[own]) for own, summary in networks.items()],
        "curves": _curves(runs, name, networks),
        "x": {"last": max(steps, reached, 1), "title": _("steps")},
        "y": {"top": top, "title": _title(name), "is_share": is_share},
        "guess": {"value": guess, "text": _("guessing: {share}").format(share=percent_text(guess))}
        if is_share
        else None,
        "alt": _("Curves of {networks} over the steps").format(networks=joined(map(network_name, networks))),
        "words": {
            "of": _("training pictures right") if name == "training_accuracy" else "",
            "play": _("Play"),
            "pause": _("Pause"),
            "again": _("Play again"),
            "step": _("Step"),
            "key": _("Thick: mean of the last 3 measurements. Thin: each one."),
        },
    }


def _title(name: str) -> str:
    return _("training pictures it gets right") if name == "training_accuracy" else line_name(name)


def _network(name: str, summary: NetworkSummary, mark: Any) -> dict[str, Any]:
    blocks = summary.graph.blocks
    count = ngettext("{n} block", "{n} blocks", len(blocks)).format(n=len(blocks))
    has_shortcuts = any(block.add for block in blocks)
    kind = (
        _("{blocks}, a shortcut around each, {n} parameters")
        if has_shortcuts
        else _("{blocks}, no shortcuts, {n} parameters")
    )
    return {
        "name": name,
        "title": network_name(name),
        "caption": kind.format(blocks=count, n=f"{summary.totals.parameters:,}"),
        "svg": network_strip(summary),
        "color": mark.color,
    }


def _curves(runs: Mapping[str, Sequence[Metrics]], name: str, networks: Mapping[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    keys = [
        network if number == 0 else f"{title}/{network}"
        for number, (title, metrics) in enumerate(runs.items())
        for network in by_network(metrics)
    ]
    marks = series_marks(dict.fromkeys([*networks, *keys]))
    for number, (title, metrics) in enumerate(runs.items()):
        for network, lines in by_network(metrics).items():
            shown = [line for line in lines if math.isfinite(line.get(name) or 0.0) and line.get(name) is not None]
            if not shown:
                continue
            step = max(1, len(shown) // _POINTS)
            values = [line[name] for line in shown]
            means = recent_means(values) if name == "training_accuracy" else values
            kept = sorted({*range(0, len(shown), step), len(shown) - 1})
            mark = marks[network if number == 0 else f"{title}/{network}"]
            label = network_name(network)
            found.append(
                {
                    "network": network if number == 0 else "",
                    "title": label if number == 0 else joined((title, label), ": "),
                    "color": mark.color,
                    "dash": _DASHES.get(mark.dash, ""),
                    "points": [[shown[i]["update"], means[i], values[i]] for i in kept],
                }
            )
    return found


# Plotly's names of dashes, as SVG has them.
_DASHES = {"dash": "9 5", "dot": "2 5", "dashdot": "9 5 2 5", "longdash": "14 6", "longdashdot": "14 6 2 6"}


def _top(values: Sequence[float]) -> float:
    """Return where an axis from 0 ends: at 1, 2 or 5 times a power of ten, no lower than the largest value."""
    largest = max((value for value in values if math.isfinite(value)), default=1.0) or 1.0
    power = 10.0 ** math.floor(math.log10(largest))
    return next(power * digit for digit in (1, 2, 4, 5, 10) if power * digit >= largest)
