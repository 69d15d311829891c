"""Checkpoints that survive a kill at any moment: written aside, made durable, then renamed; every byte accounted for.

One folder per update holds the arrays as safetensors and a manifest with their sha256. Keras's own BackupAndRestore and
`save_weights` are not used: the first restarts at epoch 0 when its JSON is missing, the second can end the process on a
full disk.
"""

import hashlib
import json
import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError
from safetensors.numpy import load, save

from resnet_viz.errors import DAMAGE, WeightsError, broken_rule
from resnet_viz.files import write_durably
from resnet_viz.messages import gettext as _

Arrays = Mapping[str, npt.NDArray[Any]]

KEPT = 2
_NAME = re.compile(r"update-(\d{8})")
_MANIFEST = "manifest.json"


class Checkpoint(NamedTuple):
    """A moment of a run.

    Attributes:
        update: Updates done by each network.
        arrays: Weights and optimiser variables by group (a network's name), then by their own name.
        state: What else the run needs to go on: plain JSON values.
    """

    update: int
    arrays: dict[str, dict[str, npt.NDArray[Any]]]
    state: dict[str, Any]


def save_checkpoint(folder: Path, update: int, arrays: Mapping[str, Arrays], state: Mapping[str, Any]) -> Path:
    """Keep a checkpoint beside the last one; all of it or nothing. Older ones go.

    Args:
        folder: The run's folder of checkpoints.
        update: Updates done.
        arrays: By network and by name, of any shape and dtype (`resnet_viz.training.trainer.Trainer.arrays`).
        state: What else the run goes on from, as JSON takes it.

    Raises:
        OSError: If the disk does not take it; the last checkpoint is still there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"update-{update:08d}"
    work = folder / f".new-{target.name}-{os.getpid()}"
    shutil.rmtree(work, ignore_errors=True)
    try:
        work.mkdir()
        digests = {}
        for number, (group, named) in enumerate(arrays.items()):
            data = save({name: np.array(array, order="C") for name, array in named.items()})
            name = f"{number}.safetensors"
            digests[group] = {"file": name, "sha256": hashlib.sha256(data).hexdigest()}
            write_durably(work / name, data)
        manifest = json.dumps({"update": update, "arrays": digests, "state": dict(state)}).encode()
        body = json.dumps({"sha256": hashlib.sha256(manifest).hexdigest(), "manifest": manifest.decode()}).encode()
        write_durably(work / _MANIFEST, body)
        _sync_folder(work)
        shutil.rmtree(target, ignore_errors=True)
        work.replace(target)
        _sync_folder(folder)
    except OSError:
        shutil.rmtree(work, ignore_errors=True)
        raise
    for old in checkpoint_folders(folder)[KEPT:]:
        shutil.rmtree(old, ignore_errors=True)
    return target


def checkpoint_folders(folder: Path) -> list[Path]:
    """Return the checkpoints of a run, the newest first; half-written ones do not count."""
    found = [path for path in folder.iterdir() if _NAME.fullmatch(path.name)] if folder.is_dir() else []
    return sorted(found, reverse=True)


def load_checkpoint(path: Path) -> Checkpoint:
    """Return a checkpoint, every byte checked against its manifest.

    Raises:
        WeightsError: If a byte differs from what was written, or a file is missing.
    """
    try:
        body = json.loads((path / _MANIFEST).read_bytes())
        text = body["manifest"].encode()
        _check(text, body["sha256"], _MANIFEST)
        manifest = json.loads(text)
        arrays = {}
        for group, entry in manifest["arrays"].items():
            data = (path / entry["file"]).read_bytes()
            _check(data, entry["sha256"], entry["file"])
            arrays[group] = load(data)
        return Checkpoint(manifest["update"], arrays, manifest["state"])
    except WeightsError:
        raise
    except DAMAGE as error:
        raise WeightsError(_damaged(path, str(error) or type(error).__name__)) from error
    except SafetensorError as error:
        raise WeightsError(_damaged(path, str(error))) from error


def newest_checkpoint(folder: Path) -> Checkpoint | None:
    """Return the newest checkpoint that is whole, or None; a damaged one is passed over for the one before it."""
    for path in checkpoint_folders(folder):
        try:
            return load_checkpoint(path)
        except WeightsError:
            continue
    return None


def _sync_folder(path: Path) -> None:
    """Make a rename durable, where folders can be opened (not on Windows)."""
    if os.name != "posix":
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _check(data: bytes, expected: str, name: str) -> None:
    found = hashlib.sha256(data).hexdigest()
    if found != expected:
        rule = _("as it was written, sha256 {sha}…").format(sha=expected[:12])
        raise WeightsError(broken_rule(name, rule, f"{found[:12]}…"))


def _damaged(path: Path, reason: str) -> str:
    return _("The checkpoint {name} is damaged ({reason}): the one before it is used, if there is one.").format(
        name=path.name, reason=reason[:80]
    )
