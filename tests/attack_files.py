"""Weights files that attack their reader: each as it was published, or as the contract on untrusted files names it.

``python -m tests.attack_files FOLDER`` writes every one of them. None holds anything harmful: what would run leaves a mark.
"""

import io
import itertools
import json
import struct
import sys
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import h5py
import numpy as np
from safetensors.numpy import save

from tests.malformed_weights import onnx_field as field

MARK = "MARK-OF-AN-ATTACK"
"""A file of this name in the working folder: a file made something run, or wrote outside."""
PASSWORDS = "/etc/passwd"
KERNEL = np.ones((3, 3, 3, 16), np.float32)
_GIGABYTE = 2**30


class Attack(NamedTuple):
    """One file.

    Attributes:
        build: Gives its bytes.
        says: What the reader's sentence has to match; "" where the arrays are read and nothing else happens.
        known: The advisory that it comes from, or what the contract calls it.
    """

    build: Callable[[], bytes]
    says: str
    known: str


# --- HDF5 -------------------------------------------------------------------------------------------------------------


def h5(build: Callable[[h5py.File], object], **options: object) -> bytes:
    out = io.BytesIO()
    with h5py.File(out, "w", **options) as file:
        build(file)
    return out.getvalue()


def dataset(**options: object) -> bytes:
    """Return a file of one array made with these options of HDF5's."""
    return h5(lambda file: file.create_dataset("conv1/conv1/kernel:0", **options))


def virtual(file: h5py.File) -> None:
    layout = h5py.VirtualLayout(KERNEL.shape, "f4")
    layout[:] = h5py.VirtualSource("elsewhere.h5", "secret", KERNEL.shape)
    file.create_virtual_dataset("conv1/conv1/kernel:0", layout)


def inflating(file: h5py.File) -> None:
    """A chunk of 1.7 kB whose packed bytes unpack to a gigabyte."""
    item = file.create_dataset("conv1/kernel", KERNEL.shape, "f4", chunks=KERNEL.shape, compression="gzip")
    packer = zlib.compressobj(1)
    zeros = packer.compress(bytes(2**20)) + packer.flush(zlib.Z_FULL_FLUSH)
    again = packer.compress(bytes(2**20)) + packer.flush(zlib.Z_FULL_FLUSH)
    item.id.write_direct_chunk((0,) * 4, zeros + again * (_GIGABYTE // 2**20) + packer.flush())


def filtered(*filters: int) -> bytes:
    """Return a file whose array went through filters that no version of Keras uses."""

    def build(file: h5py.File) -> None:
        plan = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        plan.set_chunk(KERNEL.shape)
        for name in filters:
            options = {h5py.h5z.FILTER_SCALEOFFSET: (2, 0), h5py.h5z.FILTER_DEFLATE: (9,)}.get(name, ())
            plan.set_filter(name, 0, options)
        group = file.create_group("conv1")
        kind, space = h5py.h5t.py_create(np.dtype("i4")), h5py.h5s.create_simple(KERNEL.shape)
        h5py.h5d.create(group.id, b"kernel", kind, space, plan)

    return h5(build)


def many_chunks(file: h5py.File) -> None:
    file.create_dataset(
        "conv1/kernel",
        (3, 3, 3, 900),
        "f4",
        chunks=(1, 1, 1, 1),
        fillvalue=1,
        data=np.ones(24_300).reshape(3, 3, 3, 900),
    )


def many_links(file: h5py.File) -> None:
    array = file.create_dataset("conv1/kernel", data=KERNEL)
    group = file.create_group("again")
    for index in range(9_000):
        group[str(index)] = array


def circle(file: h5py.File) -> None:
    inner = file.create_group("conv1/conv1")
    inner["kernel:0"], inner["again"] = KERNEL, file["conv1"]


def many_ways(file: h5py.File) -> None:
    """Seven levels of groups, each held twelve times by the one above: 12⁷ ways to the last."""
    groups = [file.create_group(f"level{index}") for index in range(7)]
    for upper, lower in itertools.pairwise(groups):
        for index in range(12):
            upper[f"again{index}"] = lower


def long_text(file: h5py.File) -> None:
    file.create_group("layers/conv2d/vars").attrs["name"] = "x" * 40_000_000
    file["layers/conv2d/vars/0"] = KERNEL


def text_of_many(file: h5py.File) -> None:
    """Texts of 60 kB for thousands of layers."""
    for index in range(60):
        file.create_group(f"layers/conv2d_{index}/vars").attrs["name"] = "x" * 60_000
        file[f"layers/conv2d_{index}/vars/0"] = KERNEL


def hurt(mark: bytes, at: int, values: bytes, **options: object) -> bytes:
    """Return a sound file with bytes changed behind the first mark of one of HDF5's structures."""

    def build(file: h5py.File) -> None:
        file["conv1/conv1/kernel:0"] = KERNEL
        file.attrs["specification"] = "{}"
        file["conv1"].attrs["name"] = "conv1"

    data = bytearray(h5(build, **options))
    place = data.index(mark) + at
    data[place : place + len(values)] = values
    return bytes(data)


def code_in_configuration(file: h5py.File) -> None:
    """A whole model whose Lambda layer writes the mark, with its arrays."""
    file.attrs["model_config"] = json.dumps(_LAMBDA)
    file["model_weights/conv1/conv1/kernel:0"] = KERNEL


_LAMBDA = {
    "class_name": "Lambda",
    "config": {
        "function": {"class_name": "__lambda__", "config": {"code": "4wEAAAA=", "defaults": None}},
        "path": MARK,
    },
}
_MODULE = {"module": "builtins", "class_name": "open", "config": {"file": MARK, "mode": "w"}, "registered_name": None}
_UNSAFE = {"module": "keras.config", "class_name": "function", "config": "enable_unsafe_deserialization"}
_FETCH = {"module": "keras.utils", "class_name": "function", "config": "get_file", "origin": "file:///etc/passwd"}
_LOOKUP = {"module": "keras.layers", "class_name": "StringLookup", "config": {"vocabulary": PASSWORDS}}
_TORCH = {"module": "keras.layers", "class_name": "TorchModuleWrapper", "config": {"module": "gASVAAAA"}}


# --- Archives ---------------------------------------------------------------------------------------------------------


def archive(members: dict[str, bytes], packing: int = zipfile.ZIP_STORED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", packing) as file:
        for name, data in members.items():
            file.writestr(name, data)
    return out.getvalue()


def keras(weights: bytes, config: object = None, **more: bytes) -> bytes:
    """Return a `.keras` archive."""
    members = {"metadata.json": b"{}", "config.json": json.dumps(config).encode(), "model.weights.h5": weights}
    return archive(members | {name.replace("__", "/"): data for name, data in more.items()})


def plain() -> bytes:
    return h5(lambda file: file.create_dataset("conv1/conv1/kernel:0", data=KERNEL))


def npy(header: str, body: bytes = b"") -> bytes:
    text = header.encode("latin1")
    return b"\x93NUMPY\x02\0" + struct.pack("<I", len(text)) + text + body


def declaring(shape: str, kind: str = "<f4") -> str:
    return f"{{'descr': {kind!r}, 'fortran_order': False, 'shape': {shape}, }}\n"


class _Runs:
    """What a pickle would call."""

    def __reduce__(self) -> tuple[object, tuple[str, str]]:
        return open, (MARK, "w")


def objects() -> bytes:
    out = io.BytesIO()
    np.save(out, np.array([_Runs()], dtype=object), allow_pickle=True)
    return archive({"conv1/kernel.npy": out.getvalue()})


def lying(*, with_zip64: bool) -> bytes:
    """Return an archive of 5,000 members that declares ten, in one of the two places that readers look at."""
    data = archive({f"{index}.npy": b"" for index in range(5_000)})
    end = data.rindex(b"PK\x05\x06")
    size, start = struct.unpack("<II", data[end + 12 : end + 20])
    short = data[end : end + 8] + struct.pack("<HH", 10, 10) + data[end + 12 :]
    if not with_zip64:
        return data[:end] + short
    record = b"PK\x06\x06" + struct.pack("<QHHIIQQQQ", 44, 45, 45, 0, 0, 5_000, 5_000, size, start)
    return data[:end] + record + b"PK\x06\x07" + struct.pack("<IQI", 0, end, 1) + short


def overlapping() -> bytes:
    """Return an archive in which 300 members of the list are one and the same packed member."""
    one = archive({"conv1/kernel.npy": npy(declaring("(3, 3, 3, 90000)"), bytes(9_720_000))}, zipfile.ZIP_DEFLATED)
    start = one.index(b"PK\x01\x02")
    end = one.rindex(b"PK\x05\x06")
    entry = one[start:end]
    listed = b"".join(entry.replace(b"conv1/", f"c{index:04d}/".encode()) for index in range(300))
    return one[:start] + listed + b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 300, 300, len(listed), start, 0)


# --- Safetensors ------------------------------------------------------------------------------------------------------


def safetensors(header: object, body: bytes = b"", length: int | None = None) -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return (len(text) if length is None else length).to_bytes(8, "little") + text + body


def tensor(shape: list[int], start: int, end: int, dtype: str = "F32") -> dict[str, object]:
    return {"dtype": dtype, "shape": shape, "data_offsets": [start, end]}


# --- ONNX -------------------------------------------------------------------------------------------------------------


def onnx(*tensors: bytes, graph: bytes = b"") -> bytes:
    return field(1, 8) + field(2, b"attack") + field(7, graph + b"".join(field(5, item) for item in tensors))


def initializer(
    *fields: bytes, shape: tuple[int, ...] = (16, 3, 3, 3), kind: int = 1, name: bytes = b"conv1.weight"
) -> bytes:
    return b"".join(field(1, size) for size in shape) + field(2, kind) + field(8, name) + b"".join(fields)


def elsewhere(**entries: str) -> bytes:
    """Return a tensor whose bytes lie in another file, with keys as an attacker chooses them."""
    pairs = [field(13, field(1, key.encode()) + field(2, value.encode())) for key, value in entries.items()]
    return onnx(initializer(*pairs, field(14, 1)))


def nested(depth: int) -> bytes:
    """Return groups in groups, as no field of ONNX has them."""
    return onnx(initializer(field(9, KERNEL.tobytes())), graph=b"\x0b" * depth + b"\x0c" * depth)


def in_a_circle() -> bytes:
    node = field(1, b"x") + field(1, b"conv1.weight") + field(2, b"x") + field(4, b"Add")
    return onnx(initializer(field(9, KERNEL.tobytes()), name=b"7"), graph=field(1, node) * 3_000)


_OUTSIDE, _LINKS = r"stored inside the file", r"free of soft and external links"
_NO_FLOATS, _PACKED = r"an array of floating-point numbers", r"uncompressed or gzip"
_DAMAGED, _EXPANDS = r"damaged or incomplete", r"times larger unpacked than packed"
_CONTRACT = "contract"

HDF5 = {
    "a shape of 40 GB": Attack(lambda: dataset(shape=(100_000, 100_000), dtype="f4", chunks=(100, 100), compression="gzip"), _EXPANDS, "CVE-2026-0897"),
    "a shape of 9 PB, in .keras": Attack(lambda: keras(dataset(shape=(50_000_000, 50_000_000), dtype="f4", chunks=(1, 1000))), _EXPANDS, "CVE-2026-0897"),
    "bytes from another file": Attack(lambda: dataset(shape=(16,), dtype="f4", external=[(PASSWORDS, 0, 64)]), _OUTSIDE, "CVE-2026-1669"),
    "bytes from another file, in .keras": Attack(lambda: keras(dataset(shape=(16,), dtype="f4", external=[(PASSWORDS, 0, 64)])), _OUTSIDE, "CVE-2026-1669"),
    "a virtual dataset": Attack(lambda: h5(virtual), _OUTSIDE, "CVE-2026-12480"),
    "a virtual dataset, in .keras": Attack(lambda: keras(h5(virtual)), _OUTSIDE, "CVE-2026-12480"),
    "an external link as the weights": Attack(lambda: h5(lambda f: f.__setitem__("model_weights", h5py.ExternalLink(PASSWORDS, "/"))), _LINKS, "GHSA-27f4-p4xq-cxg8"),
    "a soft link as a layer": Attack(lambda: h5(lambda f: f.__setitem__("conv1", h5py.SoftLink("/elsewhere"))), _LINKS, "GHSA-27f4-p4xq-cxg8"),
    "code in a Lambda layer": Attack(lambda: h5(code_in_configuration), "", "CVE-2025-9905, CVE-2024-3660"),
    "structures as numbers": Attack(lambda: dataset(data=np.zeros(3, [("a", "f4"), ("b", "f4")])), _NO_FLOATS, "CVE-2024-33877"),
    "references as numbers": Attack(lambda: dataset(shape=(3,), dtype=h5py.ref_dtype), _NO_FLOATS, "CVE-2026-29043"),
    "texts as numbers": Attack(lambda: dataset(data=["a"], dtype=h5py.string_dtype()), _NO_FLOATS, _CONTRACT),
    "lists as numbers": Attack(lambda: dataset(shape=(3,), dtype=h5py.vlen_dtype(np.dtype("f4"))), _NO_FLOATS, _CONTRACT),
    "the scale-offset filter": Attack(lambda: filtered(h5py.h5z.FILTER_SCALEOFFSET), _PACKED, "CVE-2025-44905"),
    "the n-bit filter": Attack(lambda: filtered(h5py.h5z.FILTER_NBIT), _PACKED, "CVE-2024-32615"),
    "gzip in gzip": Attack(lambda: filtered(h5py.h5z.FILTER_DEFLATE, h5py.h5z.FILTER_DEFLATE), _PACKED, _CONTRACT),
    "the lzf filter": Attack(lambda: dataset(data=KERNEL, compression="lzf"), _PACKED, _CONTRACT),
    "a chunk that unpacks to a gigabyte": Attack(lambda: h5(inflating), _EXPANDS, "CWE-409"),
    "a chunk for every number": Attack(lambda: h5(many_chunks), r"at most 20,000 chunks", "CWE-400"),
    "an object header beyond its chunk": Attack(lambda: hurt(b"OHDR", 20, b"\xff\xff", libver="latest"), _DAMAGED, "CVE-2026-120756"),
    "a text beyond its heap": Attack(lambda: hurt(b"GCOL", 24, b"\xff\xff\xff\x7f"), r"damaged|No array of this file", "CVE-2024-29157"),
    "a heap of texts beyond the file": Attack(lambda: hurt(b"GCOL", 8, b"\xff\xff\xff\x7f"), r"free of texts over 16 MB", "CVE-2024-29157"),
    "a table of names of too many": Attack(lambda: hurt(b"SNOD", 6, b"\xff\xff"), _DAMAGED, "CVE-2021-45830"),
    "9,000 names of one array": Attack(lambda: h5(many_links, libver="latest"), r"at most 8,000 groups and arrays", _CONTRACT),
    "groups in a circle": Attack(lambda: h5(circle), r"at most 8 groups deep|at most 8,000 groups", _CONTRACT),
    "35 million ways to one group": Attack(lambda: h5(many_ways), r"at most 8,000 groups and arrays", _CONTRACT),
    "a name of 40 MB": Attack(lambda: h5(long_text), r"free of texts over 16 MB", "CWE-400"),
    "names of 60 kB for 60 layers": Attack(lambda: h5(text_of_many), r"free of texts over 1 MB", "CWE-400"),
}  # fmt: skip

ARCHIVES = {
    "a class of any module": Attack(lambda: keras(plain(), _MODULE), "", "CVE-2025-1550"),
    "safe mode switched off": Attack(lambda: keras(plain(), _UNSAFE), "", "CVE-2025-9906"),
    "a function of Keras that fetches": Attack(lambda: keras(plain(), _FETCH), "", "CVE-2025-8747"),
    "a vocabulary from another file": Attack(lambda: keras(plain(), _LOOKUP), "", "CVE-2025-12058"),
    "a pickled PyTorch module": Attack(lambda: keras(plain(), _TORCH), "", "CVE-2025-49655"),
    "a way out of the folder": Attack(lambda: archive({"model.weights.h5": plain(), f"../{MARK}": b"x", f"assets/../../{MARK}": b"x"}), "", "CVE-2025-12060"),
    "assets that unpack to 34 MB": Attack(lambda: archive({"model.weights.h5": plain(), "assets/a": bytes(2**25)}, zipfile.ZIP_DEFLATED), "", "CWE-409"),
    "weights that unpack to 64 MB, in .keras": Attack(lambda: archive({"model.weights.h5": plain() + bytes(2**26)}, zipfile.ZIP_DEFLATED), _EXPANDS, "CWE-409"),
    "pickled objects": Attack(objects, r"floating-point numbers|damaged|No array of this file", "CVE-2019-6446"),
    "an array of a gigabyte in 200 bytes": Attack(lambda: archive({"conv1/kernel.npy": npy(declaring("(300000000,)"))}), r"bytes of arrays|damaged|one to four", "CWE-789"),
    "an array of 10³⁰ numbers": Attack(lambda: archive({"conv1/kernel.npy": npy(declaring(f"(3, 3, 3, {10**30})"))}), r"one to four sizes|bytes of arrays", "CWE-789"),
    "a header of 60 MB": Attack(lambda: archive({"conv1/kernel.npy": npy("(" * 60_000_000)}), _DAMAGED, "CWE-400"),
    "a header that nests": Attack(lambda: archive({"conv1/kernel.npy": npy("(" * 9_000)}), _DAMAGED, "CWE-674"),
    "zeros that unpack to 64 MB": Attack(lambda: archive({"conv1/kernel.npy": bytes(2**26)}, zipfile.ZIP_DEFLATED), _EXPANDS, "CWE-409"),
    "5,000 members that say they are ten": Attack(lambda: lying(with_zip64=False), r"at most 4000 arrays", "CWE-400"),
    "5,000 members in the other list": Attack(lambda: lying(with_zip64=True), r"at most 4000 arrays", "CWE-400"),
    "300 members over one another": Attack(overlapping, _EXPANDS, "CVE-2024-0450"),
}  # fmt: skip

SAFETENSORS = {
    "a header longer than the file": Attack(lambda: safetensors({}, length=2**63), r"No kind of file", "format"),
    "a header of 100,000 arrays": Attack(lambda: safetensors({f"layer{i}.weight": tensor([0], 0, 0) for i in range(100_000)}), r"header has at most", "CWE-400"),
    "a header of 20,000 arrays": Attack(lambda: safetensors({f"l{i}": tensor([0], 0, 0) for i in range(20_000)}), r"at most 4000 arrays", "CWE-400"),
    "a header that nests": Attack(lambda: safetensors(b'{"a":' * 200_000), _DAMAGED, "CWE-674"),
    "arrays over one another": Attack(lambda: safetensors({"conv1.weight": tensor([4], 0, 16), "conv1.bias": tensor([4], 8, 24)}, bytes(24)), _DAMAGED, "audit of 2023"),
    "bytes that belong to no array": Attack(lambda: safetensors({"conv1.bias": tensor([4], 0, 16)}, bytes(99)), _DAMAGED, "audit of 2023"),
    "a shape whose product overflows": Attack(lambda: safetensors({"conv1.bias": tensor([2**32, 2**32], 0, 0)}), _DAMAGED, "format"),
    "a type that is none": Attack(lambda: safetensors({"conv1.bias": tensor([4], 0, 16, "NOTADTYPE")}, bytes(16)), _DAMAGED, "CWE-20"),
    "numbers that are none": Attack(lambda: save({"conv1/bias": np.full(16, np.nan, "f4")}), r"holds NaN or infinity", _CONTRACT),
}  # fmt: skip

ONNX = {
    "bytes from ../": Attack(lambda: elsewhere(location="../../../etc/passwd"), _OUTSIDE, "CVE-2022-25882"),
    "bytes from a/../../": Attack(lambda: elsewhere(location="a/../../../etc/passwd"), _OUTSIDE, "CVE-2024-27318"),
    "bytes through a symbolic link": Attack(lambda: elsewhere(location="link/passwd"), _OUTSIDE, "CVE-2026-27489, CVE-2026-34447"),
    "bytes through a hard link": Attack(lambda: elsewhere(location="weights.bin", offset="0"), _OUTSIDE, "CVE-2026-34446"),
    "keys that are attributes": Attack(lambda: elsewhere(location="x", __class__="y", basepath="/"), _OUTSIDE, "CVE-2026-34445"),
    "groups 100,000 deep": Attack(lambda: nested(100_000), _DAMAGED, "CVE-2025-4565"),
    "a graph that reads itself": Attack(in_a_circle, r"No array of this file|damaged", _CONTRACT),
    "60 million halves for 432": Attack(lambda: onnx(initializer(field(5, b"\1" * 60_000_000), kind=10)), _DAMAGED, "CWE-400"),
    "60 MB of bytes for 432": Attack(lambda: onnx(initializer(field(9, bytes(60_000_000)))), _DAMAGED, "CWE-400"),
    "a shape of 10¹⁸": Attack(lambda: onnx(initializer(field(9, b""), shape=(2**30, 2**30, 3, 3))), r"bytes of arrays|damaged|No array", "CWE-789"),
    "half a million fields": Attack(lambda: onnx(initializer(field(9, KERNEL.tobytes())), graph=field(1, field(1, b"a") * 10) * 45_000), r"damaged|at most", "CWE-400"),
}  # fmt: skip

ATTACKS = {f"{group}, {name}": attack for group, part in (("hdf5", HDF5), ("zip", ARCHIVES), ("safetensors", SAFETENSORS), ("onnx", ONNX)) for name, attack in part.items()}  # fmt: skip


def main(folder: Path) -> None:
    """Write every file, numbered in the order of `ATTACKS`."""
    folder.mkdir(parents=True, exist_ok=True)
    for index, attack in enumerate(ATTACKS.values()):
        (folder / f"{index:03d}").write_bytes(attack.build())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
