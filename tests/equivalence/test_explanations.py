"""Explanations against sums by hand, finite differences, and tf-keras-vis."""

import itertools

import keras
import numpy as np
import pytest

from resnet_viz.analysis import analyse
from resnet_viz.attribution.catalogue import METHODS, baseline_picture, patch_count, settings_of
from resnet_viz.attribution.depth import depth_profile
from resnet_viz.attribution.effective_field import effective_fields
from resnet_viz.attribution.grad_cam import grad_cam
from resnet_viz.attribution.integrated_gradients import integrated_gradients
from resnet_viz.attribution.occlusion import occlusion, patch_places
from resnet_viz.attribution.pixel import pixel_steps
from resnet_viz.attribution.sanity import randomised, rank_correlation
from resnet_viz.engine.inference import InferenceModel
from resnet_viz.errors import ExplanationError, SpecError
from resnet_viz.model.gradient_model import GradientModel
from resnet_viz.spec import preset
from resnet_viz.spec.surgery import NO_SURGERY, parse_surgery
from resnet_viz.weights.start import network_arrays

SPEC = preset("cifar-20", input_shape=(16, 16, 3))


def picture(seed: int = 0, spec=SPEC) -> np.ndarray:
    return np.random.default_rng(seed).uniform(size=spec.input_shape).astype(np.float32)


def lively(spec=SPEC, seed: int = 5) -> GradientModel:
    """Return a network with values of their own in every array, so that no bias or statistic hides behind its start."""
    random, summary = np.random.default_rng(seed), analyse(spec)
    arrays = dict(network_arrays(summary))
    for name, array in arrays.items():
        if name.endswith(("/beta", "/bias", "/moving_mean")):
            arrays[name] = random.normal(scale=0.1, size=array.shape).astype(np.float32)
        elif name.endswith(("/gamma", "/moving_variance")):
            arrays[name] = random.uniform(0.5, 1.5, size=array.shape).astype(np.float32)
    return GradientModel(summary, arrays)


@pytest.fixture(scope="module")
def network() -> GradientModel:
    return lively()


def cut(network, text):
    channels = {record.node.id: record.output_shape[-1] for record in network.summary.records[1:]}
    return parse_surgery(text, network.graph, channels)


def eager_logits(network, values):
    model = keras.Model(network.model.input, network.model.get_layer("fc10").output)
    return np.asarray(model(values[np.newaxis], training=False))[0]


# --- Gradients -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("node", ["res4c_out", "res3b_out", "res3b_branch2a", "conv1"])
def test_grad_cam_equals_the_gradient_by_hand(network, node):
    """The whole model's own tape, without cut or cache, weights every channel the same way."""
    import tensorflow as tf

    target = 3
    both = keras.Model(
        network.model.input,
        [network.model.get_layer(node).output, network.model.get_layer("fc10").output],
    )
    with tf.GradientTape() as tape:
        maps, logits = both(picture()[np.newaxis], training=False)
        # A gradient in an intermediate tensor of one pass.
        score = logits[0, target]
    gradient = tape.gradient(score, maps)[0].numpy()
    expected = (maps[0].numpy() * gradient.mean(axis=(0, 1))).sum(axis=-1)
    found = grad_cam(network, picture(), node, target)
    np.testing.assert_allclose(found.values, expected, rtol=1e-3, atol=1e-5 * np.abs(expected).max())
    assert found.score == pytest.approx(float(score), rel=1e-4)


def test_grad_cam_of_the_last_map_by_hand(network):
    """Behind it stand only a mean over cells and the classifier: α_k = w_kc / (h · w), by hand."""
    kernel = np.asarray(network.model.get_layer("fc10").kernel)
    maps = network.activations(picture(), ["res4c_out"])["res4c_out"]
    height, width = maps.shape[:2]
    expected = maps @ (kernel[:, 2] / (height * width))
    found = grad_cam(network, picture(), "res4c_out", 2)
    np.testing.assert_allclose(found.values, expected, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("surgery", ["", "drop:3b,silence:res2a_out:1+2"])
def test_gradients_agree_with_finite_differences(network, surgery):
    operated = network.after(cut(network, surgery))
    values, random = picture(2), np.random.default_rng(3)
    direction = random.normal(size=values.shape).astype(np.float32)
    _score, gradient = operated.gradients(values[np.newaxis], network.direction(1))
    step = 5e-4  # small, or it steps over kinks of the ReLUs
    ends = operated.logits(np.stack([values + step * direction, values - step * direction]))[:, 1]
    assert float((gradient[0] * direction).sum()) == pytest.approx(float(ends[0] - ends[1]) / (2 * step), rel=0.03)


def test_integrated_gradients_are_complete_and_settle_with_steps(network):
    black = np.zeros_like(picture())
    found = {steps: integrated_gradients(network, picture(), black, 4, steps) for steps in (16, 256)}
    numbers = found[256].numbers
    assert abs(numbers["residual"]) < 0.02 * max(abs(numbers["difference"]), 1e-3)
    assert numbers["sum"] - numbers["difference"] == pytest.approx(numbers["residual"], abs=1e-6)
    assert abs(numbers["residual"]) <= abs(found[16].numbers["residual"]) + 1e-4
    assert found[256].score == pytest.approx(eager_logits(network, picture())[4], rel=1e-3)


def test_integrated_gradients_of_a_linear_network_by_hand():
    """Without ReLU and with one convolution the gradient is the same everywhere: IG = gradient · (x − x')."""

    class Linear:
        batch = 2

        def direction(self, target):
            return np.eye(2, dtype=np.float32)[target]

        def gradients(self, pictures, _direction):
            weights = np.arange(12, dtype=np.float32).reshape(2, 2, 3)
            return (pictures * weights).sum(axis=(1, 2, 3)), np.repeat(weights[np.newaxis], len(pictures), axis=0)

        def logits(self, pictures):
            weights = np.arange(12, dtype=np.float32).reshape(2, 2, 3)
            return np.stack([(pictures * weights).sum(axis=(1, 2, 3))] * 2, axis=1)

    x, baseline = np.full((2, 2, 3), 2, np.float32), np.ones((2, 2, 3), np.float32)
    found = integrated_gradients(Linear(), x, baseline, 0, 3)
    np.testing.assert_allclose(found.values, [[3, 12], [21, 30]])
    assert (found.score, found.numbers["residual"]) == (132, 0)


def test_occlusion_of_a_toy_by_hand():
    """A score that reads one pixel falls only where a patch covers it."""

    class OnePixel:
        batch = 8

        def direction(self, target):
            return np.eye(2)[target]

        def logits(self, pictures):
            return np.stack([pictures[:, 1, 1, 0] * 10] * 2, axis=1)

    x = np.ones((4, 4, 3), np.float32)
    found = occlusion(OnePixel(), x, np.zeros_like(x), 0, 2, 2)
    np.testing.assert_allclose(found.values, [[10, 10, 0, 0], [10, 10, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]])
    assert found.numbers == {"patches": 4.0, "largest_fall": 10.0}
    overlapping = occlusion(OnePixel(), x, np.zeros_like(x), 0, 2, 1)
    assert overlapping.values[1, 1] == 10
    assert overlapping.values[0, 0] == 10
    assert overlapping.values[0, 2] == 5  # of the two patches over it, one covers the pixel that counts


def test_every_pixel_is_covered_by_a_patch():
    for height, width, patch, stride in ((16, 16, 4, 4), (17, 13, 5, 3), (8, 8, 8, 4)):
        covered = np.zeros((height, width))
        for row, column in patch_places(height, width, patch, stride):
            covered[row : row + patch, column : column + patch] += 1
        assert covered.min() >= 1


def test_occlusion_agrees_with_covering_by_hand(network):
    values, fill = picture(), baseline_picture(picture(), "mean", np.zeros_like(picture()), np.ones_like(picture()))
    found = occlusion(network, values, fill, 1, 8, 8)
    by_hand = values.copy()
    by_hand[8:, :8] = fill[8:, :8]
    fall = eager_logits(network, values)[1] - eager_logits(network, by_hand)[1]
    assert found.values[12, 3] == pytest.approx(fall, abs=2e-4)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # tf-keras-vis's own imports
@pytest.mark.parametrize("node", ["res4c_out", "res3b_out"])
def test_grad_cam_equals_tf_keras_vis(network, node):
    from tf_keras_vis.gradcam import Gradcam

    model = keras.Model(network.model.input, network.model.get_layer("fc10").output)
    oracle = Gradcam(model, clone=False)
    expected = oracle(
        lambda output: output[:, 3],
        picture()[np.newaxis],
        penultimate_layer=node,
        seek_penultimate_conv_layer=False,
        expand_cam=False,
        normalize_cam=False,
    )
    found = np.maximum(grad_cam(network, picture(), node, 3).values, 0)
    np.testing.assert_allclose(found, np.asarray(expected)[0], atol=1e-4 * max(1.0, float(np.max(expected))))


def test_a_backward_pass_keeps_within_a_laptops_memory(network):
    assert network.batch == 8
    large = analyse(preset("course", input_shape=(224, 224, 3)))
    large = InferenceModel(large, network_arrays(large))
    assert large.batch == 3
    logits = large.logits(np.zeros((4, 224, 224, 3), np.float32))
    np.testing.assert_allclose(logits[0], logits[3], rtol=1e-5)


@pytest.mark.parametrize(("height", "width"), [(8, 8), (9, 17), (16, 12)])
def test_patches_are_counted_before_they_are_made(height, width):
    for patch in range(1, 9):
        for stride in range(1, patch + 1):
            assert patch_count(height, width, patch, stride) == len(list(patch_places(height, width, patch, stride)))


# --- Randomised from the top -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("node", ["res4c_out", "res3b_out"], ids=["in closed form", "by Keras"])
def test_randomising_goes_down_stage_by_stage_and_leaves_the_weights_alone(network, node):
    def explained(of) -> np.ndarray:
        return grad_cam(of, picture(), node, 3).values

    own, first = explained(network), np.array(network.arrays["conv1/kernel"])
    found = [(stage, explained(other), other) for stage, other in randomised(network)]
    assert [stage for stage, _map, _other in found] == [0, 4, 3, 2, 1]
    for (_stage, before, _other), (_next, after, _another) in itertools.pairwise([(None, own, network), *found]):
        assert not np.allclose(before, after)
    head, last = found[0][2].arrays, found[-1][2].arrays
    changed = {name for name, array in head.items() if not np.array_equal(array, network.arrays[name])}
    assert changed == {"fc10/kernel", "fc10/bias"}
    assert (last["bn2a_branch2a/gamma"] == 1).all()
    kernels = [last[f"res2{block}_branch2a/kernel"] for block in "ab"]
    assert not np.array_equal(*kernels), "no two kernels are twins"
    np.testing.assert_array_equal(network.arrays["conv1/kernel"], first)
    np.testing.assert_allclose(explained(network), own, rtol=1e-5, atol=1e-6)


def test_rank_correlation_by_hand():
    assert rank_correlation(np.float32([[1, 2], [3, 4]]), np.float32([[10, 20], [30, 99]])) == pytest.approx(1)
    assert rank_correlation(np.float32([1, 2, 3]), np.float32([3, 2, 1])) == pytest.approx(-1)
    # Ranks 0, 1.5, 1.5, 3 against 0, 1, 2, 3: 4.5 / √(4.5 · 5).
    assert rank_correlation(np.float32([1, 2, 2, 3]), np.float32([1, 2, 3, 4])) == pytest.approx(4.5 / np.sqrt(22.5))
    assert np.isnan(rank_correlation(np.zeros(4, np.float32), np.float32([1, 2, 3, 4])))


# --- Surgery ---------------------------------------------------------------------------------------------------------


def test_surgery_by_the_blocks_own_arithmetic(network):
    """Drop: the sum is the shortcut. Cut: the sum is F(x). Silence: 0 there, and what follows answers."""
    names = ["res3b_out", "bn3c_branch2b", "res3c_add", "res3c_out", "res4c_out"]
    intact = network.activations(picture(), names)
    dropped = network.after(cut(network, "drop:3c")).activations(picture(), names)
    np.testing.assert_array_equal(dropped["res3c_add"], intact["res3b_out"])
    np.testing.assert_array_equal(dropped["bn3c_branch2b"], intact["bn3c_branch2b"])
    assert not np.allclose(dropped["res4c_out"], intact["res4c_out"])
    without = network.after(cut(network, "cut:3c")).activations(picture(), names)
    np.testing.assert_array_equal(without["res3c_add"], intact["bn3c_branch2b"])
    both = network.after(cut(network, "drop:3c,cut:3c")).activations(picture(), names)
    assert not both["res3c_out"].any()
    silenced = network.after(cut(network, "silence:res3b_out:0+5")).activations(picture(), names)
    assert not silenced["res3b_out"][..., [0, 5]].any()
    np.testing.assert_allclose(silenced["res3b_out"][..., 1:5], intact["res3b_out"][..., 1:5], rtol=1e-5)
    assert not np.allclose(silenced["res3c_out"], intact["res3c_out"])


def test_a_surgery_that_does_nothing_changes_nothing(network):
    """The same values to rounding, so what a surgery shows is the surgery's."""
    silent = [
        int(c) for c in np.flatnonzero(~network.activations(picture(), ["res2a_out"])["res2a_out"].any(axis=(0, 1)))
    ]
    text = f"silence:res2a_out:{'+'.join(map(str, silent))}" if silent else "silence:conv1:0"
    names = [block.out for block in network.graph.blocks]
    if silent:
        for name, array in network.after(cut(network, text)).activations(picture(), names).items():
            np.testing.assert_allclose(array, network.activations(picture(), names)[name], rtol=1e-3, atol=1e-4)
    logits = network.after(cut(network, text)).logits(picture()[np.newaxis])[0]
    probabilities = network.after(cut(network, text)).activations(picture(), ["fc10_softmax"])["fc10_softmax"]
    shares = np.exp(logits - logits.max())
    np.testing.assert_allclose(shares / shares.sum(), probabilities, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("drop:9z", "a block of this network with a shortcut.*9z"),
        ("melt:3b", "drop:BLOCK.*melt"),
        ("silence:res3b_out:99", "0 to 31.*99"),
        ("silence:nowhere:1", "a layer of this network.*nowhere"),
        ("silence:input:1", "a layer of this network.*input"),
    ],
)
def test_impossible_surgery_is_one_sentence(network, text, rule):
    with pytest.raises(SpecError, match=rule):
        cut(network, text)


def test_surgery_survives_its_text(network):
    text = "drop:2a,drop:3b,cut:4a,silence:res2a_out:1+7"
    assert cut(network, text).to_text() == text
    assert not NO_SURGERY


# --- One pixel -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "conv1",
        "bn_conv1",
        "conv1_relu",
        "res2a_branch2b",
        "bn3a_branch2a",
        "res3a_add",
        "res3a_out",
        "res4b_relu2a",
        "avg_pool",
        "fc10",
        "input",
    ],
)
def test_the_sum_of_a_pixel_is_the_models_value(network, name):
    """At corners and inside; in float64 against the model's float32, to 1e-4 of the layer's largest value."""
    maps = network.activations(picture(), [name])[name]
    shape = maps.shape if maps.ndim == 3 else (1, 1, *maps.shape)
    bound = 1e-4 * float(np.abs(maps).max())
    for place in ((0, 0, 0), (shape[0] - 1, shape[1] - 1, shape[2] - 1), (shape[0] // 2, 0, shape[2] // 2)):
        steps = pixel_steps(
            network.summary,
            network.arrays_of,
            lambda nodes: network.activations(picture(), nodes),
            name,
            place,
        )
        assert steps[-1].node == name
        for step in steps:
            assert step.value == pytest.approx(step.model_value, abs=max(bound, 1e-4))
        assert steps[-1].model_value == (maps[place] if maps.ndim == 3 else maps[place[2]])
        if steps[0].kernel is not None:
            total = (steps[0].patch.astype(float) * steps[0].kernel).sum() + steps[0].numbers["bias"]
            assert total == pytest.approx(steps[0].value)


def test_a_pixel_in_the_courses_network_at_every_kind_of_layer():
    network = InferenceModel(analyse(preset("course")), network_arrays(analyse(preset("course"))))
    values = picture(1, network.graph.spec)
    for name in ("pool1", "res2a_out", "res5c_out", "avg_pool", "fc6"):
        steps = pixel_steps(
            network.summary,
            network.arrays_of,
            lambda nodes: network.activations(values, nodes),
            name,
            (0, 0, 3),
        )
        for step in steps:
            assert step.value == pytest.approx(step.model_value, rel=2e-4, abs=2e-5), step.node


def test_a_pixel_outside_the_map_is_refused(network):
    with pytest.raises(ExplanationError, match=r"within 8×8×32.*8, 0, 0"):
        pixel_steps(network.summary, lambda _n: {}, lambda _n: {}, "res3a_out", (8, 0, 0))


# --- Along depth, effective field ------------------------------------------------------------------------------------


def test_depth_states_are_those_of_the_maps(network):
    found = {state.node: state for state in depth_profile(network, picture()[np.newaxis])}
    assert list(found) == [node.id for node in network.graph.nodes[1:]]
    maps = network.activations(picture(), ["res3b_out", "bn3b_branch2b", "res3a_out"])
    state, out = found["res3b_out"], maps["res3b_out"]
    assert state.statistics.mean == pytest.approx(float(out.mean()), rel=1e-5)
    assert state.statistics.zeros == pytest.approx(float((out == 0).mean()))
    assert state.silent == int((~out.any(axis=(0, 1))).sum())
    ratio = np.linalg.norm(maps["bn3b_branch2b"]) / np.linalg.norm(maps["res3a_out"])
    assert found["res3b_add"].ratio == pytest.approx(float(ratio), rel=1e-5)
    assert state.ratio is None


def test_batch_statistics_normalise_each_channel_of_the_batch():
    """One picture alone is its own batch: a BatchNorm with γ = 1 and β = 0 then has mean 0 and deviation 1."""
    network = GradientModel(analyse(SPEC), network_arrays(analyse(SPEC)))
    state = {state.node: state for state in depth_profile(network, picture()[np.newaxis], "batch")}["bn2a_branch2a"]
    assert state.statistics.mean == pytest.approx(0, abs=1e-4)
    assert state.statistics.deviation == pytest.approx(1, abs=0.1)  # ε holds small channels below 1


def test_the_effective_field_lies_within_the_theoretical_one(network):
    names = ["conv1", "res2b_out", "res4c_out"]
    found = {field.node: field for field in effective_fields(network, picture(), names)}
    assert found["conv1"].side_px <= 3
    assert np.count_nonzero(found["conv1"].gradient) <= 9
    for name in names:
        record = network.summary.record(name)
        (top, bottom), (left, right) = (
            extent.window(size // 2) for extent, size in zip(record.field, record.output_shape[:2], strict=True)
        )
        outside = found[name].gradient.copy()
        outside[max(0, top) : max(0, bottom), max(0, left) : max(0, right)] = 0
        assert not outside.any(), name
        assert found[name].side_px <= record.field.height.size
    assert found["conv1"].side_px < found["res2b_out"].side_px < found["res4c_out"].side_px


# --- Rules -----------------------------------------------------------------------------------------------------------


def test_settings_are_checked():
    assert settings_of("occlusion", {"patch": "16"}) == {"patch": "16", "stride": "4", "fill": "mean"}
    assert settings_of("occlusion", {"patch": "5"})["patch"] == "5"
    with pytest.raises(ExplanationError, match=r"one of its values.*purple"):
        settings_of("occlusion", {"fill": "purple"})
    with pytest.raises(ExplanationError, match=r"a setting of gradcam.*steps"):
        settings_of("gradcam", {"steps": "3"})
    with pytest.raises(ExplanationError, match=r"Did you mean `gradcam`"):
        settings_of("grad-cam", {})
    assert all(method.reference for method in METHODS.values())


def test_explanations_refuse_what_makes_no_sense(network):
    with pytest.raises(ExplanationError, match=r"a layer with a map.*fc10"):
        grad_cam(network, picture(), "fc10", 0)
    with pytest.raises(SpecError, match=r"from 0 to 9.*10"):
        grad_cam(network, picture(), "res4c_out", 10)
    with pytest.raises(ExplanationError, match=r"from the stride, 4 px, to the picture's side, 16 px.*32"):
        occlusion(network, picture(), picture(), 0, 32, 4)
