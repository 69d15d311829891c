"""The link to what is on screen, with an address that others in the room can reach, and its QR code."""

from urllib.parse import urlencode, urlsplit

import ifaddr
import segno
import streamlit as st

from resnet_viz.messages import gettext as _
from resnet_viz.ui import say, state
from resnet_viz.ui.selection import Selection

_HERE = ("localhost", "127.0.0.1", "::1")


def show(selection: Selection) -> None:
    """Draw the choice of an address, the link, its code, and what may stand in the way."""
    here = urlsplit(st.context.url or "")
    addresses = _addresses(here.hostname)
    if len(addresses) > 1:
        address = st.selectbox(
            _("Address others can reach"), list(addresses), format_func=addresses.__getitem__, key="share_address"
        )
    else:
        address = next(iter(addresses))
    port = here.port or st.get_option("server.port")
    base = f"{here.scheme or 'http'}://{address}" + (f":{port}" if port not in (80, 443) else "")
    link = f"{base}/{state.page()}?{urlencode(selection.to_params())}"
    st.code(link, language=None, wrap_lines=True)
    code = segno.make(link, error="m")
    st.image(code.svg_inline(scale=4, border=3, light="white"), width=240)
    if st.get_option("server.address") in _HERE:
        say.warning(
            _(
                "This server listens on this machine only: start it with `--server.address 0.0.0.0` and others can open the link."
            )
        )
    elif address in _HERE:
        say.warning(_("This address works on this machine only; no network was found."))
    st.markdown(
        _(
            "Guest Wi-Fi may keep people's machines apart; then use a hotspot or a cable. A camera works on `localhost` and over https only. An uploaded picture or weights file is not in the link."
        )
    )


def _addresses(current: str | None) -> dict[str, str]:
    """Return this machine's addresses and where they lead, the one in use first, this machine's own last."""
    found: dict[str, str] = {}
    if current and current not in _HERE:
        found[current] = _("{address} (as you opened it)").format(address=current)
    for adapter in ifaddr.get_adapters():
        for ip in adapter.ips:
            if ip.is_IPv4 and not str(ip.ip).startswith(("127.", "169.254.")):
                found.setdefault(str(ip.ip), f"{ip.ip} ({adapter.nice_name})")
    return found or {"localhost": _("localhost (this machine only)")}
