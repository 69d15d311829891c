"""What a person predicted at the stops of lessons, and what came: kept, resumed, handed out; never a grade."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, NamedTuple

from resnet_viz.errors import SpecError, broken_rule
from resnet_viz.lessons.walks import MAX_STOPS, is_name, readable, stop_at
from resnet_viz.messages import gettext as _
from resnet_viz.spec.rules import between

MAX_BYTES = 500_000
MAX_ANSWERS = 500
MAX_TEXT = 1000
_FIELDS = ("prediction", "came", "remark", "link", "when")
# What Markdown reads as more than text: a document that is handed on shows what was written and fetches nothing.
_MARKS = re.compile(r"[\\`*_~\[\]<>!&#|$]")


class Answered(NamedTuple):
    """One stop answered.

    Attributes:
        prediction: What the person said, as it is read.
        came: What came of it, as it was read then.
        remark: What was said to a known mistake.
        link: Where it can be seen.
        when: Date and time, ISO 8601.
    """

    prediction: str
    came: str
    remark: str
    link: str
    when: str


@dataclass(frozen=True)
class Progress:
    """The answered stops, by lesson and stop number."""

    answers: Mapping[tuple[str, int], Answered] = field(default_factory=dict)

    def at(self, lesson: str, stop: int) -> Answered | None:
        """Return what was answered at a stop."""
        return self.answers.get((lesson, stop))

    def with_answer(self, lesson: str, stop: int, answered: Answered) -> "Progress":
        """Return the progress with one more answer; the first prediction at a stop stands, for it was made unseen."""
        more = replace(self, answers={(lesson, stop): answered, **self.answers})
        return more if more.is_within_bounds else self

    @property
    def is_within_bounds(self) -> bool:
        """Whether it is read again once it is kept."""
        return len(self.answers) <= MAX_ANSWERS and len(self.to_json().encode()) <= MAX_BYTES

    def merged(self, other: "Progress") -> "Progress":
        """Return the progress with the answers of another one where this has none: nothing that is here is lost.

        Raises:
            SpecError: If that is more than can be kept.
        """
        both = Progress({**other.answers, **self.answers})
        if not both.is_within_bounds:
            rule = _("at most {n} answers with yours").format(n=MAX_ANSWERS)
            raise SpecError(broken_rule("answers", rule, len(both.answers)))
        return both

    def without(self, lesson: str) -> "Progress":
        """Return the progress with one lesson to be done anew."""
        return Progress({place: answer for place, answer in self.answers.items() if place[0] != lesson})

    def of(self, lesson: str) -> dict[int, Answered]:
        """Return the answers of one lesson by stop."""
        return {stop: answer for (name, stop), answer in sorted(self.answers.items()) if name == lesson}

    def to_json(self, questions: Mapping[tuple[str, int], str] | None = None) -> str:
        """Return the file's text; `read_progress` reads it back.

        Args:
            questions: As they were asked, by lesson and stop: for who reads the file, not for us.
        """
        asked = questions or {}
        rows = [
            {"lesson": lesson, "stop": stop}
            | ({"question": asked[lesson, stop]} if (lesson, stop) in asked else {})
            | answer._asdict()
            for (lesson, stop), answer in sorted(self.answers.items())
        ]
        return json.dumps({"answers": rows}, ensure_ascii=False, indent=1) + "\n"


def now() -> str:
    """Return this moment, to the second, in UTC."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def read_progress(data: bytes) -> Progress:
    """Return the progress of a file.

    Raises:
        SpecError: If it is no JSON of that form, or too long.
    """
    rule = _("a file of predictions as this page writes it")
    if len(data) > MAX_BYTES:
        raise SpecError(
            broken_rule("progress", _("at most {n} kB").format(n=MAX_BYTES // 1000), f"{len(data):,} bytes")
        )
    try:
        rows = json.loads(data.decode("utf-8-sig"))["answers"]
        answers = dict(map(_row, rows))
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise SpecError(broken_rule("progress", rule, repr(data[:40]))) from error
    if len(answers) > MAX_ANSWERS:
        raise SpecError(broken_rule("progress", rule, len(answers)))
    return Progress(answers)


def _row(data: dict[str, Any]) -> tuple[tuple[str, int], Answered]:
    """Return an answer, as it may be shown and written again.

    Raises:
        TypeError: If a text is none, or too long.
        ValueError: If it names no lesson or stop, leads to no page, or was given at no time.
    """
    lesson, stop, texts = data["lesson"], data["stop"], [data[name] for name in _FIELDS]
    if not all(isinstance(text, str) and len(text) <= MAX_TEXT for text in (lesson, *texts)):
        raise TypeError(data)
    if not is_name(lesson) or not isinstance(stop, int):
        raise ValueError(lesson)
    between("stop", stop, 1, MAX_STOPS)
    prediction, came, remark, link, when = map(readable, texts)
    moment = datetime.fromisoformat(when).isoformat(timespec="seconds")
    return (lesson, stop), Answered(prediction, came, remark, stop_at(link, "", "").link, moment)


def as_markdown(title: str, questions: Mapping[int, str], answers: Mapping[int, Answered], address: str) -> str:
    """Return a lesson's answers as a document.

    Args:
        title: The lesson's.
        questions: As they were asked, by stop.
        answers: As they were given, by stop.
        address: What links begin with.
    """
    lines = [f"# {_literal(title)}", ""]
    for stop, question in questions.items():
        lines += [f"## {stop}. {_literal(question)}", ""]
        answer = answers.get(stop)
        if answer is None:
            lines += [_("Not answered yet."), ""]
            continue
        lines += [
            _("Predicted: {text}").format(text=_literal(answer.prediction)),
            "",
            _("Came: {text}").format(text=_literal(answer.came)),
            "",
            *([_literal(answer.remark), ""] if answer.remark else []),
            f"<{address}{answer.link}>, {answer.when}",
            "",
        ]
    return "\n".join(lines)


def _literal(text: str) -> str:
    """Return a text on one line that Markdown shows as it is."""
    return _MARKS.sub(lambda found: f"\\{found[0]}", " ".join(text.split()))
