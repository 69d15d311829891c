"""The picture of a run on its page: networks with their numbers, and their curves, which play by themselves."""

import time
from typing import Any

from resnet_viz.analysis import NetworkSummary, network
from resnet_viz.analysis.curves import Metrics
from resnet_viz.backends import why_missing
from resnet_viz.datasets.catalogue import data_sets
from resnet_viz.messages import N_, Titles, ngettext
from resnet_viz.messages import gettext as _
from resnet_viz.server.watched import Watched, has_recording
from resnet_viz.subject.views import TrainView, Viewer
from resnet_viz.training.plan import Plan
from resnet_viz.training.record import PHASES
from resnet_viz.ui import replay, state
from resnet_viz.ui.own_runs import is_own
from resnet_viz.ui.shared.component import as_json, component
from resnet_viz.viz.learning import learning_data

KEY = "learning"
# A replay plays through in this time, whatever the run took.
_LASTS_S = 10.0


def show(viewer: Viewer, found: Watched, runs: dict[str, list[Metrics]], name: str) -> None:
    """Draw a run as it stands, or as it went; a recorded one plays when it is opened."""
    record = found.record
    classes = len(record.classes) or classes_of(record.plan)
    data = learning_data(networks_of(record.plan, classes), runs, name, steps=_steps(found), classes=classes)
    can_play = found.has_ended and bool(found.metrics)
    more = {
        "id": found.id,
        "can_play": can_play,
        "plays": replay.plays(found.id) if found.run is None else 0,
        "at": replay.shown_at(found.id, data["x"]["last"]) if can_play else None,
        "end": found.metrics[-1]["update"] if can_play else 0,
        "lasts_s": _LASTS_S,
        "is_tall": viewer.present,
        "steps": clock(found),
        "invitation": _waits_for(found),
    }
    component("learning")(key=KEY, data=as_json(data | more), on_did_change=lambda: _take(found.id))


def invite(shown: TrainView, name: str) -> None:
    """Draw the networks that would learn, and the empty axes on which they will."""
    plan = shown.plan
    classes = classes_of(plan)
    data = learning_data(networks_of(plan, classes), {}, name, steps=plan.updates, classes=classes)
    more = {
        "id": f"plan/{shown.demo}",
        "can_play": False,
        "plays": 0,
        "lasts_s": _LASTS_S,
        "is_tall": state.subject().viewer.present,
        "invitation": _invitation(shown.demo),
        "aside": _beside_the_others(plan, classes),
    }
    component("learning")(key=KEY, data=as_json(data | more))


def _invitation(demo: str) -> str:
    """Return what there is to press; "" where nothing is."""
    if why_missing():
        return _("Press Replay to watch a recorded run.") if has_recording(demo) else ""
    if has_recording(demo):
        return _("Press Train, or Replay to watch a recorded run.")
    return _("Press Train to see how they learn.")


def _beside_the_others(plan: Plan, classes: int) -> str:
    """Return that these are not the network of the other pages; "" where they are as large, only trained otherwise."""
    known = state.subject().summary.totals.parameters
    sizes = [summary.totals.parameters for summary in networks_of(plan, classes).values()]
    if all(size == known for size in sizes):
        return ""
    if all(size < known for size in sizes):
        text = ngettext(
            "This network is smaller than the one on the other pages.",
            "These networks are smaller than the one on the other pages.",
            len(sizes),
        )
    else:
        text = ngettext(
            "This is another network than on the other pages.",
            "These are other networks than on the other pages.",
            len(sizes),
        )
    return text


def networks_of(plan: Plan, classes: int) -> dict[str, NetworkSummary]:
    """Return the account of each network of a plan, by name."""
    return {name: network(spec) for name, spec in plan.specs(classes).items()}


def classes_of(plan: Plan) -> int:
    """Return the number of classes of a plan's pictures, 2 where only the visitor's own folders tell."""
    return data_sets()[plan.data.source].classes or 2


phase_text = Titles(
    {
        "import": N_("Starting Keras"),
        "data": N_("Reading the pictures"),
        "build": N_("Building the networks"),
        "compile": N_("Compiling: turning the networks into fast code"),
        "train": N_("Training"),
        "evaluate": N_("Looking at the held-back pictures"),
    }
)
"""What a run does, by the name of its phase."""


def _steps(found: Watched) -> int:
    """Return where the axis of a run ends: its budget, or where its pace will lead it."""
    record = found.record
    if found.has_ended or record.plan.updates:
        return 0 if found.has_ended else record.plan.updates
    share = record.spent_s / record.plan.seconds if record.plan.seconds else 0
    return round(record.update / share) if share else 0


def _waits_for(found: Watched) -> str:
    """Return what a run waits for that has nothing to show yet; "" where it goes on by itself."""
    if found.record.state != "prepared":
        return ""
    return _("Ready. Press Start now.") if is_own(found) else _("Ready. It begins when its owner starts it.")


def clock(found: Watched) -> dict[str, Any] | None:
    """Return the steps before the first measurement, with the seconds they took, so that nobody looks at a blank page."""
    record = found.record
    if found.metrics or record.state not in ("preparing", "running") or found.run is None:
        return None
    # What it waited before a click, ready, is nothing that it did.
    running = max(0.0, time.time() - (record.phase_since or found.run.created))
    steps = []
    for phase in PHASES[:-1]:
        is_now = phase == (record.phase or PHASES[0])
        kind = "now" if is_now else "done" if phase in record.phases else "later"
        seconds = running if is_now else record.phases.get(phase, 0.0)
        text = _("First steps") if phase == "train" else phase_text(phase)
        steps.append({"text": text, "seconds": seconds, "state": kind})
    return {"list": steps, "elapsed_s": sum(step["seconds"] for step in steps)}


def _take(run_id: str) -> None:
    """Let the charts below follow to where the picture stands still."""
    if event := state.news(KEY):
        replay.show_at(run_id, int(event.get("update", 0)))
