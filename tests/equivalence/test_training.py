"""The loop with the real Keras: its arithmetic, its checkpoints, its end; small networks, seconds each."""

import json
import math
import multiprocessing
import os
import resource
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from resnet_viz.cli.main import main
from resnet_viz.datasets.sources import open_source
from resnet_viz.errors import JobError
from resnet_viz.training.batches import Batches
from resnet_viz.training.control import Unattended
from resnet_viz.training.demos import demo
from resnet_viz.training.plan import with_settings
from resnet_viz.training.record import RunFolder, RunRecord
from tests import killed

# Three stages, two of which change the size; compiling is what a run costs here.
_STAGES = "width=0.25,stages.2.blocks=1,stages.3.blocks=1,stages.4.blocks=1"
TINY = {
    "size_px": "12",
    "seconds": "0",
    "updates": "12",
    "batch": "12",
    "data.train": "48",
    "data.validation": "24",
    "measure_every": "2",
    "evaluate_every": "3",
    "networks.plain": f"cifar-plain-20,{_STAGES}",
    "networks.residual": f"cifar-20,{_STAGES}",
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


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A run from beginning to end, for all who compare."""
    return run(tmp_path_factory.mktemp("whole"), plan())


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


def test_a_run_measures_what_it_says(whole):
    folder, record = whole
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


def test_a_run_that_was_stopped_equals_one_that_was_not(tmp_path, whole):
    from resnet_viz.training.session import Session

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
    assert_same(folder, whole[0])


def assert_same(folder, whole):
    """Compare two runs, bit for bit."""
    assert curve(folder) == curve(whole)
    for name in (network.name for network in whole.load().plan.networks):
        one, other = ((f.weights / f"{name}.safetensors").read_bytes() for f in (whole, folder))
        assert one == other


def test_a_killed_process_resumes_bit_for_bit(tmp_path):
    """Three kills at random moments here, 200 in the soak; the resumed curve equals the uninterrupted one."""
    kills, source = int(os.environ.get("RESNET_VIZ_KILLS", "3")), np.random.default_rng(0)
    own = plan(updates=str(20 * kills + 20), measure_every="1", evaluate_every="20")
    whole, _record = run(tmp_path / "whole", own)
    folder = folder_of(tmp_path / "killed", own)
    for _kill in range(kills):
        process = killed.begun(killed.train, str(folder.path))
        _kill_at_random(process, folder, source)
        process.join()
        assert process.exitcode == -signal.SIGKILL  # it had not come to its end before
    process = killed.begun(killed.train, str(folder.path))
    process.join(PATIENCE_S)
    assert process.exitcode == 0
    assert folder.load().state == "done"
    assert_same(folder, whole)
    print(f"{kills} kills")


def _kill_at_random(process, folder, source):
    """Kill a process some measurements and a part of an update or checkpoint after it began to train."""
    before = folder.load().phases.get("compile", 0.0)
    alive = process.is_alive
    wait_for(lambda: folder.load().phases.get("compile", 0.0) > before and folder.load().phase == "train", alive)
    place, more = folder.read_metrics().next, source.integers(0, 16)
    wait_for(lambda: len(folder.read_metrics(place).metrics) >= more, alive)
    moment = time.perf_counter() + float(source.uniform(0, 0.05))
    wait_for(lambda: time.perf_counter() >= moment, alive, every_s=0.0)
    process.kill()


def wait_for(condition, is_alive, every_s=0.002):
    """Wait for what a process brings about."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        if condition():
            return
        assert is_alive(), "the process has ended"
        time.sleep(every_s)
    pytest.fail(f"not within {PATIENCE_S} s")


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


class Filling(Unattended):
    """Fills the disk once the run has begun: from then on no file grows above so many bytes."""

    def __init__(self, most_bytes):
        self.limits = (most_bytes, resource.getrlimit(resource.RLIMIT_FSIZE)[1])

    def command(self):
        """Go on, with little space."""
        resource.setrlimit(resource.RLIMIT_FSIZE, self.limits)
        return "go"


def test_a_full_disk_fails_with_a_sentence_and_goes_on_from_the_last_checkpoint(tmp_path, whole):
    """A limit on the size of files is a disk that takes run.json and no checkpoint more; then there is space again."""
    from resnet_viz.training.session import Session

    most_bytes, limits = 4500, resource.getrlimit(resource.RLIMIT_FSIZE)
    folder = folder_of(tmp_path, plan())
    try:
        with pytest.raises(JobError, match=r"The run could not be kept \(File too large\): free some space"):
            Session(folder, store=tmp_path, wanted="cpu", control=Filling(most_bytes)).run()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    record = folder.load()
    assert record.state == "failed"
    assert record.sentence.startswith("The run could not be kept (File too large): free some space")
    assert [path.name for path in folder.checkpoints.iterdir()] == ["update-00000000"]
    data = folder.metrics.read_bytes()
    assert data.endswith(b"\n")
    assert 0 < len(data) <= most_bytes < whole[0].metrics.stat().st_size
    assert Session(folder, store=tmp_path, wanted="cpu").run().state == "done"
    assert_same(folder, whole[0])


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


@pytest.fixture
def terminal(monkeypatch, capsys):
    """The command line in this process, which has imported Keras already; a process of its own: the test of Ctrl-C."""
    monkeypatch.setattr(os, "environ", os.environ.copy())
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def run_main(*words):
        return main(["train", *words]), *capsys.readouterr()

    yield run_main
    for number, handler in handlers.items():
        signal.signal(number, handler)


def test_the_terminal_trains_resumes_and_says_its_conclusion(tmp_path, terminal):
    out = tmp_path / "run"
    settings = [word for path, value in TINY.items() for word in ("--set", f"{path}={value}")]
    start = ["--demo", "plain-vs-residual", "--device", "cpu", "--seed", "3", "--out", str(out), *settings]
    status, said, errors = terminal(*start)
    assert status == 0, errors
    assert "After 12 steps" in said
    lines = [json.loads(line) for line in (out / "metrics.jsonl").read_text().splitlines()]
    assert {line["network"] for line in lines} == {"plain", "residual"}
    assert all("training_accuracy" in line for line in lines)
    status, said, errors = terminal("--resume", str(out), "--updates", "16")
    assert status == 0, errors
    assert "After 16 steps" in said
    status, _said, errors = terminal(*start)
    assert status == 2
    assert "`--out` must be a folder without a run" in errors


def test_the_terminal_trains_on_ones_own_folders(tmp_path, terminal):
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
    words = ["--demo", "plain-vs-residual", "--device", "cpu", "--out", str(out), *settings, "--pictures", str(path)]
    status, said, errors = terminal(*words)
    assert status == 0, errors
    record = RunFolder(out).load()
    assert record.classes == ("dark", "red")
    assert "Right on 6 held-back pictures" in said


def test_ctrl_c_keeps_a_checkpoint_and_says_how_to_go_on(tmp_path):
    out = tmp_path / "run"
    settings = [word for path, value in (TINY | {"updates": "100000"}).items() for word in ("--set", f"{path}={value}")]
    command = [sys.executable, "-m", "resnet_viz", "train", "--demo", "plain-vs-residual", "--out", str(out), *settings]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    folder = RunFolder(out)
    wait_for(lambda: folder.read_metrics().metrics, lambda: process.poll() is None)
    process.send_signal(signal.SIGINT)
    text, _errors = process.communicate(timeout=PATIENCE_S)
    assert f"Go on with `--resume {out}`" in text
    assert folder.load().state == "interrupted"
    assert any(folder.checkpoints.iterdir())


def test_two_devices_share_a_batch_and_agree_with_one(tmp_path):
    """MirroredStrategy over two virtual CPUs: the mean of two half batches' gradients is the gradient of the whole."""
    settings = TINY | {"spec.use_batch_norm": "off", "optimizer.learning_rate": "0.01"}
    here, there = multiprocessing.Pipe(duplex=False)
    process = killed.begun(killed.mirrored, str(tmp_path), settings, there)
    wait_for(here.poll, process.is_alive)
    told = here.recv()
    process.join()
    assert told["dealt"] == [6, 6]
    assert len(set(told["one"])) == 3  # it learns
    assert told["two"] == pytest.approx(told["one"], rel=1e-4)


def test_the_shortcut_makes_the_difference_the_demo_claims(tmp_path):
    """The recording's seed, for as many updates as show it: its gap is 0.56 after 40, and as it should be after all 72."""
    from resnet_viz.training.conclusions import conclusion_of

    own = with_settings(demo("plain-vs-residual").plan, {"updates": "40", "seed": "1"})
    folder, record = run(tmp_path, own)
    conclusion = conclusion_of(record, folder.read_metrics().metrics)
    assert conclusion.numbers["update"] == own.updates
    assert conclusion.numbers["gap"] >= 0.4
    assert "Stopped after 40 of 72" in " ".join(conclusion.sentences)
