"""What people choose for a weights file and what is none: known by its first bytes, called by its name, with what to do.

References:
    Each format's own description of its first bytes; Git LFS's pointer file; ONNX's and TensorFlow's protocol buffers.
"""

import re
from collections.abc import Callable, Collection
from typing import NamedTuple

from resnet_viz.messages import gettext as _
from resnet_viz.messages import joined

FROM_KERAS = '`numpy.savez("weights.npz", **{v.path: v.numpy() for v in model.weights})`'
"""What writes a Keras model's arrays as we read them."""

FROM_SAVED_MODEL = (
    '`numpy.savez("weights.npz", **{v.name: v.numpy() for v in tensorflow.saved_model.load("folder").variables})`'
)
"""What writes the arrays of a SavedModel's folder as we read them."""

FROM_TORCH = '`import torch, safetensors.torch`, `state = torch.load("weights.pth", map_location="cpu", weights_only=True)`, `safetensors.torch.save_file({k: v.clone() for k, v in state.get("state_dict", state).items()}, "weights.safetensors")`'
"""What writes a PyTorch checkpoint's arrays as we read them; each is copied, since safetensors takes no shared ones."""

HEAD_BYTES = 4096
"""As much of a file's beginning as this table looks at."""


class Kind(NamedTuple):
    """Something that is no weights file.

    Attributes:
        name: What it is, to follow "this is".
        advice: How to get the right thing.
    """

    name: str
    advice: str


class _Signature(NamedTuple):
    is_met: Callable[[bytes], bool]
    kind: Kind


def refusal(kind: Kind) -> str:
    """Return the sentence for something that is no weights file."""
    what = _("This is {name}, not a .safetensors, .npz, .h5, .keras or .onnx file.").format(name=kind.name)
    return joined((what, kind.advice), " ")


def recognised(head: bytes) -> Kind | None:
    """Return what a file is by its first bytes, if it is known and no weights file."""
    return next((signature.kind for signature in _signatures(head) if signature.is_met(head)), None)


def saved_model() -> Kind:
    """Return what TensorFlow's folders and the graph in them are."""
    return Kind(_("a SavedModel (.pb)"), _("Save its arrays: {code}.").format(code=FROM_SAVED_MODEL))


def archive_kind(names: Collection[str]) -> Kind:
    """Return what a zip archive is by the names in it, if it is none of arrays only."""
    ends = {name.rpartition("/")[2] for name in names}
    if "data.pkl" in ends:
        return Kind(_("PyTorch's zipped pickle (.pt, .pth)"), _no_pickle())
    if "saved_model.pb" in ends:
        return saved_model()._replace(name=_("a zipped SavedModel"))
    inside = next((name for name in names if name.endswith((".h5", ".hdf5", ".safetensors", ".npz"))), None)
    if inside:
        return Kind(_("a zip archive around `{name}`").format(name=inside[-60:]), _unpack())
    return Kind(_("a zip archive of other files"), _from_keras())


def _signatures(head: bytes) -> tuple[_Signature, ...]:
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    lower = text[:200].lower()
    return (
        _Signature(lambda data: not data, Kind(_("an empty file"), _download())),
        _Signature(
            lambda _data: lower.startswith((b"<!doctype html", b"<html", b"<head", b"<!--")),
            Kind(_("a web page"), _download()),
        ),
        _Signature(
            lambda _data: text.startswith(b"version https://git-lfs"),
            Kind(
                _("a Git LFS pointer, which only says where the file is"),
                _("Fetch the file itself with `git lfs pull`, or by the host's download button."),
            ),
        ),
        _Signature(
            lambda data: lower.startswith((b"<?xml", b"<error")) and b"<Error" in data,
            Kind(
                _("an error that a store answered instead of the file ({code})").format(code=_store_code(head)),
                _download(),
            ),
        ),
        _Signature(lambda _data: lower.startswith(b"<"), Kind(_("an XML text"), _download())),
        _Signature(lambda data: data[:1] == b"\x80" and data[1:2] in (b"\2", b"\3", b"\4", b"\5"), _pickle()),
        _Signature(
            # A protocol buffer whose first field is SavedModel's schema version, 1; ONNX's is its ir_version, 3 and up.
            lambda data: data.startswith(b"\x08\x01\x12"),
            saved_model(),
        ),
        _Signature(lambda data: data.startswith(_COMPRESSED), Kind(_("a compressed file"), _unpack())),
        _Signature(lambda data: data[257:262] == b"ustar", Kind(_("a tar archive"), _unpack())),
        _Signature(
            lambda data: data.startswith(_PICTURES) or (data[:4] == b"RIFF" and data[8:12] == b"WEBP"),
            Kind(_("a picture"), _("Pictures go under “image”; the network's arrays belong here.")),
        ),
        _Signature(
            lambda data: data.startswith(b"\x93NUMPY"),
            Kind(_("a single array (.npy)"), _from_keras()),
        ),
        _Signature(
            lambda data: data.startswith(b"GGUF") or data[4:8] == b"TFL3",
            Kind(_("another model format"), _from_keras()),
        ),
        _Signature(
            lambda data: data.startswith(b"\x89HDF"),
            Kind(
                _("an HDF5 file whose first bytes were changed or cut off"), _("Download it again, as a binary file.")
            ),
        ),
        _Signature(lambda _data: text[:1] in (b"{", b"["), Kind(_("a JSON text"), _from_keras())),
        _Signature(_is_text, Kind(_("a text"), _download())),
    )


_COMPRESSED = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ\0", b"7z\xbc\xaf\x27\x1c", b"Rar!", b"\x28\xb5\x2f\xfd")
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\0", b"MM\0*", b"%PDF")


def _is_text(data: bytes) -> bool:
    return len(data) > 1 and not re.search(rb"[^\t\n\r\x20-\x7e\x80-\xff]", data) and _decodes(data)


def _decodes(data: bytes) -> bool:
    try:
        data[: HEAD_BYTES - 8].decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _store_code(head: bytes) -> str:
    found = re.search(rb"<Code>([A-Za-z]{1,40})</Code>", head)
    return found.group(1).decode() if found else "XML"


def _pickle() -> Kind:
    return Kind(_("a pickle (.pt, .pth, .pkl)"), _no_pickle())


def _no_pickle() -> str:
    return _(
        "Pickled files (.pt, .pth, .pkl) can run code, so they are refused. In PyTorch three lines save the arrays as safetensors: {code}."
    ).format(code=FROM_TORCH)


def _from_keras() -> str:
    return _("With the model in Keras, save its arrays: {code}.").format(code=FROM_KERAS)


def _download() -> str:
    return _("Look in a browser at what its address gives, and download the file itself.")


def _unpack() -> str:
    return _("Unpack it, and take the weights file inside.")
