"""What an explanation says: the answer in one sentence, three facts in sight, the exact figures behind. No Keras."""

from dataclasses import dataclass

from resnet_viz.analysis.receptive_field import Extent, ReceptiveField
from resnet_viz.attribution.catalogue import METHODS, method_title, setting_title, value_title
from resnet_viz.messages import gettext as _
from resnet_viz.messages import joined, ngettext
from resnet_viz.results import Attribution
from resnet_viz.viz.words import number_text

ENOUGH_CELLS = 64
"""Cells of a layer from where on its map shows more than a corner; a rank correlation of fewer says little."""
# Share of a picture's side from where on an empty strip at its edge wants a word.
_STRIP = 1 / 16


@dataclass(frozen=True)
class Explanation:
    """An attribution with what its sentences need.

    Attributes:
        method: A name of `METHODS`.
        name: What the class is called.
        found: What the method found.
        settings: All settings of the method.
        layer: What the layer is called that a map belongs to; "" where its cells are pixels.
        field: Where that layer's cells look.
        picture_px: Height and width of the picture.
    """

    method: str
    name: str
    found: Attribution
    settings: dict[str, str]
    layer: str = ""
    field: ReceptiveField | None = None
    picture_px: tuple[int, int] = (0, 0)


def question(name: str, *, is_likeliest: bool) -> str:
    """Return what is asked, as a heading."""
    return (_("Why “{name}”?") if is_likeliest else _("What speaks for “{name}”?")).format(name=name)


def answer(of: Explanation) -> str:
    """Return the answer in one sentence."""
    numbers, score = of.found.numbers, of.found.score
    if of.method == "occlusion":
        fall = numbers["largest_fall"]
        sentence = _("Cover the patch that matters most, and the score of “{name}” falls from {score} to {low}.")
        if fall <= 0:
            sentence = _("Whatever part is covered, the score of “{name}” does not fall.")
        elif short(score) == short(score - fall):
            sentence = _("Whatever part is covered, the score of “{name}” hardly changes.")
        return sentence.format(name=of.name, score=short(score), low=short(score - fall))
    if of.method == "integrated-gradients":
        return _("The red pixels push the score of “{name}” up, the blue ones push it down.").format(name=of.name)
    cells, positive = int(numbers["cells"]), int(numbers["positive"])
    sentence = _("The red cells speak for “{name}”, the blue ones against it.")
    if positive == cells:
        sentence = _("All {n} cells speak for “{name}”: the redder, the more.")
    elif positive == 0:
        sentence = _("No cell of this layer speaks for “{name}”.")
    return sentence.format(name=of.name, n=f"{cells:,}")


def facts(of: Explanation) -> list[str]:
    """Return what a reader must know of the map: how it came about, what was measured, the score itself."""
    numbers, settings = of.found.numbers, of.settings
    if of.method == "occlusion":
        count = int(numbers["patches"])
        how = ngettext(
            "{n} place was covered, with a patch of {size}×{size} pixels.",
            "{n} places were covered, each with a patch of {size}×{size} pixels.",
            count,
        ).format(n=f"{count:,}", size=settings["patch"])
        if count > 1:
            how = joined(
                (how, _("A pixel shows the mean of the patches over it, which is never more than the largest fall.")),
                " ",
            )
        what = _("Red: without this part the score falls. Blue: without it the score rises.")
    elif of.method == "integrated-gradients":
        how = _("From {start} to the picture in {n} steps.").format(
            start=_start(settings["baseline"]), n=settings["steps"]
        )
        what = _("All pixels add up to {sum}. On the way the score rose by {diff}.").format(
            sum=short(numbers["sum"]), diff=short(numbers["difference"])
        )
    else:
        how = _cells(of)
        what = _("{n} of {all} cells speak for “{name}”.").format(
            n=f"{numbers['positive']:,.0f}", all=f"{numbers['cells']:,.0f}", name=of.name
        )
    score = _("The score of “{name}” (its logit, before softmax) is {score}.")
    return [how, what, score.format(name=of.name, score=short(of.found.score))]


def figures(of: Explanation, weights: str) -> list[tuple[str, str]]:
    """Return the exact figures, by name.

    Args:
        of: The explanation.
        weights: What the weights are called.
    """
    values = of.found.values
    rows = [
        (_("method"), _("{what}, {detail}").format(what=method_title(of.method), detail=METHODS[of.method].reference)),
        (_("logit, before the softmax"), number_text(of.found.score)),
        (_("map"), f"{values.shape[0]}×{values.shape[1]}{', ' + of.layer if of.layer else ''}"),
        (_("its range"), f"{number_text(float(values.min()), 3)} … {number_text(float(values.max()), 3)}"),
    ]
    titles = {
        "patches": _("patches"),
        "largest_fall": _("largest fall"),
        "positive": _("cells above 0 (the paper's map is these alone)"),
        "baseline_score": _("score of the start"),
        "difference": _("difference of the scores"),
        "sum": _("sum over the pixels"),
        "residual": _("completeness residual"),
    }
    rows += [(title, number_text(of.found.numbers[key])) for key, title in titles.items() if key in of.found.numbers]
    rows += [(setting_title(key), value_title(value)) for key, value in of.settings.items()]
    return [
        (name, value.replace("-", "−") if name != _("method") else value)
        for name, value in [*rows, (_("weights"), weights)]
    ]


def short(value: float) -> str:
    """Return a score with one decimal, a small one with two digits, with a true minus.

    >>> short(14.04), short(-0.0123), short(4.96)
    ('14.0', '−0.012', '5.0')
    """
    return (f"{value:.1f}" if abs(value) >= 1 else number_text(value, 2)).replace("-", "−")


def _start(baseline: str) -> str:
    return {"black": _("black"), "grey": _("grey"), "mean": _("the picture's mean colour")}[baseline]


def _cells(of: Explanation) -> str:
    """Return how large a layer's map is, and where on the picture its squares lie."""
    height, width = of.found.values.shape
    if height * width < ENOUGH_CELLS:
        sentence = _(
            "This layer has only {size} cells, so the map is coarse. Each square lies over the middle of what its cell sees."
        )
    else:
        sentence = _("Layer {layer} has {size} cells. Each square lies over the middle of what its cell sees.")
    found = sentence.format(size=f"{height}×{width}", layer=of.layer)
    if of.field and not covers(of.field, (height, width), of.picture_px):
        found = joined((found, _("Where no square is drawn, no cell has its middle.")), " ")
    return found


def covers(field: ReceptiveField, cells: tuple[int, int], picture_px: tuple[int, int]) -> bool:
    """Whether squares about the middles of what cells see leave no visible strip of the picture free."""
    axes: list[tuple[Extent, int, int]] = [
        (field.height, cells[0], picture_px[0]),
        (field.width, cells[1], picture_px[1]),
    ]
    for extent, count, pixels in axes:
        first = extent.start + (extent.size - extent.stride) / 2
        if max(first, pixels - first - count * extent.stride) > pixels * _STRIP:
            return False
    return True
