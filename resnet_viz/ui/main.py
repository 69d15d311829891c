"""The frame of every page: title, navigation, subject line, sentences about what went wrong."""

from pathlib import Path

import streamlit as st

from resnet_viz.messages import gettext as _
from resnet_viz.ui import services, state
from resnet_viz.ui.components import subject

ROOT = Path(__file__).parents[2]
ICON = ROOT / "resnet_viz" / "assets" / "icon.png"

# Small paddings so that a page's whole idea is on the first screen at 1280×720; feature maps are never smoothed.
_STYLE = """
<style>
[data-testid="stMainBlockContainer"] { padding: 3.4rem 1.6rem 1rem; max-width: none; }
[data-testid="stTopNav"]::before { content: "ResNet Viz"; font-weight: 700; font-size: 1rem; white-space: nowrap; margin: 0 .6rem 0 1rem; }
[data-testid="stTopNav"] { align-items: center; }
[data-testid="stMainBlockContainer"] > div > [data-testid="stVerticalBlock"] { gap: .7rem; }
[data-testid="stSidebar"] { width: 15rem !important; min-width: 15rem !important; }
[data-testid="stSidebar"][aria-expanded="false"] { width: 0 !important; min-width: 0 !important; }
[data-testid="stSidebarContent"] { padding: 0 .2rem; }
[data-testid="stSidebarUserContent"] { padding: 0 .8rem 1rem; }
[data-testid="stSidebarUserContent"] [data-testid="stVerticalBlock"] { gap: .6rem; }
[data-testid="stSidebarUserContent"] button { padding-inline: .6rem; }
[data-testid="stSidebarHeader"] { height: 2.5rem; padding: .5rem 1rem 0; }
[data-testid="stImage"] img { image-rendering: pixelated; }
[class*="st-key-photo"] img { image-rendering: auto; }
[class*="st-key-maps"] [data-testid="stImage"] img { width: 100%; background: #181a1e; border-radius: 4px; }
.st-key-subject { border-bottom: 1px solid color-mix(in srgb, currentColor 18%, transparent); padding-bottom: .3rem; }
.st-key-subject button, .st-key-subject p { font-variant-numeric: tabular-nums; font-size: 1rem; }
.st-key-subject { gap: .2rem 1rem; }
table.facts { font-size: 1rem; border-collapse: collapse; }
table.facts td { padding: .15rem .8rem .15rem 0; vertical-align: top; }
table.facts td:first-child { opacity: .8; white-space: nowrap; }
h1 { font-size: 1.5rem !important; padding: 0 !important; }
h2 { font-size: 1.25rem !important; padding: .3rem 0 !important; }
h3 { font-size: 1.1rem !important; padding: .2rem 0 !important; }
.stApp label p, .stApp button p, .stApp input, [data-testid="stTopNavLink"] span, [data-testid="stTooltipContent"] p { font-size: 1rem; }
[data-testid="stSidebarUserContent"] [role="radiogroup"] button { padding-inline: .55rem; }
[data-testid="stSidebarUserContent"] [role="radiogroup"] { gap: .2rem; }
td { font-variant-numeric: tabular-nums; }
@media (max-width: 640px) { [data-testid="stMainBlockContainer"] { padding: 3.9rem .8rem 1rem; } }
@media (prefers-reduced-motion: reduce) { * { animation: none !important; transition: none !important; } }
</style>
"""


def main() -> None:
    """Run one page in its frame."""
    st.set_page_config(page_title="ResNet Viz", page_icon=str(ICON), layout="wide")
    state.begin_run()
    st.html(_STYLE)
    pages = [
        st.Page(ROOT / "pages" / "architecture.py", title=_("Architecture"), url_path="architecture", default=True),
        st.Page(ROOT / "pages" / "layers.py", title=_("Layers"), url_path="layers"),
        st.Page(ROOT / "pages" / "activations.py", title=_("Activations"), url_path="activations"),
    ]
    page = st.navigation(pages, position="top")
    subject.show()
    for sentence in state.taken_problems():
        st.warning(sentence)
    page.run()
    state.write_url()
    services.first_page.set()


main()
