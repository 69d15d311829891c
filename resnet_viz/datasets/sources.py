"""Where pictures to train on come from: uint8 RGB at the run's size, the same ones for the same seed. No Keras."""

import struct
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from resnet_viz.datasets import shapes as generated
from resnet_viz.datasets.catalogue import arrays_file
from resnet_viz.datasets.plan import DataPlan
from resnet_viz.errors import DataError, broken_rule
from resnet_viz.messages import gettext as _

Bytes = npt.NDArray[np.uint8]
Labels = npt.NDArray[np.int32]
FloatArray = npt.NDArray[np.float32]
Pictures = tuple[Bytes, Labels]

# A generated picture of training never shows up among the held-back ones: two series apart.
_HELD_BACK = 1


@dataclass(frozen=True)
class Source:
    """Pictures by number, made when they are asked for.

    Attributes:
        classes: Names of the classes, in the order of the network's outputs.
        train_count: Pictures to train on; 0 if they never end.
        validation_count: Pictures held back.
        train: Pictures and classes by number, below `train_count` unless endless.
        validation: All held-back pictures and their classes.
        train_counts: Pictures to train on per class; empty if they never end.
        validation_counts: Held-back pictures per class.
    """

    classes: tuple[str, ...]
    train_count: int
    validation_count: int
    train: Callable[[npt.NDArray[np.int64]], Pictures]
    validation: Callable[[], Pictures]
    train_counts: tuple[int, ...]
    validation_counts: tuple[int, ...]


def open_source(plan: DataPlan, size_px: int, store: Path) -> Source:
    """Return the source that a plan names, at the run's picture size.

    Args:
        plan: Which pictures.
        size_px: Side they are brought to.
        store: Where downloads and people's own folders lie.

    Raises:
        DataError: If the source is not on this machine, or has fewer pictures than asked for.
        ImageError: If generated shapes cannot be drawn at this size.
        SpecError: If the name of somebody's own folders breaks the rule for such names.
    """
    if plan.source == "shapes":
        return _shapes(plan, size_px)
    if plan.source == "digits":
        images, labels, names = _digits()
    else:
        images, labels, names = _stored(arrays_file(store, plan.source, plan.folder))
    return _split(plan, images, labels, names, size_px)


def _shapes(plan: DataPlan, size_px: int) -> Source:
    style = generated.Style(size_px, plan.difficulty, plan.clutter)
    generated.check_style(style)
    series = plan.seed << 4
    return Source(
        generated.CLASSES,
        plan.train,
        plan.validation,
        lambda numbers: generated.shapes(style, series, numbers),
        lambda: generated.shapes(style, series + _HELD_BACK, range(plan.validation)),
        generated.class_counts(plan.train) if plan.train else (),
        generated.class_counts(plan.validation),
    )


def _counts(labels: Labels, classes: tuple[str, ...]) -> tuple[int, ...]:
    return tuple(np.bincount(labels, minlength=len(classes)).tolist())


@lru_cache(maxsize=1)
def _digits() -> tuple[Bytes, Labels, tuple[str, ...]]:
    """Return scikit-learn's 1,797 digits of 8×8 cells with 17 grey levels (UCI, test part of Alpaydin and Kaynak)."""
    try:
        from sklearn.datasets import load_digits  # noqa: PLC0415 - of the optional model part
    except ImportError:
        raise DataError(
            _("The digits come with scikit-learn, which is not installed: run `pip install scikit-learn`.")
        ) from None
    found: Any = load_digits()
    grey = np.asarray(found.images * (255 / 16) + 0.5, np.uint8)
    return np.repeat(grey[..., np.newaxis], 3, axis=3), found.target.astype(np.int32), tuple("0123456789")


def _stored(path: Path) -> tuple[Bytes, Labels, tuple[str, ...]]:
    try:
        with np.load(path, allow_pickle=False) as file:
            return _mapped(path), file["labels"].astype(np.int32), tuple(map(str, file["classes"]))
    except (OSError, ValueError, KeyError, struct.error, zipfile.BadZipFile) as error:
        raise DataError(
            _("These pictures are not on this machine, or not any more: fetch or upload them again, then start anew.")
        ) from error


def _mapped(path: Path) -> Bytes:
    """Return the pictures of an uncompressed archive without reading them: only what is looked at leaves the disk.

    References:
        PKWARE's APPNOTE.TXT, 4.3.7: the local header is 30 bytes, then a name and an extra field whose lengths are at 26.
    """
    with zipfile.ZipFile(path) as archive, path.open("rb") as file:
        member = archive.getinfo("images.npy")
        if member.compress_type != zipfile.ZIP_STORED:
            raise ValueError(member.compress_type)
        file.seek(member.header_offset + 26)
        file.seek(sum(struct.unpack("<HH", file.read(4))), 1)
        np.lib.format.read_magic(file)
        shape, is_fortran, dtype = np.lib.format.read_array_header_1_0(file)
        return np.memmap(path, dtype, "r", file.tell(), shape, "F" if is_fortran else "C")


def _split(plan: DataPlan, images: Bytes, labels: Labels, names: tuple[str, ...], size_px: int) -> Source:
    """Hold back the same pictures for the same seed, from every class by its share."""
    held, kept = [], []
    share = plan.validation / len(labels)
    for label in range(len(names)):
        own = np.random.default_rng([plan.seed, label]).permutation(np.flatnonzero(labels == label))
        cut = max(1, round(share * len(own))) if len(own) > 1 else 0
        held.append(own[:cut])
        kept.append(own[cut:])
    validation = np.sort(np.concatenate(held))
    # From every class in turn, so that the first n are balanced too.
    order = np.argsort(np.concatenate([np.arange(len(own)) / max(1, len(own)) for own in kept]), kind="stable")
    train = np.concatenate(kept)[order]
    if not len(train):
        rule = _("fewer than the {n} pictures there are, so that some are left to train on").format(n=len(labels))
        raise DataError(broken_rule("data.validation", rule, plan.validation))
    wanted = plan.train or len(train)
    if wanted > len(train):
        raise DataError(broken_rule("data.train", _("at most {n}").format(n=len(train)), plan.train))
    train = train[:wanted]

    def pictures(chosen: npt.NDArray[np.int64]) -> Pictures:
        return _resized(images, chosen, size_px), labels[chosen]

    return Source(
        names,
        len(train),
        len(validation),
        lambda numbers: pictures(train[numbers]),
        lambda: pictures(validation),
        _counts(labels[train], names),
        _counts(labels[validation], names),
    )


def _resized(images: Bytes, chosen: npt.NDArray[np.int64], size_px: int) -> Bytes:
    """Return some of the pictures at a run's size, each read and scaled by itself."""
    size = (size_px, size_px)
    if images.shape[1:3] == size:
        return np.asarray(images[chosen])
    made = np.empty((len(chosen), *size, 3), np.uint8)
    for place, number in enumerate(chosen):
        scaled = Image.fromarray(np.asarray(images[number])).resize(size, Image.Resampling.BILINEAR)
        made[place] = np.asarray(scaled)
    return made
