"""Which Keras backend a child process will use; found without importing any."""

import importlib.util
import os
from functools import cache

from resnet_viz.errors import BackendMissingError, broken_rule, did_you_mean
from resnet_viz.messages import gettext as _

BACKENDS = ("tensorflow", "jax", "torch")
_HUGE_PAGES = "glibc.malloc.hugetlb=1"


@cache
def is_installed(module: str) -> bool:
    """Return whether a module could be imported; looked up once per process, which could not import it later either."""
    return importlib.util.find_spec(module) is not None


def why_missing() -> str:
    """Return the sentence that says what installs Keras and its backend, or that there is none of its name; "" if both are there.

    The line names the packages of the extra `model`, not the extra: a checkout that was never installed has none, and
    pip would ask the index for whatever bears this project's name there.
    """
    wanted = os.environ.get("KERAS_BACKEND")
    if wanted and wanted not in BACKENDS:
        return broken_rule("KERAS_BACKEND", _("a backend of Keras"), wanted, did_you_mean(wanted, BACKENDS))
    if is_installed("keras") and any(map(is_installed, (wanted,) if wanted else BACKENDS)):
        return ""
    return _("This needs Keras with {backend}, which is not installed: run `{command}`.").format(
        backend=wanted or "TensorFlow", command=f'pip install "keras>=3.15.1" scikit-learn {wanted or "tensorflow"}'
    )


def backend_name() -> str:
    """Return the backend for the worker: ``KERAS_BACKEND``, else the first one installed.

    Raises:
        BackendMissingError: If Keras or every backend is missing; the sentence says what installs them.
    """
    if sentence := why_missing():
        raise BackendMissingError(sentence)
    return os.environ.get("KERAS_BACKEND") or next(filter(is_installed, BACKENDS))


def looking_environment() -> dict[str, str]:
    """Return the environment of a child that computes maps.

    The maps of every new picture are fresh memory. Huge pages (glibc on Linux; ignored elsewhere) halve the time of a call
    at 64 px, where touching 4 kB pages for the first time costs more than the convolutions. One heap for all threads: with
    one each, what a thread let go of is no other's, which held up to a hundred megabytes more, now more and now less.
    """
    return _with_malloc(f"{_HUGE_PAGES}:glibc.malloc.arena_max=1")


def child_environment() -> dict[str, str]:
    """Return the environment of a child that imports Keras: the backend chosen, its chatter off.

    Raises:
        BackendMissingError: If Keras or every backend is missing.
    """
    return {**_with_malloc(_HUGE_PAGES), "KERAS_BACKEND": backend_name(), "TF_CPP_MIN_LOG_LEVEL": "3"}


def _with_malloc(tunables: str) -> dict[str, str]:
    """Return this process's environment with settings of glibc's heap, unless it has its own."""
    return {**os.environ, "GLIBC_TUNABLES": os.environ.get("GLIBC_TUNABLES", tunables)}
