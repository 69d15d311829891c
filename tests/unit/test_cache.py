"""The caches that all visitors share are bounded."""

import numpy as np

from resnet_viz.backends import looking_environment
from resnet_viz.caches import ArrayCache, ResultCache
from resnet_viz.engine.kept import Kept
from resnet_viz.results import Attribution, Sanity


def test_maps_are_kept_under_a_limit_of_bytes_and_cannot_be_changed():
    cache = ArrayCache(1000)
    for number in range(10):
        cache.keep((str(number),), np.full(50, number, np.float32))
    assert cache.used_bytes <= 1000
    assert cache.find(("0",)) is None
    kept = cache.find(("9",))
    assert kept is not None
    assert not kept.flags.writeable


def test_answers_weigh_what_their_arrays_weigh():
    cache = ResultCache(100_000)
    attribution = Attribution(np.zeros((50, 50), np.float32), 1.0, {"residual": 0.1})
    sanity = Sanity([0, 1], np.zeros((3, 50, 50), np.float32), [1.0, None, 0.5])
    cache.keep("one", attribution)
    assert 10_000 <= cache.used_bytes <= 10_400
    cache.keep("one", attribution)
    assert cache.used_bytes <= 10_400
    cache.keep("check", sanity)
    assert cache.used_bytes >= 40_000
    for number in range(20):
        cache.keep(str(number), attribution)
    assert cache.used_bytes <= 100_000
    assert cache.find("one") is None
    assert cache.find("19") is attribution


def test_a_pictures_maps_are_kept_at_once_under_the_limit_and_counted_once():
    kept = Kept[tuple[str, str], str](1000)
    for picture in ("a", "b", "b", "c"):
        kept.keep({(picture, layer): (picture + layer, 150) for layer in ("conv1", "fc5", "pool1")})
    assert kept.nbytes == 900
    assert kept.find(("a", "fc5")) is None
    assert kept.find(("b", "fc5")) == "bfc5"
    kept.keep({("d", "conv1"): ("too large", 1001)})
    assert kept.find(("d", "conv1")) is None
    assert kept.nbytes == 0


def test_the_worker_that_looks_has_one_heap_unless_whoever_runs_the_server_chose_another(monkeypatch):
    monkeypatch.delenv("GLIBC_TUNABLES", raising=False)
    assert looking_environment()["GLIBC_TUNABLES"] == "glibc.malloc.hugetlb=1:glibc.malloc.arena_max=1"
    monkeypatch.setenv("GLIBC_TUNABLES", "glibc.malloc.arena_max=4")
    assert looking_environment()["GLIBC_TUNABLES"] == "glibc.malloc.arena_max=4"
