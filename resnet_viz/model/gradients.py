"""Gradients on any backend: Keras has none of its own, so this module asks the backend in use, and no other.

Two shapes of question suffice: the score of pictures and its gradient, again and again (compiled once), and the gradient
of many outputs of one pass.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import keras
import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]
Scored = Callable[..., tuple[FloatArray, FloatArray]]


def compile_gradient(score: Callable[..., Any], shapes: Sequence[tuple[int, ...]]) -> Scored:
    """Return a function from arrays of these shapes to (scores, gradient of their sum in the first array).

    Args:
        score: From float32 tensors to a tensor of scores ``(batch,)``, in operations of Keras.
        shapes: Of its arguments, batch axis included.
    """
    return {"tensorflow": _tensorflow, "jax": _jax, "torch": _torch}[keras.backend.backend()](score, shapes)


def pullbacks(
    function: Callable[[Any], Sequence[Any]], at: FloatArray, seeds: Sequence[FloatArray]
) -> Iterator[FloatArray]:
    """Yield, output by output, the gradient of ⟨output, seed⟩ in the input: one forward pass, one backward pass each.

    Args:
        function: From a float32 tensor to tensors.
        at: Where.
        seeds: One per output, of its shape.
    """
    backend = keras.backend.backend()
    if backend == "tensorflow":
        import tensorflow as tf

        x = tf.convert_to_tensor(at)
        with tf.GradientTape(persistent=True, watch_accessed_variables=False) as tape:
            tape.watch(x)
            outputs = function(x)
        for output, seed in zip(outputs, seeds, strict=True):
            yield np.asarray(tape.gradient(output, x, output_gradients=tf.convert_to_tensor(seed)))
    elif backend == "jax":
        import jax

        outputs, pull = jax.vjp(lambda x: tuple(function(x)), at)
        for place, seed in enumerate(seeds):
            cotangents = tuple(
                seed if index == place else np.zeros(output.shape, np.float32) for index, output in enumerate(outputs)
            )
            yield np.asarray(pull(cotangents)[0])
    else:
        import torch

        x = torch.tensor(at, requires_grad=True)
        for output, seed in zip(function(x), seeds, strict=True):
            (gradient,) = torch.autograd.grad(output, x, torch.as_tensor(seed), retain_graph=True)
            yield gradient.cpu().numpy()


def _tensorflow(score: Callable[..., Any], shapes: Sequence[tuple[int, ...]]) -> Scored:
    import tensorflow as tf

    def both(*arrays: Any) -> tuple[Any, Any]:
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(arrays[0])
            scores = score(*arrays)
        return scores, tape.gradient(scores, arrays[0])

    signature = [tf.TensorSpec(shape, tf.float32) for shape in shapes]
    function = tf.function(both, input_signature=signature).get_concrete_function()

    def run(*arrays: FloatArray) -> tuple[FloatArray, FloatArray]:
        scores, gradient = function(*(tf.convert_to_tensor(array, tf.float32) for array in arrays))
        return np.asarray(scores), np.asarray(gradient)

    return run


def _jax(score: Callable[..., Any], _shapes: Sequence[tuple[int, ...]]) -> Scored:
    import jax

    def run(*arrays: FloatArray) -> tuple[FloatArray, FloatArray]:
        # Not jitted: a jitted function would keep the weights it was traced with.
        scores, pull = jax.vjp(lambda first: score(first, *arrays[1:]), arrays[0])
        return np.asarray(scores), np.asarray(pull(np.ones(scores.shape, np.float32))[0])

    return run


def _torch(score: Callable[..., Any], _shapes: Sequence[tuple[int, ...]]) -> Scored:
    import torch

    def run(*arrays: FloatArray) -> tuple[FloatArray, FloatArray]:
        first = torch.tensor(arrays[0], requires_grad=True)
        scores = score(first, *(torch.as_tensor(array) for array in arrays[1:]))
        (gradient,) = torch.autograd.grad(scores.sum(), first)
        return scores.detach().cpu().numpy(), gradient.cpu().numpy()

    return run
