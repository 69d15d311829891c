"""A mistake before it is put into words, and the order in which mistakes are told."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from resnet_viz.check.comparing import Difference
from resnet_viz.check.recorder import Found

IDS = (
    "no-return",
    "add-not-called",
    "argument-unknown",
    "block-skipped",
    "shortcut-late",
    "blocks-count",
    "filters-order",
    "squeeze-512",
    "kernel-size",
    "padding",
    "stride-missing",
    "stride-on-middle",
    "pool-same",
    "shortcut-conv-missing",
    "shortcut-twice",
    "batchnorm-missing",
    "shortcut-batchnorm-missing",
    "batchnorm-axis",
    "batchnorm-training",
    "relu-on-2c",
    "final-relu-missing",
    "stem-relu",
    "other",
    "classes-name",
)
"""Mistakes by name. What stands earlier explains what stands later, so it is told first."""


_WHOLE = frozenset(("short", "before"))
"""Forms that speak of a whole block: another block than the course's."""


@dataclass
class Draft:
    """A mistake before it is put into words.

    Attributes:
        id: Its name.
        form: Which of the mistake's sentences fits, "" for the usual one.
        line: Line of the code to look at.
        places: Where in the block, by our names: 2a, 2b, 2c, 1 (the shortcut), add, out.
        ours: Ids of our layers.
        theirs: Ids of theirs.
        values: What the sentences need.
    """

    id: str
    form: str = ""
    line: int | None = None
    places: list[str] = field(default_factory=list)
    ours: list[str] = field(default_factory=list)
    theirs: list[str] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)


def in_order(drafts: Iterable[Draft]) -> list[Draft]:
    """Return mistakes, the one that explains others first."""
    return sorted(drafts, key=lambda draft: (draft.form not in _WHOLE, IDS.index(draft.id), draft.line or 0))


def grouped(drafts: Iterable[Draft]) -> list[Draft]:
    """Return mistakes of one kind in several places as one."""
    made: dict[tuple[Any, ...], Draft] = {}
    for draft in drafts:
        apart = draft.values.get("apart", "")
        known = made.setdefault((draft.id, draft.form, apart), draft)
        if known is not draft:
            known.places += [place for place in draft.places if place not in known.places]
            known.ours += draft.ours
            known.theirs += draft.theirs
            known.values["layers"] = known.values.get("layers", []) + draft.values.get("layers", [])
            known.values["parameters"] = known.values.get("parameters", 0) + draft.values.get("parameters", 0)
    return list(made.values())


def from_found(found: Found) -> Draft:
    """Return a mistake that the recording itself shows."""
    values = dict(found.values)
    form = values.pop("form", "")
    values["apart"] = f"{form} {values.get('layer')} {values.get('name')}"
    return Draft(found.id, form, found.line, theirs=[found.step] if found.step else [], values=values)


def draft_of(mistake: str, difference: Difference, form: str = "", **values: Any) -> Draft:
    """Return a mistake about one difference."""
    ours, theirs, beside = difference.ours, difference.theirs, difference.beside
    step = theirs or beside
    line = step.line if step else None
    if theirs and difference.form == "changed" and difference.setting not in ("training", "kind"):
        line = theirs.made_line or line
    return Draft(
        mistake,
        form,
        line,
        [ours.place] if ours else [],
        [ours.id] if ours else [],
        [theirs.id] if theirs else [],
        values | {"step": theirs or ours, "ours": ours, "theirs": theirs, "beside": beside},
    )
