"""A download in a terminal: how far it is, until it ends."""

import sys

from resnet_viz.downloads import Download
from resnet_viz.messages import gettext as _

_LINE_S = 5.0


def fetch(download: Download) -> str:
    """Fetch a file and return why it did not come, or ""; Ctrl-C keeps what has come."""
    download.start()
    while download.is_running:
        done, total = download.progress
        sys.stderr.write("\r" + _("{done:.0f} of {total:.0f} MB").format(done=done / 1e6, total=total / 1e6))
        download.wait(_LINE_S)
    sys.stderr.write("\n")
    return download.sentence
