"""The launcher: `streamlit run app.py`. No logic lives here."""

import sys
from functools import partial

if not (3, 11) <= sys.version_info[:2] <= (3, 13):
    found = ".".join(map(str, sys.version_info[:3]))
    sys.exit(f"ResNet Viz needs Python 3.11, 3.12 or 3.13. Received: {found}. Run it with one of these.")

import streamlit as st
from starlette.middleware import Middleware

from resnet_viz.paths import FRAME
from resnet_viz.server.check_files import CheckFiles
from resnet_viz.server.first_paint import FirstPaint
from resnet_viz.server.kept_messages import send_again_what_may_be_gone
from resnet_viz.server.lifespan import lifespan, stay_offline
from resnet_viz.server.middleware import OwnerMiddleware
from resnet_viz.server.whole_runs import let_runs_end
from resnet_viz.ui.errors import hide_traceback
from resnet_viz.ui.preloaded import FIRST, THEN

stay_offline()
let_runs_end()
send_again_what_may_be_gone()
app = st.App(
    FRAME,
    lifespan=partial(lifespan, first=FIRST, then=THEN),
    middleware=[Middleware(OwnerMiddleware), Middleware(FirstPaint), Middleware(CheckFiles)],
    on_script_error=hide_traceback,
)
