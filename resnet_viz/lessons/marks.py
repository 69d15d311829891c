"""Words of a lesson that point: ``[[node:3b|block 3b]]`` lights up block 3b wherever it is drawn.

A mark names what it speaks of, then the words that are read. It is no markup: nothing else comes of it than these words and
a name that our own components look for among what they drew; a name that nobody drew lights up nothing.
"""

import re
from typing import Literal, NamedTuple, get_args

Kind = Literal["node", "edge", "map", "curve", "cell", "word"]
"""A layer or block; the shortcut of a block; one of a block's pictures (x, f, shortcut, sum, output); a network's curve in a
run; a cell of the large map, as row,column; a word that `WORDS` explains."""

_MARK = re.compile(rf"\[\[({'|'.join(get_args(Kind))}):([\w.,-]{{1,60}})\|([^\[\]|]{{1,200}})\]\]", re.ASCII)
# The words themselves may be in any script; only the name may not.


class Mark(NamedTuple):
    """Words that point at something.

    Attributes:
        kind: What it is.
        target: Its name.
        text: The words.
    """

    kind: str
    target: str
    text: str

    @property
    def name(self) -> str:
        """What the browser's components know it by."""
        return f"{self.kind}:{self.target}"


def parts_of(text: str) -> list[str | Mark]:
    """Return a text in pieces: what only reads, and what points.

    >>> parts_of("See [[node:3b|this block]]!")
    ['See ', Mark(kind='node', target='3b', text='this block'), '!']
    """
    pieces: list[str | Mark] = []
    end = 0
    for found in _MARK.finditer(text):
        pieces += [text[end : found.start()], Mark(*found.groups())]
        end = found.end()
    return [piece for piece in (*pieces, text[end:]) if piece]


def marks_in(text: str) -> list[Mark]:
    """Return what a text points at."""
    return [piece for piece in parts_of(text) if isinstance(piece, Mark)]


def unmarked(text: str) -> str:
    """Return a text as it reads where nothing can light up.

    >>> unmarked("See [[node:3b|this block]]!")
    'See this block!'
    """
    return "".join(piece.text if isinstance(piece, Mark) else piece for piece in parts_of(text))
