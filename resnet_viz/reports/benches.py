"""What a lesson's numbers are computed from and measured on, away from any page: for sheets, in the terminal and on a server."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt

from resnet_viz.attribution.catalogue import AttributionRequest
from resnet_viz.lessons.grounds import Grounds, RunFacts
from resnet_viz.reports import explanations
from resnet_viz.reports.names import softmax
from resnet_viz.results import Attribution, Sanity
from resnet_viz.spec.layers import Softmax
from resnet_viz.subject.operations import surgery_of
from resnet_viz.subject.subject import Subject
from resnet_viz.subject.trial import Trial

Array = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Instruments:
    """Who measures.

    Attributes:
        maps: Returns layers' outputs of a trial, by id.
        explanation: Returns an explanation of a trial.
        check: Returns what becomes of it when the weights are made random from the top down.
        facts: Returns what a run came to, by id.
    """

    maps: Callable[[Trial, Sequence[str]], dict[str, Array]]
    explanation: Callable[[Trial, AttributionRequest], Attribution]
    check: Callable[[Trial, AttributionRequest], Sanity]
    facts: Callable[[str], RunFacts]


def grounds(trial: Trial, subject: Subject, by: Instruments, run: str = "") -> Grounds:
    """Return a subject as something that quantities are asked of.

    Args:
        trial: What it comes to.
        subject: What is chosen of it: how it is explained, which run is watched.
        by: Who measures.
        run: Another run than the one that is watched.
    """

    def request() -> AttributionRequest:
        view = subject.explain
        likeliest = int(_probabilities(trial, by, "").argmax())
        target = int(view.target) if view.target else explanations.class_in(trial, likeliest)
        return explanations.request_of(trial, view, subject.node, target)

    def beside(other: str) -> Grounds:
        kind, _colon, name = other.partition(":")
        return grounds(trial, subject, by, name) if kind == "run" else grounds(trial.beside(other), subject, by, run)

    return Grounds(
        trial.summary,
        partial(by.maps, trial),
        partial(_probabilities, trial, by),
        lambda: by.facts(run or subject.train.run),
        lambda: by.explanation(trial, request()),
        lambda: by.check(trial, explanations.comparable(trial.summary, request())),
        beside,
    )


def _probabilities(trial: Trial, by: Instruments, surgery: str) -> Array:
    last = trial.summary.graph.nodes[-1]
    found = by.maps(trial.having(surgery=surgery_of(surgery, trial.summary)), [last.id])[last.id]
    return found if isinstance(last.layer, Softmax) else softmax(found)
