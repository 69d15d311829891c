"""What differs and changes nothing that is judged: names, seeds, starts, layers made for nothing."""

from collections.abc import Iterable

from resnet_viz.check.answer import Remark
from resnet_viz.check.comparing import Comparison
from resnet_viz.check.recorder import Step
from resnet_viz.check.wording import at_line, layer_text
from resnet_viz.messages import gettext as _
from resnet_viz.messages import joined, ngettext

_STARTS = frozenset(("glorotuniform", "randomuniform", "", "none"))
"""Starts that an edition of the course uses."""


def remarks_on(function: str, pairs: Iterable[tuple[Step, Step]], *, with_names: bool) -> list[Remark]:
    """Return remarks on layers that both graphs have.

    Args:
        function: Where.
        pairs: Our layer and theirs.
        with_names: Whether the names can be known: without stage and block they cannot.
    """
    both = list(pairs)
    found = [_names(function, both)] if with_names else []
    found += [_seeds(function, both), _starts(function, both), _settings(function, both), _extras(function, both)]
    return [each for each in found if each]


def unread_remark(function: str, found: Comparison) -> list[Remark]:
    """Return a remark on layers that are made for nothing and that no mistake is about."""
    known = {other.id for other in found.pairs.values()}
    left = [step for step in found.unread if step.id not in known and step.kind != "input"]
    if not left:
        return []
    text = _("{layer} is made, but nothing reads it.").format(layer=layer_text(left[0]))
    return [_remark("unread", left[0], function, text)]


def _remark(name: str, step: Step, function: str, text: str) -> Remark:
    return {"id": name, "line": step.line, "function": function, "sentence": at_line(step.line, text)}


def _names(function: str, pairs: list[tuple[Step, Step]]) -> Remark | None:
    others = [(mine, other) for mine, other in pairs if mine.name and other.name and mine.name != other.name]
    if not others:
        return None
    names = [other.name for _mine, other in pairs if other.name]
    twice = next((other for _mine, other in others if names.count(other.name) > 1), None)
    if twice:
        text = _("the name “{theirs}” is used twice, and `Model` stops at that.")
        return _remark("name", twice, function, text.format(theirs=twice.name))
    mine, other = others[0]
    text = ngettext(
        "the name is “{theirs}”, in the course “{ours}”. Only the name differs.",
        "{n} layers have other names than in the course, such as “{theirs}” for “{ours}”. Only the names differ.",
        len(others),
    )
    return _remark("name", other, function, text.format(n=len(others), theirs=other.name, ours=mine.name))


def _seeds(function: str, pairs: list[tuple[Step, Step]]) -> Remark | None:
    without = [other for mine, other in pairs if mine.kind == "conv" and other.settings.get("seed") is None]
    if not without:
        return None
    text = ngettext(
        "the convolution has no seed, so every start gives other weights.",
        "{n} convolutions have no seed, so every start gives other weights.",
        len(without),
    )
    return _remark("seed", without[0], function, text.format(n=len(without)))


def _starts(function: str, pairs: list[tuple[Step, Step]]) -> Remark | None:
    for mine, other in pairs:
        name = str(other.settings.get("initializer", ""))
        if mine.kind == "conv" and name.lower().replace("_", "") not in _STARTS:
            text = _("the weights start from {name}, in the course from glorot_uniform. The graph is the same.")
            return _remark("initializer", other, function, text.format(name=name))
    return None


def _settings(function: str, pairs: list[tuple[Step, Step]]) -> Remark | None:
    for mine, other in pairs:
        if mine.kind == "batch_norm":
            for name, usual in (("momentum", 0.99), ("epsilon", 1e-3)):
                if other.settings.get(name) != usual:
                    text = _("BatchNorm has {name} {value}, in the course {usual}. The graph is the same.")
                    return _remark(
                        "settings", other, function, text.format(name=name, value=other.settings.get(name), usual=usual)
                    )
    return None


def _extras(function: str, pairs: list[tuple[Step, Step]]) -> Remark | None:
    for _mine, other in pairs:
        names = other.settings.get("extras")
        if names:
            text = _("{layer} has {names}, in the course it has none. The graph is the same.")
            shown = joined(f"`{name}`" for name in names)
            return _remark("settings", other, function, text.format(layer=layer_text(other), names=shown))
    return None
