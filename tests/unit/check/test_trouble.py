"""Code that does not run, that does what nobody knows, and that is meant badly: one sentence, on the line."""

import json

import pytest

from resnet_viz.check import judge, one_block
from resnet_viz.check.judging import MOST_CHARACTERS

from .styles import COURSE_2018, IDENTITY_2018, IDENTITY_2021, IMPORTS_2018, IMPORTS_2021, NETWORK_2018, changed

BLOCK = "def identity_block(X, f, filters, stage, block):\n    F1, F2, F3 = filters\n"
FIRST = "    X = Conv2D(F1, (1, 1))(X)\n"

ERRORS = {
    "syntax": ("X = Conv2D((1, 1)(X)\n", "syntax", 1, "not Python yet"),
    "a sign that is none": ("def identity_block(X）:\n    return X\n", "syntax", 1, "Write `)`"),
    "indentation": (BLOCK + FIRST + "  return X\n", "syntax", 4, "not Python yet"),
    "nothing": ("", "empty", None, "nothing to check"),
    "other code": ("import os\nprint(os.listdir('.'))\n", "empty", None, "nothing to check"),
    "a name": (BLOCK + "    X = Conv2d(F1, 1)(X)\n    return X\n", "exception", 3, "`Conv2d`"),
    "a name, with what is near": (
        BLOCK + "    X_shortcut = X\n    return Add()([X, X_shorcut])\n",
        "exception",
        4,
        "`X_shortcut`",
    ),
    "a name behind a star": (
        IMPORTS_2018 + BLOCK + "    X_shortcut = X\n    return Add()([X, X_shorcut])\n",
        "exception",
        20,
        "`X_shorcut`",
    ),
    "unpacking": (
        "def identity_block(X, f, filters, stage, block):\n    F1, F2 = filters\n    return X\n",
        "exception",
        2,
        "too many values",
    ),
    "not filled in": (BLOCK + "    X = None(None)\n    return X\n", "exception", 3, "not filled in"),
    "lines of the course's cell, left as they come": (
        BLOCK
        + "    X_shortcut = X\n    ## second part (≈3 lines)\n    X = None\n    X = None # 2b\n    X = Activation('relu')(X)\n    return X\n",
        "exception",
        5,
        "not filled in",
    ),
    "nothing filled in at all": (BLOCK + "    X = None\n    return X\n", "exception", 3, "not filled in"),
    "None from a helper": (
        "def helper(x):\n    Activation('relu')(x)\n" + BLOCK + "    X = Activation('relu')(helper(X))\n    return X\n",
        "exception",
        5,
        "is given None",
    ),
    "x in the first brackets": (BLOCK + "    X = Activation(X)\n    return X\n", "exception", 3, "first the settings"),
    "no list": (BLOCK + "    return Add()(X, X)\n", "exception", 3, "one list"),
    "a padding that is none": (
        BLOCK + "    return Conv2D(F1, 1, padding='full')(X)\n",
        "exception",
        3,
        "'valid' or 'same'",
    ),
    "no kernel": (BLOCK + "    return Conv2D(F1)(X)\n", "exception", 3, "needs `kernel_size`"),
    "a convolution on a vector": (
        BLOCK + "    X = Flatten()(X)\n    return Conv2D(F1, 1)(X)\n",
        "exception",
        4,
        "reads maps of height, width and channels. It is given 57600",
    ),
    "half a filter": (BLOCK + "    return Conv2D(F1 / 3, 1)(X)\n", "exception", 3, "whole number"),
    "recursion": (BLOCK + "    return identity_block(X, f, filters, stage, block)\n", "recursion", 3, "never ends"),
    "a loop for ever": (BLOCK + "    while True:\n        pass\n", "long", 4, "does not end"),
    "layers for ever": (BLOCK + "    while True:\n        X = Activation('relu')(X)\n", "long", 4, "does not end"),
    "a bracket": (BLOCK + "    X = Add()([X, X)\n", "syntax", 3, "the brackets do not match"),
    "a colon": ("def identity_block(X, f)\n    return X\n", "syntax", 1, "a colon is missing"),
    "a comma": (BLOCK + "    X = Conv2D(F1 kernel_size=1)(X)\n", "syntax", 3, "a comma seems to be missing."),
    "quotes": (BLOCK + "    X = Activation('relu)(X)\n", "syntax", 3, "does not end"),
    "a generator": (BLOCK + FIRST + "    yield X\n", "exception", 1, "`yield`"),
    "a sign of another keyboard": ("def identity_block(X，f):\n    return X\n", "syntax", 1, "Write `,`"),
    "x beside the settings": (BLOCK + "    X = Activation('relu', X)\n", "exception", 3, "first the settings"),
    "an axis that is none": (BLOCK + "    X = BatchNormalization('channels')(X)\n", "exception", 3, "whole number"),
    "its own error": (BLOCK + "    raise ValueError('no')\n", "exception", 3, "no"),
    "an exit": (BLOCK + "    raise SystemExit\n", "exception", 3, "Python stops"),
    "an interruption": (BLOCK + "    raise KeyboardInterrupt\n", "exception", 3, "Python stops"),
    "a failed cell before": (
        "WIDTH = 1 / 0\n" + BLOCK + "    return Conv2D(WIDTH, 1)(X)\n",
        "exception",
        1,
        "division by zero",
    ),
    "blocks that take other things": (
        IMPORTS_2018 + NETWORK_2018.replace("[64, 64, 256], stage=2, block='b'", "[64, 64], stage=2, block='b'"),
        "exception",
        28,
        "three numbers",
    ),
}


@pytest.mark.parametrize(("code", "kind", "line", "part"), ERRORS.values(), ids=ERRORS)
def test_code_that_does_not_run_is_one_sentence_on_its_line(code, kind, line, part):
    answer = judge(code)
    stop = answer["stop"]
    assert (answer["verdict"], stop["kind"], stop["line"]) == ("error", kind, line), stop
    assert part in stop["sentence"]
    assert len(stop["sentence"]) < 260
    assert not answer["mistakes"]
    assert line is None or stop["text"] == code.splitlines()[line - 1].strip()[:160]


UNKNOWN = {
    "a layer": (BLOCK + FIRST + "    X = SeparableConv2D(F2, f)(X)\n    return X\n", "SeparableConv2D"),
    "a layer of Keras": (BLOCK + "    X = layers.DepthwiseConv2D(3)(X)\n    return X\n", "DepthwiseConv2D"),
    "an operation": (BLOCK + "    X = tf.nn.conv2d(X, X, 1, 'SAME')\n    return X\n", "conv2d"),
    "arithmetic": (BLOCK + "    return X * 2\n", "x · …"),
    "slices": (BLOCK + "    return X[:, ::2, ::2]\n", "x[…]"),
    "a Lambda": (BLOCK + "    return layers.Lambda(lambda t: t + 1)(X)\n", "x + …"),
    "channels first": (BLOCK + "    return Conv2D(F1, 1, data_format='channels_first')(X)\n", "channels_first"),
    "a helper of a file": (
        "from helpers import bottleneck\n" + BLOCK + "    return bottleneck(X, filters)\n",
        "bottleneck",
    ),
    "a parameter": (changed(IDENTITY_2018, ("stage, block)", "stage, block, alpha)")), "alpha"),
    "swallowed by except": (
        BLOCK + "    try:\n        X = tf.nn.conv2d(X)\n    except Exception:\n        pass\n    return X\n",
        "conv2d",
    ),
    "weights of a layer of one's own": (
        "class Mine(layers.Layer):\n    def make(self):\n        self.w = self.add_weight()\n    def call(self, x):\n        self.make()\n        return x\n"
        + BLOCK
        + "    return Mine()(X)\n",
        "add_weight",
    ),
}


@pytest.mark.parametrize(("code", "call"), UNKNOWN.values(), ids=UNKNOWN)
def test_what_the_stand_in_does_not_know_is_never_right(code, call):
    answer = judge(code)
    assert answer["verdict"] == "unknown"
    assert call in answer["stop"]["python"]
    assert "cannot" in answer["stop"]["sentence"]


def test_what_the_checker_itself_stumbles_over_is_not_judged(monkeypatch):
    def stumble(*_args):
        raise KeyError("n7")

    monkeypatch.setattr(one_block, "compare", stumble)
    answer = judge(IDENTITY_2018)
    assert (answer["verdict"], answer["stop"]["python"]) == ("unknown", "KeyError: 'n7'")


def test_one_function_that_stops_leaves_the_others_judged():
    answer = judge(COURSE_2018.replace("(s,s), name = conv_name_base + '1'", "(t,t), name = conv_name_base + '1'"))
    assert answer["verdict"] == "error"
    assert answer["checked"] == ["identity_block", "ResNet50"]
    assert answer["stop"]["function"] == "convolutional_block"


def test_a_function_that_cannot_even_be_defined_is_not_passed_over():
    answer = judge(changed(IDENTITY_2018, ("filters, stage", "filters: Sizes, stage")) + NETWORK_2018)
    assert (answer["verdict"], answer["checked"]) == ("error", ["ResNet50"])
    assert "`Sizes`" in answer["stop"]["sentence"]


def test_a_mistake_counts_though_another_function_is_unknown():
    wrong = changed(IDENTITY_2018, ("Add()([X, X_shortcut])", "Add([X, X_shortcut])"))
    odd = "\ndef convolutional_block(X, f, filters, stage, block, s=2):\n    return X * 2\n"
    answer = judge(wrong + odd)
    assert answer["verdict"] == "mistake"
    assert answer["stop"]["kind"] == "unknown"


@pytest.mark.parametrize(
    "code",
    [
        "identity_block = 3",
        "def identity_block(): return 1",
        "def identity_block(X): yield X",
        "async def identity_block(X, f, filters): return X",
        "class identity_block: pass",
        "identity_block = lambda *a, **k: a",
        "def identity_block(X, f, filters, stage, block):\n    return [X, X]",
        "def identity_block(X, f, filters, stage, block):\n    return X",
        "def identity_block(X, f, filters, stage, block):\n    X.shape = 3\n    return X",
        "def identity_block(X, f, filters, stage, block):\n    del X\n    return locals()",
        "def ResNet50(): return None",
        "def ResNet50(input_shape, classes): return Input(input_shape)",
        "def ResNet50(input_shape=(64, 64, 3), classes=6):\n    X = Input(input_shape)\n    return Model(X, X)",
        "(" * 300 + ")" * 300,
        "x" * 1000 + "\x00",
        "\ud800",
        "import sys\nsys.setrecursionlimit(10)\nsys.exit()\n",
        "__builtins__ = None\ndel __name__\n" + IDENTITY_2018,
        "import builtins, gc\nbuiltins.open = None\nopen = None\n",
        "def identity_block(X, f, filters, stage, block):\n    return Conv2D(10**9, 10**9)(X)",
        "def identity_block(X, f, filters, stage, block):\n    return Conv2D(2**4000, 1)(X)",
        "def identity_block(X, f, filters, stage, block):\n    return Dense(3)(Flatten()(X))",
        "def identity_block(X, f, filters, stage, block):\n    return Add()([])",
        "def identity_block(X, f, filters, stage, block):\n    return Concatenate()([X, X])",
    ],
)
def test_odd_code_gets_an_answer_that_is_plain_json_and_not_right(code):
    answer = judge(code)
    assert json.loads(json.dumps(answer)) == answer
    if "Activation" not in code:
        assert answer["verdict"] != "right"
    assert judge(IDENTITY_2018)["verdict"] == "right"


def test_an_answer_is_bounded():
    many = "    X = Conv2D(3, (1, 2), name='" + "n" * 5000 + "')(X)\n"
    answer = judge(BLOCK + many * 30 + "    return X\n")
    assert answer["verdict"] == "mistake"
    assert len(json.dumps(answer)) < 1_000_000
    assert judge("#" * (MOST_CHARACTERS + 1))["stop"]["kind"] == "long"


def test_training_that_is_handed_through_is_right_and_a_literal_is_not():
    assert judge(IMPORTS_2021 + IDENTITY_2021)["verdict"] == "right"
    answer = judge(IMPORTS_2021 + IDENTITY_2021.replace("training = training", "training = False"))
    assert [each["id"] for each in answer["mistakes"]] == ["other"]


def test_names_and_seeds_are_remarks_only():
    code = IDENTITY_2018.replace("'2a'", "'2x'").replace("glorot_uniform(seed=0)", "'he_normal'")
    answer = judge(code)
    assert answer["verdict"] == "right"
    assert [each["id"] for each in answer["remarks"]] == ["name", "seed", "initializer"]


def test_the_answer_speaks_chinese_and_the_next_one_english():
    code = changed(IDENTITY_2018, ("Add()([X, X_shortcut])", "Add([X, X_shortcut])"))
    assert judge(code, language="zh")["mistakes"][0]["sentence"].startswith("第 29 行：")
    assert judge(code)["mistakes"][0]["sentence"].startswith("Line 29: ")
