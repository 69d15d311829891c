"""What a run computes on, found and named; the few things that each backend does in its own way."""

import contextlib
import os
from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

import psutil

from resnet_viz.errors import BackendMissingError, broken_rule
from resnet_viz.messages import gettext as _
from resnet_viz.spec import LayerGraph
from resnet_viz.spec.layers import MaxPool
from resnet_viz.training.hardware import Hardware, cpu, nvidia_gpus

Wanted = Literal["auto", "cpu", "gpu"]
WANTED: tuple[Wanted, ...] = ("auto", "cpu", "gpu")


class Device(NamedTuple):
    """What a run computes on.

    Attributes:
        hardware: The device itself.
        backend: Keras's backend and version.
    """

    hardware: Hardware
    backend: str

    @property
    def is_gpu(self) -> bool:
        """Whether it is a GPU."""
        return self.hardware.kind == "gpu"

    @property
    def is_deterministic(self) -> bool:
        """Whether the backend was told to sum in the same order every time; `_tensorflow` does that."""
        return self.backend.startswith("tensorflow")

    def text(self) -> str:
        """Return both in a line, as in "CPU Intel Xeon, 2 cores, 24 GB; tensorflow, Keras 3.15.1"."""
        return f"{self.hardware.text()}; {self.backend}"


def uses_xla(graph: LayerGraph, *, is_gpu: bool, is_deterministic: bool) -> bool:
    """Return whether the training step of a network is compiled by XLA, which pays on GPUs only.

    In TensorFlow's deterministic mode XLA refuses the gradient of a max-pooling on a GPU; such a network trains by the
    plain graph.
    """
    has_max_pool = any(isinstance(node.layer, MaxPool) for node in graph.nodes)
    return is_gpu and not (is_deterministic and has_max_pool)


def choose_device(wanted: Wanted) -> None:
    """Hide the GPUs from a backend that is not imported yet, if only the CPU is wanted."""
    if wanted == "cpu":
        os.environ["CUDA_VISIBLE_DEVICES"] = ""
        os.environ["JAX_PLATFORMS"] = "cpu"


def find_device(wanted: Wanted) -> Device:
    """Return what Keras will compute on, made deterministic where that costs nothing.

    Raises:
        BackendMissingError: If a GPU is wanted and the backend sees none.
    """
    import keras

    name = keras.backend.backend()
    found = {"tensorflow": _tensorflow, "jax": _jax, "torch": _torch}[name]()
    backend = f"{name}, Keras {keras.__version__}"
    if found is not None:
        return Device(found, backend)
    if wanted == "gpu":
        rule = _("one that {backend} sees").format(backend=name)
        raise BackendMissingError(broken_rule("device", rule, "gpu", _("Use `cpu`, or install the GPU's libraries.")))
    return Device(cpu(), backend)


def use_precision(wanted: Literal["auto", "float32", "bfloat16"], device: Device) -> str:
    """Set the precision of Keras's layers and return it: bfloat16 by itself only where the device gains by it."""
    import keras

    chosen = ("bfloat16" if device.is_gpu else "float32") if wanted == "auto" else wanted
    keras.config.set_dtype_policy("mixed_bfloat16" if chosen == "bfloat16" else "float32")
    return chosen


def used_memory_bytes(device: Device) -> int:
    """Return the memory this process holds now: on the GPU where it says so, else the process's own."""
    if device.is_gpu:
        with contextlib.suppress(Exception):  # not every driver tells; then the process's own is shown
            return _gpu_memory_bytes(device.backend.partition(",")[0])
    return int(psutil.Process().memory_info().rss)


def is_out_of_memory(error: Exception) -> bool:
    """Whether a backend's error says that memory ran out; each says it in its own class."""
    text = f"{type(error).__name__} {error}"
    return isinstance(error, MemoryError) or any(
        word in text
        for word in ("ResourceExhausted", "RESOURCE_EXHAUSTED", "OutOfMemory", "out of memory", "OOM when allocating")
    )


@contextlib.contextmanager
def all_devices(device: Device) -> Iterator[Any]:
    """Build models on every GPU of the machine (TensorFlow's MirroredStrategy); yields the strategy, or None for one."""
    if not device.is_gpu or device.hardware.units == 1 or not device.backend.startswith("tensorflow"):
        yield None
        return
    import tensorflow as tf

    strategy = tf.distribute.MirroredStrategy()
    with strategy.scope():
        yield strategy


def _tensorflow() -> Hardware | None:
    import tensorflow as tf

    # The same sums in the same order: a resumed run equals an uninterrupted one, bit for bit on a CPU.
    tf.config.experimental.enable_op_determinism()
    gpus = tf.config.list_physical_devices("GPU")
    if not gpus:
        # TensorFlow 2.21's graph optimiser fuses convolution, bias and ReLU into a oneDNN kernel that ends the process
        # with a segmentation fault in training (seen with 24×24 maps and no BatchNorm between them).
        tf.config.optimizer.set_experimental_options({"remapping": False})
        return None
    for gpu in gpus:
        tf.config.experimental.set_memory_growth(gpu, True)
    details = tf.config.experimental.get_device_details(gpus[0])
    listed = nvidia_gpus()
    memory = listed.memory_bytes if listed else 0
    return Hardware("gpu", str(details.get("device_name", "GPU")), memory, len(gpus))


def _jax() -> Hardware | None:
    import jax

    first = jax.devices()[0]
    if first.platform not in ("gpu", "cuda", "rocm"):
        return None
    return Hardware("gpu", first.device_kind, int((first.memory_stats() or {}).get("bytes_limit", 0)), 1)


def _torch() -> Hardware | None:
    import torch

    if not torch.cuda.is_available():
        return None
    found = torch.cuda.get_device_properties(0)
    return Hardware("gpu", found.name, int(found.total_memory), 1)


def _gpu_memory_bytes(backend: str) -> int:
    if backend == "tensorflow":
        import tensorflow as tf

        return int(tf.config.experimental.get_memory_info("GPU:0")["current"])
    if backend == "jax":
        import jax

        return int(jax.devices()[0].memory_stats()["bytes_in_use"])
    import torch

    return int(torch.cuda.memory_allocated())
