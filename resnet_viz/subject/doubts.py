"""Why a prediction is not to be taken at its word: one cause, one sentence, one way out."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from resnet_viz.images.preprocess import normalisation_name
from resnet_viz.images.samples import DRAWINGS, SHAPES, sample_title
from resnet_viz.messages import N_, Titles, joined, ngettext
from resnet_viz.messages import gettext as _
from resnet_viz.spec import ResNetSpec
from resnet_viz.spec.changes import is_built_alike
from resnet_viz.subject.subject import UPLOAD
from resnet_viz.subject.trial import Trial
from resnet_viz.weights.choice import LearnedFrom, fits_shipped
from resnet_viz.weights.imagenet import file_for

# Where the weights come from, as `Subject.weights` begins; what is in view.
Source = Literal["shapes", "random", "file", "imagenet", "run"]
Kind = Literal["shape", "shapes", "drawing", "photo", "own"]


class Cause(StrEnum):
    """What is wrong; the first one that holds is told, from what spoils most to what spoils least."""

    REFUSED = "refused"
    GONE = "gone"
    NOT_FETCHED = "not-fetched"
    NO_IMAGENET = "no-imagenet"
    RANDOM = "random"
    ELSEWHERE = "elsewhere"
    SIZE = "size"
    CLASSES = "classes"
    PARTIAL = "partial"
    PLAIN = "plain"
    NETWORK = "network"
    SCALE = "scale"
    UNSAID = "unsaid"
    PIXELS = "pixels"
    SURGERY = "surgery"
    PICTURE = "picture"


class Remedy(StrEnum):
    """What one button does about it."""

    IMAGENET = "imagenet"
    TRAINED = "trained"
    RANDOM = "random"
    SIZE = "size"
    CLASSES = "classes"
    SHORTCUTS = "shortcuts"
    NETWORK = "network"
    UNDO = "undo"
    SAY = "say"
    PIXELS = "pixels"
    WHOLE = "whole"
    SHAPE = "shape"
    PHOTO = "photo"


@dataclass(frozen=True, kw_only=True)
class Situation:
    """What a prediction rests on.

    Attributes:
        spec: The network in view.
        source: Where its weights were to come from.
        is_here: Whether they are here; else the network has its random start.
        made_for: The network they were learned in; None if nobody knows.
        refusal: Why nothing of them fits, or "".
        random_layers: Layers that keep their random start.
        is_misshapen: Whether one of those has an array in another shape, not none.
        fits_shipped: Whether the shipped weights fit this network as it is.
        has_imagenet: Whether ImageNet's weights are published for this network, whatever its size and classes.
        learned_from: What pictures the weights were learned from.
        wants_pixels: Whether they were learned with other pixel values.
        unsaid_pixels: How pixels are prepared where neither the file nor a person has said it, by name; or "".
        has_surgery: Whether parts of the network are switched off.
        kind: What the picture is.
        title: What it is called.
    """

    spec: ResNetSpec
    source: Source
    is_here: bool = True
    made_for: ResNetSpec | None = None
    refusal: str = ""
    random_layers: tuple[str, ...] = ()
    is_misshapen: bool = False
    fits_shipped: bool = False
    has_imagenet: bool = False
    learned_from: LearnedFrom = ""
    wants_pixels: bool = False
    unsaid_pixels: str = ""
    has_surgery: bool = False
    kind: Kind = "shape"
    title: str = ""


@dataclass(frozen=True)
class Doubt:
    """Why a prediction is not to be taken at its word.

    Attributes:
        cause: What is wrong.
        sentence: That, for a reader.
        remedy: What helps; None where nothing does.
    """

    cause: Cause
    sentence: str
    remedy: Remedy | None

    @property
    def is_of_weights(self) -> bool:
        """Whether the chosen weights and the network do not go together; so it is told on every page."""
        return self.cause in _OF_WEIGHTS


_OF_WEIGHTS = {
    Cause.REFUSED,
    Cause.GONE,
    Cause.NOT_FETCHED,
    Cause.NO_IMAGENET,
    Cause.SIZE,
    Cause.CLASSES,
    Cause.PARTIAL,
}


def doubt_of(trial: Trial) -> Doubt | None:
    """Return why the prediction is not to be taken at its word, or None if it is."""
    return doubt_about(situation_of(trial))


def situation_of(trial: Trial) -> Situation:
    """Return what the prediction rests on."""
    weights, kind = trial.weights, kind_of(trial.image)
    fitting, about = weights.fit, weights.file.about if weights.file else None
    source: Source = trial.source.partition(".")[0]  # type: ignore[assignment]
    return Situation(
        spec=trial.spec,
        source=source,
        is_here=weights.file is not None,
        made_for=weights.made_for,
        refusal=weights.refusal,
        random_layers=weights.random_layers,
        is_misshapen=bool(fitting and fitting.misshapen),
        fits_shipped=fits_shipped(trial.spec),
        has_imagenet=file_for(trial.spec) is not None,
        learned_from=weights.learned_from,
        wants_pixels=bool(weights.normalisation) and weights.normalisation != trial.preparation.normalisation,
        unsaid_pixels="" if about is None or about.normalisation else trial.preparation.normalisation,
        has_surgery=bool(trial.surgery),
        kind=kind,
        title="" if kind == "own" else sample_title(trial.image),
    )


def kind_of(image: str) -> Kind:
    """Return what a picture is, for weights that know some kinds only."""
    if image == UPLOAD:
        return "own"
    if image in SHAPES.indices:
        return "shape"
    if image == "shapes":
        return "shapes"
    return "drawing" if image in DRAWINGS else "photo"


def doubt_about(situation: Situation) -> Doubt | None:
    """Return why this prediction is not to be taken at its word, or None if it is."""
    finders = (_without_weights, _with_random_layers, _in_another_network, _after_surgery, _of_another_picture)
    return next((found for find in finders if (found := find(situation))), None)


_REMEDIES = Titles(
    {
        Remedy.IMAGENET: N_("Use ImageNet's weights"),
        Remedy.TRAINED: N_("Use the trained weights"),
        Remedy.RANDOM: N_("Use random weights"),
        Remedy.SIZE: N_("Back to {size} px"),
        Remedy.SHORTCUTS: N_("Put the shortcuts back"),
        Remedy.NETWORK: N_("Back to the trained network"),
        Remedy.UNDO: N_("Undo"),
        Remedy.SAY: N_("Say which…"),
        Remedy.PIXELS: N_("Use their pixel values"),
        Remedy.WHOLE: N_("Undo the surgery"),
        Remedy.SHAPE: N_("Show one of the six"),
        Remedy.PHOTO: N_("Show a photo"),
    }
)


def remedy_title(remedy: Remedy, made_for: ResNetSpec | None) -> str:
    """Return what the button says."""
    height, width = made_for.input_shape[:2] if made_for else (0, 0)
    classes = made_for.classes if made_for else 0
    if remedy is Remedy.CLASSES:
        return ngettext("Back to {n} class", "Back to {n} classes", classes).format(n=f"{classes:,}")
    return _REMEDIES(remedy).format(size=_size(height, width))


def _without_weights(now: Situation) -> Doubt | None:
    """Nothing learned is in the network."""
    if now.refusal:
        return Doubt(Cause.REFUSED, now.refusal, Remedy.TRAINED if now.fits_shipped else Remedy.RANDOM)
    if now.is_here:
        return None
    otherwise = Remedy.IMAGENET if now.has_imagenet else Remedy.NETWORK
    remedy = Remedy.TRAINED if now.fits_shipped else otherwise
    means = _("The weights are random, so the prediction means nothing.")
    if now.source == "random":
        return Doubt(Cause.RANDOM, means, remedy)
    if now.source == "shapes":
        sentence = _("The trained weights belong to another network.")
        return Doubt(Cause.ELSEWHERE, joined((sentence, means), " "), remedy)
    if now.source != "imagenet":
        sentence = _(
            "The weights of this link are not here, or not any more. Files are kept for two hours, for the browser they came from. Runs are kept until they are deleted."
        )
        return Doubt(Cause.GONE, joined((sentence, means), " "), remedy)
    if now.has_imagenet:
        sentence = _("ImageNet's weights are not on this machine yet.")
        return Doubt(Cause.NOT_FETCHED, joined((sentence, means), " "), Remedy.IMAGENET)
    sentence = _("There are no ImageNet weights for this network.")
    return Doubt(Cause.NO_IMAGENET, joined((sentence, means), " "), Remedy.IMAGENET)


def _with_random_layers(now: Situation) -> Doubt | None:
    """Some layers lack what was learned: at another size or with other classes only the last one."""
    count = len(now.random_layers)
    if not count:
        return None
    rest = _("It is random now, so the prediction means nothing. All other layers keep what they learned.")
    if not all(layer.startswith("fc") for layer in now.random_layers):
        sentence = ngettext(
            "{n} layer of this network has no weights in the file.",
            "{n} layers of this network have no weights in the file.",
            count,
        ).format(n=count)
        means = _("They are random, so the prediction means nothing.")
        return Doubt(Cause.PARTIAL, joined((sentence, means), " "), Remedy.UNDO)
    if now.is_misshapen:
        sentence = _("At {size} px the last layer needs other weights.").format(size=_size(*now.spec.input_shape[:2]))
        return Doubt(Cause.SIZE, joined((sentence, rest), " "), Remedy.SIZE if now.made_for else Remedy.UNDO)
    sentence = ngettext(
        "With {n} class the last layer needs other weights.",
        "With {n} classes the last layer needs other weights.",
        now.spec.classes,
    ).format(n=f"{now.spec.classes:,}")
    return Doubt(Cause.CLASSES, joined((sentence, rest), " "), Remedy.CLASSES if now.made_for else Remedy.UNDO)


def _in_another_network(now: Situation) -> Doubt | None:
    """All weights have a place, but in a network that computes something else."""
    if now.made_for is None:
        return None
    if now.made_for.shortcut.enabled and not now.spec.shortcut.enabled:
        sentence = _("These weights were learned with shortcuts. Without them the prediction means nothing.")
        return Doubt(Cause.PLAIN, sentence, Remedy.SHORTCUTS)
    if not is_built_alike(now.spec, now.made_for):
        sentence = _("These weights were learned in a network that was built otherwise. The prediction may be wrong.")
        return Doubt(Cause.NETWORK, sentence, Remedy.NETWORK)
    if now.spec.input_shape != now.made_for.input_shape:
        sentence = _("These weights were learned at {size} px. At another size the prediction may be wrong.")
        return Doubt(Cause.SCALE, sentence.format(size=_size(*now.made_for.input_shape[:2])), Remedy.SIZE)
    return None


def _after_surgery(now: Situation) -> Doubt | None:
    """The network or its input is not as it was while it learned."""
    if now.unsaid_pixels:
        sentence = _("Nobody has said which pixel values these weights were learned with. {name} is a guess.")
        return Doubt(Cause.UNSAID, sentence.format(name=normalisation_name(now.unsaid_pixels)), Remedy.SAY)
    if now.wants_pixels:
        sentence = _("These weights were learned with other pixel values. The prediction may be wrong.")
        return Doubt(Cause.PIXELS, sentence, Remedy.PIXELS)
    if now.has_surgery:
        sentence = _("A part of the network is switched off that was there while it learned.")
        return Doubt(Cause.SURGERY, sentence, Remedy.WHOLE)
    return None


def _of_another_picture(now: Situation) -> Doubt | None:
    """The network has never seen a picture of that kind."""
    if now.learned_from == "shapes" and now.kind != "shape":
        if now.kind == "shapes":
            sentence = _("This network learned from pictures with one shape. Here it must name one of four.")
        elif now.kind == "own":
            sentence = _("This network knows only six shapes. It can only say which shape your picture looks like.")
        elif now.kind == "drawing":
            sentence = _("This network knows only six shapes. It can only say which shape this drawing looks like.")
        else:
            sentence = _("This network knows only six shapes. It can only say which shape the {name} looks like.")
        is_photo = now.kind in ("photo", "own")
        remedy = Remedy.IMAGENET if is_photo else Remedy.SHAPE
        return Doubt(Cause.PICTURE, sentence.format(name=now.title), remedy)
    if now.learned_from == "photos" and now.kind not in ("photo", "own"):
        sentence = _("This network learned from photos of 1,000 kinds of things. This picture is a drawing.")
        return Doubt(Cause.PICTURE, sentence, Remedy.PHOTO)
    if now.learned_from == "other":
        sentence = ngettext(
            "This network learned from other pictures. It knows only its own {n} class.",
            "This network learned from other pictures. It knows only its own {n} classes.",
            now.spec.classes,
        ).format(n=f"{now.spec.classes:,}")
        return Doubt(Cause.PICTURE, sentence, None)
    return None


def _size(height: int, width: int) -> str:
    return str(height) if height == width else f"{height}×{width}"
