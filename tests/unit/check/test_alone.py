"""The checker runs where there is no package: in a browser."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]

BLOCKED = """
import sys
blocked = {"numpy", "pandas", "keras", "tensorflow", "jax", "torch", "streamlit", "starlette", "plotly", "PIL", "graphviz",
    "onnx", "onnxruntime", "h5py", "safetensors", "psutil", "filelock", "platformdirs", "babel", "multiprocessing", "sqlite3", "ssl"}
class Wall:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in blocked:
            raise ImportError(name)
sys.meta_path.insert(0, Wall())
before = set(sys.modules)
"""


def ran(code):
    done = subprocess.run([sys.executable, "-c", BLOCKED + code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_it_needs_no_package_and_of_ours_only_three_rooms():
    own = "print(*sorted(name for name in sys.modules if name.startswith('resnet_viz')))"
    verdict, imported = ran(
        "from resnet_viz.check import judge, examples\nprint(judge(examples()['mistake'])['verdict'])\n" + own
    )
    assert verdict == "mistake"
    rooms = {".".join(name.split(".")[:2]) for name in imported.split()}
    assert rooms == {
        "resnet_viz",
        *(f"resnet_viz.{room}" for room in ("analysis", "check", "errors", "messages", "paths", "spec")),
    }


def test_that_wall_can_stop_something():
    done = subprocess.run([sys.executable, "-c", BLOCKED + "import numpy"], capture_output=True, check=False)
    assert done.returncode == 1


def test_a_check_leaves_nothing_behind():
    lines = ran(
        """
from resnet_viz.check import judge, examples
import builtins
judge(examples()["mistake"])
modules, names, limit = set(sys.modules), dict(vars(builtins)), sys.getrecursionlimit()
judge("import keras, tensorflow as tf, numpy as np\\nprint('hello')\\nlen = 3\\nimport nothing.of.this as it\\n" + examples()["mistake"])
print(set(sys.modules) == modules, dict(vars(builtins)) == names, sys.getrecursionlimit() == limit)
"""
    )
    assert lines == ["True True True"]
