"""Which Keras backend a child process will use; found without importing any."""

import importlib.util
import os

from resnet_viz.errors import BackendMissingError
from resnet_viz.messages import gettext as _

BACKENDS = ("tensorflow", "jax", "torch")


def backend_name() -> str:
    """Return the backend for the worker: ``KERAS_BACKEND``, else the first one installed.

    Raises:
        BackendMissingError: If Keras or every backend is missing; the sentence says what installs them.
    """
    wanted = os.environ.get("KERAS_BACKEND")
    choices = (wanted,) if wanted else BACKENDS
    found = next((name for name in choices if importlib.util.find_spec(name)), None)
    if found is None or importlib.util.find_spec("keras") is None:
        raise BackendMissingError(
            _("This page needs Keras with {backend}, which is not installed: run `{command}` and reload.").format(
                backend=wanted or "TensorFlow", command=f'pip install "keras>=3.15.1" {wanted or "tensorflow"}'
            )
        )
    return found


def looking_environment() -> dict[str, str]:
    """Return the environment of a child that computes maps.

    The maps of every new picture are fresh memory. Huge pages (glibc on Linux; ignored elsewhere) halve the time of a call
    at 64 px, where touching 4 kB pages for the first time costs more than the convolutions.
    """
    return {**os.environ, "GLIBC_TUNABLES": os.environ.get("GLIBC_TUNABLES", "glibc.malloc.hugetlb=1")}


def child_environment() -> dict[str, str]:
    """Return the environment of a child that imports Keras: the backend chosen, its chatter off.

    Raises:
        BackendMissingError: If Keras or every backend is missing.
    """
    return {**looking_environment(), "KERAS_BACKEND": backend_name(), "TF_CPP_MIN_LOG_LEVEL": "3"}
