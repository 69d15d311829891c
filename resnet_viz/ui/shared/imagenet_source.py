"""ImageNet's weights: fetched with progress, or dropped here by someone who fetched them in another way."""

from functools import partial

import streamlit as st

from resnet_viz.images.preprocess import NORMALISATIONS
from resnet_viz.messages import gettext as _
from resnet_viz.messages import joined
from resnet_viz.server import services
from resnet_viz.spec import ResNetSpec
from resnet_viz.ui import say, state
from resnet_viz.ui.shared import uploads
from resnet_viz.viz.words import short_bytes
from resnet_viz.weights.choice import IMAGENET
from resnet_viz.weights.imagenet import FILES, ImageNetFile, file_for

_PRESET = "keras-v1"
_WANTED = "imagenet"


def show(spec: ResNetSpec) -> None:
    """Draw what these weights are, and how they come here if they are not."""
    file = file_for(spec)
    if file is None:
        st.markdown(_("There are ImageNet weights for these networks: {names}.").format(names=joined(FILES)))
        st.button(
            _("Take `{preset}`").format(preset=_PRESET), key="imagenet_preset", on_click=_take, args=(FILES[_PRESET],)
        )
        return
    arrays = services.imagenet_store().load(file)
    if arrays:
        st.markdown(
            _("`{name}`, {n} arrays, sha256 `{sha}`; pixels {pixels}.").format(
                name=file.name,
                n=len(arrays.shapes),
                sha=arrays.sha256[:16],
                pixels=NORMALISATIONS[file.normalisation].formula(),
            )
        )
    else:
        _show_fetching(file)


def show_offer(spec: ResNetSpec, place: str) -> None:
    """Draw one button that takes ImageNet's weights with their network, size and pixels, and fetches them if need be."""
    file = file_for(spec) or FILES[_PRESET]
    is_here = services.imagenet_store().load(file) is not None
    if is_here and state.is_wanted(_WANTED):
        _take(file)
        st.rerun()
    label = _("Use ImageNet's weights")
    if not is_here:
        label = _("{what} ({size} to fetch)").format(what=label, size=short_bytes(file.size_bytes))
    st.button(label, key=f"{place}_imagenet", on_click=_take_or_fetch, args=(file,))
    if state.is_wanted(_WANTED):
        _open_fetching(file, place)


def _open_fetching(file: ImageNetFile, place: str) -> None:
    """Show in the middle of the page how far the weights are, or how they come here without a network."""

    @st.dialog(_("ImageNet's weights"), on_dismiss=lambda: state.forget(_WANTED))
    def fetching() -> None:
        store = services.imagenet_store()
        if store.load(file) is not None or not state.is_wanted(_WANTED):
            st.rerun()
        st.markdown(
            _("They know photos of 1,000 kinds of things. They bring their own network, and pictures of 224 px.")
        )
        if store.download(file).is_running:
            _show_running(file, place)
        else:
            _show_ways(file, place)

    fetching()


def _show_running(file: ImageNetFile, place: str) -> None:
    """Draw a running download and a way out of it."""
    _show_progress(file)
    st.button(_("Cancel"), key=f"{place}_imagenet_cancel", on_click=_cancel, args=(file,))


@st.fragment(run_every=1.0)
def _show_progress(file: ImageNetFile) -> None:
    """Draw a running download until it ends; then the page is drawn anew."""
    download = services.imagenet_store().download(file)
    if not download.is_running:
        st.rerun()
    done, total = download.progress
    text = _("{done} of about {total}").format(done=short_bytes(done), total=short_bytes(total))
    st.progress(min(1.0, done / total), text=text)


def _show_fetching(file: ImageNetFile) -> None:
    store = services.imagenet_store()
    download = store.download(file)
    st.markdown(
        _(
            "Not on this machine yet: about {size} from\n\n`{url}`\n\nMD5 `{md5}` (Keras publishes no sha256), kept in\n\n`{folder}`"
        ).format(size=short_bytes(file.size_bytes), url=file.url, md5=file.md5, folder=store.folder)
    )
    if download.is_running:
        _show_running(file, "line")
        return
    _show_ways(file, "line")


def _show_ways(file: ImageNetFile, place: str) -> None:
    """Draw how a file comes here that is not on its way: by the network, or by hand."""
    download = services.imagenet_store().download(file)
    if download.sentence:
        st.markdown(
            _("**They could not be fetched.** Try again, or drop the file below."), help=say.plain(download.sentence)
        )
    st.button(_("Fetch them"), key=f"{place}_imagenet_fetch", on_click=download.start)
    key = f"{place}_imagenet_drop"
    uploads.show(
        _("Without a network here: fetch `{name}` in any way, and drop it here").format(name=file.name),
        key,
        partial(_adopt, file, key),
        help=file.url,
    )


def _take_or_fetch(file: ImageNetFile) -> None:
    """Take the weights, or begin to fetch them; they are taken when they have come."""
    store = services.imagenet_store()
    if store.load(file) is not None:
        _take(file)
        return
    state.want(_WANTED)
    store.download(file).start()


def _cancel(file: ImageNetFile) -> None:
    services.imagenet_store().download(file).cancel()
    state.forget(_WANTED)


def _adopt(file: ImageNetFile, key: str) -> None:
    dropped = state.received(key)
    if dropped is None:
        return
    with st.spinner(_("Checking the weights in a process of their own …"), show_time=True):
        services.imagenet_store().adopt(file, dropped.getvalue())


def _take(file: ImageNetFile) -> None:
    """Take a network that has ImageNet weights, with them, their size and their pixels; no class means what it did."""
    state.forget(_WANTED)
    state.update(
        lambda now: now.with_preset(file.preset).having(weights=IMAGENET, normalisation=file.normalisation, target="")
    )
