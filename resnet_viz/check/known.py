"""Which of a code's functions is which: by name, as the course and its editions write them."""

from collections.abc import Mapping
from typing import Any

from resnet_viz.check.running import USUAL, roles_by_name
from resnet_viz.check.session import Unknown

_BLOCKS = {name.replace("_", ""): projects for name, projects in USUAL.items()}
_NETWORKS = frozenset(("resnet50", "restnet50"))


def blocks_of(names: Mapping[str, Any]) -> dict[str, bool]:
    """Return the blocks that code defines, and whether they project.

    `conv_block` is one only with the course's parameters: others call their helper for a convolution so.
    """
    found = {}
    for name, value in names.items():
        key = _key(name)
        if callable(value) and not isinstance(value, Unknown):
            if key in _BLOCKS:
                found[name] = _BLOCKS[key]
            elif key == "convblock" and {"filters", "stage", "block"} <= roles_of(value):
                found[name] = True
    return found


def networks_of(names: Mapping[str, Any]) -> list[str]:
    """Return the names of functions that build the whole network."""
    return [
        name
        for name, value in names.items()
        if _key(name) in _NETWORKS and callable(value) and not isinstance(value, Unknown)
    ]


def is_known(name: str) -> bool:
    """Whether a function of that name would be judged."""
    return _key(name) in _BLOCKS or _key(name) in _NETWORKS


def _key(name: str) -> str:
    plain = name.replace("_", "").lower()
    return plain if plain in _NETWORKS else plain.removeprefix("resnet")


def roles_of(function: Any) -> set[str]:
    """Return what a function's parameters stand for; nothing for what has no signature."""
    try:
        return set(roles_by_name(function).values())
    except (TypeError, ValueError):
        return set()
