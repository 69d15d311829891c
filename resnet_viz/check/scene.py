"""What a mistake's sentences are made of, and what they may refer to."""

from typing import NamedTuple

from resnet_viz.check.recorder import Size, Step


class Words(NamedTuple):
    """What it is, the arithmetic, why it matters; "" where there is nothing to say."""

    what: str
    arithmetic: str = ""
    why: str = ""


class Scene(NamedTuple):
    """What the sentences may refer to.

    Attributes:
        function: Which one is judged.
        size: What it was given.
        strides: s, as it was tried.
        steps: Theirs, by id.
        projects: Whether it is a convolution block.
        preset: What a network is judged against, if that is not the course's.
    """

    function: str
    size: Size
    strides: int
    steps: dict[str, Step]
    projects: bool
    preset: str = ""
