"""A runner over jobs that do what a training process does, but train nothing: for the tests of the queue."""

import sys
import time

import pytest

from resnet_viz.jobs.runner import LocalRunner
from resnet_viz.jobs.store import RunStore
from resnet_viz.training.plan import Plan
from tests.patience import PATIENCE_S

JOB = """
import json, os, sys, threading, time
folder, _store, _device, _language, *rest = sys.argv[1:]
wanted = ["pause" if "start_held" in rest else "go"]
def listen():
    for line in sys.stdin:
        wanted[0] = line.strip()
    if wanted[0] != "cancel":
        wanted[0] = "interrupt"
threading.Thread(target=listen, daemon=True).start()
path = os.path.join(folder, "run.json")
record = json.load(open(path))
def beat():
    while True:
        print(".", flush=True)
        time.sleep(0.05)
threading.Thread(target=beat, daemon=True).start()
def save(**parts):
    record.update(parts)
    with open(path + ".new", "w") as file:
        json.dump(record, file)
    os.replace(path + ".new", path)
kind = record["plan"]["networks"][0]["name"]
while os.path.exists(os.path.join(folder, "imports")):  # as Keras does, for a while
    time.sleep(0.01)
if kind == "dies":
    os._exit(9)
if "start_held" in rest:
    save(state="prepared")
    while wanted[0] == "pause":
        time.sleep(0.01)
save(state="running")
while record["update"] < record["plan"]["updates"] and wanted[0] != "interrupt":
    if wanted[0] == "cancel":
        if kind == "deaf":
            time.sleep(60)
        save(state="cancelled")
        os._exit(0)
    if wanted[0] == "pause":
        save(state="paused")
        while wanted[0] == "pause":
            time.sleep(0.01)
        save(state="running")
    time.sleep(0.02)
    save(update=record["update"] + 1)
    with open(os.path.join(folder, "metrics.jsonl"), "a") as file:
        file.write(json.dumps({"network": kind, "update": record["update"], "training_accuracy": 0.5}) + "\\n")
save(state="interrupted" if wanted[0] == "interrupt" else "done")
"""


def plan(updates=5, kind="course"):
    return Plan.from_dict({"updates": updates, "seconds": 0.0, "networks": [{"name": kind, "text": "course"}]})


@pytest.fixture
def runners(tmp_path):
    """Return a maker of runners over one store, as one server after another."""
    script = tmp_path / "job.py"
    script.write_text(JOB, "utf-8")
    made = []

    def make():
        runner = LocalRunner(RunStore(tmp_path / "runs"), tmp_path, command=[sys.executable, str(script)])
        made.append(runner)
        runner.start()
        return runner

    yield make
    for runner in made:
        runner.close()


def wait_for(condition, timeout_s=PATIENCE_S):
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        if condition():
            return
        time.sleep(0.01)
    pytest.fail("it did not come about")


def state_of(runner, run):
    return runner.store.find(run.id).state


def pid(runner, run):
    return int(runner.store.files(run.id).pid.read_text() or 0)
