"""Demos: a question, a plan, an answer; data files. No Keras.

Texts are messages, to be translated when shown. What a demo claims rests on a number of updates, so that is its budget, on
a slow machine as on a fast one; how long it takes is shown while it runs.
"""

import json
from dataclasses import dataclass
from functools import cache

from resnet_viz.errors import SpecError, broken_rule, did_you_mean
from resnet_viz.messages import gettext as _
from resnet_viz.paths import ASSETS
from resnet_viz.training.plan import Plan

FOLDER = ASSETS / "demos"
# In the order of a lesson: the claim, its controls, what goes wrong elsewhere, the real thing.
ORDER = (
    "plain-vs-residual",
    "depth-20-control",
    "plain-vs-residual-no-batchnorm",
    "batchnorm-gap",
    "overfit-ten",
    "learning-rate-finder",
    "seeds",
    "course-on-shapes",
)


@dataclass(frozen=True)
class Demo:
    """A demo.

    Attributes:
        name: Its key.
        title: A few words.
        question: Asked before.
        answer: Said after, beside what was measured: how to read it.
        about_s: Seconds from the click to the conclusion, as measured on two idle cores, start and evaluation included.
        conclusion: How the measurements are summed up: a name of `resnet_viz.training.conclusions`.
        plan: What is run; its number of updates is what the claim rests on.
    """

    name: str
    title: str
    question: str
    answer: str
    about_s: float
    conclusion: str
    plan: Plan


@cache
def demos() -> dict[str, Demo]:
    """Return the demos by name, in the order of a lesson."""
    found = {}
    for name in ORDER:
        data = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
        plan = Plan.from_dict({**data.pop("plan"), "demo": name})
        found[name] = Demo(name=name, plan=plan, **data)
    return found


def demo(name: str) -> Demo:
    """Return a demo.

    Raises:
        SpecError: If there is none of that name.
    """
    if name not in demos():
        raise SpecError(broken_rule("demo", _("a known name"), name, did_you_mean(name, ORDER)))
    return demos()[name]
