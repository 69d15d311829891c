"""Colours by a number and a person's own numbers."""

import pytest

from resnet_viz.analysis import analyse
from resnet_viz.analysis.measures import MEASURES, OWN
from resnet_viz.errors import SpecError
from resnet_viz.spec import PRESETS
from resnet_viz.viz.coloring import color_by, color_title, read_numbers
from resnet_viz.viz.dot import draw
from resnet_viz.viz.mosaic import counts_png
from resnet_viz.viz.theme import BRANCH, MARKS, SHORTCUT

COURSE = analyse(PRESETS["course"])
FOLDED = draw(COURSE).members
ALL = draw(COURSE, COURSE.graph.groups).members


def brightness(color: str) -> float:
    return sum(int(color[i : i + 2], 16) for i in (1, 3, 5))


@pytest.mark.parametrize("name", MEASURES)
@pytest.mark.parametrize("members", [FOLDED, ALL], ids=["folded", "all"])
def test_more_is_brighter(name, members):
    made = color_by(COURSE, members, name)
    assert made.legend.low
    assert made.legend.high
    assert len(made.legend.stops) == 9
    assert {fill for fill, _ink in made.fills.values()} >= {
        made.legend.stops[0],
        made.legend.stops[-1],
    }  # smallest, largest
    if name == "parameters" and members is ALL:
        fill = {drawn: brightness(color) for drawn, (color, _ink) in made.fills.items()}
        assert fill["res5a_branch2b"] > fill["res3a_branch2a"] > fill["bn2a_branch2a"]
        assert "res3b_relu2a" not in fill
        assert (made.legend.low, made.legend.high) == ("256", "2.36 M")


def test_a_box_of_several_layers_has_their_sum_and_the_field_of_its_output():
    made = color_by(COURSE, FOLDED, "macs")
    assert made.legend.high == "17.8 M"
    assert color_by(COURSE, FOLDED, "receptive_field").legend.high == "515 px"


def test_by_kind_there_is_no_ramp():
    made = color_by(COURSE, ALL, "kind")
    assert made.fills is None
    assert [(text, shape) for _color, text, shape in made.legend.marks][:2] == [("shortcut", "arc"), ("sum", "sum")]
    assert len(made.legend.marks) == 7
    folded = color_by(COURSE, FOLDED, "kind").legend
    assert {color for color, _text, _shape in folded.marks} >= {SHORTCUT, BRANCH.fill, MARKS["conv"].fill}
    assert folded.size
    plain = analyse(PRESETS["plain18"])
    assert "shortcut" not in {
        text for _color, text, _shape in color_by(plain, draw(plain).members, "kind").legend.marks
    }
    assert all(color_title(name) for name in ("kind", *MEASURES, OWN))


def test_text_stays_readable_on_every_colour():
    def luminance(color: str) -> float:
        parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    for name in MEASURES:
        for fill, ink in color_by(COURSE, ALL, name).fills.values():
            light, dark = sorted((luminance(fill), luminance(ink)), reverse=True)
            assert (light + 0.05) / (dark + 0.05) >= 4.5, (name, fill, ink)


def test_own_numbers_are_read_and_averaged():
    known = COURSE.by_id
    assert read_numbers(b"layer;number\nconv1;0.5\n\nfc6; 2e-1 ", known) == {"conv1": 0.5, "fc6": 0.2}
    own = read_numbers("\ufeffres3b_branch2a,1\nres3b_branch2b,3".encode(), known)
    made = color_by(COURSE, FOLDED, OWN, own)
    assert set(made.fills) == {"branch_3b"}
    assert made.legend.low == made.legend.high == "2"
    assert color_by(COURSE, FOLDED, OWN, {}).fills == {}


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"conv1,1\nres9z,2", "Line 2"),
        (b"conv1,1\nfc6,much", "lines of `layer,number`"),
        (b"conv1,nan\nconv1,inf", "lines of `layer,number`"),
        (b"", "lines of `layer,number`"),
        (b"\xff\xfe\x00conv1", "UTF-8"),
        (b"x" * 1_000_001, "at most 1 MB"),
    ],
)
def test_numbers_that_are_none_are_a_sentence(data, sentence):
    with pytest.raises(SpecError, match=sentence):
        read_numbers(data, COURSE.by_id)


def test_counts_are_drawn_with_unread_cells_dark():
    import io

    from PIL import Image

    image = Image.open(io.BytesIO(counts_png(((0, 1), (2, 4))))).convert("RGB")
    shades = [sum(image.getpixel((x, y))) for y in (0, 1) for x in (0, 1)]
    assert shades == sorted(shades)
    assert shades[0] < 100 < shades[1]
