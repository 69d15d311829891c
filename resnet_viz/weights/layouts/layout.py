"""What a layout is: names of arrays under ours. One module each; the package finds them by itself."""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from resnet_viz.spec.graph import block_letter
from resnet_viz.spec.layers import Shape
from resnet_viz.spec.rules import whole_of
from resnet_viz.weights.containers.contents import Contents, Entry

HEAD = "fc"
"""The classifier, whose id has its classes at the end."""

# Leading parts of names that may be shed: `module.encoder_q.backbone.conv1.weight`.
_MOST_PREFIXES = 8


class Place(NamedTuple):
    """Where an array belongs.

    Attributes:
        layer: Our id; `HEAD` for the classifier.
        array: Our name.
        is_turned: Whether kernels stand as PyTorch has them: outputs first, then inputs.
    """

    layer: str
    array: str
    is_turned: bool = False

    @property
    def name(self) -> str:
        """Our ``layer/array``."""
        return f"{self.layer}/{self.array}"


class Source(NamedTuple):
    """An array of a file that has a place.

    Attributes:
        entry: The array.
        is_turned: Whether its kernel stands as PyTorch has it.
    """

    entry: Entry
    is_turned: bool

    @property
    def shape(self) -> Shape:
        """The shape as Keras has it: ``(height, width, inputs, outputs)``, ``(inputs, outputs)``."""
        shape = self.entry.shape
        if not self.is_turned or len(shape) not in (2, 4):
            return shape
        return (*shape[2:], shape[1], shape[0])


@dataclass(frozen=True)
class Assignment:
    """How a layout reads a file.

    Attributes:
        places: What has a place, by our ``layer/array``.
        unknown: Arrays of real numbers that have none.
        notes: What else was noticed, keys of `resnet_viz.weights.reading.note_text`.
        hints: What the file says of the network beside its arrays, by dotted path of the specification.
        presets: Networks it is likely to be; all if empty.
        rivals: Beginnings of names under which several networks stand; nothing tells which is meant.
    """

    places: Mapping[str, Source]
    unknown: Sequence[Entry]
    notes: tuple[str, ...] = ()
    hints: Mapping[str, Any] = field(default_factory=dict)
    presets: tuple[str, ...] = ()
    rivals: tuple[str, ...] = ()


@dataclass(frozen=True)
class Layout:
    """A way to name arrays.

    Attributes:
        name: Its key.
        assign: Gives every array that it knows its place.
        assumed: Fields that such files leave open, though what they come from differs in them.
        order: Among layouts that know as many arrays of a file, the lowest has it.
    """

    name: str
    assign: Callable[[Contents], Assignment]
    assumed: tuple[str, ...] = ()
    order: int = 5


Found = tuple[str, Place]
"""The beginning of a name that was shed, and the place of the rest."""


def by_names(contents: Contents, place: Callable[[Entry], Found | None], presets: tuple[str, ...] = ()) -> Assignment:
    """Return the assignment of a layout that looks at each name alone: of the beginning that most names share."""
    entries = [entry for entry in contents.entries if not entry.is_counter]
    found = [(entry, place(entry)) for entry in entries]
    counts = Counter(known[0] for _entry, known in found if known and known[1].layer != HEAD)
    ranked = counts.most_common(2)
    best = ranked[0][0] if ranked else ""
    rivals = tuple(prefix for prefix, count in ranked if count == ranked[0][1]) if len(ranked) > 1 else ()
    places: dict[str, Source] = {}
    unknown: list[Entry] = []
    heads: list[tuple[Entry, str, Place]] = []
    for entry, known in found:
        if known and known[1].layer == HEAD:
            heads.append((entry, *known))
        elif known and known[0] == best and known[1].name not in places:
            places[known[1].name] = Source(entry, known[1].is_turned)
        else:
            unknown.append(entry)
    chosen = _one_head(heads, best)
    places |= {place.name: Source(entry, place.is_turned) for entry, _shed, place in chosen}
    unknown += [head[0] for head in heads if head not in chosen]
    return Assignment(places, unknown, presets=presets, rivals=rivals if len(rivals) > 1 else ())


def _one_head(heads: list[tuple[Entry, str, Place]], best: str) -> list[tuple[Entry, str, Place]]:
    """Return the arrays of the only classifier: under the common beginning, or else anywhere; none of several."""
    for some in ([head for head in heads if head[1] == best], heads):
        if some and len({place.array for _entry, _shed, place in some}) == len(some):
            return some
    return []


def suffixes(name: str) -> list[tuple[str, str]]:
    """Return the ways to shed leading parts of a dotted name: (what was shed, the rest).

    >>> suffixes("module.conv1.weight")
    [('', 'module.conv1.weight'), ('module', 'conv1.weight'), ('module.conv1', 'weight')]
    """
    parts = name.replace("/", ".").split(".")
    most = min(len(parts), _MOST_PREFIXES)
    return [(".".join(parts[:count]), ".".join(parts[count:])) for count in range(most)]


def block_id(kind: str, stage: int, index: int, branch: str) -> str:
    """Return our id of a layer in a block; `kind` is ``res`` for a convolution or ``bn``, `branch` 1, 2a, 2b, 2c.

    >>> block_id("res", 3, 1, "2b"), block_id("bn", 2, 0, "preact")
    ('res3b_branch2b', 'bn2a_preact')
    """
    name = f"{kind}{stage}{block_letter(index)}"
    return f"{name}_preact" if branch == "preact" else f"{name}_branch{branch}"


_LETTERS = re.compile(r"[a-z]{1,2}")
_MOST_BLOCKS = 999


def block_index(letters: str) -> int | None:
    """Return the place of a block in its stage from its letters, or from Caffe's b1, b2, …; None if they are neither.

    >>> block_index("a"), block_index("c"), block_index("ab"), block_index("b22"), block_index("4")
    (0, 2, 27, 22, None)
    """
    number = whole_of(letters[1:]) if letters[:1] == "b" else None
    if number is not None and 0 <= number <= _MOST_BLOCKS:
        return number
    if not _LETTERS.fullmatch(letters):
        return None
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - ord("a") + 1
    return index - 1


_TORCH_NORM = {"weight": "gamma", "bias": "beta", "running_mean": "moving_mean", "running_var": "moving_variance"}
_TORCH_KERNEL = {"weight": "kernel", "bias": "bias"}


def torch_array(layer: str, array: str) -> Place | None:
    """Return the place of a PyTorch array in one of our layers."""
    names = _TORCH_NORM if layer.startswith("bn") else _TORCH_KERNEL
    return Place(layer, names[array], is_turned=True) if array in names else None
