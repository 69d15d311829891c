"""Keras checks our arithmetic: same shapes and counts for every preset, same values where a reference exists."""

import keras
import numpy as np
import pytest

import resnet_viz
from resnet_viz.analysis import analyse, smallest_side
from resnet_viz.errors import SpecError
from resnet_viz.model.build import build_model
from resnet_viz.spec import PRESETS, preset

# Smallest sides that still show odd maps and padding at every stage, to keep the builds quick.
SIDES = [47, 64]


@pytest.fixture(autouse=True)
def _forget_models():
    yield
    keras.utils.clear_session()


@pytest.mark.parametrize("name", PRESETS)
def test_shapes_and_counts_equal_the_built_model_layer_by_layer(name):
    side = SIDES[len(name) % 2]
    summary = analyse(preset(name, input_shape=(side, side + 16, 3)))
    model = build_model(summary.graph.spec)
    assert {layer.name for layer in model.layers} == set(summary.by_id)
    for layer in model.layers:
        record = summary.record(layer.name)
        assert tuple(layer.output.shape[1:]) == record.output_shape, layer.name
        trainable = sum(int(np.prod(w.shape)) for w in layer.trainable_weights)
        assert (trainable, layer.count_params() - trainable) == (record.trainable, record.non_trainable), layer.name
    assert model.count_params() == summary.totals.parameters


@pytest.mark.parametrize("shape", [(64, 96, 1), (37, 37, 3)])
def test_other_input_shapes_agree(shape):
    summary = analyse(preset("course", input_shape=shape))
    model = build_model(summary.graph.spec)
    assert model.count_params() == summary.totals.parameters
    assert all(tuple(layer.output.shape[1:]) == summary.record(layer.name).output_shape for layer in model.layers)


def test_the_public_constructor_has_the_golden_counts():
    assert resnet_viz.ResNet50().count_params() == 17_958_790
    with pytest.raises(SpecError, match="at least 37×37"):
        resnet_viz.ResNet50(input_shape=(36, 36, 3))
    assert smallest_side(PRESETS["course"]) == 37


# --- The value check of the specification's section 3 -----------------------------------------------------------

EXPECTED = {
    1.0: (192.71236, 96.85618, 48.92810),
    3.0: (578.13708, 290.56854, 146.78427),
    -1.0: (0.0, 0.0, 0.0),
}


def ones_block() -> keras.Model:
    """Return the identity block of the check with every kernel 1 and every bias 0, set after the build."""
    x = keras.Input((4, 4, 3))
    model = keras.Model(x, resnet_viz.identity_block(x, f=2, filters=(4, 4, 3), stage=1, block="a"))
    for layer in model.layers:
        if isinstance(layer, keras.layers.Conv2D):
            kernel, bias = layer.get_weights()
            layer.set_weights([np.ones_like(kernel), np.zeros_like(bias)])
    return model


@pytest.mark.parametrize(("value", "expected"), EXPECTED.items())
def test_constant_weights_give_the_specified_values(value, expected):
    out = np.asarray(ones_block()(np.full((1, 4, 4, 3), value, "float32"), training=False))[0].mean(axis=-1)
    body, edge, corner = expected
    np.testing.assert_allclose(out[:3, :3], body, rtol=1e-5)
    np.testing.assert_allclose(out[3, :3], edge, rtol=1e-5)
    np.testing.assert_allclose(out[:3, 3], edge, rtol=1e-5)
    np.testing.assert_allclose(out[3, 3], corner, rtol=1e-5)


def test_block_names_and_seeds_are_the_specified_ones():
    x = keras.Input((8, 8, 6))
    y = resnet_viz.convolution_block(x, 3, (2, 4, 6), 3, "a", 2)
    model = keras.Model(x, resnet_viz.identity_block(y, 3, (2, 4, 6), 3, "b"))
    names = [layer.name for layer in model.layers if isinstance(layer, keras.layers.Conv2D)]
    assert set(names) == {f"res3a_branch{place}" for place in ("2a", "2b", "2c", "1")} | {
        f"res3b_branch2{place}" for place in "abc"
    }
    assert model.get_layer("res3a_branch2a").strides == model.get_layer("res3a_branch1").strides == (2, 2)
    assert model.get_layer("res3b_branch2b").padding == "same"
    kernels = [model.get_layer(f"res3{b}_branch2b").get_weights()[0] for b in "ab"]
    np.testing.assert_array_equal(*kernels)  # seed 0 everywhere: equal shapes start equal
    assert model.get_layer("res3b_branch2b").kernel_initializer.seed == 0


def test_an_identity_block_that_cannot_add_is_refused():
    with pytest.raises(
        SpecError, match=r"`filters` must be three numbers ending in the input's channels, 6.*\(2, 4, 5\)"
    ):
        resnet_viz.identity_block(keras.Input((8, 8, 6)), 3, (2, 4, 5), 3, "b")


# --- keras.applications with the same random weights --------------------------------------------------------------

REFERENCES = {
    "keras-v1": keras.applications.ResNet50,
    "keras-v1-101": keras.applications.ResNet101,
    "keras-v1-152": keras.applications.ResNet152,
    "v2": keras.applications.ResNet50V2,
}


def reference_names(spec_blocks) -> dict[str, str]:
    """Return our layer id -> keras.applications' layer name, for layers with weights and block outputs."""
    names = {"conv1": "conv1_conv", "bn_conv1": "conv1_bn", "bn_final": "post_bn", "fc10": "predictions"}
    counts: dict[int, int] = {}
    for block in spec_blocks:
        counts[block.stage] = counts.get(block.stage, 0) + 1
        theirs, ours = f"conv{block.stage}_block{counts[block.stage]}", block.name
        names |= {f"res{ours}_branch1": f"{theirs}_0_conv", f"bn{ours}_branch1": f"{theirs}_0_bn"}
        names |= {f"bn{ours}_preact": f"{theirs}_preact_bn"}
        for number, position in enumerate("abc", start=1):
            names |= {f"res{ours}_branch2{position}": f"{theirs}_{number}_conv"}
            names |= {f"bn{ours}_branch2{position}": f"{theirs}_{number}_bn"}
        names |= {block.out: f"{theirs}_out"}
    return names


def randomise(model: keras.Model) -> None:
    """Give every array a random value that keeps signals alive; moving statistics too."""
    random = np.random.default_rng(7)
    for layer in model.layers:
        arrays = []
        for weight in layer.weights:
            if weight.name in ("gamma", "moving_variance"):
                arrays.append(random.uniform(0.5, 1.5, weight.shape))
            elif len(weight.shape) == 1:
                arrays.append(random.normal(0, 0.1, weight.shape))
            else:
                fan_in = np.prod(weight.shape[:-1])
                arrays.append(random.normal(0, fan_in**-0.5, weight.shape))
        if arrays:
            layer.set_weights([array.astype("float32") for array in arrays])


@pytest.mark.parametrize("name", REFERENCES)
def test_values_equal_keras_applications_at_every_block(name):
    # 64 px keeps 152 layers quick; both even and odd maps occur. Eager on one CPU, both sides run the same kernels in
    # the same order, so the difference must be exactly 0.
    spec = preset(name, input_shape=(64, 64, 3), classes=10)
    ours = build_model(spec)
    theirs = REFERENCES[name](weights=None, input_shape=(64, 64, 3), classes=10, classifier_activation=None)
    assert ours.count_params() == theirs.count_params()
    randomise(theirs)
    graph = analyse(spec).graph
    names = reference_names(graph.blocks)
    for layer in ours.layers:
        if layer.weights:
            layer.set_weights(theirs.get_layer(names[layer.name]).get_weights())
    taps = [block.out for block in graph.blocks]
    mine = keras.Model(ours.input, [ours.get_layer(tap).output for tap in [*taps, "fc10"]])
    reference = keras.Model(theirs.input, [theirs.get_layer(names[tap]).output for tap in taps] + [theirs.output])
    picture = np.random.default_rng(1).normal(size=(1, 64, 64, 3)).astype("float32")
    for tap, a, b in zip(
        [*taps, "output"], mine(picture, training=False), reference(picture, training=False), strict=True
    ):
        a, b = np.asarray(a), np.asarray(b)
        assert np.abs(b).max() > 0
        np.testing.assert_array_equal(a, b, err_msg=tap)


# --- Explicit padding is not `same`: torch's layout, by hand ------------------------------------------------------


def test_explicit_padding_reads_other_cells_than_same():
    explicit = preset("torch-v1.5", input_shape=(64, 64, 3), classes=10)
    graph = analyse(explicit).graph
    assert graph.node("res3a_pad2b").layer.size == 1
    model = build_model(explicit)
    sub = keras.Model(model.get_layer("res3a_pad2b").input, model.get_layer("res3a_branch2b").output)
    x = np.random.default_rng(3).normal(size=(1, *sub.input_shape[1:])).astype("float32")
    kernel = model.get_layer("res3a_branch2b").get_weights()[0]
    padded = np.pad(x[0], [(1, 1), (1, 1), (0, 0)])
    first = np.einsum("yxc,yxcf->f", padded[:3, :3], kernel)  # the window of cell (0, 0) hangs over the first row
    np.testing.assert_allclose(np.asarray(sub(x))[0, 0, 0], first, rtol=1e-4, atol=1e-5)
    same = keras.ops.conv(x, kernel, strides=2, padding="same")
    assert same.shape == sub(x).shape
    assert np.abs(np.asarray(same) - np.asarray(sub(x))).max() > 0.1


def test_infinity_padding_never_wins_the_pool():
    spec = preset("torch-v1.5", input_shape=(64, 64, 3), classes=10)
    model = build_model(spec)
    pool = keras.Model(model.get_layer("pool1_pad").input, model.get_layer("pool1").output)
    negative = np.full((1, *pool.input_shape[1:]), -2.0, "float32")
    np.testing.assert_array_equal(np.asarray(pool(negative)), -2.0)


def test_option_a_subsamples_and_adds_zero_channels():
    model = build_model(preset("cifar-20", input_shape=(9, 8, 3)))
    pad = keras.Model(model.get_layer("res3a_shortcut_pad").input, model.get_layer("res3a_shortcut_pad").output)
    x = np.random.default_rng(3).normal(size=(1, *pad.input_shape[1:])).astype("float32")
    out = np.asarray(pad(x))
    np.testing.assert_array_equal(out[..., :16], x[:, ::2, ::2, :])
    np.testing.assert_array_equal(out[..., 16:], 0)


# --- ImageNet's files ------------------------------------------------------------------------------------------------


def test_a_published_file_gives_the_published_networks_answers(tmp_path):
    """A file of keras.applications' layout with random arrays, dropped by hand, read by ours, against Keras's own model."""
    import hashlib
    from dataclasses import replace

    import h5py
    from safetensors.numpy import load_file

    from resnet_viz.engine.inference import InferenceModel
    from resnet_viz.weights.imagenet import FILES, ImageNetStore
    from resnet_viz.weights.start import network_arrays

    theirs = keras.applications.ResNet50(weights=None, input_shape=(64, 64, 3))
    randomise(theirs)
    path = tmp_path / "published.h5"
    with h5py.File(path, "w") as file:
        for layer in theirs.layers:
            for variable in layer.weights:
                file[f"{layer.name}/{layer.name}/{variable.name}:0"] = np.asarray(variable)
    data = path.read_bytes()
    entry = replace(FILES["keras-v1"], md5=hashlib.md5(data, usedforsecurity=False).hexdigest())
    store = ImageNetStore(tmp_path / "store")
    store.adopt(entry, data)
    spec = preset("keras-v1", input_shape=(64, 64, 3))
    summary = analyse(spec)
    network = InferenceModel(summary, network_arrays(summary, load_file(store.load(entry).path)))
    picture = np.random.default_rng(0).uniform(-100, 100, size=(64, 64, 3)).astype(np.float32)
    expected = np.asarray(theirs(picture[np.newaxis], training=False))[0]
    found = network.activations(picture, ["fc1000_softmax"])["fc1000_softmax"]
    np.testing.assert_allclose(found, expected, atol=1e-5 * expected.max())
    keras.utils.clear_session()


# --- The file that builds the network -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["course", "torch-v1.5", "v2", "cifar-20", "plain18"])
def test_the_exported_file_builds_the_identical_model(name):
    """The file runs on its own: same names, shapes, counts, and, from the same seeds, the same weights and answers."""
    from resnet_viz.analysis.keras_code import keras_file

    spec = preset(name, input_shape=(48, 48, 3), classes=7)
    code = keras_file(analyse(spec).graph, "A network.")
    assert "resnet_viz" not in code
    scope = {"__name__": "exported"}
    exec(compile(code, "network.py", "exec"), scope)
    made, own = scope["model"], build_model(spec)
    assert [layer.name for layer in made.layers] == [layer.name for layer in own.layers]
    for ours, theirs in zip(own.layers, made.layers, strict=True):
        assert theirs.output.shape == ours.output.shape
        assert theirs.count_params() == ours.count_params()
        for one, other in zip(ours.get_weights(), theirs.get_weights(), strict=True):
            np.testing.assert_array_equal(one, other)
    picture = np.random.default_rng(0).random((2, 48, 48, 3), np.float32)
    np.testing.assert_array_equal(made(picture), own(picture))


def test_that_check_can_fail():
    from resnet_viz.analysis.keras_code import keras_file

    code = keras_file(analyse(PRESETS["cifar-20"]).graph, "A network.").replace("Conv2D(32, 3", "Conv2D(31, 3", 1)
    scope = {"__name__": "exported"}
    exec(compile(code, "network.py", "exec"), scope)
    assert scope["model"].count_params() != analyse(PRESETS["cifar-20"]).totals.parameters


# --- Unread cells ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "side", "node", "unread"),
    [
        ("course", 64, "res2c_out", 161),
        ("course", 64, "bn_conv1", 63),
        ("course", 96, "res5c_out", 5),
        ("cifar-20", 32, "res3c_out", 0),
    ],
)
def test_unread_cells_change_nothing_downstream_and_read_ones_do(name, side, node, unread):
    """Perturb the cells that nobody reads: the logits stay as they are, to the last bit. Perturb the others: they move."""
    from resnet_viz.analysis.reads import cell_reads

    spec = preset(name, input_shape=(side, side, 3))
    summary = analyse(spec)
    reads = cell_reads(summary, node)
    assert reads.unread == unread
    model = build_model(spec)
    source = np.random.default_rng(1)
    for variable in model.weights:  # untrained, a picture of zeros and ones would leave too little to see
        if variable.name == "moving_variance":
            variable.assign(source.uniform(0.5, 1.5, variable.shape))
    last = next(n.id for n in reversed(summary.graph.nodes) if n.id.startswith("fc") and "_" not in n.id)
    tail = keras.Model(model.get_layer(node).output, model.get_layer(last).output)
    maps = source.normal(size=(1, *summary.record(node).output_shape)).astype(np.float32)
    is_read = np.array(reads.counts) > 0
    before = np.asarray(tail(maps))
    changed = np.where(is_read[None, :, :, None], maps, maps + 100.0).astype(np.float32)
    np.testing.assert_array_equal(np.asarray(tail(changed)), before)
    for row, column in [tuple(cell) for cell in np.argwhere(is_read)][:: max(1, int(is_read.sum()) // 6)]:
        one = maps.copy()
        one[0, row, column] += 100.0
        assert not np.array_equal(np.asarray(tail(one)), before), (row, column)
