"""A lesson on paper: its questions with room for answers; and, for teachers, what is right on the network at hand."""

import html
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from resnet_viz.analysis.arithmetic import shape_text
from resnet_viz.errors import ResNetVizError
from resnet_viz.images.samples import sample_title
from resnet_viz.lessons.asks import Ask, expected
from resnet_viz.lessons.grounds import Grounds, Unit, Value
from resnet_viz.lessons.marks import unmarked
from resnet_viz.lessons.quantities import value
from resnet_viz.lessons.told import text_of, told
from resnet_viz.lessons.walks import Stop, Walk
from resnet_viz.messages import current_language, joined
from resnet_viz.messages import gettext as _
from resnet_viz.paths import STYLE
from resnet_viz.reports.names import weights_text
from resnet_viz.spec import DEFAULT_PRESET, ResNetSpec
from resnet_viz.subject.links import from_params
from resnet_viz.subject.subject import UPLOAD, Subject
from resnet_viz.subject.trial import Trial
from resnet_viz.training.demos import demos
from resnet_viz.viz.words import percent_text

_RUNS = "train"
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


class Bench(NamedTuple):
    """Where a stop's numbers are computed and measured.

    Attributes:
        trial: What its link comes to.
        grounds: The same, to be asked for quantities.
    """

    trial: Trial
    grounds: Grounds


@dataclass(frozen=True)
class Printed:
    """What is printed, and how.

    Attributes:
        walk: The lesson.
        in_language: Returns a text of it as the reader reads it.
        bench: Returns where the numbers of a subject come from.
        link: Returns the address of a stop by number; "" where nobody serves it.
        network: The network at hand, by preset and specification: it stands in for the course's. None for the lesson's own.
    """

    walk: Walk
    in_language: Callable[[str], str]
    bench: Callable[[Subject], Bench]
    link: Callable[[int], str]
    network: tuple[str, ResNetSpec] | None = None


def questions_sheet(printed: Printed) -> str:
    """Return the questions, each with room for a prediction and for what came, as one HTML file."""
    name, day, group = _("My name"), _("Date"), _("My class")
    head = f'<p class="who">{_blank(name)}{_blank(group)}{_blank(day)}</p>'
    hint = _("Write your answer down first. Then run it, and write down what came.")
    return _page(printed, head + _paragraph(hint), _("Questions"), _asked)


def answers_sheet(printed: Printed) -> str:
    """Return the same questions with what is right, computed now, as one HTML file."""
    hint = _("All numbers are computed for the network that each question names.")
    return _page(printed, _paragraph(hint), _("Answers"), _answered)


def _page(printed: Printed, head: str, kind: str, draw: Callable[[Stop, Bench], str]) -> str:
    title = printed.in_language(printed.walk.title)
    stops = []
    for number, stop in enumerate(printed.walk.stops, start=1):
        bench = _bench(printed, stop)
        own = stop._replace(question=printed.in_language(stop.question), answer=printed.in_language(stop.answer))
        about = [_about(stop, bench.trial), printed.link(number)]
        question = html.escape(_text(own.question, own, bench))
        stops.append(
            f"<section><h2><b>{number}</b>{question}</h2>{_paragraph(' · '.join(filter(None, about)), 'about')}"
            f"{draw(own, bench)}</section>"
        )
    language = "zh-CN" if current_language() == "zh" else "en"
    style = (STYLE / "sheet.css").read_text("utf-8")
    return f"""<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<title>{html.escape(f"{title} – {kind}")}</title>
<style>
{style}</style>
</head>
<body>
<header><h1>{html.escape(title)}</h1><span>{html.escape(kind)}</span></header>
{head}
{"".join(stops)}
</body>
</html>
"""


def _bench(printed: Printed, stop: Stop) -> Bench:
    """Return where a stop's numbers come from: the network at hand, unless the stop speaks of one that it names itself."""
    is_measured = bool(stop.ask and stop.ask.needs - {"run"})  # then what comes is seen where the question leads
    subject, _problems = from_params(dict((stop.evidence if is_measured else stop).params))
    own = printed.bench(subject)
    if printed.network is None or subject.preset != DEFAULT_PRESET or stop.page == _RUNS:
        return own
    preset, spec = printed.network
    other = printed.bench(subject.having(preset=preset).with_spec(spec))
    return other if all(_is_known(quantity, other.grounds) for quantity in _quantities(stop)) else own


def _quantities(stop: Stop) -> list[str]:
    ask = stop.ask
    named = [quantity for _name, quantity in stop.numbers]
    return named + (
        [ask.quantity] if ask and ask.quantity else [option.quantity for option in ask.options] if ask else []
    )


def _is_known(quantity: str, grounds: Grounds) -> bool:
    try:
        value(quantity, grounds)
    except LookupError:  # measured, and nothing measures here
        return True
    except ResNetVizError:
        return False
    return True


# --- The questions ---------------------------------------------------------------------------------------------------


def _asked(stop: Stop, bench: Bench) -> str:
    ask = stop.ask
    if ask is None:
        return _lines(_("Answer"))
    if ask.kind == "words":
        return _lines(_("My answer"), 2)
    options = [html.escape(_text(_(option.text), stop, bench)) for option in ask.options]
    if ask.kind == "choice":
        field = "<ul>" + "".join(f"<li><i></i>{option}</li>" for option in options) + "</ul>"
    elif ask.kind == "order":
        hint = _("Number them, the largest first.") if ask.pick == "largest" else _("Number them, the smallest first.")
        field = _paragraph(hint) + "<ul>" + "".join(f"<li><u></u>{option}</li>" for option in options) + "</ul>"
    else:
        label = _("My answer: a layer or a block") if ask.kind == "place" else _("My answer")
        field = _blank(label, _unit_of(ask, bench))
    if ask.options:
        said = _("What came, and why")
        return field + _lines(said)
    came, why = _("What came"), _("Why")
    return f'<p class="row">{field}{_blank(came, _unit_of(ask, bench))}</p>{_lines(why)}'


def _unit_of(ask: Ask, bench: Bench) -> str:
    """Return the unit that is asked for, where it is known without a measurement."""
    try:
        return "" if ask.needs - {"run"} else unit_text(value(ask.quantity, bench.grounds).unit)
    except (ResNetVizError, LookupError):
        return ""


def unit_text(unit: Unit) -> str:
    """Return what is written behind a number, in words."""
    words: dict[str, str] = {
        "px": _("pixels"),
        "cells": _("cells"),
        "bytes": _("bytes"),
        "percent": "%",
        "points": _("percentage points"),
        "times": _("times"),
    }
    return words.get(unit, "")


def _blank(label: str, unit: str = "") -> str:
    return f'<span class="blank">{html.escape(label)} <i></i> {html.escape(unit)}</span>'


def _lines(label: str, more: int = 1) -> str:
    """Return room for a sentence: the line that the label stands on, and more below it."""
    return f'<div class="lines">{_blank(label)}{"<i></i>" * more}</div>'


# --- The answers -----------------------------------------------------------------------------------------------------


def _answered(stop: Stop, bench: Bench) -> str:
    told_text = _paragraph(_text(stop.answer, stop, bench))
    if stop.ask is None or stop.ask.kind == "words":
        return told_text
    try:
        right = expected(stop.ask, bench.grounds)
    except (ResNetVizError, LookupError):
        return _paragraph(_("Measured when the lesson runs."), "right") + told_text
    return _right(stop, stop.ask, right, bench) + told_text + _mistakes(stop, stop.ask, bench)


def _right(stop: Stop, ask: Ask, right: list[tuple[str, Value]], bench: Bench) -> str:
    """Return what is right, how far off it may be, and with what it was measured."""
    if ask.options:
        rows = [joined([_text(_(text), stop, bench), with_unit(found)], ": ") for text, found in right]
        first = f"<li><b>{html.escape(rows[0])}</b></li>"
        shown = f"<ol>{first}{''.join(f'<li>{html.escape(row)}</li>' for row in rows[1:])}</ol>"
    else:
        near = _("within {share} counts as right").format(share=percent_text(ask.tolerance)) if ask.tolerance else ""
        said = with_unit(right[0][1])
        shown = f'<p class="right"><b>{html.escape(said)}</b> {html.escape(f"({near})" if near else "")}</p>'
    return shown + (_paragraph(_measured(bench.trial), "about") if ask.needs - {"run"} else "")


def _mistakes(stop: Stop, ask: Ask, bench: Bench) -> str:
    rows = []
    for mistake in ask.mistakes:
        try:
            found = value(mistake.quantity, bench.grounds)
        except (ResNetVizError, LookupError):  # not of this network, or measured when the lesson runs
            continue
        said = _text(_(mistake.text), stop, bench)
        rows.append(f"<li>{html.escape(with_unit(found))}: {html.escape(said)}</li>")
    said_too = _("Often said instead:")
    return f'{_paragraph(said_too)}<ul class="plain">{"".join(rows)}</ul>' if rows else ""


def with_unit(found: Value) -> str:
    """Return a value with its unit.

    >>> with_unit(Value(67, "px")), with_unit(Value("3b", "place"))
    ('67 pixels', '3b')
    """
    text, unit = text_of(found), unit_text(found.unit)
    return text if not unit or unit in text else f"{text} {unit}"


def _measured(trial: Trial) -> str:
    picture = _("your own") if trial.image == UPLOAD else sample_title(trial.image)
    said = _("Measured with these weights: {weights}; on this picture: {picture}.")
    return said.format(weights=weights_text(trial.weights, trial.spec), picture=picture)


# --- Of both ---------------------------------------------------------------------------------------------------------


def _text(text: str, stop: Stop, bench: Bench) -> str:
    found = told(text, stop, bench.grounds)
    for name, _quantity in stop.numbers:  # what is measured when the lesson runs
        found = found.replace(f"{{{name}}}", "…")
    return unmarked(found)


def _about(stop: Stop, trial: Trial) -> str:
    """Return which network a stop is about; of a run, its demo."""
    if stop.page == _RUNS:
        demo = from_params(dict(stop.params))[0].train.demo
        return _(demos()[demo].title)
    return joined([trial.preset, shape_text(trial.spec.input_shape)])


def _paragraph(text: str, kind: str = "") -> str:
    lines: Iterable[str] = (line for line in text.splitlines() if line.strip())
    return "".join(
        f'<p class="{kind}">{html.escape(line)}</p>' if kind else f"<p>{html.escape(line)}</p>" for line in lines
    )


SHEETS: dict[str, Callable[[Printed], str]] = {"questions": questions_sheet, "answers": answers_sheet}
"""What a sheet has on it, by name."""
