"""Right solutions in other hands than those of `styles`."""

import re

from .styles import (
    CONVOLUTION_2018,
    CONVOLUTION_2021,
    COURSE_2018,
    COURSE_2021,
    FUNCTIONAL,
    IDENTITY_2018,
    IDENTITY_2021,
    IMPORTS_2018,
    IMPORTS_2021,
    LAMBDAS,
    LIBRARY,
    NETWORK_2018,
    NETWORK_2021,
    PREFIXED,
    SEQUENTIAL,
    WRITTEN_OUT,
    changed,
)

MODULE_PATHS = '''\
from __future__ import annotations
import tensorflow.keras.layers as tfl
import tensorflow.keras.initializers as inits

def identity_block(x: "tf.Tensor", f: int, filters: tuple, stage: int = 1, block: str = "a", training: bool = False):
    """x -> relu(F(x) + x)"""
    n1, n2, n3 = filters
    y = tfl.Conv2D(n1, kernel_size=1, kernel_initializer=inits.glorot_uniform(0))(x)
    y = tfl.BatchNormalization(axis=[3])(y, training=training)
    y = tfl.Activation("relu")(y)
    y = tfl.Conv2D(n2, kernel_size=[f, f], padding="same", kernel_initializer=inits.glorot_uniform(0))(y)
    y = tfl.BatchNormalization(axis=[3])(y, training=training)
    y = tfl.Activation("relu")(y)
    y = tfl.Conv2D(n3, kernel_size=1, kernel_initializer=inits.glorot_uniform(0))(y)
    y = tfl.BatchNormalization(axis=[3])(y, training=training)
    return tfl.Activation("relu")(tfl.Add()([x, y]))
'''

NO_NAMES_FOR_STEPS = """\
from keras.layers import *
from keras.activations import relu

def convolutional_block(X, f, filters, stage, block, s=2):
    return relu(add([
        BatchNormalization()(Conv2D(filters[2], 1)(relu(BatchNormalization()(Conv2D(filters[1], f, padding="same")(
            relu(BatchNormalization()(Conv2D(filters[0], 1, strides=s)(X)))))))),
        BatchNormalization()(Conv2D(filters[2], 1, strides=s)(X)),
    ]))
"""

TABLE = """\
import keras
from keras.layers import Conv2D, BatchNormalization, Activation, Add

def main_path(X, plan):
    for last, (n, k, s, pad) in ((i == len(plan) - 1, step) for i, step in enumerate(plan)):
        X = BatchNormalization()(Conv2D(n, k, strides=s, padding=pad)(X))
        if not last:
            X = Activation('relu')(X)
    return X

def identity_block(X, f, filters, stage, block):
    F1, F2, F3 = filters
    Y = main_path(X, [(F1, 1, 1, 'valid'), (F2, f, 1, 'same'), (F3, 1, 1, 'valid')])
    Y += X
    return Activation('relu')(Y)

def convolution_block(X, f, filters, stage, block, s):
    F1, F2, F3 = filters
    Y = main_path(X, [(F1, 1, s, 'valid'), (F2, f, 1, 'same'), (F3, 1, 1, 'valid')])
    Y += main_path(X, [(F3, 1, s, 'valid')])
    return Activation('relu')(Y)
"""

OWN_LAYER = """\
import tensorflow as tf
from tensorflow.keras.layers import Layer, Conv2D, BatchNormalization, ReLU

class ConvBN(Layer):
    def __init__(self, filters, size, strides=1, padding='valid', **kwargs):
        super().__init__(**kwargs)
        self.conv = Conv2D(filters, size, strides=strides, padding=padding, kernel_initializer='glorot_uniform')
        self.bn = BatchNormalization()

    def call(self, inputs, training=None):
        return self.bn(self.conv(inputs), training=training)

def identity_block(X, f, filters, stage=None, block=None):
    F1, F2, F3 = filters
    Y = ReLU()(ConvBN(F1, 1)(X))
    Y = ReLU()(ConvBN(F2, f, padding='same')(Y))
    Y = ConvBN(F3, 1)(Y)
    return ReLU()(tf.add(X, Y))

def convolutional_block(X, f, filters, stage=None, block=None, s=2):
    F1, F2, F3 = filters
    Y = ReLU()(ConvBN(F1, 1, strides=s)(X))
    Y = ReLU()(ConvBN(F2, f, padding='same')(Y))
    Y = ConvBN(F3, 1)(Y)
    return ReLU()(tf.math.add(Y, ConvBN(F3, 1, strides=s)(X)))
"""

KEYWORD_ONLY = """\
import tensorflow as tf
from functools import partial

Conv = partial(tf.keras.layers.Conv2D, kernel_initializer=tf.keras.initializers.GlorotUniform(seed=0))
BN, Act = tf.keras.layers.BatchNormalization, tf.keras.layers.Activation

def identity_block(X, *, f, filters, stage, block):
    (F1, F2, F3), base = filters, f"{stage}{block}_branch2"
    chain = [Conv(F1, 1, name=f"res{base}a"), BN(name=f"bn{base}a"), Act("relu"),
             Conv(F2, f, padding="same", name=f"res{base}b"), BN(name=f"bn{base}b"), Act("relu"),
             Conv(F3, 1, name=f"res{base}c"), BN(name=f"bn{base}c")]
    Y = X
    for layer in chain:
        Y = layer(Y)
    return Act("relu")(tf.keras.layers.Add()((Y, X)))
"""

ACTIVATION_ARGUMENT = """\
from tensorflow import keras

def identity_block(inputs, kernel_size, filters, stage=0, block=''):
    L = keras.layers
    skip = keras.layers.Lambda if False else inputs
    f1, f2, f3 = map(int, filters)
    x = L.Conv2D(filters=f1, kernel_size=(1, 1), use_bias=True, activation=None)(inputs)
    x = L.ReLU()(L.BatchNormalization(axis=-1, momentum=0.99, epsilon=0.001)(x))
    x = L.Conv2D(filters=f2, kernel_size=(kernel_size,) * 2, padding='same', activation='linear')(x)
    x = L.ReLU()(L.BatchNormalization(axis=-1)(x))
    x = L.Conv2D(filters=f3, kernel_size=(1, 1), dilation_rate=1, groups=1)(x)
    x = L.BatchNormalization(axis=-1)(x)
    x = keras.layers.add([x, skip])
    x = keras.activations.relu(x)
    return x
"""

SHORTCUT_FIRST = """\
import numpy as np
import tensorflow as tf
from tensorflow.keras.layers import Conv2D, Add, BatchNormalization, Activation
bn_axis = 3 if tf.keras.backend.image_data_format() == 'channels_last' else 1

def convolutional_block(X, f, filters, s=2, training=True, initializer=tf.keras.initializers.random_uniform):
    assert len(filters) == 3, "three numbers"
    n_in = int(X.shape[-1])
    print('channels in', n_in)
    skip = Conv2D(filters[2], 1, strides=(s, s), kernel_initializer=initializer(seed=0))(X)
    skip = BatchNormalization(axis=bn_axis)(skip, training=training)
    for index, (n, k) in enumerate(zip(filters, [1, f, 1])):
        X = Conv2D(n, k, strides=(s, s) if index == 0 else (1, 1), padding='same' if k == f else 'valid', kernel_initializer=initializer(seed=0))(X)
        X = BatchNormalization(axis=bn_axis)(X, training)
        X = X if index == 2 else Activation('relu')(X)
    return Activation('relu')(Add()([skip, X]))
"""

NESTED = """\
from tensorflow.keras import layers

def make_block(projects):
    def block(X, f, filters, stage='', block='', s=2):
        s = s if projects else 1
        F1, F2, F3 = filters
        def step(t, n, k, stride=1):
            t = layers.Conv2D(n, k, stride, 'same' if k > 1 else 'valid')(t)
            return layers.BatchNormalization()(t)
        y = layers.ReLU()(step(X, F1, 1, s))
        y = layers.ReLU()(step(y, F2, f))
        y = step(y, F3, 1)
        skip = step(X, F3, 1, s) if projects else X
        return layers.ReLU()(layers.Add()([y, skip]))
    return block

identity_block = make_block(False)
convolutional_block = make_block(True)
"""

PROMPTS = """\
>>> from keras.layers import Conv2D, BatchNormalization, Activation, Add
>>> def identity_block(X, f, filters, stage, block):
...     F1, F2, F3 = filters
...     Y = Activation('relu')(BatchNormalization(3)(Conv2D(F1, 1)(X)))
...     Y = Activation('relu')(BatchNormalization(3)(Conv2D(F2, f, padding='same')(Y)))
...     Y = BatchNormalization(3)(Conv2D(F3, 1)(Y))
...     return Activation('relu')(Add()([Y, X]))
"""

DUSTY = (
    changed(
        COURSE_2018,
        (
            "import numpy as np\n",
            "%load_ext autoreload\n%autoreload 2\n!pip install keras==2.0.7\nimport os, sys, h5py, pydot\nfrom IPython.display import SVG\nimport numpy as np\n",
        ),
        ("# GRADED FUNCTION", "In [4]: pass\nidentity_block?\n# UNQ_C1\n# GRADED FUNCTION"),
    )
    + "\nplot_model(model, to_file='model.png')\nSVG(model_to_dot(model).create(prog='dot', format='svg'))\nassert 1 == 2\nfor n in range(3):\n    preds = model.evaluate(X_test, Y_test)\n    print('Loss = ' + str(preds[0]))\n"
)

SCRIPT = WRITTEN_OUT.replace(
    "def ResNet50(input_shape=(64, 64, 3), classes=6):", "input_shape, classes = (64, 64, 3), 6\nif True:"
).replace("    return tf.keras.Model(inp, x)", "    model = tf.keras.Model(inp, x)\n    model.summary()")

NOT_FINISHED_YET = (
    IMPORTS_2018 + IDENTITY_2018 + "\nX_train, Y_train = undefined_helper()\nmodel.fit(X_train, Y_train)\n"
)

UNDER_A_LOOP = changed(
    NETWORK_2018,
    (
        "    X = identity_block(X, 3, [128, 128, 512], stage=3, block='b')\n    X = identity_block(X, 3, [128, 128, 512], stage=3, block='c')\n    X = identity_block(X, 3, [128, 128, 512], stage=3, block='d')\n",
        "    for letter in 'bcd':\n        X = identity_block(X, filters=[128, 128, 512], f=3, block=letter, stage=3)\n",
    ),
)

LANGUAGES = """\
def identity_block(输入, 卷积核, 滤波器, 阶段, 块):
    捷径 = 输入  # 保存输入
    parts = {k: (Conv2D(n, side, padding=p), BatchNormalization(axis=3)) for k, n, side, p in (
        ('2a', 滤波器[0], 1, 'valid'), ('2b', 滤波器[1], 卷积核, 'same'), ('2c', 滤波器[2], 1, 'valid'))}
    for nom, (conv, norme) in parts.items():
        输入 = norme(conv(输入))
        if nom != '2c': 输入 = Activation('relu')(输入)
    if (somme := tf.add(输入, 捷径)) is not None: return tf.nn.relu(somme)
"""

COURSE_2022 = re.sub(r",? ?training ?= ?(training|True|False)", "", COURSE_2021).replace(
    "print('With')", "tf.keras.backend.set_learning_phase(False)"
)

RIGHT: dict[str, str] = {
    "2022, whole notebook": COURSE_2022,
    "2018, whole notebook": COURSE_2018,
    "2021, whole notebook": COURSE_2021,
    "2018, identity block alone, no imports": IDENTITY_2018,
    "2018, convolution block alone, no imports": CONVOLUTION_2018,
    "2018, network alone": IMPORTS_2018 + NETWORK_2018,
    "2018, network alone, no imports": NETWORK_2018,
    "2021, both blocks": IMPORTS_2021 + IDENTITY_2021 + CONVOLUTION_2021,
    "2021, no imports": IDENTITY_2021 + CONVOLUTION_2021 + NETWORK_2021,
    "functional, helpers and loops": FUNCTIONAL,
    "tf.keras prefix, loops, f-strings": PREFIXED,
    "lambdas": LAMBDAS,
    "sequential": SEQUENTIAL,
    "a network written out without blocks": WRITTEN_OUT,
    "a network as a script": SCRIPT,
    "as a library writes it": LIBRARY,
    "as a library writes it, blocks by other names": LIBRARY.replace("conv_block", "projection_unit"),
    "blocks by other names altogether": LIBRARY.replace("conv_block", "down").replace("identity_block", "stay"),
    "modules under other names, types": MODULE_PATHS,
    "one expression": NO_NAMES_FOR_STEPS,
    "a table of steps, +=": TABLE,
    "a layer of one's own": OWN_LAYER,
    "keywords only, partial": KEYWORD_ONLY,
    "every argument spelled out": ACTIVATION_ARGUMENT,
    "the shortcut first": SHORTCUT_FIRST,
    "functions that make the blocks": NESTED,
    "pasted with prompts": PROMPTS,
    "full of dust": DUSTY,
    "cells after it that fail": NOT_FINISHED_YET,
    "2021, network alone, stride by its place": IMPORTS_2021
    + NETWORK_2021.replace("f = 3, filters = ", "3, ").replace(", s = 1)", ", 1)").replace(", s = 2)", ", 2)"),
    "blocks in a loop": IMPORTS_2018 + UNDER_A_LOOP,
    "indented by a paste": "\n".join(f"    {line}" for line in IDENTITY_2018.splitlines()),
    "Windows line ends, odd spaces": IDENTITY_2018.replace("    F1", "\u00a0\u00a0\u00a0\u00a0F1").replace(
        "\n", "\r\n"
    ),
    "padding same on a 1×1": changed(IDENTITY_2018, ("padding = 'valid'", "padding = 'same'")),
    "negative axis": IDENTITY_2018.replace("axis = 3", "axis = -1"),
    "filters one by one, a name as prefix": changed(
        IDENTITY_2018,
        (
            "def identity_block(X, f, filters, stage, block):",
            "def identity_block(X, F1, F2, F3, f, prefix):\n    stage, block = prefix[0], prefix[1:]\n    filters = F1, F2, F3",
        ),
    ),
    "keyword inputs": changed(IDENTITY_2018, ("Add()([X, X_shortcut])", "layers.add(inputs=[X_shortcut, X])")),
    "identity as a layer": changed(IDENTITY_2018, ("X_shortcut = X\n", "X_shortcut = tf.identity(X)\n")),
    "parameters in another language, a dict of layers": LANGUAGES,
    "everything by stars, an output pasted along": "from keras.layers import *\nfrom keras.initializers import *\n"
    + IDENTITY_2018
    + "\nOut[4]: <KerasTensor shape=(None, 4, 4, 6)>\n",
    "filters from outside": "F = [64, 128, 256]\n"
    + changed(IDENTITY_2018, ("(X, f, filters, stage, block)", "(X, f=3, stage=2, block='b')"), ("= filters", "= F")),
}
