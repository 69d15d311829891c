"""The layers that the stand-in knows, with their arguments as Keras spells and orders them."""

import difflib
from typing import Any, NamedTuple

_REQUIRED = object()
"""Marks an argument without a default."""

ANYWHERE = ("name", "dtype", "trainable", "input_shape", "batch_input_shape", "batch_size", "input_dtype", "weights")
"""Arguments that every layer takes."""


class Signature(NamedTuple):
    """One layer.

    Attributes:
        kind: What it becomes in a graph.
        arguments: Names in order, with their defaults.
    """

    kind: str
    arguments: dict[str, Any]

    def required(self) -> list[str]:
        """Return the arguments without a default."""
        return [name for name, value in self.arguments.items() if value is _REQUIRED]


_WEIGHTS = dict.fromkeys(
    (
        "kernel_regularizer",
        "bias_regularizer",
        "activity_regularizer",
        "kernel_constraint",
        "bias_constraint",
        "lora_rank",
    )
)
_POOL = {"pool_size": (2, 2), "strides": None, "padding": "valid", "data_format": None}
_MERGE: dict[str, Any] = {}

_CONV = Signature(
    "conv",
    {
        "filters": _REQUIRED,
        "kernel_size": _REQUIRED,
        "strides": (1, 1),
        "padding": "valid",
        "data_format": None,
        "dilation_rate": (1, 1),
        "groups": 1,
        "activation": None,
        "use_bias": True,
        "kernel_initializer": "glorot_uniform",
        "bias_initializer": "zeros",
        **_WEIGHTS,
    },
)
_MAX, _AVERAGE = Signature("max_pool", _POOL), Signature("average_pool", _POOL)
_GLOBAL = {"data_format": None, "keepdims": False}

KNOWN: dict[str, Signature] = {
    "Conv2D": _CONV,
    "Convolution2D": _CONV,
    "BatchNormalization": Signature(
        "batch_norm",
        {
            "axis": -1,
            "momentum": 0.99,
            "epsilon": 0.001,
            "center": True,
            "scale": True,
            **dict.fromkeys(
                (
                    "beta_initializer",
                    "gamma_initializer",
                    "moving_mean_initializer",
                    "moving_variance_initializer",
                    "beta_regularizer",
                    "gamma_regularizer",
                    "beta_constraint",
                    "gamma_constraint",
                    "synchronized",
                    "renorm",
                )
            ),
        },
    ),
    "Activation": Signature("activation", {"activation": _REQUIRED}),
    "ReLU": Signature("relu", {"max_value": None, "negative_slope": 0.0, "threshold": 0.0}),
    "LeakyReLU": Signature("leakyrelu", {"negative_slope": 0.3, "alpha": 0.3}),
    "PReLU": Signature("prelu", {"alpha_initializer": "zeros", "shared_axes": None}),
    "ELU": Signature("elu", {"alpha": 1.0}),
    "Softmax": Signature("softmax", {"axis": -1}),
    "Add": Signature("add", _MERGE),
    "Concatenate": Signature("concatenate", {"axis": -1}),
    "Multiply": Signature("multiply", _MERGE),
    "Subtract": Signature("subtract", _MERGE),
    "Average": Signature("average", _MERGE),
    "Maximum": Signature("maximum", _MERGE),
    "ZeroPadding2D": Signature("padding", {"padding": (1, 1), "data_format": None}),
    "MaxPooling2D": _MAX,
    "MaxPool2D": _MAX,
    "AveragePooling2D": _AVERAGE,
    "AvgPool2D": _AVERAGE,
    "GlobalAveragePooling2D": Signature("global_average_pool", _GLOBAL),
    "GlobalAvgPool2D": Signature("global_average_pool", _GLOBAL),
    "GlobalMaxPooling2D": Signature("global_max_pool", _GLOBAL),
    "GlobalMaxPool2D": Signature("global_max_pool", _GLOBAL),
    "Flatten": Signature("flatten", {"data_format": None}),
    "Dropout": Signature("dropout", {"rate": _REQUIRED, "noise_shape": None, "seed": None}),
    "Dense": Signature(
        "dense",
        {
            "units": _REQUIRED,
            "activation": None,
            "use_bias": True,
            "kernel_initializer": "glorot_uniform",
            "bias_initializer": "zeros",
            **_WEIGHTS,
        },
    ),
}

MERGES = frozenset(("add", "concatenate", "multiply", "subtract", "average", "maximum"))
"""Kinds that read a list."""

_MEANT = {
    "stride": "strides",
    "subsample": "strides",
    "kernel": "kernel_size",
    "size": "kernel_size",
    "filter": "filters",
    "nb_filter": "filters",
    "pad": "padding",
    "border_mode": "padding",
    "initializer": "kernel_initializer",
    "init": "kernel_initializer",
    "bias": "use_bias",
    "axes": "axis",
    "dim": "axis",
}


def meant(name: str, signature: Signature) -> str:
    """Return the argument that a misspelt one was meant for, or "".

    >>> meant("stride", KNOWN["Conv2D"]), meant("paddding", KNOWN["Conv2D"]), meant("colour", KNOWN["Conv2D"])
    ('strides', 'padding', '')
    """
    if _MEANT.get(name) in signature.arguments:
        return _MEANT[name]
    close = difflib.get_close_matches(name.lower(), [*signature.arguments, "name"], n=1)
    return close[0] if close else ""
