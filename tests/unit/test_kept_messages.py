"""Streamlit's own runtime, asked for one page after another by a browser that says what it has kept."""

import asyncio
import inspect
from concurrent.futures import ThreadPoolExecutor

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime import app_session
from streamlit.runtime.app_session import AppSession

from resnet_viz.server.kept_messages import send_again_what_may_be_gone

from .test_whole_runs import Browser, asked, running

PAGE = """
import streamlit as st

st.text(st.query_params["block"] * 20_000)
st.fragment(lambda: st.text("a part"))()
"""


async def shown(script, blocks: str) -> list[bool]:
    """Return for each block looked at whether its large message was sent whole; the browser says it has all so far."""
    browser, kept, whole = Browser(), set(), []
    async with running(script, browser) as (ask, _session):
        for block in blocks:
            ask(asked(query_string=f"block={block}", cached_message_hashes=kept))
            said = await browser.until(ForwardMsg.FINISHED_SUCCESSFULLY)
            large = [message.hash for message in said if message.metadata.cacheable and message.hash]
            kept.update(large)
            whole.append(bool(large))
    return whole


def test_what_only_an_older_run_sent_is_sent_again_and_what_a_page_surely_has_is_not(tmp_path, monkeypatch):
    for name in ("_enqueue_forward_msg", "request_rerun"):
        monkeypatch.setattr(AppSession, name, getattr(AppSession, name))  # put back afterwards
    script = tmp_path / "page.py"
    script.write_text(PAGE)
    send_again_what_may_be_gone()
    with ThreadPoolExecutor(1) as own_thread:  # the browser tests keep a loop running in this one
        whole = own_thread.submit(lambda: asyncio.run(shown(script, "aabacba"))).result()
    assert whole == [True, False, True, False, True, True, True]


@pytest.mark.parametrize("lacks", ["AppSession", "_enqueue_forward_msg", "request_rerun"])
def test_a_streamlit_made_otherwise_is_left_as_it_is(lacks, monkeypatch):
    class Otherwise:
        def _enqueue_forward_msg(self):
            """Send a message."""

        def request_rerun(self):
            """Begin a run."""

    monkeypatch.setattr(app_session, "AppSession", Otherwise)
    for owner in (app_session, Otherwise):
        monkeypatch.delattr(owner, lacks, raising=False)
    before = inspect.getmembers_static(Otherwise)
    send_again_what_may_be_gone()
    assert inspect.getmembers_static(Otherwise) == before
