"""Sources and batches: balanced, apart, the same for the same update."""

import itertools
import tracemalloc

import numpy as np
import pytest

from resnet_viz.datasets import shapes
from resnet_viz.datasets.catalogue import arrays_file, data_sets
from resnet_viz.datasets.plan import DataPlan
from resnet_viz.datasets.sources import open_source
from resnet_viz.errors import DataError, SpecError
from resnet_viz.training.batches import Batches, in_memory
from resnet_viz.training.plan import Plan


def stored(store, count=60, classes=3, side=32, source="cifar10"):
    """Write a small set of the layout that downloads and uploads are kept in."""
    generator = np.random.default_rng(0)
    path = arrays_file(store, source, "mine")
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez(
        path,
        images=generator.integers(0, 256, (count, side, side, 3), np.uint8),
        labels=np.arange(count, dtype=np.int32) % classes,
        classes=np.array([f"class {n}" for n in range(classes)]),
    )
    return path


def test_held_back_shapes_are_none_of_the_training_ones(tmp_path):
    source = open_source(DataPlan(train=96, validation=48), 16, tmp_path)
    images, _labels = source.train(np.arange(96))
    held, labels = source.validation()
    assert not {image.tobytes() for image in images} & {image.tobytes() for image in held}
    assert np.bincount(labels).tolist() == [8] * 6


def test_digits_are_the_real_ones(tmp_path):
    source = open_source(DataPlan(source="digits", train=0, validation=360), 8, tmp_path)
    assert source.train_count + source.validation_count == 1797
    images, labels = source.train(np.arange(source.train_count))
    assert set(labels) == set(range(10))
    assert images.max() == 255
    assert np.bincount(source.validation()[1]).min() >= 33


def test_a_split_is_the_same_for_the_same_seed_and_keeps_the_shares(tmp_path):
    stored(tmp_path, 90)
    plan = DataPlan(source="cifar10", train=0, validation=30, seed=4)
    first, second = open_source(plan, 16, tmp_path), open_source(plan, 16, tmp_path)
    assert np.array_equal(first.validation()[0], second.validation()[0])
    assert np.bincount(first.validation()[1]).tolist() == [10, 10, 10]
    assert first.train_count == 60
    assert first.train(np.arange(3))[0].shape == (3, 16, 16, 3)
    assert set(first.train(np.arange(6))[1]) == {0, 1, 2}


def test_classes_are_counted_without_a_picture_drawn(tmp_path, monkeypatch):
    plan = DataPlan(train=100, validation=7)
    drawn = open_source(plan, 16, tmp_path)
    assert drawn.train_counts == tuple(np.bincount(drawn.train(np.arange(100))[1]))
    assert drawn.validation_counts == tuple(np.bincount(drawn.validation()[1]))
    monkeypatch.setattr(shapes, "shapes", None)
    assert open_source(plan, 16, tmp_path).train_counts == (17, 17, 17, 17, 16, 16)
    assert open_source(DataPlan(train=0), 16, tmp_path).train_counts == ()
    stored(tmp_path, 60)
    source = open_source(DataPlan(source="cifar10", train=0, validation=30), 16, tmp_path)
    assert source.train_counts == source.validation_counts == (10, 10, 10)


def test_a_picture_does_not_depend_on_those_drawn_with_it():
    style = shapes.Style(64, 0.7, 5)
    together, labels = shapes.shapes(style, 3, range(20))
    alone = [shapes.shapes(style, 3, [number]) for number in range(20)]
    assert np.array_equal(together, np.concatenate([images for images, _labels in alone]))
    assert np.array_equal(labels, np.concatenate([label for _images, label in alone]))


@pytest.mark.parametrize("source", ["shapes", "cifar10"])
def test_a_large_set_costs_only_what_is_looked_at(tmp_path, source):
    stored(tmp_path, 6000)  # 18 MB
    tracemalloc.start()
    try:
        opened = open_source(DataPlan(source=source, train=5000, validation=900), 64, tmp_path)
        images, _labels = opened.train(np.arange(54))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert images.shape == (54, 64, 64, 3)
    assert peak < 5e6


def test_what_is_kept_in_memory_is_what_was_asked_for(tmp_path):
    stored(tmp_path, 60)
    for data in (DataPlan(train=24, validation=12), DataPlan(source="cifar10", train=24, validation=30)):
        lazy = open_source(data, 16, tmp_path)
        kept = in_memory(lazy, Plan(data=data, size_px=16))
        numbers = np.array([3, 1, 20])
        for one, other in zip(kept.train(numbers), lazy.train(numbers), strict=True):
            assert np.array_equal(one, other)
        assert np.array_equal(kept.validation()[0], lazy.validation()[0])
        assert kept.validation()[0] is kept.validation()[0]


def test_more_pictures_of_ones_own_than_memory_takes_are_refused(tmp_path):
    stored(tmp_path, 1500, side=8, source="folders")
    plan = Plan(data=DataPlan(source="folders", folder="mine", train=0, validation=30), size_px=512, batch=1)
    source = open_source(plan.data, 512, tmp_path)
    with pytest.raises(SpecError, match=r"`data` must be at most 1,073 MB .* Received: data='1,1\d\d MB'"):
        in_memory(source, plan)


@pytest.mark.parametrize("folder", ["../../x", "a/b", "", ".", "x.npz", "é", "a" * 81])
def test_a_name_that_leads_out_of_the_store_is_refused(tmp_path, folder):
    with pytest.raises(SpecError, match="must be 1 to 80 letters, digits"):
        arrays_file(tmp_path, "folders", folder)


def test_too_many_pictures_asked_for_is_refused(tmp_path):
    stored(tmp_path, 60)
    with pytest.raises(DataError, match=r"`data.train` must be at most 30. Received: data.train=31."):
        open_source(DataPlan(source="cifar10", train=31, validation=30), 16, tmp_path)


def test_holding_everything_back_is_refused(tmp_path):
    stored(tmp_path, 60)
    with pytest.raises(DataError, match=r"`data.validation` must be fewer than the 60 pictures there are"):
        open_source(DataPlan(source="cifar10", train=0, validation=60), 16, tmp_path)


def test_missing_pictures_say_what_to_do(tmp_path):
    with pytest.raises(DataError, match="fetch or upload them again"):
        open_source(DataPlan(source="folders", folder="mine"), 16, tmp_path)


def test_a_batch_follows_from_its_update(tmp_path):
    plan = Plan(data=DataPlan(train=40), size_px=16, batch=16, augment="shift_flip", seed=3)
    source = open_source(plan.data, 16, tmp_path)
    first, second = Batches(plan, source), Batches(plan, source)
    prefetched = list(itertools.islice(first.prefetched(0), 9))
    for update in (8, 2, 5):
        x, y = second[update]
        assert np.array_equal(x, prefetched[update][0])
        assert np.array_equal(y, prefetched[update][1])
    assert prefetched[0][0].dtype == np.float32
    assert 0 <= prefetched[0][0].min() <= prefetched[0][0].max() <= 1


def test_an_epoch_sees_every_picture_once(tmp_path):
    plan = Plan(data=DataPlan(train=48), size_px=16, batch=16)
    batches = Batches(plan, open_source(plan.data, 16, tmp_path))
    assert batches.per_epoch == 3
    seen = np.concatenate([batches.numbers(update) for update in (3, 4, 5)])
    assert sorted(seen) == list(range(48))
    assert not np.array_equal(batches.numbers(0), batches.numbers(3))


def test_endless_pictures_are_never_seen_twice(tmp_path):
    plan = Plan(data=DataPlan(train=0), size_px=16, batch=16)
    batches = Batches(plan, open_source(plan.data, 16, tmp_path))
    assert batches.per_epoch == 0
    seen = np.concatenate([batches.numbers(update) for update in range(10)])
    assert len(set(seen)) == 160


def test_fewer_pictures_than_a_batch_make_one_batch(tmp_path):
    plan = Plan(data=DataPlan(train=10), size_px=16, batch=64)
    batches = Batches(plan, open_source(plan.data, 16, tmp_path))
    assert (batches.size, batches.per_epoch) == (10, 1)


def test_a_source_that_breaks_tells_where_the_batch_is_asked_for(tmp_path):
    plan = Plan(data=DataPlan(train=40), size_px=16, batch=16)
    batches = Batches(plan, open_source(plan.data, 16, tmp_path))
    batches._source.__dict__["train"] = lambda _numbers: 1 / 0
    with pytest.raises(ZeroDivisionError):
        next(batches.prefetched(0))


def test_every_source_has_a_licence():
    assert set(data_sets()) == {"shapes", "digits", "cifar10", "folders"}
    assert all(item.title and item.licence for item in data_sets().values())
