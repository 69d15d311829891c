"""A worker: ``python -m resnet_viz.worker looking|gradient``, a process that computes so that the server need not.

It reads requests on standard input and answers on standard output, and ends when its input does, so it cannot outlive
its server.
"""

import os
import sys

from resnet_viz.worker.handlers import Worker
from resnet_viz.worker.process import BUFFER_BYTES


def main() -> None:
    """Serve on the process's own input and output; anything that prints goes to standard error instead."""
    (engine,) = sys.argv[1:]
    sink = os.fdopen(os.dup(sys.stdout.fileno()), "wb", buffering=BUFFER_BYTES)
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    source = os.fdopen(os.dup(sys.stdin.fileno()), "rb", buffering=BUFFER_BYTES)
    Worker(source, sink, engine).serve()  # type: ignore[arg-type]


if __name__ == "__main__":
    main()
