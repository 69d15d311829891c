"""The batches of a run, which follow from (seed, update) alone. No Keras.

A batch is float32 with pixels between 0 and 1 (the normalisation `unit` of `resnet_viz.images.preprocess`), so what a
network learned here can be shown a visitor's picture as it is.
"""

from collections import deque
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import count

import numpy as np
import numpy.typing as npt

from resnet_viz.datasets.sources import Bytes, FloatArray, Labels, Pictures, Source
from resnet_viz.training.plan import PREFETCHED, Plan, check_memory

# Of the seeds: 0 and 1 are the data's own (`resnet_viz.datasets.sources`).
_SHUFFLE, _AUGMENT = 2, 3


def in_memory(source: Source, plan: Plan) -> Source:
    """Return a source whose pictures are made now, all of them: a run asks for each again and again.

    Raises:
        SpecError: If they and the run's batches would take more than `resnet_viz.training.plan.MAX_DATA_BYTES`.
    """
    check_memory(plan, source.train_count + source.validation_count)
    train, held_back = source.train, source.validation()
    if source.train_count:
        images, labels = source.train(np.arange(source.train_count))

        def train(numbers: npt.NDArray[np.int64]) -> Pictures:
            return images[numbers], labels[numbers]

    return replace(source, train=train, validation=lambda: held_back)


class Batches:
    """The batches of a run by update number, so that a resumed run goes on exactly where it was."""

    def __init__(self, plan: Plan, source: Source, *, batch: int = 0) -> None:
        """Prepare batches of `batch` pictures, the plan's number unless a smaller one is asked for."""
        self._source, self._seed, self._augment = source, plan.seed, plan.augment
        self.size = min(batch or plan.batch, source.train_count or MAX_INDEX)
        self._order: tuple[int, npt.NDArray[np.int64]] = (-1, np.arange(0))

    @property
    def per_epoch(self) -> int:
        """Updates in which every picture is seen once (a last part of a batch is left out); 0 if they never end."""
        return self._source.train_count // self.size

    def numbers(self, update: int) -> npt.NDArray[np.int64]:
        """Return which pictures belong to an update, counted from 0: int64 ``(batch,)``."""
        if not self.per_epoch:
            return np.arange(update * self.size, (update + 1) * self.size)
        epoch, place = divmod(update, self.per_epoch)
        if self._order[0] != epoch:
            generator = np.random.default_rng([self._seed, _SHUFFLE, epoch])
            self._order = epoch, generator.permutation(self._source.train_count)
        return self._order[1][place * self.size : (place + 1) * self.size]

    def __getitem__(self, update: int) -> tuple[FloatArray, Labels]:
        """Return float32 ``(batch, size, size, 3)`` in 0 … 1 and int32 ``(batch,)`` for an update."""
        images, labels = self._source.train(self.numbers(update))
        if self._augment != "none":
            images = _augmented(images, np.random.default_rng([self._seed, _AUGMENT, update]), self._augment)
        return as_floats(images), labels

    def prefetched(self, start: int) -> Generator[tuple[FloatArray, Labels]]:
        """Yield the batches from an update on, made by a thread while the network works on those before.

        Each is what `Batches` gives for that update: float32 ``(batch, size, size, 3)`` and int32 ``(batch,)``.

        Raises:
            Exception: What making a batch raised, where that batch is asked for.
        """
        maker = ThreadPoolExecutor(1)
        try:
            made = deque(maker.submit(self.__getitem__, update) for update in range(start, start + PREFETCHED))
            for update in count(start + PREFETCHED):
                batch = made.popleft().result()
                made.append(maker.submit(self.__getitem__, update))
                yield batch
        finally:
            maker.shutdown(wait=False, cancel_futures=True)


MAX_INDEX = 2**40
"""More pictures than any run sees."""


def as_floats(images: Bytes) -> FloatArray:
    """Return uint8 pixels of any shape as float32 of that shape, 0 … 1: the normalisation `unit`."""
    return images * np.float32(1 / 255)


def _augmented(images: Bytes, generator: np.random.Generator, kind: str) -> Bytes:
    """Return pictures moved by up to an eighth (edges repeated) and, if asked for, half of them mirrored."""
    count, side = images.shape[:2]
    reach = max(1, side // 8)
    padded = np.pad(images, ((0, 0), (reach, reach), (reach, reach), (0, 0)), mode="edge")
    offsets = generator.integers(0, 2 * reach + 1, (count, 2))
    moved = np.stack([padded[i, y : y + side, x : x + side] for i, (y, x) in enumerate(offsets)])
    if kind == "shift_flip":
        mirrored = generator.random(count) < 0.5
        moved[mirrored] = moved[mirrored, :, ::-1]
    return moved
