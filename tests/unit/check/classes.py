"""Blocks and a network as classes of Keras, as other courses write them."""

IDENTITY = """\
import tensorflow as tf
from tensorflow.keras import layers

class IdentityBlock(layers.Layer):
    def __init__(self, filters, kernel_size=3, **kwargs):
        super().__init__(**kwargs)
        F1, F2, F3 = filters
        self.conv1 = layers.Conv2D(F1, 1)
        self.bn1 = layers.BatchNormalization()
        self.conv2 = layers.Conv2D(F2, kernel_size, padding="same")
        self.bn2 = layers.BatchNormalization()
        self.conv3 = layers.Conv2D(F3, 1)
        self.bn3 = layers.BatchNormalization()
        self.add = layers.Add()
        self.relu = layers.ReLU()

    def call(self, inputs, training=None):
        x = self.relu(self.bn1(self.conv1(inputs), training=training))
        x = self.relu(self.bn2(self.conv2(x), training=training))
        x = self.bn3(self.conv3(x), training=training)
        x = self.add([x, inputs])
        return self.relu(x)
"""
CONVOLUTION = """\
class ConvolutionalBlock(tf.keras.layers.Layer):
    def __init__(self, f, filters, s=2):
        super(ConvolutionalBlock, self).__init__()
        self.f, self.filters, self.s = f, filters, s
    def build(self, input_shape):
        F1, F2, F3 = self.filters
        self.main = [layers.Conv2D(F1, 1, strides=self.s), layers.BatchNormalization(), layers.ReLU(),
                     layers.Conv2D(F2, self.f, padding="same"), layers.BatchNormalization(), layers.ReLU(),
                     layers.Conv2D(F3, 1), layers.BatchNormalization()]
        self.side = [layers.Conv2D(F3, 1, strides=self.s), layers.BatchNormalization()]
        super().build(input_shape)
    def call(self, x):
        y, z = x, x
        for layer in self.main:
            y = layer(y)
        for layer in self.side:
            z = layer(z)
        return tf.nn.relu(y + z)
"""
NETWORK = """\
class ResNet50(tf.keras.Model):
    def __init__(self, classes=6):
        super().__init__()
        self.pad = layers.ZeroPadding2D(3)
        self.conv1 = layers.Conv2D(64, 7, strides=2)
        self.bn = layers.BatchNormalization()
        self.pool = layers.MaxPooling2D(3, 2)
        self.blocks = [ConvolutionalBlock(3, [64, 64, 256], s=1), IdentityBlock([64, 64, 256]), IdentityBlock([64, 64, 256])]
        self.blocks += [ConvolutionalBlock(3, [128, 128, 512])] + [IdentityBlock([128, 128, 512]) for _ in range(3)]
        self.blocks += [ConvolutionalBlock(3, [256, 256, 1024])] + [IdentityBlock([256, 256, 1024]) for _ in range(5)]
        self.blocks += [ConvolutionalBlock(3, [512, 512, 2048])] + [IdentityBlock([256, 256, 2048]) for _ in range(2)]
        self.avg = layers.AveragePooling2D()
        self.flat = layers.Flatten()
        self.fc = layers.Dense(classes, activation="softmax")
    def call(self, x):
        x = self.pool(self.bn(self.conv1(self.pad(x))))
        for block in self.blocks:
            x = block(x)
        return self.fc(self.flat(self.avg(x)))
"""
TUTORIAL = """\
import tensorflow as tf
class ResnetIdentityBlock(tf.keras.Model):
  def __init__(self, kernel_size, filters):
    super(ResnetIdentityBlock, self).__init__(name='')
    filters1, filters2, filters3 = filters

    self.conv2a = tf.keras.layers.Conv2D(filters1, (1, 1))
    self.bn2a = tf.keras.layers.BatchNormalization()

    self.conv2b = tf.keras.layers.Conv2D(filters2, kernel_size, padding='same')
    self.bn2b = tf.keras.layers.BatchNormalization()

    self.conv2c = tf.keras.layers.Conv2D(filters3, (1, 1))
    self.bn2c = tf.keras.layers.BatchNormalization()

  def call(self, input_tensor, training=False):
    x = self.conv2a(input_tensor)
    x = self.bn2a(x, training=training)
    x = tf.nn.relu(x)

    x = self.conv2b(x)
    x = self.bn2b(x, training=training)
    x = tf.nn.relu(x)

    x = self.conv2c(x)
    x = self.bn2c(x, training=training)

    x += input_tensor
    return tf.nn.relu(x)

block = ResnetIdentityBlock(1, [1, 2, 3])
_ = block(tf.zeros([1, 2, 3, 3]))
block.layers
len(block.variables)
block.summary()
"""
