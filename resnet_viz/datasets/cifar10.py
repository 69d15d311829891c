"""Data sets that are fetched once, checked, and kept as plain arrays. No Keras."""

import io
import os
import pickle
import tarfile
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from resnet_viz.datasets.catalogue import arrays_file
from resnet_viz.downloads import Download
from resnet_viz.errors import DAMAGE, DataError
from resnet_viz.messages import gettext as _

# As keras.datasets.cifar10 gives them (Keras 3.15): the archive, its sha256, its size.
CIFAR_URL = "https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz"
CIFAR_SHA256 = "6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce"
CIFAR_BYTES = 170_498_071
CIFAR_CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")


_DAMAGE: tuple[type[Exception], ...] = (tarfile.TarError, pickle.UnpicklingError, *DAMAGE)


@cache
def cifar10(store: Path) -> Download:
    """Return the fetching of CIFAR-10 into a store.

    An archive that Keras fetched already (``~/.keras/datasets``) is used where it lies. ``RESNET_VIZ_CIFAR_URL`` names
    another place to fetch the same file from.
    """
    result = arrays_file(store, "cifar10")
    home = Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras") / "datasets"
    return Download(
        os.environ.get("RESNET_VIZ_CIFAR_URL", CIFAR_URL),
        store / "cifar-10-python.tar.gz",
        digest=CIFAR_SHA256,
        size_bytes=CIFAR_BYTES,
        elsewhere=(home / "cifar-10-batches-py.tar.gz", home / "cifar-10-batches-py"),
        unpack=lambda path: unpack_cifar10(path, result),
        result=result,
    )


def unpack_cifar10(archive: Path, result: Path) -> None:
    """Write the pictures of a CIFAR-10 archive, whose sha256 was checked, as plain arrays.

    Raises:
        DataError: If the archive has another layout.

    References:
        Krizhevsky 2009, Learning multiple layers of features from tiny images: per batch a dict of ``data`` uint8
        ``(10000, 3072)``, channel by channel, and ``labels``.
    """
    images, labels = [], []
    try:
        with tarfile.open(archive) as tar:
            for name in (*(f"data_batch_{number}" for number in range(1, 6)), "test_batch"):
                member = tar.extractfile(f"cifar-10-batches-py/{name}")
                if member is None:
                    raise DataError(_("The archive has no {name}.").format(name=name))
                batch = _Plain(io.BytesIO(member.read()), encoding="bytes").load()
                images.append(np.asarray(batch[b"data"], np.uint8).reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1))
                labels.append(np.asarray(batch[b"labels"], np.int32))
    except _DAMAGE as error:
        if isinstance(error, DataError):
            raise
        raise DataError(
            _("The archive has another layout than CIFAR-10's ({reason}).").format(reason=str(error)[:80])
        ) from error
    result.parent.mkdir(parents=True, exist_ok=True)
    work = result.with_name(f".new-{result.name}")
    try:
        with work.open("wb") as file:
            np.savez(
                file, images=np.concatenate(images), labels=np.concatenate(labels), classes=np.array(CIFAR_CLASSES)
            )
        work.replace(result)
    finally:
        work.unlink(missing_ok=True)


class _Plain(pickle.Unpickler):
    """Reads numbers, texts, lists and NumPy arrays, and nothing that could run code."""

    _ALLOWED = frozenset(
        {
            ("numpy.core.multiarray", "_reconstruct"),
            ("numpy._core.multiarray", "_reconstruct"),
            ("numpy", "ndarray"),
            ("numpy", "dtype"),
            ("_codecs", "encode"),
        }
    )

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in self._ALLOWED:
            raise pickle.UnpicklingError(f"{module}.{name}")
        return super().find_class(module, name)
