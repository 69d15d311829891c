"""The signed owner cookie and the upload quota, spoken to as a server does."""

import stat
import subprocess
import sys
from typing import NamedTuple

import pytest

from resnet_viz import identity
from resnet_viz.identity import COOKIE, new_cookie, owner_of
from resnet_viz.server import middleware
from resnet_viz.server.middleware import OwnerMiddleware, Pots

UPLOAD = "/_stcore/upload_file/x/y"


async def inner(_scope, receive, send):
    """Read the body as Streamlit does and answer with an empty 200."""
    while receive and (await receive())["more_body"]:
        continue
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b""})


class Asked(NamedTuple):
    """One answer, and how much of the request was read for it."""

    status: int
    headers: dict[str, str]
    text: str
    fetched: int


def ask(app: OwnerMiddleware, path: str = "/", *, parts=(), client: str = "10.0.0.1", **headers: str) -> Asked:
    """Return status, headers and text of one request, and how many parts of its body were fetched."""
    sent: list[dict] = []
    waiting = list(parts)

    async def send(message):
        sent.append(message)

    async def receive():
        if not waiting:
            return {"type": "http.request", "body": b"", "more_body": False}
        return {"type": "http.request", "body": waiting.pop(0), "more_body": bool(waiting)}

    listed = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": "PUT", "path": path, "headers": listed, "client": (client, 5)}
    # Nothing here waits, so one step finishes it; no event loop, since the browser tests keep one running.
    with pytest.raises(StopIteration):
        app(scope, receive, send).send(None)
    found = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    text = b"".join(item.get("body", b"") for item in sent[1:]).decode()
    return Asked(sent[0]["status"], found, text, len(parts) - len(waiting))


def visitor() -> str:
    return f"{COOKIE}={new_cookie()}"


@pytest.fixture
def small(monkeypatch):
    """An hour's limit that a test can reach."""
    monkeypatch.setattr(middleware, "UPLOAD_BYTES", 1000)
    return OwnerMiddleware(inner)


def test_the_page_gives_an_http_only_cookie_once():
    app = OwnerMiddleware(inner)
    cookie = ask(app, accept="text/html,*/*")[1]["set-cookie"]
    assert owner_of(cookie.split(";")[0].partition("=")[2])
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    again = ask(app, accept="text/html", cookie=cookie.split(";")[0])[1]
    assert "set-cookie" not in again


@pytest.mark.parametrize(("path", "is_kept"), [("/media/7de5.bin", False), ("/app/media/7.bin", False), ("/", True)])
def test_what_is_downloaded_is_not_compressed_on_the_way(path, is_kept):
    heard = []

    async def hear(scope, receive, send):
        heard.extend(scope["headers"])
        await inner(scope, receive, send)

    ask(OwnerMiddleware(hear), path, accept_encoding="gzip", range="bytes=0-")
    assert dict(heard) == ({b"accept-encoding": b"gzip"} if is_kept else {}) | {b"range": b"bytes=0-"}


def test_owners_differ_and_files_give_no_cookie():
    app = OwnerMiddleware(inner)
    first, second = (ask(app, accept="text/html")[1]["set-cookie"] for _ in range(2))
    assert first != second
    assert "set-cookie" not in ask(app, "/static/app.js", accept="*/*")[1]


@pytest.mark.parametrize(
    "forged", ["anna", "anna.aZ3.x", "", "." * 199, "x" * 10_000, 'é"', new_cookie.__name__, "a.b.c.d", None, object()]
)
def test_a_cookie_that_this_server_did_not_sign_is_no_cookie(forged):
    assert owner_of(forged) is None
    if isinstance(forged, str) and forged.isascii():
        assert "set-cookie" in ask(OwnerMiddleware(inner), accept="text/html", cookie=f"{COOKIE}={forged}")[1]


def test_a_changed_or_old_cookie_is_no_cookie(monkeypatch):
    cookie = new_cookie()
    assert owner_of(cookie)
    assert owner_of("x" + cookie) is None
    monkeypatch.setattr(identity, "COOKIE_AGE_S", -1)
    assert owner_of(cookie) is None


def test_the_secret_is_made_once_for_all_processes_and_nobody_else_reads_it(tmp_path, monkeypatch):
    monkeypatch.setenv("RESNET_VIZ_DATA", str(tmp_path / "shared"))
    code = "import resnet_viz.identity as i; print(i.new_cookie())"
    processes = [subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) for _ in range(4)]
    cookies = [process.communicate()[0].strip() for process in processes]
    assert all(owner_of(cookie) for cookie in cookies)
    (path,) = (tmp_path / "shared").iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_replicas_share_a_secret_from_the_environment_and_a_read_only_folder_still_serves(tmp_path, monkeypatch):
    monkeypatch.setenv("RESNET_VIZ_SECRET", "of all replicas")
    cookie = new_cookie()
    monkeypatch.setenv("RESNET_VIZ_DATA", str(tmp_path / "another"))
    assert owner_of(cookie)
    monkeypatch.delenv("RESNET_VIZ_SECRET")
    assert owner_of(cookie) is None
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("RESNET_VIZ_DATA", str(tmp_path / "file"))
    assert owner_of(new_cookie())


def test_uploads_beyond_the_limit_are_cut_off_for_that_owner_only(small, monkeypatch):
    anna, ben = visitor(), visitor()
    assert [ask(small, UPLOAD, cookie=anna, parts=[b"x" * 400])[0] for _ in range(3)] == [200, 200, 429]
    assert ask(small, UPLOAD, cookie=ben, parts=[b"x" * 400])[0] == 200
    assert ask(small, cookie=anna)[0] == 200
    monkeypatch.setattr(small._uploads, "_window_s", -1.0)
    assert ask(small, UPLOAD, cookie=anna, parts=[b"x" * 400])[0] == 200


def test_an_upload_of_many_parts_counts_as_it_arrives_and_ends_in_the_middle(small):
    refused = ask(small, UPLOAD, cookie=visitor(), transfer_encoding="chunked", parts=[b"x" * 100] * 500)
    assert refused[0] == 429
    assert refused.fetched == 11


def test_a_new_cookie_for_every_upload_brings_nothing(small):
    forged = [f"{COOKIE}={number}" for number in range(5)]
    answers = [ask(small, UPLOAD, cookie=cookie, parts=[b"x" * 400])[0] for cookie in forged]
    assert answers == [200, 200, 429, 429, 429]
    assert ask(small, UPLOAD, cookie=forged[0], parts=[b"x" * 400], client="10.0.0.2")[0] == 200


def test_an_upload_that_says_it_is_too_much_is_read_and_dropped_so_that_the_page_can_say_why(small):
    reached = []

    async def noting(scope, receive, send):
        reached.append(scope)
        await inner(scope, receive, send)

    small._app = noting
    answer = ask(small, UPLOAD, cookie=visitor(), content_length="1500", parts=[b"x" * 500] * 3)
    assert answer[0] == 204
    assert answer.fetched == 3
    assert not reached


@pytest.mark.parametrize("length", ["-5", "many", "9" * 20, "9" * 15])
def test_an_upload_of_unbelievable_length_is_refused(length):
    assert ask(OwnerMiddleware(inner), UPLOAD, cookie=visitor(), content_length=length)[0] == 429


@pytest.mark.parametrize(
    ("headers", "said"),
    [
        ({"accept_language": "zh-CN,zh;q=0.9"}, "小时"),
        ({"accept_language": "en", "referer": "http://x/train?lang=zh&preset=course"}, "小时"),
        ({"accept_language": "zh", "referer": "http://x/?lang=en"}, "600 MB within an hour"),
        ({"referer": "http://[x/?lang=zh"}, "小时"),
        ({}, "600 MB within an hour"),
    ],
)
def test_the_refusal_is_in_the_visitors_language(headers, said):
    assert said in ask(OwnerMiddleware(inner), UPLOAD, content_length="-", **headers)[2]


def test_one_address_gets_many_cookies_but_not_any_number(monkeypatch):
    monkeypatch.setattr(middleware, "NEW_OWNERS", 3)
    app = OwnerMiddleware(inner)
    given = ["set-cookie" in ask(app, accept="text/html")[1] for _ in range(5)]
    assert given == [True, True, True, False, False]
    assert "set-cookie" in ask(app, accept="text/html", client="10.0.0.2")[1]
    for number in range(4):
        last = ask(app, accept="text/html", client=f"2001:db8::{number}")
    assert "set-cookie" not in last[1]
    assert last[0] == 200


def test_the_tables_of_the_limits_are_bounded(monkeypatch):
    monkeypatch.setattr(middleware, "_MAX_KEYS", 50)
    pots = Pots(10, 3600)
    for number in range(500):
        assert pots.take(str(number), 1)
    assert len(pots._used) == 50
    assert pots.left("499") == 9
    assert not pots.take("499", 10)
