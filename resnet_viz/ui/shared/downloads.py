"""A table as files: CSV, JSON, Markdown."""

from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from resnet_viz.messages import gettext as _
from resnet_viz.viz.tables import to_markdown


def show(rows: pd.DataFrame, stem: str, *, key: str) -> None:
    """Draw one button per kind of file; a file is made when it is asked for."""
    kinds: dict[str, tuple[str, Any, str]] = {
        "csv": ("CSV", partial(rows.to_csv, index=False), "text/csv"),
        "json": ("JSON", partial(rows.to_json, orient="records", indent=1), "application/json"),
        "md": ("Markdown", partial(to_markdown, rows), "text/markdown"),
    }
    for suffix, (name, text, mime) in kinds.items():
        st.download_button(
            name,
            text,
            file_name=f"{stem}.{suffix}",
            mime=mime,
            key=f"{key}_{suffix}",
            on_click="ignore",
            help=_("The rows shown, as {kind}").format(kind=name),
        )
