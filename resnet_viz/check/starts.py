"""How a layer's weights start, and what else changes only how it learns."""

from typing import Any

from resnet_viz.check.session import Initializer


def extras_of(given: dict[str, Any]) -> list[str]:
    """Return the arguments that change how a layer starts or learns, and not what it computes."""
    found = [name for name in given if name.endswith(("_regularizer", "_constraint")) and given[name] is not None]
    bias = given.get("bias_initializer", "zeros")
    name = (
        bias.name
        if isinstance(bias, Initializer)
        else bias
        if isinstance(bias, str)
        else getattr(bias, "initializer", "")
    )
    return found + ["bias_initializer"] * (str(name).lower() not in ("zeros", "none"))


def start_of(value: object) -> dict[str, Any]:
    """Return the name of a start of weights, and its seed."""
    if isinstance(value, Initializer):
        return {"initializer": value.name, "seed": value.seed}
    name = value if isinstance(value, str) else getattr(value, "initializer", "")
    return {"initializer": str(name), "seed": None}
