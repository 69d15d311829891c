"""What holds of several settings when one of them does not: a bad one costs only itself, as far as the rest allows."""

from collections.abc import Callable, Mapping
from typing import Generic, TypeVar

from resnet_viz.errors import ResNetVizError
from resnet_viz.messages import gettext as _
from resnet_viz.messages import joined

Built = TypeVar("Built")

MAX_TRIES = 300
"""Most attempts in all; whoever sends more bad settings than they find gets none of them."""
_MOST_NAMES = 8


def salvaged(
    settings: Mapping[str, str], build: Callable[[dict[str, str]], Built], *, tries: int = MAX_TRIES, alone: bool = True
) -> tuple[Built, list[str]]:
    """Return what is built of all settings but the bad ones, and a sentence for each cause that left some out.

    Settings may need each other (basic blocks need two filters a stage), so none is judged alone: first the whole is
    tried; a setting that breaks the same rule by itself goes, else the one without which the rest holds, else all that
    do not hold one after the other.

    Args:
        settings: By name. Without any, `build` must succeed.
        build: Builds of settings, or refuses with a sentence.
        tries: Most attempts; after them all the rest is left out.
        alone: Whether a setting can be bad by itself; if not, only what holds without it is tried.
    """
    kept, sentences = dict(settings), list[str]()
    budget = _Budget(build, tries)
    while True:
        found, sentence = budget.attempt(kept)
        if found:
            return found[0], sentences
        guilty = _guilty(kept, sentence, budget, alone=alone)
        sentences.append(left_out(guilty, sentence))
        kept = {name: text for name, text in kept.items() if name not in guilty}
        if not kept:
            return build({}), sentences


class _Budget(Generic[Built]):
    """Attempts at building, counted."""

    def __init__(self, build: Callable[[dict[str, str]], Built], tries: int) -> None:
        self._build, self.left = build, tries
        self._alone: dict[str, str] = {}

    def attempt(self, settings: dict[str, str]) -> tuple[tuple[Built] | None, str]:
        """Return what was built, or the sentence that refused it."""
        self.left -= 1
        try:
            return (self._build(settings),), ""
        except ResNetVizError as error:
            return None, str(error)

    def refusal_alone(self, name: str, text: str) -> str:
        """Return the sentence that refuses a setting by itself, or ""."""
        if name not in self._alone:
            self._alone[name] = self.attempt({name: text})[1]
        return self._alone[name]


def _guilty(kept: dict[str, str], sentence: str, budget: _Budget[Built], *, alone: bool) -> tuple[str, ...]:
    """Return the settings to leave out: one, if one can be told, else all that do not hold one after the other."""
    for name, text in kept.items() if alone else ():
        if budget.left > 0 and budget.refusal_alone(name, text) == sentence:
            return (name,)
    for name in kept:
        if budget.left > 0 and budget.attempt({other: text for other, text in kept.items() if other != name})[0]:
            return (name,)
    holding: dict[str, str] = {}
    for name, text in kept.items():
        if budget.left > 0 and budget.attempt({**holding, name: text})[0]:
            holding[name] = text
    return tuple(name for name in kept if name not in holding)


def left_out(names: tuple[str, ...], sentence: str) -> str:
    """Return the sentence with the names of what it cost, where it does not say them itself."""
    if len(names) == 1 and f"`{names[0]}`" in sentence:
        return sentence
    listed = joined(f"`{name[:60]}`" for name in names[:_MOST_NAMES])
    more = " …" if len(names) > _MOST_NAMES else ""
    return joined((sentence, _("Left out: {names}.").format(names=listed + more)), " ")
