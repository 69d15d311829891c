"""What the checker answers: plain JSON, described once."""

from typing import Literal, NotRequired, TypedDict

Verdict = Literal["right", "mistake", "error", "unknown"]
"""``unknown``: the code does what the stand-in does not know, so nothing is claimed of it."""

Status = Literal["", "missing", "extra", "changed", "rewired"]
"""What a difference makes of a node or an edge: ``missing`` stands in our graph only, ``extra`` in theirs only,
``changed`` in both with other settings, ``rewired`` in both but reading another node."""


class GraphNode(TypedDict):
    """One drawn node: a layer, or in a whole network a block.

    Attributes:
        id: Its name in this graph; in `theirs` the same as ours where it is the same layer.
        kind: A key of `theme.MARKS`, or ``block``, or ``other`` for a kind that the course's network does not have.
        lines: What stands in it, the first line in bold: "Conv 3×3, 64", "15×15×64".
        name: What the code calls it; "" if it has no name.
        shape: What it gives, as "15×15×64".
        inputs: Ids of the nodes it reads, in order.
        path: ``main``, ``shortcut``, or ``trunk`` outside blocks.
        line: Line of the code that makes it; None in our graph.
        is_read: Whether the result depends on it; False marks a layer that was made for nothing.
        status: What the difference makes of it.
    """

    id: str
    kind: str
    lines: list[str]
    name: str
    shape: str
    inputs: list[str]
    path: Literal["main", "shortcut", "trunk"]
    line: int | None
    is_read: bool
    status: Status


class GraphEdge(TypedDict):
    """One arrow: from the node that is read to the one that reads."""

    tail: str
    head: str
    is_shortcut: bool
    status: Status


class Graph(TypedDict):
    """A graph in order of computation; its first node is the input, `output` what it gives out."""

    nodes: list[GraphNode]
    edges: list[GraphEdge]
    output: str


class Pair(TypedDict):
    """Our graph and theirs of one function.

    Attributes:
        function: Its name in the code.
        call: How it was tried: "identity_block(x, f=3, filters=[64, 128, 256])".
        ours: What the course writes.
        theirs: What the code makes.
    """

    function: str
    call: str
    ours: Graph
    theirs: Graph


class Mistake(TypedDict):
    """One mistake, in three sentences.

    Attributes:
        id: A name of `mistakes.IDS`.
        line: Line of the code, from 1; None if no line is to blame (something is missing altogether).
        function: Where it was found.
        place: The layer it is about, by our name in the block, such as ``2b``; "" if none.
        sentence: What it is.
        arithmetic: What it does to sizes or counts; "" if nothing.
        why: Why it matters.
        ours: Ids of nodes in our graph that it is about.
        theirs: Ids of nodes in their graph that it is about.
    """

    id: str
    line: int | None
    function: str
    place: str
    sentence: str
    arithmetic: str
    why: str
    ours: list[str]
    theirs: list[str]


class Remark(TypedDict):
    """What differs but changes nothing, such as a ``name`` or a ``seed``."""

    id: str
    line: int | None
    function: str
    sentence: str


class Stop(TypedDict):
    """Why the code could not be judged to its end: what Python refused, or what the stand-in does not know.

    Attributes:
        kind: ``syntax``, ``exception``, ``recursion``, ``memory``, ``long``, ``empty`` (nothing to check),
            or ``unknown`` (a call that the stand-in does not know).
        line: Line of the code.
        text: That line as it was written.
        function: Where.
        sentence: What happened and what to do.
        python: What Python itself says, or the call that is not known.
    """

    kind: str
    line: int | None
    text: str
    function: str
    sentence: str
    python: str


class Answer(TypedDict):
    """The answer to one check.

    Attributes:
        verdict: One of four.
        headline: The verdict in a sentence.
        mistakes: The one that explains the others first; what follows from one is not told as another.
        remarks: What changes nothing.
        stop: Why the code could not be judged, in verdicts ``error`` and ``unknown``.
        checked: The functions that were judged, by their names in the code.
        graphs: One pair for each of them, in the same order.
        preset: The preset that `ResNet50` was judged against.
        looks_like: A preset that the network is exactly, if it is not the chosen one.
        is_cut: Whether something was left out because the answer would be too large.
    """

    verdict: Verdict
    headline: str
    mistakes: list[Mistake]
    remarks: list[Remark]
    stop: Stop | None
    checked: list[str]
    graphs: list[Pair]
    preset: str
    looks_like: NotRequired[str]
    is_cut: bool


class PuzzleLine(TypedDict):
    """A line of a puzzle, and why it stands where it does."""

    id: str
    code: str
    step: str


class Distractor(TypedDict):
    """A line that does not belong: what it stands instead of, and the mistake that it makes there."""

    id: str
    code: str
    instead: str
    mistake: str


class Puzzle(TypedDict):
    """A block as lines to put in order.

    Attributes:
        name: The function that they make.
        head: What stands above them, given; the lines are indented by one level below it.
        lines: In the right order. Lines with the same code can change places.
        distractors: Lines that do not belong.
        hints: Three, each smaller than the solution.
    """

    name: str
    head: str
    lines: list[PuzzleLine]
    distractors: list[Distractor]
    hints: list[str]
