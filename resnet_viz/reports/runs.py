"""A training run as files to take along, and what its states are called."""

import csv
import io
import json
import zipfile
from collections.abc import Iterable

from resnet_viz.analysis.curves import Metrics
from resnet_viz.jobs.store import QueueEntry
from resnet_viz.messages import N_, Titles
from resnet_viz.messages import gettext as _
from resnet_viz.spec.rules import whole_of
from resnet_viz.training.demos import demos
from resnet_viz.training.record import RunFolder, RunRecord

_BY_BLOCK = ("gradient_norms", "weight_norms")


state_name = Titles(
    {
        "queued": N_("waiting"),
        "preparing": N_("getting ready"),
        "prepared": N_("ready to start"),
        "running": N_("running"),
        "paused": N_("paused"),
        "done": N_("done"),
        "cancelled": N_("cancelled"),
        "failed": N_("failed"),
        "interrupted": N_("interrupted"),
    }
)
"""What a state is called."""


def given_name(demo: str, seed: int) -> str:
    """Return what a run is kept as until its owner renames it: English, since its readers' languages come and go."""
    return f"{demos()[demo].title}, seed {seed}"


def run_name(run: QueueEntry) -> str:
    """Return what a run is called: as its owner typed it, or our name in the reader's language."""
    title, _comma, seed = run.name.rpartition(", seed ")
    own = demos().get(run.demo)
    if own is None or title != own.title or whole_of(seed) is None:
        return run.name
    return _("{title}, seed {n}").format(title=_(title), n=seed)


def metrics_csv(metrics: Iterable[Metrics]) -> str:
    """Return all measurements of a run, one row each, norms as columns ``gradient_norms.2a``."""
    rows = []
    for line in metrics:
        flat = {name: value for name, value in line.items() if not isinstance(value, dict)}
        for name in _BY_BLOCK:
            flat |= {f"{name}.{block}": value for block, value in line[name].items()}
        rows.append(flat)
    out = io.StringIO()
    columns = dict.fromkeys(name for row in rows for name in row)
    writer = csv.DictWriter(out, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def run_zip(record: RunRecord, metrics: Iterable[Metrics], files: RunFolder) -> bytes:
    """Return the record, the measurements and the weights of a run in one archive; whose pictures they were stays here."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("run.json", json.dumps({**vars(record), "plan": record.plan.to_shared()}, indent=1))
        archive.writestr("metrics.jsonl", "".join(json.dumps(line) + "\n" for line in metrics))
        if files.weights.is_dir():
            for path in sorted(files.weights.glob("*.safetensors")):
                archive.write(path, f"weights/{path.name}")
    return out.getvalue()
