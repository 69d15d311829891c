"""A visitor without a browser: Streamlit's own messages over a real websocket, uploads over the real route.

It does what a browser does and a server pays for: fetches the page for its cookies, keeps the address bar, sends a rerun
for every widget that changes, fetches pictures, and asks again where a fragment wants to be asked every few seconds.
"""

import asyncio
import json
import time
import uuid
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
import websockets
from google.protobuf.message import DecodeError
from streamlit.proto.Alert_pb2 import Alert
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState

ANSWERED = (ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY)
XSRF = "_streamlit_xsrf"
# HTTP calls of all visitors; each is short.
_POOL = ThreadPoolExecutor(32)


class RefusedError(Exception):
    """The server did not answer as it should have."""


class Visitor:
    """One open page."""

    def __init__(self, url: str, *, language: str = "en-US", timeout_s: float = 120.0) -> None:
        """Be about to visit the server at `url`."""
        self.url, self.timeout_s = url.rstrip("/"), timeout_s
        self.widgets: dict[str, tuple[Any, str]] = {}
        self._drawn: set[str] = set()
        self.problems: list[str] = []
        self.images: list[str] = []
        self.session_id = self.query = self.page = ""
        self.pages: dict[str, str] = {}
        self._language = language
        self._http = requests.Session()
        self._http.headers["accept-language"] = language
        self._known: dict[str, ForwardMsg] = {}
        self._events: asyncio.Queue[tuple[str, Any]] = asyncio.Queue()
        self._repeats: dict[str, asyncio.Task[None]] = {}
        self._overtaken: tuple[str, ...] = ()
        self._socket: Any = None
        self._reading: asyncio.Task[None] | None = None

    # --- What a person does ---

    async def open(self, link: str = "/") -> float:
        """Open a link cold and return the seconds until its page is complete."""
        began = time.perf_counter()
        answer = await self.get(link, accept="text/html")
        if answer.status_code != 200:
            raise RefusedError(f"{link}: {answer.status_code}")
        # As the page does before it connects; the first sets the cookie that uploads need.
        await self.get("/_stcore/health")
        await self.get("/_stcore/host-config")
        parts = urlsplit(link)
        self.query, name = parts.query, parts.path.strip("/")
        cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in self._http.cookies)
        self._socket = await websockets.connect(
            self.url.replace("http", "ws", 1) + "/_stcore/stream",
            subprotocols=["streamlit", self._http.cookies.get(XSRF) or "PLACEHOLDER_AUTH_TOKEN"],  # type: ignore[list-item]
            additional_headers={"cookie": cookies, "accept-language": self._language},
            origin=self.url,  # type: ignore[arg-type]
            max_size=None,
            open_timeout=self.timeout_s,
            compression=None,
        )
        self._reading = asyncio.create_task(self._read())
        await self._rerun(page_name=name)
        return time.perf_counter() - began

    async def change(self, key: str, value: Any) -> float:
        """Change the widget of that key and return the seconds until the page has answered.

        A text for a list or one of a few values, a number, a truth value, None for a button, a mapping for what was done
        in a component of ours.
        """
        began = time.perf_counter()
        await self._rerun([self._state(key, value)], fragment=self._found(key)[1])
        return time.perf_counter() - began

    async def go(self, page: str) -> float:
        """Choose another page in the navigation, as its path names it."""
        began = time.perf_counter()
        self.page, self.query = self.pages[page], ""
        await self._rerun()
        return time.perf_counter() - began

    async def follow(self, query: str) -> float:
        """Take another address of the same page, as the browser's "back" does, and return the seconds until it is complete."""
        began = time.perf_counter()
        self.query = query
        await self._rerun()
        return time.perf_counter() - began

    async def upload(self, key: str, name: str, data: bytes) -> float:
        """Give a file to the uploader of that key, over the route a browser uses."""
        began = time.perf_counter()
        message = BackMsg()
        request = message.file_urls_request
        request.request_id, request.session_id = uuid.uuid4().hex, self.session_id
        request.file_names.append(name)
        await self._socket.send(message.SerializeToString())
        urls = (await self._next("file_urls_response")).file_urls[0]
        answer = await self._call(
            "PUT",
            urls.upload_url,
            files={"file": (name, data)},
            headers={"X-Xsrftoken": self._http.cookies.get(XSRF) or ""},
        )
        if not answer.ok:
            raise RefusedError(f"upload: {answer.status_code} {answer.text[:80]}")
        state = WidgetState(id=self.widget(key).id)
        info = state.file_uploader_state_value.uploaded_file_info.add()
        info.file_id, info.name, info.size = urls.file_id, name, len(data)
        info.file_urls.CopyFrom(urls)
        await self._rerun([state])
        return time.perf_counter() - began

    async def get(self, path: str, accept: str = "*/*") -> requests.Response:
        """Fetch a file of the server's."""
        return await self._call("GET", path, headers={"accept": accept})

    async def leave(self) -> None:
        """Close the page."""
        for task in (*self._repeats.values(), self._reading):
            if task:
                task.cancel()
        if self._socket:
            await self._socket.close()
        self._http.close()

    @property
    def path(self) -> str:
        """Path of the page on screen."""
        return next((path for path, own in self.pages.items() if own == self.page), "")

    def has(self, key: str) -> bool:
        """Whether a widget of that key is on the page."""
        return any(name.endswith(f"-{key}") for name in self.widgets)

    def widget(self, key: str) -> Any:
        """Return the widget of that key as the server last described it."""
        return self._found(key)[0]

    def options(self, key: str) -> list[str]:
        """Return what there is to choose from, or nothing for a widget of another kind."""
        found = self.widget(key)
        kind = type(found).__name__
        if kind == "ButtonGroup":
            return [option.content for option in found.options]
        return list(found.options) if kind == "Selectbox" else []

    # --- Messages ---

    def _found(self, key: str) -> tuple[Any, str]:
        """Return the widget of that key and its fragment."""
        for name, found in self.widgets.items():
            if name.endswith(f"-{key}"):
                return found
        raise RefusedError(f"no widget {key!r} on this page")

    def _state(self, key: str, value: Any) -> WidgetState:
        found = self.widget(key)
        state = WidgetState(id=found.id)
        kind = type(found).__name__
        if kind == "BidiComponent":
            state.id = f"$$STREAMLIT_INTERNAL_KEY_{found.id}__events"
            state.json_trigger_value = json.dumps([{"event": "did", "value": value}])
        elif kind == "Button":
            state.trigger_value = True
        elif kind == "Selectbox":
            state.string_value = str(value)
        elif kind == "ButtonGroup":
            state.string_array_value.data.append(str(value))
        elif kind in ("Checkbox", "Popover", "Expandable"):
            state.bool_value = bool(value)
        elif kind == "Slider":
            state.double_array_value.data.append(float(value))
        else:
            state.double_value = float(value)
        return state

    async def _rerun(self, states: Iterable[WidgetState] = (), *, page_name: str = "", fragment: str = "") -> None:
        """Ask for a run and wait until it is complete."""
        self.problems.clear()
        if not fragment:
            self.images.clear()
        self._forget_finished()
        await self._send(states, page_name=page_name, fragment=fragment)
        # Parts that redraw themselves finish runs too: the answer is a run of the whole page, or of the part that was asked.
        # They must not keep alive a wait for an answer that never comes: it has one bound in all.
        async with asyncio.timeout(self.timeout_s):
            while (ran := await self._next("script_finished")) and fragment not in ran:
                pass
        if self.problems:
            raise RefusedError("; ".join(self.problems))

    async def _send(
        self, states: Iterable[WidgetState] = (), *, page_name: str = "", fragment: str = "", is_auto: bool = False
    ) -> None:
        message = BackMsg()
        client = message.rerun_script
        client.query_string, client.page_script_hash, client.page_name = self.query, self.page, page_name
        client.fragment_id, client.is_auto_rerun = fragment, is_auto
        client.widget_states.widgets.extend(states)
        client.cached_message_hashes.extend(self._known)
        client.context_info.timezone, client.context_info.locale = "UTC", self._language
        client.context_info.url = self.url
        await self._socket.send(message.SerializeToString())

    async def _next(self, kind: str) -> Any:
        async with asyncio.timeout(self.timeout_s):
            while True:
                name, value = await self._events.get()
                if name == "gone":
                    raise RefusedError(f"no answer: {value}")
                if name == kind:
                    return value

    def _forget_finished(self) -> None:
        """Forget runs that ended before anyone asked."""
        kept = [event for event in iter(self._one_event, None) if event[0] != "script_finished"]
        for event in kept:
            self._events.put_nowait(event)

    def _one_event(self) -> tuple[str, Any] | None:
        return None if self._events.empty() else self._events.get_nowait()

    async def _read(self) -> None:
        why: Any = "it closed the connection"
        try:
            async for data in self._socket:
                message = ForwardMsg.FromString(data)
                if message.WhichOneof("type") == "ref_hash":
                    metadata, message = message.metadata, self._known[message.ref_hash]
                    message.metadata.CopyFrom(metadata)
                elif message.metadata.cacheable:
                    self._known[message.hash] = message
                self._take(message)
        except (websockets.ConnectionClosed, KeyError, AttributeError, DecodeError) as error:
            why = repr(error)
        self._events.put_nowait(("gone", why))

    def _take(self, message: ForwardMsg) -> None:
        kind = message.WhichOneof("type")
        if kind == "delta":
            self._take_delta(message.delta)
        elif kind == "new_session":
            new = message.new_session
            self.session_id, self.page = new.initialize.session_id, new.page_script_hash
            is_part = bool(message.metadata.run.fragment_ids)
            if self._overtaken and is_part:
                self._events.put_nowait(("script_finished", self._overtaken))
            self._overtaken = ()
            if not is_part:
                self._drawn.clear()
                self._forget_repeats(self._repeats)
        elif kind == "navigation":
            self.page = message.navigation.page_script_hash
            self.pages = {page.url_pathname: page.page_script_hash for page in message.navigation.app_pages}
        elif kind == "page_info_changed":
            self.query = message.page_info_changed.query_string
        elif kind == "auto_rerun":
            self._repeat(message.auto_rerun.fragment_id, message.auto_rerun.interval)
        elif kind == "stop_auto_rerun":
            self._forget_repeats(message.stop_auto_rerun.fragment_ids)
        elif kind == "script_finished" and message.script_finished in ANSWERED:
            parts = tuple(message.metadata.run.fragment_ids)
            if not parts:  # until then what the last run drew stands there, and can be used
                self.widgets = {name: found for name, found in self.widgets.items() if name in self._drawn}
            self._events.put_nowait((kind, parts))
        elif kind == "script_finished" and message.script_finished == ForwardMsg.FINISHED_EARLY_FOR_RERUN:
            # So is the end of a part's run called when the next part's run begins before it was sent.
            self._overtaken = tuple(message.metadata.run.fragment_ids)
        elif kind == "script_finished" and message.script_finished == ForwardMsg.FINISHED_WITH_COMPILE_ERROR:
            self.problems.append("the page does not compile")
            self._events.put_nowait((kind, ()))
        elif kind == "file_urls_response":
            self._events.put_nowait((kind, message.file_urls_response))

    def _take_delta(self, delta: Any) -> None:
        part = delta.add_block if delta.WhichOneof("type") == "add_block" else delta.new_element
        kind = part.WhichOneof("type")
        if kind is None:
            return
        found = getattr(part, kind)
        if kind == "exception":
            self.problems.append(f"{found.type}: {found.message}")
        elif kind == "alert" and found.format == Alert.ERROR:
            self.problems.append(found.body)
        elif kind == "imgs":
            self.images.extend(image.url for image in found.imgs)
        if getattr(found, "id", ""):
            self.widgets[found.id] = found, delta.fragment_id
            self._drawn.add(found.id)

    def _repeat(self, fragment: str, interval_s: float) -> None:
        async def ask() -> None:
            while True:
                await asyncio.sleep(interval_s)
                await self._send(fragment=fragment, is_auto=True)

        self._forget_repeats([fragment])
        self._repeats[fragment] = asyncio.create_task(ask())

    def _forget_repeats(self, fragments: Iterable[str]) -> None:
        for fragment in list(fragments):
            if fragment in self._repeats:
                self._repeats.pop(fragment).cancel()

    async def _call(self, method: str, path: str, **of_request: Any) -> requests.Response:
        def call() -> requests.Response:
            return self._http.request(method, urljoin(self.url + "/", path), timeout=self.timeout_s, **of_request)

        def call_as_browsers_do() -> requests.Response:
            # A server closes a connection that was idle for 5 s. Whoever asks in that moment asks anew, on a fresh one.
            try:
                return call()
            except requests.ConnectionError:
                return call()

        return await asyncio.get_running_loop().run_in_executor(_POOL, call_as_browsers_do)
