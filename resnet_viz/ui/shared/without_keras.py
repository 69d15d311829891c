"""Where Keras is not installed: what is needed stands in place of what needs it, with what works all the same."""

from resnet_viz.backends import why_missing
from resnet_viz.messages import gettext as _
from resnet_viz.messages import joined
from resnet_viz.ui import say


def say_missing(what_works: str = "") -> bool:
    """Draw the line that installs Keras, if it is missing, and return whether it is.

    Args:
        what_works: Sentence on what the page can do without it.
    """
    missing = why_missing()
    if missing:
        say.info(joined(filter(None, (missing, _("Then start the app again."), what_works)), " "))
    return bool(missing)
