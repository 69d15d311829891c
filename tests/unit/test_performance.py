"""What benchmarks find is written into docs/PERFORMANCE.md by their run, between two marks; all else there stays."""

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

ROOT = Path(__file__).parents[2]
BENCHMARKS = ROOT / "dev" / "benchmarks"


@pytest.fixture(scope="module")
def tools():
    """The two modules of the benchmarks' folder, which is no package."""
    sys.path.insert(0, str(BENCHMARKS))
    try:
        import figures
        import performance
    finally:
        sys.path.pop(0)
    return figures, performance


def document(tools, found):
    figures, _performance = tools
    tables = [figures.table(name, [figures.Row("a / b", found)], "then, there") for name in ("bench_a", "bench_ab")]
    return f"# By hand\n\n{tables[0]}\n\nBy hand: 1.00×.\n\n{tables[1]}\n\nThe end, by hand\n"


def test_a_part_is_rewritten_and_nothing_else(tools):
    figures, performance = tools
    before = document(tools, "1.00×")
    new = figures.table("bench_a", [figures.Row("a / b", "2.00×", "≥ 3×, **not met**")], "now, here")
    after = performance.rewritten(before, "bench_a", f"a / b: 2.00×\n\n{new}\n")
    assert after == before.replace(performance.part_of(before, "bench_a"), new)
    assert performance.parts(after) == performance.parts(before) == ["bench_a", "bench_ab"]
    assert performance.rewritten(after, "bench_a", new) == after
    assert "now, here: `python dev/benchmarks/bench_a.py`\n\n| what | figure | goal |\n| --- | --- | --- |\n" in after


@pytest.mark.parametrize(
    ("name", "printed", "sentence"),
    [
        ("bench_a", "No GPU to measure on", "bench_a found nothing on this machine; its part stays as it was"),
        ("bench_a", "<!-- begin bench_a -->\n| cut", "bench_a found nothing on this machine"),
        ("bench_c", "", "has no part bench_c: put its two marks where the table belongs"),
    ],
)
def test_what_is_no_table_leaves_the_document_as_it_was(tools, name, printed, sentence):
    with pytest.raises(LookupError, match=sentence):
        tools[1].rewritten(document(tools, "1.00×"), name, printed)


def test_a_run_writes_what_it_found_and_says_which_benchmark_failed(tools, tmp_path, monkeypatch, capsys):
    figures, performance = tools
    path = tmp_path / "PERFORMANCE.md"
    path.write_text(document(tools, "1.00×"), "utf-8")
    (tmp_path / "bench_a.py").write_text("raise SystemExit(3)", "utf-8")
    code = f"import sys; sys.path.insert(0, {str(BENCHMARKS)!r})\nfrom figures import figure, report, run\n"
    code += "run(lambda: (figure('time', sys.argv[1]), report('a / b', 2, 3, at_least=True)))"
    (tmp_path / "bench_ab.py").write_text(code, "utf-8")
    monkeypatch.setattr(performance, "DOCUMENT", path)
    monkeypatch.setattr(performance, "__file__", str(tmp_path / "performance.py"))
    monkeypatch.setattr(sys, "argv", ["performance.py", "bench_a", "bench_ab '3 ms'"])
    assert performance.main() == 1
    assert "bench_a.py']' returned non-zero exit status 3" in capsys.readouterr().out
    text = path.read_text("utf-8")
    assert performance.part_of(text, "bench_a") == performance.part_of(document(tools, "1.00×"), "bench_a")
    written = performance.part_of(text, "bench_ab").splitlines()
    assert written[3:] == [
        "| what | figure | goal |",
        "| --- | --- | --- |",
        "| time | 3 ms | |",
        "| a / b | 2.00× | ≥ 3×, **not met** |",
        figures.end("bench_ab"),
    ]
    assert ", commit " in written[1]


def test_what_a_gpu_gives_is_a_table_of_the_document(tools, monkeypatch, capsys):
    """The benchmark's own `main`, with a card and PyTorch that only say how fast they are."""
    figures, performance = tools
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    device = SimpleNamespace(text=lambda: "GPU H | 200", backend="jax", is_deterministic=False)
    trainer = SimpleNamespace(Trainer=lambda *_a, **_k: SimpleNamespace(step=None))
    monkeypatch.setitem(sys.modules, "resnet_viz.training.trainer", trainer)
    monkeypatch.setitem(
        sys.modules, "torch_resnet", SimpleNamespace(course=lambda **_k: 0, update_step=lambda *_a, **_k: 0)
    )
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: True)
    monkeypatch.delitem(sys.modules, "bench_training_gpu", raising=False)
    import bench_training_gpu as bench

    for name, value in {
        "find_device": lambda _name: device,
        "use_precision": lambda *_a: "bfloat16",
        "matrix_peak": lambda: 7e14,
        "seconds_per_update": lambda *_a: 0.004,
        "BATCHES": {64: (2, 4)},
    }.items():
        monkeypatch.setattr(bench, name, value)
    monkeypatch.setattr(figures, "_rows", [])
    monkeypatch.setattr(sys, "argv", ["dev/benchmarks/bench_training_gpu.py"])
    figures.run(bench.main)
    before = (ROOT / "docs" / "PERFORMANCE.md").read_text("utf-8")
    after = performance.rewritten(before, "bench_training_gpu", capsys.readouterr().out)
    part = performance.part_of(after, "bench_training_gpu")
    assert "| device | GPU H / 200; precision bfloat16 | |\n| measured matrix peak, bf16 | 700 TFLOP/s | |\n" in part
    assert part.count("; torch.compile ") == part.count(" of the matrix peak; ") == 2
    assert "| 64 px, batch 4 | ours 1,000 pictures/s, " in part
    assert after.replace(part, "") == before.replace(performance.part_of(before, "bench_training_gpu"), "")


def test_every_benchmark_has_its_part(tools):
    text = (ROOT / "docs" / "PERFORMANCE.md").read_text("utf-8")
    names = tools[1].parts(text)
    assert sorted(names) == sorted(path.stem for path in BENCHMARKS.glob("bench_*.py"))
    assert all(tools[1].part_of(text, name) for name in names)


@pytest.mark.parametrize("path", sorted(BENCHMARKS.glob("bench_*.py")), ids=lambda path: path.stem)
def test_every_benchmark_ends_in_a_table(path):
    assert "    run(main)\n" in path.read_text("utf-8")
