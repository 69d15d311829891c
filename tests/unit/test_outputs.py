"""A pass's outputs: in one piece of memory that serves the next picture, but never while somebody looks at it."""

import threading
import weakref
from itertools import pairwise

import numpy as np
import pytest

from resnet_viz.analysis import analyse
from resnet_viz.engine import outputs
from resnet_viz.engine.arrays import laid_out
from resnet_viz.engine.inference import InferenceModel
from resnet_viz.engine.outputs import Outputs
from resnet_viz.engine.session import Session, channels_first
from resnet_viz.engine.write import write
from resnet_viz.spec import preset
from resnet_viz.weights.start import starting_arrays

SUMMARY = analyse(preset("cifar-20", classes=5))
ARRAYS = starting_arrays(SUMMARY)
IDS = [node.id for node in SUMMARY.graph.nodes[1:]]


def picture(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).uniform(size=SUMMARY.graph.spec.input_shape).astype(np.float32)


def given(*seeds: int) -> dict[str, np.ndarray]:
    return {"input": channels_first(np.stack([picture(seed) for seed in seeds]))}


@pytest.fixture
def session() -> Session:
    return Session(write(SUMMARY, laid_out(ARRAYS), IDS))


def place(array: np.ndarray) -> int:
    return array.__array_interface__["data"][0]


def test_outputs_are_a_plain_runs_each_whole_and_none_beside_another(session):
    found = session.run(given(0, 1))
    plain = session.running.run(None, given(0, 1))
    assert list(found) == IDS
    assert len(found) == len(plain)
    for name, theirs in zip(found, plain, strict=True):
        np.testing.assert_array_equal(found[name], theirs)
    places = sorted((place(array), array.nbytes) for array in found.values())
    assert all(at + nbytes <= later for (at, nbytes), (later, _nbytes) in pairwise(places))
    assert all(at % 64 == places[0][0] % 64 for at, _nbytes in places)
    assert found.nbytes >= sum(array.nbytes for array in plain)


def test_memory_that_nobody_looks_at_serves_the_next_picture_and_no_other_number_of_pictures(session):
    first = session.run(given(0))
    at = place(first["conv1"])
    del first
    second = session.run(given(1))
    assert place(second["conv1"]) == at
    del second
    assert session.run(given(0, 1))["conv1"].shape[0] == 2


@pytest.mark.parametrize(
    "look",
    [lambda maps: maps, lambda maps: maps[0].transpose(1, 2, 0)[..., 3], memoryview],
    ids=["map", "view", "bytes"],
)
def test_memory_that_somebody_looks_at_is_left_alone(session, look):
    held = look(session.run(given(0))["conv1"])
    before = np.array(held)
    for seed in range(1, 6):
        session.run(given(seed))
    np.testing.assert_array_equal(held, before)
    assert not np.array_equal(before, look(session.run(given(6))["conv1"]))


def memory_of(found: Outputs) -> weakref.ref:
    # the array of a view, what NumPy made to hold the memory, the memory
    return weakref.ref(found["conv1"].base.base.obj)


def test_of_unused_memory_one_piece_rests_and_is_given_back_when_another_model_runs(session):
    other = Session(write(SUMMARY, laid_out(ARRAYS), IDS[:3]))
    both = [session.run(given(0)), session.run(given(1))]
    memories = [memory_of(found) for found in both]
    del both[:]
    assert sum(memory() is not None for memory in memories) == 1
    other.run(given(0))
    assert not any(memory() is not None for memory in memories)


def test_very_large_memory_does_not_rest(session, monkeypatch):
    monkeypatch.setattr(outputs, "_IDLE_BYTES", 1000)
    found = session.run(given(0))
    memory = memory_of(found)
    del found
    assert memory() is None


def test_several_threads_with_room_for_one_picture_each_see_their_own():
    model = InferenceModel(SUMMARY, ARRAYS, kept_bytes=2 * SUMMARY.totals.activation_bytes)
    plain = Session(write(SUMMARY, laid_out(ARRAYS), IDS)).running
    theirs = [dict(zip(IDS, plain.run(None, given(seed)), strict=True)) for seed in range(6)]
    wrong: list[tuple[int, str]] = []

    def look(person: int) -> None:
        order = np.random.default_rng(person)
        for _turn in range(60):
            seed, name = int(order.integers(6)), IDS[int(order.integers(len(IDS)))]
            found = model.activations(picture(seed), [name, "conv1"])
            for layer, maps in found.items():
                expected = theirs[seed][layer][0]
                if not np.array_equal(maps, expected.transpose(1, 2, 0) if expected.ndim == 3 else expected):
                    wrong.append((seed, layer))

    people = [threading.Thread(target=look, args=(person,)) for person in range(4)]
    for person in people:
        person.start()
    for person in people:
        person.join()
    assert wrong == []
