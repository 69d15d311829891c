"""What is said of a block and of a layer beside the picture, and what is asked in the background."""

import threading
import time

import pytest

from resnet_viz.analysis import analyse
from resnet_viz.analysis.reads import cell_reads
from resnet_viz.errors import CancelledError, JobError
from resnet_viz.server.background import Background, SharedWork
from resnet_viz.spec import PRESETS, preset
from resnet_viz.viz.block_account import (
    block_kind,
    block_purpose,
    branch_lines,
    shortcut_line,
    shortcut_term,
    stage_remark,
)
from resnet_viz.viz.layer_words import field_sentence, layer_place, used_sentence
from resnet_viz.worker.client import PATIENT, Waiting
from tests.patience import PATIENCE_S


def graph_of(name: str):
    return analyse(PRESETS[name]).graph


@pytest.mark.parametrize(
    ("name", "block", "term", "side", "lines"),
    [
        ("course", "3b", "x", "", ["1×1, 128 BatchNorm ReLU", "3×3, 128 BatchNorm ReLU", "1×1, 512 BatchNorm"]),
        ("course", "3a", "projection(x)", "1×1, 512, /2 → BatchNorm", ["1×1, 128, /2 BatchNorm ReLU", "3×3, 128 BatchNorm ReLU", "1×1, 512 BatchNorm"]),
        ("plain34", "3b", "", "", ["3×3, 128 BatchNorm ReLU", "3×3, 128 BatchNorm"]),
        ("v2", "3b", "x", "", ["BatchNorm ReLU 1×1, 128 BatchNorm ReLU", "3×3, 128 BatchNorm ReLU", "1×1, 512"]),
    ],
)  # fmt: skip
def test_a_block_is_told_as_one_sum(name, block, term, side, lines):
    graph = graph_of(name)
    own = graph.block(block)
    assert (shortcut_term(graph, own), shortcut_line(graph, own)) == (term, side)
    found = [" ".join((*line.before, line.convolution, *line.after)) for line in branch_lines(graph, own)]
    assert [line.replace("Pad 1 (zeros) ", "") for line in found] == lines


@pytest.mark.parametrize("name", PRESETS)
def test_every_block_has_its_convolutions_and_one_purpose(name):
    graph = graph_of(name)
    for block in graph.blocks:
        count = {"bottleneck": 3, "basic": 2}[graph.spec.block]
        assert len(branch_lines(graph, block)) == count
        is_plain = block.add is None
        assert bool(block_kind(block)) != is_plain
        assert ("no shortcut" in block_purpose(graph, block)) == is_plain
        assert block.has_final_relu != graph.spec.pre_activation


@pytest.mark.parametrize("name", PRESETS)
def test_a_block_whose_stage_squeezes_unevenly_says_so_and_no_other_does(name):
    graph = graph_of(name)
    uneven = {
        number
        for number, stage in enumerate(graph.spec.stages, 2)
        if stage.blocks > 1 and stage.convolution_filters[0] != stage.identity_filters[0]
    }
    for block in graph.blocks:
        said = stage_remark(graph, block)
        assert bool(said) == (block.stage in uneven)
    if name == "course":
        assert "(5a to 512; 5b, 5c to 256)" in stage_remark(graph, graph.block("5b"))


def test_a_layer_says_where_it_stands_and_whose_its_name_is():
    graph = graph_of("course")
    said = {name: layer_place(graph, graph.node(name)) for name in ("res2a_out", "res3a_branch1", "conv1", "res3b_add")}
    assert said == {
        "res2a_out": "**ReLU**, last layer of block 2a (the course gives it no name)",
        "res3a_branch1": "**Conv 1×1, 512, /2**, on the shortcut of block 3a",
        "conv1": "**Conv 7×7, 64, /2**, in the stem",
        "res3b_add": "**Add**, the sum of block 3b (the course gives it no name)",
    }


def test_what_a_cell_sees_is_a_sentence():
    first = "One cell sees 7×7 pixels. Its neighbour looks 2 pixels further. No cell sees the whole picture."
    assert field_sentence(7, 2, 0, 1024) == first
    assert field_sentence(99, 16, 4, 4).endswith("Every cell sees the whole picture.")
    assert field_sentence(70, 16, 1, 4).endswith("1 of 4 cells sees the whole picture.")
    assert field_sentence(1, 1, 0, 9).startswith("One cell sees 1×1 pixel. Its neighbour looks 1 pixel further.")
    assert field_sentence(64, 64, 1, 1) == "One cell sees 64×64 pixels. It sees the whole picture."


@pytest.mark.parametrize(
    ("name", "node", "sentence"),
    [
        ("course", "conv1", "The next layer uses 961 of these 1,024 cells; 63 at the edge are never used."),
        (
            "course",
            "res2c_out",
            "The next layers use 64 of these 225 cells; steps of the stride jump over the other 161.",
        ),
    ],
)
def test_cells_that_nobody_uses_are_told_by_where_they_lie(name, node, sentence):
    found = cell_reads(analyse(preset(name)), node)
    assert used_sentence(found.cells, found.read, len(found.readers), is_edge=found.is_edge) == sentence


def test_a_question_is_asked_of_who_stays_and_withdrawn_from_who_leaves(monkeypatch):
    monkeypatch.setattr("resnet_viz.server.background._STAYS_S", 0.0)
    background, heard, asked = Background(most=1), [], threading.Event()

    def question(waiting):
        asked.set()
        while not waiting.is_cancelled():
            time.sleep(0.005)
        heard.append("withdrawn")
        raise CancelledError

    assert background.poll("a", question)
    assert not asked.is_set()  # who only passes by asks nothing
    time.sleep(0.002)
    assert background.poll("a", question)
    assert asked.wait(PATIENCE_S)
    monkeypatch.setattr("resnet_viz.server.background._LEFT_S", 0.01)
    deadline = time.monotonic() + PATIENCE_S
    while not heard and time.monotonic() < deadline:
        time.sleep(0.005)
    assert heard == ["withdrawn"]


def test_a_question_that_failed_is_not_asked_again(monkeypatch):
    monkeypatch.setattr("resnet_viz.server.background._STAYS_S", -1.0)
    background, count = Background(most=2), []

    def question(_waiting):
        count.append(1)
        raise JobError("no")

    deadline = time.monotonic() + PATIENCE_S
    while background.poll("a", question) and time.monotonic() < deadline:
        time.sleep(0.005)
    assert count == [1]
    assert not background.poll("a", question)


def test_long_work_outlasts_the_page_that_asked_and_is_shared_until_nobody_waits_for_it():
    outlasting, asked, go_on = SharedWork(left_s=60.0), [], threading.Event()

    def question(waiting):
        asked.append(1)
        waiting.on_progress("sanity", 0.5)
        while not go_on.wait(0.005):
            if waiting.is_cancelled():
                raise CancelledError
        return "found"

    def touched(_step, share):
        if share:
            raise InterruptedError  # as Streamlit ends the run of a page that was touched

    assert outlasting.since("a") is None
    began = set()
    for _touch in range(3):
        with pytest.raises(InterruptedError):
            outlasting.ask("a", question, Waiting(touched))
        began.add(outlasting.since("a"))
    assert asked == [1]
    assert len(began) == 1
    assert None not in began  # the seconds on the page go on too
    go_on.set()
    assert outlasting.ask("a", question, PATIENT) == "found"
    go_on.clear()
    asked.clear()
    with pytest.raises(InterruptedError):
        outlasting.ask("a", question, Waiting(touched))
    outlasting._left_s = 0.01
    deadline = time.monotonic() + PATIENCE_S
    while outlasting._works and time.monotonic() < deadline:
        time.sleep(0.005)
    assert (asked, outlasting._works) == ([1], {})  # left alone, it was withdrawn


def test_what_went_wrong_in_long_work_is_told_to_who_waits_and_asked_anew():
    def question(_waiting):
        raise JobError("no")

    for _try in range(2):
        with pytest.raises(JobError, match="no"):
            SharedWork().ask("a", question, PATIENT)
