"""Wrong solutions, each with the mistake in it: slips in the course's own styles, and whole codes by other hands."""

from .styles import (
    CONVOLUTION_2018,
    CONVOLUTION_2021,
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

I18, C18 = IMPORTS_2018 + IDENTITY_2018, IMPORTS_2018 + CONVOLUTION_2018
I21, C21 = IMPORTS_2021 + IDENTITY_2021, IMPORTS_2021 + CONVOLUTION_2021
N18, N21 = IMPORTS_2018 + NETWORK_2018, IMPORTS_2021 + NETWORK_2021

SECOND_2018 = "strides = (1,1), padding = 'same', name = conv_name_base + '2b'"
NORM_2A_2018 = "    X = BatchNormalization(axis = 3, name = bn_name_base + '2a')(X)\n"
LAST_2018 = "    X = Add()([X, X_shortcut])\n    X = Activation('relu')(X)\n"
LAST_2021 = "    X = Add()([X_shortcut, X])\n    X = Activation('relu')(X)\n"
SIDE_2018 = "    X_shortcut = Conv2D(F3, (1, 1), strides = (s,s), name = conv_name_base + '1', kernel_initializer = glorot_uniform(seed=0))(X_shortcut)\n"
SIDE_NORM_2018 = "    X_shortcut = BatchNormalization(axis = 3, name = bn_name_base + '1')(X_shortcut)\n"
SIDE_2021 = "    X_shortcut = Conv2D(filters = F3, kernel_size = (1, 1), strides = (s, s), padding='valid', kernel_initializer = initializer(seed=0))(X_shortcut)\n"
SIDE_NORM_2021 = "    X_shortcut = BatchNormalization(axis = 3)(X_shortcut, training=training)\n"
SECOND_2021 = "    X = Conv2D(filters = F2, kernel_size = f, strides = (1, 1), padding = 'same', kernel_initializer = initializer(seed=0))(X)\n    X = BatchNormalization(axis = 3)(X, training = training)\n"
THIRD_2021 = "    X = Conv2D(filters = F3, kernel_size = 1, strides = (1, 1), padding = 'valid', kernel_initializer = initializer(seed=0))(X)\n    X = BatchNormalization(axis = 3)(X, training = training)\n"
SIDE_PREFIXED = "    skip = tf.keras.layers.Conv2D(filters[2], 1, strides=s, name=names['res'] + '1',\n                                  kernel_initializer=tf.keras.initializers.glorot_uniform(seed=0))(skip)\n"
SIDE_NORM_PREFIXED = "    skip = tf.keras.layers.BatchNormalization(axis=-1, name=names['bn'] + '1')(skip)\n"

SLIPS: dict[str, list[str]] = {
    "padding": [
        changed(I18, (SECOND_2018, SECOND_2018.replace("'same'", "'valid'"))),
        changed(I21, ("kernel_size = f, strides = (1, 1), padding = 'same'", "kernel_size = f, strides = (1, 1)")),
        changed(FUNCTIONAL, ("x = unit(x, f2, f, pad='same')", "x = unit(x, f2, f)")),
        changed(LAMBDAS, ("conv(filters[1], f, p='same')(main)", "conv(filters[1], f)(main)")),
        changed(SEQUENTIAL, ("padding='SAME'", "padding='VALID'")),
    ],
    "add-not-called": [
        changed(I18, ("Add()([X, X_shortcut])", "Add([X, X_shortcut])")),
        changed(C21, ("Add()([X, X_shortcut])", "Add([X, X_shortcut])")),
        changed(PREFIXED, ("layers.Add()([skip, X])", "layers.Add([skip, X])")),
        changed(LAMBDAS, ("L.Add()([", "L.Add([")),
        changed(I18, (LAST_2018, "    X = Add([X, X_shortcut])\n    X = Activation('relu')(X)\n")),
    ],
    "stride-missing": [
        changed(WRITTEN_OUT, ("cbr(x, a, 1, s,", "cbr(x, a, 1, 1,")),
        changed(
            C18,
            (
                "(1, 1), strides = (s,s), name = conv_name_base + '2a'",
                "(1, 1), strides = (1,1), name = conv_name_base + '2a'",
            ),
        ),
        changed(C21, ("kernel_size = 1, strides = (s, s)", "kernel_size = 1, strides = 1")),
        changed(C18, (SIDE_2018, SIDE_2018.replace("strides = (s,s), ", ""))),
        changed(FUNCTIONAL, ("x = unit(x, f1, stride=s)", "x = unit(x, f1)")),
        changed(LAMBDAS, ("conv(filters[2], s=s)", "conv(filters[2])")),
        changed(PREFIXED, ("steps = (s, 1, 1)", "steps = (1, 1, 1)")),
        changed(LAMBDAS, ("conv(filters[2], s=s)", "conv(filters[2])"), ("conv(filters[0], s=s)", "conv(filters[0])")),
        changed(N18, ("stage = 4, block='a', s = 2", "stage = 4, block='a', s = 1")),
    ],
    "stride-on-middle": [
        changed(WRITTEN_OUT, ("cbr(x, a, 1, s,", "cbr(x, a, 1, 1,"), ("cbr(y, b, 3, 1,", "cbr(y, b, 3, s,")),
        changed(
            C18,
            (
                "(1, 1), strides = (s,s), name = conv_name_base + '2a'",
                "(1, 1), strides = (1,1), name = conv_name_base + '2a'",
            ),
            ("(f, f), strides = (1,1)", "(f, f), strides = (s,s)"),
        ),
        changed(
            C21,
            ("kernel_size = 1, strides = (s, s)", "kernel_size = 1"),
            ("(f, f), strides = (1, 1)", "(f, f), strides = s"),
        ),
        changed(PREFIXED, ("steps = (s, 1, 1)", "steps = (1, s, 1)")),
        changed(
            FUNCTIONAL,
            (
                "x = unit(x, f1, stride=s)\n    x = unit(x, f2, f, pad='same')",
                "x = unit(x, f1)\n    x = unit(x, f2, f, s, 'same')",
            ),
        ),
        changed(SEQUENTIAL, ("F1, 1, strides=s,", "F1, 1,"), ("F2, f, padding", "F2, f, s, padding")),
    ],
    "final-relu-missing": [
        changed(WRITTEN_OUT, ("return L.Activation('relu')(L.Add()([y, x]))", "return L.Add()([y, x])")),
        changed(I18, (LAST_2018, "    X = Add()([X, X_shortcut])\n")),
        changed(I21, (LAST_2021, "    X = Add()([X_shortcut, X])\n")),
        changed(FUNCTIONAL, ("return tf.nn.relu(x)", "return x")),
        changed(LAMBDAS, ("return relu(main + side)", "return main + side")),
        changed(
            I21, ("X_shortcut, X])\n    X = Activation('relu')(X)", "X_shortcut, X])\n    Y = Activation('relu')(X)")
        ),
    ],
    "relu-on-2c": [
        changed(WRITTEN_OUT, ("'_branch2c', relu=False", "'_branch2c'")),
        changed(I18, ("    X = Add()", "    X = Activation('relu')(X)\n    X = Add()")),
        changed(I21, (THIRD_2021, THIRD_2021 + "    X = Activation('relu')(X)\n")),
        changed(
            FUNCTIONAL, ("x = unit(x, f3, act=False)\n    x = x + shortcut", "x = unit(x, f3)\n    x = x + shortcut")
        ),
        changed(PREFIXED, ("        if i < 2:\n            X =", "        if True:\n            X =")),
        changed(LAMBDAS, ("main = norm()(conv(filters[2])(main))", "main = relu(norm()(conv(filters[2])(main)))")),
    ],
    "batchnorm-missing": [
        changed(I18, (NORM_2A_2018, "")),
        changed(I21, (SECOND_2021, SECOND_2021.splitlines()[0] + "\n")),
        changed(LAMBDAS, ("main = norm()(conv(filters[2])(main))", "main = conv(filters[2])(main)")),
        changed(
            PREFIXED,
            (
                "        X = tf.keras.layers.BatchNormalization(",
                "        if i != 1: X = tf.keras.layers.BatchNormalization(",
            ),
        ),
        changed(
            SEQUENTIAL,
            (
                "    net.add(layers.Conv2D(F3, 1))\n    net.add(layers.BatchNormalization())\n",
                "    net.add(layers.Conv2D(F3, 1))\n",
            ),
        ),
        changed(I18, (NORM_2A_2018, NORM_2A_2018.replace("X = B", "X_norm = B"))),
        changed(N18, ("    X = BatchNormalization(axis = 3, name = 'bn_conv1')(X)\n", "")),
    ],
    "batchnorm-axis": [
        changed(I18, ("axis = 3, name = bn_name_base + '2b'", "axis = 1, name = bn_name_base + '2b'")),
        changed(I21, ("axis = 3)(X, training = training) # Default axis", "axis = 1)(X, training = training)")),
        changed(LAMBDAS, ("BatchNormalization(axis=3)", "BatchNormalization(axis=1)")),
        changed(PREFIXED, ("BatchNormalization(axis=-1", "BatchNormalization(axis=2")),
        changed(N18, ("axis = 3, name = 'bn_conv1'", "axis = 1, name = 'bn_conv1'")),
    ],
    "batchnorm-training": [
        changed(I18, (NORM_2A_2018, NORM_2A_2018.replace("(X)\n", "(X, training=True)\n"))),
        changed(I21, ("(X, training = training) # Default axis", "(X, training = True)")),
        changed(I21.replace("training = training", "training=True")),
        changed(FUNCTIONAL, ("BatchNormalization()(x)", "BatchNormalization()(x, True)")),
        changed(
            LAMBDAS,
            ("side = norm()(conv(filters[2], s=s)(X))", "side = norm()(conv(filters[2], s=s)(X), training=True)"),
        ),
    ],
    "shortcut-late": [
        changed(WRITTEN_OUT, ("x = cbr(x, c, 1, s", "x = cbr(y, c, 1, s")),
        changed(
            LIBRARY.replace("conv_block", "projection_unit"),
            ("name=conv_name_base + '1')(input_tensor)", "name=conv_name_base + '1')(x)"),
        ),
        changed(I18, ("    X_shortcut = X\n", ""), (NORM_2A_2018, NORM_2A_2018 + "    X_shortcut = X\n")),
        changed(I21, ("    X_shortcut = X\n", ""), ("    ## Final step", "    X_shortcut = X\n    ## Final step")),
        changed(C18, (SIDE_2018, SIDE_2018.replace("(X_shortcut)\n", "(X)\n"))),
        changed(
            FUNCTIONAL,
            (
                "    shortcut = x\n    f1, f2, f3 = filters\n    x = unit(x, f1)",
                "    f1, f2, f3 = filters\n    x = unit(x, f1)\n    shortcut = x",
            ),
        ),
        changed(LAMBDAS, ("side = norm()(conv(filters[2], s=s)(X))", "side = norm()(conv(filters[2], s=s)(main))")),
        changed(
            PREFIXED, ("    X = tf.keras.layers.add([skip, X])", "    skip = X\n    X = tf.keras.layers.add([skip, X])")
        ),
    ],
    "shortcut-twice": [
        changed(
            LIBRARY,
            (
                "    x = layers.add([x, input_tensor])\n",
                "    x = layers.add([x, input_tensor])\n    x = Activation('relu')(x)\n    x = layers.add([x, input_tensor])\n",
            ),
        ),
        changed(WRITTEN_OUT, ("L.Add()([y, x])", "L.Add()([L.Add()([y, x]), x])")),
        changed(
            I18,
            ("    X = Add()([X, X_shortcut])\n", "    X = Add()([X, X_shortcut])\n    X = Add()([X, X_shortcut])\n"),
        ),
        changed(I21, ("Add()([X_shortcut, X])", "Add()([X_shortcut, X, X_shortcut])")),
        changed(FUNCTIONAL, ("x = x + shortcut", "x = layers.add([x, shortcut]) + shortcut")),
        changed(LAMBDAS, ("relu(main + side)", "relu(main + side + side)")),
        changed(
            C21,
            (
                "    X = Activation('relu')(X)\n    return X",
                "    X = Add()([X, X_shortcut])\n    X = Activation('relu')(X)\n    return X",
            ),
        ),
    ],
    "shortcut-conv-missing": [
        changed(WRITTEN_OUT, ("        x = cbr(x, c, 1, s, name + '_branch1', relu=False)", "        pass")),
        changed(C18, (SIDE_2018, ""), (SIDE_NORM_2018, "")),
        changed(C21, (SIDE_2021, "")),
        changed(LAMBDAS, ("side = norm()(conv(filters[2], s=s)(X))", "side = X")),
        changed(FUNCTIONAL, ("shortcut = unit(x, f3, stride=s, act=False)", "shortcut = x")),
        changed(
            PREFIXED,
            (SIDE_PREFIXED, SIDE_PREFIXED.replace("skip = ", "other = ")),
            (SIDE_NORM_PREFIXED, SIDE_NORM_PREFIXED.replace("skip = ", "other = ").replace("(skip)", "(other)")),
        ),
        changed(SEQUENTIAL, ("side(X)])", "X])")),
    ],
    "shortcut-batchnorm-missing": [
        changed(C18, (SIDE_NORM_2018, "")),
        changed(C21, (SIDE_NORM_2021, "")),
        changed(LAMBDAS, ("side = norm()(conv(filters[2], s=s)(X))", "side = conv(filters[2], s=s)(X)")),
        changed(PREFIXED, (SIDE_NORM_PREFIXED, "")),
        changed(SEQUENTIAL, ("strides=s), layers.BatchNormalization()])", "strides=s)])")),
    ],
    "block-skipped": [
        changed(
            WRITTEN_OUT,
            ("return L.Activation('relu')(L.Add()([y, x]))", "L.Add()([y, x])\n    return L.Activation('relu')(x)"),
        ),
        changed(
            LIBRARY,
            (
                "layers.add([x, shortcut])\n    x = Activation('relu')(x)",
                "layers.add([x, shortcut])\n    x = Activation('relu')(shortcut)",
            ),
        ),
        changed(
            LIBRARY,
            (
                "layers.add([x, input_tensor])\n    x = Activation('relu')(x)",
                "layers.add([x, input_tensor])\n    x = Activation('relu')(input_tensor)",
            ),
        ),
        changed(I18, ("'2b')(X)\n    X = Activation('relu')(X)", "'2b')(X)\n    X = Activation('relu')(X_shortcut)")),
        changed(
            I21,
            ("    X = Activation('relu')(X)\n\n    ## Second", "    A = X = Activation('relu')(X)\n\n    ## Second"),
            ("    ## Third", "    X = Activation('relu')(A)\n    ## Third"),
        ),
        changed(
            LAMBDAS,
            ("main = norm()(conv(filters[2])(main))", "last = norm()(conv(filters[2])(main))"),
            (
                "main = relu(norm()(conv(filters[1], f, p='same')(main)))",
                "mid = relu(norm()(conv(filters[1], f, p='same')(main)))",
            ),
        ).replace("relu(main + side)", "relu(last + side)"),
        changed(
            N18,
            (
                "    X = identity_block(X, 3, [128, 128, 512], stage=3, block='c')",
                "    Y = identity_block(X, 3, [128, 128, 512], stage=3, block='c')",
            ),
        ),
        changed(
            N21,
            ("    # Stage 4", "    Z = X\n    # Stage 4"),
            (
                "    X = identity_block(X, 3, [256, 256, 1024])\n    # Stage 5",
                "    X = identity_block(X, 3, [256, 256, 1024])\n    # Stage 5",
            ),
        )
        .replace("[256, 256, 2048])\n    X = Ave", "[256, 256, 2048])\n    X = Ave")
        .replace(
            "    X = identity_block(X, 3, [64, 64, 256])\n    # Stage 3",
            "    W = identity_block(X, 3, [64, 64, 256])\n    # Stage 3",
        ),
    ],
    "filters-order": [
        changed(WRITTEN_OUT, ("a, b, c = widths", "c, b, a = widths")),
        changed(I18, ("F1, F2, F3 = filters", "F2, F1, F3 = filters")),
        changed(I21, ("F1, F2, F3 = filters", "F3, F2, F1 = filters")),
        changed(C18, (SIDE_2018, SIDE_2018.replace("F3", "F1"))),
        changed(FUNCTIONAL, ("f1, f2, f3 = filters", "f1, f3, f2 = filters")),
        changed(PREFIXED, ("zip(filters, sizes)", "zip(filters[::-1], sizes)")),
        changed(
            LAMBDAS, ("main = relu(norm()(conv(filters[0], s=s)(X)))", "main = relu(norm()(conv(filters[1], s=s)(X)))")
        ),
    ],
    "kernel-size": [
        changed(I18, ("kernel_size = (f, f)", "kernel_size = (1, 1)")),
        changed(I21, ("kernel_size = f", "kernel_size = 1")),
        changed(FUNCTIONAL, ("x = unit(x, f2, f, pad='same')", "x = unit(x, f2)")),
        changed(LAMBDAS, ("conv(filters[1], f, p='same')(main)", "conv(filters[1], 3, p='same')(main)")),
        changed(PREFIXED, ("sizes = (1, f, 1)", "sizes = (f, f, 1)")),
        changed(
            N18,
            (
                "X = identity_block(X, 3, [64, 64, 256], stage=2, block='b')",
                "X = identity_block(X, 1, [64, 64, 256], stage=2, block='b')",
            ),
        ),
    ],
    "argument-unknown": [
        changed(
            I18,
            (
                "    X = Activation('relu')(X)\n\n    ### START",
                "    X = Activation('relu')(X, traning=True)\n\n    ### START",
            ),
        ),
        changed(I18, ("strides = (1,1), padding = 'valid'", "stride = (1,1), padding = 'valid'")),
        changed(C21, ("kernel_size = 1, strides = (s, s)", "kernel_size = 1, stride = (s, s)")),
        changed(PREFIXED, ("padding='same'", "paddding='same'")),
        changed(
            SEQUENTIAL,
            ("layers.Conv2D(F2, f, padding='SAME')", "layers.Conv2D(filter=F2, kernel_size=f, padding='SAME')"),
        ),
        changed(
            FUNCTIONAL,
            (
                "kernel_initializer=START)(x)\n    x = layers.BatchNormalization()",
                "initializer=START)(x)\n    x = layers.BatchNormalization()",
            ),
        ),
        changed(I18, ("axis = 3, name = bn_name_base + '2a'", "axes = 3, name = bn_name_base + '2a'")),
    ],
    "no-return": [
        changed(I18, ("    return X\n", "")),
        changed(C21, ("    return X\n", "    X\n")),
        changed(FUNCTIONAL, ("return tf.nn.relu(x)", "x = tf.nn.relu(x)")),
        changed(
            PREFIXED,
            ("    X = tf.keras.layers.ReLU()(X)\n    return X", "    X = tf.keras.layers.ReLU()(X)\n    return"),
        ),
        changed(N18, ("    return model\n", "")),
    ],
    "pool-same": [
        changed(N18, ("strides=(2, 2))(X)\n\n    # Stage 2", "strides=(2, 2), padding='same')(X)\n\n    # Stage 2")),
        changed(
            N18,
            ("AveragePooling2D((2,2), name='avg_pool')", "AveragePooling2D((2,2), padding='same', name='avg_pool')"),
        ),
        changed(N21, ("AveragePooling2D()", "AveragePooling2D(pool_size=(2, 2), padding='same')")),
        changed(FUNCTIONAL, ("AveragePooling2D(2, name", "AveragePooling2D(2, padding='same', name")),
        changed(WRITTEN_OUT, ("AveragePooling2D((2, 2), name", "AveragePooling2D((2, 2), None, 'same', name")),
    ],
    "squeeze-512": [
        N18.replace("[256, 256, 2048]", "[512, 512, 2048]"),
        N21.replace("[256, 256, 2048]", "[512, 512, 2048]"),
        changed(FUNCTIONAL, ("min(width, 256)", "width")),
        changed(WRITTEN_OUT, ("[512, 512, 2048], [256, 256, 2048]", "[512, 512, 2048], [512, 512, 2048]")),
    ],
    "stem-relu": [
        changed(N18, ("    X = MaxPooling2D", "    X = Activation('relu')(X)\n    X = MaxPooling2D")),
        changed(N21, ("    X = MaxPooling2D", "    X = Activation('relu')(X)\n    X = MaxPooling2D")),
        changed(
            FUNCTIONAL, ("    x = layers.MaxPooling2D(3, 2)(x)", "    x = layers.MaxPooling2D(3, 2)(tf.nn.relu(x))")
        ),
        changed(WRITTEN_OUT, ("    x = L.MaxPooling2D", "    x = L.ReLU()(x)\n    x = L.MaxPooling2D")),
    ],
    "blocks-count": [
        changed(N18, ("    X = identity_block(X, 3, [256, 256, 1024], stage=4, block='f')\n", "")),
        changed(N21, ("    X = identity_block(X, 3, [128, 128, 512])\n", "")),
        changed(FUNCTIONAL, ("[3, 4, 6, 3]", "[3, 4, 5, 3]")),
        changed(FUNCTIONAL, ("[3, 4, 6, 3]", "[3, 5, 6, 3]")),
        changed(WRITTEN_OUT, ("'abcdef'", "'abcdefg'")),
        changed(WRITTEN_OUT, ("(3, 'abcd',", "(3, 'abc',")),
    ],
    "classes-name": [
        changed(N18, ("name='fc' + str(classes)", "name='fc'")),
        changed(N18, ("name='fc' + str(classes)", "name='fc6'")),
        changed(N21, ("activation='softmax'", "activation='softmax', name='output'")),
        changed(FUNCTIONAL, ("name=f'fc{classes}'", "name='fc1000'")),
    ],
}
