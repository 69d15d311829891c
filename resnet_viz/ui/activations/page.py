"""The page Activations: what each block does to a picture."""

import streamlit as st

from resnet_viz.subject.doubts import doubt_of
from resnet_viz.ui import resolving, state
from resnet_viz.ui.activations import ways
from resnet_viz.ui.shared import doubt, image_source, maps, prediction, surgery


def show() -> None:
    """Draw the page."""
    subject, trial = state.subject(), resolving.trial()
    doubted = doubt_of(trial)
    if trial.lacks_picture:
        image_source.say_missing()
    is_answer_asked = bool(subject.viewer.walk and trial.surgery)  # what a surgery does to the answer is the evidence
    if subject.viewer.present and not is_answer_asked:  # the maps grow with the text: the picture stands below them
        main, left = st.container(), st.container()
    else:
        left, main = st.columns([0.24, 0.76] if subject.viewer.present else [0.15, 0.85], gap="medium")
    with left:
        pictured = st.container(key="pictured")
    with pictured:
        maps.show_input(trial)
        answer = st.container()
        image_source.show_folded()
    with main:
        surgery.show_done(trial.surgery, has_way_back=not doubt.undoes_surgery(doubted))
        has_answer = ways.show(subject, trial)
    # Last, so that what is shown large comes first; where there is nothing to show, main says why.
    if has_answer:
        with answer:
            prediction.show(trial, count=3)
            doubt.show(doubted, trial)
