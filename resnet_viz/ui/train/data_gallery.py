"""The pictures of a run: what they look like, how many of each class, how they are split, whose they are."""

from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from resnet_viz.datasets.archives import MAX_BYTES, FolderSet, keep_folders
from resnet_viz.datasets.catalogue import arrays_file, data_sets
from resnet_viz.datasets.cifar10 import cifar10
from resnet_viz.datasets.plan import DataPlan
from resnet_viz.datasets.sources import Source, open_source
from resnet_viz.errors import DataError, ResNetVizError
from resnet_viz.messages import gettext as _
from resnet_viz.owners import is_used
from resnet_viz.server import services
from resnet_viz.subject.views import TrainView, parse_settings
from resnet_viz.training.demos import demos
from resnet_viz.training.plan import Plan, check_memory
from resnet_viz.ui import say, state
from resnet_viz.ui.actions import live
from resnet_viz.ui.own_runs import run_owner
from resnet_viz.ui.shared import controls, uploads
from resnet_viz.viz.contact_sheet import TILE_PX, contact_sheet, order_text
from resnet_viz.viz.words import class_name

_GALLERY, _COLUMNS = 36, 18


def show(plan: Plan) -> None:
    """Draw the pictures of the plan, and behind them the ways to other ones."""
    source = _source(own_plan(plan))
    if source is not None:
        _show_pictures(source, _GALLERY, columns=_COLUMNS)
        st.markdown(_split_text(source), help=data_sets()[plan.data.source].licence)
    with st.expander(_("Other pictures: digits, CIFAR-10, your own"), expanded=source is None):
        controls.select(
            _("Pictures"),
            data_sets(),
            plan.data.source,
            use_source,
            key="data_source",
            title=lambda name: data_sets()[name].title,
            label_visibility="collapsed",
            width=330,
        )
        left, right = st.columns(2, gap="medium")
        with left:
            _show_upload(plan.data.source)
        with right:
            _show_download()
        if source is not None:
            _show_counts(source)


def own_folder() -> str:
    """Return the name under which this visitor's own folders are kept."""
    return run_owner()[:32]


def own_plan(plan: Plan) -> Plan:
    """Return a plan on the visitor's own folders, where it trains on folders: whoever sent the link has their own."""
    return plan.with_folder(own_folder()) if plan.data.source == "folders" else plan


def _source(plan: Plan) -> Source | None:
    """Return the pictures of a plan at the size of a tile, where a run of them can be kept in memory."""
    try:
        source = _opened(plan.data, min(plan.size_px, TILE_PX), _version(plan.data))
        check_memory(plan, source.train_count + source.validation_count)
    except ResNetVizError as error:
        say.info(str(error))
        return None
    return source


def _version(plan: DataPlan) -> int:
    """Return what changes when other pictures take the place of a plan's; looking at a visitor's own is a use of them."""
    path = arrays_file(services.pictures_folder(), plan.source, plan.folder)
    try:
        return path.stat().st_ino if plan.source != "folders" or is_used(path) else 0
    except OSError:
        return 0


@lru_cache(maxsize=8)
def _opened(plan: DataPlan, size_px: int, _version: int) -> Source:
    return open_source(plan, size_px, services.pictures_folder())


def _show_pictures(source: Source, count: int, *, columns: int) -> None:
    shown = min(count, source.train_count or count)
    images, labels = source.train(np.arange(shown))
    with st.container(key=f"maps_gallery_{count}"):
        st.image(
            contact_sheet(images, columns), width="stretch", output_format="PNG", alt=_("Some of the training pictures")
        )
    st.markdown(order_text([say.plain(class_name(source.classes[label])) for label in labels]))


def _split_text(source: Source) -> str:
    train = f"{source.train_count:,}" if source.train_count else _("endless, none twice")
    return _("{n} classes. To train on: {train}. Held back: {validation}.").format(
        n=len(source.classes), train=train, validation=f"{source.validation_count:,}"
    )


def _show_counts(source: Source) -> None:
    """Draw how many pictures each class has on either side of the split."""
    rows: dict[str, Any] = {_("Class"): [class_name(name) for name in source.classes]}
    if source.train_counts:
        rows[_("To train on")] = source.train_counts
    rows[_("Held back")] = source.validation_counts
    st.dataframe(pd.DataFrame(rows), hide_index=True, width="stretch")


def _show_download() -> None:
    """Draw the fetching of CIFAR-10 with its progress and a way out; it goes on while pages change."""
    download = cifar10(services.pictures_folder())
    if download.is_here:
        return
    st.markdown(_("**CIFAR-10** is not on this machine: {n:.0f} MB.").format(n=download.size_bytes / 1e6))
    if not download.is_running:
        st.button(_("Fetch it"), key="cifar_fetch", on_click=download.start)
        if download.sentence:
            say.warning(download.sentence)
        st.markdown(
            _("Without a network: put the file there by hand."),
            help=_("Fetch `{url}` (sha256 `{sha}…`) in any way and put it at `{path}`.").format(
                url=download.url, sha=download.digest[:16], path=download.target
            ),
        )
        return
    live(_draw_download, 0.5)()
    st.button(_("Cancel"), key="cifar_cancel", on_click=download.cancel)


def _draw_download() -> bool:
    download = cifar10(services.pictures_folder())
    if not download.is_running:
        return False
    done, total = download.progress
    st.progress(
        min(1.0, done / total), text=_("{done:.0f} of {total:.0f} MB").format(done=done / 1e6, total=total / 1e6)
    )
    return True


def _show_upload(source: str) -> None:
    """Draw the taking of a zip of class folders."""
    uploads.show(
        _("Your own: a zip with one folder of pictures per class (at most {n} MB)").format(n=MAX_BYTES // 10**6),
        "folders_upload",
        _take_zip,
        kinds=("zip",),
        most_mb=MAX_BYTES // 10**6,
    )
    path = arrays_file(services.pictures_folder(), "folders", own_folder())
    if path.is_file():
        with st.container(horizontal=True):
            if source != "folders":
                st.button(_("Use my folders"), key="folders_use", on_click=use_source, args=("folders",))
            st.button(_("Delete my folders"), key="folders_delete", on_click=_forget_folders)


def _take_zip() -> None:
    file = state.received("folders_upload")
    if file is None:
        return
    with st.spinner(_("Reading the pictures in a process of their own …"), show_time=True):
        kept: FolderSet = keep_folders(file, services.pictures_folder(), own_folder(), services.room())
    for sentence in kept.notes:
        state.add_problem(sentence)
    use_source("folders")


def use_source(name: str) -> None:
    """Train on another source: on all of its pictures but the held-back ones."""
    state.update(lambda now: now.changing(_settings_with(name, now.train)))


def _settings_with(name: str, shown: TrainView) -> dict[str, str]:
    """Return the settings of a plan on another source."""
    others = {path: text for path, text in parse_settings(shown.settings).items() if not path.startswith("data.")}
    if name == demos()[shown.demo].plan.data.source:
        return others
    settings = {"data.source": name, "data.train": "1536" if name == "shapes" else "0"}
    if name == "folders":
        settings["data.validation"] = str(_held_back())
    return others | settings


def _held_back() -> int:
    """Return a fifth of the visitor's own pictures, at least one a class."""
    path = arrays_file(services.pictures_folder(), "folders", own_folder())
    if not path.is_file():
        raise DataError(_("Upload a zip with one folder of pictures per class first."))
    with np.load(path, allow_pickle=False) as file:
        return max(len(file["classes"]), len(file["labels"]) // 5)


def _forget_folders() -> None:
    arrays_file(services.pictures_folder(), "folders", own_folder()).unlink(missing_ok=True)
    use_source(demos()[state.subject().train.demo].plan.data.source)
