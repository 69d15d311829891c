"""The frame of every page: title, navigation, subject line, sentences about what went wrong."""

from pathlib import Path

import streamlit as st

from resnet_viz.messages import gettext as _
from resnet_viz.ui import say, services, state
from resnet_viz.ui.components import present, subject, walk

ROOT = Path(__file__).parents[2]
ICON = ROOT / "resnet_viz" / "assets" / "icon.png"
PROJECTOR = ROOT / "resnet_viz" / "ui" / "style" / "projector.css"


def main() -> None:
    """Run one page in its frame."""
    st.set_page_config(page_title="ResNet Viz", page_icon=str(ICON), layout="wide")
    state.begin_run()
    walk.arrive()
    selection = state.current_selection()
    if selection.present:
        st.html(PROJECTOR)
    pages = {
        "": st.Page(ROOT / "pages" / "architecture.py", title=_("Architecture"), url_path="architecture", default=True),
        "layers": st.Page(ROOT / "pages" / "layers.py", title=_("Layers"), url_path="layers"),
        "activations": st.Page(ROOT / "pages" / "activations.py", title=_("Activations"), url_path="activations"),
        "explain": st.Page(ROOT / "pages" / "explain.py", title=_("Explain"), url_path="explain"),
        "train": st.Page(ROOT / "pages" / "train.py", title=_("Train"), url_path="train"),
    }
    page = st.navigation(list(pages.values()), position="top")
    target = state.taken_target()
    if target is not None and pages[target] is not page:
        st.switch_page(pages[target], query_params=selection.to_params())
    state.set_page(next(path for path, own in pages.items() if own is page))
    # Taken before anything is drawn: a fragment that finds sentences untold draws the page anew.
    sentences = state.taken_problems()
    present.show_keys(selection)
    subject.show()
    if selection.walk:
        walk.show(selection)
    for sentence in sentences:
        say.warning(sentence)
    page.run()
    state.write_url()
    services.first_page.set()


main()
