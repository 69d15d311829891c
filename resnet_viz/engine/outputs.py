"""What a pass writes into: one piece of memory for the outputs of all its layers, used again for the next picture's.

Asked for one by one, the outputs of 176 layers cost a pass a tenth of its time at 64 px. At 224 px, where the system takes the
pieces back and clears them again, they cost a fifth in the worker, and half in a process that does not ask for large pages.
"""

import math
import weakref
from collections import deque
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import onnxruntime

from resnet_viz.engine.arrays import Array

# A cache line: no two outputs share one.
_LINE = 64
# All maps of one picture at 224 px, and a little more: memory that nobody uses may be worth so much.
_IDLE_BYTES = 192 * 2**20


Shape = Sequence[str | int]


class Buffer:
    """Memory for all outputs of one model for so many pictures, float32, bound to it; for one run at a time.

    Attributes:
        running: The model.
        batch: Pictures.
        binding: What the model runs with.
        memory: All outputs, one after another.
        places: Where each output begins in the memory, in numbers, and its shape, by layer id.
    """

    def __init__(
        self, running: onnxruntime.InferenceSession, batch: int, tensors: Mapping[str, str], shapes: Sequence[Shape]
    ) -> None:
        """Ask for the memory and bind it.

        Args:
            running: The model.
            batch: Pictures.
            tensors: What each output is called in the model, by layer id.
            shapes: As the model declares them, in the same order: a name stands for the batch.
        """
        self.running, self.batch = running, batch
        self.places: dict[str, tuple[int, tuple[int, ...]]] = {}
        number, step = 0, _LINE // np.dtype(np.float32).itemsize
        for name, declared in zip(tensors, shapes, strict=True):
            shape = tuple(batch if isinstance(size, str) else size for size in declared)
            self.places[name] = number, shape
            number += math.ceil(math.prod(shape) / step) * step
        self.memory = np.empty(number, np.float32)
        self.binding = running.io_binding()
        begin = self.memory.ctypes.data
        for name, (number, shape) in self.places.items():
            at = begin + number * self.memory.itemsize
            self.binding.bind_output(tensors[name], "cpu", 0, np.float32, shape, at)


class Outputs(Mapping[str, Array]):
    """Outputs ``(batch, channels, …)`` by layer id, made as views when they are asked for.

    As soon as neither this nor any of its views is left, the memory may be used again.

    Attributes:
        nbytes: Of the memory.
    """

    def __init__(self, buffer: Buffer) -> None:
        """Look at what a run has written."""
        self.nbytes = buffer.memory.nbytes
        self._places = buffer.places
        # Every view knows this array, and it alone what NumPy made to hold the memory: that dies with the last of them.
        self._memory: Array = np.frombuffer(buffer.memory.data, np.float32)
        weakref.finalize(self._memory.base, _rest, buffer).atexit = False

    def __getitem__(self, name: str) -> Array:
        """Return one output."""
        number, shape = self._places[name]
        return self._memory[number : number + math.prod(shape)].reshape(shape)

    def __iter__(self) -> Iterator[str]:
        """Go through the layers' ids."""
        return iter(self._places)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._places)


# Only one, and only until the next run: a process at rest holds no more than it keeps and this.
_idle: deque[Buffer] = deque(maxlen=1)


def taken(running: onnxruntime.InferenceSession, batch: int) -> Buffer | None:
    """Return the memory of a model that nobody uses any more, for as many pictures; another's is given back."""
    try:
        buffer = _idle.pop()
    except IndexError:
        return None
    return buffer if buffer.running is running and buffer.batch == batch else None


def _rest(buffer: Buffer) -> None:
    if buffer.memory.nbytes <= _IDLE_BYTES:
        _idle.append(buffer)
