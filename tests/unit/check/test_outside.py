"""What stands outside the blocks: it may stop, reach out, or be no Keras at all. Nothing of that is passed over in silence."""

import json
import re

import pytest

from resnet_viz.check import judge

from .styles import COURSE_2018, COURSE_2021, IDENTITY_2018, IDENTITY_2021, IMPORTS_2018, IMPORTS_2021, NETWORK_2018

BLOCK = IMPORTS_2021 + IDENTITY_2021
LAST = len(BLOCK.splitlines()) + 1

TAKES_ALL_DOWN = {
    "a list that fits nowhere": ("x = [0] * 10**14\n", "memory"),
    "no memory": ("raise MemoryError\n", "memory"),
    "recursion": ("def again(n): return again(n + 1)\nagain(0)\n", "recursion"),
    "a loop": ("while True: pass\n", "long"),
}


@pytest.mark.parametrize(("code", "kind"), TAKES_ALL_DOWN.values(), ids=TAKES_ALL_DOWN)
def test_what_would_take_a_notebook_down_is_an_error_wherever_it_stands(code, kind):
    for whole in (code + BLOCK, BLOCK + code):
        answer = judge(whole)
        assert (answer["verdict"], answer["stop"]["kind"]) == ("error", kind)
        assert answer["stop"]["text"] in code


OWN = {
    "1/0": "ZeroDivisionError: division by zero",
    "undefined_name()": "NameError",
    "raise ValueError('no')": "ValueError: no",
    "assert 1 + 1 == 3": "AssertionError",
    "int('a')": "ValueError",
}


@pytest.mark.parametrize(("code", "said"), OWN.items(), ids=OWN)
def test_an_exception_before_a_block_is_an_error_and_after_it_a_remark(code, said):
    answer = judge(f"{code}\n{BLOCK}")
    assert (answer["verdict"], answer["stop"]["line"], answer["stop"]["text"]) == ("error", 1, code)
    after = BLOCK.replace("from resnets_utils import *\n", "") + code
    answer = judge(after)
    assert (answer["verdict"], [each["id"] for each in answer["remarks"]]) == ("right", ["stopped"])
    sentence = answer["remarks"][0]["sentence"]
    assert sentence.startswith(f"Line {len(after.splitlines())}: this stops with {said}")
    assert sentence.endswith("What was judged does not depend on it.")


def test_an_exception_between_two_blocks_is_an_error():
    answer = judge(f"{BLOCK}\n1/0\n{NETWORK_2018}")
    assert (answer["verdict"], answer["stop"]["text"]) == ("error", "1/0")


@pytest.mark.parametrize("code", [COURSE_2018, COURSE_2021], ids=["2018", "2021"])
def test_test_cells_that_need_values_are_one_remark(code):
    answer = judge(code)
    assert answer["verdict"] == "right"
    assert [each["id"] for each in answer["remarks"] if not each["function"]] == ["not-run"]
    remark = next(each for each in answer["remarks"] if each["id"] == "not-run")
    assert re.search("needs? values or files", remark["sentence"])
    assert remark["line"] > code[: code.index("return model")].count("\n")


def test_a_part_of_a_notebook_may_use_names_of_other_cells():
    answer = judge(IDENTITY_2021 + "\npublic_tests.identity_block_test(identity_block)\n" + IDENTITY_2018)
    assert (answer["verdict"], [each["id"] for each in answer["remarks"]][-1]) == ("right", "not-run")


def test_a_script_is_not_judged_past_a_line_that_stops():
    script = "x = Input((64, 64, 3))\ny = Activation('relu')(x)\ny = y * 2\nmodel = Model(x, y)\n"
    answer = judge(script)
    assert (answer["verdict"], answer["stop"]["line"]) == ("mistake", 3)
    answer = judge(script.replace("y * 2", "y / nothing"))
    assert (answer["verdict"], answer["stop"]["line"]) == ("error", 3)


REACHING = {
    "import js\njs.fetch('http://x')\n": ("js.fetch", "unknown"),
    "from js import document, fetch\nfetch('http://x')\n": ("js.fetch", "unknown"),
    "import pyodide\npyodide.code.run_js('1')\n": ("pyodide.code.run_js", "unknown"),
    "import socket\nsocket.create_connection(('x', 80))\n": ("socket.create_connection", "unknown"),
    "__import__('js').alert(1)\n": ("js.alert", "unknown"),
    "import urllib.request\nurllib.request.urlretrieve('http://x', 'y')\n": ("urllib.request.urlretrieve", "right"),
    "import subprocess\nsubprocess.run(['ls'])\n": ("subprocess.run", "right"),
    "with open('data.txt') as file:\n    text = file.read()\n": ("open", "right"),
    "import os\nfor folder, _, files in os.walk('.'): print(files)\n": ("os.walk", "right"),
}


@pytest.mark.parametrize(("code", "call", "verdict"), [(code, *rest) for code, rest in REACHING.items()], ids=REACHING)
def test_a_call_for_files_or_the_network_is_named_and_one_out_of_the_page_not_judged(code, call, verdict):
    for whole in (code + BLOCK, BLOCK + code):
        answer = judge(whole)
        assert answer["verdict"] == verdict
        told = answer["stop"]["sentence"] if verdict == "unknown" else answer["remarks"][0]["sentence"]
        assert f"`{call}`" in told
    inside = BLOCK.replace("    cache = []\n", "".join(f"    {line}\n" for line in code.splitlines()))
    answer = judge(inside)
    assert answer["verdict"] == "unknown"
    assert call in answer["stop"]["sentence"]


def test_an_import_that_nobody_uses_is_a_remark():
    answer = judge("import js\n" + BLOCK)
    assert (answer["verdict"], answer["remarks"][0]["id"]) == ("right", "reached")
    assert judge("import os, sys, time, requests\n" + BLOCK)["remarks"] == judge(BLOCK)["remarks"] == []


FOREIGN = {
    "PyTorch": "import torch\nimport torch.nn as nn\nclass BasicBlock(nn.Module):\n    def __init__(self, c):\n        super().__init__()\n        self.conv1 = nn.Conv2d(c, c, 3, padding=1)\n    def forward(self, x):\n        return self.conv1(x)\n",
    "PyTorch, a part": "class BasicBlock(nn.Module):\n    def __init__(self, c):\n        super(BasicBlock, self).__init__()\n        self.conv1 = nn.Conv2d(c, c, 3)\n",
    "PyTorch, a function": "from torch import nn\ndef identity_block(x, f, filters):\n    return nn.Conv2d(64, 64, f)(x)\n",
    "Flax": "from flax import linen as nn\nclass ResNetBlock(nn.Module):\n    @nn.compact\n    def __call__(self, x):\n        return nn.Conv(64, (3, 3))(x)\n",
    "JAX": "import jax.numpy as jnp\nfrom jax import lax\ndef identity_block(x, f, filters):\n    return lax.conv(x, filters, (1, 1), 'SAME')\n",
    "MXNet": "from mxnet.gluon import nn\nclass Block(nn.HybridBlock):\n    pass\n",
    "TensorFlow 1 (slim)": "import tensorflow as tf\nimport tensorflow.contrib.slim as slim\ndef identity_block(x, f, filters):\n    return slim.conv2d(x, 64, [f, f])\n",
}


@pytest.mark.parametrize(("name", "code"), FOREIGN.items(), ids=FOREIGN)
def test_another_library_is_named(name, code):
    answer = judge(code)
    assert answer["verdict"] == "unknown"
    assert answer["stop"]["sentence"] == f"This is {name.split(',')[0]}. This page judges Keras."
    assert answer["stop"]["line"]


def test_tensorflow_itself_is_no_layer_of_keras():
    code = "import tensorflow as tf\ndef identity_block(X, f, filters):\n    return tf.nn.conv2d(X, 3, 1, 'SAME')\n"
    answer = judge(code)
    assert answer["verdict"] == "unknown"
    assert "`tf.nn.conv2d(…)` is a function of TensorFlow itself" in answer["stop"]["sentence"]


THINGS = [
    *("tf.nn.relu", "tf.constant(1)", "glorot_uniform(seed=0)", "Input", "X", "X.shape", "training", "Sequential([])"),
    *("Foreign()", "Model(X, X)"),
]
USES = [
    *("{}.nothing", "{}()", "{}(1, 2, 3, 4, 5)", "{}(X, zz=1)", "{}[0]", "{} + 1", "len({})", "int({})", "a, b = {}"),
    *("Conv2D({}, 1)(X)", "Conv2D(3, [{}] * 3)(X)", "Activation({})(X)", "Conv2D(3, 1)({})", "Add()([X, {}])"),
    *("X + {}", "ZeroPadding2D({})(X)", "'a' + {}", "raise {}", "Conv2D(3, 1, padding={})(X)", "{}.call(X)"),
    *("identity_block(X, {}, f, f, f, f)", "Input({}, shape=3)"),
]
INTERNAL = re.compile(
    r"Dust|Foreign\b(?!\()|StandIn|Recorder|Session|Unknown|Phase|Initializers?'|\bTensor\b|Refuses|_Tree|<|\bHome\b|Built|resnet_viz|applied\(|TooMuch|NotKnown"
)


@pytest.mark.parametrize("thing", THINGS)
def test_no_sentence_ever_names_what_the_stand_in_is_made_of(thing):
    for use in USES:
        code = (
            "class Foreign(unittest.TestCase): pass\nclass Own(layers.Layer): pass\n"
            "import unittest\nfrom helpers import *\n"
            f"def identity_block(X, f, filters, training=True):\n    {use.format(thing)}\n    return X\n"
        )
        answer = judge(code)
        said = [each["sentence"] for each in answer["mistakes"] + answer["remarks"]]
        said += [answer["stop"]["sentence"], answer["stop"]["python"]] if answer["stop"] else []
        for sentence in said:
            assert not INTERNAL.search(sentence.replace("<string>", "")), (use, sentence)
        json.dumps(answer)


NEAR = {
    "Conv2d": "    X = Conv2d(F1, 1)(X)\n",
    "Batchnormalization": "    X = Batchnormalization(axis=3)(X)\n",
    "Activations": "    X = Activations('relu')(X)\n",
    "Ad": "    X = Ad()([X, X])\n",
    "indentity_block": "    X = indentity_block(X, f, filters)\n",
    "glorot_unifrom": "    X = Conv2D(F1, 1, kernel_initializer=glorot_unifrom(seed=0))(X)\n",
}
MEANT = {
    "Activations": "Activation",
    "Ad": "Add",
    "indentity_block": "identity_block",
    "glorot_unifrom": "glorot_uniform",
    "Conv2d": "Conv2D",
    "Batchnormalization": "BatchNormalization",
}


@pytest.mark.parametrize(("name", "line"), NEAR.items(), ids=NEAR)
def test_a_misspelt_layer_or_function_gets_the_nearest_name(name, line):
    code = "def identity_block(X, f, filters):\n    F1, F2, F3 = filters\n" + line + "    return X\n"
    for imports in ("", IMPORTS_2018):
        answer = judge(imports + code)
        assert answer["verdict"] == "error"
        assert f"Did you mean `{MEANT[name]}`?" in answer["stop"]["sentence"]
        assert answer["stop"]["text"] == line.strip()
    if name in ("Conv2d", "Batchnormalization"):
        for wrong in (code.replace(name, f"layers.{name}"), f"from keras.layers import Add, {name}\n" + code):
            answer = judge(wrong)
            assert answer["verdict"] == "error"
            assert f"Did you mean `{MEANT[name]}`?" in answer["stop"]["sentence"]


def test_a_block_whose_own_name_is_misspelt_and_a_layer_that_is_not_imported_are_told():
    answer = judge(IDENTITY_2018.replace("identity_block", "identity_blok"))
    assert answer["stop"]["line"] == 2
    assert "Did you mean `identity_block`?" in answer["stop"]["sentence"]
    answer = judge(
        "from keras.layers import Conv2D, Input\n" + IDENTITY_2021.replace("=random_uniform", "=lambda seed: None")
    )
    told = "`BatchNormalization` is not imported. Write `from tensorflow.keras.layers import BatchNormalization`."
    assert answer["stop"]["sentence"] == told
