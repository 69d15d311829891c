"""A block or a network that is a class: it is made, then called, and judged like any other."""

import pytest

from resnet_viz.check import judge

from .classes import CONVOLUTION, IDENTITY, NETWORK, TUTORIAL
from .styles import changed

PLAIN = (
    IDENTITY.replace("(layers.Layer)", "").replace("super().__init__(**kwargs)", "pass").replace(" call(", " __call__(")
)
RIGHT = {"a layer": IDENTITY, "all three": IDENTITY + CONVOLUTION + NETWORK, "a model": TUTORIAL, "no layer": PLAIN}


@pytest.mark.parametrize("code", RIGHT.values(), ids=RIGHT)
def test_right_classes_are_right(code):
    answer = judge(code)
    assert answer["verdict"] == "right", (answer["mistakes"], answer["stop"])
    assert len(answer["checked"]) == code.count("class ")


WRONG = {
    "padding": (changed(IDENTITY, (', padding="same"', "")), ["padding"], "self.conv2 = layers"),
    "padding of a model": (changed(TUTORIAL, (", padding='same'", "")), ["padding"], "self.conv2b = tf"),
    "stride": (
        changed(IDENTITY + CONVOLUTION, ("F1, 1, strides=self.s", "F1, 1")),
        ["stride-missing"],
        "self.main = [layers.Conv2D(F1",
    ),
    "axis": (
        changed(
            IDENTITY + CONVOLUTION, ("F3, 1), layers.BatchNormalization(", "F3, 1), layers.BatchNormalization(axis=1")
        ),
        ["batchnorm-axis"],
        "layers.Conv2D(F3, 1), layers.Batch",
    ),
    "last ReLU": (changed(IDENTITY, ("return self.relu(x)", "return x")), ["final-relu-missing"], "x = self.add("),
    "training": (
        changed(IDENTITY, ("self.conv2(x), training=training", "self.conv2(x), training=True")),
        ["batchnorm-training"],
        "x = self.relu(self.bn2(",
    ),
    "one BatchNorm for two": (
        changed(IDENTITY, ("self.bn2(", "self.bn1(")),
        ["other"],
        "x = self.relu(self.bn1(self.conv2",
    ),
    "blocks": (changed(IDENTITY + CONVOLUTION + NETWORK, ("range(3)", "range(2)")), ["blocks-count"], "self.blocks +="),
    "squeeze": (
        changed(
            IDENTITY + CONVOLUTION + NETWORK, ("IdentityBlock([256, 256, 2048])", "IdentityBlock([512, 512, 2048])")
        ),
        ["squeeze-512"],
        "self.blocks += [ConvolutionalBlock(3, [512",
    ),
}


@pytest.mark.parametrize(("code", "ids", "text"), WRONG.values(), ids=WRONG)
def test_a_mistake_in_a_class_lies_on_the_line_where_it_is_written(code, ids, text):
    mistakes = judge(code)["mistakes"]
    assert [each["id"] for each in mistakes] == ids
    assert code.splitlines()[mistakes[0]["line"] - 1].strip().startswith(text)


STOPS = {
    "no such layer": (changed(IDENTITY, ("self.bn2(", "self.bn4(")), "error", "`IdentityBlock` has no `bn4`", 19),
    "no super": (changed(IDENTITY, ("super().__init__(**kwargs)", "pass")), "error", "`super().__init__()`", 4),
    "no call": (IDENTITY[: IDENTITY.index("    def call")], "error", "`IdentityBlock` has no `call`", 4),
    "a parameter": (changed(IDENTITY, ("kernel_size=3", "alpha")), "unknown", "`alpha`", 5),
}


@pytest.mark.parametrize(("code", "verdict", "part", "line"), STOPS.values(), ids=STOPS)
def test_a_class_that_cannot_be_tried_is_one_sentence(code, verdict, part, line):
    answer = judge(code)
    assert (answer["verdict"], answer["stop"]["line"]) == (verdict, line), answer["stop"]
    assert part in answer["stop"]["sentence"]
