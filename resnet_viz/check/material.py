"""What a person starts from: an empty block, a block with a mistake, and the blocks as lines to put in order."""

from typing import NamedTuple

from resnet_viz.check.answer import Distractor, Puzzle, PuzzleLine
from resnet_viz.errors import SpecError, broken_rule, did_you_mean
from resnet_viz.messages import N_, use_language
from resnet_viz.messages import gettext as _

_NORM, _RELU = "X = BatchNormalization(axis=3)(X)", "X = Activation('relu')(X)"
_NORM_STEP = N_("BatchNorm brings each channel to mean 0 and spread 1.")
_RELU_STEP = N_("ReLU sets what is negative to zero.")
_KEEP = ("X_shortcut = X", N_("The shortcut keeps the block's input before anything changes it."))
_MIDDLE = ("X = Conv2D(F2, (f, f), padding='same')(X)", N_("The f×f looks at neighbours. “same” keeps the map's size."))
_WIDEN = ("X = Conv2D(F3, (1, 1))(X)", N_("The last 1×1 widens to as many channels as the shortcut has."))
_LAST_NORM = (_NORM, N_("F(x) ends here. No ReLU yet: F(x) may be negative."))
_SUM = ("X = Add()([X, X_shortcut])", N_("The sum x + F(x). First the empty brackets, then the list."))
_LAST_RELU = (_RELU, N_("The last ReLU comes after the sum."))
_RETURN = ("return X", N_("What the next block reads."))


class _Material(NamedTuple):
    head: str
    lines: tuple[tuple[str, str], ...]
    distractors: tuple[tuple[str, int, str], ...]
    hints: tuple[str, str, str]


_BLOCKS = {
    "identity_block": _Material(
        "def identity_block(X, f, filters, stage, block):\n    F1, F2, F3 = filters",
        (
            _KEEP,
            ("X = Conv2D(F1, (1, 1))(X)", N_("The first 1×1 squeezes the channels, so that the f×f costs little.")),
            (_NORM, _NORM_STEP),
            (_RELU, _RELU_STEP),
            _MIDDLE,
            (_NORM, _NORM_STEP),
            (_RELU, _RELU_STEP),
            _WIDEN,
            _LAST_NORM,
            _SUM,
            _LAST_RELU,
            _RETURN,
        ),
        (
            ("X = Conv2D(F2, (f, f), padding='valid')(X)", 4, "padding"),
            ("X = Conv2D(F2, (1, 1))(X)", 4, "kernel-size"),
            ("X = Add([X, X_shortcut])", 9, "add-not-called"),
            ("X = BatchNormalization(axis=1)(X)", 2, "batchnorm-axis"),
        ),
        (
            N_("Begin with the shortcut: x must be saved before it changes."),
            N_("Three times convolution and BatchNorm. A ReLU follows the first two."),
            N_("At the end: the sum, one more ReLU, and the result is returned."),
        ),
    ),
    "convolutional_block": _Material(
        "def convolutional_block(X, f, filters, stage, block, s=2):\n    F1, F2, F3 = filters",
        (
            _KEEP,
            ("X = Conv2D(F1, (1, 1), strides=s)(X)", N_("The first 1×1 squeezes the channels and takes the stride.")),
            (_NORM, _NORM_STEP),
            (_RELU, _RELU_STEP),
            _MIDDLE,
            (_NORM, _NORM_STEP),
            (_RELU, _RELU_STEP),
            _WIDEN,
            _LAST_NORM,
            (
                "X_shortcut = Conv2D(F3, (1, 1), strides=s)(X_shortcut)",
                N_("The shortcut's own 1×1 gives it the shape of F(x): the same stride, the same channels."),
            ),
            (
                "X_shortcut = BatchNormalization(axis=3)(X_shortcut)",
                N_("The shortcut gets a BatchNorm too, so that neither side is far stronger than the other."),
            ),
            _SUM,
            _LAST_RELU,
            _RETURN,
        ),
        (
            ("X = Conv2D(F1, (1, 1))(X)", 1, "stride-missing"),
            ("X_shortcut = Conv2D(F1, (1, 1), strides=s)(X_shortcut)", 9, "filters-order"),
            ("X_shortcut = Conv2D(F3, (1, 1), strides=s)(X)", 9, "shortcut-late"),
            ("X = Add([X, X_shortcut])", 11, "add-not-called"),
        ),
        (
            N_("Both ways take the stride s, and each takes it once."),
            N_("The main path is the identity block's. Only its first 1×1 has a stride."),
            N_("Before the sum the shortcut gets a 1×1 convolution and a BatchNorm, and no ReLU."),
        ),
    ),
}


def puzzle(name: str, language: str = "en") -> Puzzle:
    """Return a block as lines in the right order, with some that do not belong.

    Args:
        name: ``identity_block`` or ``convolutional_block``.
        language: Of its sentences.

    Raises:
        SpecError: If there is no such block.
    """
    if name not in _BLOCKS:
        raise SpecError(broken_rule("name", _("a known name"), name, did_you_mean(name, _BLOCKS)))
    use_language(language)
    block = _BLOCKS[name]
    lines: list[PuzzleLine] = [
        {"id": f"line{place}", "code": code, "step": _(step)} for place, (code, step) in enumerate(block.lines)
    ]
    wrong: list[Distractor] = [
        {"id": f"wrong{n}", "code": code, "instead": f"line{place}", "mistake": mistake}
        for n, (code, place, mistake) in enumerate(block.distractors)
    ]
    return {"name": name, "head": block.head, "lines": lines, "distractors": wrong, "hints": list(map(_, block.hints))}


def examples(language: str = "en") -> dict[str, str]:
    """Return code to start from: ``template`` is to be filled in, ``mistake`` has one mistake."""
    use_language(language)
    fill = _("your lines come here")
    template = "\n\n\n".join(
        f"{block.head}\n    X_shortcut = X\n    # {fill}\n    X = None\n    return X" for block in _BLOCKS.values()
    )
    block = _BLOCKS["identity_block"]
    lines = [code for code, _step in block.lines]
    wrong, place, _mistake = block.distractors[0]
    lines[place] = wrong
    body = "\n".join(f"    {line}" for line in lines)
    return {"template": f"{template}\n", "mistake": f"{block.head}\n{body}\n"}
