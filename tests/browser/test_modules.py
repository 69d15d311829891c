"""What the browser's modules compute, asked of them in a blank page: they are served as they are written, not as built."""

import base64
import json
import mimetypes
import threading
import urllib.request
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Route

from resnet_viz.analysis import analyse
from resnet_viz.spec import PRESETS
from resnet_viz.viz.dot import draw
from resnet_viz.viz.payload import Derived, Layer, Signal, View, maps_payload
from resnet_viz.viz.picture import rows_of
from resnet_viz.viz.theme import COLOR_MAPS, GROUND, NOT_A_NUMBER

ROOT = Path(__file__).parents[2]
SITE = "http://modules.test"
Call = Callable[..., Any]
BOUNDS = {"x": 0, "y": 0, "width": 1000, "height": 400}
TEXTS = {"open": "Open", "close": "Close"}


@pytest.fixture(scope="module")
def ask(chromium) -> Iterator[Call]:
    """Return a function that runs JavaScript in a blank page, with modules of `dev/frontend` by their names in `m`."""
    page = chromium.new_page()
    page.route(f"{SITE}/**", _serve)
    page.goto(f"{SITE}/")

    def run(modules: str, code: str, given: Any = None) -> Any:
        names = {name.rpartition("/")[2]: f"{SITE}/dev/frontend/{name}.js" for name in modules.split()}
        loads = ", ".join(f"{name}: await import('{url}')" for name, url in names.items())
        return page.evaluate(f"async (given) => {{ const m = {{ {loads} }}; {code} }}", given)

    yield run
    page.close()


def _serve(route: Route) -> None:
    path = ROOT / route.request.url.removeprefix(f"{SITE}/")
    if path.is_file():
        route.fulfill(path=path, content_type=mimetypes.guess_type(path)[0])
    else:
        route.fulfill(body="<!doctype html><body>", content_type="text/html")


# --- maps ---

READ = """
    const bytes = Uint8Array.from(atob(given.bytes), (sign) => sign.charCodeAt(0));
    const data = m.values.read(bytes);
"""


def sent(payload: bytes, **more: Any) -> dict[str, Any]:
    """Return bytes as they are handed to a page, with more beside them."""
    return {"bytes": base64.b64encode(payload).decode(), **more}


def test_all_numbers_of_16_bits_are_read_as_numpy_reads_them(ask):
    bits = np.arange(65536, dtype="<u2")
    entry = {"channels": [0], "height": 256, "width": 256, "offset": 0, "scale": 1, "node": "any"}
    header = json.dumps({"arrays": [entry], "image": None}).encode()
    payload = len(header).to_bytes(4, "little") + header + bits.tobytes()
    values = ask(
        "maps/values",
        READ
        + """const found = new Uint8Array(data.arrays[0].values.buffer);
        return btoa(Array.from(found, (byte) => String.fromCharCode(byte)).join(""));""",
        sent(payload),
    )
    np.testing.assert_array_equal(np.frombuffer(base64.b64decode(values), "<f4"), bits.view("<f2").astype(np.float32))


def test_maps_their_figures_and_their_orders_are_those_of_numpy(ask):
    random = np.random.default_rng(3)
    one, other = random.normal(size=(2, 5, 4, 3)).astype(np.float16).astype(np.float32)
    one[..., 1] = np.maximum(one[..., 1], 0)
    other[0, 0, 2], other[1, 1, 2] = np.nan, np.inf
    layers = [Layer("x", one, [7, 2, 9]), Layer("f", other, [7, 2, 9])]
    made = [Derived("sum", (0, 1), "y"), Derived("relu", (2,), "y"), Derived("difference", (0, 1), "z")]
    found = ask(
        "maps/values",
        READ
        + """return data.arrays.map((maps) => ({
            values: [...maps.values], node: maps.node, at: maps.at(1, 4, 3), negatives: maps.negatives(0),
            stats: Object.fromEntries(Object.entries(maps.stats).map(([name, values]) => [name, [...values]])),
            orders: ["number", "energy", "sparsity", "similarity"].map((by) => maps.order(by, 0)),
        }));""",
        sent(maps_payload([*layers, *made], View())),
    )
    expected = [one, other, one + other, np.maximum(one + other, 0), other - one]
    for maps, values in zip(found, expected, strict=True):
        channels = values.transpose(2, 0, 1).reshape(3, 20)
        got = np.float32(maps["values"]).reshape(3, 20)
        np.testing.assert_allclose(got, channels, rtol=2e-3, atol=2e-3)
        finite = np.where(np.isfinite(got), got, 0)
        stats = maps["stats"]
        np.testing.assert_allclose(stats["energy"], (finite**2).sum(1) / 20, rtol=1e-5)
        np.testing.assert_allclose(stats["zeros"], (got == 0).mean(1), rtol=1e-6)
        np.testing.assert_array_equal(stats["odd"], (~np.isfinite(got)).sum(1))
        np.testing.assert_allclose(stats["low"], np.where(np.isfinite(got), got, np.inf).min(1), rtol=1e-6)
        np.testing.assert_allclose(stats["high"], np.where(np.isfinite(got), got, -np.inf).max(1), rtol=1e-6)
        assert maps["negatives"] == pytest.approx((got[0] < 0).mean())
        assert maps["orders"][0] == [1, 0, 2]  # channels 2, 7, 9
        assert maps["orders"][1] == sorted(range(3), key=lambda place: -stats["energy"][place])
        assert maps["orders"][2] == sorted(range(3), key=lambda place: -stats["zeros"][place])
        assert maps["orders"][3][0] == 0  # nothing is more like a channel than itself
    assert [maps["node"] for maps in found] == ["x", "f", "y", "y", "z"]


def test_signals_of_the_strip_share_one_scale_about_zero_and_others_have_their_own(ask):
    maps = [np.float32([[[low, high]]]) for low, high in ((0, 2), (-3, 1), (1, 4))]
    view = View(strip=[Signal(0, "x"), Signal(1, "F(x)")], sources=[0, 1, 2])
    payload = maps_payload([Layer(f"n{i}", values, [0, 1]) for i, values in enumerate(maps)], view)
    scales = ask(
        "maps/values maps/scale",
        READ
        + """return [{ own: false }, { own: true }].map((kept) => {
            const scales = new m.scale.Scales(data, { colors: "auto", ...kept });
            return data.arrays.map((maps) => scales.of(maps, 1)).map(({ low, high, signed }) => [low, high, signed]);
        });""",
        sent(payload),
    )
    assert scales[0] == [[-3, 3, True], [-3, 3, True], [0, 4, False]]
    assert scales[1] == [[-2, 2, True], [-2, 2, True], [0, 4, False]]


def test_a_mosaic_has_the_maps_colours_and_marks_what_is_no_number(ask):
    values = [0, 0.5, 1, 2, -1, np.nan, np.inf, -np.inf]
    found = ask(
        "maps/values maps/paint",
        """const maps = new m.values.Maps({ height: 2, width: 2, channels: [0, 1] }, Float32Array.from(given.values));
        const canvas = document.createElement("canvas");
        const colors = m.paint.table("viridis", given.odd);
        const look = { columns: 2, enlarge: 2, colors, ground: given.ground, scale: () => ({ low: 0, high: 1 }) };
        const grid = m.paint.paintTiles(canvas, maps, [1, 0], look);
        const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
        return { grid, pixels: [...data], stops: m.paint.stops(colors) };""",
        {"values": values, "odd": NOT_A_NUMBER, "ground": GROUND},
    )
    grid = found["grid"]
    assert (grid["width"], grid["height"], grid["tileWidth"], grid["rows"]) == (14, 8, 6, 1)
    pixels = np.uint8(found["pixels"]).reshape(8, 14, 4)
    colors = np.uint8(list(bytes.fromhex(COLOR_MAPS["viridis"]))).reshape(256, 3)
    odd = np.uint8(NOT_A_NUMBER)
    tiles = [[colors[0], odd, odd, odd], [colors[0], colors[128], colors[255], colors[255]]]
    for index, tile in enumerate(tiles):
        for cell, color in enumerate(tile):
            y, x = 2 + 2 * (cell // 2), 2 + 6 * index + 2 * (cell % 2)
            assert (pixels[y : y + 2, x : x + 2, :3] == color).all(), (index, cell)
    assert (pixels[:2, :, :3] == GROUND).all()
    assert found["stops"].startswith(f"rgb({' '.join(map(str, colors[0]))}), ")


def test_the_pointer_finds_the_tile_and_the_cell_and_a_border_belongs_to_none(ask):
    found = ask(
        "maps/pointer",
        """const maps = { width: 2, height: 2 };
        const grid = { width: 14, height: 14, tileWidth: 6, tileHeight: 6, columns: 2 };
        return given.map(([x, y]) => {
            const at = m.pointer.tileAt([x / 14, y / 14], { maps, places: [5, 3, 8], grid });
            return at && [at.place, at.row ?? null, at.column ?? null];
        });""",
        [[3, 3], [5, 5], [8.5, 3], [7, 3], [1, 1], [13, 3], [14, 3]],
    )
    assert found == [[5, 0, 0], [5, 1, 1], [3, 0, 0], [5, None, None], None, [3, None, None], None]


def test_a_cells_field_is_clipped_at_the_pictures_border(ask):
    """Three pixels wide, every second pixel, from one pixel outside of a picture of 8 by 8."""
    found = ask(
        "maps/field",
        """const maps = { field: [[3, 2, -1], [3, 2, -1]], width: 4, height: 4 };
        const image = { width: 8, height: 8 };
        return {
            corner: m.field.fieldOf([0, 1], maps, image),
            square: m.field.squareOf(maps, image, 0, 1),
            cells: [[0.01, 0.01], [0.5, 0.01], [0.99, 0.99]].map((at) => m.field.cellAt(at, maps, image)),
            alone: m.field.groundOf({ width: 4, height: 3 }, image),
        };""",
    )
    corner = found["corner"]
    assert [corner[side] for side in ("top", "bottom", "left", "right")] == [0, 2, 1, 4]
    assert corner["isClipped"]
    assert found["square"] == [1.5, 2]
    assert found["cells"] == [[0, 0], [0, 2], None]  # a row of pixels below the last cells
    assert found["alone"] == {"width": 4, "height": 3}


# --- numbers and words ---


@pytest.mark.parametrize(
    ("module", "call", "text"),
    [
        ("maps/numbers", "shown(0)", "0"),
        ("maps/numbers", "shown(-1234.5)", "−1230"),
        ("maps/numbers", "shown(0.00012345)", "1.23e−4"),
        ("maps/numbers", "shown(250000)", "2.50e+5"),
        ("maps/numbers", "shown(NaN)", "NaN"),
        ("maps/numbers", "shown(-Infinity)", "−∞"),
        ("maps/numbers", "percent(0.001)", "1 %"),
        ("maps/numbers", "percent(0.999)", "99 %"),
        ("maps/numbers", "percent(0)", "0 %"),
        ("maps/numbers", "percent(1)", "100 %"),
        ("sum/numbers", "number(-0.12345)", "−0.123"),
        ("sum/numbers", "number('NaN')", "NaN"),
        ("sum/numbers", "number(1234.5, 2)", "1200"),
        ("learning/curves", "percent(0.998)", "99.8\u00a0%"),
        ("learning/curves", "percent(0.9999)", "99.9\u00a0%"),
        ("learning/curves", "percent(1)", "100\u00a0%"),
        ("learning/curves", "figure(0.1234)", "0.12"),
    ],
)
def test_numbers_are_written_as_people_read_them(ask, module, call, text):
    assert ask(module, f"return m.{module.rpartition('/')[2]}.{call};") == text


def test_a_curve_ends_where_the_step_is(ask):
    code = "return given.map((at) => m.curves.upTo([[0, 1, 9], [10, 3, 8], [20, 7, 7]], at, 1));"
    assert ask("learning/curves", code, [0, 5, 10, 25]) == [
        [[0, 1]],
        [[0, 1], [5, 2]],
        [[0, 1], [10, 3]],
        [[0, 1], [10, 3], [20, 7]],
    ]


def test_the_number_beside_a_network_is_the_height_of_its_dot(ask):
    code = "return given.map((at) => m.chart.resultOf({ points: [[8, 0.2, 0.1], [16, 0.4, 0.9]] }, at, true));"
    assert ask("learning/chart", code, [7, 8, 12, 16]) == ["\u00a0", "20\u00a0%", "30\u00a0%", "40\u00a0%"]


def test_the_names_of_curves_that_end_together_lie_over_no_other(ask):
    code = "return given.map((ys) => m.chart.nameHeights(ys, { top: 34, mark: 20 }, 200));"
    assert ask("learning/chart", code, [[50, 62], [202, 203], [60, 150]]) == [[40, 60], [180, 200], [50, 140]]


def test_a_ratio_gets_the_sentence_of_the_bounds_that_it_reaches(ask):
    found = ask(
        "maps/words",
        """const texts = { levels: ["weak {ratio}", "even {ratio}", "strong {ratio}"], bounds: [0.5, 2], neither: "neither",
            noBranch: "only x", noSide: "only F(x)" };
        return given.map(([branch, side]) => m.words.ratioWords(texts, branch, side));""",
        [[1, 16], [1, 4], [16, 1], [0, 0], [0, 1], [1, 0]],
    )
    assert found == ["weak 0.25", "even 0.5", "strong 4", "neither", "only x", "only F(x)"]


# --- the picture ---

COMPOSE = """
    const of = ({ rows, frame, laid = {} }) => m.compose.compose(rows, new Map(Object.entries(laid)), frame, given.texts);
"""


def folded(name: str) -> list[dict[str, Any]]:
    """Return the rows of a preset's picture, all folded, as the server sends them."""
    return json.loads(json.dumps(rows_of(draw(analyse(PRESETS[name])))))


@pytest.mark.parametrize(
    ("name", "blocks", "sums"), [("course", 16, 16), ("plain34", 16, 0), ("v2", 16, 16), ("cifar-56", 27, 27)]
)
@pytest.mark.parametrize("size", [(1240, 520), (700, 400), (374, 600)])
def test_every_block_is_in_the_picture_once_and_all_of_it_within_its_bounds(ask, name, blocks, sums, size):
    frame = {"width": size[0], "height": size[1], "isProjected": False}
    rows = folded(name)
    for box in (box for row in rows for part in row["parts"] for box in part["boxes"] if name == "v2"):
        box["sign"] = "" if box["role"] == "add" else "≠"  # as in a comparison
    found = ask(
        "graph/compose",
        COMPOSE
        + """const { svg, bounds, groups, flow } = of(given);
        document.body.replaceChildren(svg);
        svg.setAttribute("viewBox", `${bounds.x} ${bounds.y} ${bounds.width} ${bounds.height}`);
        const blocks = [...svg.querySelectorAll("g.block")].flatMap(({ dataset }) => (dataset.blocks ?? dataset.block).split(" "));
        const box = svg.querySelector("g.frames").getBBox(), parts = svg.querySelector("g.parts").getBBox();
        const spills = ([outline, ...texts]) => texts.some((text) => {
            const [within, own] = [outline, text].map((one) => one.getBoundingClientRect());
            return own.top < within.top - 2 || own.bottom > within.bottom + 2
                || own.left < within.left - 2 || own.right > within.right + 2;
        });
        const spilled = [...svg.querySelectorAll("g.node:has(> text):not([id^=add_])")].map((one) => [...one.children]).filter(spills);
        return { bounds, groups: [...groups.keys()], blocks, arcs: flow.filter(({ arc }) => arc).length,
            spilled: spilled.map(([, text]) => text.textContent),
            boxes: [box, parts].map(({ x, y, width, height }) => [x, y, x + width, y + height]) };""",
        {"rows": rows, "frame": frame, "texts": TEXTS},
    )
    assert found["spilled"] == []
    assert len(found["blocks"]) == len(set(found["blocks"])) == blocks
    assert set(found["blocks"]) < set(found["groups"])
    drawn = sum(1 for row in folded(name) for part in row["parts"] if part["block"])
    assert found["arcs"] <= min(sums, drawn)
    assert bool(found["arcs"]) == bool(sums)
    bounds = found["bounds"]
    assert bounds["width"] == size[0]
    if size[0] > 600:
        assert bounds["height"] == pytest.approx(size[1])  # a wide frame is filled, a narrow one scrolls
    for left, top, right, bottom in found["boxes"]:
        assert bounds["x"] <= left + 1
        assert bounds["y"] <= top + 1
        assert right <= bounds["x"] + bounds["width"] + 1
        assert bottom <= bounds["y"] + bounds["height"] + 1


def test_the_arrow_keys_lead_through_the_whole_network_and_back(ask):
    given = {"rows": folded("course"), "layers": list(analyse(PRESETS["course"]).by_id), "texts": TEXTS}
    given["frame"] = {"width": 1240, "height": 520, "isProjected": True}
    found = ask(
        "graph/compose graph/things graph/steps",
        COMPOSE
        + """const drawing = of(given);
        document.body.replaceChildren(drawing.svg);
        const things = new m.things.Things(drawing, given.rows, given.layers);
        const walk = (from, key) => {
            const way = [from];
            for (let at = m.steps.step(things, from, key); at; at = m.steps.step(things, at, key)) way.push(at);
            return way;
        };
        return { text: drawing.text, on: walk(things.order[0], "ArrowRight"), back: walk(things.order.at(-1), "ArrowUp"),
            behind: things.of("res3b_branch2a") ?? null };""",
        given,
    )
    assert found["text"] == 18
    assert found["on"] == found["back"][::-1]
    assert [name for name in found["on"] if len(name) == 2] == [
        block.name for block in analyse(PRESETS["course"]).graph.blocks
    ]


@pytest.mark.parametrize(
    ("typed", "kind", "name"),
    [
        ("3b", "block", "3b"),
        (" Block 3B ", "block", "3b"),
        ("块 3b", "block", "3b"),
        ("2", "stage", "2"),
        ("stage 2", "stage", "2"),
        ("阶段2", "stage", "2"),
        ("conv1", "layer", "conv1"),
        ("conv1_", "layer", "conv1_relu"),
        ("b_branch", "layer", "res3b_branch2a"),
        ("9", None, None),
        ("", None, None),
    ],
)
def test_a_name_is_found_as_a_whole_then_by_its_beginning_then_by_any_part(ask, typed, kind, name):
    known = {
        "blocks": ["2a", "3b"],
        "stages": ["2", "3"],
        "layers": ["xconv1_relu", "conv1_relu", "conv1", "res3b_branch2a"],
    }
    found = ask("graph/names", "return m.names.lookUp(given.typed, given.known);", {"typed": typed, "known": known})
    assert found == (kind and {"kind": kind, "name": name})


def test_keys_ask_for_acts_and_a_key_held_with_control_asks_for_none(ask):
    keys = [{"key": key} for key in ("ArrowUp", "Enter", " ", "Escape", "=", "-", "0", "x")]
    keys.append({"key": "0", "ctrlKey": True})
    found = ask("graph/keyboard", "return given.map((event) => m.keyboard.actOf(event));", keys)
    acts = [["walk", "ArrowUp"], ["open"], ["open"], ["close"], ["zoomIn"], ["zoomOut"], ["fit"], None, None]
    assert found == acts


# --- the camera ---


def test_the_camera_shows_all_then_a_place_never_beyond_the_border(ask):
    found = ask(
        "graph/viewbox",
        """const { bounds } = given, v = m.viewbox, size = [500, 400];
        const corner = { x: 990, y: 390, width: 10, height: 10 };
        return {
            all: v.fitted(bounds, size, 0.5, false), atTop: v.fitted(bounds, size, 0.5, true),
            scale: v.scaleFor({ width: 50, height: 60 }, size),
            corner: v.around(corner, bounds, size, 2), wide: v.around(corner, bounds, size, 0.4),
            middle: v.between({ x: 0, y: 0, width: 10, height: 20 }, { x: 10, y: 4, width: 20, height: 40 }, 0.5),
        };""",
        {"bounds": BOUNDS},
    )
    assert found["all"] == {"x": 0, "y": -200, "width": 1000, "height": 800}
    assert found["atTop"]["y"] == 0
    assert found["scale"] == 4
    assert found["corner"] == {"x": 750, "y": 200, "width": 250, "height": 200}
    assert found["wide"] == {"x": -125, "y": -300, "width": 1250, "height": 1000}
    assert found["middle"] == {"x": 5, "y": 2, "width": 15, "height": 30}


def test_the_camera_moves_no_farther_than_a_place_needs(ask):
    box = {"x": 100, "y": 100, "width": 200, "height": 100}
    places = [(150, 120, 20), (80, 120, 20), (290, 120, 30), (150, 120, 300)]
    found = ask(
        "graph/viewbox",
        "return given.places.map(([x, y, w]) => m.viewbox.revealing({ x, y, width: w, height: 10 }, given.box));",
        {"box": box, "places": places},
    )
    assert found == [None, {**box, "x": 68}, {**box, "x": 132}, {**box, "x": 138}]


def test_what_stands_above_a_place_is_seen_whole_or_not_at_all(ask):
    line, shelf = [{"x": 0, "y": y, "width": 100, "height": 80} for y in (0, 96)]
    boxes = [{"x": 0, "y": 40, "width": 100, "height": height} for height in (150, 190)]
    code = "return given.boxes.map((box) => m.viewbox.uncut(box, given.shelf, [given.line, given.shelf]).y);"
    assert ask("graph/viewbox", code, {"boxes": boxes, "line": line, "shelf": shelf}) == [89, -9]
    above = {**line, "y": -60}  # far out of sight: nothing moves
    assert ask("graph/viewbox", code, {"boxes": boxes, "line": above, "shelf": shelf}) == [40, 40]


def test_what_lies_under_the_pointer_stays_there_while_it_zooms(ask):
    box = {"x": 100, "y": 50, "width": 400, "height": 200}
    at = (0.25, 0.75)
    code = "return given.factors.map((factor) => m.viewbox.zoomed(given.box, factor, given.at, given.bounds));"
    given = {"box": box, "at": at, "bounds": BOUNDS, "factors": [2, 0.5, 1000, 0.0001]}
    found = ask("graph/viewbox", code, given)
    for zoomed in found:
        assert zoomed["x"] + at[0] * zoomed["width"] == pytest.approx(200)
        assert zoomed["y"] + at[1] * zoomed["height"] == pytest.approx(200)
    assert [zoomed["width"] for zoomed in found] == [200, 800, 60, 6000]


# --- a student's code ---


def test_keys_indent_code_as_editors_of_python_do(ask):
    given = [
        ("Enter", False, "def f(x):", 9, 9),
        ("Enter", False, "    return x", 12, 12),
        ("Tab", False, "ab", 2, 2),
        ("Tab", False, "a\nb", 0, 3),
        ("Tab", True, "    a\n  b", 0, 9),
        ("Backspace", False, "        x", 8, 8),
        ("Backspace", False, "      x", 6, 6),
        ("Backspace", False, "a  ", 3, 3),
    ]
    made = ask(
        "check/typing",
        """return given.map(([key, isShift, text, start, end]) => {
            const change = m.typing.typed(key, isShift, text, start, end);
            return change && text.slice(0, change.from) + change.text + text.slice(change.to);
        });""",
        given,
    )
    assert made == [
        "def f(x):\n    ",
        "    return x\n",
        "ab  ",
        "    a\n    b",
        "a\nb",
        "    x",
        "    x",
        None,
    ]


def test_code_is_coloured_without_losing_a_sign(ask):
    code = 'def f(x):  # "not a string"\n    """long\n    return 1"""\n    s = r"a\\"b" + \'\'\n\treturn  2.5e3 if x else None\n'
    lines = ask("check/highlight", "return m.highlight.highlighted(given)", code)
    assert "\n".join("".join(piece["text"] for piece in line) for line in lines) == code
    kinds = [[(piece["kind"], piece["text"]) for piece in line if piece["kind"]] for line in lines]
    assert kinds[0] == [("keyword", "def"), ("comment", '# "not a string"')]
    assert kinds[2] == [("string", '    return 1"""')]
    assert ("number", "2.5e3") in kinds[4]


def test_a_file_gives_the_code_of_its_cells_however_it_is_encoded(ask):
    cells = [
        {"cell_type": "markdown", "source": ["# Title"]},
        {"cell_type": "code", "source": ["a = 1\n", "b = 2\n"]},
        {"cell_type": "code", "source": ""},
        {"cell_type": "code", "source": "c = 3"},
    ]
    old = {"worksheets": [{"cells": [{"cell_type": "code", "input": ["d = 4"]}]}]}
    texts = [json.dumps({"cells": cells}), json.dumps(old)]
    code = "return given.map((text) => m.notebook.codeOf('A.IPYNB', text));"
    assert ask("check/notebook", code, texts) == ["a = 1\nb = 2\n\nc = 3", "d = 4"]
    assert ask("check/notebook", "return m.notebook.codeOf('a.py', given)", "a\r\nb") == "a\nb"
    comment = "# 块\n"
    encoded = [list(comment.encode(name)) for name in ("utf-8-sig", "gb18030")]
    code = "return Promise.all(given.map((bytes) => m.notebook.codeIn(new File([new Uint8Array(bytes)], 'a.py'))));"
    assert ask("check/notebook", code, encoded) == [{"code": comment}] * 2


def test_what_was_fetched_serves_every_visit_and_is_fetched_anew_only_after_a_failure(ask):
    code = """
    const [asked, heard] = [[], []];
    const runtime = new m.runtime.Runtime((files, progress) => new Promise((yes, no) => asked.push({ files, progress, yes, no })));
    const first = runtime.of("old", () => heard.push(["first", runtime.share])).catch(({ message }) => message);
    asked[0].progress(0.25);
    const again = runtime.of("old", () => heard.push(["again", runtime.share])).catch(({ message }) => message);
    asked[0].progress(0.5);
    asked[0].no(new Error("lost"));
    const failed = await Promise.all([first, again]);
    const newer = [runtime.of("old", () => {}), runtime.of("new", () => {}), runtime.of("new", () => {})];
    asked[1].progress(0.75); // of what is not wanted any more
    asked.slice(1).forEach(({ files, yes }) => yes(files));
    return { heard, failed, share: runtime.share, newer: await Promise.all(newer) };
    """
    assert ask("check/runtime", code) == {
        "heard": [["first", 0.25], ["again", 0.5]],
        "failed": ["lost", "lost"],
        "share": 0,
        "newer": ["old", "new", "new"],
    }


def test_an_answer_to_an_earlier_choice_is_passed_over_until_somebody_goes_back(ask):
    code = """
    const own = new m.awaited.Awaited();
    own.expect("new");
    const said = ["old", "new", "old"].map((told) => own.isEarlier(told));
    own.expect("new");
    dispatchEvent(new PopStateEvent("popstate"));
    return [...said, own.isEarlier("old")];
    """
    assert ask("shared/awaited", code) == [True, False, False, False]


def test_a_kernel_leads_to_its_channel_and_one_of_another_network_says_how(ask):
    kernels = {"height": 1, "width": 1, "colors": 1, "count": 3, "bound": 1, "sheets": [[0, 1, -1]]}
    texts = {"kernels": "", "kernel": "Kernel {n}", "planes": [], "jump": "See {n}", "taken": "Take it"}
    data = {"kernels": kernels, "texts": texts, "sentences": {"kernels": ""}, "titles": ["A"], "canJump": True}
    code = """
    const heard = [];
    const own = new m.kernels.Kernels((place) => own.select(place), (place) => heard.push(place));
    own.show(given);
    own.select(0);
    own.box.querySelectorAll(".tile")[2].click();
    own.box.querySelector(".jump").click();
    own.show({ ...given, canJump: false });
    own.select(1);
    return [heard, own.box.querySelector(".jump"), own.box.querySelector(".taken").textContent];
    """
    assert ask("weights/kernels", code, data) == [[2], None, "Take it"]


def test_two_graphs_stand_row_by_row_and_what_is_alike_far_from_a_difference_is_folded(ask):
    def node(name: str, status: str = "") -> dict:
        return {"id": name, "status": status, "path": "main", "kind": "conv"}

    rows = "return m.align.aligned(given[0], given[1]).map(({ theirs, ours }) => [theirs?.id ?? '', ours?.id ?? '']);"
    theirs, ours = [node(name) for name in "acnd"], [node(name) for name in "abcd"]
    assert ask("check/align", rows, [theirs, ours]) == [["a", "a"], ["", "b"], ["c", "c"], ["n", ""], ["d", "d"]]
    long = [{"theirs": node(str(n)), "ours": node(str(n), "changed" if n == 9 else "")} for n in range(20)]
    folded = ask(
        "check/align", "return m.align.foldedRows(given).map((row) => row.folded?.length ?? row.ours.id);", long
    )
    assert folded == ["0", 7, "8", "9", "10", 8, "19"]


def test_lines_in_order_are_code_and_know_their_own_numbers(ask):
    head, lines = "def f(x):\n    # given", [{"code": "a = 1"}, {"code": "b = (\n    2)"}, {"code": "return b"}]
    made = ask("check/parsons", "return m.parsons.codeFrom(given[0], given[1])", [head, lines])
    assert made == "def f(x):\n    # given\n    a = 1\n    b = (\n        2)\n    return b"
    places = "return [1, 2, 3, 4, 5, 6, 7].map((number) => m.parsons.lineAt(given[0], given[1], number));"
    assert ask("check/parsons", places, [head, lines]) == [None, None, 0, 1, 1, 2, None]


ESCAPE = """
const tries = {
    fetch: () => fetch(SITE),
    beacon: () => navigator.sendBeacon(SITE, "x") || Promise.reject(),
    request: () => { const asked = new XMLHttpRequest(); asked.open("GET", SITE, false); asked.send(); },
    socket: () => new Promise((yes, no) => Object.assign(new WebSocket(SITE.replace("http", "ws")), { onopen: yes, onerror: no })),
    events: () => new Promise((yes, no) => Object.assign(new EventSource(SITE), { onopen: yes, onerror: no })),
    scripts: () => importScripts(SITE + "x.js"),
    module: () => import(SITE + "x.js"),
    worker: () => new Promise((yes, no) => Object.assign(new Worker(SITE + "x.js"), { onmessage: yes, onerror: no })),
    base: () => new Promise((yes, no) => Object.assign(indexedDB.open("x"), { onsuccess: yes, onerror: no })),
    caches: () => caches.open("x"),
    storage: () => localStorage.length,
    cookies: () => document.cookie,
    parent: () => parent.location,
    code: () => eval("1"),
};
self.onmessage = async ({ data }) => {
    if (!data.id) return postMessage({ ready: true });
    const done = [];
    for (const [name, attempt] of Object.entries(tries)) {
        try { await attempt(); done.push(name); } catch { /* as it should be */ }
    }
    postMessage({ id: data.id + 1, answer: "to another request" });
    postMessage({ id: data.id, answer: data.id === 1 ? JSON.stringify(done) : "x".repeat(2_000_000) });
    postMessage({ id: data.id, answer: "a second one" });
};
"""


def test_nothing_gets_out_of_the_frame_whatever_runs_in_it(ask):
    """The worker is replaced by one that tries: what forbids it is the frame, not what the library takes away."""
    heard: list[str] = []

    class Canary(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            heard.append(self.path)
            self.send_response(200)
            self.end_headers()

        do_POST = do_GET  # noqa: N815 - the name that the base class looks for

        def log_message(self, *_args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Canary) as canary:
        threading.Thread(target=canary.serve_forever, daemon=True).start()
        site = f"http://127.0.0.1:{canary.server_address[1]}/"
        urllib.request.urlopen(site).close()
        answers = ask(
            "check/sandbox",
            """const frame = await (await fetch("/dev/frontend/check/frame.js")).text();
            const sandbox = new m.sandbox.Sandbox(document.body, async () => ({ script: given, files: {} }), frame);
            await sandbox.start();
            const inside = document.querySelector("iframe").contentDocument;
            const made = [inside, await sandbox.run({}, 60000), await sandbox.run({}, 60000)];
            sandbox.end();
            return made;""",
            f"const SITE = {site!r};{ESCAPE}",
        )
        canary.shutdown()
    assert answers == [None, {"answer": "[]"}, {"failed": "answer"}]  # one for one request, and none that is too large
    assert heard == ["/"]  # the test's own


# --- every component ---


def test_whoever_goes_back_sees_what_the_server_told_not_what_was_chosen_since(ask):
    """An answer that a click of Back overtook never comes: Streamlit does not say again what it said last."""
    shown = ask(
        "shared/component",
        """const shown = [];
        class Chosen {
            constructor(parent) { this.parent = parent; }
            show(told) { this.choice = told; shown.push(told); }
            leave() {}
        }
        const component = m.component.component(Chosen, (told) => told);
        const parentElement = document.body.appendChild(document.createElement("div"));
        const back = () => window.dispatchEvent(new PopStateEvent("popstate"));
        component({ data: "first", parentElement, setTriggerValue: () => {} });
        const cleanUp = component({ data: "told", parentElement, setTriggerValue: () => {} });
        back();
        cleanUp();
        parentElement.remove();
        await new Promise((resolve) => setTimeout(resolve, 1500));
        back();
        return shown;""",
    )
    assert shown == ["first", "told", "told"]
