"""Which pictures a run learns from: data that a file or a link can hold. No Keras."""

from dataclasses import dataclass
from typing import Literal

from resnet_viz.datasets.shapes import MAX_CLUTTER
from resnet_viz.errors import SpecError, broken_rule
from resnet_viz.messages import gettext as _
from resnet_viz.spec.records import check_choices
from resnet_viz.spec.rules import at_most_long, between, within
from resnet_viz.stored import is_stored_name


@dataclass(frozen=True, kw_only=True, slots=True)
class DataPlan:
    """Which pictures, and how many.

    Attributes:
        source: Generated shapes, scikit-learn's digits, CIFAR-10, or a person's own folders.
        folder: The name of one's own folders in the store; empty for the other sources. It opens them to whoever knows
            it, so no link, text or file has it: the server puts it in when a run is submitted.
        train: Pictures to train on; 0 for all there are (of the generated ones: endless, none seen twice).
        validation: Pictures held back.
        difficulty: Of the generated shapes, 0 to 1.
        clutter: Blots per generated picture.
        seed: Of the generated series, of the split, of the order.
    """

    source: Literal["shapes", "digits", "cifar10", "folders"] = "shapes"
    folder: str = ""
    train: int = 1536
    validation: int = 384
    difficulty: float = 0.0
    clutter: int = 0
    seed: int = 0

    def __post_init__(self) -> None:
        """Check every field."""
        check_choices(self, "data.")
        at_most_long("data.folder", self.folder, 80)
        if self.folder and not is_stored_name(self.folder):
            raise SpecError(broken_rule("data.folder", _("the name of stored pictures"), self.folder))
        within("data.train", self.train, 0, 10**7)
        within("data.validation", self.validation, 1, 10**5)
        between("data.difficulty", self.difficulty, 0.0, 1.0)
        within("data.clutter", self.clutter, 0, MAX_CLUTTER)
        within("data.seed", self.seed, 0, 2**31 - 1)
