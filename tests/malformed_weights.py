"""Broken weights files of every format: well-formed on the outside, strange within. Read by `tests.read_weights_files`."""

import contextlib
import io
import json
import random
import struct
import zipfile
from itertools import pairwise

import h5py
import numpy as np
from safetensors.numpy import save

from tests import weights_files as made

NAMES = (
    "conv1/kernel",
    "conv1/bias",
    "bn_conv1/gamma",
    "bn_conv1/moving_variance",
    "res2a_branch2a/kernel",
    "fc10/bias",
)
SHAPES = ((3, 3, 3, 16), (16,), (16,), (16,), (3, 3, 16, 16), (10,))
ODD_SIZES = (0, -1, 1, 2**15, 2**31 - 1, 2**31, 2**32 - 1, 2**62, 2**63 - 1, 2**64 - 1, 10**30)
ODD_NAMES = (
    "",
    "/",
    "conv1",
    "conv2d_7/kernel",
    "a" * 5000,
    "../../x/kernel",
    "conv1/kernel:0",
    "权重/kernel",
    "\0/bias",
    "x.y.z",
)
ODD_TYPES = ("F16", "F64", "BF16", "I64", "BOOL", "F8_E4M3", "U8", "C64", "", "F99", 7, None)


def arrays(random_: random.Random) -> dict[str, np.ndarray]:
    if random_.random() < 0.2:
        return nearly(random_)
    count = random_.randint(1, len(NAMES))
    dtype = random_.choice(("f2", "f4", "f8"))
    return {
        name: np.full(shape, random_.random(), dtype) for name, shape in list(zip(NAMES, SHAPES, strict=True))[:count]
    }


def nearly(random_: random.Random) -> dict[str, np.ndarray]:
    """Return a whole network's arrays, a few of which are missing, misshapen, doubled, or called otherwise."""
    found = dict(made.some_network(random_.randrange(20)))
    for _ in range(random_.choice((0, 1, 2, 5))):
        name = random_.choice(list(found))
        array = found[name]
        match random_.randrange(6):
            case 0:
                del found[name]
            case 1:
                found[name] = array[:1] if array.ndim else np.ones((2, 2), "f4")
            case 2:
                found[f"other.{name}"] = array
            case 3:
                found[random_.choice(ODD_NAMES).replace("\0", "x") + name] = found.pop(name)
            case 4:
                found[name] = np.ascontiguousarray(array.T)
            case _:
                found[name], found[random_.choice(list(found))] = found[random_.choice(list(found))], array
    return found


# --- One maker per format: well-formed on the outside, strange within -------------------------------------------------


def safetensors(random_: random.Random) -> bytes:
    data = save(arrays(random_))
    length = int.from_bytes(data[:8], "little")
    header, body = json.loads(data[8 : 8 + length]), data[8 + length :]
    for _ in range(random_.choice((0, 0, 1, 1, 2))):
        name, entry = random_.choice(
            [pair for pair in header.items() if isinstance(pair[1], dict) and "shape" in pair[1]] or [("x", {})]
        )
        match random_.randrange(8):
            case 0:
                entry["dtype"] = random_.choice(ODD_TYPES)
            case 1:
                entry["shape"] = [random_.choice(ODD_SIZES) for _ in range(random_.randint(0, 6))]
            case 2:
                entry["data_offsets"] = [random_.choice((*ODD_SIZES, 4, 64)) for _ in range(random_.randint(0, 3))]
            case 3:
                header[random_.choice(ODD_NAMES)] = entry
            case 4:
                header["__metadata__"] = random_.choice(({"a": "b" * 100_000}, {"a": 1}, [], "x"))
            case 5:
                header[name] = random_.choice(({}, [], None, 3, "x", {"dtype": "F32"}))
                break
            case 6:
                entry["shape"] = [[1], "2", 1.5, None][: random_.randint(1, 4)]
            case _:
                for index in range(random_.choice((10, 3000))):
                    header[f"layer{index}/kernel"] = entry
    text = json.dumps(header).encode()
    if random_.random() < 0.05:
        text = b"[" * 50_000
    length = random_.choice(ODD_SIZES) % 2**64 if random_.random() < 0.1 else len(text)
    return length.to_bytes(8, "little") + text + body


def npy(random_: random.Random, array: np.ndarray) -> bytes:
    out = io.BytesIO()
    np.lib.format.write_array(out, array)
    if random_.random() < 0.8:
        return out.getvalue()
    shape = tuple(random_.choice((1, 3, *ODD_SIZES)) for _ in range(random_.randint(0, 5)))
    descr = random_.choice(
        ("<f4", "|O", "<f8", "<i8", "<U9999999", "|V4", [("a", "<f4"), ("b", "|O")], "<c16", "x", 3, "<f4,<f4")
    )
    text = random_.choice(
        (
            repr({"descr": descr, "fortran_order": random_.random() < 0.5, "shape": shape}),
            repr({"descr": descr}),
            "{" * 9000,
            "(" * 3000 + ")" * 3000,
            "__import__('os').abort()",
            "'" * 5,
            "{'descr': '<f4', 'fortran_order': False, 'shape': (" + "1," * 4000 + ")}",
        )
    ).encode("latin1")
    version = random_.choice(((1, 0), (2, 0), (3, 0), (9, 9)))
    size = struct.pack("<H" if version == (1, 0) else "<I", random_.choice((len(text), len(text), 65535, 0)))
    return b"\x93NUMPY" + bytes(version) + size + text + array.tobytes()


def archive(random_: random.Random) -> bytes:
    out = io.BytesIO()
    # The last two are refused before anything is unpacked, and take most of the time to make.
    methods = (*(zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) * 8, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
    with zipfile.ZipFile(out, "w", random_.choice(methods)) as file:
        for name, array in arrays(random_).items():
            odd = random_.choice(ODD_NAMES).replace("\0", "x")  # the writer cuts names at it
            file.writestr((odd if random_.random() < 0.05 else name) + ".npy", npy(random_, array))
        match random_.randrange(10):
            case 0:
                file.writestr("zeros/kernel.npy", npy(random_, np.zeros(random_.choice((10**5, 10**6)), "f4")))
            case 1:
                for index in range(random_.choice((50, 2100))):
                    file.writestr(f"l{index}/bias.npy", b"")
            case 2:
                file.writestr(
                    random_.choice(("archive/data.pkl", "model.weights.h5", "saved_model.pb", "x.txt")), b"x" * 99
                )
    return _hurt_zip(random_, out.getvalue())


def _hurt_zip(random_: random.Random, whole: bytes) -> bytes:
    """Change fields of a few of a zip's headers."""
    data = bytearray(whole)
    for _ in range(random_.choice((0, 0, 1, 2))):
        mark, fields = random_.choice(
            (
                (b"PK\x03\x04", (6, 8, 14, 18, 22, 26, 28)),
                (b"PK\x01\x02", (8, 10, 16, 20, 24, 28, 42)),
                (b"PK\x05\x06", (4, 8, 10, 12, 16, 20)),
            )
        )
        at = data.find(mark, random_.randrange(len(data)))
        if at >= 0:
            field = at + random_.choice(fields)
            data[field : field + 2] = random_.choice(
                (b"\xff\xff", b"\0\0", b"\1\0", bytes(random_.randrange(256) for _ in range(2)))
            )
    return bytes(data)


PACKINGS = (
    {},
    {},
    {"compression": "gzip"},
    {"compression": "lzf"},
    {"fletcher32": True},
    {"chunks": True, "shuffle": True},
)


def hdf5(random_: random.Random) -> bytes:
    out = io.BytesIO()
    with h5py.File(out, "w", libver=random_.choice(("earliest", "latest"))) as file:
        root = file.create_group("model_weights") if random_.random() < 0.3 else file
        packing = random_.choice(PACKINGS)
        for name, array in arrays(random_).items():
            layer, _slash, part = name.partition("/")
            root.create_dataset(
                f"{layer}/{layer}/{part}:0",
                data=array,
                **(packing if array.ndim else {}),
            )
        for _ in range(random_.choice((0, 0, 1, 2))):
            with contextlib.suppress(ValueError):  # the same strangeness twice
                _strange(random_, file)
    data = bytearray(out.getvalue())
    marks = [
        at
        for mark in (b"TREE", b"HEAP", b"SNOD", b"OHDR", b"GCOL", b"FRHP", b"BTHD", b"OCHK", b"\x89HDF")
        for at in _places(data, mark)
    ]
    for _ in range(random_.choice((0, 0, 1, 1, 2, 6))):
        at = random_.choice(marks) + random_.randrange(96)
        if at < len(data):
            width = random_.choice((1, 2, 4, 8))
            data[at : at + width] = random_.choice((b"\xff" * width, b"\0" * width, random_.randbytes(width)))
    return bytes(data)


def _places(data: bytearray, mark: bytes) -> list[int]:
    places, at = [], data.find(mark)
    while at >= 0:
        places.append(at)
        at = data.find(mark, at + 1)
    return places


def _strange(random_: random.Random, file: h5py.File) -> None:
    """Add what no weights file holds: arrays of other types, groups without end, values that are none."""
    name = f"odd{random_.randrange(10**6)}"
    match random_.randrange(9):
        case 0:
            file.create_dataset(f"{name}/kernel", shape=(2**20, 2**12), dtype="f4", chunks=(64, 64), compression="gzip")
        case 1:
            file.create_dataset(f"{name}/kernel", data=np.zeros(3, random_.choice(("i8", "c8", "S9", "?", "u1"))))
        case 2:
            file.create_dataset(f"{name}/kernel", data=["a", "b"], dtype=h5py.string_dtype())
        case 3:
            file.create_dataset(f"{name}/kernel", shape=(4,), dtype=h5py.vlen_dtype(np.dtype("f4")))
        case 4:
            groups = [file.create_group(f"{name}{index}") for index in range(8)]
            for upper, lower in pairwise(groups):
                for index in range(random_.choice((1, 20))):
                    upper[f"again{index}"] = lower
        case 5:
            for index in range(random_.choice((30, 2100))):
                file.create_group(f"{name}/{index}")
        case 6:
            file.create_dataset("/".join("abcdefghijkl"[: random_.randint(5, 12)]) + "/kernel", data=np.ones(3, "f4"))
        case 7:
            values = np.full(3, random_.choice((np.nan, np.inf, -1.0)), "f4")
            file.create_dataset(f"{random_.choice(('conv2d_7', 'x' * 3000))}/kernel", data=values)
        case _:
            _elsewhere(random_, file, name)


def _elsewhere(random_: random.Random, file: h5py.File, name: str) -> None:
    """Add what leads out of the file, or to another of its places."""
    match random_.randrange(4):
        case 0:
            file[name] = h5py.SoftLink("/conv1")
        case 1:
            file[name] = h5py.ExternalLink("/etc/passwd", "/")
        case 2:
            file.create_dataset(f"{name}/kernel", (4,), "f4", external=[("/etc/passwd", 0, 16)])
        case _:
            layout = h5py.VirtualLayout((4,), "f4")
            layout[:] = h5py.VirtualSource("elsewhere.h5", "x", (4,))
            file.create_virtual_dataset(f"{name}/kernel", layout)


def onnx(random_: random.Random) -> bytes:
    """Return a graph of a few operators whose fields are strange: types, sizes, places of data, circles, texts."""
    tensors, found = [], arrays(random_)
    rarely = 0.5 / (1 + len(found))
    for name, array in found.items():
        kind = {"float16": 10, "float32": 1, "float64": 11, "int64": 7}[array.dtype.name]
        dims = list(array.shape[::-1])
        if random_.random() < rarely:
            dims = [random_.choice(ODD_SIZES) % 2**64 for _ in range(random_.randint(0, 20))]
        body = b"".join(onnx_field(1, size) for size in dims)
        body += onnx_field(2, random_.choice((7, 16, 99)) if random_.random() < rarely else kind)
        body += onnx_field(8, (random_.choice(ODD_NAMES) if random_.random() < rarely else name).encode())
        body += onnx_field(random_.choice((4, 5, 7, 10)) if random_.random() < rarely else 9, array.tobytes())
        if random_.random() < rarely:
            body += onnx_field(14, 1) + onnx_field(13, b"\x0a\x08location\x12\x0b/etc/passwd")
        tensors.append(onnx_field(5, body))
    nodes = []
    for index in range(random_.choice((1, 4, 40, 3000))):
        read = [
            f"t{random_.randrange(index + 2)}".encode(),
            random_.choice(NAMES).encode(),
            random_.choice(NAMES).encode(),
        ]
        kind = random_.choice(
            (b"Conv", b"Add", b"Sum", b"BatchNormalization", b"Gemm", b"Identity", b"Pad", b"MaxPool")
        )
        setting = onnx_field(1, random_.choice((b"strides", b"pads", b"epsilon"))) + random_.choice(
            (onnx_field(8, 2), onnx_field(8, b"\x01" * 5000), onnx_field(3, 2**64 - 1), b"\x15\0\0\x80\x3f")
        )
        body = (
            b"".join(onnx_field(1, name) for name in read)
            + onnx_field(2, f"t{index + 1}".encode())
            + onnx_field(4, kind)
        )
        nodes.append(onnx_field(1, body + onnx_field(5, setting)))
    graph = b"".join(nodes + tensors) + random_.choice((b"",) * 6 + (b"\x0b" * 9, onnx_field(5, b"")))
    about = onnx_field(
        14, onnx_field(1, b"specification") + onnx_field(2, random_.choice((b"{}", b"[" * 9000, b'{"classes": 1e999}')))
    )
    return onnx_field(1, 8) + onnx_field(2, b"strange") + about + onnx_field(7, graph)


def onnx_field(number: int, value: int | bytes) -> bytes:
    """Return a field of a protocol buffer."""
    if isinstance(value, int):
        return _varint(number << 3) + _varint(value)
    return _varint(number << 3 | 2) + _varint(len(value)) + value


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def keras(random_: random.Random) -> bytes:
    """Return Keras 3's archive: weights that may be strange in a zip that may be, with a configuration that nobody reads."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", random_.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))) as file:
        file.writestr("config.json", random_.choice((b"{}", b"[" * 9000, b'{"module": "os", "class_name": "system"}')))
        whole = ("model.weights.h5",)
        for name in random_.choice((whole, whole, whole, whole, (*whole, "assets/a"), ("Model.weights.h5",))):
            inside = random_.random()
            data = hdf5(random_) if inside < 0.9 else onnx(random_) if inside < 0.95 else bytes(10**6)
            file.writestr(name, data)
    return _hurt_zip(random_, out.getvalue())


def beginning(random_: random.Random) -> bytes:
    heads = (
        b"<html>",
        b"<?xml version='1.0'?><Error><Code>A</Code>",
        b"version https://git-lfs",
        b"\x80\x04\x95",
        b"\x08\x08\x12\x07pytorch",
        b"\x08\x01\x12",
        b"\x1f\x8b",
        b"\x89PNG",
        b"\x93NUMPY",
        b"\x89HDF",
        b"\x89HDF\r\n\x1a\n",
        b"PK\x03\x04",
        b"PK\x05\x06",
        b"{",
        b"",
        b"GGUF",
        b"\xef\xbb\xbf",
    )
    return random_.choice(heads) + random_.randbytes(random_.choice((0, 1, 7, 60, 5000)))


MAKERS = {
    "safetensors": safetensors,
    "npz": archive,
    "hdf5": hdf5,
    "keras": keras,
    "onnx": onnx,
    "other beginnings": beginning,
}


def malformed(name: str, index: int, seed: int) -> bytes:
    """Return file number `index` of a format: strange within, then now and then hurt by bytes, cut or doubled."""
    random_ = random.Random(f"{seed}/{name}/{index}")
    data = bytearray(MAKERS[name](random_))
    match random_.randrange(9):
        case 0:
            for _ in range(random_.randint(1, 8)):
                if data:
                    data[random_.randrange(min(len(data), random_.choice((64, 4000, len(data)))))] = random_.randrange(
                        256
                    )
        case 1:
            del data[random_.randrange(len(data) + 1) :]
        case 2:
            at, size = random_.randrange(len(data) + 1), random_.randrange(2000)
            data[at:at] = data[at : at + size]
        case 3:
            at = random_.randrange(len(data) + 1)
            del data[at : at + random_.randrange(64)]
    return bytes(data)
