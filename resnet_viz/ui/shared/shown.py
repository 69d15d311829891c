"""Which channel the browser shows already: what it chose itself is not sent back to it."""

from resnet_viz.ui.slots import Slot

# Of which maps, the channel that was sent, the channel that the browser shows.
_SENT: Slot[tuple[str, int | None, int | None] | None] = Slot("sent_channel", None)


def channel_to_send(maps: str, channel: int | None) -> int | None:
    """Return the channel in focus that goes with maps.

    So long as the browser alone chooses, the maps stay the same bytes and do not cross again.

    Args:
        maps: What the maps are of.
        channel: The channel in focus.
    """
    known = _SENT.get()
    if known is None or (known[0], known[2]) != (maps, channel):
        known = (maps, channel, channel)
        _SENT.set(known)
    return known[1]


def heard_channel(channel: int) -> None:
    """Remember that the browser shows this channel already."""
    known = _SENT.get()
    if known is not None:
        _SENT.set((*known[:2], channel))
