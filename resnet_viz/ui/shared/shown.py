"""Which channel the browser shows already: what it chose itself is not sent back to it."""

import streamlit as st

_SENT = "sent_channel"


def channel_to_send(maps: str, channel: int | None) -> int | None:
    """Return the channel in focus that goes with maps.

    So long as the browser alone chooses, the maps stay the same bytes and do not cross again.

    Args:
        maps: What the maps are of.
        channel: The channel in focus.
    """
    known: tuple[str, int | None, int | None] | None = st.session_state.get(_SENT)
    if known is None or (known[0], known[2]) != (maps, channel):
        known = (maps, channel, channel)
        st.session_state[_SENT] = known
    return known[1]


def heard_channel(channel: int) -> None:
    """Remember that the browser shows this channel already."""
    maps, sent, _channel = st.session_state[_SENT]
    st.session_state[_SENT] = (maps, sent, channel)
