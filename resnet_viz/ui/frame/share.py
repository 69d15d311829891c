"""The link to what is on screen, with an address that others in the room can reach, and its QR code."""

from urllib.parse import urlencode, urlsplit

import ifaddr
import segno
import streamlit as st

from resnet_viz.messages import gettext as _
from resnet_viz.subject.links import to_params
from resnet_viz.subject.subject import UPLOAD, Subject
from resnet_viz.ui import say, state
from resnet_viz.weights.store import PLACES

_HERE = ("localhost", "127.0.0.1", "::1")


def show(subject: Subject) -> None:
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
    link = f"{base}/{state.PAGE.get()}?{urlencode(to_params(subject))}"
    st.markdown(_("Scan the code or open the link: it leads to exactly this view."))
    code = segno.make(link, error="m")
    # On a projector it is scanned from the last row.
    st.image(code.svg_inline(scale=4, border=3, light="white"), width=360 if subject.viewer.present else 240)
    st.code(link, language=None, wrap_lines=True)
    for sentence in _hindrances(subject.image, subject.weights, address):
        say.warning(sentence)
    st.markdown(_("It does not open? Guest Wi-Fi often keeps machines apart. Then try a hotspot or a cable."))


def _hindrances(image: str, weights: str, address: str) -> list[str]:
    """Return what of this view others will not see, and what keeps them from opening it at all."""
    found = []
    if st.get_option("server.address") in _HERE:
        found.append(
            _(
                "Only this machine can open the link. To let others in, start the server with `--server.address 0.0.0.0`."
            )
        )
    elif address in _HERE:
        found.append(_("No network was found, so the link works on this machine only."))
    if image == UPLOAD:
        found.append(_("Your picture stays with you: others see the link without it."))
    if weights in PLACES:
        found.append(_("Your weights file stays with you: others see the network without it."))
    return found


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
