"""What a slow line or a busy browser does to the order of messages."""

from playwright.sync_api import WebSocketRoute, expect
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from .test_app import inspector, selected
from .test_explore import block
from .waits import eventually, quiet


class SlowLine:
    """A line on which a run's messages, its end too, can be kept until the page has asked for the next run."""

    def __init__(self) -> None:
        self.is_slow = False
        self.has_kept_an_end = False
        self._kept: list[str | bytes] = []

    def join(self, line: WebSocketRoute) -> None:
        """Stand between a page and its server."""
        server = line.connect_to_server()

        def to_page(message: str | bytes) -> None:
            if not self.is_slow:
                line.send(message)
                return
            self._kept.append(message)
            assert isinstance(message, bytes)
            self.has_kept_an_end |= ForwardMsg.FromString(message).WhichOneof("type") == "script_finished"

        def to_server(message: str | bytes) -> None:
            server.send(message)
            if self.has_kept_an_end:
                self.is_slow = False
                for late in self._kept:
                    line.send(late)
                self._kept.clear()

        server.on_message(to_page)
        line.on_message(to_server)


def test_a_click_before_the_last_one_s_answer_has_come_is_answered(chromium, server):
    """Streamlit sends no large message twice that the page has; the page throws it away before it learns that it is meant."""
    with chromium.new_context(viewport={"width": 1280, "height": 720}, locale="en-US") as context:
        page, line, problems = context.new_page(), SlowLine(), []
        page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
        page.route_web_socket("**/_stcore/stream", line.join)
        page.goto(server.url)
        expect(selected(page)).to_be_attached()
        quiet(page)
        for name in ("3c", "3d"):
            block(page, name).click()
            expect(inspector(page)).to_have_text(f"Block {name}")
            quiet(page)
        line.is_slow = True
        block(page, "4a").click()
        eventually(lambda: page.wait_for_timeout(20) or line.has_kept_an_end, "the run has ended")
        for name in ("3c", "5b"):  # had the first been lost, the line would have been cut and its error be told by now
            block(page, name).click()
            expect(inspector(page)).to_have_text(f"Block {name}")
            quiet(page)
        assert problems == []
