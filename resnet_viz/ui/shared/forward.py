"""Feature maps for a page: from the shared cache, else from the worker, with progress and a way out."""

import contextlib
import hashlib
import time
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import streamlit as st
from streamlit.errors import StreamlitDuplicateElementKey

from resnet_viz.errors import CancelledError, ImageError, ResNetVizError, WeightsError
from resnet_viz.messages import gettext as _
from resnet_viz.server import services
from resnet_viz.server.background import SharedWork
from resnet_viz.server.cache import activations, results
from resnet_viz.subject.trial import Trial
from resnet_viz.ui import say, state
from resnet_viz.worker.client import Waiting
from resnet_viz.worker.request import Network
from resnet_viz.worker.requests.activations import Activations

FloatArray = npt.NDArray[np.float32]
T = TypeVar("T")

# Faster answers need no bar; it would only flicker.
_SHOW_AFTER_S = 0.3
_REDRAW_S = 0.25
# About what will stand there.
_SKELETON_PX = 300
_outlasting = SharedWork()


def maps_of(
    trial: Trial, nodes: Sequence[str], *, then: Sequence[str] = (), key: str = ""
) -> dict[str, FloatArray] | None:
    """Return the outputs of layers for a picture, or None after drawing why there are none.

    Args:
        trial: What they are of.
        nodes: The layers.
        then: Layers that the page asks for next: where anything must be computed, they are too.
        key: What will show them: while it shows older ones, these stay until the new ones come.
    """
    # Always there, so that what stands below stays what it is while it waits for the next answer.
    place = st.empty()
    keys = {node: (trial.key, node) for node in (*nodes, *then)}
    found = {node: array for node, key in keys.items() if (array := activations.find(key)) is not None}
    missing = [node for node in keys if node not in found]
    if any(node in missing for node in nodes):
        fresh = asked(
            trial.key,
            lambda waiting: services.worker().ask(Activations(network_of(trial), trial.input, missing), waiting),
            part=",".join(missing),
            place=place,
            shown=key,
        )
        if fresh is None:
            return None
        for node, array in fresh.items():
            activations.keep(keys[node], array)
        found |= fresh
    return {node: found[node] for node in nodes}


def asked(
    work: str,
    question: Callable[[Waiting], T],
    place: "st.delta_generator.DeltaGenerator",
    *,
    part: str = "",
    shown: str = "",
    has_skeleton: bool = True,
    began: float | None = None,
) -> T | None:
    """Return the worker's answer, or None after drawing why there is none; with progress and a way out.

    Args:
        work: What is asked, as a key: cancelled work stays cancelled until it is asked for anew.
        question: Asks, and waits as it is told.
        place: Where progress is shown.
        part: Which part of that work, if it is asked for in several.
        shown: Key of what will show the answer.
        has_skeleton: Whether the answer is large, so that its place is kept free.
        began: Since when it is asked, where that was before this run of the page.
    """
    key = hashlib.sha256(f"{work}/{part}".encode()).hexdigest()[:12]
    if state.is_cancelled(work):
        with st.container(horizontal=True, vertical_alignment="center"):
            say.info(_("Cancelled."))
            _draw_once(_("Compute it"), f"again_{key}", on_click=state.set_cancelled, args=("",))
        return None
    progress = _Progress(place, work, key, is_alone=has_skeleton and not state.was_drawn(shown), began=began)
    try:
        return question(Waiting(progress.step, progress.tick, owner=state.owner()))
    except CancelledError:
        return None
    except ImageError as error:  # too much for this page, now and later
        say.info(str(error))
        return None
    except ResNetVizError as error:
        say.error(str(error))
        _draw_once(_("Try again"), f"try_{key}")
        return None
    finally:
        place.empty()


def _draw_once(label: str, key: str, **of_button: Any) -> None:
    """Draw a button, unless another part of this page asked the same and has drawn it already: one does for both."""
    with contextlib.suppress(StreamlitDuplicateElementKey):
        st.button(label, key=key, **of_button)


def remembered(key: str, question: Callable[[Waiting], T], began: float | None = None) -> T | None:
    """Return an answer that is no feature map: from the shared cache, else as `asked` gives it."""
    place = st.empty()  # always there, as in `maps_of`
    found: T | None = results.find(key)
    if found is None:
        found = asked(key, question, place, began=began)
        if found is not None:
            results.keep(key, found)
    return found


def outlasting(key: str, prepared: Callable[[], Callable[[Waiting], T]]) -> T | None:
    """Return an answer as `remembered` does; long work, which a touch of the page does not throw away.

    Args:
        key: What tells it from all others.
        prepared: Returns the question, which knows nothing of this session: it is asked on a thread of its own.
    """

    def kept(question: Callable[[Waiting], T], waiting: Waiting) -> T:
        found = question(waiting)
        results.keep(key, found)
        return found

    def ask(waiting: Waiting) -> T:
        question, owner = prepared(), waiting.owner
        return _outlasting.ask(key, lambda own: kept(question, own._replace(owner=owner)), waiting)

    return remembered(key, ask, _outlasting.since(key))


def network_of(trial: Trial) -> Network:
    """Return what the worker is asked about.

    Raises:
        WeightsError: If nothing of the chosen weights fits: the answer would be a random network's.
    """
    if trial.weights.refusal:
        raise WeightsError(trial.weights.refusal)
    return Network(trial.spec, trial.weights.content, trial.surgery.to_text())


class _Progress:
    """A line that says what the worker does and for how long; drawing it also lets Streamlit end an outdated run."""

    def __init__(
        self, place: "st.delta_generator.DeltaGenerator", work: str, key: str, *, is_alone: bool, began: float | None
    ) -> None:
        self._place, self._work, self._key, self._is_alone = place, work, key, is_alone
        self._drawn = time.monotonic()
        self._began = self._drawn if began is None else began
        self._step, self._share = "", 0.0
        self._text: st.delta_generator.DeltaGenerator | None = None

    def step(self, name: str, share: float) -> None:
        self._step, self._share = name, share

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
            with row:
                _draw_once(_("Cancel"), f"cancel_{self._key}", on_click=state.set_cancelled, args=(self._work,))
            if self._is_alone:  # else older maps stand below, or a button will
                box.skeleton(height=_SKELETON_PX)
        share = {"start gradient": 0.1, "build": 0.4, "compile": 0.7}.get(self._step, self._share)
        text = _STEPS.get(self._step, lambda: _("Computing … {s:.0f} s"))
        self._text.progress(min(1.0, share), text=text().format(s=seconds))


_STEPS: dict[str, Callable[[], str]] = {
    "": lambda: _("Waiting for the model … {s:.0f} s"),
    "start looking": lambda: _("Starting … {s:.0f} s"),
    "start gradient": lambda: _("Starting Keras, once (about 5 s) … {s:.0f} s"),
    "build": lambda: _("Building the network … {s:.0f} s"),
    "write": lambda: _("Writing the file … {s:.0f} s"),
    "compile": lambda: _("Compiling it, once per network and size … {s:.0f} s"),
}
