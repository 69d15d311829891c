"""How strong F(x) is beside the shortcut on the picture: asked behind the page, which never waits for it."""

import streamlit as st

from resnet_viz.errors import ResNetVizError
from resnet_viz.images.reader import Picture
from resnet_viz.images.samples import sample_picture
from resnet_viz.measures import norm
from resnet_viz.messages import gettext as _
from resnet_viz.ui import services, state
from resnet_viz.ui.behind import Behind
from resnet_viz.ui.cache import activations, results
from resnet_viz.ui.components import forward, maps
from resnet_viz.ui.selection import UPLOAD, Selection
from resnet_viz.viz.block_view import signals
from resnet_viz.viz.block_words import off_sentence, strength_sentence
from resnet_viz.worker.client import Waiting
from resnet_viz.worker.requests.activations import Activations

_EVERY_S = 1.5
_PICTURE_PX = 64
_behind = Behind(most=2)


def show(selection: Selection) -> None:
    """Draw the sentence; where it is not known yet, a quiet line that fills in."""
    block = selection.block
    picture = _picture_of(selection)
    if block.shortcut is None or block.add is None or picture is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.image(maps.rgb_of(selection, picture), width=_PICTURE_PX, alt=_("The picture as the network sees it"))
        with st.container():
            _show_words(selection, picture)


def _show_words(selection: Selection, picture: Picture) -> None:
    if off := off_sentence(selection.block, selection.surgery):
        st.markdown(off)
        return
    if said := _said(selection, picture):
        st.markdown(_("**On your picture:** {words}").format(words=said))
    elif _may_come(selection, picture):
        st.fragment(_wait, run_every=_EVERY_S)(selection, picture)


def _wait(selection: Selection, picture: Picture) -> None:
    """Say that the answer is on its way; once it is there, the page is drawn anew and this clock is gone."""
    if _said(selection, picture) or not _may_come(selection, picture):
        st.rerun()
    st.markdown(_("Measuring how strong F(x) is on your picture…"))


def _key(selection: Selection, picture: Picture) -> str:
    return f"strength/{forward.work_key(selection, picture)}/{selection.block.name}"


def _said(selection: Selection, picture: Picture) -> str:
    """Return what is known of the block on this picture, "" for nothing."""
    key, block, work = _key(selection, picture), selection.block, forward.work_key(selection, picture)
    norms: tuple[float, float] | None = results.find(key)
    if norms is None:
        maps = [activations.find((work, str(name))) for name in (block.branch, block.shortcut)]
        if maps[0] is None or maps[1] is None:
            return ""
        norms = norm(maps[0]), norm(maps[1])
        results.keep(key, norms)
    return strength_sentence(*norms)


def _may_come(selection: Selection, picture: Picture) -> bool:
    """Ask behind the page, once the worker runs of itself: Keras must not delay the first picture."""
    if services.worker().pid is None:
        return True
    try:
        network, values = forward.network_of(selection), forward.input_of(selection, picture)
    except ResNetVizError:
        return False
    work = forward.work_key(selection, picture)
    nodes = list(dict.fromkeys(signals(selection.block).values()))

    def question(waiting: Waiting) -> None:
        found = services.worker().ask(Activations(network, values, nodes), waiting)
        for node, array in found.items():
            activations.keep((work, node), array)

    return _behind.look(_key(selection, picture), question)


def _picture_of(selection: Selection) -> Picture | None:
    """Return the picture, or None for somebody else's own: the pages that show pictures say so."""
    if selection.image == UPLOAD:
        return services.uploads().load(state.owner())
    return sample_picture(selection.image)
