"""Our own components on a page: where each is found, and how what it shows gets there."""

import json
from functools import cache
from typing import Any

import streamlit as st


@cache
def component(name: str) -> Any:
    """Return a packaged component; only a running app knows where packages keep theirs."""
    return st.components.v2.component(f"resnet-viz.{name}", js="index-*.js", css="index-*.css")


def as_json(data: dict[str, Any]) -> bytes:
    """Return data as a component of ours reads it (`dev/frontend/shared/component.js`).

    Streamlit takes a dictionary too, and then asks pandas of each of its values whether it is a table.
    """
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()
