"""Which networks XLA compiles on which device: a rule, and that the training loop asks it."""

import sys
from types import ModuleType, SimpleNamespace

import pytest

from resnet_viz.spec import PRESETS, build_graph
from resnet_viz.spec.layers import MaxPool
from resnet_viz.training.demos import demo
from resnet_viz.training.device import Device, uses_xla
from resnet_viz.training.hardware import Hardware
from resnet_viz.training.loop import Loop

GPU, CPU = Hardware("gpu", "a card", 80 * 2**30, 1), Hardware("cpu", "a processor", 24 * 2**30, 2)
POOLED = {name for name, spec in PRESETS.items() if spec.stem.pool_size}


@pytest.mark.parametrize("name", PRESETS)
def test_a_network_with_a_max_pool_is_not_compiled_by_xla_where_determinism_is_on(name):
    graph = build_graph(PRESETS[name])
    assert any(isinstance(node.layer, MaxPool) for node in graph.nodes) == (name in POOLED)
    assert uses_xla(graph, is_gpu=True, is_deterministic=True) == (name not in POOLED)
    assert uses_xla(graph, is_gpu=True, is_deterministic=False)
    assert not uses_xla(graph, is_gpu=False, is_deterministic=True)
    assert not uses_xla(graph, is_gpu=False, is_deterministic=False)


def test_presets_of_both_kinds_are_tried():
    assert {"course", "keras-v1", "resnet18"} <= POOLED
    assert {"cifar-20", "cifar-110"} <= PRESETS.keys() - POOLED


@pytest.mark.parametrize(
    ("demo_name", "hardware", "backend", "expected"),
    [
        ("course-on-shapes", GPU, "tensorflow, Keras 3.15.1", False),
        ("course-on-shapes", GPU, "jax, Keras 3.15.1", True),
        ("plain-vs-residual", GPU, "tensorflow, Keras 3.15.1", True),
        ("plain-vs-residual", CPU, "tensorflow, Keras 3.15.1", False),
    ],
)
def test_the_loop_builds_its_networks_by_that_rule(monkeypatch, demo_name, hardware, backend, expected):
    compiled = []

    def trainer(_summary, _plan, *, batch, is_compiled_with_xla):
        compiled.append(is_compiled_with_xla)
        return SimpleNamespace(batch=batch, compile=lambda *_batch: None)

    stand_in = ModuleType("resnet_viz.training.trainer")
    stand_in.Trainer, stand_in.splitter = trainer, lambda _strategy: lambda array: array
    monkeypatch.setitem(sys.modules, stand_in.__name__, stand_in)
    monkeypatch.setattr(Loop, "_resume", lambda _loop: None)
    plan = demo(demo_name).plan
    journal = SimpleNamespace(
        record=SimpleNamespace(plan=plan, batch=8, parameters={}), folder=None, begin_phase=lambda _phase: None
    )
    device = Device(hardware, backend)
    Loop(journal, None, device, SimpleNamespace(classes="abcdef"), [((), ())]).prepare(None)
    assert compiled == [expected] * len(plan.networks)
