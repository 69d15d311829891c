"""How strong F(x) is beside the shortcut on the picture: asked in the background, so that the page never waits for it."""

import streamlit as st

from resnet_viz.errors import ResNetVizError
from resnet_viz.measures import norm
from resnet_viz.messages import gettext as _
from resnet_viz.server import services
from resnet_viz.server.background import Background
from resnet_viz.server.cache import activations, results
from resnet_viz.spec import Block
from resnet_viz.subject.trial import Trial
from resnet_viz.ui import state
from resnet_viz.ui.shared import forward
from resnet_viz.viz.block_view import signals
from resnet_viz.viz.block_words import off_sentence, strength_sentence
from resnet_viz.worker.client import Waiting
from resnet_viz.worker.requests.activations import Activations

_EVERY_S = 1.5
_PICTURE_PX = 64
_background = Background(most=2)


def show(trial: Trial, block: Block) -> None:
    """Draw the sentence; where it is not known yet, a quiet line that fills in."""
    if block.shortcut is None or block.add is None or f"energy_ratio({block.name})" in state.STILL_ASKED.get():
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.image(trial.png, width=_PICTURE_PX, output_format="PNG", alt=_("The picture as the network sees it"))
        with st.container():
            _show_words(trial, block)


def _show_words(trial: Trial, block: Block) -> None:
    if off := off_sentence(block, trial.surgery):
        st.markdown(off)
        return
    if said := _said(trial, block):
        st.markdown(_("**On your picture:** {words}").format(words=said))
    elif _may_come(trial, block):
        st.fragment(_wait, run_every=_EVERY_S)(trial, block)


def _wait(trial: Trial, block: Block) -> None:
    """Say that the answer is on its way; once it is there, the page is drawn anew and this clock is gone."""
    if _said(trial, block) or not _may_come(trial, block):
        st.rerun()
    st.markdown(_("Measuring how strong F(x) is on your picture…"))


def _key(trial: Trial, block: Block) -> str:
    return f"strength/{trial.key}/{block.name}"


def _said(trial: Trial, block: Block) -> str:
    """Return what is known of the block on this picture, "" for nothing."""
    key, work = _key(trial, block), trial.key
    norms: tuple[float, float] | None = results.find(key)
    if norms is None:
        maps = [activations.find((work, str(name))) for name in (block.branch, block.shortcut)]
        if maps[0] is None or maps[1] is None:
            return ""
        norms = norm(maps[0]), norm(maps[1])
        results.keep(key, norms)
    return strength_sentence(*norms)


def _may_come(trial: Trial, block: Block) -> bool:
    """Ask in the background, once the worker runs of itself: it must not delay the first picture."""
    if services.worker().pid is None:
        return True
    try:
        network, values = forward.network_of(trial), trial.input
    except ResNetVizError:
        return False
    work = trial.key
    nodes = list(dict.fromkeys(signals(block).values()))
    owner = state.owner()

    def question(waiting: Waiting) -> None:
        found = services.worker().ask(Activations(network, values, nodes), waiting._replace(owner=owner))
        for node, array in found.items():
            activations.keep((work, node), array)

    return _background.poll(_key(trial, block), question)
