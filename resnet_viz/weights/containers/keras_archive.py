"""Keras 3's archive (.keras): of the zip, the member `model.weights.h5` alone; its configuration is not looked at."""

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from resnet_viz.errors import WeightsError, broken_rule
from resnet_viz.messages import gettext as _
from resnet_viz.weights.containers import hdf5
from resnet_viz.weights.containers.contents import MAX_EXPANSION, MAX_FILE_BYTES, Contents, damaged, expands
from resnet_viz.weights.containers.npz import BROKEN, archive_at, check_packing

_MEMBER = "model.weights.h5"


def is_one(path: Path) -> bool:
    """Return whether a zip is one.

    Raises:
        WeightsError: If it has too many members to look at.
    """
    try:
        with archive_at(path) as archive:
            return _MEMBER in archive.NameToInfo
    except BROKEN as error:
        if isinstance(error, WeightsError):
            raise
        return False


def opened(path: Path) -> Iterator[Contents]:
    """Yield what the weights inside declare, once, while they are open."""
    with tempfile.TemporaryDirectory() as folder:
        inside = Path(folder, _MEMBER)
        try:
            with archive_at(path) as archive:
                info = archive.getinfo(_MEMBER)
                check_packing(info)
                if info.file_size > MAX_FILE_BYTES:
                    rule = _("at most {n} MB").format(n=MAX_FILE_BYTES // 10**6)
                    raise WeightsError(broken_rule("weights", rule, f"{info.file_size / 1e6:.0f} MB"))
                if info.file_size > MAX_EXPANSION * path.stat().st_size + 10**6:
                    raise expands()
                with archive.open(info) as packed, inside.open("wb") as target:
                    shutil.copyfileobj(packed, target, 2**20)
        except BROKEN as error:
            if isinstance(error, WeightsError):
                raise
            raise damaged(error) from error
        for contents in hdf5.opened(inside):
            yield replace(contents, container="keras")
