"""The terminal: the same numbers, files that hold what they say, one sentence and exit 2 on bad input."""

import csv
import hashlib
import io
import json
import shutil
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from safetensors.numpy import save

from resnet_viz.analysis import analyse
from resnet_viz.cli.main import main
from resnet_viz.datasets.shapes import CLASSES
from resnet_viz.images.samples import FOLDER
from resnet_viz.jobs.store import RunStore
from resnet_viz.paths import APP
from resnet_viz.spec import preset
from resnet_viz.spec.changes import changed_paths
from resnet_viz.training.demos import demo
from resnet_viz.weights.fit import expected_arrays


def run(capsys, *arguments: str) -> str:
    assert main(arguments) == 0
    return capsys.readouterr().out


def refused(capsys, *arguments: str) -> str:
    """Return the one sentence of a refused command."""
    try:
        status = main(arguments)
    except SystemExit as stop:
        status = stop.code
    captured = capsys.readouterr()
    assert status == 2
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    return captured.err


def test_summary_table_ends_in_the_golden_totals(capsys):
    last = run(capsys, "summary").splitlines()[-1]
    assert last.startswith("17,958,790 parameters (17,907,718 trainable, 51,072 non-trainable), 285,634,560 MACs")


def test_summary_json_and_csv_sum_to_the_totals(capsys):
    data = json.loads(run(capsys, "summary", "--preset", "coursera-2018", "--format", "json"))
    assert data["totals"]["parameters"] == 23_600_006 == sum(row["parameters"] for row in data["layers"])
    rows = list(
        csv.DictReader(io.StringIO(run(capsys, "summary", "--format", "csv", "--input", "224", "--classes", "1000")))
    )
    assert sum(int(row["parameters"]) for row in rows) == 36_379_496


def test_a_field_can_be_set(capsys):
    last = run(capsys, "summary", "--set", "stem.use_relu=on", "--set", "stages.5.identity_filters=512.512.2048")
    assert "23,600,006 parameters" in last


@pytest.mark.parametrize("opened", ["", "3", "3.3a", "all"])
def test_graph_writes_dot(capsys, opened, tmp_path):
    text = run(capsys, "graph", "--open", opened)
    assert text.startswith("digraph network {")
    assert ("res3a_branch2b " in text) == (opened in ("3.3a", "all"))
    assert run(capsys, "graph", "--open", opened, "--out", str(tmp_path / "g.dot")) == ""


def test_export_writes_code_and_json(capsys, tmp_path):
    code = run(capsys, "export", "--preset", "cifar-20")
    compile(code, "network.py", "exec")
    assert "269,722" not in code  # trainable; the title says all
    assert json.loads(run(capsys, "export", "--format", "json"))["classes"] == 6
    run(capsys, "export", "--out", str(tmp_path / "network.py"))
    assert (tmp_path / "network.py").read_text("utf-8").startswith('"""ResNet `course`: 17,958,790 parameters')


def test_export_writes_an_onnx_file_that_opens_with_our_ids(capsys, tmp_path):
    import onnx
    import onnxruntime

    path, answers = tmp_path / "network.onnx", []
    x = np.random.default_rng(0).random((2, 3, 32, 32), np.float32)
    for folded in ((), ("--folded",)):
        told = run(capsys, "export", "--preset", "cifar-20", "--format", "onnx", "--out", str(path), *folded)
        assert f"operators, 271,098 parameters; weights: random, seed 0 -> {path}" in told
        model = onnx.load(path)
        onnx.checker.check_model(model, full_check=True)
        operators = [node.name for node in model.graph.node]
        assert "bn3b_branch2b" in operators
        assert ("res3b_branch2b" in operators) == (not folded)
        about = {prop.key: prop.value for prop in model.metadata_props}
        assert json.loads(about["specification"])["classes"] == 10
        session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
        answers += session.run(["fc10_softmax"], {"input": x})
    np.testing.assert_allclose(*answers, atol=1e-5)


def test_exported_weights_are_the_files_and_what_it_lacks_is_said_to_be_random(capsys, tmp_path):
    import onnx
    from onnx import numpy_helper

    kernel = np.random.default_rng(0).random((3, 3, 3, 16), np.float32)
    weights, out = tmp_path / "mine.safetensors", tmp_path / "network.onnx"
    weights.write_bytes(save({"conv1/kernel": kernel}))
    arguments = ["export", "--preset", "cifar-20", "--format", "onnx", "--weights", str(weights), "--out", str(out)]
    assert main(arguments) == 0
    told = capsys.readouterr()
    assert "weights: mine.safetensors" in told.out
    assert "missing" in told.err
    model = onnx.load(out)
    arrays = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    np.testing.assert_array_equal(arrays["conv1/kernel"], kernel.transpose(3, 2, 0, 1))
    assert arrays["res2a_branch2a/kernel"].any()
    about = {prop.key: prop.value for prop in model.metadata_props}
    assert about["weights_sha256"] == hashlib.sha256(weights.read_bytes()).hexdigest()
    assert about["random_layers"].startswith("bn_conv1, res2a_branch2a")


def test_a_runs_weights_are_named_as_the_address_of_its_page_names_them(capsys, tmp_path, monkeypatch):
    import onnx
    from onnx import numpy_helper

    monkeypatch.setenv("RESNET_VIZ_DATA", str(tmp_path))
    store = RunStore(tmp_path / "runs")
    entry = store.add("somebody", demo("plain-vs-residual").plan, "In class")
    files = store.files(entry.id)
    files.save(replace(files.load(), classes=CLASSES, final={"plain": {}, "residual": {}}))
    spec = files.load().plan.specs(len(CLASSES))["residual"]
    files.weights.mkdir()
    arrays = {name: np.full(shape, 0.5, np.float32) for name, shape in expected_arrays(analyse(spec)).items()}
    (files.weights / "residual.safetensors").write_bytes(save(arrays))
    out = tmp_path / "network.onnx"
    changes = changed_paths(preset("cifar-56"), spec).items()
    network = ["--preset", "cifar-56", "--input", str(spec.input_shape[0]), "--classes", str(spec.classes)]
    export = ["export", "--format", "onnx", *network, *(f"--set={path}={value}" for path, value in changes)]
    told = run(capsys, *export, "--weights", f"run.{entry.id}.residual", "--out", str(out))
    assert "weights: In class, residual" in told
    initial = {tensor.name: numpy_helper.to_array(tensor) for tensor in onnx.load(out).graph.initializer}
    assert (initial["conv1/kernel"] == 0.5).all()
    gone = f"run.{entry.id}.other"
    assert f"Received: --weights='{gone}'" in refused(capsys, *export, "--weights", gone, "--out", "x")


def test_compare_says_sentences(capsys):
    text = run(capsys, "compare", "--against", "coursera-2018")
    assert "5b, 5c: squeezes to 256 instead of 512. (−5,641,216 parameters, −22,544,384 MACs)" in text


def test_svg_needs_the_dot_program(capsys, monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    assert "needs Graphviz's `dot` program" in refused(capsys, "graph", "--format", "svg")


@pytest.mark.skipif(
    shutil.which("dot") is None, reason="Graphviz's program is optional; without it the test above holds"
)
def test_svg_and_png_with_the_dot_program(tmp_path, capsys):
    run(capsys, "graph", "--format", "svg", "--out", str(tmp_path / "g.svg"))
    run(capsys, "graph", "--format", "png", "--out", str(tmp_path / "g.png"))
    assert "<svg" in (tmp_path / "g.svg").read_text("utf-8")
    assert png_size(tmp_path / "g.png")[0] > 200


def png_size(path) -> tuple[int, int]:
    with Image.open(path) as image:
        return image.size


BAD = [
    (["summary", "--preset", "corse"], "Did you mean `course`"),
    (["summary", "--input", "32"], "at least 37×37"),
    (["summary", "--input", "big"], "Please write a size, for example 64 or 64x96x3. “big” is not one."),
    (["summary", "--classes", "six"], "Received: classes='six'"),
    (["summary", "--classes", "0"], "Received: classes=0"),
    (["summary", "--set", "stem.relu=on"], "Received: change='stem.relu'"),
    (["summary", "--set", "stem.use_relu"], "`on` or `off`"),
    (["summary", "--format", "xml"], "invalid choice: 'xml'"),
    (["summary", "--formt=csv", "more"], "Unrecognized arguments: --formt=csv more. See `resnet_viz --help`."),
    (["graph", "--open", "3.9z"], "Received: --open='9z'"),
    (["graph", "--out", "/nowhere/at/all.dot"], "Cannot read or write /nowhere/at/all.dot"),
    (["activations", "/nowhere.png", "--node", "conv1", "--out", "x.npz"], "the path of a picture"),
    (["activations", str(FOLDER / "cat.jpg"), "--node", "conv1", "--out", "x.gif"], "ending in .npz or .png"),
    (["activations", str(FOLDER / "cat.jpg"), "--node", "conv2", "--out", "x.npz"], "Received: node='conv2'"),
    (["activations", str(FOLDER / "cat.jpg"), "--out", "x.npz", "--surgery", "drop:9z"], "a block of this network"),
    (["activations", str(FOLDER / "cat.jpg")], "Say what to write"),
    (["explain", str(FOLDER / "cat.jpg"), "--weights", "imagenet", "--out", "x.png"], "for these networks: keras-v1"),
    (["explain", str(FOLDER / "cat.jpg"), "--weights", "run.none.residual", "--out", "x.png"], "a run of this machine"),
    (["explain", str(FOLDER / "cat.jpg"), "--method", "magic", "--out", "x.png"], "`method` must be"),
    (["explain", str(FOLDER / "cat.jpg"), "--out", "x.gif"], "ending in .npz or .png"),
    (["explain", str(FOLDER / "cat.jpg"), "--class", "77", "--out", "x.png"], "a number from 0 to 5"),
    ([], "COMMAND"),
    (["summmary"], "invalid choice"),
]


@pytest.mark.parametrize(("arguments", "sentence"), BAD)
def test_bad_input_is_one_sentence_and_exit_2_and_leaves_nothing(capsys, monkeypatch, tmp_path, arguments, sentence):
    monkeypatch.chdir(tmp_path)
    assert sentence in refused(capsys, *arguments)
    assert list(tmp_path.iterdir()) == []


def test_the_app_takes_the_options_of_streamlit(monkeypatch):
    asked = []
    monkeypatch.setattr("runpy.run_module", lambda name, **_options: asked.append((name, sys.argv)))
    monkeypatch.setattr(sys, "argv", ["resnet-viz"])
    assert main(["app", "--server.port", "8600", "--server.headless=true"]) == 0
    assert asked == [("streamlit", ["streamlit", "run", str(APP), "--server.port", "8600", "--server.headless=true"])]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--format", "onnx"], "Say what to write: --out FILE.onnx."),
        (["--folded"], "`--folded` must be left out for this format. Received: --folded='on'. Only ONNX"),
        (["--format", "json", "--weights", "shapes"], "`--weights` must be left out for this format."),
        (["--format", "onnx", "--out", "x.onnx", "--weights", "nowhere.npz"], "the path of a weights file"),
        (["--format", "onnx", "--out", "nowhere/x.onnx", "--preset", "cifar-20"], "Cannot read or write nowhere/x.onnx"),
        (["--format", "onnx", "--out", "x.onnx", "--preset", "cifar-20", "--weights", "shapes"], "Nothing of these weights"),
    ],
)  # fmt: skip
def test_an_export_that_cannot_be_is_one_sentence_and_leaves_nothing(
    capsys, monkeypatch, tmp_path, arguments, sentence
):
    monkeypatch.chdir(tmp_path)
    assert sentence in refused(capsys, "export", *arguments)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", ["activations", "explain"])
def test_weights_of_which_nothing_fits_end_in_exit_2_and_write_nothing(capsys, tmp_path, command):
    weights, out = tmp_path / "other.safetensors", tmp_path / "x.npz"
    weights.write_bytes(save({"my_conv1/kernel": np.ones((3, 3, 3, 16), np.float32)}))
    picture = [command, str(FOLDER / "cat.jpg"), "--preset", "cifar-20", "--out", str(out)]
    for name, sentence in ((str(weights), "No array of this file"), ("shapes", "Nothing of these weights fits")):
        assert sentence in refused(capsys, *picture, "--weights", name)
    assert not out.exists()


def test_activations_write_arrays_under_their_ids_and_mosaics(tmp_path):
    """Through the real command, in a process of its own, as a person runs it."""
    command = [sys.executable, "-m", "resnet_viz", "activations", str(FOLDER / "cat.jpg"), "--preset", "cifar-20"]
    nodes = ["--node", "res3b_branch2b", "--node", "fc10_softmax", "--node", "input"]
    out = tmp_path / "maps.npz"
    done = subprocess.run([*command, *nodes, "--out", str(out)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    with np.load(out, allow_pickle=False) as maps:
        about = json.loads(str(maps["about"]))
        assert {name: maps[name].shape for name in maps if name != "about"} == {
            "res3b_branch2b": (16, 16, 32),
            "fc10_softmax": (10,),
            "input": (32, 32, 3),
        }
        assert maps["fc10_softmax"].sum() == pytest.approx(1, abs=1e-5)
    assert json.loads(preset("cifar-20").to_json()) == about.pop("specification")
    assert about == {
        "preset": "cifar-20",
        "weights": "random, seed 0",
        "weights_sha256": "",
        "random_layers": [],
        "surgery": "",
        "image": "cat.jpg",
        "image_sha256": hashlib.sha256((FOLDER / "cat.jpg").read_bytes()).hexdigest(),
        "resize": "crop",
        "interpolation": "bilinear",
        "pixels": "unit",
        "normalisation": "RGB, x / 255",
        "mode": "inference (moving statistics)",
        "engine": "ONNX Runtime",
    }
    done = subprocess.run(
        [*command, "--node", "conv1", "--out", str(tmp_path / "m.png")], capture_output=True, check=False
    )
    assert done.returncode == 0
    assert png_size(tmp_path / "m.png") == (4 * 33 + 1, 4 * 33 + 1)


def test_a_view_is_one_file_and_an_explanation_is_printed(tmp_path):
    """Through the real commands; what the pages show of it is tested there."""
    look = [sys.executable, "-m", "resnet_viz"]
    network = [str(FOLDER / "shapes.png"), "--preset", "cifar-20", "--surgery", "drop:3b"]
    html, arrays, weights = tmp_path / "view.html", tmp_path / "map.npz", tmp_path / "mine.safetensors"
    shapes = expected_arrays(analyse(preset("cifar-20")))
    weights.write_bytes(
        save({name: np.full(shape, 0.1, np.float32) for name, shape in shapes.items() if not name.startswith("fc10")})
    )
    done = subprocess.run(
        [*look, "activations", *network, "--html", str(html)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    text = html.read_text("utf-8")
    assert "after surgery: drop:3b" in text
    assert "weights: random, seed 0" in text
    done = subprocess.run(
        [
            *look,
            "explain",
            *network,
            "--method",
            "occlusion",
            "--how",
            "patch=16",
            "--class",
            "3",
            "--weights",
            str(weights),
            "--out",
            str(arrays),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "occlusion, class 3: score" in done.stdout
    assert "patch 16, stride 4, fill mean" in done.stdout
    with np.load(arrays, allow_pickle=False) as found:
        assert found["values"].shape == (32, 32)
        about = json.loads(str(found["about"]))
    assert about["surgery"] == "drop:3b"
    assert about["weights_sha256"] == hashlib.sha256(weights.read_bytes()).hexdigest()
    assert about["random_layers"] == ["fc10"]
    asked = {name: about[name] for name in ("method", "node", "target", "settings")}
    assert asked == {
        "method": "occlusion",
        "node": "res4c_out",
        "target": 3,
        "settings": {"patch": "16", "stride": "4", "fill": "mean"},
    }
    assert {"score", "patches", "largest_fall"} <= about.keys()


def test_the_terminal_speaks_the_systems_language_and_survives_an_old_console():
    command = [sys.executable, "-m", "resnet_viz", "summary"]
    chinese = {"LANG": "zh_CN.UTF-8", "PYTHONIOENCODING": "utf-8", "PATH": ""}
    done = subprocess.run([*command, "--preset", "corse"], capture_output=True, env=chinese, check=False)
    assert "必须是" in done.stderr.decode("utf-8")
    done = subprocess.run(command, capture_output=True, env={"PYTHONIOENCODING": "ascii", "PATH": ""}, check=False)
    assert done.returncode == 0
    assert b"64?64?3" in done.stdout
