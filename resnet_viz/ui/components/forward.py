"""Feature maps for a page: from the shared cache, else from the worker, with progress and a way out."""

import hashlib
import time
from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import streamlit as st

from resnet_viz.errors import CancelledError, ResNetVizError
from resnet_viz.images.preprocess import NORMALISATIONS, as_input
from resnet_viz.images.reader import Picture
from resnet_viz.messages import gettext as _
from resnet_viz.spec import ResNetSpec
from resnet_viz.ui import services, state
from resnet_viz.ui.cache import activations
from resnet_viz.ui.components.weights_source import weights_of
from resnet_viz.ui.selection import Selection

FloatArray = npt.NDArray[np.float32]

# Faster answers need no bar; it would only flicker.
_SHOW_AFTER_S = 0.6
_REDRAW_S = 0.25
# About what will stand there.
_SKELETON_PX = 300


@lru_cache(maxsize=64)
def _spec_key(spec: ResNetSpec) -> str:
    return hashlib.sha256(spec.to_json(indent=None).encode()).hexdigest()


def input_of(selection: Selection, picture: Picture) -> FloatArray:
    """Return the picture as the network receives it."""
    key = ("input", *_image_key(selection, picture))
    found = activations.find(key)
    if found is None:
        shape, rule = selection.spec.input_shape, NORMALISATIONS[selection.normalisation]
        found = as_input(picture.rgb, shape, selection.resize, rule, selection.interpolation)  # type: ignore[arg-type]
        activations.keep(key, found)
    return found


def maps_of(selection: Selection, picture: Picture, nodes: Sequence[str]) -> dict[str, FloatArray] | None:
    """Return the outputs of layers for a picture, or None after drawing why there are none."""
    work = _work_key(selection, picture)
    keys = {node: (work, node) for node in nodes}
    found = {node: array for node, key in keys.items() if (array := activations.find(key)) is not None}
    missing = [node for node in nodes if node not in found]
    if not missing:
        return {node: found[node] for node in nodes}
    if state.is_cancelled(work):
        st.info(_("Cancelled."))
        st.button(_("Compute the maps"), on_click=state.set_cancelled, args=("",))
        return None
    fresh = _compute(selection, input_of(selection, picture), missing, work)
    if fresh is None:
        return None
    for node, array in fresh.items():
        activations.keep(keys[node], array)
    return {node: found.get(node, fresh.get(node)) for node in nodes}  # type: ignore[misc]


def content_name(selection: Selection, picture: Picture) -> str:
    """Return twelve digits that stand for network, weights, picture and preprocessing, for file names."""
    return hashlib.sha256(_work_key(selection, picture).encode()).hexdigest()[:12]


def _compute(selection: Selection, values: FloatArray, nodes: Sequence[str], work: str) -> dict[str, FloatArray] | None:
    file = weights_of(selection).file
    place = st.empty()
    progress = _Progress(place, work)
    try:
        return services.worker().activations(
            selection.spec,
            values,
            nodes,
            weights=file.path if file else None,
            on_progress=progress.step,
            is_cancelled=progress.tick,
        )
    except CancelledError:
        return None
    except ResNetVizError as error:
        st.error(str(error))
        st.button(_("Try again"), key="try_again")
        return None
    finally:
        place.empty()


class _Progress:
    """A line that says what the worker does and for how long; drawing it also lets Streamlit end an outdated run."""

    def __init__(self, place: "st.delta_generator.DeltaGenerator", work: str) -> None:
        self._place, self._work = place, work
        self._began = self._drawn = time.monotonic()
        self._step = ""
        self._text: st.delta_generator.DeltaGenerator | None = None

    def step(self, name: str) -> None:
        self._step = name

    def tick(self) -> bool:
        now = time.monotonic()
        if now - self._began > _SHOW_AFTER_S and now - self._drawn > _REDRAW_S:
            self._drawn = now
            self._draw(now - self._began)
        return False

    def _draw(self, seconds: float) -> None:
        if self._text is None:
            box = self._place.container()
            row = box.container(horizontal=True, vertical_alignment="center")
            self._text = row.empty()
            row.button(_("Cancel"), key="cancel_work", on_click=state.set_cancelled, args=(self._work,))
            box.skeleton(height=_SKELETON_PX)
        share = {"start": 0.1, "build": 0.4, "compile": 0.7}.get(self._step, 0.9)
        self._text.progress(share, text=_STEPS[self._step]().format(s=seconds))


_STEPS: dict[str, Callable[[], str]] = {
    "": lambda: _("Waiting for the model … {s:.0f} s"),
    "start": lambda: _("Starting Keras, once (about 5 s) … {s:.0f} s"),
    "build": lambda: _("Building the network … {s:.0f} s"),
    "compile": lambda: _("Compiling it, once per network and size … {s:.0f} s"),
}


def _image_key(selection: Selection, picture: Picture) -> tuple[str, ...]:
    shape = "x".join(map(str, selection.spec.input_shape))
    return picture.sha256, shape, selection.resize, selection.interpolation, selection.normalisation


def _work_key(selection: Selection, picture: Picture) -> str:
    return "/".join((_spec_key(selection.spec), weights_of(selection).key, *_image_key(selection, picture)))
