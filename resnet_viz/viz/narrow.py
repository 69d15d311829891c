"""Which words of a chart a narrow window leaves out, so that none of them lies over another or is cut.

How wide the window is, only the browser knows: what finds room in a wide one alone is marked here, and `style/page.css`
hides it in a narrow one.
"""

from collections.abc import Sequence

from resnet_viz.viz.boxes import text_width_pt

NARROW_PX, WIDE_PX = 364, 1100
"""Of a chart on a phone, and of one on a laptop."""
# Of an axis, between the numbers of two others; names are a little narrower than they are taken to be.
_WIDE_AXIS_PX, _NARROW_AXIS_PX = 1050, 194
_APART_PX = 2


def wide_only(text: str) -> str:
    """Return a part of a text that a narrow window hides."""
    return f"<span style='--wide:1'>{text}</span>" if text else ""


def phone_only(text: str) -> str:
    """Return a part of a text for which a window has another place, unless it is a phone's."""
    return f"<span style='--phone:1'>{text}</span>"


def title_in(texts: Sequence[str], share: float, letters_px: int, narrow: Sequence[str] = ()) -> str:
    """Return the first of some texts that fits into a share of a chart's width, what a narrow chart has no room for marked.

    Args:
        texts: From the longest to the shortest, each a part of the one before.
        share: Of the chart's width, from 0 to 1.
        letters_px: The size of the letters.
        narrow: What a narrow chart has rather, where it fits and is a part of what a wide one has.
    """

    def fitting(those: Sequence[str], width_px: int) -> str:
        return next((text for text in those if text_width_pt(text, letters_px) < share * width_px), "")

    whole = fitting(texts, WIDE_PX)
    part = fitting([text for text in (*texts[:1], *narrow, *texts[1:]) if text in whole], NARROW_PX)
    if not part:
        return wide_only(whole)
    before, _part, after = whole.partition(part)
    return wide_only(before) + part + wide_only(after)


def names_along(places: dict[str, float], first: Sequence[str], letters_px: int) -> list[str]:
    """Return the names along an axis that lie over no other; those that only a wide chart has room for are marked.

    Args:
        places: Where on the axis the middle of each name is, from 0 to 1, in order.
        first: The names that a narrow chart has, if it has room, those that matter most first; a wide one has them before others.
        letters_px: The size of the letters.
    """
    ranked = sorted(places, key=lambda name: name not in first)
    wide = _apart(places, ranked, _WIDE_AXIS_PX, letters_px)
    narrow = _apart(places, first, _NARROW_AXIS_PX, letters_px)
    return [name if name in narrow else wide_only(name) if name in wide else "" for name in places]


def names_at(points: Sequence[tuple[float, float, str]], letters_px: int) -> list[str]:
    """Return the names of a cloud's points; those that would lie over another in a narrow chart are marked.

    Args:
        points: Where each lies along and across, in any units, and its name; the last ones have theirs before others.
        letters_px: The size of the letters.
    """
    along, across = [x for x, _y, _name in points], [y for _x, y, _name in points]
    px_along = _NARROW_AXIS_PX / (max(along) - min(along) or 1)
    px_across = _NARROW_AXIS_PX / (max(across) - min(across) or 1)
    kept: list[tuple[float, float, str]] = []
    for x, y, name in reversed(points):
        wide = text_width_pt(name, letters_px)
        if all(
            abs(x - a) * px_along > (wide + text_width_pt(other, letters_px)) / 2 + _APART_PX
            or abs(y - b) * px_across > 1.5 * letters_px
            for a, b, other in kept
        ):
            kept.append((x, y, name))
    return [name if (x, y, name) in kept else wide_only(name) for x, y, name in points]


def _apart(places: dict[str, float], names: Sequence[str], width_px: float, letters_px: int) -> set[str]:
    """Return the names that find room between those before them."""
    kept: set[str] = set()
    for name in names:
        half = text_width_pt(name, letters_px) / 2
        if all(
            abs(places[name] - places[other]) * width_px > half + text_width_pt(other, letters_px) / 2 + _APART_PX
            for other in kept
        ):
            kept.add(name)
    return kept
