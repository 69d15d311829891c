"""Published and promised attacks on readers of weights files: each is refused in time, or read as arrays and nothing else."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from resnet_viz.errors import WeightsError
from resnet_viz.weights.containers.contents import MAX_FILE_BYTES
from resnet_viz.weights.formats import read_weights
from tests.attack_files import ATTACKS, MARK, main

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def tried(tmp_path_factory):
    """What became of every file, each read by a process of its own with the reader's limits."""
    if not hasattr(os, "fork"):
        pytest.skip("each file is read in a fork, which this system does not have")
    folder, work = tmp_path_factory.mktemp("attacks"), tmp_path_factory.mktemp("work")
    main(folder)
    command = [sys.executable, "-W", "ignore", "-m", "tests.read_weights_files", str(folder)]
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=work, env=environment, capture_output=True, text=True, check=True)
    assert not [*folder.rglob(f"*{MARK}*"), *work.parent.rglob(f"*{MARK}*")]
    return dict(zip(ATTACKS, json.loads(done.stdout), strict=True))


@pytest.mark.parametrize(
    "name", [pytest.param(name, id=f"{name} ({attack.known})") for name, attack in ATTACKS.items()]
)
def test_an_attack_is_refused_or_its_arrays_are_read_and_nothing_runs(tried, name):
    outcome, sentence, seconds, extra_bytes = tried[name]
    says = ATTACKS[name].says
    assert outcome == ("sentence" if says else "arrays"), sentence
    assert re.search(says, sentence), sentence
    assert seconds <= 2
    assert extra_bytes <= 300_000_000


def test_a_file_that_is_too_large_is_refused_before_it_is_read(tmp_path):
    path = tmp_path / "large"
    with path.open("wb") as file:
        file.truncate(MAX_FILE_BYTES + 1)
    with pytest.raises(WeightsError, match=r"^This file has 400 MB; at most 400 MB are read\."):
        read_weights(path)
