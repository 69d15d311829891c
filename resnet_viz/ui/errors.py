"""What a visitor sees when a page cannot be drawn to its end: why, or where we made a mistake a number to find it by."""

import logging
import secrets

from resnet_viz.errors import ResNetVizError
from resnet_viz.messages import gettext as _
from resnet_viz.ui import say

_log = logging.getLogger("resnet_viz")


def hide_traceback(error: Exception) -> bool:
    """Show the sentence of a deliberate error; log any other under a fresh number and show that number.

    True keeps the traceback off the page.
    """
    if isinstance(error, ResNetVizError):
        say.warning(str(error))
        return True
    number = secrets.token_hex(3)
    _log.error("page error %s", number, exc_info=error)
    say.error(
        _(
            "Something went wrong on our side (number {number}): reload the page; your link and picture are kept."
        ).format(number=number)
    )
    return True
