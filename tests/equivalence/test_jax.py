"""JAX computes what TensorFlow computes. It starts once for all of this: starting and compiling is what it costs."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests import backends

ROOT = Path(__file__).parents[2]
# Nothing runs long enough to earn back what optimising it takes.
_QUICK = "--xla_backend_optimization_level=0 --xla_llvm_disable_expensive_passes=true"


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    """What TensorFlow in this process and JAX in another say: the run of both begins at TensorFlow's own first checkpoint."""
    here, there = (tmp_path_factory.mktemp(name) for name in ("tensorflow", "jax"))
    of_tensorflow = backends.answers(here)
    folder, other = backends.folder_of(here), backends.folder_of(there)
    shutil.copytree(folder.checkpoints / "update-00000000", other.checkpoints / "update-00000000")
    environment = os.environ | {"KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu", "XLA_FLAGS": _QUICK}
    command = [sys.executable, "-m", "tests.backends", str(there)]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return of_tensorflow, json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("name", backends.FORWARD)
def test_the_same_models_run_on_jax(answers, name):
    of_tensorflow, of_jax = (told["forward"][name] for told in answers)
    assert of_jax == pytest.approx(of_tensorflow, rel=1e-3)  # other kernels sum in another order


def test_gradients_on_jax_are_those_on_tensorflow(answers):
    of_tensorflow, of_jax = (told["gradients"] for told in answers)
    assert of_jax == pytest.approx(of_tensorflow, rel=2e-3)


def test_jax_trains_the_same_run(answers):
    """Equal to rounding in float32."""
    of_tensorflow, of_jax = (told["training"] for told in answers)
    assert ("tensorflow" in of_tensorflow["device"], "jax" in of_jax["device"]) == (True, True)
    assert [line["update"] for line in of_tensorflow["metrics"]] == [1, 2]
    for one, two in zip(of_tensorflow["metrics"], of_jax["metrics"], strict=True):
        assert one["loss"] == pytest.approx(two["loss"], rel=1e-4)
        assert list(one["gradient_norms"].values()) == pytest.approx(list(two["gradient_norms"].values()), rel=1e-3)
