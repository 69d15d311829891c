"""Which question each page answers, and what of the subject must be for it."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from resnet_viz.messages import N_
from resnet_viz.subject.subject import Subject


class Question(NamedTuple):
    """A question that a page answers.

    Attributes:
        text: As it is asked.
        parts: What of the subject must be so that the page answers it.
        of: Returns the subject that answers it, where that depends on what is looked at.
    """

    text: str
    parts: Mapping[str, Any]
    of: Callable[[Subject], Subject] = lambda subject: subject


def _demo(name: str) -> dict[str, Any]:
    return {"demo": name, "settings": "", "run": "", "compared": ()}


QUESTIONS: dict[str, tuple[str, tuple[Question, ...]]] = {
    "": (
        N_("Architecture"),
        (
            Question(N_("What is this network made of?"), {"opened": frozenset(), "panel": "layer", "color": "kind"}),
            Question(N_("What happens inside a block?"), {"panel": "layer"}, lambda now: now.revealing(now.block.out)),
            Question(N_("Where do the parameters sit?"), {"color": "parameters"}),
            Question(N_("How does it differ from another network?"), {"panel": "difference"}),
            Question(N_("How do I take it along?"), {"panel": "files"}),
        ),
    ),
    "layers": (
        N_("Layers"),
        (
            Question(N_("What has each layer, and what does it cost?"), {"view": "table"}),
            Question(N_("Which layers cost most?"), {"view": "treemap"}),
            Question(N_("When does a cell see the whole picture?"), {"view": "field"}),
            Question(N_("How do maps shrink while channels grow?"), {"view": "size"}),
        ),
    ),
    "activations": (
        N_("Activations"),
        (
            Question(N_("What does a block add to my picture?"), {"aspect": "block"}),
            Question(N_("How does the signal change along depth?"), {"aspect": "depth"}),
            Question(N_("What does it make of another picture?"), {"aspect": "compare"}),
        ),
    ),
    "explain": (
        N_("Explain"),
        (
            Question(N_("Which parts of the picture does the answer need?"), {"method": "occlusion"}),
            Question(N_("Where does a layer find this class?"), {"method": "gradcam"}),
            Question(N_("Which pixels push the score?"), {"method": "integrated-gradients"}),
        ),
    ),
    "train": (
        N_("Train"),
        (
            Question(N_("Does a deep network learn without shortcuts?"), _demo("plain-vs-residual")),
            Question(N_("Why right in training and wrong a moment later?"), _demo("batchnorm-gap")),
            Question(N_("Can it learn ten pictures by heart?"), _demo("overfit-ten")),
            Question(N_("Which learning rate is right?"), _demo("learning-rate-finder")),
        ),
    ),
    "weights": (
        N_("Weights"),
        (
            Question(N_("What is in a weights file, and does it fit?"), {}),
            Question(N_("What do the kernels look like?"), {}),
        ),
    ),
    "check": (N_("Check"), (Question(N_("Is the block that I wrote right?"), {}),)),
}
