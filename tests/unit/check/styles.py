"""The course's code in many hands: right blocks and networks, and slips that can be made in each."""

IMPORTS_2018 = """\
import numpy as np
from keras import layers
from keras.layers import Input, Add, Dense, Activation, ZeroPadding2D, BatchNormalization, Flatten, Conv2D
from keras.layers import AveragePooling2D, MaxPooling2D, GlobalMaxPooling2D
from keras.models import Model, load_model
from keras.preprocessing import image
from keras.utils import layer_utils
from keras.initializers import glorot_uniform
import scipy.misc
from matplotlib.pyplot import imshow
%matplotlib inline
from resnets_utils import *

import keras.backend as K
K.set_image_data_format('channels_last')
K.set_learning_phase(1)
"""

IDENTITY_2018 = """\
# GRADED FUNCTION: identity_block
def identity_block(X, f, filters, stage, block):
    \"\"\"The identity block.\"\"\"
    # defining name basis
    conv_name_base = 'res' + str(stage) + block + '_branch'
    bn_name_base = 'bn' + str(stage) + block + '_branch'

    F1, F2, F3 = filters

    # Save the input value.
    X_shortcut = X

    # First component of main path
    X = Conv2D(filters = F1, kernel_size = (1, 1), strides = (1,1), padding = 'valid', name = conv_name_base + '2a', kernel_initializer = glorot_uniform(seed=0))(X)
    X = BatchNormalization(axis = 3, name = bn_name_base + '2a')(X)
    X = Activation('relu')(X)

    ### START CODE HERE ###
    # Second component of main path
    X = Conv2D(filters = F2, kernel_size = (f, f), strides = (1,1), padding = 'same', name = conv_name_base + '2b', kernel_initializer = glorot_uniform(seed=0))(X)
    X = BatchNormalization(axis = 3, name = bn_name_base + '2b')(X)
    X = Activation('relu')(X)

    # Third component of main path
    X = Conv2D(filters = F3, kernel_size = (1, 1), strides = (1,1), padding = 'valid', name = conv_name_base + '2c', kernel_initializer = glorot_uniform(seed=0))(X)
    X = BatchNormalization(axis = 3, name = bn_name_base + '2c')(X)

    # Final step
    X = Add()([X, X_shortcut])
    X = Activation('relu')(X)
    ### END CODE HERE ###

    return X
"""

CONVOLUTION_2018 = """\
def convolutional_block(X, f, filters, stage, block, s = 2):
    conv_name_base = 'res' + str(stage) + block + '_branch'
    bn_name_base = 'bn' + str(stage) + block + '_branch'
    F1, F2, F3 = filters
    X_shortcut = X

    ##### MAIN PATH #####
    X = Conv2D(F1, (1, 1), strides = (s,s), name = conv_name_base + '2a', kernel_initializer = glorot_uniform(seed=0))(X)
    X = BatchNormalization(axis = 3, name = bn_name_base + '2a')(X)
    X = Activation('relu')(X)

    X = Conv2D(F2, (f, f), strides = (1,1), padding = 'same', name = conv_name_base + '2b', kernel_initializer = glorot_uniform(seed=0))(X)
    X = BatchNormalization(axis = 3, name = bn_name_base + '2b')(X)
    X = Activation('relu')(X)

    X = Conv2D(F3, (1, 1), strides = (1,1), name = conv_name_base + '2c', kernel_initializer = glorot_uniform(seed=0))(X)
    X = BatchNormalization(axis = 3, name = bn_name_base + '2c')(X)

    ##### SHORTCUT PATH ####
    X_shortcut = Conv2D(F3, (1, 1), strides = (s,s), name = conv_name_base + '1', kernel_initializer = glorot_uniform(seed=0))(X_shortcut)
    X_shortcut = BatchNormalization(axis = 3, name = bn_name_base + '1')(X_shortcut)

    X = Add()([X, X_shortcut])
    X = Activation('relu')(X)
    return X
"""

NETWORK_2018 = """\
def ResNet50(input_shape = (64, 64, 3), classes = 6):
    X_input = Input(input_shape)
    X = ZeroPadding2D((3, 3))(X_input)

    # Stage 1
    X = Conv2D(64, (7, 7), strides = (2, 2), name = 'conv1', kernel_initializer = glorot_uniform(seed=0))(X)
    X = BatchNormalization(axis = 3, name = 'bn_conv1')(X)
    X = MaxPooling2D((3, 3), strides=(2, 2))(X)

    # Stage 2
    X = convolutional_block(X, f = 3, filters = [64, 64, 256], stage = 2, block='a', s = 1)
    X = identity_block(X, 3, [64, 64, 256], stage=2, block='b')
    X = identity_block(X, 3, [64, 64, 256], stage=2, block='c')

    # Stage 3
    X = convolutional_block(X, f = 3, filters = [128, 128, 512], stage = 3, block='a', s = 2)
    X = identity_block(X, 3, [128, 128, 512], stage=3, block='b')
    X = identity_block(X, 3, [128, 128, 512], stage=3, block='c')
    X = identity_block(X, 3, [128, 128, 512], stage=3, block='d')

    # Stage 4
    X = convolutional_block(X, f = 3, filters = [256, 256, 1024], stage = 4, block='a', s = 2)
    X = identity_block(X, 3, [256, 256, 1024], stage=4, block='b')
    X = identity_block(X, 3, [256, 256, 1024], stage=4, block='c')
    X = identity_block(X, 3, [256, 256, 1024], stage=4, block='d')
    X = identity_block(X, 3, [256, 256, 1024], stage=4, block='e')
    X = identity_block(X, 3, [256, 256, 1024], stage=4, block='f')

    # Stage 5
    X = convolutional_block(X, f = 3, filters = [512, 512, 2048], stage = 5, block='a', s = 2)
    X = identity_block(X, 3, [256, 256, 2048], stage=5, block='b')
    X = identity_block(X, 3, [256, 256, 2048], stage=5, block='c')

    X = AveragePooling2D((2,2), name='avg_pool')(X)
    X = Flatten()(X)
    X = Dense(classes, activation='softmax', name='fc' + str(classes), kernel_initializer = glorot_uniform(seed=0))(X)
    model = Model(inputs = X_input, outputs = X, name='ResNet50')
    return model
"""

TAIL_2018 = """\
tf.reset_default_graph()
with tf.Session() as test:
    np.random.seed(1)
    A_prev = tf.placeholder("float", [3, 4, 4, 6])
    X = np.random.randn(3, 4, 4, 6)
    A = identity_block(A_prev, f = 2, filters = [2, 4, 6], stage = 1, block = 'a')
    test.run(tf.global_variables_initializer())
    out = test.run([A], feed_dict={A_prev: X, K.learning_phase(): 0})
    print("out = " + str(out[0][1][1][0]))
model = ResNet50(input_shape = (64, 64, 3), classes = 6)
model.compile(optimizer='adam', loss='categorical_crossentropy', metrics=['accuracy'])
X_train_orig, Y_train_orig, X_test_orig, Y_test_orig, classes = load_dataset()
X_train = X_train_orig/255.
Y_train = convert_to_one_hot(Y_train_orig, 6).T
!ls -l
model.fit(X_train, Y_train, epochs = 2, batch_size = 32)
"""

IMPORTS_2021 = """\
### v1.1
import tensorflow as tf
import numpy as np
import scipy.misc
from tensorflow.keras.applications.resnet_v2 import ResNet50V2
from tensorflow.keras.preprocessing import image
from tensorflow.keras.applications.resnet_v2 import preprocess_input, decode_predictions
from tensorflow.keras import layers
from tensorflow.keras.layers import Input, Add, Dense, Activation, ZeroPadding2D, Flatten, Conv2D, AveragePooling2D, MaxPooling2D, GlobalMaxPooling2D
from tensorflow.keras.layers import BatchNormalization
from tensorflow.keras.models import Model, load_model
from resnets_utils import *
from tensorflow.keras.initializers import random_uniform, glorot_uniform, constant, identity
from tensorflow.python.framework.ops import EagerTensor
from matplotlib.pyplot import imshow
from test_utils import summary, comparator
import public_tests
%matplotlib inline
np.random.seed(1)
tf.random.set_seed(2)
"""

IDENTITY_2021 = """\
def identity_block(X, f, filters, training=True, initializer=random_uniform):
    F1, F2, F3 = filters
    X_shortcut = X
    cache = []
    # First component of main path
    X = Conv2D(filters = F1, kernel_size = 1, strides = (1,1), padding = 'valid', kernel_initializer = initializer(seed=0))(X)
    X = BatchNormalization(axis = 3)(X, training = training) # Default axis
    X = Activation('relu')(X)

    ## Second component of main path (≈3 lines)
    X = Conv2D(filters = F2, kernel_size = f, strides = (1, 1), padding = 'same', kernel_initializer = initializer(seed=0))(X)
    X = BatchNormalization(axis = 3)(X, training = training)
    X = Activation('relu')(X)

    ## Third component of main path (≈2 lines)
    X = Conv2D(filters = F3, kernel_size = 1, strides = (1, 1), padding = 'valid', kernel_initializer = initializer(seed=0))(X)
    X = BatchNormalization(axis = 3)(X, training = training)

    ## Final step
    X = Add()([X_shortcut, X])
    X = Activation('relu')(X)
    return X
"""

CONVOLUTION_2021 = """\
def convolutional_block(X, f, filters, s = 2, training=True, initializer=glorot_uniform):
    F1, F2, F3 = filters
    X_shortcut = X

    X = Conv2D(filters = F1, kernel_size = 1, strides = (s, s), padding='valid', kernel_initializer = initializer(seed=0))(X)
    X = BatchNormalization(axis = 3)(X, training=training)
    X = Activation('relu')(X)

    X = Conv2D(filters = F2, kernel_size = (f, f), strides = (1, 1), padding='same', kernel_initializer = initializer(seed=0))(X)
    X = BatchNormalization(axis = 3)(X, training=training)
    X = Activation('relu')(X)

    X = Conv2D(filters = F3, kernel_size = (1, 1), strides = (1, 1), padding='valid', kernel_initializer = initializer(seed=0))(X)
    X = BatchNormalization(axis = 3)(X, training=training)

    X_shortcut = Conv2D(filters = F3, kernel_size = (1, 1), strides = (s, s), padding='valid', kernel_initializer = initializer(seed=0))(X_shortcut)
    X_shortcut = BatchNormalization(axis = 3)(X_shortcut, training=training)

    X = Add()([X, X_shortcut])
    X = Activation('relu')(X)
    return X
"""

NETWORK_2021 = """\
def ResNet50(input_shape = (64, 64, 3), classes = 6, training=False):
    X_input = Input(input_shape)
    X = ZeroPadding2D((3, 3))(X_input)
    X = Conv2D(64, (7, 7), strides = (2, 2), kernel_initializer = glorot_uniform(seed=0))(X)
    X = BatchNormalization(axis = 3)(X)
    X = MaxPooling2D((3, 3), strides=(2, 2))(X)
    # Stage 2
    X = convolutional_block(X, f = 3, filters = [64, 64, 256], s = 1)
    X = identity_block(X, 3, [64, 64, 256])
    X = identity_block(X, 3, [64, 64, 256])
    # Stage 3
    X = convolutional_block(X, f = 3, filters = [128, 128, 512], s = 2)
    X = identity_block(X, 3, [128, 128, 512])
    X = identity_block(X, 3, [128, 128, 512])
    X = identity_block(X, 3, [128, 128, 512])
    # Stage 4
    X = convolutional_block(X, f = 3, filters = [256, 256, 1024], s = 2)
    X = identity_block(X, 3, [256, 256, 1024])
    X = identity_block(X, 3, [256, 256, 1024])
    X = identity_block(X, 3, [256, 256, 1024])
    X = identity_block(X, 3, [256, 256, 1024])
    X = identity_block(X, 3, [256, 256, 1024])
    # Stage 5
    X = convolutional_block(X, f = 3, filters = [512, 512, 2048], s = 2)
    X = identity_block(X, 3, [256, 256, 2048])
    X = identity_block(X, 3, [256, 256, 2048])
    X = AveragePooling2D()(X)
    # output layer
    X = Flatten()(X)
    X = Dense(classes, activation='softmax', kernel_initializer = glorot_uniform(seed=0))(X)
    model = Model(inputs = X_input, outputs = X)
    return model
"""

TAIL_2021 = """\
np.random.seed(1)
X1 = np.ones((1, 4, 4, 3)) * -1
X = np.concatenate((X1, X1), axis = 0).astype(np.float32)
A3 = identity_block(X, f=2, filters=[4, 4, 3], initializer=lambda seed=0:constant(value=1), training=False)
print('With training=False')
A3np = A3.numpy()
print(np.around(A3.numpy()[:,(0,-1),:,:].mean(axis = 3), 5))
resume = A3np[:,(0,-1),:,:].mean(axis = 3)
assert np.alltrue(resume == 0), "Check the padding!"
public_tests.identity_block_test(identity_block)
opt = tf.keras.optimizers.Adam(learning_rate=0.00015)
model = ResNet50(input_shape = (64, 64, 3), classes = 6)
from outputs import ResNet50_summary
comparator(summary(model), ResNet50_summary)
"""

FUNCTIONAL = """\
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers

START = keras.initializers.GlorotUniform(seed=0)

def unit(x, filters, size=1, stride=1, pad='valid', act=True):
    x = layers.Conv2D(filters, size, stride, pad, kernel_initializer=START)(x)
    x = layers.BatchNormalization()(x)
    return layers.ReLU()(x) if act else x

def identity_block(x, f, filters, stage=None, block=None):
    shortcut = x
    f1, f2, f3 = filters
    x = unit(x, f1)
    x = unit(x, f2, f, pad='same')
    x = unit(x, f3, act=False)
    x = x + shortcut
    return tf.nn.relu(x)

def convolution_block(x, f, filters, stage=None, block=None, s=2):
    f1, f2, f3 = filters
    shortcut = unit(x, f3, stride=s, act=False)
    x = unit(x, f1, stride=s)
    x = unit(x, f2, f, pad='same')
    x = unit(x, f3, act=False)
    x = layers.add([x, shortcut])
    return layers.Activation('relu')(x)

def ResNet50(input_shape=(64, 64, 3), classes=6):
    inputs = keras.Input(shape=input_shape)
    x = layers.ZeroPadding2D(3)(inputs)
    x = layers.Conv2D(64, 7, strides=2, kernel_initializer=START, name='conv1')(x)
    x = layers.BatchNormalization(name='bn_conv1')(x)
    x = layers.MaxPooling2D(3, 2)(x)
    widths = [64, 128, 256, 512]
    for stage, (width, count) in enumerate(zip(widths, [3, 4, 6, 3]), start=2):
        for index in range(count):
            letter = 'abcdef'[index]
            if index == 0:
                x = convolution_block(x, 3, (width, width, 4 * width), stage, letter, s=1 if stage == 2 else 2)
            else:
                squeeze = min(width, 256)
                x = identity_block(x, 3, (squeeze, squeeze, 4 * width), stage, letter)
    x = layers.AveragePooling2D(2, name='avg_pool')(x)
    x = layers.Flatten()(x)
    outputs = layers.Dense(classes, activation='softmax', name=f'fc{classes}')(x)
    return keras.Model(inputs, outputs)
"""

PREFIXED = """\
import tensorflow as tf

def identity_block(X, f, filters, stage, block):
    names = {k: f'{k}{stage}{block}_branch' for k in ('res', 'bn')}
    skip = X
    sizes = (1, f, 1)
    for i, (n, k) in enumerate(zip(filters, sizes)):
        X = tf.keras.layers.Conv2D(n, (k, k), padding='same', name=names['res'] + '2' + 'abc'[i],
                                   kernel_initializer=tf.keras.initializers.glorot_uniform(seed=0))(X)
        X = tf.keras.layers.BatchNormalization(axis=-1, name=f"{names['bn']}2{'abc'[i]}")(X)
        if i < 2:
            X = tf.keras.layers.Activation(tf.nn.relu)(X)
    X = tf.keras.layers.add([skip, X])
    X = tf.keras.layers.ReLU()(X)
    return X

def convolutional_block(X, f, filters, stage, block, s=2):
    names = {k: f'{k}{stage}{block}_branch' for k in ('res', 'bn')}
    skip = X
    sizes = (1, f, 1)
    steps = (s, 1, 1)
    for i, (n, k, stride) in enumerate(zip(filters, sizes, steps)):
        X = tf.keras.layers.Conv2D(n, (k, k), strides=stride, padding='same', name=names['res'] + '2' + 'abc'[i],
                                   kernel_initializer=tf.keras.initializers.glorot_uniform(seed=0))(X)
        X = tf.keras.layers.BatchNormalization(axis=-1, name=f"{names['bn']}2{'abc'[i]}")(X)
        if i < 2:
            X = tf.keras.layers.Activation(tf.nn.relu)(X)
    skip = tf.keras.layers.Conv2D(filters[2], 1, strides=s, name=names['res'] + '1',
                                  kernel_initializer=tf.keras.initializers.glorot_uniform(seed=0))(skip)
    skip = tf.keras.layers.BatchNormalization(axis=-1, name=names['bn'] + '1')(skip)
    X = tf.keras.layers.Add()([skip, X])
    X = tf.keras.layers.ReLU()(X)
    return X
"""

LAMBDAS = """\
from tensorflow.keras import layers as L, initializers

conv = lambda n, k=1, s=1, p='valid': L.Conv2D(n, k, strides=s, padding=p, kernel_initializer=initializers.GlorotUniform(seed=0))
norm = lambda: L.BatchNormalization(axis=3)
relu = lambda t: L.Activation('relu')(t)

identity_block = lambda X, f, filters, stage='', block='': relu(L.Add()([
    norm()(conv(filters[2])(relu(norm()(conv(filters[1], f, p='same')(relu(norm()(conv(filters[0])(X)))))))), X]))

def convolutional_block(X, f, filters, stage='', block='', s=2):
    main = relu(norm()(conv(filters[0], s=s)(X)))
    main = relu(norm()(conv(filters[1], f, p='same')(main)))
    main = norm()(conv(filters[2])(main))
    side = norm()(conv(filters[2], s=s)(X))
    return relu(main + side)
"""

SEQUENTIAL = """\
import keras
from keras import layers
from keras.models import Sequential

def branch(f, filters, s=1):
    F1, F2, F3 = filters
    net = Sequential()
    net.add(layers.Conv2D(F1, 1, strides=s, kernel_initializer='glorot_uniform'))
    net.add(layers.BatchNormalization())
    net.add(layers.ReLU())
    net.add(layers.Conv2D(F2, f, padding='SAME'))
    net.add(layers.BatchNormalization())
    net.add(layers.ReLU())
    net.add(layers.Conv2D(F3, 1))
    net.add(layers.BatchNormalization())
    return net

def identity_block(X, f, filters):
    return layers.ReLU()(layers.Add()([branch(f, filters)(X), X]))

def convolution_block(X, f, filters, s=2):
    side = Sequential([layers.Conv2D(filters[-1], 1, strides=s), layers.BatchNormalization()])
    y = layers.Add()([branch(f, filters, s)(X), side(X)])
    return layers.ReLU()(y)
"""

WRITTEN_OUT = """\
import tensorflow as tf
L = tf.keras.layers

def cbr(x, n, k, s, name, relu=True):
    x = L.Conv2D(n, k, strides=s, padding='same' if k == 3 else 'valid', name='res' + name,
                 kernel_initializer=tf.keras.initializers.GlorotUniform(seed=0))(x)
    x = L.BatchNormalization(name='bn' + name)(x)
    return L.Activation('relu')(x) if relu else x

def bottleneck(x, widths, name, s=1, project=False):
    a, b, c = widths
    y = cbr(x, a, 1, s, name + '_branch2a')
    y = cbr(y, b, 3, 1, name + '_branch2b')
    y = cbr(y, c, 1, 1, name + '_branch2c', relu=False)
    if project:
        x = cbr(x, c, 1, s, name + '_branch1', relu=False)
    return L.Activation('relu')(L.Add()([y, x]))

def ResNet50(input_shape=(64, 64, 3), classes=6):
    inp = L.Input(input_shape)
    x = L.ZeroPadding2D((3, 3))(inp)
    x = L.Conv2D(64, 7, strides=2, name='conv1')(x)
    x = L.BatchNormalization(name='bn_conv1')(x)
    x = L.MaxPooling2D(3, strides=2)(x)
    for stage, letters, first, rest in (
        (2, 'abc', [64, 64, 256], [64, 64, 256]),
        (3, 'abcd', [128, 128, 512], [128, 128, 512]),
        (4, 'abcdef', [256, 256, 1024], [256, 256, 1024]),
        (5, 'abc', [512, 512, 2048], [256, 256, 2048]),
    ):
        for letter in letters:
            is_first = letter == 'a'
            stride = 2 if is_first and stage > 2 else 1
            x = bottleneck(x, first if is_first else rest, f'{stage}{letter}', stride, is_first)
    x = L.AveragePooling2D((2, 2), name='avg_pool')(x)
    x = L.Flatten()(x)
    x = L.Dense(classes, activation='softmax', name='fc' + str(classes))(x)
    return tf.keras.Model(inp, x)
"""

LIBRARY = """\
from keras import backend as K
from keras import layers
from keras.layers import *
from keras.models import Model
def identity_block(input_tensor, kernel_size, filters, stage, block):
    filters1, filters2, filters3 = filters
    if K.image_data_format() == 'channels_last':
        bn_axis = 3
    else:
        bn_axis = 1
    conv_name_base = 'res' + str(stage) + block + '_branch'
    bn_name_base = 'bn' + str(stage) + block + '_branch'
    x = Conv2D(filters1, (1, 1), name=conv_name_base + '2a')(input_tensor)
    x = BatchNormalization(axis=bn_axis, name=bn_name_base + '2a')(x)
    x = Activation('relu')(x)
    x = Conv2D(filters2, kernel_size, padding='same', name=conv_name_base + '2b')(x)
    x = BatchNormalization(axis=bn_axis, name=bn_name_base + '2b')(x)
    x = Activation('relu')(x)
    x = Conv2D(filters3, (1, 1), name=conv_name_base + '2c')(x)
    x = BatchNormalization(axis=bn_axis, name=bn_name_base + '2c')(x)
    x = layers.add([x, input_tensor])
    x = Activation('relu')(x)
    return x
def conv_block(input_tensor, kernel_size, filters, stage, block, strides=(2, 2)):
    filters1, filters2, filters3 = filters
    bn_axis = 3
    conv_name_base = 'res' + str(stage) + block + '_branch'
    bn_name_base = 'bn' + str(stage) + block + '_branch'
    x = Conv2D(filters1, (1, 1), strides=strides, name=conv_name_base + '2a')(input_tensor)
    x = BatchNormalization(axis=bn_axis, name=bn_name_base + '2a')(x)
    x = Activation('relu')(x)
    x = Conv2D(filters2, kernel_size, padding='same', name=conv_name_base + '2b')(x)
    x = BatchNormalization(axis=bn_axis, name=bn_name_base + '2b')(x)
    x = Activation('relu')(x)
    x = Conv2D(filters3, (1, 1), name=conv_name_base + '2c')(x)
    x = BatchNormalization(axis=bn_axis, name=bn_name_base + '2c')(x)
    shortcut = Conv2D(filters3, (1, 1), strides=strides, name=conv_name_base + '1')(input_tensor)
    shortcut = BatchNormalization(axis=bn_axis, name=bn_name_base + '1')(shortcut)
    x = layers.add([x, shortcut])
    x = Activation('relu')(x)
    return x
def ResNet50(input_shape=(64,64,3), classes=6):
    img_input = Input(shape=input_shape)
    x = ZeroPadding2D((3, 3))(img_input)
    x = Conv2D(64, (7, 7), strides=(2, 2), name='conv1')(x)
    x = BatchNormalization(axis=3, name='bn_conv1')(x)
    x = MaxPooling2D((3, 3), strides=(2, 2))(x)
    x = conv_block(x, 3, [64, 64, 256], stage=2, block='a', strides=(1, 1))
    x = identity_block(x, 3, [64, 64, 256], stage=2, block='b')
    x = identity_block(x, 3, [64, 64, 256], stage=2, block='c')
    x = conv_block(x, 3, [128, 128, 512], stage=3, block='a')
    for b in 'bcd':
        x = identity_block(x, 3, [128, 128, 512], stage=3, block=b)
    x = conv_block(x, 3, [256, 256, 1024], stage=4, block='a')
    for b in 'bcdef':
        x = identity_block(x, 3, [256, 256, 1024], stage=4, block=b)
    x = conv_block(x, 3, [512, 512, 2048], stage=5, block='a')
    x = identity_block(x, 3, [256, 256, 2048], stage=5, block='b')
    x = identity_block(x, 3, [256, 256, 2048], stage=5, block='c')
    x = AveragePooling2D((2, 2), name='avg_pool')(x)
    x = Flatten()(x)
    x = Dense(classes, activation='softmax', name='fc%d' % classes)(x)
    return Model(img_input, x)
"""

COURSE_2018 = IMPORTS_2018 + IDENTITY_2018 + CONVOLUTION_2018 + NETWORK_2018 + TAIL_2018
COURSE_2021 = IMPORTS_2021 + IDENTITY_2021 + CONVOLUTION_2021 + NETWORK_2021 + TAIL_2021


def changed(code: str, *pairs: tuple[str, str]) -> str:
    """Return code with one text in place of another, once for each pair; the text must be there."""
    for old, new in pairs:
        assert old in code, old
        code = code.replace(old, new, 1)
    return code
