"""The picture's DOT: what is drawn is what is there, folded or open, alone or compared."""

import re
from itertools import pairwise

import pytest

from resnet_viz.analysis import analyse
from resnet_viz.analysis.difference import compare
from resnet_viz.spec import PRESETS, preset
from resnet_viz.viz.boxes import text_width_pt
from resnet_viz.viz.coloring import color_by
from resnet_viz.viz.dot import draw
from resnet_viz.viz.drawn import drawing_of, drawn_summary
from resnet_viz.viz.picture import picture_data
from resnet_viz.viz.theme import SHORTCUT, STATUS_MARKS

COURSE = analyse(PRESETS["course"])


def bodies(drawing) -> str:
    return "".join(part.body for row in drawing.rows for part in row.parts)


@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.parametrize("how", ["folded", "stages", "all"])
def test_every_layer_is_behind_exactly_one_drawn_node(name, how):
    summary = analyse(PRESETS[name])
    known = summary.graph.groups
    opened = {"folded": [], "stages": [group for group in known if group.isdecimal()], "all": known}[how]
    drawing = draw(summary, opened)
    members = [layer for group in drawing.members.values() for layer in group]
    assert sorted(members) == sorted(summary.by_id)
    assert set(re.findall(r"\bid=\"?([\w]+)", bodies(drawing))) == set(drawing.members)
    if how == "all":
        assert set(drawing.members) == set(summary.by_id)


@pytest.mark.parametrize("name", ["course", "v2", "cifar-20", "plain18", "keras-v1-152"])
def test_the_open_pictures_edges_are_the_graphs(name):
    summary = analyse(PRESETS[name])
    drawing = draw(summary, summary.graph.groups)
    inputs = {f"x_{block.name}": block.input for block in summary.graph.blocks}
    drawn = {
        (inputs.get(tail, tail), head)
        for tail, head in re.findall(r"^\s*(\w+)(?::\w)? -> (\w+)", bodies(drawing), flags=re.MULTILINE)
    }
    parts = [part for row in drawing.rows for part in row.parts]
    between = {(a.exit, b.entry) for a, b in pairwise(parts) if not b.entry.startswith("x_")}
    expected = {(source, node.id) for node in summary.graph.nodes for source in node.inputs}
    assert drawn | between == expected


def part_of(drawing, name):
    return next(part for row in drawing.rows for part in row.parts if part.name == name)


def roles(part) -> list[str]:
    return [box.role for box in part.boxes]


def test_every_block_is_f_of_x_a_shortcut_and_a_sum_before_anything_is_opened():
    folded = draw(COURSE)
    blocks = [part for row in folded.rows for part in row.parts if part.block]
    assert [part.name for part in blocks] == [block.name for block in COURSE.graph.blocks]
    assert roles(part_of(folded, "4a")) == ["branch", "shortcut", "add"]
    assert roles(part_of(folded, "4b")) == ["branch", "add"]
    assert part_of(folded, "4b").boxes[0].lines == ("4b", "F(x)")
    arcs = re.findall(r"(\w+) -> (\w+) \[[^]]*color=\"" + SHORTCUT, folded.dot)
    assert {("x_4b", "add_4b"), ("x_4a", "shortcut_4a"), ("shortcut_4a", "add_4a")} <= set(arcs)


def test_equal_neighbours_are_told_so_that_a_narrow_frame_can_stack_them():
    runs = {part.name: part.run for part in draw(COURSE).rows[3].parts}
    assert runs["4a"] != runs["4b"]
    assert len({runs[name] for name in ("4b", "4c", "4d", "4e", "4f")}) == 1


def test_a_part_knows_the_side_and_the_channels_of_what_leaves_it():
    drawing = draw(COURSE)
    assert part_of(drawing, "conv1").size == (32, 64)
    assert part_of(drawing, "3b").size == (8, 512)
    assert part_of(drawing, "fc6").size == (1, 6)


def test_a_stage_says_its_convolutions_and_which_blocks_differ():
    rows = draw(COURSE).rows
    assert rows[2].filters == (("", ("1×1, 128", "3×3, 128", "1×1, 512")),)
    assert rows[4].filters == (
        ("5a", ("1×1, 512", "3×3, 512", "1×1, 2048")),
        ("5b–c", ("1×1, 256", "3×3, 256", "1×1, 2048")),
    )


def test_opening_a_stage_shows_convolutions_and_opening_a_block_its_layers():
    opened = draw(COURSE, ["4"])
    assert part_of(opened, "4c").boxes[0].lines == ("4c", "F(x)", "1×1, 256", "3×3, 256", "1×1, 1024")
    assert "res4c_branch2a" not in opened.members
    assert "res4c_branch2a" in draw(COURSE, ["4", "4c"]).members


@pytest.mark.parametrize("how", [(), ("3",), ("3", "3a", "3b")])
def test_without_shortcuts_nothing_of_them_is_drawn_or_said(how):
    for name in ("plain18", "cifar-plain-20"):
        drawing = draw(analyse(PRESETS[name]), how)
        assert {role for row in drawing.rows for part in row.parts if part.block for role in roles(part)} == {"branch"}
        for word in ("F(x)", "identity block", "convolution block", SHORTCUT, "shortcut"):
            assert word not in drawing.dot


def test_several_blocks_are_open_at_once_and_the_others_stay_the_same():
    folded = {part.name: part.body for row in draw(COURSE, ["3"]).rows for part in row.parts}
    opened = {part.name: part.body for row in draw(COURSE, ["3", "3a", "3c"]).rows for part in row.parts}
    assert {name for name in folded if folded[name] != opened[name]} == {"3a", "3c"}


def test_the_two_paths_differ_without_colour():
    dot = draw(COURSE, ["3", "3a", "3b"]).dot
    for edge in (
        "x_3a -> res3a_branch1",
        "res3a_branch1 -> bn3a_branch1",
        "bn3a_branch1 -> res3a_add",
        "x_3b -> res3b_add",
    ):
        assert re.search(rf"{edge} \[.*penwidth=5", dot), edge
    assert not re.search(r"bn3a_branch2c -> res3a_add \[.*penwidth", dot)


def test_shapes_stand_where_they_change():
    parts = {part.name: part for row in draw(COURSE).rows for part in row.parts}
    assert parts["pad"].label == "70×70×3"
    assert parts["bn_conv1"].label == ""
    body = part_of(draw(COURSE, ["3", "3a"]), "3a").body
    assert "x\\n15×15×256" in body
    assert re.search(r"res3a_branch2a \[.*→ 8×8×128.*branch2a", body)


def test_the_groups_of_a_layer_open_it():
    assert COURSE.graph.groups_of("res4a_branch1") == ("4", "4a")
    assert COURSE.graph.groups_of("conv1") == ()
    assert draw(COURSE, COURSE.graph.groups_of("res4a_branch1")).members["res4a_branch1"] == ("res4a_branch1",)


def test_a_difference_marks_layers_by_sign_and_keeps_what_is_gone():
    difference = compare(analyse(PRESETS["coursera-2018"]), COURSE)
    drawing = draw(difference.union, ["5", "5b"], status=difference.status, lost_edges=difference.lost_edges)
    dot = drawing.dot
    assert f"{STATUS_MARKS['removed'].sign} ReLU" in dot
    assert "≠ branch2a" in dot
    width = r'res5b_branch2b \[.*width="?([\d.]+)'
    alone = draw(difference.union, ["5", "5b"]).dot
    assert re.search(width, dot)[1] == re.search(width, alone)[1]  # a sign takes no room: words stay as large
    assert [part.name for part in drawing.rows[0].parts if part.is_removed] == ["conv1_relu"]
    assert "≠ 2a" not in dot
    plain = compare(analyse(PRESETS["plain34"]), analyse(PRESETS["resnet34"]))
    dot = draw(plain.union, ["3"], status=plain.status, lost_edges=plain.lost_edges).dot
    added = re.search(r"add_3b \[label=<<b>\+</b>> class=added color=\"(#\w+)\"", dot)
    assert added[1] == STATUS_MARKS["added"].color  # the addition is new, whatever became of the ReLU behind it


@pytest.mark.parametrize("before", PRESETS)
@pytest.mark.parametrize("after", ["course", "v2", "cifar-20"])
def test_any_two_networks_are_one_picture(before, after):
    networks = [analyse(preset(name, input_shape=(64, 64, 3), classes=6)) for name in (before, after)]
    difference = compare(*networks)
    union = difference.union
    for opened in ((), union.graph.groups):
        drawing = draw(union, opened, status=difference.status, lost_edges=difference.lost_edges)
        assert sorted(name for ids in drawing.members.values() for name in ids) == sorted(union.by_id)
        for part in (part for row in drawing.rows for part in row.parts):
            assert part.entry in part.body
            assert part.exit in part.body


def test_a_stages_title_says_this_networks_shape():
    networks = [analyse(preset(name, input_shape=(64, 64, 3), classes=6)) for name in ("course", "cifar-20")]
    difference = compare(*networks)
    rows = draw(difference.union, status=difference.status).rows
    assert (rows[2].title, rows[2].shape) == ("Stage 3", "32×32×32")
    assert rows[4].shape == "2×2×2048"  # only the other network has it


def test_edges_that_only_the_other_network_has_are_dotted():
    spec = preset("resnet18")
    difference = compare(analyse(spec), analyse(preset("plain18")))
    dot = draw(difference.union, ["3", "3b"], status=difference.status, lost_edges=difference.lost_edges).dot
    assert re.search(r"bn3b_branch2b -> res3b_add", dot)
    assert re.search(r"res3b_add -> res3b_out \[.*style=dotted", dot)


def test_the_whole_as_one_dot_text_is_golden(golden):
    for name, opened in (("folded", []), ("stage", ["3"]), ("block", ["3", "3a"])):
        golden(f"course-{name}.dot", draw(COURSE, opened).dot)


def test_graphviz_understands_every_picture():
    """The system's own Graphviz, where there is one; the page's is driven by the browser tests."""
    import shutil
    import subprocess

    if shutil.which("dot") is None:
        pytest.skip("no system Graphviz; the browser tests lay out every picture")
    for opened in ([], ["3"], COURSE.graph.groups):
        done = subprocess.run(
            ["dot", "-Tsvg"], input=draw(COURSE, opened).dot.encode(), capture_output=True, check=True
        )
        assert b"Error" not in done.stderr


def test_text_widths_grow_with_the_text():
    assert text_width_pt("res3b", 12) < text_width_pt("res3b_branch2b", 12)
    assert text_width_pt("卷积", 14) == 28


@pytest.mark.parametrize("opened", [(), ("2", "2a")])
def test_every_sign_in_a_difference_is_explained_beside_it(opened):
    before, after = PRESETS["torch-v1.5"], PRESETS["keras-v1"]
    drawing = drawing_of(before, after, frozenset(opened))
    summary = drawn_summary(before, after)
    data = picture_data(summary, drawing, "2a", color_by(summary, drawing.members, "kind"), ("kind", ["kind"]), "x")
    boxes = [box for row in data["rows"] for part in row["parts"] for box in part["boxes"]]
    drawn = {box["sign"] for box in boxes} | {sign for sign in "+−≠~" if f"{sign} " in bodies(drawing)}
    assert {sign for sign, _text in data["legend"]["signs"]} == drawn - {""}
    assert ("−", "removed") in data["legend"]["signs"] or not opened
    alone = picture_data(COURSE, draw(COURSE), "2a", color_by(COURSE, {}, "kind"), ("kind", ["kind"]), "x")
    assert not alone["legend"]["signs"]
