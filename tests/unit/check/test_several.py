"""Several mistakes at once, presets, and the two graphs that are drawn."""

import pytest

from resnet_viz.check import course_pair, judge, presets
from resnet_viz.check.drafts import IDS

from . import slips
from .styles import (
    CONVOLUTION_2018,
    FUNCTIONAL,
    IDENTITY_2018,
    IDENTITY_2021,
    LAMBDAS,
    NETWORK_2018,
    WRITTEN_OUT,
    changed,
)

SEVERAL = {
    "padding and Add": (
        ["add-not-called", "padding"],
        changed(IDENTITY_2018, ("padding = 'same'", "padding = 'valid'"), ("Add()([", "Add([")),
    ),
    "filters and the last ReLU": (
        ["filters-order", "final-relu-missing"],
        changed(
            IDENTITY_2021,
            ("F1, F2, F3 = filters", "F2, F1, F3 = filters"),
            ("X_shortcut, X])\n    X = Activation('relu')(X)\n", "X_shortcut, X])\n"),
        ),
    ),
    "stride, shortcut's BatchNorm, ReLU": (
        ["stride-missing", "shortcut-batchnorm-missing", "relu-on-2c"],
        changed(
            CONVOLUTION_2018,
            ("(1, 1), strides = (s,s), name = conv_name_base + '2a'", "(1, 1), name = conv_name_base + '2a'"),
            (slips.SIDE_NORM_2018, ""),
            ("'2c')(X)\n\n    ##### SHORTCUT", "'2c')(X)\n    X = Activation('relu')(X)\n\n    ##### SHORTCUT"),
        ),
    ),
    "a misspelt argument and no return": (
        ["no-return", "argument-unknown"],
        changed(
            IDENTITY_2018,
            ("strides = (1,1), padding = 'valid'", "stride = (1,1), padding = 'valid'"),
            ("    return X\n", ""),
        ),
    ),
    "the ReLU before the sum instead of after": (
        ["relu-on-2c", "final-relu-missing"],
        changed(IDENTITY_2018, (slips.LAST_2018, "    X = Activation('relu')(X)\n    X = Add()([X, X_shortcut])\n")),
    ),
    "late shortcut, axis": (
        ["shortcut-late", "batchnorm-axis"],
        changed(
            IDENTITY_2018,
            ("    X_shortcut = X\n", ""),
            (slips.NORM_2A_2018, slips.NORM_2A_2018 + "    X_shortcut = X\n"),
            ("axis = 3, name = bn_name_base + '2c'", "axis = 1, name = bn_name_base + '2c'"),
        ),
    ),
    "kernel and BatchNorm by lambdas": (
        ["kernel-size", "batchnorm-missing"],
        changed(
            LAMBDAS,
            ("conv(filters[1], f, p='same')(main)", "conv(filters[1])(main)"),
            ("main = norm()(conv(filters[2])(main))", "main = conv(filters[2])(main)"),
        ),
    ),
    "a network": (
        ["blocks-count", "squeeze-512", "pool-same"],
        changed(
            NETWORK_2018,
            ("    X = identity_block(X, 3, [64, 64, 256], stage=2, block='c')\n", ""),
            ("(2,2), name='avg_pool'", "(2,2), padding='same', name='avg_pool'"),
        ).replace("[256, 256, 2048]", "[512, 512, 2048]"),
    ),
    "a network written out, wrong inside its blocks": (
        ["padding", "batchnorm-axis", "stem-relu"],
        changed(
            WRITTEN_OUT,
            ("'same' if k == 3 else 'valid'", "'valid'"),
            ("BatchNormalization(name='bn' + name)", "BatchNormalization(axis=1, name='bn' + name)"),
            ("    x = L.MaxPooling2D", "    x = L.ReLU()(x)\n    x = L.MaxPooling2D"),
        ),
    ),
}


@pytest.mark.parametrize(("ids", "code"), SEVERAL.values(), ids=SEVERAL)
def test_of_several_mistakes_each_is_named_and_the_one_that_explains_comes_first(ids, code):
    answer = judge(code)
    assert [each["id"] for each in answer["mistakes"]] == ids, [each["sentence"] for each in answer["mistakes"]]


ODD = {
    "no softmax": changed(NETWORK_2018, ("activation='softmax', ", "")),
    "one mean per channel": changed(
        NETWORK_2018,
        (
            "    X = AveragePooling2D((2,2), name='avg_pool')(X)\n    X = Flatten()(X)\n",
            "    X = GlobalAveragePooling2D()(X)\n",
        ),
    ),
    "stride by default": changed(NETWORK_2018, (", block='a', s = 1)", ", block='a')")),
    "a block of the other kind": changed(
        NETWORK_2018,
        (
            "convolutional_block(X, f = 3, filters = [128, 128, 512], stage = 3, block='a', s = 2)",
            "identity_block(X, 3, [128, 128, 512], stage = 3, block='a')",
        ),
    ),
    "no frame": changed(NETWORK_2018, ("    X = ZeroPadding2D((3, 3))(X_input)\n", "    X = X_input\n")),
    "the output, no model": changed(NETWORK_2018, ("return model", "return X")),
    "a model from its end": changed(NETWORK_2018, ("inputs = X_input, outputs = X,", "inputs = X, outputs = X_input,")),
    "no sums at all": changed(WRITTEN_OUT, ("L.Activation('relu')(L.Add()([y, x]))", "L.Activation('relu')(y)")),
    "a literal number of classes": changed(NETWORK_2018, ("Dense(classes", "Dense(6")),
    "BatchNorm after ReLU": changed(
        IDENTITY_2018,
        (
            slips.NORM_2A_2018 + "    X = Activation('relu')(X)\n",
            "    X = Activation('relu')(X)\n" + slips.NORM_2A_2018,
        ),
    ),
    "pre-activation": "def identity_block(X, f, filters, stage, block):\n    Y = X\n"
    + "".join(
        f"    Y = Conv2D(filters[{n}], {k}, padding='same')(Activation('relu')(BatchNormalization()(Y)))\n"
        for n, k in ((0, 1), (1, "f"), (2, 1))
    )
    + "    return Add()([X, Y])\n",
    "Concatenate for Add": changed(IDENTITY_2018, ("Add()([X", "Concatenate()([X")),
    "a layer twice": changed(
        LAMBDAS,
        ("norm = lambda: L.BatchNormalization(axis=3)", "one = L.BatchNormalization(axis=3)\nnorm = lambda: one"),
    ),
    "a layer that is not called": changed(IDENTITY_2018, ("bn_name_base + '2c')(X)", "bn_name_base + '2c')")),
}


@pytest.mark.parametrize("code", ODD.values(), ids=ODD)
def test_a_difference_without_a_name_is_told_once_as_it_is(code):
    mistakes = judge(code)["mistakes"]
    assert {each["id"] for each in mistakes} == {"other"}
    assert len({each["function"] for each in mistakes}) == len(mistakes), [each["sentence"] for each in mistakes]
    assert "not as in the course" not in mistakes[0]["sentence"]
    assert mistakes[0]["why"]


READ_TWICE = "    X_shortcut = BatchNormalization(axis = 3, name = bn_name_base + '1')"
TELLING = {
    "x to itself": (
        IDENTITY_2018,
        [("Add()([X, X_shortcut])", "Add()([X, X])")],
        ["shortcut-late"],
        "the sum adds the output of 2c to itself",
        "2·F(x) in place of F(x) + x",
    ),
    "the shortcut to itself": (
        IDENTITY_2018,
        [("Add()([X, X_shortcut])", "Add()([X_shortcut, X_shortcut])")],
        ["block-skipped"],
        "the sum does not read F(x)",
        "",
    ),
    "the shortcut's BatchNorm over x": (
        CONVOLUTION_2018,
        [(READ_TWICE, READ_TWICE.replace("X_shortcut =", "X ="))],
        ["block-skipped"],
        "the sum does not read F(x)",
        "",
    ),
    "the shortcut's convolution on x": (
        CONVOLUTION_2018,
        [("'1', kernel_initializer = glorot_uniform(seed=0))(X_shortcut)", "'1')(X)")],
        ["shortcut-late"],
        "the shortcut begins after 2c, and not at the block's input",
        "There x is 8×8×512",
    ),
    "a ReLU of 2c to itself": (
        IDENTITY_2018,
        [("    X = Add()([X, X_shortcut])", "    X = Activation('relu')(X)\n    X = Add()([X, X])")],
        ["shortcut-late", "relu-on-2c"],
        "the sum adds one layer's output to itself",
        "",
    ),
    "one number for the filters": (
        (
            "def identity_block(X, n_filters):\n"
            "    y = ReLU()(BatchNormalization()(Conv2D(n_filters, 1)(X)))\n"
            "    y = ReLU()(BatchNormalization()(Conv2D(n_filters, 3)(y)))\n"
            "    y = BatchNormalization()(Conv2D(n_filters * 4, 1)(y))\n"
            "    return ReLU()(Add()([y, X]))\n"
        ),
        [],
        ["padding"],
        "Line 3: ",
        "15×15 into 13×13",
    ),
    "an early return": (
        IDENTITY_2018,
        [("    ### START CODE", "    return X\n    ### START CODE")],
        ["other"],
        "Line 18: `return` ends the function here",
        "",
    ),
    "None at the end": (IDENTITY_2018, [("return X", "return None")], ["no-return"], "returns None", ""),
    "a return of a helper inside alone": (
        IDENTITY_2018,
        [
            ("    X_shortcut = X\n", "    def kept(t):\n        return t\n    X_shortcut = kept(X)\n"),
            ("    return X\n", ""),
        ],
        ["no-return"],
        "has no `return`",
        "",
    ),
    "two things at the end": (IDENTITY_2018, [("return X", "return X, X_shortcut")], ["other"], "several things", ""),
    "pooling on the shortcut": (
        CONVOLUTION_2018,
        [(slips.SIDE_2018, "    X_shortcut = AveragePooling2D((s,s), padding='same')(X_shortcut)\n")],
        ["shortcut-conv-missing", "other"],
        "the shortcut lacks its 1×1 convolution",
        "Here the shortcut is still 8×8×256",
    ),
    "the identity block for both": (
        IDENTITY_2018.replace("def identity_block(X, f, filters, stage, block)", CONVOLUTION_2018.split(":")[0]),
        [],
        ["stride-missing", "shortcut-conv-missing"],
        "the stride s is missing (2a)",
        "Here it stays 15×15",
    ),
    "a block moved to the stage before": (
        NETWORK_2018,
        [
            ("    X = identity_block(X, 3, [256, 256, 1024], stage=4, block='f')\n", ""),
            ("stage=3, block='d')\n", "stage=3, block='d')\n    X = identity_block(X, 3, [128, 128, 512], 3, 'e')\n"),
        ],
        ["blocks-count", "blocks-count"],
        "stage 3 has 5 blocks",
        "282,368 parameters more",
    ),
    "a stage left out": (
        NETWORK_2018[: NETWORK_2018.index("    # Stage 4")] + NETWORK_2018[NETWORK_2018.index("    # Stage 5") :],
        [],
        ["blocks-count"],
        "stage 4 has 0 blocks",
        "",
    ),
    "a letter twice": (
        NETWORK_2018,
        [("stage=3, block='c'", "stage=3, block='b'")],
        ["other"],
        "Line 18: a second block is called “3b”",
        "",
    ),
    "filters of one block": (
        NETWORK_2018,
        [("[128, 128, 512], stage=3, block='c'", "[128, 128, 256], stage=3, block='c'")],
        ["other"],
        "block 3c: its number of filters is [128, 128, 256], in the course [128, 128, 512]",
        "66,816 parameters fewer",
    ),
    "filters of a stage": (
        NETWORK_2018.replace("[128, 128, 512]", "[256, 256, 512]"),
        [],
        ["other"],
        "blocks 3a, 3b, 3c, 3d: their number of filters",
        "",
    ),
    "a convolution block for an identity block": (
        NETWORK_2018,
        [
            (
                "X = identity_block(X, 3, [128, 128, 512], stage=3, block='b'",
                "X = convolutional_block(X, 3, [128, 128, 512], 3, 'b', 1",
            )
        ],
        ["other"],
        "3b is a convolution block",
        "264,704 parameters more",
    ),
    "a mean for a maximum": (
        NETWORK_2018,
        [("MaxPooling2D((3, 3)", "AveragePooling2D((3, 3)")],
        ["other"],
        "Average pooling, in the course Max-pooling",
        "",
    ),
    "a window that does not fit": (
        NETWORK_2018,
        [("AveragePooling2D((2,2)", "AveragePooling2D((7,7)")],
        ["other"],
        "its window is 7, in the course 2",
        "7×7 does not fit on a map of 2×2",
    ),
}


@pytest.mark.parametrize(("code", "changes", "ids", "sentence", "arithmetic"), TELLING.values(), ids=TELLING)
def test_what_is_told_is_true_and_what_follows_from_it_is_not_told(code, changes, ids, sentence, arithmetic):
    mistakes = judge(changed(code, *changes))["mistakes"]
    assert [each["id"] for each in mistakes] == ids, [each["sentence"] for each in mistakes]
    assert sentence in mistakes[0]["sentence"]
    assert arithmetic in mistakes[0]["arithmetic"]
    assert mistakes[0]["why"]


def test_an_argument_that_no_blocks_has_gets_the_nearest():
    answer = judge(changed(NETWORK_2018, ("stage=3, block='c'", "stages=3, block='c'")))
    assert answer["stop"]["sentence"] == "`identity_block` has no argument `stages`. Did you mean `stage`?"


RELU = "    X = Activation('relu')(X)\n"
MIDDLE = "kernel_size = (f, f), "
TOLD = {
    "tanh": ("Activation('relu')", "Activation('tanh')", "here stands tanh, in the course ReLU", "3 into 0.995"),
    "LeakyReLU": ("Activation('relu')", "LeakyReLU(0.1)", "LeakyReLU, in the course ReLU", "a part of −1"),
    "ReLU before BatchNorm": (MIDDLE, MIDDLE + "activation='relu', ", "convolution and its BatchNorm (2b)", ""),
    "no bias": (MIDDLE, MIDDLE + "use_bias=False, ", "no bias is used (2b)", "128 parameters fewer"),
    "Dropout": ("    X = Add", "    X = Dropout(0.5)(X)\n    X = Add", "after 2c: Dropout", ""),
    "a fixed number": ("filters = F1", "filters = 64", "It should be `F1`, here 32", "15×15×64 in place of 15×15×32"),
    "dilation": (MIDDLE, MIDDLE + "dilation_rate=2, ", "dilation is 2, in the course 1", "5×5 cells in place of 3×3"),
    "frozen": ("axis = 3,", "axis = 3, trainable=False,", "`BatchNormalization` has trainable=False", ""),
    "two ReLUs": (RELU, RELU + RELU, "after 2a: ReLU", ""),
    "no ReLU": (RELU, "", "ReLU (2a) is missing after this line", ""),
    "pooling": (RELU, RELU + "    X = MaxPooling2D()(X)\n", "after 2a: Max-pooling", "15×15×64 into 7×7×64"),
}


@pytest.mark.parametrize(("old", "new", "sentence", "arithmetic"), TOLD.values(), ids=TOLD)
def test_a_difference_without_a_name_has_its_arithmetic_and_a_reason(old, new, sentence, arithmetic):
    (mistake,) = judge(changed(IDENTITY_2018, (old, new)))["mistakes"]
    assert mistake["id"] == "other"
    assert sentence in mistake["sentence"]
    assert arithmetic in mistake["arithmetic"]
    assert bool(mistake["arithmetic"]) == bool(arithmetic)
    assert mistake["why"]


def test_a_stride_that_is_a_fixed_2_is_the_stride_s_missing():
    fixed = changed(CONVOLUTION_2018, *[("strides = (s,s)", "strides = (2,2)")] * 2)
    (mistake,) = judge(fixed)["mistakes"]
    assert (mistake["id"], mistake["place"]) == ("stride-missing", "2a")
    assert "(2a, the shortcut): a fixed 2 stands in its place" in mistake["sentence"]
    assert mistake["arithmetic"] == "With s = 1 the course keeps 15×15. Here it becomes 8×8."


def test_what_only_training_feels_is_a_remark():
    odd = "kernel_regularizer=keras.regularizers.l2(1e-4), bias_initializer='ones', "
    answer = judge(changed(IDENTITY_2018, (MIDDLE, MIDDLE + odd)))
    assert answer["verdict"] == "right"
    assert "`kernel_regularizer`, `bias_initializer`" in answer["remarks"][0]["sentence"]


def test_an_activation_that_keras_does_not_have_gets_the_nearest():
    answer = judge(changed(IDENTITY_2018, ("Activation('relu')", "Activation('rleu')")))
    assert answer["stop"]["sentence"] == "Keras has no activation 'rleu'. Did you mean `relu`?"


def test_a_mistake_in_a_block_is_not_told_again_for_the_network():
    wrong = changed(IDENTITY_2018, ("padding = 'same'", "padding = 'valid'"))
    answer = judge(wrong + CONVOLUTION_2018 + NETWORK_2018)
    assert [(each["id"], each["function"]) for each in answer["mistakes"]] == [("padding", "identity_block")]
    assert answer["checked"] == ["identity_block", "convolutional_block", "ResNet50"]


BY_2018 = NETWORK_2018.replace("[256, 256, 2048]", "[512, 512, 2048]").replace(
    "    X = MaxPooling2D", "    X = Activation('relu')(X)\n    X = MaxPooling2D"
)


def test_the_network_of_2018_is_right_against_its_preset_and_recognised_against_the_course():
    answer = judge(BY_2018, preset="coursera-2018")
    assert (answer["verdict"], "coursera-2018" in answer["headline"]) == ("right", True)
    assert judge(IDENTITY_2018, preset="coursera-2018")["headline"] == "Right: the graph is the course's."
    answer = judge(BY_2018)
    assert [each["id"] for each in answer["mistakes"]] == ["squeeze-512", "stem-relu"]
    assert answer["looks_like"] == "coursera-2018"
    assert answer["headline"].endswith("This network is exactly the preset coursera-2018.")
    wrong = changed(IDENTITY_2018, ("padding = 'same'", "padding = 'valid'"))
    assert "Apart from its blocks this network is exactly the preset" in judge(wrong + BY_2018)["headline"]
    assert "looks_like" not in judge(slips.SLIPS["squeeze-512"][0])
    answer = judge(NETWORK_2018, preset="coursera-2018")
    assert {each["id"] for each in answer["mistakes"]} == {"stem-relu", "other"}
    assert "blocks 5b, 5c: their number of filters is [256, 256, 2048], in the preset coursera-2018 [512" in str(answer)
    assert answer["looks_like"] == "course"
    assert presets() == ("course", "coursera-2018")


def nodes(graph):
    return {node["id"]: node for node in graph["nodes"]}


def test_both_graphs_have_one_id_for_one_layer_and_the_difference_is_marked():
    (pair,) = judge(slips.SLIPS["batchnorm-missing"][0])["graphs"]
    ours, theirs = nodes(pair["ours"]), nodes(pair["theirs"])
    assert ours.keys() - theirs.keys() == {"bn3b_branch2a"}
    assert ours["bn3b_branch2a"]["status"] == "missing"
    assert [node["status"] for node in theirs.values()] == [""] * len(theirs)
    marked = [(edge["tail"], edge["head"]) for edge in pair["theirs"]["edges"] if edge["status"]]
    assert marked == [("res3b_branch2a", "res3b_relu2a")]
    lost = [(edge["tail"], edge["head"], edge["status"]) for edge in pair["ours"]["edges"] if edge["status"]]
    assert lost == [("res3b_branch2a", "bn3b_branch2a", "missing"), ("bn3b_branch2a", "res3b_relu2a", "missing")]
    assert pair["call"] == "identity_block(x, f=3, filters=[64, 128, 256])"
    assert theirs["res3b_branch2b"]["lines"] == ["3×3, 128", "padded: same", "15×15×128"]


def test_the_shortcut_is_known_in_both_pictures():
    pair = course_pair("convolutional_block")
    for side in ("ours", "theirs"):
        along = [(edge["tail"], edge["head"]) for edge in pair[side]["edges"] if edge["is_shortcut"]]
        assert along == [("input", "res3a_branch1"), ("res3a_branch1", "bn3a_branch1"), ("bn3a_branch1", "res3a_add")]
    along = [
        (edge["tail"], edge["head"]) for edge in course_pair("identity_block")["ours"]["edges"] if edge["is_shortcut"]
    ]
    assert along == [("input", "res3b_add")]


def test_a_network_is_drawn_with_its_blocks_closed():
    (pair,) = judge(FUNCTIONAL.replace("[3, 4, 6, 3]", "[3, 4, 5, 3]"))["graphs"][2:]
    ours = nodes(pair["ours"])
    assert len(ours) == 25
    assert [name for name, node in ours.items() if node["status"] == "missing"] == ["4f"]
    assert {node["kind"] for node in ours.values()} >= {"block", "conv", "max_pool", "dense"}


def test_the_order_of_mistakes_knows_every_name_once():
    assert len(set(IDS)) == len(IDS) == 24
