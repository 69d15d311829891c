"""Maps as bytes for the browser, and the view as one file."""

import re

import numpy as np
import pytest

from resnet_viz.analysis import analyse
from resnet_viz.spec import PRESETS, preset
from resnet_viz.spec.surgery import parse_surgery
from resnet_viz.viz.block_view import Focus, block_payload, layer_of, signals
from resnet_viz.viz.overlay import boxed_png, overlay_png
from resnet_viz.viz.payload import LEAST_CHANNELS, MOST_STRIP_BYTES, Layer, View, maps_payload, strip_count
from resnet_viz.viz.takehome import MAX_BYTES, About, takehome_html
from resnet_viz.viz.theme import AGAINST, FOR
from tests.app.opening import read_payload

SUBJECT = About("course <b>", "random, seed 0", "", "a picture", "", "2026-11-25")


def signals_of(name: str, node: str, side: int) -> tuple:
    """Return a network, a block and noise of the shapes of its signals."""
    summary = analyse(preset(name, input_shape=(side, side, 3)))
    block = summary.graph.block_of(node)
    random = np.random.default_rng(0)
    found = {
        name: random.normal(size=summary.record(name).output_shape).astype(np.float32)
        for name in {*signals(block).values(), node}
    }
    return summary, block, found


def test_values_arrive_to_three_digits_and_zeros_stay_zeros():
    maps = np.float32([[[0, 1e-3], [70000, -3]], [[0.5, np.inf], [np.nan, 2]]])
    header, (values,) = read_payload(maps_payload([Layer("conv1", maps, [4, 9])], View()))
    expected = maps.transpose(2, 0, 1)
    finite = np.isfinite(expected)
    large = finite & (np.abs(expected) > 1)
    np.testing.assert_allclose(values[large], expected[large], rtol=1e-3)
    assert (values[expected == 0] == 0).all()
    assert np.isposinf(values[np.isposinf(expected)]).all()
    assert np.isnan(values[np.isnan(expected)]).all()
    assert header["arrays"][0]["channels"] == [4, 9]


def test_the_picture_lies_behind_the_maps():
    rgb = np.arange(12, dtype=np.uint8).reshape(2, 2, 3)
    data = maps_payload([Layer("conv1", np.zeros((2, 2, 1), np.float32), [0])], View(), rgb)
    image = read_payload(data)[0]["image"]
    assert (image["width"], image["height"]) == (2, 2)
    assert data.endswith(rgb.tobytes())


def test_a_strip_is_bounded_but_never_below_its_least():
    assert strip_count(8, 8, 512, 4) == 512
    assert strip_count(255, 255, 256, 4) == LEAST_CHANNELS
    assert strip_count(8, 8, 16, 4) == 16


def payload_of(summary, focus, found):
    return read_payload(block_payload(summary, focus, found, np.zeros((8, 8, 3), np.uint8), "w"))


def test_a_block_shows_the_same_channels_of_every_signal_and_its_output_crosses_once():
    summary, block, found = signals_of("course", "res3a_out", 64)
    header, arrays = payload_of(summary, Focus(block, "res3a_out"), found)
    listed = [header["arrays"][place]["channels"] for place in header["strip"]]
    assert listed == [list(range(512))] * 4
    assert header["strengths"] == [0, 1, 2]
    assert header["sources"] == [3]
    assert len(arrays) == 4
    field = header["arrays"][1]["field"][0]
    assert field == list(summary.by_id[block.branch].field.height)


def test_of_a_large_block_the_browser_adds_the_sum_up_unless_surgery_made_it_another():
    summary, block, found = signals_of("course", "res2a_out", 224)
    found[block.add] = found[block.shortcut] + found[block.branch]
    found[block.out] = np.maximum(found[block.add], 0)
    header, _arrays = payload_of(summary, Focus(block, block.out, channel=9), found)
    made = [(entry.get("does"), entry.get("from")) for entry in header["arrays"]]
    assert made == [(None, None), (None, None), ("sum", [0, 1]), ("relu", [2])]
    assert header["arrays"][0]["channels"] == list(range(256))  # every channel can be chosen without the server
    assert sum(2 * found[name].size for name in (block.shortcut, block.branch)) <= MOST_STRIP_BYTES
    found[block.out][..., 9] = 0
    surgery = parse_surgery(f"cut:2a,silence:{block.out}:9", summary.graph, {block.out: 256})
    header, _arrays = payload_of(summary, Focus(block, block.out, 9, surgery), found)
    assert [entry.get("does") for entry in header["arrays"]][:4] == [None, None, "sum", None]
    assert 9 in header["arrays"][0]["channels"]
    assert header["off"] == ["cut", "", "", ""]
    assert header["silenced"] == {block.out: [9]}


@pytest.mark.parametrize(
    ("name", "node", "side"), [("course", "res2a_out", 224), ("course", "res5c_out", 64), ("cifar-20", "conv1", 32)]
)
def test_the_take_home_file_is_small_and_asks_for_nothing(name, node, side):
    """Noise is the worst case: it does not shrink."""
    summary = analyse(preset(name, input_shape=(side, side, 3)))
    block = summary.graph.block_of(node) or summary.graph.blocks[0]
    random = np.random.default_rng(0)
    found = {
        key: random.normal(size=summary.record(key).output_shape).astype(np.float32)
        for key in {*signals(block).values(), node}
    }
    focus = Focus(block, node)
    data = takehome_html(summary, focus, found, np.zeros((side, side, 3), np.uint8), SUBJECT)
    assert len(data) <= MAX_BYTES
    text = data.decode()
    assert "course &lt;b&gt;" in text
    outside = re.sub(r">[A-Za-z0-9+/=]{200,}<", "><", text)
    assert not re.search(r"(src|href)=[\"']?(https?:)?//", outside)
    assert "default-src 'none'" in text
    assert takehome_html(summary, focus, found, np.zeros((side, side, 3), np.uint8), SUBJECT) == data


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_can_be_taken_home(name):
    """Three drawings to fold between name the same layer by the same node, or by a box that holds it."""
    from resnet_viz.viz.takehome import _data

    side = min(PRESETS[name].input_shape[0], 64)
    summary = analyse(preset(name, input_shape=(side, side, 3)))
    data = _data(summary, summary.graph.blocks[0].out)
    whole = data["picture"]["drawings"][2]["members"]
    assert {ids for ids in map(tuple, whole.values()) if len(ids) == 1} >= {
        (node.id,) for node in summary.graph.nodes if node.block and node.id in whole
    }
    assert [row[0] for row in data["layers"]] == [node.id for node in summary.graph.nodes]
    rows = [len(drawing["rows"]) for drawing in data["picture"]["drawings"]]
    assert len(set(rows)) == 1


def test_a_map_lies_where_its_cells_look():
    """A stride of 2 and a field of one pixel at 0, 2, …: cell (0, 0) is drawn about pixel 0, not over 0 and 1."""
    from io import BytesIO

    from PIL import Image

    from resnet_viz.analysis.receptive_field import Extent, ReceptiveField

    rgb = np.zeros((4, 4, 3), np.uint8)
    extent = Extent(1, 2, 0)
    data = overlay_png(rgb, np.float32([[1, 0], [-1, 0]]), ReceptiveField(extent, extent))
    drawn = np.asarray(Image.open(BytesIO(data)))
    zoom = drawn.shape[0] // 4
    assert tuple(drawn[0, 0]) == FOR
    assert tuple(drawn[int(1.4 * zoom), 0]) == FOR
    assert tuple(drawn[int(1.6 * zoom), 0]) == AGAINST  # −0.5 … 1.5 is cell 0, then cell 1
    grey = drawn[0, int(1.6 * zoom)]
    assert grey[0] == grey[1] == grey[2]
    twice = np.asarray(Image.open(BytesIO(overlay_png(rgb, np.float32([[1, 0], [0, 0]]), bound=2))))
    assert tuple(twice[0, 0]) == tuple(np.round((np.array(FOR) + grey[0]) / 2).astype(int))


def test_the_frame_lies_around_what_a_cell_sees_and_is_open_at_the_border():
    from io import BytesIO

    from PIL import Image

    drawn = np.asarray(Image.open(BytesIO(boxed_png(np.zeros((64, 64, 3), np.uint8), (-3, 20), (10, 70)))))
    zoom = drawn.shape[0] // 64
    orange = (drawn == (255, 157, 0)).all(axis=-1)
    rows, columns = np.nonzero(orange)
    assert rows.max() // zoom == 19
    assert columns.min() // zoom == 10
    assert orange[0].sum() < 8  # no line along the upper border: the field goes on above it
    assert orange[:, -1].sum() < 8


def test_a_vector_is_a_map_of_one_cell():
    summary = analyse(preset("cifar-20"))
    layer = layer_of(summary, "fc10", np.arange(10, dtype=np.float32))
    assert layer.maps.shape == (1, 1, 10)
    assert layer.receptive_field is None
