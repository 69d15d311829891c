"""The subject of a page run, resolved with what is the visitor's and the server's; once, for all parts of the page."""

import contextlib
from collections.abc import Iterator

from resnet_viz.images.reader import Picture
from resnet_viz.server import services
from resnet_viz.server.cache import activations
from resnet_viz.server.watched import watched
from resnet_viz.subject.subject import Subject
from resnet_viz.subject.trial import Arrays, Trial, trial_of
from resnet_viz.training.learned import learned
from resnet_viz.ui import state
from resnet_viz.ui.slots import Slot
from resnet_viz.weights.choice import IMAGENET, Trained
from resnet_viz.weights.imagenet import ImageNetFile, file_for
from resnet_viz.weights.store import WeightsFile

_TRIAL: Slot[Trial | None] = Slot("trial", None)


class _VisitorStores:
    """What a link names and does not hold, for the visitor whose session this is."""

    @property
    def arrays(self) -> Arrays:
        return activations

    def own_picture(self) -> Picture | None:
        return services.uploads().load(state.owner())

    def own_weights(self, place: str) -> WeightsFile | None:
        return services.weights_store().load(state.owner(), place)

    def imagenet(self, file: ImageNetFile) -> WeightsFile | None:
        return services.imagenet_store().load(file)

    def trained(self, run_id: str, name: str) -> Trained | None:
        """Return a run's trained weights; whoever knows the run's id may look at them, as at its curves."""
        found = watched(run_id)
        return learned(found.title, found.record, found.files, name) if found else None


def trial_for(subject: Subject) -> Trial:
    """Return what any subject comes to for this visitor."""
    return trial_of(subject, _VisitorStores())


@contextlib.contextmanager
def one_run() -> Iterator[Trial]:
    """Resolve the subject for a run of a page; what it came to is let go with the run, for it holds whole pictures."""
    found = trial_for(state.subject())
    _TRIAL.set(found)
    try:
        yield found
    finally:
        _TRIAL.take()


def trial() -> Trial:
    """Return what the subject of this run comes to."""
    return _TRIAL.get() or trial_for(state.subject())


def choose_weights(name: str) -> None:
    """Take other weights, and the preprocessing they were trained with."""
    after = state.subject().having(weights=name)
    wanted = trial_for(after).weights.normalisation
    if name == IMAGENET:
        file = file_for(after.spec)
        wanted = file.normalisation if file else wanted
    state.set_parts(weights=name, normalisation=wanted or after.preparation.normalisation)
