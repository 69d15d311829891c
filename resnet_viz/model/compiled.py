"""One compiled function that returns many layers' outputs: the only module that touches a backend by name.

Keras has no backend-free way to compile inference without the cost of `predict` (which converts and copies, and grows
by some kilobytes at every call), hence the three short branches below.
"""

from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]
OutputFunction = Callable[[FloatArray], list[FloatArray]]


def compile_outputs(model: keras.Model, layers: Sequence[str], *, batch: int = 1) -> OutputFunction:
    """Return a compiled function from pictures to the outputs of the named layers, in inference mode.

    The function takes float32 ``(batch, height, width, channels)`` of the model's own input size (a fixed signature: it is
    traced once) and returns one array per layer, batch axis first. Weights are read at every call, so later changes of
    the model's weights show. On the CPU with TensorFlow the arrays are views of the backend's memory, not copies.
    """
    outputs = [model.get_layer(name).output for name in layers]
    output_function = keras.Model(model.inputs, outputs)
    return {"tensorflow": _tensorflow, "jax": _jax, "torch": _torch}[keras.backend.backend()](output_function, batch)


def _as_list(outputs: Any) -> list[FloatArray]:
    # Keras hands out a single output without its list.
    many = outputs if isinstance(outputs, (list, tuple)) else [outputs]
    return [np.asarray(array) for array in many]


def _tensorflow(output_function: keras.Model, batch: int) -> OutputFunction:
    import tensorflow as tf

    signature = [tf.TensorSpec((batch, *output_function.input_shape[1:]), tf.float32)]
    # Not XLA: measured slower than the plain graph on CPU.
    function = tf.function(
        lambda x: output_function(x, training=False), input_signature=signature
    ).get_concrete_function()
    return lambda picture: _as_list(function(tf.convert_to_tensor(picture)))


def _jax(output_function: keras.Model, _batch: int) -> OutputFunction:
    import jax

    def forward(trainable: Any, fixed: Any, x: Any) -> Any:
        return output_function.stateless_call(trainable, fixed, x, training=False)[0]

    compiled = jax.jit(forward)

    def run(picture: FloatArray) -> list[FloatArray]:
        trainable = [weight.value for weight in output_function.trainable_variables]
        fixed = [weight.value for weight in output_function.non_trainable_variables]
        return _as_list(compiled(trainable, fixed, picture))

    return run


def _torch(output_function: keras.Model, _batch: int) -> OutputFunction:
    import torch

    def run(picture: FloatArray) -> list[FloatArray]:
        with torch.no_grad():
            outputs = output_function(picture, training=False)
            many = outputs if isinstance(outputs, (list, tuple)) else [outputs]
            return _as_list([array.detach().cpu().numpy() for array in many])

    return run
