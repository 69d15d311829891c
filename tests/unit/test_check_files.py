"""What a browser fetches to judge code by itself, and that the server does not."""

import ast
import gzip
import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from resnet_viz.server.check_files import FOLDER, CheckFiles, library, packed_files

ROOT = Path(__file__).parents[2]
CODE = "def identity_block(X, f, filters, stage, block):\n    return X\n"


def asked(path: str) -> tuple[int, dict[bytes, bytes], bytes]:
    """Return status, headers and body of the answer to a request; 599 is one that was handed on."""
    sent: list[dict] = []

    async def others(_scope, _receive, send) -> None:
        await send({"type": "http.response.start", "status": 599, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def send(message) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": path, "headers": []}
    # Nothing here waits, so one step finishes it; no event loop, since the browser tests keep one running.
    with pytest.raises(StopIteration):
        CheckFiles(others)(scope, None, send).send(None)
    return sent[0]["status"], dict(sent[0]["headers"]), sent[1]["body"]


@pytest.mark.parametrize("base", ["", "/behind/a-proxy"])
def test_every_file_is_served_for_good_below_any_base_path(base):
    for file in packed_files().values():
        status, headers, body = asked(f"{base}/{FOLDER}/{file.name}")
        assert (status, body) == (200, file.data)
        assert b"immutable" in headers[b"cache-control"]


def test_an_unknown_file_is_not_found_and_other_requests_are_handed_on():
    assert asked(f"/{FOLDER}/app.py")[0] == 404
    assert asked("/check")[0] == 599


def test_the_files_are_pyodides_and_no_more_than_seven_megabytes():
    files = packed_files()
    assert set(files) == {"script", "wasm", "stdlib", "library"}
    unpacked = {role: gzip.decompress(file.data) for role, file in files.items()}
    assert unpacked["wasm"].startswith(b"\0asm")
    assert unpacked["script"].rstrip().endswith(b"export default _createPyodideModule;")
    assert "json/__init__.py" in zipfile.ZipFile(io.BytesIO(unpacked["stdlib"])).namelist()
    assert sum(len(file.data) for file in files.values()) < 7_000_000


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_library_judges_where_nothing_else_is_installed(tmp_path, language):
    zipfile.ZipFile(io.BytesIO(library())).extractall(tmp_path)
    script = (
        f"import json, sys; sys.path.insert(0, {str(tmp_path)!r})\n"
        f"from resnet_viz.check import judge\nprint(ascii(json.dumps(judge({CODE!r}, language={language!r}))))"
    )
    done = subprocess.run([sys.executable, "-I", "-S", "-c", script], capture_output=True, text=True, check=True)
    answer = json.loads(ast.literal_eval(done.stdout))
    assert answer["verdict"] == "mistake"
    assert any("\u4e00" <= sign <= "\u9fff" for sign in answer["headline"]) == (language == "zh")


def test_nothing_of_the_server_asks_for_a_verdict():
    for path in (*(ROOT / "resnet_viz" / "ui").rglob("*.py"), *(ROOT / "pages").glob("*.py")):
        imports = (node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.ImportFrom))
        names = {
            name.name for node in imports if (node.module or "").startswith("resnet_viz.check") for name in node.names
        }
        assert names <= {"course_pair", "examples", "presets", "puzzle"}, path
