"""Saying in plain words why a student's code stopped."""

import ast
import re
import traceback
import unicodedata
from collections.abc import Sequence

from resnet_viz.check.answer import Stop
from resnet_viz.check.layers import Layer
from resnet_viz.check.notebook import Source
from resnet_viz.check.recorder import FILE, NotKnownError, TooMuchError
from resnet_viz.check.session import KerasRefusesError
from resnet_viz.check.vocabulary import KERAS, MODULES, OTHER_LAYERS, STARTS
from resnet_viz.check.wording import near, suggested
from resnet_viz.messages import N_, Titles, joined
from resnet_viz.messages import gettext as _
from resnet_viz.paths import PACKAGE

_OURS = str(PACKAGE / "check")
_OUR_WORDS = re.compile(
    r"\b(?:Dust|Foreign|Home|Built|Initializers?|Phase|StandIn|Session|Recorder|Tensor|Shape|Unknown|_Tree|_Sequential)\b"
    r"|<locals>|<lambda>|resnet_viz|\b(?:applied|_no_init)\(\)|^(?:Layer|Model)\."
)
"""What Python may say of the stand-in, and a student cannot understand."""
_SIGNS = {"‘": "'", "’": "'", "“": '"', "”": '"', "。": ".", "、": ",", "–": "-", "—": "-", "−": "-", "×": "*"}
"""Signs that a text program puts in place of Python's."""
_PYTHON_SAYS = {
    "was never closed": N_("a bracket is never closed"),
    "unterminated": N_("a text in quotes does not end"),
    "does not match opening": N_("the brackets do not match"),
    "unmatched": N_("a bracket is closed that was never opened"),
    "expected ':'": N_("a colon is missing"),
    "forgot a comma": N_("a comma seems to be missing"),
    "unindent does not match": N_("this line is indented otherwise than those above it"),
    "expected an indented block": N_("an indented line is missing here"),
    "unexpected indent": N_("this line is indented too far"),
}
"""What Python says of text that is none, by a part of its words, and plainer words for it."""
_PYTHON = Titles(_PYTHON_SAYS)
_OTHERS = ("l1", "l2", "l1_l2", "regularizers", "identity_block", "convolutional_block", "convolution_block")
_NOT_KERAS = re.compile(r"^(?:tf|tensorflow)\.(?:\w+\.)*[a-z]\w*$|(?:^|\.)nn\.[a-z]\w*$")
"""A call of TensorFlow itself, as its functions are written: in small letters."""


def made_by(statement: ast.stmt) -> set[str]:
    """Return the names that a statement gives to values."""
    named = {statement.name} if isinstance(statement, (ast.FunctionDef, ast.ClassDef)) else set()
    nodes = (node for node in ast.walk(statement) if isinstance(node, ast.Name))
    return named | {node.id for node in nodes if isinstance(node.ctx, ast.Store)}


def stop_of(error: BaseException, source: Source, function: str, usual: Sequence[str]) -> Stop:
    """Return why code stopped, on the last of its own lines that was being run.

    Args:
        error: What was raised.
        source: The code.
        function: What was being tried; "" outside all functions.
        usual: The names that the course's notebooks import and define.
    """
    line, where = line_of(error)
    empty = source.unfilled(where) if isinstance(error, KerasRefusesError) and "None" in str(error) else None
    if empty is not None:
        return unfilled(source, where, empty)
    text = source.text_at(line)
    kind, sentence, python = _said(error, text, source, usual)
    return {
        "kind": kind,
        "line": line,
        "text": text,
        "function": where or function,
        "sentence": sentence,
        "python": python[:300],
    }


def unfilled(source: Source, function: str, line: int) -> Stop:
    """Return that a line is left as the course's notebook comes."""
    return {
        "kind": "exception",
        "line": line,
        "text": source.text_at(line),
        "function": function,
        "sentence": _("This line still has None in it: it is not filled in yet."),
        "python": "None",
    }


def line_of(error: BaseException) -> tuple[int | None, str]:
    """Return the last line of the student's code in a traceback, and the function that it is in."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__, limit=-60) if frame.filename == FILE]
    if not frames:
        return getattr(error, "line", None), ""
    # A recursion ends on the function's first line; the line before it is the one that calls.
    last = frames[-2] if isinstance(error, RecursionError) and len(frames) > 1 else frames[-1]
    return last.lineno, "" if last.name.startswith("<") else last.name


def outer_line(error: BaseException) -> int | None:
    """Return the first line of the student's code in a traceback: that of the statement outside all functions."""
    frames = traceback.walk_tb(error.__traceback__)
    return next((line for frame, line in frames if frame.f_code.co_filename == FILE), None)


def _said(error: BaseException, text: str, source: Source, usual: Sequence[str]) -> tuple[str, str, str]:
    """Return the kind of a stop, its sentence, and what Python itself says."""
    python = f"{type(error).__name__}: {error}".removesuffix(": ")
    match error:
        case NotKnownError():
            return "unknown", *_not_known(error.call, text)
        case TooMuchError():
            return "long", _("This line runs again and again: a loop does not end."), ""
        case RecursionError():
            return "recursion", _("A function calls itself again and again, and never ends."), python
        case OverflowError() if "index-sized" in str(error):  # what a browser's 32 bits cannot count
            return "memory", _("The code asks for more memory than there is."), python
        case MemoryError():
            return "memory", _("The code asks for more memory than there is."), python
        case KerasRefusesError():
            return "exception", str(error), ""
        case NameError() if error.name in OTHER_LAYERS and not source.imports & KERAS:
            return "unknown", *_not_known(str(error.name), text)
        case NameError():
            return "exception", _no_name(error, source, usual), python
        case TypeError() if "NoneType" in str(error) and "None" in text:
            return "exception", _("This line still has None in it: it is not filled in yet."), python
        case AttributeError() if isinstance(error.obj, Layer) and "`" not in str(error):
            sentence = _("`{layer}` has no `{name}`.").format(layer=type(error.obj).__name__, name=error.name)
            return "exception", suggested(sentence, near(str(error.name), vars(error.obj))), python
    if _is_ours(error, source):
        sentence = _("The checker does not know what this line does, so it cannot judge this code.")
        return "unknown", joined((sentence, _("It says nothing about right or wrong.")), " "), ""
    said = str(error)[:160].rstrip(".") or type(error).__name__
    return "exception", _("Python stops at this line: {error}.").format(error=said), python


def _no_name(error: NameError, source: Source, usual: Sequence[str]) -> str:
    name = error.name or str(error).partition("'")[2].partition("'")[0]
    if (name in usual and name not in _OTHERS) or name in OTHER_LAYERS:
        place = "models" if name in ("Model", "Sequential") else "initializers" if name in STARTS else "layers"
        text = _("`{name}` is not imported.").format(name=name)
        example = f"`from tensorflow.keras.{place} import {name}`"
        return text if name in MODULES else joined((text, _("Write {example}.").format(example=example)), " ")
    sentence = _("`{name}` is used here, but nothing of that name exists.").format(name=name)
    return suggested(sentence, near(name, [*sorted(source.words), *source.functions, *usual]))


def _not_known(call: str, text: str) -> tuple[str, str]:
    """Return the sentence about a call that the stand-in does not know, and that call as the code writes it."""
    name, bracket, rest = call.partition("(")
    last = name.rpartition(".")[2]
    written = re.search(rf"[A-Za-z_][\w.]*\.{re.escape(last)}\b", text) if last.isidentifier() else None
    name = written.group() if written else name
    call = f"{name}{bracket}{rest}"
    if bracket and _NOT_KERAS.search(name):
        sentence = _("`{call}` is a function of TensorFlow itself, no layer of Keras. It cannot be judged here.")
    elif bracket and name.partition(".")[0] == "slim":
        sentence = _("`{call}` is slim, of TensorFlow 1. It cannot be judged here.")
    else:
        sentence = _(
            "The checker does not know `{call}`, so it cannot judge this code. It says nothing about right or wrong."
        )
    return sentence.format(call=call), call


def _is_ours(error: BaseException, source: Source) -> bool:
    """Whether an exception speaks of the stand-in, or arose inside it: not of what the code does wrong in Keras."""
    found = _OUR_WORDS.search(str(error))
    if found and found.group() not in source.functions and found.group() not in source.words:
        return True
    last = next(reversed(traceback.extract_tb(error.__traceback__)), None)
    return last is not None and last.filename.startswith(_OURS) and not isinstance(error, AttributeError)


def syntax_stop(error: SyntaxError, code: str) -> Stop:
    """Return why text is no Python."""
    lines = code.splitlines()
    line = error.lineno
    text = lines[line - 1].strip()[:160] if line and line <= len(lines) else ""
    said = (error.msg or "").rstrip(".?")[:160]
    foreign = re.search(r"invalid character '(.)'", said)
    meant = _SIGNS.get(foreign.group(1)) or unicodedata.normalize("NFKC", foreign.group(1)) if foreign else ""
    plain = next((_PYTHON(part) for part in _PYTHON_SAYS if part in said), said)
    sentence = _("This is not Python yet: {error}.").format(error=plain)
    if foreign and meant.isascii():
        sentence = _("The sign `{there}` is none of Python. Write `{meant}`.").format(
            there=foreign.group(1), meant=meant
        )
    return {
        "kind": "syntax",
        "line": line,
        "text": text,
        "function": "",
        "sentence": sentence,
        "python": f"{type(error).__name__}: {error.msg}",
    }
