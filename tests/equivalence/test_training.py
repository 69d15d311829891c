"""The loop with the real Keras: its arithmetic, its checkpoints, its end; small networks, seconds each."""

import json
import math
import os
import shutil
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from resnet_viz.datasets.sources import open_source
from resnet_viz.training.batches import Batches
from resnet_viz.training.demos import demo
from resnet_viz.training.plan import with_settings
from resnet_viz.training.record import RunFolder, RunRecord

TINY = {
    "size_px": "12",
    "seconds": "0",
    "updates": "12",
    "batch": "12",
    "data.train": "48",
    "data.validation": "24",
    "measure_every": "2",
    "evaluate_every": "3",
    "networks.plain": "cifar-plain-20,width=0.25,stages.2.blocks=1,stages.3.blocks=1,stages.4.blocks=1",
    "networks.residual": "cifar-20,width=0.25,stages.2.blocks=1,stages.3.blocks=1,stages.4.blocks=1",
}
# What a clock or the machine decides; all else must repeat.
CLOCK = ("seconds", "images_per_s", "memory_bytes")
PATIENCE_S = 600  # how long a starved process may take; one that is quick costs nothing


def plan(**settings):
    return with_settings(demo("plain-vs-residual").plan, TINY | settings)


def folder_of(path, own):
    folder = RunFolder(path)
    folder.save(RunRecord(own))
    return folder


def run(path, own, **options):
    from resnet_viz.training.session import Session

    folder = folder_of(path, own)
    return folder, Session(folder, store=path, wanted="cpu", **options).run()


def curve(folder):
    return [{k: v for k, v in line.items() if k not in CLOCK} for line in folder.read_metrics()[0]]


def trainer_of(own, name="residual"):
    from resnet_viz.training.trainer import Trainer

    return Trainer(own.summaries(6)[name], own, batch=own.batch)


def test_loss_gradient_norms_and_update_are_those_of_a_gradient_tape(tmp_path):
    """One SGD step by hand with TensorFlow's own tape; float32 sums in another order: 1e-5 of the largest."""
    import tensorflow as tf

    own = plan()
    trainer, batches = trainer_of(own), Batches(own, open_source(own.data, 12, tmp_path))
    x, y = batches[0]
    before = trainer.weights()
    with tf.GradientTape() as tape:
        logits = trainer.model(x, training=True)
        loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(y, logits))
    gradients = tape.gradient(loss, [weight.value for weight in trainer.model.trainable_variables])
    for weight in trainer.model.weights:  # the call above moved BatchNorm's statistics
        weight.assign(before[weight.path])
    step = trainer.step(x, y)
    assert step.loss == pytest.approx(float(loss), rel=1e-5)
    assert step.accuracy == pytest.approx(float(np.mean(np.argmax(logits, axis=1) == y)))
    squares = dict.fromkeys(trainer.groups, 0.0)
    for weight, gradient in zip(trainer.model.trainable_variables, gradients, strict=True):
        layer = weight.path.partition("/")[0]
        group = next((name for name in trainer.groups[1:-1] if f"{name}_" in layer), None)
        group = group or ("head" if layer.startswith("fc") else "stem")
        squares[group] += float(tf.reduce_sum(gradient**2))
        moved = before[weight.path] - own.optimizer.learning_rate * gradient.numpy()
        assert np.allclose(weight.value.numpy(), moved, atol=1e-5 * max(1, np.abs(moved).max()))
    expected = [math.sqrt(square) for square in squares.values()]
    assert step.gradient_norms == pytest.approx(expected, rel=1e-4)


def test_evaluation_is_inference_on_every_picture_once(tmp_path):
    own = plan()
    trainer = trainer_of(own)
    images, labels = open_source(own.data, 12, tmp_path).validation()
    found = trainer.evaluate(images[:17], labels[:17])
    logits = trainer.model(images[:17] * np.float32(1 / 255), training=False).numpy()
    assert found.predictions.tolist() == logits.argmax(axis=1).tolist()
    losses = [math.log(sum(math.exp(v - row[label]) for v in row)) for row, label in zip(logits, labels, strict=False)]
    assert found.loss == pytest.approx(sum(losses) / 17, rel=1e-5)


def test_compiling_leaves_no_trace(tmp_path):
    own = plan()
    trainer = trainer_of(own)
    before = trainer.arrays()
    trainer.compile(*Batches(own, open_source(own.data, 12, tmp_path))[0])
    after = trainer.arrays()
    assert all(np.array_equal(before[name], after[name]) for name in before)


def test_a_run_measures_what_it_says(tmp_path):
    folder, record = run(tmp_path, plan())
    assert (record.state, record.update, record.batch) == ("done", 12, 12)
    lines = folder.read_metrics()[0]
    assert [(line["network"], line["update"]) for line in lines[:4]] == [
        ("plain", 2),
        ("residual", 2),
        ("plain", 4),
        ("residual", 4),
    ]
    assert all(0 <= line["training_accuracy"] <= 1 and line["loss"] > 0 for line in lines)
    looked = [line["update"] for line in lines if "validation_accuracy" in line]
    assert looked == [6, 6, 12, 12]
    assert folder.frames() == [6, 12]
    assert set(folder.load_frame(12)["plain"]) == {"res2a_out", "res3a_out", "res4a_out"}
    assert sum(map(sum, record.final["plain"]["confusion"])) == 24
    assert set(record.phases) == {"import", "data", "build", "compile", "train", "evaluate"}
    from safetensors.numpy import load_file

    from resnet_viz.weights.fit import fit

    arrays = load_file(folder.weights / "residual.safetensors")
    shapes = {name: tuple(array.shape) for name, array in arrays.items()}
    assert fit(record.plan.summaries(6)["residual"], shapes).is_complete


def test_a_run_that_was_stopped_equals_one_that_was_not(tmp_path):
    from resnet_viz.training.session import Session

    whole, _record = run(tmp_path / "whole", plan())

    class Stopping:
        def __init__(self, after):
            self.left = after

        def command(self):
            self.left -= 1
            return "go" if self.left >= 0 else "interrupt"

    folder = folder_of(tmp_path / "parts", plan())
    # Stopped between two measurements, too.
    states = [Session(folder, store=tmp_path, wanted="cpu", control=Stopping(n)).run().state for n in (3, 5, 100)]
    assert states == ["interrupted", "interrupted", "done"]
    assert curve(folder) == curve(whole)
    for name in ("plain", "residual"):
        one, other = ((f.weights / f"{name}.safetensors").read_bytes() for f in (whole, folder))
        assert one == other


def test_a_killed_process_resumes_bit_for_bit(tmp_path):
    """Three kills at random moments here, 200 in the soak; the resumed curve equals the uninterrupted one."""
    kills, source = int(os.environ.get("RESNET_VIZ_KILLS", "3")), np.random.default_rng(0)
    own = plan(updates=str(20 * kills + 20), measure_every="1", evaluate_every="20")
    whole, _record = run(tmp_path / "whole", own)
    folder = folder_of(tmp_path / "killed", own)
    command = [sys.executable, "-c", KILLED, str(folder.path)]
    for _kill in range(kills):
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
        _kill_at_random(process, folder, source)
        assert process.wait() == -signal.SIGKILL  # it had not come to its end before
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    assert folder.load().state == "done"
    assert curve(folder) == curve(whole)
    for name in ("plain", "residual"):
        one, other = ((f.weights / f"{name}.safetensors").read_bytes() for f in (whole, folder))
        assert one == other
    print(f"{kills} kills")


def _kill_at_random(process, folder, source):
    """Kill a process some measurements and a part of an update or checkpoint after it began to train."""
    before = folder.load().phases.get("compile", 0.0)
    wait_for(lambda: folder.load().phases.get("compile", 0.0) > before and folder.load().phase == "train", process)
    place, more = folder.read_metrics().next, source.integers(0, 16)
    wait_for(lambda: len(folder.read_metrics(place).metrics) >= more, process)
    moment = time.perf_counter() + float(source.uniform(0, 0.05))
    wait_for(lambda: time.perf_counter() >= moment, process, every_s=0.0)
    process.kill()


def wait_for(condition, process, every_s=0.002):
    """Wait for what a process brings about."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        if condition():
            return
        assert process.poll() is None, "the process has ended"
        time.sleep(every_s)
    pytest.fail(f"not within {PATIENCE_S} s")


# Checkpoints far more often than in life, so that kills fall into them too.
KILLED = """
import sys
from pathlib import Path
import resnet_viz.training.loop as loop
from resnet_viz.training.session import Session
from resnet_viz.training.device import choose_device
from resnet_viz.training.record import RunFolder
loop.CHECKPOINT_S, loop.CHECKPOINT_SHARE = 0.05, 1e9
choose_device("cpu")
Session(RunFolder(Path(sys.argv[1])), store=Path(sys.argv[1]), wanted="cpu").run()
"""


def test_a_network_that_leaves_the_numbers_is_stopped_and_rolled_back(tmp_path):
    own = plan(**{"optimizer.learning_rate": "9000", "updates": "40", "spec.use_batch_norm": "off"})
    folder, record = run(tmp_path, own)
    assert set(record.diverged) == {"plain", "residual"}
    assert "Try a learning rate below 9000" in record.sentence
    from safetensors.numpy import load_file

    for name in record.diverged:
        arrays = load_file(folder.weights / f"{name}.safetensors")
        assert all(np.isfinite(array).all() for array in arrays.values())
    measured = folder.read_metrics().metrics
    assert {line["network"] for line in measured} <= set(record.diverged)
    assert all(math.isfinite(line["loss"]) for line in measured)


def test_out_of_memory_halves_the_batch_and_says_so(tmp_path, monkeypatch):
    from resnet_viz.training import trainer

    compiled = trainer.Trainer.compile

    def hungry(self, x, y):
        if len(x) > 3:
            raise MemoryError
        compiled(self, x, y)

    monkeypatch.setattr(trainer.Trainer, "compile", hungry)
    _folder, record = run(tmp_path, plan(updates="4"))
    assert (record.state, record.batch) == ("done", 3)
    assert record.sentence == "Memory ran out with 6 pictures per update: going on with 3."


def test_a_full_disk_fails_with_a_sentence_and_goes_on_from_the_last_checkpoint(tmp_path):
    """A limit on the size of files is a disk that takes run.json and no checkpoint more; then there is space again."""
    own = plan(measure_every="1")
    whole, _record = run(tmp_path / "whole", own)
    folder = folder_of(tmp_path / "full", own)
    done = subprocess.run([sys.executable, "-c", FULL, str(folder.path)], capture_output=True, text=True, check=False)
    assert "JobError: The run could not be kept (File too large): free some space" in done.stderr
    record = folder.load()
    assert record.state == "failed"
    assert record.sentence.startswith("The run could not be kept (File too large): free some space")
    assert [path.name for path in folder.checkpoints.iterdir()] == ["update-00000000"]
    data = folder.metrics.read_bytes()
    assert data.endswith(b"\n")
    assert 0 < len(data) <= FULL_BYTES
    subprocess.run([sys.executable, "-c", KILLED, str(folder.path)], check=True)
    assert folder.load().state == "done"
    assert curve(folder) == curve(whole)


FULL_BYTES = 9000
FULL = """
import resource, sys
from pathlib import Path
from resnet_viz.training.control import Unattended
from resnet_viz.training.session import Session
from resnet_viz.training.device import choose_device
from resnet_viz.training.record import RunFolder
class Filling(Unattended):
    def command(self):
        resource.setrlimit(resource.RLIMIT_FSIZE, (BYTES, BYTES))
        return "go"
choose_device("cpu")
Session(RunFolder(Path(sys.argv[1])), store=Path(sys.argv[1]), wanted="cpu", control=Filling()).run()
""".replace("BYTES", str(FULL_BYTES))


def test_a_finder_stops_when_the_loss_breaks_out(tmp_path):
    own = plan(
        **{
            "optimizer.schedule": "growing",
            "optimizer.learning_rate": "0.001",
            "optimizer.final_learning_rate": "1000",
            "optimizer.decay_updates": "60",
            "updates": "60",
            "stop_at_rise": "3",
        }
    )
    folder, record = run(tmp_path, own)
    assert record.state == "done"
    assert record.update < 60
    rates = [line["learning_rate"] for line in folder.read_metrics()[0] if line["network"] == "plain"]
    ratios = np.diff(np.log(rates))
    assert ratios == pytest.approx(np.full(len(ratios), 2 * math.log(10**6) / 60), rel=1e-3)


def test_the_terminal_trains_resumes_and_says_its_conclusion(tmp_path):
    out = tmp_path / "run"
    base = [sys.executable, "-m", "resnet_viz", "train"]
    settings = [word for path, value in TINY.items() for word in ("--set", f"{path}={value}")]
    start = [*base, "--demo", "plain-vs-residual", "--device", "cpu", "--seed", "3", "--out", str(out), *settings]
    first = subprocess.run(start, capture_output=True, text=True, check=False)
    assert first.returncode == 0, first.stderr
    assert "After 12 steps" in first.stdout
    lines = [json.loads(line) for line in (out / "metrics.jsonl").read_text().splitlines()]
    assert {line["network"] for line in lines} == {"plain", "residual"}
    assert all("training_accuracy" in line for line in lines)
    more = subprocess.run([*base, "--resume", str(out), "--updates", "16"], capture_output=True, text=True, check=False)
    assert more.returncode == 0, more.stderr
    assert "After 16 steps" in more.stdout
    again = subprocess.run(start, capture_output=True, text=True, check=False)
    assert again.returncode == 2
    assert "`--out` must be a folder without a run" in again.stderr


def test_the_terminal_trains_on_ones_own_folders(tmp_path):
    import io
    import zipfile

    from PIL import Image

    path = tmp_path / "mine.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(30):
            picture = io.BytesIO()
            Image.new("RGB", (20, 20), ((number % 2) * 200, number, 0)).save(picture, "PNG")
            archive.writestr(f"{('dark', 'red')[number % 2]}/{number}.png", picture.getvalue())
    out = tmp_path / "run"
    settings = [word for path, value in TINY.items() if "data." not in path for word in ("--set", f"{path}={value}")]
    command = [sys.executable, "-m", "resnet_viz", "train", "--demo", "plain-vs-residual", "--out", str(out), *settings]
    done = subprocess.run([*command, "--pictures", str(path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    record = RunFolder(out).load()
    assert record.classes == ("dark", "red")
    assert "Right on 6 held-back pictures" in done.stdout


def test_ctrl_c_keeps_a_checkpoint_and_says_how_to_go_on(tmp_path):
    out = tmp_path / "run"
    settings = [word for path, value in (TINY | {"updates": "100000"}).items() for word in ("--set", f"{path}={value}")]
    command = [sys.executable, "-m", "resnet_viz", "train", "--demo", "plain-vs-residual", "--out", str(out), *settings]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    folder = RunFolder(out)
    wait_for(lambda: folder.read_metrics().metrics, process)
    process.send_signal(signal.SIGINT)
    text, _errors = process.communicate(timeout=PATIENCE_S)
    assert f"Go on with `--resume {out}`" in text
    assert folder.load().state == "interrupted"
    assert any(folder.checkpoints.iterdir())


def test_jax_trains_the_same_run(tmp_path):
    """From TensorFlow's own first checkpoint, whatever each backend's random stream: equal to rounding in float32."""
    own = plan(updates="2", measure_every="1")
    folder, _record = run(tmp_path / "tensorflow", own)
    other = folder_of(tmp_path / "jax", own)
    shutil.copytree(folder.checkpoints / "update-00000000", other.checkpoints / "update-00000000")
    environment = os.environ | {"KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu"}
    subprocess.run([sys.executable, "-c", KILLED, str(other.path)], check=True, env=environment)
    record = other.load()
    assert "jax" in record.device
    mine, theirs = folder.read_metrics().metrics, other.read_metrics().metrics
    assert [(line["network"], line["update"]) for line in mine[:2]] == [("plain", 1), ("residual", 1)]
    for one, two in zip(mine[:2], theirs[:2], strict=True):
        assert one["loss"] == pytest.approx(two["loss"], rel=1e-4)
        assert list(one["gradient_norms"].values()) == pytest.approx(list(two["gradient_norms"].values()), rel=1e-3)


def test_two_devices_share_a_batch_and_agree_with_one(tmp_path):
    """MirroredStrategy over two virtual CPUs: the mean of two half batches' gradients is the gradient of the whole."""
    done = subprocess.run([sys.executable, "-c", MIRRORED, str(tmp_path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["dealt"] == [6, 6]
    assert len(set(told["one"])) == 3  # it learns
    assert told["two"] == pytest.approx(told["one"], rel=1e-4)


MIRRORED = """
import json, sys
from pathlib import Path
import numpy as np
import tensorflow as tf
cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
from resnet_viz.datasets.sources import open_source
from resnet_viz.training.batches import Batches
from resnet_viz.training.demos import demo
from resnet_viz.training.plan import with_settings
from resnet_viz.training.trainer import Trainer, splitter
TINY = json.loads('''SETTINGS''')
plan = with_settings(demo("plain-vs-residual").plan, TINY)
batches = Batches(plan, open_source(plan.data, 12, Path(sys.argv[1])))
summary = plan.summaries(6)["residual"]
# Without BatchNorm: each device would take the statistics of its own half.
x, y = batches[0]
one = Trainer(summary, plan, batch=12)
strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
with strategy.scope():
    two = Trainer(summary, plan, batch=12)
split = splitter(strategy)
dealt = [len(part) for part in strategy.experimental_local_results(split(x))]
told = {"dealt": dealt, "one": [one.step(x, y).loss for _ in range(3)], "two": [two.step(split(x), split(y)).loss for _ in range(3)]}
print(json.dumps(told))
""".replace("SETTINGS", json.dumps(TINY | {"spec.use_batch_norm": "off", "optimizer.learning_rate": "0.01"}))


def test_the_shortcut_makes_the_difference_the_demo_claims(tmp_path):
    """The demo as it is, but for a seed; the gap is the page's conclusion. Seeds 0 to 5: 0.42 to 0.77 (2026-11-26)."""
    from resnet_viz.training.conclusions import conclusion_of

    own = with_settings(demo("plain-vs-residual").plan, {"seed": "1"})
    folder, record = run(tmp_path, own)
    conclusion = conclusion_of(record, folder.read_metrics().metrics)
    assert conclusion.numbers["update"] == own.updates
    assert conclusion.numbers["gap"] >= 0.4
    assert "Stopped after" not in " ".join(conclusion.sentences)
