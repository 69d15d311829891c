"""Pictures and tables say what the account says."""

import io
import json
import re
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from resnet_viz.analysis import analyse
from resnet_viz.analysis.arithmetic import (
    field_arithmetic,
    mac_arithmetic,
    parameter_arithmetic,
    shape_arithmetic,
)
from resnet_viz.analysis.keras_code import keras_line
from resnet_viz.analysis.measures import COUNTS
from resnet_viz.analysis.receptive_field import Extent, ReceptiveField
from resnet_viz.measures import (
    MapStatistics,
    channel_energy,
    map_statistics,
    norm,
    removed_by_relu,
    strongest_channels,
    telling_channel,
)
from resnet_viz.paths import ASSETS
from resnet_viz.results import LayerState, PixelStep
from resnet_viz.spec import PRESETS, preset
from resnet_viz.spec.layers import kind_of
from resnet_viz.training.record import RunFolder
from resnet_viz.viz import theme
from resnet_viz.viz.block_words import relu_sentence, strength_sentence
from resnet_viz.viz.charts import along_depth, receptive_fields, size_and_channels, treemap
from resnet_viz.viz.curves import confusion, loss_over_rate, norms_by_block, over_updates
from resnet_viz.viz.depth import branch_to_shortcut, mean_and_deviation, ratio_sentences, zeros_sentence
from resnet_viz.viz.letters import PROJECTED_PX, PX, lettered
from resnet_viz.viz.mosaic import Scale, mosaic_png, per_channel_png, shared_scale, tiles
from resnet_viz.viz.narrow import names_at, phone_only, wide_only
from resnet_viz.viz.overlay import overlay_png
from resnet_viz.viz.overview import overview_data, parts_of
from resnet_viz.viz.pixel import padding_under, sum_data
from resnet_viz.viz.presets import preset_about
from resnet_viz.viz.tables import COUNTED, to_frame, to_markdown, totals_row
from resnet_viz.viz.theme import BRANCH, COLOR_MAPS, GROUND, MARKS, NOT_A_NUMBER, color_table
from resnet_viz.viz.words import family_of
from tests.unit.test_first_paint import contrast

COURSE = analyse(PRESETS["course"])


# --- Arithmetic on the board --------------------------------------------------------------------------------------


def test_padding_and_convolution_are_two_steps():
    assert shape_arithmetic(COURSE.record("pad")) == ["64 + 2·3 = 70"]
    assert shape_arithmetic(COURSE.record("fc6")) == ["one number for each of 6 units"]
    assert shape_arithmetic(COURSE.record("conv1")) == ["⌊(70 − 7) / 2⌋ + 1 = 32"]
    assert shape_arithmetic(COURSE.record("pool1")) == ["⌊(32 − 3) / 2⌋ + 1 = 15"]
    assert shape_arithmetic(COURSE.record("res3a_branch2a")) == ["⌊(15 − 1) / 2⌋ + 1 = 8"]
    assert shape_arithmetic(COURSE.record("res3b_branch2b")) == ["8 + 1 + 1 = 10;  (10 − 3) + 1 = 8"]
    assert shape_arithmetic(COURSE.record("flatten")) == ["1 · 1 · 2048 = 2,048"]


def test_parameters_and_cost_as_formulas():
    assert parameter_arithmetic(COURSE.record("conv1")) == "7·7·3·64 + 64 = 9,472"
    assert parameter_arithmetic(COURSE.record("fc6")) == "2,048·6 + 6 = 12,294"
    assert parameter_arithmetic(COURSE.record("bn_conv1")).startswith("4 · 64 = 256")
    assert mac_arithmetic(COURSE.record("conv1")) == "32·32·64 · 7·7·3 = 9,633,792"
    assert field_arithmetic(COURSE, COURSE.record("pool1")) == "7 + (3 − 1)·2 = 11 px"


@pytest.mark.parametrize("name", PRESETS)
def test_every_formula_ends_in_the_accounts_number(name):
    summary = analyse(PRESETS[name])
    for record in summary.records:
        for line in shape_arithmetic(record):
            if "= " in line:
                assert line.endswith(f"= {record.output_shape[0]:,}")
        for text, number in ((parameter_arithmetic(record), record.parameters), (mac_arithmetic(record), record.macs)):
            assert (f"= {number:,}" in text) == (number > 0)
        size = record.field.height.size
        assert f"{size} px" in field_arithmetic(summary, record)


def test_non_square_input_has_a_line_per_axis():
    record = analyse(preset("course", input_shape=(64, 96, 3))).record("conv1")
    assert shape_arithmetic(record) == ["height: ⌊(70 − 7) / 2⌋ + 1 = 32", "width: ⌊(102 − 7) / 2⌋ + 1 = 48"]


@pytest.mark.parametrize("name", ["course", "torch-v1.5", "cifar-20"])
def test_the_keras_lines_build_the_same_counts(name):
    """The inspector's lines are real: run them all and compare."""
    import keras
    from keras import layers, ops
    from keras.initializers import GlorotUniform, HeNormal

    spec = preset(name, input_shape=(64, 64, 3))
    summary = analyse(spec)
    scope = {
        "keras": keras,
        "layers": layers,
        "ops": ops,
        "np": np,
        "GlorotUniform": GlorotUniform,
        "HeNormal": HeNormal,
    }
    for node in summary.graph.nodes:
        exec(keras_line(node), scope)
        assert tuple(scope[node.id].shape[1:]) == summary.record(node.id).output_shape
    model = keras.Model(scope["input"], scope[summary.graph.nodes[-1].id])
    assert model.count_params() == summary.totals.parameters


# --- Colours ------------------------------------------------------------------------------------------------------


def test_colours_reach_contrast_on_their_own_fill():
    def luminance(color: str) -> float:
        parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    for kind, mark in MARKS.items():
        assert (luminance(mark.fill) + 0.05) / (luminance("#1a1a1a") + 0.05) > 7, kind
    assert set(MARKS) == {kind_of(r.node.layer) for n in PRESETS for r in analyse(PRESETS[n]).records}


@pytest.mark.parametrize(
    ("own", "name"), [("viridis", "viridis"), ("cividis", "cividis"), ("grey", "gray"), ("red-blue", "RdBu_r")]
)
def test_a_colour_map_is_matplotlibs_own_to_the_last_colour(own, name):
    import matplotlib as mpl

    expected = np.round(mpl.colormaps[name](np.arange(256))[:, :3] * 255).astype(np.uint8)
    np.testing.assert_array_equal(color_table(own), expected)
    palette = color_table(own, 254)
    assert {tuple(color) for color in palette} <= {tuple(color) for color in expected}
    np.testing.assert_array_equal(palette[[0, -1]], expected[[0, -1]])


def test_every_colour_map_is_one_of_those():
    assert set(COLOR_MAPS) == {"viridis", "cividis", "grey", "red-blue"}


@pytest.mark.parametrize("component", ["maps", "takehome"])
def test_the_browser_carries_the_same_colours(component):
    (built,) = (Path(theme.__file__).parents[1] / "ui" / "frontend" / component).glob("index-*.js")
    script = built.read_text("utf-8")
    for name, colors in COLOR_MAPS.items():
        assert re.search(rf"[\"']?{name}[\"']?:\"{colors}\"", script), name


# --- Tables and charts ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PRESETS)
def test_table_rows_sum_to_the_totals(name):
    summary = analyse(PRESETS[name])
    frame = to_frame(summary)
    assert totals_row(frame) == {column: getattr(summary.totals, column) for column in COUNTED}
    assert list(frame["layer"]) == list(summary.by_id)


def test_summary_table_is_golden(golden):
    golden("course-layers.csv", to_frame(COURSE).to_csv(index=False))


@pytest.mark.parametrize("metric", COUNTS)
def test_chart_draws_every_layer_that_counts(metric):
    frame = to_frame(COURSE)
    figure = along_depth(frame, metric, selected="conv1")
    unit = 1024 if metric == "activation_bytes" else 1  # the axis counts KiB
    assert unit * sum(sum(trace.y) for trace in figure.data) == totals_row(frame)[metric]
    named = [re.sub(r"<[^>]+>", "", text) for text in figure.layout.xaxis.ticktext]  # the marks hide some on a phone
    assert named[-4:] == ["5a", "5b", "5c", "head"]


@pytest.mark.parametrize("name", PRESETS)
def test_the_overview_accounts_for_every_layer_once(name):
    summary = analyse(PRESETS[name])
    parts = parts_of(summary)
    assert [record for part in parts for record in part.records] == list(summary.records)
    data = overview_data(summary, summary.graph.blocks[1].branch)
    for metric in COUNTS:
        assert sum(part["values"][metric] for part in data["parts"]) == getattr(summary.totals, metric)
    assert data["selected"] == overview_data(summary, summary.graph.blocks[1].name)["selected"] == "2b"
    assert [part["id"] for part in data["parts"]][1:-1] == [block.name for block in summary.graph.blocks]


def test_the_overviews_sentences_are_computed():
    rows = {row["metric"]: row["sentence"].replace("\u00a0", " ") for row in overview_data(COURSE, "conv1")["rows"]}
    assert rows == {
        "parameters": "Stage 5 holds 52 % of the parameters, stage 2 holds 1 %.",
        "macs": "Stage 4 does 40 % of the multiplications, stage 5 does 13 %.",
        "activation_bytes": "Stage 2 fills 39 % of the memory for maps, stage 5 fills 5 %.",
    }


@pytest.mark.parametrize("metric", COUNTS)
@pytest.mark.parametrize("name", ["course", "v2", "cifar-plain-20"])
def test_treemap_areas_are_the_shares(name, metric):
    frame = to_frame(analyse(PRESETS[name]))
    (bars,) = treemap(frame, metric).data
    values = [value for _layer, value, _share in bars.customdata]
    assert sum(values) == totals_row(frame)[metric]
    assert [layer for layer, _v, _s in bars.customdata] != []
    assert {layer for layer, _v, _s in bars.customdata} == set(frame[frame[metric] > 0]["layer"])
    boxes = [(x - w / 2, x + w / 2, b, b + h) for x, w, b, h in zip(bars.x, bars.width, bars.base, bars.y, strict=True)]
    assert all(x0 >= -1e-9 and x1 <= 152 + 1e-9 and y0 >= -1e-9 and y1 <= 50 + 1e-9 for x0, x1, y0, y1 in boxes)
    for index, (x0, x1, y0, y1) in enumerate(boxes):
        for u0, u1, v0, v1 in boxes[:index]:
            assert x0 >= u1 - 1e-9 or u0 >= x1 - 1e-9 or y0 >= v1 - 1e-9 or v0 >= y1 - 1e-9
    blocks = dict(zip(frame["layer"], frame["block"], strict=True))
    for block in set(blocks.values()) - {""}:  # within a block areas are to scale
        own = [
            (value, w * h)
            for (layer, value, _s), w, h in zip(bars.customdata, bars.width, bars.y, strict=True)
            if blocks[layer] == block
        ]
        ratios = [area / value for value, area in own]
        assert max(ratios) <= min(ratios) * 1.001


@pytest.mark.parametrize("letters", [PX, PROJECTED_PX])
def test_every_label_of_the_treemap_can_be_read_and_a_tile_without_one_is_named_on_hovering(letters):
    frame = to_frame(COURSE)
    figure = treemap(frame, "parameters", letters_px=letters)
    (bars,) = figure.data
    for tile, ink in zip(bars.marker.color, bars.textfont.color, strict=True):
        assert contrast(tile, ink) >= 4.5
    assert figure.layout.uniformtext.minsize >= 10
    assert figure.layout.uniformtext.mode == "hide"
    assert bars.hovertemplate.startswith("%{customdata[0]}<br>%{customdata[1]:,} ")
    blocks = dict(zip(frame["layer"], frame["block"], strict=True))
    named = [(blocks[layer], text) for (layer, *_), text in zip(bars.customdata, bars.text, strict=True)]
    assert ("5a", "branch2b<br>13.1%") in named
    assert ("5a", "bn branch2b<br>0.0%") in named
    assert len({(block, text.partition("<br>")[0]) for block, text in named}) == len(named)
    titles = [note.text for note in figure.layout.annotations]
    assert [title for title in titles if title in set(blocks.values())] == [
        *("3a", "3b", "3c", "3d", "4a", "4b", "4c", "4d", "4e", "4f", "5a", "5b", "5c")
    ]
    assert "Stage 5  52.1%" in titles
    assert wide_only("Stage ") + "3" in titles  # on a phone its number alone has room


def test_on_a_phone_the_treemap_tells_the_shares_that_have_room_and_the_name_of_the_chosen_layer():
    """By work, which the lessons look at: stage by stage, and the projection that is asked about."""
    figure = treemap(to_frame(COURSE), "macs", selected="res5a_branch1")
    titles = {note.text: note for note in figure.layout.annotations}
    assert {
        "Stage 4  39.6%",
        *(wide_only("Stage ") + short for short in ("2  16.8%", "3  27.2%", "5  13.0%")),
    } <= titles.keys()
    assert titles[phone_only("branch1")].textangle == -90
    roomy = treemap(to_frame(COURSE), "macs", selected="conv1").layout.annotations
    assert not [note for note in roomy if "--phone" in note.text]


def test_a_projected_chart_has_all_its_letters_from_18_px_on():
    frame = to_frame(COURSE)
    run = RunFolder(ASSETS / "runs" / "plain-vs-residual")
    metrics = run.read_metrics().metrics
    states = [LayerState("res2b_add", MapStatistics(-1.0, 1.0, 0.1, 0.5, 0.2), 3, 64, 0.4)]
    for figure in (
        along_depth(frame, "macs", selected="conv1"),
        treemap(frame, "macs", letters_px=PROJECTED_PX),
        receptive_fields(COURSE, selected="res3b_out"),
        size_and_channels(COURSE),
        over_updates({"a run": metrics}, "loss"),
        loss_over_rate(metrics),
        norms_by_block({"plain": metrics[-1]}),
        confusion([[1, 0], [0, 1]], ["circle", "cross"]),
        branch_to_shortcut(states),
        mean_and_deviation(states, {}),
    ):
        layout = lettered(figure, is_projected=True).to_dict()["layout"]
        axes = [axis for name, axis in layout.items() if name.startswith(("xaxis", "yaxis"))]
        fonts = [font for axis in axes for font in (axis["tickfont"], axis["title"]["font"])]
        fonts += [layout["font"], layout["legend"]["font"]]
        fonts += [note["font"] for note in layout.get("annotations", [])]
        fonts += [layout["title"]["font"]] if "title" in layout else []
        assert len(axes) >= 2
        assert {font["size"] for font in fonts} == {18}


def test_the_norms_are_ticked_where_a_stage_begins():
    norms = dict.fromkeys(["stem", "2a", "2b", "3a", "3b", "head"], 1.0)
    figure = norms_by_block({"plain": {"gradient_norms": norms}})
    assert figure.data[0].meta == "curve:plain"  # words that point find it
    assert list(figure.layout.xaxis.tickvals) == ["2a", "3a", "head"]
    assert list(figure.layout.xaxis.ticktext) == ["2a", "3a", "head"]  # the last one in the reader's language


def test_receptive_field_chart_shows_size_and_coverage():
    size, share = receptive_fields(COURSE, selected="res3b_out").data
    places = {name: i for i, name in enumerate(size.x)}
    assert [size.y[places[f"res{b}_out"]] for b in ("2a", "3b", "4a", "5c")] == [19, 67, 131, 483]
    by_place = [share.y[places[f"res{b}_out"]] for b in ("3b", "3c", "3d", "4a")]
    assert by_place == [0, 100 * 4 / 64, 100 * 16 / 64, 100]


def test_the_names_of_the_blocks_along_an_axis_lie_over_no_other_on_a_phone_and_on_a_laptop():
    axis = receptive_fields(COURSE).layout.xaxis
    assert [name for name in axis.ticktext if name and "<" not in name] == ["2a", "3a", "4a", "5a", "head"]
    assert [re.sub("<[^>]+>", "", name) for name in axis.ticktext if name][:3] == ["stem", "2a", "2b"]
    deep = receptive_fields(analyse(preset("keras-v1-152"))).layout.xaxis
    assert 30 < sum(bool(name) for name in deep.ticktext) < 48  # not all of its 52
    projected = receptive_fields(COURSE, letters_px=PROJECTED_PX).layout.xaxis
    assert [name for name in projected.ticktext if "5" in name] == ["5a", wide_only("5b"), wide_only("5c")][:2]


def test_every_preset_says_what_it_is():
    assert all(preset_about(name).endswith(".") for name in PRESETS)


def test_size_and_channels_names_every_map_once():
    points = size_and_channels(COURSE, selected="res3b_out").data[0]
    maps = [r for r in COURSE.records if len(r.output_shape) == 3]
    assert sum(count for _name, count in points.customdata) == len(maps)
    assert "res3b_out" in [name for name, _count in points.customdata]
    named = [re.sub(r"<[^>]+>", "", text) for text in points.text]  # the marks hide some on a phone
    assert named[:4] == ["input", "pad", "conv1 ×2", "pool1 ×19"]
    assert "3a ×24" in named
    # Input lies right below pad, the pool below the convolution.
    assert points.textposition[:4] == ("bottom center", "top center", "top center", "bottom center")


def test_a_name_that_would_lie_over_another_on_a_phone_is_for_wide_windows():
    assert names_at([(0, 0, "left"), (10, 0, "close by"), (10.5, 0, "right"), (10, 5, "above")], PX) == [
        "left",
        wide_only("close by"),
        "right",
        "above",
    ]


def test_every_bar_along_the_depth_stands_out_on_both_grounds():
    for trace in along_depth(to_frame(COURSE), "activation_bytes").data:
        assert min(contrast(trace.marker.color, ground) for ground in ("#ffffff", "#0e1117")) > 2


def test_kinds_of_one_colour_share_their_name_beside_the_bars():
    families = {kind: family_of(kind) for kind in MARKS}
    colors = {family: {MARKS[kind].color for kind in MARKS if families[kind] == family} for family in families.values()}
    assert all(len(own) == 1 for own in colors.values())
    named = [trace.name for trace in along_depth(to_frame(COURSE), "activation_bytes").data]
    assert named == ["the rest", "convolution", "BatchNorm", "pooling", "ReLU", "sum", "classifier"]


def test_markdown_has_every_row_and_a_rule():
    lines = to_markdown(to_frame(COURSE)).splitlines()
    assert len(lines) == 177 + 2
    assert "| conv1 |" in lines[4]
    assert "9,472" in lines[4]


# --- Mosaics --------------------------------------------------------------------------------------------------------


def pixels(png: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))


def test_mosaic_places_every_channel_once():
    maps = np.arange(2 * 3 * 5, dtype=np.float32).reshape(2, 3, 5)
    image = pixels(mosaic_png(maps, columns=3))
    assert image.shape == (2 * 3 + 1, 3 * 4 + 1, 3)
    table = color_table("viridis", 254)
    for channel in range(5):
        top, left = 1 + channel // 3 * 3, 1 + channel % 3 * 4
        expected = table[np.round(maps[..., channel] / 29 * 253).astype(int)]
        np.testing.assert_array_equal(image[top : top + 2, left : left + 3], expected)
    np.testing.assert_array_equal(image[0, 0], GROUND)


def test_small_maps_are_drawn_with_larger_squares():
    image = pixels(mosaic_png(np.arange(8, dtype=np.float32).reshape(2, 2, 2), columns=2, smallest_tile=14))
    assert image.shape == (14 + 2, 2 * 14 + 3, 3)
    assert len(np.unique(image[1:8, 1:8].reshape(-1, 3), axis=0)) == 1


def test_signed_maps_are_centred_on_zero():
    scale = shared_scale(np.array([[[-1.0, 4.0]]], np.float32))
    assert scale == Scale(-4.0, 4.0, is_signed=True)
    zero = pixels(mosaic_png(np.zeros((1, 1, 1), np.float32), scale))[1, 1]
    assert zero.min() > 240


def test_scale_is_shared_and_clips_nothing():
    scale = shared_scale(np.full((1, 1, 1), 3, np.float32), np.full((1, 1, 1), -7, np.float32))
    assert (scale.low, scale.high) == (-7, 7)
    assert shared_scale(np.zeros((2, 2, 2), np.float32)) == Scale(0.0, 0.0, is_signed=False)


def test_values_that_are_not_finite_are_marked():
    maps = np.array([[[np.nan], [np.inf], [1.0]]], np.float32)
    assert shared_scale(maps) == Scale(0.0, 1.0, is_signed=False)
    image = pixels(mosaic_png(maps))
    assert tuple(image[1, 1]) == tuple(image[1, 2]) == NOT_A_NUMBER
    assert tuple(image[1, 3]) != NOT_A_NUMBER


def test_values_that_are_not_finite_are_marked_on_own_scales_too():
    maps = np.array([[[np.nan, 2], [-np.inf, 3], [-1.0, 4]]], np.float32)
    image = pixels(per_channel_png(maps, columns=2))
    assert tuple(image[1, 1]) == tuple(image[1, 2]) == NOT_A_NUMBER
    assert NOT_A_NUMBER not in {tuple(color) for color in image[1, 3:].tolist()}


@pytest.mark.parametrize("bound", [None, 1e-3, 1e3])
@pytest.mark.parametrize("odd", [np.nan, np.inf, -np.inf])
def test_the_overlay_marks_what_is_no_number_and_no_picture_shines_through(odd, bound):
    rgb = np.full((2, 2, 3), 90, np.uint8)
    drawn = pixels(overlay_png(rgb, np.array([[odd, 1], [0, 2]], np.float32), bound=bound))
    half = drawn.shape[0] // 2
    marked = (drawn == NOT_A_NUMBER).all(axis=-1)
    assert marked[:half, :half].all()
    assert marked.sum() == half * half


def test_the_overlay_marks_only_where_cells_look():
    extent = Extent(1, 2, 0)  # cell (0, 0) lies about pixel 0, cell (1, 1) about pixel 2; pixel 4 is nobody's
    values = np.array([[1, 2], [3, np.nan]], np.float32)
    drawn = pixels(overlay_png(np.zeros((5, 5, 3), np.uint8), values, ReceptiveField(extent, extent)))
    zoom = drawn.shape[0] // 5
    assert tuple(drawn[2 * zoom, 2 * zoom]) == NOT_A_NUMBER
    assert len(set(drawn[-1, -1].tolist())) == 1


def test_the_sum_behind_a_cell_marks_what_is_no_number():
    step = SimpleNamespace(numbers={"sum": float("nan"), "bias": 0.0})
    data = sum_data(np.float32([[[np.nan, 2]]]), np.float32([[[3, np.inf]]]), step, is_picture=False)
    json.dumps(data, allow_nan=False)  # or no browser could read it
    (page,) = data["pages"]
    mark = "#" + bytes(NOT_A_NUMBER).hex()
    assert [str(page["colors"]).count(mark), page["names"]] == [4, ["channel 0", "channel 1"]]


@pytest.mark.parametrize("side, channels", [(1, 64), (3, 16), (7, 3)])
def test_a_cells_sum_is_all_of_it(side, channels):
    rng = np.random.default_rng(0)
    patch, kernel = rng.normal(size=(2, side, side, channels)).astype(np.float32)

    step = SimpleNamespace(numbers={"sum": float((patch.astype(float) * kernel).sum()), "bias": -3.576e-07})
    data = sum_data(patch, kernel, step, is_picture=side == 7)
    played = sum(sum(map(sum, page["products"])) for page in data["pages"])
    assert played == pytest.approx(data["total"], rel=1e-5)
    assert data["total"] + data["rest"] == pytest.approx(step.numbers["sum"], rel=1e-5)
    assert data["rest_count"] == max(0, channels - 8)
    assert data["bias"] == "0"
    if side == 7:
        assert data["words"]["lead"] == "7×7×3 = 147 products: red, green, blue."
        assert [page["label"] for page in data["pages"]] == ["red", "green", "blue"]


def test_padding_is_told_from_zeros_of_the_map():
    def under(node, top, left, side):
        step = PixelStep(node, "conv", 0, 0, top=top, left=left, patch=np.zeros((side, side, 1), np.float32))
        return padding_under(COURSE, step)

    beyond = under("res5b_branch2b", -1, -1, 3)  # a map of 2×2, all of it under the window
    np.testing.assert_array_equal(~beyond, np.outer([0, 1, 1], [0, 1, 1]))
    assert not under("res2a_branch2b", 4, 4, 3).any()
    frame = under("conv1", 0, 63, 7)  # behind a layer that puts three zeros around the picture
    np.testing.assert_array_equal(frame[3], [False] * 4 + [True] * 3)
    assert frame[:3].all()
    assert not under("fc6", 0, 0, 1).any()
    data = sum_data(
        *np.ones((2, 3, 3, 1), np.float32),
        SimpleNamespace(numbers={"sum": 9, "bias": 0}),
        is_picture=False,
        padding=beyond,
    )
    assert data["padding"][0] == [True] * 3


def test_own_scales_show_weak_channels():
    maps = np.stack([np.eye(4) * 1000, np.eye(4)], axis=-1).astype(np.float32)
    image = pixels(per_channel_png(maps, columns=2))
    np.testing.assert_array_equal(image[1:5, 1:5], image[1:5, 6:10])
    assert len(per_channel_png(np.zeros((2, 2, 3), np.float32))) > 0


@pytest.mark.parametrize(
    ("channels", "height", "width"), [(1, 5, 5), (64, 15, 15), (2048, 2, 2), (7, 1, 30), (3, 30, 1)]
)
def test_tiles_hold_every_channel(channels, height, width):
    rows, columns = tiles(channels, height, width)
    assert rows * columns >= channels > (rows - 1) * columns


# --- A block in numbers -----------------------------------------------------------------------------------------------


def test_anatomy_numbers_by_hand():
    maps = np.array([[[3.0, 0.0], [-4.0, 1.0]]], np.float32)
    assert norm(maps) == pytest.approx(26**0.5)
    np.testing.assert_allclose(channel_energy(maps), [12.5, 0.5])
    assert strongest_channels(maps, 2) == [0, 1]
    assert removed_by_relu(maps) == 0.25
    assert map_statistics(maps)[:3] == (-4.0, 3.0, 0.0)
    assert map_statistics(maps).zeros == 0.25


def test_the_channel_that_shows_best_what_a_block_did_is_strong_in_both():
    """The strongest of the output alone may have nothing of F(x); the strongest F(x) may be cut away by the ReLU."""
    branch = np.array([[[0.1, 9.0, 2.0]]], np.float32)
    out = np.array([[[8.0, 0.0, 3.0]]], np.float32)
    assert telling_channel(branch, out) == 2


@pytest.mark.parametrize(
    ("branch", "side", "sentence"),
    [
        (1, 10, "F(x) is much weaker than the shortcut (0.1)."),
        (1, 4, "F(x) is weaker than the shortcut (0.25)."),
        (79, 100, "F(x) is weaker than the shortcut (0.79)."),
        (80, 100, "F(x) is about as strong as the shortcut (0.8)."),
        (157.6, 148.7, "F(x) is about as strong as the shortcut (1.06)."),
        (125, 100, "F(x) is stronger than the shortcut (1.25)."),
        (40, 10, "F(x) is much stronger than the shortcut (4)."),
        (0, 3, "F(x) adds nothing."),
        (3, 0, "The shortcut brings nothing."),
        (0, 0, "F(x) and the shortcut are both zero."),
    ],
)
def test_every_range_of_the_ratio_has_its_own_words(branch, side, sentence):
    assert strength_sentence(branch, side) == sentence


@pytest.mark.parametrize(
    ("share", "sentence"),
    [
        (0.523, "The last ReLU set 52 % of the sum to zero."),
        (0.001, "The last ReLU set 1 % of the sum to zero."),
        (0.999, "The last ReLU set 99 % of the sum to zero."),
        (0, "The last ReLU changed nothing."),
        (1, "The last ReLU set all of the sum to zero."),
    ],
)
def test_what_the_last_relu_did_is_never_rounded_to_nothing_or_all(share, sentence):
    assert relu_sentence(share) == sentence


def block_states(ratios, zeros=0.5, silent=0):
    statistics = MapStatistics(0.0, 1.0, 0.5, 0.25, zeros)
    return [
        LayerState(f"res3{letter}_add", statistics, silent, 8, ratio)
        for letter, ratio in zip("abcd", ratios, strict=False)
    ]


@pytest.mark.parametrize(
    ("ratios", "said"),
    [
        (
            (2.0, 1.5, 0.4, 0.3),
            "weaker than the shortcut in 2 of 4 blocks. It is weakest in 3d (0.3) and strongest in 3a (2). The later half of the blocks adds less",
        ),
        (
            (0.5, 0.5, 0.9, 1.2),
            "in 3 of 4 blocks. It is weakest in 3a (0.5) and strongest in 3d (1.2). The later half of the blocks adds more",
        ),
        ((0.9, 1.0, 0.9, 1.0), "The later half of the blocks adds about as much"),
    ],
)
def test_what_is_said_along_depth_is_what_the_bars_show(ratios, said):
    assert said in " ".join(ratio_sentences(block_states(ratios)))


def test_zeros_along_depth_are_told_from_the_data():
    assert zeros_sentence(block_states((1,), zeros=0.25), {}) == (
        "Between 25% and 25% of an output is zero. No channel is zero everywhere."
    )
    assert "In 3a 2 of 8 channels" in zeros_sentence(block_states((1,), silent=2), {"res3a_add": "3a"})


def test_along_every_layer_the_axis_is_ticked_by_block():
    statistics = MapStatistics(0.0, 1.0, 0.5, 0.25, 0.0)
    states = [
        LayerState(node, statistics, 0, 8, None) for node in ("res2a_add", "res2a_out", "res2b_branch2a", "res2b_add")
    ]
    figure = mean_and_deviation(states, {"res2a_out": "2a", "res2b_add": "2b"})
    assert list(figure.layout.xaxis.tickvals) == ["2a", "2b"]
    assert list(figure.data[0].x) == ["res2a_add", "2a", "res2b_branch2a", "2b"]


def test_a_block_that_was_cut_has_a_hollow_bar():
    bars = branch_to_shortcut(block_states((1.0, 2.0)), {"3b"}).data[0]
    assert bars.text == ("", "cut")
    assert bars.marker.color[0] == BRANCH.color != bars.marker.color[1]


def test_a_frame_of_infinity_does_not_spoil_the_numbers():
    maps = np.array([[[-np.inf], [2.0]]], np.float32)
    assert map_statistics(maps)[:4] == (2.0, 2.0, 2.0, 0.0)
    assert channel_energy(maps)[0] == 2.0
    assert map_statistics(np.full((1, 1, 1), -np.inf, np.float32)).mean == 0.0
