"""What goes out of and into the page as files: DOT, Keras code, ONNX, the specification, a person's own numbers."""

import streamlit as st

from resnet_viz.analysis.measures import OWN
from resnet_viz.exports.keras_files import code
from resnet_viz.messages import gettext as _
from resnet_viz.spec.edits import nearest_preset, specification_in
from resnet_viz.subject.subject import Subject
from resnet_viz.subject.trial import Trial
from resnet_viz.ui import kept, state
from resnet_viz.ui.architecture import handing_on
from resnet_viz.ui.shared import uploads
from resnet_viz.viz.coloring import MAX_OWN_BYTES, read_numbers
from resnet_viz.viz.drawn import drawing_of


def show(subject: Subject, trial: Trial) -> None:
    """Draw the files to take and to bring. The picture itself is saved by its own buttons, as SVG and PNG."""
    st.markdown(_("**Take with you**"))
    shape = "x".join(map(str, subject.spec.input_shape))
    stem = f"{subject.preset}-{shape}-{subject.spec.classes}"
    # Made when asked for, on a thread that does not know the visitor's language: what needs it is made here.
    drawing = drawing_of(subject.other, subject.spec, subject.architecture.opened)
    files = (
        (_("The picture as DOT"), lambda: drawing.dot, "dot", "text/vnd.graphviz"),
        (_("Keras code that builds it"), lambda: code(subject.summary, subject.preset), "py", "text/x-python"),
        (_("The specification as JSON"), subject.spec.to_json, "json", "application/json"),
    )
    for label, text, suffix, mime in files:
        st.download_button(
            label,
            text,
            file_name=f"{stem}.{suffix}",
            mime=mime,
            key=f"file_{suffix}",
            on_click="ignore",
            width="stretch",
        )
    handing_on.show(trial, stem)
    st.markdown(_("**Bring your own**"))
    uploads.show(_("A specification (JSON)"), "spec_upload", _take_spec, kinds=("json",), most_mb=1)
    uploads.show(
        _("Numbers to colour by (CSV: layer, number)"), "numbers_upload", _take_numbers, kinds=("csv", "txt"), most_mb=1
    )


def _take_spec() -> None:
    data = _received("spec_upload")
    if data is not None:
        spec = specification_in(data)
        state.update(lambda now: now.with_spec(spec).having(preset=nearest_preset(spec)))


def _take_numbers() -> None:
    data = _received("numbers_upload")
    if data is None:
        return
    subject = state.subject()
    kept.keep_numbers(read_numbers(data[: MAX_OWN_BYTES + 1], subject.summary.by_id))
    state.set_parts(color=OWN)


def _received(key: str) -> bytes | None:
    file = state.received(key)
    return None if file is None else bytes(file.getvalue())
