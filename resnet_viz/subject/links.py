"""The subject as an address: written and read by the table of its parts; a bad value costs nothing but itself."""

from collections.abc import Mapping

from resnet_viz.errors import ResNetVizError, SpecError
from resnet_viz.messages import LANGUAGES, ngettext
from resnet_viz.spec.rules import at_most_long
from resnet_viz.subject.focus import first_focus
from resnet_viz.subject.network import read_network, write_network
from resnet_viz.subject.parts import MAX_TEXT, PARTS, Reading
from resnet_viz.subject.subject import Subject

MAX_SENTENCES = 8


def to_params(subject: Subject) -> dict[str, str]:
    """Return the link's parameters: only what differs from the default, the preset always."""
    texts = {name: (part.text(subject), part.fresh(subject)) for name, part in PARTS.items()}
    return write_network(subject.preset, subject.spec) | {
        name: text for name, (text, fresh) in texts.items() if text != fresh
    }


def from_params(params: Mapping[str, str]) -> tuple[Subject, list[str]]:
    """Return the subject a link describes, and a sentence for each part that was not understood and left out."""
    problems: list[str] = []
    wanted = {}
    for name, text in params.items():
        try:
            at_most_long(name[:40], text, MAX_TEXT)
            wanted[name] = text
        except SpecError as error:
            problems.append(str(error))
    preset, spec = read_network(wanted, problems)
    subject = Subject(preset=preset, spec=spec)
    subject = subject.having(node=first_focus(subject.summary.graph))
    for part in PARTS.values():
        if part.name not in wanted:
            continue
        try:
            value = part.codec.read(Reading(part.name, wanted[part.name], subject, problems))
            subject = subject.having(**{part.field: value})
        except ResNetVizError as error:
            problems.append(str(error))
    more = len(problems) - MAX_SENTENCES
    if more > 0:
        rest = ngettext("{n} more part was left out.", "{n} more parts were left out.", more).format(n=more)
        problems = [*problems[:MAX_SENTENCES], rest]
    return subject, problems


def language_of(params: Mapping[str, str]) -> str:
    """Return the language a link asks for, or "": its sentences are to be in it."""
    wanted = params.get("lang", "")
    return wanted if wanted in LANGUAGES else ""
