"""Streamlit's own runtime, asked for a part of a page at the moment a run of the whole page ends."""

import asyncio
import inspect
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import partial
from types import SimpleNamespace

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime import app_session
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.memory_media_file_storage import MemoryMediaFileStorage
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.runtime import Runtime, RuntimeConfig

from resnet_viz.server.whole_runs import let_runs_end
from tests.patience import PATIENCE_S

PAGE = """
import streamlit as st

st.fragment(lambda: st.text("a part"))()
st.text("the end")
"""


class Browser:
    """Keeps what a browser is sent."""

    client_context = None

    def __init__(self):
        self.said: list[ForwardMsg] = []
        self.heard = asyncio.Event()

    def write_forward_msg(self, message):
        """Take a message."""
        self.said.append(message)
        self.heard.set()

    async def until(self, status):
        """Wait for a run's end and return what was sent until then, newly beginning."""
        async with asyncio.timeout(PATIENCE_S):
            while all(
                message.script_finished != status for message in self.said if message.HasField("script_finished")
            ):
                self.heard.clear()
                await self.heard.wait()
        found, self.said = self.said, []
        return found


def asked(**how):
    message = BackMsg()
    message.rerun_script.SetInParent()
    message.rerun_script.MergeFrom(ClientState(**how))
    return message


@asynccontextmanager
async def running(script, browser):
    """Run an app for one browser: gives what asks it, and the session."""
    Runtime._instance = None
    runtime = Runtime(
        RuntimeConfig(str(script), MemoryMediaFileStorage("/media"), MemoryUploadedFileManager("/upload"))
    )
    try:
        await runtime.start()
        name = runtime.connect_session(browser, {})
        session = runtime._session_mgr.get_session_info(name).session
        yield partial(runtime.handle_backmsg, name), session
        # A session that ends before its last runner leaves its loop of events open.
        while session._scriptrunner:  # noqa: ASYNC110 - nothing else says so
            await asyncio.sleep(0.001)
    finally:
        runtime.stop()
        await runtime.stopped
        Runtime._instance = None


async def visited(script) -> list[ForwardMsg]:
    """Return what a browser hears of a run if, in the moment it ends, a part of its page wants to be drawn."""
    browser = Browser()
    async with running(script, browser) as (ask, session):
        ask(asked())
        first = await browser.until(ForwardMsg.FINISHED_SUCCESSFULLY)
        part = next(message.delta.fragment_id for message in first if message.delta.fragment_id)
        ask(asked())
        # The server's loop is held up, as by other people's runs, until this run has ended.
        session._scriptrunner._script_thread.join()
        ask(asked(fragment_id=part, is_auto_rerun=True))
        return await browser.until(ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY)


def test_a_run_is_told_to_its_end_although_a_part_of_the_page_asks_in_that_moment(tmp_path, monkeypatch):
    monkeypatch.setattr(AppSession, "_create_scriptrunner", AppSession._create_scriptrunner)  # put back afterwards
    script = tmp_path / "page.py"
    script.write_text(PAGE)
    let_runs_end()
    with ThreadPoolExecutor(1) as own_thread:  # the browser tests keep a loop running in this one
        said = own_thread.submit(lambda: asyncio.run(visited(script))).result()
    assert "the end" in [message.delta.new_element.text.body for message in said]
    assert ForwardMsg.FINISHED_SUCCESSFULLY in [m.script_finished for m in said if m.HasField("script_finished")]


def test_a_part_s_clock_gives_way_to_a_click_that_came_while_it_waited(monkeypatch):
    """The click's run has newer values of the page's controls than the clock's request."""
    asked_of, later = [], []

    class Runner(SimpleNamespace):
        def request_rerun(self, request):
            asked_of.append((self.name, request.name))
            return self.is_open

    class Session:
        def __init__(self):
            self._scriptrunner, self._state = Runner(name="ending", is_open=False), None
            self._event_loop = SimpleNamespace(
                call_later=lambda _seconds, call, *rest: later.append(partial(call, *rest))
            )

        def _create_scriptrunner(self, request):
            self._scriptrunner = Runner(name=f"of {request.name}", is_open=True)

    monkeypatch.setattr(app_session, "AppSession", Session)
    let_runs_end()
    session = Session()
    for name, is_clock in (("clock", True), ("button of a part", False)):
        session._create_scriptrunner(SimpleNamespace(name=name, is_auto_rerun=is_clock))
    session._scriptrunner = None  # as a click does
    session._create_scriptrunner(SimpleNamespace(name="click", is_auto_rerun=False))
    for call in later:
        call()
    assert asked_of[2:] == [("of click", "button of a part")]


@pytest.mark.parametrize("lacks", ["AppSession", "AppSessionState", "_create_scriptrunner", "_event_loop"])
def test_a_streamlit_made_otherwise_is_left_as_it_is(lacks, monkeypatch):
    class Otherwise:
        def __init__(self):
            self._scriptrunner = self._state = self._event_loop = None

        def _create_scriptrunner(self):
            """Begin a run."""

    class Lacking(Otherwise):
        def __init__(self):
            self._scriptrunner = self._state = None

    monkeypatch.setattr(app_session, "AppSession", Lacking if lacks == "_event_loop" else Otherwise)
    for owner in (app_session, Otherwise):
        monkeypatch.delattr(owner, lacks, raising=False)
    before = inspect.getmembers_static(Otherwise)
    let_runs_end()
    assert inspect.getmembers_static(Otherwise) == before
    assert "_create_scriptrunner" not in vars(Lacking)
