"""The specification's golden numbers, each from hand-written arithmetic, and proof that a changed network fails them."""

from dataclasses import replace

import pytest

from resnet_viz.analysis import analyse, covering_cells, smallest_side
from resnet_viz.errors import SpecError
from resnet_viz.spec import PRESETS, ResNetSpec, Stage, preset

# preset, side, classes: parameters, trainable, non-trainable, MACs
TOTALS = [
    ("course", 64, 6, 17_958_790, 17_907_718, 51_072, 285_634_560),
    ("coursera-2018", 64, 6, 23_600_006, 23_546_886, 53_120, 308_178_944),
    ("course", 224, 6, 18_057_094, 18_006_022, 51_072, 3_556_225_024),
    ("course", 224, 1000, 36_379_496, 36_328_424, 51_072, 3_574_546_432),
    ("coursera-2018", 224, 1000, 42_020_712, 41_967_592, 53_120, 3_850_715_136),
]
# preset: parameters or None, trainable or None, MACs or None, at the preset's own input and classes
FAMILY = [
    ("keras-v1", 25_636_712, 25_583_592, 3_857_973_248),
    ("keras-v1-101", 44_707_176, None, None),
    ("keras-v1-152", 60_419_944, None, None),
    ("torch-v1.5", None, 25_557_032, 4_089_184_256),
    ("resnet18", None, 11_689_512, None),
    ("resnet34", None, 21_797_672, None),
    ("plain18", None, 11_515_688, None),
    ("plain34", None, 21_623_848, None),
    ("cifar-20", None, 269_722, None),
    ("cifar-32", None, 464_154, None),
    ("cifar-44", None, 658_586, None),
    ("cifar-56", None, 853_018, None),
    ("cifar-110", None, 1_727_962, None),
]
STAGE_PARAMETERS = {1: 9_728, 2: 220_032, 3: 1_230_336, 4: 7_129_088, 5: 9_357_312, 0: 12_294}
STAGE_MACS = {1: 9_633_792, 2: 47_923_200, 3: 77_594_624, 4: 113_246_208, 5: 37_224_448, 0: 12_288}
SHAPES_64 = {
    "pad": (70, 70, 3),
    "conv1": (32, 32, 64),
    "pool1": (15, 15, 64),
    "res2c_out": (15, 15, 256),
    "res3d_out": (8, 8, 512),
    "res4f_out": (4, 4, 1024),
    "res5c_out": (2, 2, 2048),
    "avg_pool": (1, 1, 2048),
}
SHAPES_224 = {
    "conv1": (112, 112, 64),
    "pool1": (55, 55, 64),
    "res2c_out": (55, 55, 256),
    "res3d_out": (28, 28, 512),
    "res4f_out": (14, 14, 1024),
    "res5c_out": (7, 7, 2048),
    "avg_pool": (3, 3, 2048),
    "flatten": (18_432,),
}
FIELDS = {
    **dict(zip(("conv1", "pool1"), (7, 11), strict=True)),
    **{f"res2{b}_out": n for b, n in zip("abc", (19, 27, 35), strict=True)},
    **{f"res3{b}_out": n for b, n in zip("abcd", (51, 67, 83, 99), strict=True)},
    **{f"res4{b}_out": n for b, n in zip("abcdef", (131, 163, 195, 227, 259, 291), strict=True)},
    **{f"res5{b}_out": n for b, n in zip("abc", (355, 419, 483), strict=True)},
}


def totals_of(spec: ResNetSpec) -> tuple[int, int, int, int]:
    """Return parameters, trainable, non-trainable and MACs."""
    totals = analyse(spec).totals
    return totals.parameters, totals.trainable, totals.non_trainable, totals.macs


def sized(name: str, side: int, classes: int) -> ResNetSpec:
    """Return a preset for a square colour picture."""
    return preset(name, input_shape=(side, side, 3), classes=classes)


@pytest.mark.parametrize(("name", "side", "classes", *"ptnm"), TOTALS)
def test_totals_equal_the_specification(name, side, classes, p, t, n, m):
    assert totals_of(sized(name, side, classes)) == (p, t, n, m)


@pytest.mark.parametrize(("name", "parameters", "trainable", "macs"), FAMILY)
def test_family_equals_the_published_counts(name, parameters, trainable, macs):
    totals = analyse(PRESETS[name]).totals
    assert parameters in (None, totals.parameters)
    assert trainable in (None, totals.trainable)
    assert macs in (None, totals.macs)


def test_plain_twin_of_cifar_has_the_same_parameters():
    for depth in (20, 32, 44, 56, 110):
        assert totals_of(PRESETS[f"cifar-plain-{depth}"])[:3] == totals_of(PRESETS[f"cifar-{depth}"])[:3]


def test_every_stage_has_its_golden_sum():
    stages = analyse(PRESETS["course"]).stage_totals()
    assert {stage: totals.parameters for stage, totals in stages.items()} == STAGE_PARAMETERS
    assert {stage: totals.macs for stage, totals in stages.items()} == STAGE_MACS


@pytest.mark.parametrize(("side", "shapes"), [(64, SHAPES_64), (224, SHAPES_224)])
def test_shapes_equal_the_specification(side, shapes):
    summary = analyse(sized("course", side, 6))
    assert {name: summary.record(name).output_shape for name in shapes} == shapes


def test_receptive_fields_equal_the_specification():
    summary = analyse(PRESETS["course"])
    assert {name: summary.record(name).field.height.size for name in FIELDS} == FIELDS


def test_effective_strides_and_first_cells_at_stage_ends():
    summary = analyse(PRESETS["course"])
    ends = [summary.record(f"res{end}_out").field.height for end in ("2c", "3d", "4f", "5c")]
    assert [end.stride for end in ends] == [4, 8, 16, 32]
    assert [end.start for end in ends] == [-15, -47, -143, -239]


def test_stride_on_the_middle_gives_427():
    moved = replace(PRESETS["course"], stride_on="middle")
    assert analyse(moved).record("res5c_out").field.height.size == 427


def test_coverage_is_not_size():
    def covering(side: int) -> dict[str, int]:
        summary = analyse(sized("course", side, 6))
        outs = {block.name: summary.record(block.out) for block in summary.graph.blocks}
        return {name: covering_cells(r.field.height, r.output_shape[0], side) for name, r in outs.items()}

    at_64, at_224 = covering(64), covering(224)
    assert [at_64[b] for b in ("3b", "3c", "3d", "4a")] == [0, 2, 4, 4]
    assert [at_224[b] for b in ("4d", "4e")] == [0, 2]


def test_smallest_square_input_is_37():
    assert smallest_side(PRESETS["course"]) == 37
    analyse(sized("course", 37, 6))
    with pytest.raises(SpecError, match=r"at least 37×37.*Received: input_shape='36×36'.*`avg_pool`"):
        analyse(sized("course", 36, 6))


def test_redundant_biases():
    def convolution_biases(spec: ResNetSpec) -> int:
        records = analyse(spec).records
        return sum(r.node.layer.filters for r in records if type(r.node.layer).__name__ == "Conv")

    assert convolution_biases(PRESETS["course"]) == 25_536
    assert convolution_biases(PRESETS["coursera-2018"]) == 26_560


def test_what_50_counts():
    nodes = analyse(PRESETS["course"]).graph.nodes
    convolutions = [node for node in nodes if type(node.layer).__name__ == "Conv"]
    assert sum(node.path != "shortcut" for node in convolutions) == 49
    assert sum(node.path == "shortcut" for node in convolutions) == 4


def test_rows_sum_to_totals():
    summary = analyse(PRESETS["keras-v1"])
    stages = summary.stage_totals().values()
    assert sum(stage.parameters for stage in stages) == summary.totals.parameters
    assert sum(stage.layers for stage in stages) == len(summary.graph.nodes)


STAGES = PRESETS["course"].stages
WITH_512 = (
    *STAGES[:3],
    Stage(blocks=3, convolution_filters=(512, 512, 2048), identity_filters=(512, 512, 2048), strides=2),
)
MUTANTS = {
    "bias off": replace(PRESETS["course"], bias=replace(PRESETS["course"].bias, branch2b=False)),
    "512 for 256": replace(PRESETS["course"], stages=WITH_512),
    "stride moved": replace(PRESETS["course"], stride_on="middle"),
}


@pytest.mark.parametrize("mutant", MUTANTS.values(), ids=MUTANTS.keys())
def test_golden_totals_fail_for_a_mutant(mutant):
    assert totals_of(mutant) != TOTALS[0][3:]


@pytest.mark.parametrize("mutant", [MUTANTS["stride moved"]])
def test_golden_fields_and_stage_macs_fail_for_a_moved_stride(mutant):
    summary = analyse(mutant)
    assert {name: summary.record(name).field.height.size for name in FIELDS} != FIELDS
    assert {stage: totals.macs for stage, totals in summary.stage_totals().items()} != STAGE_MACS


@pytest.mark.parametrize("mutant", [MUTANTS["bias off"], MUTANTS["512 for 256"]])
def test_golden_stage_parameters_fail_for_a_mutant(mutant):
    stages = analyse(mutant).stage_totals()
    assert {stage: totals.parameters for stage, totals in stages.items()} != STAGE_PARAMETERS


def test_golden_shapes_fail_for_another_pool():
    mutant = replace(PRESETS["course"], stem=replace(PRESETS["course"].stem, pool_padding=1))
    summary = analyse(mutant)
    assert {name: summary.record(name).output_shape for name in SHAPES_64} != SHAPES_64


@pytest.mark.parametrize("shape", [(64, 96, 1), (64, 96, 3), (96, 64, 2)])
def test_other_input_shapes_are_accounted(shape):
    summary = analyse(preset("course", input_shape=shape))
    assert summary.record("conv1").parameters == 7 * 7 * shape[2] * 64 + 64
    height, width, _channels = summary.record("res5c_out").output_shape
    assert (height, width) == tuple({64: 2, 96: 3}[side] for side in shape[:2])
