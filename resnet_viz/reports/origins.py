"""How a trial's numbers came about, for the files that carry them."""

import time

from resnet_viz.analysis.arithmetic import shape_text
from resnet_viz.images.samples import sample_title
from resnet_viz.messages import gettext as _
from resnet_viz.messages import joined
from resnet_viz.reports.names import weights_text
from resnet_viz.spec import PRESETS
from resnet_viz.spec.changes import changed_paths
from resnet_viz.subject.subject import UPLOAD
from resnet_viz.subject.trial import Trial
from resnet_viz.viz.origin import Origin
from resnet_viz.viz.takehome import About


def origin_of(trial: Trial, image: str = "") -> Origin:
    """Return everything that a trial's answers depend on.

    Args:
        trial: The trial.
        image: What its picture is called, if that may be told.
    """
    return Origin(
        preset=trial.preset,
        specification=trial.spec,
        weights=weights_text(trial.weights, trial.spec),
        weights_sha256=trial.weights.file.sha256 if trial.weights.file else "",
        random_layers=trial.weights.random_layers,
        surgery=trial.surgery.to_text(),
        image=image or trial.image,
        image_sha256=trial.picture.sha256,
        resize=trial.preparation.resize,
        interpolation=trial.preparation.interpolation,
        pixels=trial.preparation.normalisation,
        normalisation=trial.normalisation.formula(),
    )


def about_of(trial: Trial, prediction: str, image: str = "") -> About:
    """Return what a file says above its view; `image` as for `origin_of`."""
    counts = _("{n} parameters").format(n=f"{trial.summary.totals.parameters:,}")
    changes = ", ".join(f"{path}={value}" for path, value in changed_paths(PRESETS[trial.preset], trial.spec).items())
    title = joined(filter(None, [trial.preset, changes, shape_text(trial.spec.input_shape), counts]))
    done = trial.surgery.to_text()
    called = image or (_("your own") if trial.image == UPLOAD else sample_title(trial.image))
    how = trial.normalisation.formula()
    return About(
        title,
        weights_text(trial.weights, trial.spec),
        _("after surgery: {what}").format(what=done) if done else "",
        _("image: {name}, {resize}, {rule}").format(name=called, resize=trial.preparation.resize, rule=how),
        prediction,
        time.strftime("%Y-%m-%d"),
    )
