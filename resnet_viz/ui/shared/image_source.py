"""The choice of an image and of how it becomes numbers."""

from functools import partial

import streamlit as st

from resnet_viz.images.preprocess import (
    FITTINGS,
    INTERPOLATIONS,
    NORMALISATIONS,
    RESIZES,
    Preparation,
    fitting_name,
    interpolation_title,
    named_fitting,
    normalisation_title,
    resize_title,
)
from resnet_viz.images.reader import MAX_BYTES, SUFFIXES
from resnet_viz.images.samples import DEFAULT_SAMPLE, SAMPLES, sample_title
from resnet_viz.messages import gettext as _
from resnet_viz.server import services
from resnet_viz.subject.subject import UPLOAD
from resnet_viz.ui import say, state
from resnet_viz.ui.actions import action
from resnet_viz.ui.shared import controls, thumbs, uploads

# Where the choice is folded away, and the key of what it is folded into.
_FOLDS = {"page": "another_picture", "line": "subject_image"}
# The last three are let through to be refused with a sentence that says how to convert them.
_KINDS = [*SUFFIXES, "heic", "heif", "avif"]


def say_missing() -> None:
    """Say that a picture is not here: a link to somebody's own shows the first sample to others."""
    say.info(
        _(
            "Your own picture is not here, or not any more. It is kept for two hours, for the browser it came from. Here is {name}."
        ).format(name=sample_title(DEFAULT_SAMPLE))
    )


def show_folded() -> None:
    """Draw the choice behind a button of the page; what is folded away is not computed."""
    fold = st.popover(_("Another picture"), width="stretch", key=_FOLDS["page"], on_change="rerun")
    if fold.open:
        with fold:
            show("page")


def show(place: str) -> None:
    """Draw the choice: a sample, an upload or the camera, then the preprocessing."""
    subject = state.subject()
    thumbs.show(subject.image, key=f"{place}_thumbs", chose=partial(_fold, place))
    if subject.image == UPLOAD:
        st.button(_("Delete my picture"), key=f"{place}_delete", on_click=_forget)
    else:
        st.markdown(_("Picture: {credit}").format(credit=SAMPLES[subject.image].credit))
    upload = f"{place}_upload"
    uploads.show(
        _("Your own picture (stays on this machine)"),
        upload,
        partial(_keep, place, upload),
        kinds=_KINDS,
        most_mb=MAX_BYTES // 10**6,
    )
    if st.toggle(_("Camera"), key=f"{place}_camera_on"):
        camera = f"{place}_camera"
        st.camera_input(_("Take a picture"), key=camera, on_change=action(_keep), args=(place, camera))
    show_preprocessing(subject.preparation, place)


def show_preprocessing(preparation: Preparation, place: str) -> None:
    """Draw how the picture is brought to size and its pixels to numbers."""
    controls.choice(
        _("To the network's size by"),
        (*RESIZES, *FITTINGS),
        fitting_name(preparation.resize, preparation.interpolation),
        lambda name: _fit(name, preparation.interpolation),
        key=f"{place}_resize",
        title=resize_title,
        help=_("`load_img` of Keras squashes, and takes the nearest pixel."),
    )
    controls.choice(
        _("Interpolation"),
        INTERPOLATIONS,
        preparation.interpolation,
        lambda rule: state.set_parts(interpolation=rule),
        key=f"{place}_interp",
        title=interpolation_title,
    )
    controls.select(
        _("Pixel values"),
        NORMALISATIONS,
        preparation.normalisation,
        lambda rule: state.set_parts(normalisation=rule),
        key=f"{place}_prep",
        title=normalisation_title,
        help=_("Trained weights need the pixel values that they were trained with. Random weights work with any."),
    )


def _fit(name: str, interpolation: str) -> None:
    """Fit the picture another way; from one that has a name back to a rule, with the usual weighting."""
    resize, weighting = named_fitting(name, interpolation)
    if name not in FITTINGS and fitting_name(resize, weighting) != name:
        weighting = Preparation().interpolation
    state.set_parts(resize=resize, interpolation=weighting)


def _fold(place: str) -> None:
    """Close the choice: what was chosen is to be seen."""
    state.bind(_FOLDS[place], value=False)


def _keep(place: str, key: str) -> None:
    """Store what was just uploaded, or say why not; then it is the subject's image."""
    file = state.received(key)
    if file is None:
        return
    services.uploads().save(state.owner(), file.getvalue())
    state.set_parts(image=UPLOAD)
    _fold(place)


def _forget() -> None:
    services.uploads().delete(state.owner())
    state.set_parts(image=DEFAULT_SAMPLE)
