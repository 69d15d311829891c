"""Code as nobody else's test writes it: methods of a class, finished models as classes, sums by other means."""

import pytest

from resnet_viz.check import judge

from .styles import changed

BLOCK = """\
def identity_block(X, f, filters, stage=1, block='a'):
    F1, F2, F3 = filters
    skip = X
    X = Conv2D(F1, 1)(X)
    X = BatchNormalization(axis=3)(X)
    X = Activation('relu')(X)
    X = Conv2D(F2, f, padding='same')(X)
    X = BatchNormalization(axis=3)(X)
    X = Activation('relu')(X)
    X = Conv2D(F3, 1)(X)
    X = BatchNormalization(axis=3)(X)
    X = Add()([X, skip])
    X = Activation('relu')(X)
    return X
"""
BUILDER = """\
from tensorflow.keras import layers, Model
class ResNetBuilder:
    def __init__(self, input_shape=(64, 64, 3), classes=6):
        self.input_shape, self.classes, self.axis = input_shape, classes, 3
    def _cbr(self, x, n, k, s=1, relu=True):
        x = layers.Conv2D(n, k, strides=s, padding='same' if k > 1 else 'valid')(x)
        x = layers.BatchNormalization(axis=self.axis)(x)
        return layers.ReLU()(x) if relu else x
    def identity_block(self, x, f, filters, stage, block):
        y = self._cbr(self._cbr(x, filters[0], 1), filters[1], f)
        return layers.ReLU()(layers.Add()([x, self._cbr(y, filters[2], 1, relu=False)]))
    def convolutional_block(self, x, f, filters, stage, block, s=(2, 2)):
        y = self._cbr(self._cbr(x, filters[0], 1, (s[0], s[1])), filters[1], f)
        z = self._cbr(x, filters[2], 1, s, relu=False)
        return layers.ReLU()(sum([z, self._cbr(y, filters[2], 1, relu=False)]))
    def ResNet50(self):
        inp = layers.Input(self.input_shape)
        x = layers.Conv2D(64, 7, strides=2)(layers.ZeroPadding2D(3)(inp))
        x = layers.MaxPooling2D(3, 2)(layers.BatchNormalization(axis=self.axis)(x))
        for stage, (n, m, letters) in enumerate([(64, 64, 'bc'), (128, 128, 'bcd'), (256, 256, 'bcdef'), (512, 256, 'bc')], 2):
            x = self.convolutional_block(x, 3, [n, n, 4 * n], stage, 'a', s=(1, 1) if stage == 2 else (2, 2))
            for letter in letters:
                x = self.identity_block(x, 3, [m, m, 4 * n], stage, letter)
        x = layers.Flatten()(layers.AveragePooling2D()(x))
        return Model(inp, layers.Dense(self.classes, activation='softmax', name=f'fc{self.classes}')(x))
ResNetBuilder().ResNet50().summary()
"""
FINISHED = changed(
    BUILDER,
    ("class ResNetBuilder:", "class ResNet50(Model):"),
    ("    def ResNet50(self):\n", ""),
    ("        self.input_shape, self.classes, self.axis = input_shape, classes, 3\n", "        self.axis = 3\n"),
    ("ResNetBuilder().ResNet50().summary()\n", "ResNet50().summary()\n"),
)
BODY = FINISHED[FINISHED.index("        inp = ") : FINISHED.index("        return Model(inp")]
FINISHED = changed(
    FINISHED,
    (BODY, ""),
    (
        "        self.axis = 3\n",
        "        self.axis = 3\n"
        + BODY.replace("self.input_shape", "input_shape")
        + "        x = layers.Dense(classes, activation='softmax', name=f'fc{classes}')(x)\n"
        + "        super().__init__(inputs=inp, outputs=x)\n",
    ),
    (
        "        return Model(inp, layers.Dense(self.classes, activation='softmax', name=f'fc{self.classes}')(x))\n",
        "",
    ),
)
LAYERED = """\
from tensorflow.keras.layers import *
from tensorflow.keras.models import Model
def conv_bn(x, n, size, stride=1, padding='valid'):
    x = Conv2D(n, size, strides=(stride, stride), padding=padding, kernel_initializer='glorot_uniform')(x)
    return BatchNormalization()(x)
def bottleneck(x, filters, stride=1, downsample=False):
    f1, f2, f3 = filters
    identity = x
    out = Activation('relu')(conv_bn(x, f1, 1, stride))
    out = Activation('relu')(conv_bn(out, f2, 3, padding='same'))
    out = conv_bn(out, f3, 1)
    if downsample:
        identity = conv_bn(x, f3, 1, stride)
    return Activation('relu')(Add()([out, identity]))
def make_layer(x, first, rest, blocks, stride):
    x = bottleneck(x, (first, first, first * 4), stride, downsample=True)
    for _ in range(1, blocks):
        x = bottleneck(x, (rest, rest, first * 4))
    return x
def ResNet50(input_shape=(64, 64, 3), classes=6):
    img = Input(shape=input_shape)
    x = MaxPooling2D(3, 2)(conv_bn(ZeroPadding2D(3)(img), 64, 7, 2))
    x = make_layer(x, 64, 64, 3, 1)
    x = make_layer(x, 128, 128, 4, 2)
    x = make_layer(x, 256, 256, 6, 2)
    x = make_layer(x, 512, 256, 3, 2)
    x = Flatten()(AveragePooling2D((2, 2))(x))
    return Model(img, Dense(classes, activation='softmax', name='fc%d' % classes)(x))
"""
RIGHT = {
    "stages of one function, blocks without a name of the course's": LAYERED,
    "a chat's whole answer": f"Here is the code:\n\n```python\n{BLOCK}```\n\nRun it:\n```bash\npip install keras\n```\nDone!\n",
    "a chat's fence alone": f"```\n{BLOCK}",
    "a chat's last fence": f"{BLOCK}```\nThis block adds its input.\n",
    "methods": BUILDER,
    "a network's class with `build`": BUILDER.replace("ResNetBuilder", "ResNet50").replace(
        "def ResNet50(", "def build("
    ),
    "static methods": "class Blocks:\n    @staticmethod\n" + "".join(f"    {line}\n" for line in BLOCK.splitlines()),
    "a finished model": FINISHED,
    "a finished model by places": FINISHED.replace(
        "super().__init__(inputs=inp, outputs=x)", "super().__init__(inp, x)"
    ),
    "what it is given is looked at": changed(
        BLOCK,
        (
            "    skip = X\n",
            "    assert isinstance(X, (np.ndarray, tf.Tensor)) and keras.backend.is_keras_tensor(X)\n    skip = X\n",
        ),
    ),
    "an enumeration": "from enum import Enum\nclass Pad(str, Enum):\n    SAME = 'same'\n"
    + BLOCK.replace("padding='same'", "padding=Pad.SAME"),
    "`sum`": BLOCK.replace("Add()([X, skip])", "sum([X, skip])"),
    "`keras.ops.add`": BLOCK.replace("Add()([X, skip])", "keras.ops.add(X, skip)"),
    "`layers.add`, a list": BLOCK.replace("Add()([X, skip])", "keras.layers.add((X, skip))"),
    "a phase and a start by their places": BLOCK.replace("stage=1, block='a'", "training, initializer").replace(
        "Conv2D(F1, 1)", "Conv2D(F1, 1, kernel_initializer=initializer(seed=0))"
    ),
    "a version asked for": "import tensorflow as tf\nfrom keras.layers import *\nif tf.__version__[0] != '2': raise SystemExit\n"
    + BLOCK,
}


@pytest.mark.parametrize("code", RIGHT.values(), ids=RIGHT)
def test_right_code_in_a_rare_style_is_right(code):
    answer = judge(code)
    assert answer["verdict"] == "right", (answer["mistakes"], answer["stop"])


SECOND = """    X = Conv2D(F2, f, padding='same')(X)
    X = BatchNormalization(axis=3)(X)
    X = Activation('relu')(X)
"""
TWO = changed(BLOCK, (SECOND, ""), ("F3, 1", "F3, 3, padding='same'"), ("F1, 1", "F1, 3, padding='same'"))
WRONG = {
    "methods, padding": (BUILDER.replace("'same' if k > 1 else 'valid'", "'valid'"), ["padding"] * 2, "does not pad"),
    "methods, blocks": (BUILDER.replace("'bcdef'", "'bcde'"), ["blocks-count"], "stage 4 has 5 blocks"),
    "a finished model, blocks": (FINISHED.replace("'bcdef'", "'bcde'"), ["blocks-count"], "stage 4 has 5 blocks"),
    "stages in another order": (
        changed(BUILDER, ("'bcdef'", "'bcd'"), ("'bcd'", "'bcdef'")),
        ["blocks-count"] * 2,
        "stage 3 has 6 blocks",
    ),
    "one order of filters in every stage": (
        BUILDER.replace("3, [n, n, 4 * n], stage, 'a'", "3, [4 * n, n, n], stage, 'a'"),
        ["filters-order"],
        "blocks 2a, 3a, 4a, 5a have their filters in another order: [256, 64, 64] here",
    ),
    "`return` in the loop": (
        (
            "def identity_block(X, f, filters):\n    Y = X\n    for n, k in zip(filters, (1, f, 1)):\n"
            "        Y = BatchNormalization()(Conv2D(n, k, padding='same')(Y))\n        return ReLU()(Add()([Y, X]))\n"
        ),
        ["other"],
        "Line 5: `return` stands inside the loop",
    ),
    "two 3×3": (TWO, ["other"], "F(x) has 2 convolutions here (3×3, 3×3)"),
    "two 3×3, the first without BatchNorm": (
        changed(TWO, ("    X = BatchNormalization(axis=3)(X)\n", "")),
        ["other", "batchnorm-missing"],
        "F(x) has 2 convolutions",
    ),
    "1×1 and 3×3": (TWO.replace("F1, 3, padding='same'", "F1, 1"), ["other"], "2 convolutions here (1×1, 3×3)"),
    "f×f three times": (
        changed(BLOCK, ("F1, 1", "F1, f, padding='same'"), ("F3, 1", "F3, f, padding='same'")),
        ["kernel-size"],
        "the kernels of F(x) are 3×3, 3×3, 3×3 here. In the course they are 1×1, f×f, 1×1.",
    ),
    "f×f at the end": (
        changed(BLOCK, ("F2, f, padding='same'", "F2, 1"), ("F3, 1", "F3, f, padding='same'")),
        ["kernel-size"],
        "the kernels of F(x) are 1×1, 1×1, 3×3",
    ),
    "another activation, as a function": (
        changed(BLOCK, ("Activation('relu')", "Activation(tf.nn.gelu)")),
        ["other"],
        "here stands GELU, in the course ReLU",
    ),
    "a ReLU in every helper": (
        LAYERED.replace("return BatchNormalization()(x)", "return Activation('relu')(BatchNormalization()(x))"),
        ["relu-on-2c", "stem-relu", "other", "other", "other"],
        "a ReLU stands between 2c and the sum",
    ),
    "a stage that begins without a projection": (
        LAYERED.replace(
            "x = make_layer(x, 128, 128, 4, 2)", "x = make_layer(bottleneck(x, (128, 128, 512)), 128, 128, 3, 2)"
        ),
        ["stride-missing", "shortcut-conv-missing", "other", "other"],
        "the stride s is missing (2a)",
    ),
    "a product": (BLOCK.replace("Add()([X, skip])", "X * skip"), ["other"], "here stands Multiply where the sum"),
    "four": (
        changed(BLOCK, (SECOND, SECOND + SECOND)),
        ["other"],
        "after 2b: 3×3 convolution, BatchNorm, ReLU",
    ),
}


@pytest.mark.parametrize(("code", "ids", "sentence"), WRONG.values(), ids=WRONG)
def test_wrong_code_in_a_rare_style_has_its_mistake_and_nothing_beside(code, ids, sentence):
    mistakes = judge(code)["mistakes"]
    assert [each["id"] for each in mistakes] == ids, [each["sentence"] for each in mistakes]
    assert sentence in mistakes[0]["sentence"]
    assert mistakes[0]["why"]


def test_what_is_told_of_a_block_within_a_network_has_that_blocks_numbers():
    (stride,) = judge(changed(LAYERED, ("512, 256, 3, 2)", "512, 256, 3, 1)")))["mistakes"]
    assert stride["arithmetic"] == "With s = 2 the course makes 4×4 into 2×2. Here it stays 4×4."
    answer = judge(
        changed(
            LAYERED,
            ("    return BatchNorm", "    x = BatchNorm"),
            ("(x)\ndef bottle", "(x)\n    return ReLU()(x)\ndef bottle"),
        )
    )
    assert [each["sentence"].count("ReLU") for each in answer["mistakes"]] == [1] * 5  # not one for each block
    first, *_rest = judge(changed(BUILDER, ("1) if stage == 2 else (2, 2)", "1) if stage > 2 else (2, 2)")))["mistakes"]
    assert "blocks 3a, 4a, 5a have stride 1" in first["sentence"]
    assert not first["arithmetic"]  # the map is as small as the course's: stage 2 has shrunk it


REFUSED = {
    "two for a list": ("keras.layers.add(X, skip)", "error", "`add` takes one list: write `add([X, X_shortcut])`."),
    "a list for two": ("tf.add([X, skip])", "error", "takes two tensors"),
    "a scaled sum": ("X * 0.5 + skip", "unknown", "`x · …`"),
}


@pytest.mark.parametrize(("written", "verdict", "part"), REFUSED.values(), ids=REFUSED)
def test_a_sum_that_keras_refuses_is_no_right_one(written, verdict, part):
    answer = judge(BLOCK.replace("Add()([X, skip])", written))
    assert answer["verdict"] == verdict
    assert part in answer["stop"]["sentence"]


def test_a_class_that_cannot_be_made_or_called_is_not_judged():
    for code, part in (
        (BUILDER.replace("self, input_shape", "self, config, input_shape"), "`config`"),
        ("class ResNet50:\n    pass\n", "builds nothing when it is called"),
    ):
        answer = judge(code)
        assert (answer["verdict"], answer["mistakes"]) == ("unknown", [])
        assert part in answer["stop"]["sentence"]
