"""Names that a notebook may use, and what the stand-in takes them for."""

import math
from typing import Any

ALLOWED = frozenset(
    [
        "abc",
        "collections",
        "contextlib",
        "copy",
        "dataclasses",
        "enum",
        "functools",
        "inspect",
        "itertools",
        "math",
        "operator",
        "random",
        "re",
        "string",
        "textwrap",
        "typing",
        "warnings",
        "__future__",
    ]
)
"""Real modules that code may import; all others are stood in for, the harmless and the rest alike."""

INSIDE = frozenset(
    [
        "keras",
        "layers",
        "models",
        "tensorflow",
        "python",
        "backend",
        "tensorflow_backend",
        "activations",
        "nn",
        "ops",
        "math",
        "api",
        "_v1",
        "v1",
        "v2",
        "compat",
        "engine",
        "topology",
        "normalization",
        "convolutional",
        "core",
        "pooling",
        "merge",
        "training",
        "input_layer",
        "base_layer",
        "resnet",
    ]
)
"""Modules of Keras and TensorFlow: all of them are the same to the stand-in."""

STARTS = frozenset(
    [
        "glorot_uniform",
        "glorot_normal",
        "he_normal",
        "he_uniform",
        "random_uniform",
        "random_normal",
        "constant",
        "zeros",
        "ones",
        "lecun_normal",
        "GlorotUniform",
        "GlorotNormal",
        "HeNormal",
        "HeUniform",
        "RandomUniform",
        "RandomNormal",
        "Constant",
        "Zeros",
        "Ones",
        "TruncatedNormal",
        "VarianceScaling",
        "truncated_normal",
    ]
)
"""Starts of weights."""

NUMBERS: dict[str, Any] = {
    "array": lambda value, *_more, **_rest: value,
    "asarray": lambda value, *_more, **_rest: value,
    "prod": math.prod,
    "ceil": math.ceil,
    "floor": math.floor,
    "sqrt": math.sqrt,
    "log2": math.log2,
    "arange": range,
    "int32": int,
    "int64": int,
    "inf": math.inf,
    "pi": math.pi,
}
"""What NumPy is asked for while a graph is built."""

_ACTIVATIONS = """
relu relu6 leaky_relu elu selu celu gelu glu silu swish mish softmax log_softmax softplus softsign squareplus tanh
tanh_shrink hard_tanh soft_shrink hard_shrink sparse_plus sparsemax sparse_sigmoid sigmoid hard_sigmoid hard_silu
hard_swish log_sigmoid exponential linear threshold
"""
ACTIVATIONS = tuple(_ACTIVATIONS.split())
"""Activations that Keras knows by name."""

_OF_MODELS = """
layers variables weights trainable_variables trainable_weights non_trainable_weights losses metrics summary compile fit
evaluate predict count_params get_weights set_weights save save_weights load_weights get_config input_shape output_shape
"""
OF_MODELS = frozenset(_OF_MODELS.split())
"""What a layer or model of the code's own has from Keras: about values and training."""

KERAS = frozenset(("keras", "tensorflow"))
"""Packages that bring Keras."""

MODULES = ("keras", "layers", "tf", "tensorflow", "K", "np")
"""Modules under the names that the course gives them."""

_OTHER_LAYERS = """
    Conv1D Conv3D Conv1DTranspose Conv2DTranspose Conv3DTranspose SeparableConv1D SeparableConv2D DepthwiseConv1D
    DepthwiseConv2D MaxPooling1D MaxPooling3D MaxPool1D MaxPool3D AveragePooling1D AveragePooling3D AvgPool1D AvgPool3D
    GlobalMaxPooling1D GlobalMaxPooling3D GlobalAveragePooling1D GlobalAveragePooling3D GlobalMaxPool1D GlobalMaxPool3D
    GlobalAvgPool1D GlobalAvgPool3D ZeroPadding1D ZeroPadding3D Cropping2D UpSampling2D Minimum Dot SpatialDropout1D
    SpatialDropout2D SpatialDropout3D AlphaDropout GaussianDropout LayerNormalization GroupNormalization
    Lambda Reshape Permute RepeatVector Embedding LSTM GRU Masking TimeDistributed MultiHeadAttention GaussianNoise Resizing
    InputLayer InputSpec Rescaling RandomFlip RandomRotation Normalization
    UnitNormalization SyncBatchNormalization SpectralNormalization ActivityRegularization ThresholdedReLU Attention
"""
OTHER_LAYERS = frozenset(_OTHER_LAYERS.split())
"""Layers of Keras that the stand-in does not know, with names that look like those of some that it does."""

MEANT_LAYERS = {
    "BatchNorm": "BatchNormalization",
    "BatchNorm2D": "BatchNormalization",
    "BatchNormalisation": "BatchNormalization",
    "BatchNormalize": "BatchNormalization",
    "Conv": "Conv2D",
    "MaxPool": "MaxPooling2D",
    "AvgPool": "AveragePooling2D",
    "AveragePool2D": "AveragePooling2D",
    "ZeroPad2D": "ZeroPadding2D",
    "Linear": "Dense",
}
"""What a layer is called elsewhere, and in Keras."""

OUTSIDE = frozenset(("js", "pyodide", "pyodide_js", "_pyodide", "_pyodide_core", "socket", "ctypes"))
"""Modules that code needs only to get out of the page: what calls them is not judged."""

_REACHING = """
    open urllib urllib2 urllib3 requests http httpx aiohttp wget gdown ftplib smtplib webbrowser subprocess
    multiprocessing micropip pip shutil zipfile tarfile sqlite3
    os.system os.popen os.listdir os.walk os.remove os.unlink os.rmdir os.mkdir os.makedirs os.rename os.chdir
    os.fork os.kill os.scandir importlib.import_module
"""
REACHING = frozenset(_REACHING.split())
"""Modules and calls that ask for files, programs or the network: they do nothing here, and that is said."""

FRAMEWORKS = {
    "torch": "PyTorch",
    "torchvision": "PyTorch",
    "fastai": "PyTorch",
    "timm": "PyTorch",
    "jax": "JAX",
    "flax": "Flax",
    "haiku": "Haiku",
    "mxnet": "MXNet",
    "paddle": "PaddlePaddle",
    "mindspore": "MindSpore",
    "chainer": "Chainer",
    "tinygrad": "tinygrad",
    "tf_slim": "TensorFlow 1 (slim)",
    "slim": "TensorFlow 1 (slim)",
}
"""Other libraries by what code imports, and what they are called."""

OF_TORCH = frozenset(("nn.Module", "nn.Conv2d", "nn.BatchNorm2d", "nn.ModuleList", "nn.MaxPool2d", "nn.Linear"))
"""By these code is PyTorch even if the cell that imports it was not pasted."""
