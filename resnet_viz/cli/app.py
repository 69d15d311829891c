"""The app from a terminal, in any folder: `resnet-viz app`, with Streamlit's own options after it."""

import argparse
import runpy
import sys
from collections.abc import Sequence
from contextvars import Context

from resnet_viz.paths import APP


def add(parser: argparse.ArgumentParser) -> None:
    """Add no arguments: those that follow are Streamlit's."""
    parser.set_defaults(run=lambda options: open_app(options.more))


def open_app(options: Sequence[str]) -> None:
    """Run the app until it is stopped, as `streamlit run app.py` does beside its own settings."""
    sys.argv = ["streamlit", "run", str(APP), *options]
    # A context of its own: the terminal's language is not every visitor's.
    Context().run(runpy.run_module, "streamlit", run_name="__main__", alter_sys=True)
