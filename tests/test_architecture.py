"""The house rules that a linter cannot see."""

import ast
import gzip
import hashlib
import re
import shutil
import statistics
import subprocess
import sys
import tomllib
from fnmatch import fnmatch
from itertools import pairwise
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]


def modules_after(code: str) -> set[str]:
    """Return what a fresh interpreter has imported after some code."""
    script = f"{code}\nimport sys\nprint(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT)
    return set(done.stdout.split())


@pytest.mark.parametrize(
    "code",
    [
        "import resnet_viz",
        "import resnet_viz.spec, resnet_viz.analysis, resnet_viz.viz.dot, resnet_viz.viz.charts, resnet_viz.viz.mosaic",
        "import resnet_viz.worker.client, resnet_viz.worker.handlers, resnet_viz.images.uploads, resnet_viz.weights.store",
        "import resnet_viz.server.services, resnet_viz.ui.state, resnet_viz.server.middleware",
        "from resnet_viz.cli.main import main; main(['summary'])",
        "from resnet_viz.cli.main import main; main(['graph', '--open', 'all'])",
    ],
)
def test_no_keras_without_asking_for_a_model(code):
    assert not {"keras", "tensorflow", "jax", "torch", "onnx", "onnxruntime"} & modules_after(code)


def test_a_summary_in_the_terminal_loads_the_standard_library_only():
    """Half of its time was for NumPy, Pillow and Graphviz, which other commands need."""
    loaded = modules_after("from resnet_viz.__main__ import run; import sys; sys.argv[1:] = ['summary']; run()")
    others = {name.partition(".")[0] for name in loaded} & {
        "numpy",
        "pandas",
        "PIL",
        "graphviz",
        "onnx",
        "plotly",
        "psutil",
    }
    assert not others
    assert "resnet_viz.analysis.summary" in loaded
    assert not {
        name for name in loaded if name.startswith(("resnet_viz.viz", "resnet_viz.training", "resnet_viz.images"))
    }


def test_the_engine_for_looking_needs_no_keras():
    loaded = modules_after("import resnet_viz.engine.session, resnet_viz.weights.start")
    assert {"onnx", "onnxruntime"} <= loaded
    assert not {"keras", "tensorflow", "jax", "torch", "streamlit"} & loaded


def test_that_check_can_fail():
    assert "keras" in modules_after("import os; os.environ['KERAS_BACKEND'] = 'jax'; import resnet_viz.model.build")


def test_specification_and_arithmetic_need_the_standard_library_only():
    loaded = modules_after("import resnet_viz.spec, resnet_viz.analysis.arithmetic, resnet_viz.analysis.keras_code")
    assert not {"numpy", "pandas", "PIL", "streamlit", "plotly"} & loaded


def test_what_streamlit_compiles_for_a_visitor_is_short_and_modules_fit_a_screen_or_four():
    """Streamlit compiles the frame's and the page's script anew for whoever comes when nobody else is here."""
    for path in [*(ROOT / "pages").glob("*.py"), ROOT / "resnet_viz/ui/main.py"]:
        assert len(path.read_text("utf-8").splitlines()) <= 6, path
    lengths = {}
    for path in (ROOT / "resnet_viz").rglob("*.py"):
        lengths[path] = len(path.read_text("utf-8").splitlines())
        assert lengths[path] <= 400, path
    assert statistics.median(lengths.values()) <= 120
    interface = sum(count for path, count in lengths.items() if "ui" in path.relative_to(ROOT).parts)
    assert interface <= 0.18 * sum(lengths.values()), "what is no interface belongs into the rooms below"


def test_exceptions_from_the_linters_rules_are_few():
    folders = [ROOT / name for name in ("resnet_viz", "pages", "tests", "dev")]
    files = [path for folder in folders for path in folder.rglob("*.py") if "node_modules" not in path.parts]
    assert sum(path.read_text("utf-8").count("# " + "noqa") for path in files) < 25


def names_of(path: Path) -> set[str]:
    """Return the names that a module makes, by reading it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            found.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            found |= {name.asname or name.name for name in node.names}
    return found


def test_what_benchmarks_and_tools_ask_of_the_package_is_there():
    """They run seldom and are not type-checked: a name changed in the package would be missed in them."""
    lacking = []
    for path in (ROOT / "dev").glob("*/*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("resnet_viz"):
                room = ROOT / node.module.replace(".", "/")
                module = room / "__init__.py" if room.is_dir() else room.with_suffix(".py")
                there = names_of(module) | {other.stem for other in room.glob("*")} if module.exists() else set()
                lacking += [(path.name, node.module, name.name) for name in node.names if name.name not in there]
    assert lacking == []


def test_one_module_knows_where_files_lie():
    found = [path.name for path in (ROOT / "resnet_viz").rglob("*.py") if _reads_its_place(path.read_text("utf-8"))]
    assert found == ["paths.py"]


def _reads_its_place(source: str) -> bool:
    """Whether code asks where it lies; code that it writes for others may."""
    return "__file__" in source and any(getattr(node, "id", "") == "__file__" for node in ast.walk(ast.parse(source)))


def test_every_requirement_is_locked_within_its_bounds_and_without_an_address():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    lines = (ROOT / "requirements.txt").read_text("utf-8").splitlines()
    assert "-e ." in lines
    pins = [Requirement(line) for line in lines if line[0] not in "#-"]
    for wanted in map(Requirement, project["dependencies"] + project["optional-dependencies"]["model"]):
        locked = [str(pin.specifier).removeprefix("==") for pin in pins if pin.name == canonicalize_name(wanted.name)]
        assert locked, f"{wanted}: run `make lock`"
        assert all(version in wanted.specifier for version in locked), f"{wanted}: run `make lock`"
    assert not [line for line in lines if "//" in line or "index" in line]


def sources_sha256(root: Path) -> str:
    """Return one hash over all that the browser's components are built from; `dev/frontend/build.mjs` does the same."""
    folder = root / "dev" / "frontend"
    names = [
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.suffix in (".js", ".mjs", ".css", ".json") and "node_modules" not in path.parts
    ]
    names.append("../../assets/color-maps.json")
    digests = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in names}
    lines = "".join(f"{digests[name]}  {name}\n" for name in sorted(names))
    return hashlib.sha256(lines.encode()).hexdigest()


def test_built_components_are_those_of_the_sources():
    """Whoever edits `dev/frontend/` and forgets `make frontend` ships the old components.

    The build begins with formatter and linter and writes this hash at its end, so the same test finds sources that neither
    saw: no machine needs Node.js for it.
    """
    built = ROOT / "resnet_viz" / "ui" / "frontend"
    assert (built / "sources.sha256").read_text("utf-8").strip() == sources_sha256(ROOT), "run `make frontend`"


# A function as the formatter sets it: by itself, as a constant, or in a class.
FUNCTION = re.compile(
    r"(export (default )?)?(async )?function\b|(export )?const \w+ = (async )?(\(.*|\w+)( =>|[({]$)"
    r"|  (static |async |get |set )?\w+\(.*\) \{$"
)


def test_every_function_of_the_browser_says_what_it_does():
    """One sentence that editors show, with the units of what it takes and returns."""
    files = [path for path in (ROOT / "dev" / "frontend").rglob("*.*js") if "node_modules" not in path.parts]
    found = 0
    for path in files:
        lines = path.read_text("utf-8").splitlines()
        assert len(lines) <= 400, path
        for before, line in pairwise(lines):
            if FUNCTION.match(line) and not re.match(r" +(if|for|while|switch)\b", line):
                found += 1
                assert before.rstrip().endswith("*/"), f"{path}: {line}"
    assert found > 300


@pytest.mark.parametrize(
    "name",
    [
        "build.mjs",
        "biome.json",
        "package-lock.json",
        "maps/paint.js",
        "graph/style.css",
        "../../assets/color-maps.json",
    ],
)
def test_an_edited_source_is_noticed(tmp_path, name):
    shutil.copytree(
        ROOT / "dev" / "frontend", tmp_path / "dev" / "frontend", ignore=shutil.ignore_patterns("node_modules")
    )
    assets = tmp_path / "assets"
    assets.mkdir()
    shutil.copy(ROOT / "assets" / "color-maps.json", assets)
    assert sources_sha256(tmp_path) == sources_sha256(ROOT)
    with (tmp_path / "dev" / "frontend" / name).open("a") as file:
        file.write(" ")
    assert sources_sha256(tmp_path) != sources_sha256(ROOT)


def test_the_package_ships_one_build_of_each_file_under_the_hash_of_its_content():
    built = ROOT / "resnet_viz" / "ui" / "frontend"
    found = {}
    for path in built.glob("*/*-*.*"):
        if path.suffix in (".js", ".css", ".gz"):
            name, _dash, digest = path.stem.rpartition("-")
            data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
            assert hashlib.sha256(data).hexdigest()[:12] == digest, path
            found.setdefault(f"{path.parent.name}/{name}{path.suffix}", []).append(path)
    assert found.keys() == {
        "check/index.js",
        "check/index.css",
        "graph/index.js",
        "graph/index.css",
        "graph/layout.js",
        "learning/index.js",
        "learning/index.css",
        "maps/index.js",
        "maps/index.css",
        "order/index.js",
        "order/index.css",
        "overview/index.js",
        "overview/index.css",
        "pyodide/script.gz",
        "pyodide/stdlib.gz",
        "pyodide/wasm.gz",
        "sum/index.js",
        "sum/index.css",
        "takehome/index.js",
        "takehome/index.css",
        "thumbs/index.js",
        "thumbs/index.css",
        "weights/index.js",
        "weights/index.css",
    }
    assert all(len(paths) == 1 for paths in found.values())


def test_every_asset_has_a_source():
    folder = ROOT / "assets"
    named = re.findall(r"`([^`]+)`", (folder / "SOURCES.md").read_text("utf-8"))
    for path in folder.rglob("*.*"):
        known = path.name in "".join(named) or any(fnmatch(path.relative_to(folder).as_posix(), name) for name in named)
        assert path.name == "SOURCES.md" or known, path


@pytest.mark.parametrize(("version", "is_served"), [((3, 10, 9), False), ((3, 14, 0), False), ((3, 12, 1), True)])
def test_another_python_is_one_sentence(version, is_served):
    code = (
        f"import sys; sys.version_info = {version} + ('final', 0)\n"
        f"exec(open('app.py').read().split('import streamlit')[0])\nprint('goes on')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=ROOT)
    if is_served:
        assert done.stdout == "goes on\n"
    else:
        assert done.stderr == (
            f"ResNet Viz needs Python 3.11, 3.12 or 3.13. Received: {'.'.join(map(str, version))}. Run it with one of these.\n"
        )
        assert done.returncode == 1


def test_what_was_done_in_a_component_is_read_in_one_place():
    """It may come twice, or when the page is gone: `state.news` knows."""
    readers = [path.name for path in (ROOT / "resnet_viz").rglob("*.py") if '"did"' in path.read_text("utf-8")]
    assert readers == ["state.py"]


def test_no_two_slots_and_no_widget_share_a_name():
    """A select box called `target` once sent its page to another one."""
    from resnet_viz.ui.slots import PREFIX

    slots = []
    for path in (ROOT / "resnet_viz" / "ui").rglob("*.py"):
        source = path.read_text("utf-8")
        slots += re.findall(r"Slot\(\s*\"(\w+)\"", source)
        assert "st.session_state" not in source or path.name in {"slots.py", "state.py"}, path
        assert f'"{PREFIX}' not in source or path.name == "slots.py", path
    assert len(set(slots)) == len(slots) > 20


def _is_timed(call):
    """Whether a call draws its first argument by a clock: our own `live`, or Streamlit's fragment with a time."""
    name = ast.unparse(call.func)
    is_timed = name == "live" or (name == "st.fragment" and call.keywords)
    return bool(is_timed and call.args and isinstance(call.args[0], ast.Name))


def timed_parts(tree):
    """Return the functions of a module that Streamlit draws by a clock, and those of the module that they call."""
    functions = {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    todo = [call.args[0].id for call in ast.walk(tree) if isinstance(call, ast.Call) and _is_timed(call)]
    todo += [
        name for name, node in functions.items() if any("run_every" in ast.unparse(d) for d in node.decorator_list)
    ]
    found = {}
    while todo:
        name = todo.pop()
        if name in functions and name not in found:
            found[name] = functions[name]
            todo += [node.id for node in ast.walk(functions[name]) if isinstance(node, ast.Name)]
    return found


def test_what_is_pressed_stands_in_no_part_with_a_clock_of_its_own():
    # A click there waits for the part's own run, and whatever draws the page meanwhile throws it away.
    pressed = {
        f"{path.stem}.{name}"
        for path in (ROOT / "resnet_viz" / "ui").rglob("*.py")
        for name, part in timed_parts(ast.parse(path.read_text("utf-8"))).items()
        if re.search(r"\bst\.(button|download_button|form_submit_button)\(", ast.unparse(part))
    }
    assert pressed == {"job_light._draw"}  # its own label counts; it opens a page and changes nothing


def test_no_picture_is_shown_with_a_loss():
    """Streamlit makes a JPEG of every picture without transparency: a map's colours would be near those of its scale, not they."""
    for path in (ROOT / "resnet_viz" / "ui").rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "image":
                settings = {item.arg: ast.unparse(item.value) for item in call.keywords}
                is_drawing = "svg" in ast.unparse(call.args[0])
                assert is_drawing or settings.get("output_format") == "'PNG'", f"{path.name}, line {call.lineno}"


def functions_that_take(kind: str, *folders: str) -> list[str]:
    """Return the functions with a parameter of a kind, as ``file.py:function``."""
    found = []
    for path in (path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef):
                hints = [
                    ast.unparse(item.annotation) for item in (*node.args.args, *node.args.kwonlyargs) if item.annotation
                ]
                if any(kind in re.findall(r"\w+", hint) for hint in hints):
                    found.append(f"{path.name}:{node.name}")
    return found


def test_few_functions_of_the_interface_take_the_whole_subject():
    """What needs a network or a block is given a network or a block; a page's own state is small."""
    whole = functions_that_take("Subject", "resnet_viz/ui", "pages")
    assert len(whole) <= 20, whole
    assert functions_that_take("NetworkSummary", "resnet_viz/ui")
