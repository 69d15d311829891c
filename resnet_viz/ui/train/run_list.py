"""Every run of the visitor's: to open, compare, rename, delete, take along."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial

import pandas as pd
import streamlit as st

from resnet_viz.jobs.store import QueueEntry
from resnet_viz.messages import gettext as _
from resnet_viz.messages import ngettext
from resnet_viz.reports.runs import metrics_csv, run_name, run_zip, state_name
from resnet_viz.server import services
from resnet_viz.server.watched import RECORDED, Watched, has_recording, watched
from resnet_viz.subject.parts import MAX_COMPARED
from resnet_viz.subject.views import TrainView
from resnet_viz.training.conclusions import conclusion_of
from resnet_viz.training.demos import demos
from resnet_viz.ui import state
from resnet_viz.ui.actions import action, live
from resnet_viz.ui.own_runs import is_own, run_owner

_EVERY_S = 3.0


def show(shown: TrainView) -> None:
    """Draw the list, and what can be done with the run that is open."""
    runs = services.runner().list(run_owner())
    found = watched(shown.run)
    if not runs and found is None:
        return
    st.subheader(_("Your runs"), anchor=False)
    if found is not None:
        _show_actions(shown.compared, found, runs)
    if runs:
        every = None if all(run.has_ended for run in runs) else _EVERY_S
        live(_draw_table, every)(shown.run)


def _draw_table(opened: str) -> bool:
    """Draw the list as it stands; a row that was clicked opens on the whole page."""
    runs = services.runner().list(run_owner())
    if state.subject().train.run != opened or not runs:
        return False
    _show_table(runs)
    return True


def _show_actions(compared: Sequence[str], found: Watched, runs: Sequence[QueueEntry]) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        titles = {run.id: run_name(run) for run in runs if run.id != found.id}
        titles |= {
            f"{RECORDED}{name}": _("Recorded: {title}").format(title=_(own.title))
            for name, own in demos().items()
            if has_recording(name)
        }
        titles.pop(found.id, None)
        key = state.bind("runs_compared", [name for name in compared if name in titles])
        st.multiselect(
            _("Draw beside it"),
            list(titles),
            key=key,
            format_func=lambda name: titles.get(name, name),
            max_selections=MAX_COMPARED,
            on_change=lambda: state.set_parts(compared=tuple(state.typed(key))),
            width=340,
        )
        stem = f"run-{found.id}"
        if found.metrics:
            st.download_button(
                _("Measurements (CSV)"),
                partial(metrics_csv, found.metrics),
                file_name=f"{stem}.csv",
                mime="text/csv",
                on_click="ignore",
            )
        if found.files.weights.is_dir():
            for network in found.record.final:
                path = found.files.weights / f"{network}.safetensors"
                if path.is_file():
                    st.download_button(
                        _("Weights: {network}").format(network=network),
                        path.read_bytes,
                        file_name=f"{stem}-{network}.safetensors",
                        mime="application/octet-stream",
                        key=f"run_weights_{network}",
                        on_click="ignore",
                    )
        st.download_button(
            _("All of it (zip)"),
            partial(run_zip, found.record, found.metrics, found.files),
            file_name=f"{stem}.zip",
            mime="application/zip",
            on_click="ignore",
        )
        if is_own(found) and found.run is not None:
            with st.popover(_("Rename or delete")):
                _show_rename(found.run)


def _show_rename(run: QueueEntry) -> None:
    key = state.bind("run_name", run_name(run))
    st.text_input(_("Name"), key=key, max_chars=60, on_change=_rename, args=(run.id, key))
    st.button(
        _("Delete this run with its weights"),
        key="run_delete",
        on_click=_delete,
        args=(run.id,),
    )


@action
def _rename(run_id: str, key: str) -> None:
    services.runner().rename(run_id, run_owner(), state.typed(key))


@action
def _delete(run_id: str) -> None:
    services.runner().delete(run_id, run_owner())
    subject = state.subject()
    compared = tuple(name for name in subject.train.compared if name != run_id)
    state.set_parts(run="" if subject.train.run == run_id else subject.train.run, compared=compared)


def _show_table(runs: Sequence[QueueEntry]) -> None:
    """Draw one row a run; a click on a row opens it."""
    rows = [_row(run) for run in runs]
    running, waiting = services.runner().counts()
    count = ngettext("{n} run", "{n} runs", len(runs)).format(n=len(runs))
    st.markdown(
        _("{count} of yours; on this server {running} running, {waiting} waiting. A click on a row opens it.").format(
            count=count, running=running, waiting=waiting
        )
    )
    frame = pd.DataFrame(rows)
    key = f"runs_table_{state.EDITS.get()}"
    st.dataframe(
        frame,
        key=key,
        hide_index=True,
        width="stretch",
        height="content" if len(rows) < 8 else 300,
        on_select=lambda: _open(key, [run.id for run in runs]),
        selection_mode="single-row",
    )


@action
def _open(key: str, ids: list[str]) -> None:
    rows = state.typed(key).selection.rows
    if rows:
        run = services.run_store().find(ids[rows[0]])
        state.set_parts(run=ids[rows[0]], **({"demo": run.demo, "settings": ""} if run and run.demo in demos() else {}))


def _row(run: QueueEntry) -> dict[str, object]:
    found = watched(run.id)
    record = found.record if found else None
    conclusion = conclusion_of(record, found.metrics).sentences[0] if found and record and found.metrics else ""
    return {
        _("Name"): run_name(run),
        _("State"): state_name(run.state),
        _("Steps"): record.update if record else 0,
        _("Seed"): record.plan.seed if record else None,
        _("Measured"): conclusion,
        _("Begun"): datetime.fromtimestamp(run.created, UTC).astimezone().strftime("%Y-%m-%d %H:%M"),
    }
