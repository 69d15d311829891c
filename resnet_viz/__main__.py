"""``python -m resnet_viz``: see `resnet_viz.cli`."""

import io
import os
import sys

from resnet_viz.cli.main import main
from resnet_viz.messages import preferred_language, use_language


def run() -> int:
    """Run one command in the system's language."""
    use_language(preferred_language((os.environ.get("LC_ALL") or os.environ.get("LANG", "")).replace("_", "-")))
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # an old console without × or − gets a question mark, not a traceback
    return main()


if __name__ == "__main__":
    sys.exit(run())
