"""The lessons that measure: what their stops tell and hold for right, on the shipped weights and the recorded runs."""

from functools import lru_cache, partial

import pytest

from resnet_viz.analysis import network
from resnet_viz.attribution.methods import attribute
from resnet_viz.caches import ArrayCache
from resnet_viz.cli.chosen_weights import arrays_of
from resnet_viz.engine.inference import InferenceModel
from resnet_viz.lessons.asks import judge
from resnet_viz.lessons.grounds import Grounds, Value
from resnet_viz.lessons.marks import unmarked
from resnet_viz.lessons.quantities import needs, value
from resnet_viz.lessons.told import named_in, told
from resnet_viz.lessons.walks import shipped_walks
from resnet_viz.measures import norm, telling_channel
from resnet_viz.messages import gettext, use_language
from resnet_viz.paths import ASSETS
from resnet_viz.reports.explanations import class_in, request_of
from resnet_viz.spec import preset
from resnet_viz.subject.links import from_params
from resnet_viz.subject.operations import surgery_of
from resnet_viz.subject.trial import trial_of
from resnet_viz.training.conclusions import facts_of
from resnet_viz.training.record import RunFolder
from resnet_viz.viz.curves import norms_at_moments
from resnet_viz.weights.start import network_arrays

COURSE = network(preset("course"))
NAMES = ("shortcut", "adds", "train", "whose", "why", "shapes", "cost", "projection", "sight")
LESSONS = {name: walk for name, walk in shipped_walks().items() if name in NAMES}


class Stores:
    """Nothing of a visitor's."""

    arrays = ArrayCache(10**7)

    def own_picture(self):
        """No picture."""

    def own_weights(self, _place):
        """No file."""

    def imagenet(self, _file):
        """No file."""

    def trained(self, _run, _name):
        """No run."""


@lru_cache(maxsize=4)
def engine(spec, source) -> InferenceModel:
    trial = trial_of(from_params({})[0].having(weights=source).with_spec(spec), Stores())
    return InferenceModel(trial.summary, network_arrays(trial.summary, arrays_of(trial.weights)))


def grounds(trial, subject) -> Grounds:
    """Return what a page measures, measured here: by the same engine, without Keras."""
    model = partial(engine, trial.spec, trial.source)  # made where something is measured
    last = trial.summary.graph.nodes[-1].id

    def probabilities(surgery):
        return model().after(surgery_of(surgery, trial.summary)).activations(trial.input, [last])[last]

    def explanation():
        request = request_of(trial, subject.explain, subject.node, class_in(trial, int(probabilities("").argmax())))
        if request.method == "integrated-gradients":
            raise LookupError(request.method)  # a gradient takes Keras
        return attribute(model(), trial.with_plain, request)

    def beside(other):
        kind, _colon, name = other.partition(":")
        return (
            Grounds(trial.summary, run=partial(facts, name)) if kind == "run" else grounds(trial.beside(other), subject)
        )

    return Grounds(
        trial.summary,
        lambda nodes: model().activations(trial.input, list(nodes)),
        probabilities,
        partial(facts, subject.train.run),
        explanation,
        beside=beside,
    )


def facts(run):
    recording = RunFolder(ASSETS / "runs" / run.removeprefix("recorded-"))
    return facts_of(recording.load(), recording.read_metrics()[0])


def grounds_of(stop) -> Grounds:
    subject, _problems = from_params(dict(stop.params))
    return grounds(trial_of(subject, Stores()), subject)


LANGUAGES = pytest.mark.parametrize("language", ["en", "zh"])
EXERCISES = {
    "shortcut": {
        "shortcut_parameters(3b)": 0,
        "projection(4a)": "res4a_branch1",
        "parameters(res4a_branch1)": 525_312,
        "projections": 4,
        "of(plain18, main_convolutions)": 17,
        "of(cifar-56, main_convolutions)": 55,
        "published(imagenet_error_plain34)": 28.54,
    },
    "adds": {"paths": 65_536, "paths_without(4e)": 32_768},
    "train": {"updates_until_half": 69, "after(bn_momentum=0.9, updates_until_half)": 7},
    "whose": {
        "apart(of(coursera-2018, parameters), parameters)": 5_641_216,
        "first_block_unlike(coursera-2018)": "5b",
        "of(coursera-2018, parameters)": 23_600_006,
        "of(torch-v1.5, parameters)": 25_610_152,
        "of(keras-v1, parameters)": 25_636_712,
        "apart(parameters, of(torch-v1.5, parameters))": 26_560,
        "apart(biases, of(torch-v1.5, biases))": 26_560,
    },
    "why": {"cells(res5c_out)": 4, "cells(res4f_out)": 16, "cells(res3d_out)": 64},
    "shapes": {
        "kernel_weights(conv1)": 7 * 7 * 3 * 64,
        "after(stem.pool_padding=1, output_side(pool1))": 16,
        "difference(input=128, parameters)": 17_995_654 - 17_958_790,
        "channels(avg_pool)": 2_048,
    },
    "cost": {
        "macs(conv1)": 9_633_792,
        "share(macs, conv1)": pytest.approx(3.4, abs=0.05),
        "share(macs, stage 3, stage 4)": pytest.approx(27.2 + 39.6, abs=0.06),
        "share(parameters, stage 5)": pytest.approx(52.1, abs=0.05),
        "share(macs, stage 5)": pytest.approx(13.0, abs=0.05),
        "kernel_parameters(1)": 10_053_312,
        "kernel_parameters(3)": 7_781_568,
        "difference(stages.4.blocks=7, parameters)": 1_121_792,
        "weights_bytes": pytest.approx(71.8e6, rel=1e-3),
        "after(input=224, weights_bytes)": pytest.approx(72.2e6, rel=1e-3),
        "activation_bytes": pytest.approx(11.0e6, rel=5e-3),
        "after(input=224, activation_bytes)": pytest.approx(139.3e6, rel=1e-3),
    },
    "projection": {
        "minus(parameters, after(shortcut.enabled=off, parameters))": 2_788_096,
        "shortcut_parameters(4a)": 525_312 + 4_096,
        "minus(parameters(res4f_branch2a), parameters(res4a_branch2a))": 131_072,
        "minus(of(resnet34, parameters), of(plain34, parameters))": 175_616,
    },
    "sight": {
        "receptive_field(res4f_out)": 291,
        "receptive_field(res3c_branch2b)": 83,
        "cells_that_cover(res3c_branch2b)": 2,
        "cells(res2c_out)": 225,
        "unread_cells(res2c_out)": 225 - 64,
        "taps(res5b_branch2b)": 9,
    },
}
"""What the exercises give that were worked out elsewhere."""
ELSEWHERE = [
    ("keras-v1", "projections", 4),
    ("resnet34", "projections", 3),
    ("resnet34", "shortcut_parameters(3b)", 0),
    ("keras-v1", "parameters(res4a_branch1)", 525_312),
    ("torch-v1.5", "parameters(res4a_branch1)", 524_288),
    ("resnet34", "paths", 65_536),
    ("cifar-56", "paths", 2**27),
    ("keras-v1", "paths_without(4e)", 32_768),
    ("keras-v1", "updates_until_half", 69),
    ("torch-v1.5", "updates_until_half", 7),
    ("v2", "relus_on_shortcuts", 5),
    ("keras-v1", "first_block_unlike(course)", "5b"),
    ("keras-v1", "cells(res5c_out)", 49),
    ("resnet34", "cells(res5c_out)", 49),
    ("torch-v1.5", "parameters(conv1)", 9_408),
    ("cifar-20", "parameters(conv1)", 3 * 3 * 3 * 16),
    ("keras-v1", "output_side(pool1)", 56),
    ("resnet34", "output_side(pool1)", 56),
    ("cifar-20", "difference(classes=1000, parameters)", 990 * (64 + 1)),
    ("cifar-56", "difference(classes=1000, parameters)", 990 * (64 + 1)),
    ("keras-v1", "layer_with_most(macs)", "conv1"),
    ("resnet34", "layer_with_most(macs)", "conv1"),
    ("keras-v1", "kernel_parameters(3)", 11_317_248 + 3 * 64 + 4 * 128 + 6 * 256 + 3 * 512),
    ("torch-v1.5", "kernel_parameters(3)", 9 * (3 * 64**2 + 4 * 128**2 + 6 * 256**2 + 3 * 512**2)),
    ("keras-v1", "bottleneck_saving(2b)", 1_179_648 / 69_632),
    ("torch-v1.5", "bottleneck_saving(2b)", 1_179_648 / 69_632),
    ("keras-v1", "difference(stages.4.blocks=7, parameters)", 1_121_792),
    ("torch-v1.5", "difference(stages.4.blocks=7, parameters)", 1_121_792 - (256 + 256 + 1_024)),
    ("keras-v1", "minus(parameters(4a), parameters(4f))", 398_336),
    ("torch-v1.5", "minus(parameters(4a), parameters(4f))", 398_336 - 1_024),
    ("keras-v1", "minus(parameters, after(shortcut.enabled=off, parameters))", 2_788_096),
    ("torch-v1.5", "minus(parameters, after(shortcut.enabled=off, parameters))", 2_788_096 - 3_840),
    ("keras-v1", "quotient(macs(res5a_branch1), macs(res3a_branch1))", 1),
    ("torch-v1.5", "quotient(macs(res5a_branch1), macs(res3a_branch1))", 1),
    ("keras-v1", "receptive_field(res2c_out)", 35),
    ("resnet34", "receptive_field(res2c_out)", 11 + 6 * 8),
    ("keras-v1", "step(res4f_out)", 16),
    ("resnet34", "step(res4f_out)", 16),
    ("keras-v1", "read_cells(res2c_out)", 28**2),
    ("torch-v1.5", "read_cells(res2c_out)", 56**2),
    ("keras-v1", "taps_that_meet(res5b_branch2b)", 9),
    ("torch-v1.5", "taps_that_meet(res5b_branch2b)", 9),
    ("keras-v1", "ratio(stride_on=middle, macs)", pytest.approx(4_089_184_256 / 3_857_973_248)),
    ("torch-v1.5", "ratio(stride_on=first, macs)", pytest.approx(3_857_973_248 / 4_089_184_256)),
]
"""What the same quantities come to on other networks, by their papers and their libraries' summaries."""


def quantities(stop) -> set[str]:
    asked = stop.ask.quantity, *(part.quantity for part in (*stop.ask.options, *stop.ask.mistakes))
    return {quantity for quantity in (*asked, *dict(stop.numbers).values()) if quantity}


@pytest.mark.parametrize("name", NAMES)
def test_a_lesson_agrees_with_the_exercises(name):
    left = dict(EXERCISES[name])
    for stop in LESSONS[name].stops:
        for quantity in quantities(stop) & left.keys():
            assert value(quantity, grounds_of(stop)).amount == left.pop(quantity)
    assert not left


@pytest.mark.parametrize(("name", "quantity", "right"), ELSEWHERE)
def test_what_a_lesson_asks_for_is_right_on_other_networks_too(name, quantity, right):
    assert value(quantity, Grounds(network(preset(name)))).amount == right


@LANGUAGES
@pytest.mark.parametrize("name", NAMES)
def test_a_stop_tells_all_its_numbers_and_fits_into_its_bar(name, language):
    """Two lines of question and two of answer on a projector of 1280 px, numbers and all."""
    of_question, of_answer = {"en": (168, 184), "zh": (84, 92)}[language]
    use_language(language)
    try:
        for stop in LESSONS[name].stops:
            known = grounds_of(stop)
            question, answer = (told(unmarked(gettext(text)), stop, known) for text in (stop.question, stop.answer))
            assert not named_in(question)
            assert len(question) <= of_question, question
            assert len(answer) <= of_answer, answer
            assert {"check", "explanation"} & {
                need for _name, own in stop.numbers for need in needs(own)
            } or not named_in(answer)
    finally:
        use_language("en")


def right(name, number):
    """Return what is right at a stop, with the mistake that is nearest to it told apart."""
    stop = LESSONS[name].stops[number - 1]
    return stop.ask, grounds_of(stop)


def test_what_the_lesson_of_a_block_says_without_numbers_is_so():
    """On the shipped weights and the picture that its links show."""
    ask, known = right("adds", 1)
    assert value("below_zero(3b, x)", known).amount == 0
    assert 20 < value(ask.quantity, known).amount < 80  # both signs
    assert judge(ask, 0, known).remark.startswith("That is so of x")
    ratios = {block.name: value(f"energy_ratio({block.name})", known).amount for block in known.summary.graph.blocks}
    assert sum(ratio < 1 for ratio in ratios.values()) > len(ratios) / 2  # most add less than their shortcut brings
    assert max(ratios, key=ratios.get) == value("block_with_most(energy_ratio)", known).amount == "3b"
    lost = {block: value(f"surgery_effect(drop:{block})", known).amount for block in ("2b", "3b", "5c", "4e")}
    assert abs(lost["2b"]) < 1  # strong, and hardly missed
    assert ratios["2b"] > 0.9
    ask, known = right("adds", 4)
    assert judge(ask, "3b", known).is_right == (lost["3b"] == min(lost.values()))


SIGNED = [("adds", 1), ("adds", 6), ("tour", 12)]
"""Stops whose answer says that F(x) has both signs."""


@pytest.mark.parametrize(("name", "number"), SIGNED)
def test_the_channel_that_a_stop_shows_is_a_case_of_what_it_says(name, number):
    """Both signs, to be seen on the scale that the block's maps share; weaker than its shortcut where the stop says so."""
    place = shipped_walks()[name].stops[number - 1].evidence
    subject, _problems = from_params(dict(place.params))
    block, known = subject.block, grounds_of(place)
    maps = known.maps([block.branch, block.shortcut, block.add, block.out])
    branch, side = maps[block.branch], maps[block.shortcut]
    shown = subject.activations.channel
    channel = telling_channel(branch, maps[block.out]) if shown is None else shown
    bound = max(abs(own).max() for own in maps.values())
    assert min(-branch[..., channel].min(), branch[..., channel].max()) > 0.1 * bound
    if (name, number) == ("adds", 6):
        assert norm(branch[..., channel]) < norm(side[..., channel])
        assert norm(branch) < norm(side)


def test_what_the_lesson_of_training_says_without_numbers_is_so():
    """Of the recorded runs; a run made today may say otherwise, and its stop then tells its numbers."""
    ask, known = right("train", 1)
    assert judge(ask, 18, known).remark.startswith("That is where a far deeper")
    assert abs(value("accuracy_gap", known).amount) < 5  # both learn
    ask, known = right("train", 2)
    assert judge(ask, ask.options[0].text, known).is_right  # with BatchNorm it grew on its way back …
    assert value("gradient_ratio(plain)", known).amount > 0.1  # … and did not vanish
    ask, known = right("train", 3)
    assert judge(ask, ask.options[1].text, known).is_right
    assert value("gradient_norm(plain, first)", known).amount == 0  # without it, it did
    ask, known = right("train", 4)
    in_order = judge(ask, [option.text for option in ask.options], known).right
    assert in_order == (ask.options[1].text, ask.options[3].text, ask.options[0].text, ask.options[2].text)
    ask, known = right("train", 6)
    assert value("held_back(residual)", known).amount < 2 * value("chance", known).amount


def test_what_the_stride_costs_is_right_on_other_networks_too():
    course, keras = (Grounds(network(preset(name))) for name in ("course", "keras-v1"))
    assert value("ratio(stride_on=middle, macs)", course).amount == pytest.approx(1.0625, abs=1e-4)
    assert value("after(stride_on=middle, macs)", keras).amount == 4_089_184_256  # as PyTorch's
    for known in (course, keras):
        assert value("difference(stride_on=middle, parameters)", known).amount == 0


def test_what_the_lesson_of_explanations_says_without_numbers_is_so():
    ask, known = right("why", 1)
    assert value(ask.quantity, known).amount > 2 * value("guessing", known).amount  # it has a favourite
    ask, known = right("why", 2)
    assert judge(ask, 4096, known).remark.startswith("That is how many pixels")
    _ask, known = right("why", 3)
    assert value("fall_share", known).amount > 0


def test_a_number_that_is_measured_is_told_once_it_is_and_left_out_on_paper():
    stop = LESSONS["why"].stops[3]
    measured = {"alike(head)": Value(-0.5), "alike(stem)": Value(0.25)}
    assert told(stop.answer, stop, Grounds(COURSE), measured).startswith(
        "Likeness with a random head: −0.5, with all weights random: 0.25."
    )
    assert named_in(told(stop.answer, stop, Grounds(COURSE))) == {"first", "last"}


def test_norms_of_several_moments_stand_on_one_axis_and_zero_has_no_bar():
    early = {"plain": {"update": 8, "gradient_norms": {"2a": 10.0, "2b": 0.1}}}
    late = {"plain": {"update": 80, "gradient_norms": {"2a": 0.0, "2b": 1e-4}}}
    one, two = norms_at_moments([early, late])
    assert one.layout.yaxis.range == two.layout.yaxis.range
    assert one.layout.yaxis.range[0] < -4
    assert one.layout.yaxis.range[1] > 1
    assert two.data[0].y == (None, 1e-4)
