"""Runs by id, for all who watch: those of this server, and the recorded ones that ship with it."""

from dataclasses import dataclass
from functools import lru_cache

from resnet_viz.analysis.curves import Metrics
from resnet_viz.jobs.store import QueueEntry
from resnet_viz.messages import gettext as _
from resnet_viz.paths import ASSETS
from resnet_viz.reports.runs import run_name
from resnet_viz.server import services
from resnet_viz.server.cache import run_feed
from resnet_viz.training.demos import demos
from resnet_viz.training.record import RunFolder, RunRecord

RECORDED = "recorded-"
_FOLDER = ASSETS / "runs"


@dataclass(frozen=True)
class Watched:
    """A run as the page shows it.

    Attributes:
        id: Its id.
        title: What it is called.
        record: How it stands.
        metrics: What was measured.
        files: Its folder.
        run: Its line in the list; None for a recorded one.
    """

    id: str
    title: str
    record: RunRecord
    metrics: list[Metrics]
    files: RunFolder
    run: QueueEntry | None

    @property
    def has_ended(self) -> bool:
        """Whether nothing more comes of itself."""
        return self.run is None or self.run.has_ended


def watched(run_id: str) -> Watched | None:
    """Return a run, or None if it was deleted or never was."""
    if run_id.startswith(RECORDED):
        return _recorded(run_id)
    run = services.run_store().find(run_id) if run_id else None
    if run is None:
        return None
    found = run_feed.read(run_id, run.state, lambda _id, since: services.runner().events_of(run, since))
    if found is None:
        return None
    return Watched(run_id, run_name(run), *found, services.run_store().files(run_id), run)


def has_recording(demo: str) -> bool:
    """Whether a recorded run of a demo ships."""
    return RunFolder(_FOLDER / demo).exists


def _recorded(run_id: str) -> Watched | None:
    name = run_id.removeprefix(RECORDED)
    if name not in demos() or not has_recording(name):
        return None
    record, metrics = _read_recording(name)
    title = _("Recorded: {title}").format(title=_(demos()[name].title))
    return Watched(run_id, title, record, metrics, RunFolder(_FOLDER / name), None)


@lru_cache(maxsize=16)
def _read_recording(name: str) -> tuple[RunRecord, list[Metrics]]:
    folder = RunFolder(_FOLDER / name)
    return folder.load(), folder.read_metrics()[0]
