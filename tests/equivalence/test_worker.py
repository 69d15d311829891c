"""The worker: right values, restarted when killed, bounded, cancellable, and silent about nothing."""

import errno
import itertools
import os
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from resnet_viz import backends
from resnet_viz.analysis import analyse
from resnet_viz.attribution.catalogue import AttributionRequest
from resnet_viz.backends import BACKENDS, backend_name
from resnet_viz.engine.inference import InferenceModel
from resnet_viz.errors import (
    BackendMissingError,
    BusyError,
    CancelledError,
    ExplanationError,
    ImageError,
    JobError,
    SpecError,
    UnknownLayerError,
    WeightsError,
)
from resnet_viz.model.build import build_model
from resnet_viz.spec import build_graph, preset
from resnet_viz.weights.content import Content, content_of
from resnet_viz.weights.fit import expected_arrays
from resnet_viz.weights.start import network_arrays
from resnet_viz.worker.client import Waiting, WorkerClient
from resnet_viz.worker.request import Bench, Network
from resnet_viz.worker.requests.activations import Activations
from resnet_viz.worker.requests.depth import Depth
from resnet_viz.worker.requests.explain import Explain
from resnet_viz.worker.requests.fields import EffectiveFields
from resnet_viz.worker.requests.pixel import Pixel
from resnet_viz.worker.requests.sanity import CheckSanity
from resnet_viz.worker.wire import Message, read_message, write_message
from resnet_viz.worker.workers import Workers
from tests.patience import PATIENCE_S

SPEC = preset("cifar-20", input_shape=(16, 16, 3))
NODES = ["res2a_out", "res3b_add", "fc10_softmax"]


def picture(seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).uniform(size=SPEC.input_shape).astype(np.float32)


def network_of(spec=SPEC, **options) -> InferenceModel:
    """Return a network with its random start, in this process."""
    summary = analyse(spec)
    return InferenceModel(summary, network_arrays(summary), **options)


@pytest.fixture(scope="module")
def workers():
    """Both workers; Keras starts once for all."""
    both = Workers()
    yield both
    both.close()


@pytest.fixture(scope="module", params=["looking", "gradient"])
def worker(request, workers):
    """Each worker in turn: both answer whatever has no backward pass, and are supervised alike."""
    return workers.clients[request.param]


@pytest.fixture
def own_worker():
    client = WorkerClient(max_pending=4)
    yield client
    client.close()


def asked(client, spec, values, nodes, *, weights=None, surgery="", **waiting):
    content = content_of(weights) if isinstance(weights, Path) else weights
    return client.ask(Activations(Network(spec, content, surgery), values, nodes), Waiting(**waiting))


HEAD = """
import os, sys, time
from pathlib import Path
from resnet_viz.worker.wire import read_message, write_message
out, inp = sys.stdout.buffer, open(0, "rb", buffering=0)

def say(number, **header):
    write_message(out, {"id": number, **header})

def take():
    while (message := read_message(inp)).header["op"] == "cancel":
        pass
    say(message.header["id"], progress="taken", share=0.0)
    return message.header["id"], message.header["request"]["nodes"]

def done(number):
    say(number, ok=True, result={})

def ready():
    say(0, ok=True, engine="none")

"""


def stand_in(code: str, **options) -> WorkerClient:
    """Return a client whose worker is a few lines that speak the protocol, to make it misbehave at will."""
    return WorkerClient("looking", [sys.executable, "-c", HEAD + code], **{"max_pending": 4, **options})


def until(condition, seconds: float = PATIENCE_S) -> bool:
    """Wait for a state, and return whether it came."""
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.01)
    return bool(condition())


class Asker(threading.Thread):
    """Somebody who asks, and the sentence that came of it; "" is an answer."""

    def __init__(self, client, nodes, **waiting):
        super().__init__(target=self._ask, args=(client, nodes), kwargs=waiting, daemon=True)
        self.sentence = None
        self.start()

    def _ask(self, client, nodes, **waiting):
        try:
            asked(client, SPEC, picture(), nodes, **waiting)
            self.sentence = ""
        except JobError as error:
            self.sentence = str(error)


# --- Values ---------------------------------------------------------------------------------------------------------


def test_a_photograph_through_all_16_blocks_obeys_the_blocks_own_arithmetic():
    """X + F(x) is the sum and its ReLU the output, in every block, at 64 px."""
    spec = preset("course")
    network = network_of(spec)
    from resnet_viz.images.preprocess import NORMALISATIONS, as_input
    from resnet_viz.images.samples import sample_picture

    values = as_input(sample_picture("cat").rgb, spec.input_shape, "crop", NORMALISATIONS["unit"])
    assert len(network.summary.graph.blocks) == 16
    for block in network.summary.graph.blocks:
        maps = network.activations(values, [block.branch, block.shortcut, block.add, block.out])
        np.testing.assert_allclose(maps[block.add], maps[block.branch] + maps[block.shortcut], rtol=1e-5, atol=1e-5)
        np.testing.assert_array_equal(maps[block.out], np.maximum(maps[block.add], 0))
        assert maps[block.out].std() > 0


def test_the_worker_returns_what_the_model_computes(worker):
    answer = asked(worker, SPEC, picture(), NODES)
    expected = network_of().activations(picture(), NODES)
    assert answer.keys() == expected.keys()
    for name, array in expected.items():
        np.testing.assert_allclose(answer[name], array, rtol=1e-5, atol=1e-6)


def test_only_what_was_asked_for_comes_back_and_input_is_the_picture(worker):
    answer = asked(worker, SPEC, picture(3), ["input"])
    assert list(answer) == ["input"]
    np.testing.assert_array_equal(answer["input"], picture(3))


def test_weights_that_fit_are_used_and_others_passed_over(worker, tmp_path):
    random = np.random.default_rng(2)
    shapes = expected_arrays(analyse(SPEC)) | {"fc10/kernel": (7, 7), "stranger/kernel": (3,)}
    arrays = {name: random.uniform(0.1, 0.2, shape).astype(np.float32) for name, shape in shapes.items()}
    save_file(arrays, tmp_path / "own.safetensors")
    answer = asked(worker, SPEC, picture(), ["conv1", "fc10"], weights=tmp_path / "own.safetensors")
    model = build_model(SPEC)
    model.get_layer("conv1").set_weights([arrays["conv1/kernel"]])
    expected = np.asarray(model.get_layer("conv1")(model.get_layer("pad")(picture()[np.newaxis])))[0]
    np.testing.assert_allclose(answer["conv1"], expected, rtol=1e-4, atol=1e-5)
    assert np.isfinite(answer["fc10"]).all()


def constant_weights(path, value):
    """Write a network's arrays, all of one value, in place of a file, and return what it holds now."""
    shapes = expected_arrays(analyse(SPEC))
    work = path.with_name("new")
    save_file({name: np.full(shape, value, np.float32) for name, shape in shapes.items()}, work)
    work.replace(path)
    return content_of(path)


def test_a_run_that_is_continued_has_new_maps_and_old_ones_stay_under_the_old_bytes_only(tmp_path):
    path, client = tmp_path / "residual.safetensors", WorkerClient()
    old = constant_weights(path, 0.01)
    before = asked(client, SPEC, picture(), ["conv1"], weights=old)["conv1"]
    new = constant_weights(path, 0.02)
    assert (new.path, new.sha256 == old.sha256) == (old.path, False)
    after = asked(client, SPEC, picture(), ["conv1"], weights=new)["conv1"]
    np.testing.assert_allclose(after, 2 * before, rtol=1e-5)
    np.testing.assert_array_equal(asked(client, SPEC, picture(), ["conv1"], weights=old)["conv1"], before)
    client.close()


def test_a_worker_that_finds_other_bytes_than_were_meant_says_so(worker, tmp_path):
    path = tmp_path / "residual.safetensors"
    old = constant_weights(path, 0.03)
    constant_weights(path, 0.04)
    with pytest.raises(WeightsError, match="written anew a moment ago: reload the page"):
        asked(worker, SPEC, picture(), ["conv1"], weights=old)
    path.unlink()
    with pytest.raises(WeightsError, match="not on the server any more"):
        asked(worker, SPEC, picture(), ["conv1"], weights=old)


def test_a_damaged_file_is_a_sentence_and_never_random_weights(worker, tmp_path):
    path = tmp_path / "residual.safetensors"
    constant_weights(path, 0.05)
    path.write_bytes(path.read_bytes()[:-1000])
    asked(worker, SPEC, picture(), ["conv1"])
    pid = worker.pid
    with pytest.raises(WeightsError, match=r"a safetensors file\. Received: weights='residual"):
        asked(worker, SPEC, picture(), ["conv1"], weights=path)
    with pytest.raises(WeightsError, match="not on the server any more"):
        asked(worker, SPEC, picture(), ["conv1"], weights=Content(tmp_path / "gone", ""))
    assert worker.pid == pid


def test_maps_are_cached_under_a_limit_of_bytes():
    network = network_of(kept_bytes=200_000)
    first = network.activations(picture(0), NODES)
    for seed in range(1, 12):
        network.activations(picture(seed), NODES)
        kept = [maps.nbytes for together, _size in network._maps._values.values() for maps in together]
        assert sum(kept) == network._maps.nbytes <= 200_000
    again = network.activations(picture(0), NODES)
    for name in NODES:
        np.testing.assert_array_equal(first[name], again[name])


# --- Errors cross the pipe under their own class -------------------------------------------------------------------


def test_errors_arrive_as_themselves(worker):
    with pytest.raises(UnknownLayerError, match=r"node='res2a_outt'\. Did you mean `res2a_out`"):
        asked(worker, SPEC, picture(), ["res2a_outt"])
    with pytest.raises(ImageError, match=r"shape \(16, 16, 3\).*\(8, 8, 3\)"):
        asked(worker, SPEC, np.zeros((8, 8, 3), np.float32), NODES)


def test_missing_backend_is_one_sentence(monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    monkeypatch.setattr(backends, "is_installed", lambda module: module not in BACKENDS)
    with pytest.raises(BackendMissingError, match=r"run `pip install .* jax`"):
        backend_name()
    client = Workers()
    zeros = np.zeros(SPEC.input_shape, np.float32)
    with pytest.raises(BackendMissingError):
        client.ask(EffectiveFields(Network(SPEC), zeros, ["conv1"]))
    assert asked(client, SPEC, picture(), NODES).keys() == set(NODES), "maps need no Keras"
    client.close()
    monkeypatch.setenv("KERAS_BACKEND", "tensorfow")
    with pytest.raises(BackendMissingError, match=r"KERAS_BACKEND='tensorfow'\. Did you mean `tensorflow`"):
        backend_name()


# --- Supervision ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("signal_number", [signal.SIGKILL, signal.SIGSEGV])
def test_a_worker_killed_in_mid_request_is_back_and_the_request_is_answered(own_worker, signal_number):
    expected = asked(own_worker, SPEC, picture(), NODES)
    first = own_worker.pid
    other = preset("cifar-32", input_shape=(16, 16, 3))  # a network it must build first: time enough to be killed
    steps: list[str] = []

    def kill_once(step: str, _share: float) -> None:
        steps.append(step)
        if step == "build" and own_worker.pid == first:
            os.kill(first, signal_number)

    answer = asked(own_worker, other, picture(), ["res2a_out"], on_progress=kill_once)
    assert answer["res2a_out"].shape == (16, 16, 16)
    assert steps.count("build") == 2
    assert own_worker.pid != first
    assert own_worker.status().restarts == 1
    again = asked(own_worker, SPEC, picture(), NODES)
    for name in NODES:
        np.testing.assert_array_equal(again[name], expected[name])


def test_a_request_that_kills_every_worker_ends_in_a_sentence():
    client = stand_in("ready(); read_message(inp); os._exit(1)")
    with pytest.raises(JobError, match="stopped twice on this request"):
        asked(client, SPEC, picture(), NODES)
    assert client.status().restarts == 1
    client.close()


def test_whoever_waited_behind_a_request_that_kills_every_worker_is_answered(tmp_path):
    """The first two workers read both requests and die over the fatal one."""
    client = stand_in(
        f"""
ready()
lives = Path({str(tmp_path)!r}, "lives")
lives.write_text(lives.read_text() + "x" if lives.exists() else "x")
if len(lives.read_text()) < 3:
    for message in (read_message(inp), read_message(inp)):
        if message.header["request"]["nodes"] == ["fc10"]:
            say(message.header["id"], progress="taken", share=0.0)
    os._exit(1)
number, nodes = take()
done(number)
take()
"""
    )
    fatal, behind = Asker(client, ["fc10"]), Asker(client, ["conv1"])
    fatal.join(PATIENCE_S)
    behind.join(PATIENCE_S)
    assert "stopped twice on this request" in fatal.sentence
    assert behind.sentence == ""
    client.close()


SLOW = "ready()\nwhile True:\n    number, nodes = take()\n    time.sleep(2)\n    done(number)\n"


def test_waiting_in_line_is_no_silence_of_the_worker():
    """Each takes 2 s of the 3.5 s it is given; the third waits 4 s before it is taken."""
    client = stand_in(SLOW)
    askers = [Asker(client, ["conv1"], timeout_s=3.5) for _number in range(3)]
    for asker in askers:
        asker.join(PATIENCE_S)
    assert [asker.sentence for asker in askers] == ["", "", ""]
    assert client.status().restarts == 0
    client.close()


def test_whatever_the_worker_says_is_life():
    """One answer takes 3 s of the 2 s it is given, while the worker tells how far it is with another."""
    client = stand_in(
        """
ready()
(one, _nodes), (other, _nodes) = take(), take()
for share in range(10):
    time.sleep(0.3)
    say(other, progress="explain", share=share / 10)
done(one)
done(other)
"""
    )
    askers = [Asker(client, ["conv1"], timeout_s=2) for _number in range(2)]
    for asker in askers:
        asker.join(PATIENCE_S)
    assert [asker.sentence for asker in askers] == ["", ""]
    assert client.status().restarts == 0
    client.close()


def test_a_request_of_which_the_worker_never_speaks_again_ends_although_it_answers_others():
    client = stand_in(
        """
ready()
(one, _nodes), (other, _nodes) = take(), take()
while True:
    time.sleep(0.1)
    say(other, progress="explain", share=0.5)
"""
    )
    forgotten = Asker(client, ["conv1"], timeout_s=0.4)
    assert until(lambda: client.status().pending == 1)
    Asker(client, ["conv1"], timeout_s=60)
    forgotten.join(PATIENCE_S)
    assert "did not answer within 2 s" in forgotten.sentence
    client.close()


def hangs_once(folder: Path) -> WorkerClient:
    """Return a client whose worker hangs over the first request that it ever takes, and then there is a file `seen`."""
    return stand_in(
        f"""
ready()
seen = Path({str(folder)!r}, "seen")
while True:
    number, nodes = take()
    if not seen.exists():
        seen.touch()
        time.sleep(600)
    done(number)
"""
    )


@pytest.mark.parametrize("is_withdrawn", [False, True], ids=["who waits", "who left"])
def test_a_worker_that_hangs_is_replaced_and_whoever_waited_in_line_is_answered(tmp_path, is_withdrawn):
    """It hangs over the first request it takes, for whoever asked, and for whoever asked and left."""
    client = hangs_once(tmp_path)
    left = threading.Event()
    first = Asker(client, ["conv1"], timeout_s=1, is_cancelled=left.is_set)
    assert until((tmp_path / "seen").exists)
    if is_withdrawn:
        left.set()
    second = Asker(client, ["conv1"], timeout_s=60)
    first.join(PATIENCE_S)
    second.join(PATIENCE_S)
    assert ("Cancelled." if is_withdrawn else "did not answer within 1 s and was restarted") in first.sentence
    assert second.sentence == ""
    assert client.status().restarts == 1
    client.close()


def test_who_hung_it_is_told_the_same_when_somebody_in_line_notices_first(tmp_path, monkeypatch):
    client = hangs_once(tmp_path)
    look = client._give_up_if_silent
    monkeypatch.setattr(
        client, "_give_up_if_silent", lambda pending, process: pending.header["id"] != 1 and look(pending, process)
    )
    first = Asker(client, ["conv1"], timeout_s=1)
    assert until((tmp_path / "seen").exists)
    second = Asker(client, ["conv1"], timeout_s=60)
    first.join(PATIENCE_S)
    second.join(PATIENCE_S)
    assert "did not answer within 1 s and was restarted" in first.sentence
    assert second.sentence == ""
    client.close()


def test_a_worker_that_gets_little_of_a_busy_processor_is_given_more_time():
    """It is at work for 3 s of the 1 s it is given, on a quarter of a processor."""
    client = stand_in(
        """
ready()
number, nodes = take()
end = time.monotonic() + 3
while time.monotonic() < end:
    used = time.process_time()
    while time.process_time() < used + 0.04: pass
    time.sleep(0.12)
done(number)
take()
"""
    )
    asked(client, SPEC, picture(), NODES, timeout_s=1)
    assert client.status().restarts == 0
    client.close()


def test_a_worker_that_works_without_end_is_replaced():
    """After a second of processor time, or after five of the clock where it does not get that."""
    client = stand_in("ready(); take()\nwhile True: pass")
    with pytest.raises(JobError, match=r"did not answer within [15] s and was restarted"):
        asked(client, SPEC, picture(), NODES, timeout_s=1)
    client.close()


def test_a_slow_start_is_borne_and_one_that_never_ends_is_a_sentence():
    slow = stand_in("time.sleep(2.5)\nready()\nnumber, nodes = take()\ndone(number)\ntake()", start_s=60)
    asked(slow, SPEC, picture(), NODES, timeout_s=1)
    slow.close()
    never = stand_in("time.sleep(600)", start_s=0.5)
    with pytest.raises(JobError, match=r"The model worker did not start within 1 s: the machine may be busy"):
        asked(never, SPEC, picture(), NODES, timeout_s=1)
    never.close()


def test_a_worker_that_falls_silent_is_replaced():
    client = stand_in("ready(); read_message(inp); time.sleep(600)")
    client.start()
    pid = client.pid
    with pytest.raises(JobError, match=r"did not answer within 1 s"):
        asked(client, SPEC, picture(), NODES, timeout_s=1)
    assert until(lambda: client.pid != pid)
    client.close()


def test_garbage_on_the_pipe_counts_as_a_crash():
    client = stand_in("ready(); read_message(inp); out.write(b'\\xff' * 64); out.flush(); time.sleep(600)")
    with pytest.raises(JobError, match="stopped twice"):
        asked(client, SPEC, picture(), NODES)
    client.close()


def test_a_full_queue_answers_busy_at_once():
    client = stand_in("ready(); [read_message(inp) for _ in range(9)]; time.sleep(600)")
    askers = [Asker(client, NODES, timeout_s=600) for _number in range(4)]
    assert until(lambda: client.status().pending == 4)
    with pytest.raises(BusyError, match="4 requests are waiting"):
        asked(client, SPEC, picture(), NODES)
    client.close()
    for asker in askers:
        asker.join(PATIENCE_S)
    assert client.status().pending == 0
    assert all("shutting down" in asker.sentence for asker in askers)


def test_cancelling_returns_at_once_and_the_worker_goes_on(worker):
    asked(worker, SPEC, picture(), NODES)
    slow = preset("keras-v1-101", input_shape=(64, 64, 3))
    began = time.monotonic()
    with pytest.raises(CancelledError):
        asked(worker, slow, np.zeros((64, 64, 3), np.float32), ["conv1"], is_cancelled=lambda: True)
    assert time.monotonic() - began < 10  # building and compiling it takes longer than that
    assert worker.status().pending == 0
    assert asked(worker, SPEC, picture(), NODES)["res2a_out"].shape == (16, 16, 16)


def test_many_threads_share_one_worker(worker):
    results: dict[int, np.ndarray] = {}

    def ask(seed: int) -> None:
        results[seed] = asked(worker, SPEC, picture(seed), ["res2a_out"])["res2a_out"]

    threads = [threading.Thread(target=ask, args=(seed,)) for seed in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    network = network_of()
    for seed, answer in results.items():
        np.testing.assert_allclose(
            answer, network.activations(picture(seed), ["res2a_out"])["res2a_out"], rtol=1e-5, atol=1e-6
        )


def test_the_worker_ends_with_its_server():
    code = (
        "from resnet_viz.worker.client import WorkerClient\n"
        "import os\n"
        "client = WorkerClient(); client.start(); print(client.pid, flush=True); os._exit(0)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert until(lambda: not Path(f"/proc/{int(done.stdout)}").exists())


# --- The wire ------------------------------------------------------------------------------------------------------


def test_a_system_that_grants_a_socket_less_room_than_is_asked_for_still_has_a_worker(monkeypatch):
    """Linux gives what it allows; others refuse."""

    class Narrow(socket.socket):
        def setsockopt(self, *_asked):
            raise OSError(errno.ENOBUFS, "No buffer space available")

    def narrow():
        return tuple(Narrow(fileno=end.detach()) for end in pair())

    pair = socket.socketpair
    monkeypatch.setattr(socket, "socketpair", narrow)
    client = WorkerClient()
    assert set(asked(client, SPEC, picture(), NODES)) == set(NODES)
    client.close()


def test_messages_survive_the_wire(tmp_path):
    arrays = {
        "a": np.arange(6, dtype=np.float32).reshape(2, 3),
        "b": np.array(3, np.int64),
        "c": np.zeros((0, 4), np.float32),
        "d": np.asfortranarray(np.ones((3, 2), np.float16)),
    }
    path = tmp_path / "wire"
    with path.open("wb") as stream:
        write_message(stream, {"id": 1, "text": "×"}, arrays)
        write_message(stream, {"id": 2})
    with path.open("rb", buffering=0) as stream:
        first, second, end = read_message(stream), read_message(stream), read_message(stream)
    assert isinstance(first, Message)
    assert first.header == {"id": 1, "text": "×"}
    for name, array in arrays.items():
        np.testing.assert_array_equal(first.arrays[name], array)
        assert first.arrays[name].dtype == array.dtype
    assert second.header == {"id": 2}
    assert end is None


def test_a_message_cut_short_is_the_end(tmp_path):
    path = tmp_path / "wire"
    with path.open("wb") as stream:
        write_message(stream, {"id": 1}, {"a": np.ones(100, np.float32)})
    data = path.read_bytes()
    for cut in (2, 10, len(data) - 1):
        path.write_bytes(data[:cut])
        with path.open("rb", buffering=0) as stream:
            assert read_message(stream) is None


# --- Everything else it answers -------------------------------------------------------------------------------------


@pytest.fixture
def heard(worker, monkeypatch):
    """What the worker says of requests from now on, as (number, step or the class of an error or "answer"), in order."""
    told = []
    worker.start()
    process = worker._process
    tell = process._on_message
    # The last test's request may still be ending: it is no part of this one.
    last = next(worker._numbers)

    def listen(message):
        header = message.header
        if header["id"] > last:
            told.append((header["id"], header.get("progress") or header.get("error") or "answer"))
        tell(message)

    monkeypatch.setattr(process, "_on_message", listen)
    return told


def long_explanation(client) -> Explain:
    """Return a question that takes a worker a second or more."""
    wanted = {
        "looking": AttributionRequest("occlusion", "", 0, {"patch": "1", "stride": "1"}),
        "gradient": AttributionRequest("integrated-gradients", "", 0, {"steps": "1024"}),
    }
    spec = preset("cifar-20", input_shape=(32, 32, 3))
    zeros = np.zeros(spec.input_shape, np.float32)
    return Explain(Network(spec), {"picture": zeros + 0.5, "black": zeros, "white": zeros + 1}, wanted[client._engine])


def test_a_long_explanation_tells_its_share_and_is_withdrawn(worker, heard):
    shares = []

    def hear(step: str, share: float) -> None:
        if step == "explain":
            shares.append(share)

    with pytest.raises(CancelledError):
        worker.ask(long_explanation(worker), Waiting(hear, lambda: len(shares) > 2))
    assert shares == sorted(shares)
    assert 0 < shares[-1] < 1
    # The withdrawn one does not run on: it ends, and the next one is answered.
    zeros = np.zeros(SPEC.input_shape, np.float32)
    pictures = {"picture": picture(), "black": zeros, "white": zeros + 1}
    found = worker.ask(Explain(Network(SPEC), pictures, AttributionRequest("gradcam", "res4c_out", 0, {})))
    assert found.values.shape == (4, 4)
    # The next one is short and may be answered before the withdrawn one has said that it ended.
    first, last = heard[0][0], max(number for number, _what in heard)
    assert until(lambda: [what for number, what in heard if number == first][-1] == "CancelledError")
    assert [what for number, what in heard if number == last][-1] == "answer"


def test_a_request_withdrawn_while_it_waits_in_line_is_dropped_and_its_line_goes_on(worker, heard):
    first = threading.Thread(target=worker.ask, args=(long_explanation(worker),))
    first.start()
    assert until(lambda: "explain" in [what for _number, what in heard])
    with pytest.raises(CancelledError):
        worker.ask(long_explanation(worker), Waiting(is_cancelled=lambda: True))
    first.join(PATIENCE_S)
    asked(worker, SPEC, picture(), NODES)
    dropped = heard[0][0] + 1
    assert until(lambda: dropped in [number for number, _what in heard])
    assert [what for number, what in heard if number == dropped] == ["CancelledError"]
    assert (heard[0][0], "answer") in heard
    assert until(lambda: worker._process._sent == {})  # an earlier test's network may still be being built


def test_a_long_request_never_holds_maps():
    """While one runs another long one waits, and maps are answered all the same."""
    client = WorkerClient()
    asked(client, SPEC, picture(), NODES)
    told: dict[str, list[str]] = {"one": [], "other": []}
    threads = [
        threading.Thread(
            target=client.ask,
            args=(
                long_explanation(client),
                Waiting(lambda step, _share, name=name: told[name].append(step), owner=name),
            ),
        )
        for name in told
    ]
    for thread in threads:
        thread.start()
    assert until(lambda: any("explain" in steps for steps in told.values()))
    asked(client, SPEC, picture(1), NODES)
    assert sum("explain" in steps for steps in told.values()) == 1
    assert all(thread.is_alive() for thread in threads)
    for thread in threads:
        thread.join(PATIENCE_S)
    assert all("explain" in steps for steps in told.values())
    client.close()


def test_the_worker_that_looks_imports_no_keras():
    client = WorkerClient()
    asked(client, SPEC, picture(), NODES)
    zeros = np.zeros(SPEC.input_shape, np.float32)
    pictures = {"picture": picture(), "black": zeros, "white": zeros + 1}
    closed = AttributionRequest("gradcam", "res4c_out", 0, {})
    client.ask(CheckSanity(Network(SPEC), pictures, closed))
    client.ask(Depth(Network(SPEC), picture()[np.newaxis], "batch"))
    client.ask(Pixel(Network(SPEC), picture(), "res3b_out", (0, 0, 1)))
    # A library that is imported is mapped.
    mapped = Path(f"/proc/{client.pid}/maps").read_text("utf-8")
    assert "onnxruntime" in mapped
    assert not [name for name in ("tensorflow", "jaxlib", "torch") if name in mapped]
    client.close()


def test_the_gradient_worker_starts_when_it_is_needed_and_leaves_when_nobody_asks(workers, monkeypatch):
    steps, gradient = [], workers.clients["gradient"]
    ask = EffectiveFields(Network(SPEC), picture(), ["conv1"])
    workers.ask(ask)
    first, restarts = gradient.pid, gradient.status().restarts
    monkeypatch.setattr(gradient, "_idle_s", 1.0)
    gradient._clock.cancel()  # it would look again in ten minutes
    gradient._clock = None
    workers.ask(ask)
    assert gradient.pid == first
    assert until(lambda: gradient.pid is None)
    asked(workers, SPEC, picture(), NODES)
    assert workers.pid is not None
    assert gradient.pid is None, "maps need no gradients"
    workers.ask(ask, Waiting(lambda step, _share: steps.append(step)))
    assert steps[0] == "start gradient"
    assert gradient.pid not in (None, first)
    assert gradient.status().restarts == restarts, "it was not replaced, it had left"


def test_a_sanity_check_is_never_silent_for_the_length_of_a_map(worker):
    """Six maps, each of 225 patches: every batch of patches is a sign of life, from the first map on."""
    zeros, shares = np.zeros(SPEC.input_shape, np.float32), []
    pictures = {"picture": picture(), "black": zeros, "white": zeros + 1}
    request = AttributionRequest("occlusion", "", 0, {"patch": "2", "stride": "1"})

    def hear(step: str, share: float) -> None:
        if step == "sanity":
            shares.append(share)

    found = worker.ask(CheckSanity(Network(SPEC), pictures, request), Waiting(hear))
    assert (found.stages, len(found.maps)) == ([0, 4, 3, 2, 1], 6)
    assert shares == sorted(shares)
    assert shares[0] < 1 / 6 / 20
    assert max(after - before for before, after in itertools.pairwise(shares)) < 1 / 6 / 20
    assert shares[-1] == 1


def test_errors_of_explanations_cross_the_wire(worker):
    pictures = {"picture": picture(), "black": picture(), "white": picture()}
    with pytest.raises(ExplanationError, match=r"a layer with a map.*fc10"):
        worker.ask(Explain(Network(SPEC), pictures, AttributionRequest("gradcam", "fc10", 0, {})))
    with pytest.raises(SpecError, match="a block of this network"):
        asked(worker, SPEC, picture(), NODES, surgery="drop:9z")


def test_the_workers_memory_is_flat_over_different_requests_of_every_kind(workers):
    """A small count of dev/benchmarks/bench_worker_memory.py, which asks 500; the first eighth compiles and fills caches."""
    sys.path.insert(0, str(Path(__file__).parents[2] / "dev" / "benchmarks"))
    try:
        from worker_requests import requests, resident_bytes
    finally:
        sys.path.pop(0)
    own = Workers()
    own.clients["gradient"] = workers.clients["gradient"]  # Keras needs no second start for it
    ask = requests(own, SPEC)
    every = [node.id for node in build_graph(SPEC).nodes[1:]]
    for seed in range(192):  # until the caches of maps and of models are full: what fills a bound is no leak
        asked(own, SPEC, picture(seed), every, surgery=f"drop:{'234'[seed % 3]}b,silence:res4c_out:{seed % 64}")

    def usual_bytes() -> dict[str, float]:
        """Ask and look: one look would tell of the last request."""
        looks = [(ask(), resident_bytes(own))[1] for _number in range(24)]
        return {engine: statistics.median(look[engine] for look in looks) for engine in looks[-1]}

    for _number in range(48):
        ask()
    first = usual_bytes()
    for _number in range(40):
        ask()
    grown = {engine: size / first[engine] for engine, size in usual_bytes().items()}
    own.clients["looking"].close()
    assert max(grown.values()) < 1.04, grown


# --- What a link can ask for has a bound ----------------------------------------------------------------------------


def test_a_network_that_takes_too_much_memory_is_refused_before_it_is_built(worker):
    """The account allows 4 GiB of maps, for the pages that compute none."""
    huge = preset("course", input_shape=(1024, 1024, 3))
    steps: list[str] = []
    with pytest.raises(
        SpecError, match=r"at most 2,147,483,648 bytes of weights and feature maps.*Received: network=3031689976"
    ):
        asked(
            worker,
            huge,
            np.zeros(huge.input_shape, np.float32),
            ["conv1"],
            on_progress=lambda step, _share: steps.append(step),
        )
    assert "build" not in steps
    assert "compile" not in steps


class Unasked:
    """A network of which only the account may be looked at."""

    def __init__(self, spec):
        self.summary = analyse(spec)
        self.graph = self.summary.graph


def refused(kind, spec, *wanted):
    kind(Network(spec), {}, AttributionRequest(*wanted)).answer(Bench(Unasked(spec), pytest.fail))


def test_maps_of_more_bytes_than_the_server_takes_are_refused_before_they_are_computed():
    """Block 2a at 512 px crosses; at 640 px its three maps of 256 channels alone are 79 MB."""
    nodes = ["res2a_branch2c", "res2a_branch1", "res2a_add", "res2a_out"]
    small, large = (
        Activations(
            Network(preset("course", input_shape=(side, side, 3))), np.zeros((side, side, 3), np.float32), nodes
        )
        for side in (512, 640)
    )
    small.check()
    with pytest.raises(ImageError, match="more than the 72 MB"):
        WorkerClient("looking", ["no such program"]).ask(large)


@pytest.mark.parametrize(
    ("kind", "name", "side", "method", "settings", "sentence"),
    [
        (
            Explain,
            "keras-v1-152",
            512,
            "integrated-gradients",
            {"steps": "256"},
            r"`steps` must be so chosen that at most 67\d passes.*256 \(768\)",
        ),
        (
            Explain,
            "keras-v1",
            512,
            "occlusion",
            {"patch": "16", "stride": "8"},
            r"at most 1,985 passes.*8 \(3,969\)",
        ),
        (CheckSanity, "keras-v1", 224, "occlusion", {}, r"at most 1,481 passes.*4 \(3,025\)"),
        (Explain, "keras-v1", 224, "occlusion", {}, None),
        (CheckSanity, "keras-v1", 224, "integrated-gradients", {}, None),
        (CheckSanity, "keras-v1", 512, "gradcam", {}, None),
    ],
)
def test_an_explanation_of_more_work_than_others_wait_for_is_refused(kind, name, side, method, settings, sentence):
    spec = preset(name, input_shape=(side, side, 3))
    with pytest.raises(ExplanationError if sentence else KeyError, match=sentence or "picture"):
        refused(kind, spec, method, "res5c_out", 0, settings)
