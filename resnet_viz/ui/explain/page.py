"""The page Explain: why does the network say that of this picture?"""

import streamlit as st

from resnet_viz.subject.doubts import doubt_of
from resnet_viz.ui import resolving, state
from resnet_viz.ui.explain import explanation
from resnet_viz.ui.shared import doubt, image_source, maps, prediction, surgery


def show() -> None:
    """Draw the page."""
    subject, trial = state.subject(), resolving.trial()
    doubted = doubt_of(trial)
    if trial.lacks_picture:
        image_source.say_missing()
    left, hero, side = st.columns([0.2, 0.4, 0.4], gap="medium")
    with left:
        with st.container(key="pictured"):
            maps.show_input(trial, width=148)
            # High up: what opens below it has to fit on the screen.
            image_source.show_folded()
            with st.container():
                shares = prediction.show(trial, count=5)
                if shares is not None:
                    doubt.show(doubted, trial)
        surgery.show(trial.surgery, subject.block, subject.layer)
    with hero:
        surgery.show_done(trial.surgery, has_way_back=not doubt.undoes_surgery(doubted))
    if shares is not None:
        explanation.show(subject, trial, shares, hero, side)
