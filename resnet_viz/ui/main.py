"""The frame of every page: title, navigation, subject line, sentences about what went wrong."""

from pathlib import Path

import streamlit as st

from resnet_viz.messages import gettext as _
from resnet_viz.ui import say, services, state
from resnet_viz.ui.components import subject, walk

ROOT = Path(__file__).parents[2]
ICON = ROOT / "resnet_viz" / "assets" / "icon.png"

# Small paddings so that a page's whole idea is on the first screen at 1280×720; feature maps are never smoothed. No one
# blue carries white text and is readable on a dark ground: a primary button has its own in both themes.
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
.st-key-walk_clicker { display: none; }
.st-key-menus { position: fixed; top: .45rem; right: 3.2rem; width: auto !important; z-index: 999991; }
@media (max-width: 900px) { .st-key-menus { position: static; } }
.st-key-walk { background: color-mix(in srgb, var(--st-primary-color, #2a6fbb) 7%, transparent); padding: .5rem .9rem; gap: .35rem; }
table.sums td:nth-child(n+2) { text-align: right; }
table.facts { font-size: 1rem; border-collapse: collapse; }
table.facts td { padding: .15rem .8rem .15rem 0; vertical-align: top; }
table.sums td { padding-right: .4rem; }
table.facts td:first-child { opacity: .8; white-space: nowrap; }
h1 { font-size: 1.5rem !important; padding: 0 !important; }
h2 { font-size: 1.25rem !important; padding: .3rem 0 !important; }
h3 { font-size: 1.1rem !important; padding: .2rem 0 !important; }
.stApp label p, .stApp button p, .stApp input, [data-testid="stTopNavLink"] span, [data-testid="stTooltipContent"] p { font-size: 1rem; }
[data-testid="stBaseButton-primary"], [data-testid="stBaseButton-primary"]:focus { background: #0b5cad; border-color: #0b5cad; color: #fff; transition: none; }
[data-testid="stBaseButton-primary"]:hover, [data-testid="stBaseButton-primary"]:active { background: #084a8d; border-color: #084a8d; color: #fff; }
[data-testid="stSidebarUserContent"] [role="radiogroup"] button { padding-inline: .55rem; }
[data-testid="stSidebarUserContent"] [role="radiogroup"] { gap: .2rem; }
td { font-variant-numeric: tabular-nums; }
[role="dialog"] h2 { padding: 1rem 1.5rem !important; }
table.prediction { width: 100%; border-collapse: collapse; table-layout: fixed; }
table.prediction caption { text-align: left; font-weight: 600; padding-bottom: .2rem; }
table.prediction td { padding: .1rem .4rem .1rem 0; overflow-wrap: anywhere; }
table.prediction td:first-child { width: 42%; }
table.prediction i { display: inline-block; height: .7rem; background: #2a8fd4; margin-right: .3rem; border-radius: 2px; }
table.prediction td:last-child { white-space: nowrap; overflow: hidden; }
.st-key-aspects { gap: .5rem 1rem; }
.walked .products { display: flex; flex-wrap: wrap; gap: .4rem 1.2rem; margin: .4rem 0; }
.walked .product { display: flex; align-items: center; gap: .4rem; }
.walked .product b { min-width: 5.6rem; }
.walked .product span { white-space: nowrap; }
.walked .play { display: flex; align-items: center; gap: .4rem; }
.walked .product td { min-width: 2.7rem; text-align: center; padding: .1rem .1rem; font-size: .75rem; border: 1px solid #181a1e; }
@media (prefers-reduced-motion: no-preference) {
.walked:has(input:checked) .product td { animation: step .5s both; }
}
@keyframes step { from { opacity: .12; } 50% { outline: 3px solid #ff9d00; opacity: 1; } to { opacity: 1; } }
table.steps th { text-align: left; padding-right: .8rem; font-weight: 600; }
table.steps td:nth-child(n+3) { text-align: right; white-space: nowrap; }
@media (max-width: 640px) { [data-testid="stMainBlockContainer"] { padding: 3.9rem .8rem 1rem; } }
@media (prefers-reduced-motion: reduce) { * { animation: none !important; transition: none !important; } }
</style>
"""

# On a projector: everything a quarter larger, no navigation, the subject as one line of text.
_PRESENT = """
<style>
html { font-size: 20px; }
[data-testid="stSidebar"], [data-testid="stExpandSidebarButton"], [data-testid="stTopNav"] { display: none; }
[data-testid="stHeader"] { background: none; pointer-events: none; }
[data-testid="stMainBlockContainer"] { padding-top: .5rem; }
.st-key-subject { padding-right: 26rem; min-height: 2.6rem; }
</style>
"""


def main() -> None:
    """Run one page in its frame."""
    st.set_page_config(page_title="ResNet Viz", page_icon=str(ICON), layout="wide")
    state.begin_run()
    st.html(_STYLE)
    selection = state.current_selection()
    if selection.present:
        st.html(_PRESENT)
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
    subject.show()
    if selection.walk:
        walk.show(selection)
    for sentence in sentences:
        say.warning(sentence)
    page.run()
    state.write_url()
    services.first_page.set()


main()
