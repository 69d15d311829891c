"""What a container declares: names, shapes and types of arrays, how each is read, and what stands beside them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from resnet_viz.errors import WeightsError, broken_rule
from resnet_viz.messages import gettext as _

MAX_FILE_BYTES = 400 * 10**6
MAX_ENTRIES = 4_000
MAX_NAME = 256
MAX_EXPANSION = 20
# Of a file's own description of its network; ours has 2 kB.
MAX_SPECIFICATION = 20_000
FLOATS = frozenset({"float16", "bfloat16", "float32", "float64", "F16", "BF16", "F32", "F64", "<f2", "<f4", "<f8"})
_INTEGERS = frozenset({"I8", "I16", "I32", "I64", "U8", "U16", "U32", "U64", "BOOL", "|b1", "|i1", "|u1"})


class Entry(NamedTuple):
    """An array as a file declares it, and how to read it.

    Attributes:
        name: As the file has it, parts with `/` or `.` between.
        shape: Of the array.
        dtype: As the container writes it.
        read: Gives the array.
        layer: What the file calls its layer, if it says so apart from the name.
    """

    name: str
    shape: tuple[int, ...]
    dtype: str
    read: Callable[[], Any]
    layer: str = ""

    @property
    def is_counter(self) -> bool:
        """Whether these are whole numbers, which no layer of a network has: steps, batches seen, seeds."""
        return self.dtype in _INTEGERS or self.dtype[1:2] in ("i", "u")


class Operator(NamedTuple):
    """A node of an ONNX graph, which only says which array is which.

    Attributes:
        kind: Its operator.
        inputs: Tensors that it reads.
        outputs: Tensors that it gives.
        settings: Its attributes: numbers and lists of whole numbers.
    """

    kind: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    settings: Mapping[str, Any]


@dataclass(frozen=True)
class Contents:
    """A file, opened.

    Attributes:
        container: ``safetensors``, ``npz``, ``hdf5``, ``keras`` or ``onnx``.
        entries: Its arrays.
        specification: The network as the file itself describes it, as JSON; "" if it does not.
        operators: Of an ONNX file, in the order of computation.
        passed: How many arrays were passed over unseen: an optimiser's state.
    """

    container: str
    entries: Sequence[Entry]
    specification: str = ""
    operators: Sequence[Operator] = field(default=())
    passed: int = 0


def occurrences(path: Path, mark: bytes, most: int) -> list[int]:
    """Return where a mark stands in a file, at most so many places and one; the file is never held as a whole."""
    found: list[int] = []
    kept, start = b"", 0
    with path.open("rb") as file:
        while len(found) <= most and (piece := file.read(2**20)):
            data = kept + piece
            at = data.find(mark)
            while at >= 0 and len(found) <= most:
                found.append(start + at)
                at = data.find(mark, at + 1)
            kept = data[-len(mark) + 1 :]
            start += len(data) - len(kept)
    return found


def too_many(count: int) -> WeightsError:
    """Return the refusal of a file of too many arrays."""
    return WeightsError(broken_rule("weights", _("at most {n} arrays").format(n=MAX_ENTRIES), count))


def expands() -> WeightsError:
    """Return the refusal of a file that is far larger unpacked."""
    rule = _("at most {n} times larger unpacked than packed").format(n=MAX_EXPANSION)
    return WeightsError(broken_rule("weights", rule, _("more")))


def cut_off(have: int, whole: int) -> WeightsError:
    """Return the refusal of a file that ends before its last array does."""
    text = _("The weights file is cut off: {have} of its {whole} bytes are here. Download it again.")
    return WeightsError(text.format(have=f"{have:,}", whole=f"{whole:,}"))


def damaged(error: Exception) -> WeightsError:
    """Return the refusal of a file whose bytes make no sense."""
    return WeightsError(
        _(
            "The weights file is damaged or incomplete ({reason}): save or download it again, then try once more."
        ).format(reason=str(error)[:80] or type(error).__name__)
    )
