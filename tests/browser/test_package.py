"""The app as a package: a wheel of this checkout, installed into an empty environment, opened from an empty folder."""

import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import expect

from resnet_viz import paths
from resnet_viz.identity import COOKIE

from .conftest import ROOT, start_server, stop_server
from .waits import in_scheme, quiet

# Where each thing of the root lies in the wheel.
PLACES = {paths.PACKAGE: "resnet_viz", paths.PAGES: "resnet_viz/app/pages", paths.ASSETS: "resnet_viz/app/assets"}


def done(*command: object, folder: Path) -> str:
    """Run a command that knows nothing of this checkout and return what it prints."""
    run = subprocess.run(
        list(map(str, command)),
        cwd=folder,
        env={"PATH": "", "HOME": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return run.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """The wheel of this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    done(sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder, folder=ROOT)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def commands(wheel, tmp_path_factory) -> Path:
    """The folder of commands of an environment that has the wheel; what it needs is what these tests have, not copied."""
    place = tmp_path_factory.mktemp("environment")
    venv.create(place, symlinks=True)
    folders = sysconfig.get_paths("venv", vars={"base": str(place), "platbase": str(place)})
    pip = (sys.executable, "-m", "pip", "--python", place)
    done(*pip, "install", "--quiet", "--no-index", "--no-deps", "--no-compile", wheel, folder=place)
    needed = [path for path in sys.path if Path(path).name == "site-packages"]
    Path(folders["purelib"], "needed.pth").write_text("\n".join(needed), "utf-8")
    return Path(folders["scripts"])


def test_the_wheel_has_all_that_the_app_needs_and_nothing_else(wheel):
    expected = {"resnet_viz/app/app.py", "resnet_viz/app/.streamlit/config.toml"} | {
        f"{place}/{path.relative_to(folder).as_posix()}"
        for folder, place in PLACES.items()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and path.suffix != ".po"
    }
    with zipfile.ZipFile(wheel) as file:
        assert {name for name in file.namelist() if ".dist-info/" not in name} == expected


def test_the_library_answers_by_both_names(commands, tmp_path):
    asked = ("summary", "--preset", "cifar-20", "--format", "csv")
    by_module = done(commands / "python", "-m", "resnet_viz", *asked, folder=tmp_path)
    assert by_module.startswith("layer,kind,")
    assert done(commands / "resnet-viz", *asked, folder=tmp_path) == by_module


def test_the_app_opens_anywhere_with_its_theme_its_limits_and_its_protections(commands, visit, tmp_path):
    folder, home = tmp_path / "empty", tmp_path / "home"
    folder.mkdir()
    own = {"HOME": str(home), "PYTHONPATH": ""}
    server = start_server(tmp_path / "data", app=(commands / "resnet-viz", "app"), folder=folder, **own)
    visitor = visit(server, color_scheme="dark")
    try:
        page = visitor.open("/?node=3b")
        quiet(page)
        in_scheme(page, "dark")
        expect(page.locator("[data-testid=stApp]")).to_have_css("background-color", "rgb(18, 21, 26)")
        expect(page.locator("g.block.selected")).to_have_count(1)
        page.get_by_role("button", name="weights:").click()
        expect(page.locator("[data-testid=stFileUploader]").first).to_contain_text("256MB")
        cookies = {cookie["name"]: cookie for cookie in visitor.context.cookies()}
        assert cookies[COOKIE]["httpOnly"]
        assert "_streamlit_xsrf" in cookies
        quiet(page)
    finally:
        visitor.context.close()  # or what it still loads is refused
        stop_server(server)
    assert list(folder.iterdir()) == []
