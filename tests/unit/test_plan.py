"""Plans: read, changed by path, refused with rule and value; the demos that ship."""

import json

import pytest

from resnet_viz.analysis import analyse
from resnet_viz.errors import SpecError
from resnet_viz.training.demos import FOLDER, ORDER, demo, demos
from resnet_viz.training.plan import NetworkPlan, Plan, to_paths, with_depth, with_settings


@pytest.mark.parametrize("name", ORDER)
def test_every_demo_reads_back_and_its_networks_exist(name):
    plan = demo(name).plan
    assert Plan.from_dict(json.loads(json.dumps(plan.to_dict()))) == plan
    assert set(plan.summaries(6)) == {network.name for network in plan.networks}


def test_every_demo_file_is_listed():
    assert {path.stem for path in FOLDER.glob("*.json")} == set(ORDER)


@pytest.mark.parametrize("name", ORDER)
def test_a_demo_runs_until_its_updates_are_done_however_long_that_takes(name):
    own = demos()[name]
    assert own.plan.updates >= 72
    assert own.plan.updates % own.plan.measure_every == 0  # its conclusion is of its last update
    assert own.plan.seconds == 0
    assert own.about_s > 0
    assert own.question[-1] in "?."
    assert own.answer


def test_plain_and_residual_have_the_same_parameters_and_the_same_start():
    plan = demo("plain-vs-residual").plan
    plain, residual = plan.specs(6).values()
    assert analyse(plain).totals.parameters == analyse(residual).totals.parameters == 216_446
    seeds = [
        [node.layer.seed for node in analyse(spec).graph.nodes if hasattr(node.layer, "seed")]
        for spec in (plain, residual)
    ]
    assert seeds[0] == seeds[1]
    assert len(set(seeds[0])) == len(seeds[0])


def test_plain_and_residual_differ_in_the_shortcut_alone():
    plain, residual = (spec.to_dict() for spec in demo("plain-vs-residual").plan.specs(6).values())
    assert [name for name in plain if plain[name] != residual[name]] == ["shortcut"]


def test_without_batchnorm_there_is_none():
    for spec in demo("plain-vs-residual-no-batchnorm").plan.specs(6).values():
        kinds = {type(node.layer).__name__ for node in analyse(spec).graph.nodes}
        assert "BatchNorm" not in kinds


def test_settings_change_by_path():
    plan = with_settings(
        demo("plain-vs-residual").plan,
        {"optimizer.learning_rate": "0.1", "batch": "32", "spec.width": "0.25", "networks.plain": "cifar-plain-20"},
    )
    assert plan.optimizer.learning_rate == 0.1
    assert plan.batch == 32
    assert plan.networks[0].text == "cifar-plain-20"
    assert plan.specs(6)["residual"].width == 0.25


def test_every_field_has_a_path():
    paths = to_paths(Plan())
    for path, value in paths.items():
        text = "on" if value is True else "off" if value is False else str(value)
        assert with_settings(Plan(), {path: text}) == Plan(), path


def test_whose_pictures_a_run_learns_from_is_no_setting_and_leaves_in_no_file():
    plan = Plan().with_folder("a1")
    assert "data.folder" not in to_paths(plan)
    with pytest.raises(SpecError, match="`set` must be a field of the plan"):
        with_settings(Plan(), {"data.folder": "a1"})
    assert "a1" in json.dumps(plan.to_dict())
    assert "a1" not in json.dumps(plan.to_shared())
    assert Plan.from_dict(plan.to_shared()) == Plan()


@pytest.mark.parametrize(
    "settings",
    [
        {"size_px": "512"},
        {"size_px": "256", "data.train": "100000"},
        {"size_px": "64", "data.train": "0", "data.validation": "100000"},
        {"size_px": "128", "batch": "4096"},
        {"size_px": "96", "data.source": "cifar10", "data.train": "0"},
    ],
)
def test_a_plan_has_one_bound_of_pictures_in_memory(settings):
    with pytest.raises(SpecError, match=r"`data` must be at most 1,073 MB of pictures and batches in memory"):
        with_settings(demo("plain-vs-residual").plan, settings)


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"batch": "0"}, "`batch` must be a whole number from 1 to 4,096. Received: batch=0."),
        ({"batch": "many"}, "`batch` must be a whole number. Received: batch='many'."),
        ({"optimiser.name": "sgd"}, "`set` must be a field of the plan. Received: set='optimiser.name'."),
        ({"augment": "all"}, "`augment` must be one of its values. Received: augment='all'."),
        ({"optimizer.learning_rate": "nan"}, "`optimizer.learning_rate` must be a number. Received: "),
        ({"optimizer.learning_rate": "1e5"}, "`optimizer.learning_rate` must be a number from 1e-12 to 10000.0."),
        ({"updates": "0"}, "`seconds` must be above 0 where `updates` is 0: a run must end. Received: seconds=0.0."),
    ],
)
def test_a_bad_setting_is_refused_with_rule_and_value(settings, sentence):
    with pytest.raises(SpecError) as caught:
        with_settings(demo("plain-vs-residual").plan, settings)
    assert str(caught.value).startswith(sentence)


def test_two_networks_of_one_name_are_refused():
    with pytest.raises(SpecError, match="`networks` must be made of different names"):
        Plan(networks=(NetworkPlan(name="a", text="course"), NetworkPlan(name="a", text="course")))


def test_depth_is_six_n_plus_two():
    plan = with_depth(demo("plain-vs-residual").plan, 20)
    assert [len(summary.graph.blocks) for summary in plan.summaries(6).values()] == [9, 9]
    with pytest.raises(SpecError, match=r"`depth` must be 6 times a whole number, plus 2\. Received: depth=21\."):
        with_depth(plan, 21)


def test_an_unknown_demo_names_the_close_one():
    with pytest.raises(SpecError, match="Did you mean `plain-vs-residual`"):
        demo("plain-vs-residul")
