"""What people do on the pages, each at a pace of their own."""

import asyncio
import random
import time
from dataclasses import dataclass, field

from visitor import RefusedError, Visitor

PAGES = ("", "layers", "activations")
# What is turned on each page. Networks are few, as in a lesson: the worker builds each once.
_TURNED = {
    "": ("panel", "spec_shortcut.enabled", "picture"),
    "layers": ("view", "metric"),
    "activations": ("block", "aspect", "another_picture", "page_thumbs"),
    "plain": tuple(f"value_{number}" for number in range(40)),
}
_PICTURES = ("star", "ring", "cross", "cat")
_GROUPS = ("2", "3", "4", "5", "3b", "4d")
_PAGE_SHARE = 0.2
# Of a list's values: a class looks at the same few pictures and blocks.
_MOST_OPTIONS = 4


@dataclass
class Waits:
    """How long people waited, and what went wrong."""

    seconds: list[float] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)

    def text(self) -> str:
        """Return median, 95 %, longest."""
        if not self.seconds:
            return "nobody was answered"
        found = sorted(self.seconds)
        at = [found[min(len(found) - 1, round(share * (len(found) - 1)))] for share in (0.5, 0.95, 1.0)]
        return (
            f"p50 {at[0]:.2f} s, p95 {at[1]:.2f} s, longest {at[2]:.2f} s "
            f"({len(found)} answers, {len(self.refusals)} failures)"
        )


async def opened(url: str, count: int, waits: Waits, links: tuple[str, ...] = ("/",)) -> list[Visitor]:
    """Return visitors who opened the links at the same moment."""
    visitors = [Visitor(url) for _number in range(count)]

    async def open_one(visitor: Visitor, link: str) -> None:
        try:
            waits.seconds.append(await visitor.open(link))
        except (RefusedError, OSError, TimeoutError) as error:
            waits.refusals.append(repr(error))

    await asyncio.gather(*(open_one(visitor, links[n % len(links)]) for n, visitor in enumerate(visitors)))
    return visitors


async def act(
    visitor: Visitor,
    until: float,
    waits: Waits,
    chance: random.Random,
    *,
    is_plain: bool = False,
    pace: float = 1.0,
) -> None:
    """Do something every one to four seconds, times `pace`, until then."""
    while True:
        pause = pace * chance.uniform(1.0, 4.0)
        if time.monotonic() + pause > until:
            return
        await asyncio.sleep(pause)
        page = "plain" if is_plain else visitor.path
        key = "another page"
        try:
            if not is_plain and chance.random() < _PAGE_SHARE:
                waits.seconds.append(await visitor.go(chance.choice([other for other in PAGES if other != page])))
            else:
                key = chance.choice([key for key in _TURNED[page] if visitor.has(key)])
                waits.seconds.append(await visitor.change(key, _value(visitor, key, chance)))
        except (RefusedError, OSError, TimeoutError) as error:
            waits.refusals.append(f"{page or 'architecture'}, {key}: {error!r}")
            return


async def leave(visitors: list[Visitor]) -> None:
    """Close all their pages."""
    await asyncio.gather(*(visitor.leave() for visitor in visitors), return_exceptions=True)


def _value(visitor: Visitor, key: str, chance: random.Random) -> object:
    """Return a value to turn a widget to."""
    if key == "picture":
        return {"kind": "toggle", "id": chance.choice(_GROUPS), "mark": f"{chance.random()}"}
    if key == "page_thumbs":
        return {"image": chance.choice(_PICTURES), "mark": f"{chance.random()}"}
    options = visitor.options(key)[:_MOST_OPTIONS]
    return chance.choice(options) if options else chance.choice((0, 1))
