"""Layouts of weights files: one module each, with its `LAYOUT`; a new one needs no line anywhere else."""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from resnet_viz.weights.containers.contents import Contents
from resnet_viz.weights.layouts.layout import Assignment, Layout


@cache
def layouts() -> tuple[Layout, ...]:
    """Return every layout there is."""
    modules = (import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__))
    found = (getattr(module, "LAYOUT", None) for module in modules)
    return tuple(sorted((layout for layout in found if layout), key=lambda layout: layout.order))


def assigned(contents: Contents) -> tuple[Layout, Assignment]:
    """Return the layout that knows most arrays of a file, and how it reads them."""
    return max(
        ((layout, layout.assign(contents)) for layout in layouts()),
        key=lambda pair: (len(pair[1].places), -pair[0].order),
    )
