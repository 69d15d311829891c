"""Layers that Keras numbered, as in the course's 2021 file: `conv2d_7`, `batch_normalization_12`; some may have names.

The i-th convolution by its *number* is the i-th of the network; where the numbers begin depends on what ran before, and the
file's own order is another (`_10` sorts before `_7`).
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import NamedTuple

from resnet_viz.spec.layers import Shape
from resnet_viz.weights.containers.contents import Contents, Entry
from resnet_viz.weights.layouts import course, keras
from resnet_viz.weights.layouts.layout import Assignment, Layout, Place, Source, block_id
from resnet_viz.weights.layouts.sequence import ORDERS, Block, Order, blocks_of, layer_ids

Arrays = Mapping[str, Entry]
_COURSE, _KERAS = ("course", "coursera-2018"), ("keras-v1", "keras-v1-101", "keras-v1-152", "v2")


class _Sorted(NamedTuple):
    places: dict[str, Source]
    convolutions: list[Arrays]
    norms: list[Arrays]
    unknown: list[Entry]


class _Reading(NamedTuple):
    convolutions: tuple[str, ...]
    norms: tuple[str, ...]
    order: Order


def _assign(contents: Contents) -> Assignment:
    found = _sorted_out(contents)
    nothing = Assignment({}, [entry for entry in contents.entries if not entry.is_counter])
    if len(found.convolutions) < 2 or any("kernel" not in arrays for arrays in found.convolutions):
        return nothing
    readings = list(_readings(found))
    ids = {(reading.convolutions, reading.norms) for reading in readings}
    if not ids:
        return nothing
    if len(ids) > 1:
        return Assignment(found.places, nothing.unknown, notes=("orders",), rivals=("",))
    reading = readings[0]
    places = dict(found.places)
    for layer, arrays in zip((*reading.convolutions, *reading.norms), (*found.convolutions, *found.norms), strict=True):
        places |= {f"{layer}/{name}": Source(entry, is_turned=False) for name, entry in arrays.items()}
    presets = {"last": _COURSE, "before_last": _KERAS, "first": ()}[reading.order]
    return Assignment(places, found.unknown, notes=("numbered",), presets=presets)


def _sorted_out(contents: Contents) -> _Sorted:
    """Return what has a name in its place, and what has a number by kind and number."""
    places: dict[str, Source] = {}
    convolutions: dict[int, dict[str, Entry]] = {}
    norms: dict[int, dict[str, Entry]] = {}
    unknown: list[Entry] = []
    for entry in contents.entries:
        if entry.is_counter:
            continue
        named = keras.place(entry, course.own_layer)
        written = next((part for part in keras.parts_of(entry)[:-1] if keras.AUTOMATIC.fullmatch(part)), "")
        kind = keras.AUTOMATIC.fullmatch(written)
        if named and named[1].name not in places:
            places[named[1].name] = Source(entry, named[1].is_turned)
        elif kind and not named:
            is_norm = kind[1].startswith("batch")
            known = keras.array_of(entry, written, "bn" if is_norm else "conv")
            _keep(known, entry, (norms if is_norm else convolutions).setdefault(int(kind[2] or 0), {}), unknown)
        else:
            unknown.append(entry)
    return _Sorted(places, _by_number(convolutions), _by_number(norms), unknown)


def _by_number(groups: Mapping[int, Arrays]) -> list[Arrays]:
    return [groups[number] for number in sorted(groups)]


def _keep(known: Place | None, entry: Entry, arrays: dict[str, Entry], unknown: list[Entry]) -> None:
    if known and not known.is_turned and known.array not in arrays:
        arrays[known.array] = entry
    else:
        unknown.append(entry)


def _readings(found: _Sorted) -> Iterator[_Reading]:
    """Yield the ways to read the numbers as a network."""
    kernels = [arrays["kernel"].shape for arrays in found.convolutions]
    if any(len(kernel) != 4 for kernel in kernels):
        return
    stem = found.places.get("conv1/kernel")
    first = () if stem else ("conv1",)
    channels = stem.shape[-1] if stem else kernels[0][3]
    rest = kernels[len(first) :]
    for order, per_block in product(ORDERS, (3, 2)):
        for blocks in blocks_of(rest, channels, order, per_block=per_block):
            placed = layer_ids(blocks, rest)
            own = (*first, *(block_id("res", *placed[position]) for position in range(len(rest))))
            for norms in _norms(found, blocks, placed, dict(zip(own, kernels, strict=True))):
                yield _Reading(own, norms, order)


def _norms(
    found: _Sorted,
    blocks: Sequence[Block],
    placed: Mapping[int, tuple[int, int, str]],
    kernels: Mapping[str, Shape],
) -> Iterator[tuple[str, ...]]:
    """Yield the ids of the numbered norms, in order: of each published way to have norms, if their channels agree."""
    lengths = [next(iter(arrays.values())).shape for arrays in found.norms]
    seen: set[tuple[str, ...]] = {()} if lengths else set()
    for has_stem, style in product((False, True), ("behind", "behind, projections bare", "before")):
        stem = {"bn_conv1": (kernels["conv1"][3],)} if has_stem and "conv1" in kernels else {}
        inside = _norms_of_blocks(blocks, placed, kernels, style)
        last = kernels[block_id("res", *placed[blocks[-1].main[-1]])]
        final = {"bn_final": (last[3],)} if style == "before" else {}
        sizes = {layer: size for layer, size in (stem | inside | final).items() if f"{layer}/gamma" not in found.places}
        if list(sizes.values()) == lengths and tuple(sizes) not in seen:
            seen.add(tuple(sizes))
            yield tuple(sizes)
    if not lengths:
        yield ()


def _norms_of_blocks(
    blocks: Sequence[Block], placed: Mapping[int, tuple[int, int, str]], kernels: Mapping[str, Shape], style: str
) -> dict[str, Shape]:
    """Return the norms in blocks and their channels, in order.

    Each stands behind its convolution, projections with or without; or before it, and then projections have none.
    """
    sizes: dict[str, Shape] = {}
    for block in blocks:
        stage, index, _branch = placed[block.main[0]]
        if style == "before":
            sizes[block_id("bn", stage, index, "preact")] = (kernels[block_id("res", stage, index, "2a")][2],)
        for position in sorted((*block.main, *([block.projection] if block.projection >= 0 else []))):
            is_bare = position == block.projection and style != "behind"
            if not is_bare and not (style == "before" and position == block.main[-1]):
                branch = placed[position][2]
                sizes[block_id("bn", stage, index, branch)] = (kernels[block_id("res", stage, index, branch)][3],)
    return sizes


LAYOUT = Layout("numbered", _assign, order=6)
