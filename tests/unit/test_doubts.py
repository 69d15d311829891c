"""Every cause that spoils a prediction: one sentence, one way out."""

from dataclasses import replace

import pytest

from resnet_viz.spec import PRESETS, Shortcut
from resnet_viz.subject.doubts import Cause, Remedy, Situation, doubt_about, remedy_title

COURSE = PRESETS["course"]
TRUSTED = Situation(
    spec=COURSE, source="shapes", made_for=COURSE, fits_shipped=True, learned_from="shapes", title="star"
)
KERAS = PRESETS["keras-v1"]
IMAGENET = Situation(
    spec=KERAS, source="imagenet", made_for=KERAS, has_imagenet=True, learned_from="photos", kind="photo"
)
GONE = replace(TRUSTED, is_here=False, made_for=None, learned_from="")
LARGE = replace(COURSE, input_shape=(224, 224, 3))
MEANS_NOTHING = "so the prediction means nothing."

CASES = {
    "nothing fits": (
        replace(TRUSTED, source="file", refusal="Nothing fits.", fits_shipped=False),
        (Cause.REFUSED, Remedy.RANDOM, "Nothing fits."),
    ),
    "nothing of a file fits, the shipped weights do": (
        replace(TRUSTED, source="file", refusal="Nothing fits."),
        (Cause.REFUSED, Remedy.TRAINED, "Nothing fits."),
    ),
    "random": (replace(GONE, source="random"), (Cause.RANDOM, Remedy.TRAINED, MEANS_NOTHING)),
    "random, where ImageNet's weights fit": (
        replace(GONE, source="random", fits_shipped=False, has_imagenet=True),
        (Cause.RANDOM, Remedy.IMAGENET, MEANS_NOTHING),
    ),
    "random, where none fit": (
        replace(GONE, source="random", fits_shipped=False),
        (Cause.RANDOM, Remedy.NETWORK, MEANS_NOTHING),
    ),
    "another preset": (
        replace(GONE, fits_shipped=False),
        (Cause.ELSEWHERE, Remedy.NETWORK, "The trained weights belong to another network."),
    ),
    "a link to a file of somebody else": (
        replace(GONE, source="file"),
        (Cause.GONE, Remedy.TRAINED, "not here, or not any more"),
    ),
    "a deleted run": (
        replace(GONE, source="run"),
        (Cause.GONE, Remedy.TRAINED, "Runs are kept until they are deleted"),
    ),
    "ImageNet, not fetched yet": (
        replace(IMAGENET, is_here=False, made_for=None, learned_from=""),
        (Cause.NOT_FETCHED, Remedy.IMAGENET, "not on this machine yet"),
    ),
    "ImageNet, for a network it has none for": (
        replace(GONE, source="imagenet", fits_shipped=False),
        (Cause.NO_IMAGENET, Remedy.IMAGENET, "no ImageNet weights for this network"),
    ),
    "another size": (
        replace(TRUSTED, spec=LARGE, random_layers=("fc6",), is_misshapen=True),
        (Cause.SIZE, Remedy.SIZE, "At 224 px the last layer needs other weights. It is random now"),
    ),
    "another size, own file": (
        replace(TRUSTED, source="file", made_for=None, spec=LARGE, random_layers=("fc6",), is_misshapen=True),
        (Cause.SIZE, Remedy.UNDO, "All other layers keep what they learned."),
    ),
    "other classes": (
        replace(TRUSTED, spec=replace(COURSE, classes=10), random_layers=("fc10",)),
        (Cause.CLASSES, Remedy.CLASSES, "With 10 classes the last layer needs other weights."),
    ),
    "other classes, own file": (
        replace(TRUSTED, source="file", made_for=None, random_layers=("fc10",)),
        (Cause.CLASSES, Remedy.UNDO, "It is random now"),
    ),
    "a file that lacks layers": (
        replace(TRUSTED, source="file", made_for=None, random_layers=("conv1", "fc6")),
        (Cause.PARTIAL, Remedy.UNDO, "2 layers of this network have no weights in the file."),
    ),
    "shortcuts off": (
        replace(TRUSTED, spec=replace(COURSE, shortcut=Shortcut(enabled=False))),
        (Cause.PLAIN, Remedy.SHORTCUTS, "learned with shortcuts"),
    ),
    "a network built otherwise": (
        replace(TRUSTED, spec=replace(COURSE, bn_epsilon=0.1)),
        (Cause.NETWORK, Remedy.NETWORK, "built otherwise"),
    ),
    "another size that needs no other weights": (
        replace(TRUSTED, spec=replace(COURSE, input_shape=(72, 72, 3))),
        (Cause.SCALE, Remedy.SIZE, "learned at 64 px"),
    ),
    "pixel values that nobody has told": (
        replace(TRUSTED, source="file", made_for=None, learned_from="", unsaid_pixels="unit"),
        (Cause.UNSAID, Remedy.SAY, "learned with. 0 … 1 is a guess."),
    ),
    "other pixel values": (
        replace(TRUSTED, wants_pixels=True),
        (Cause.PIXELS, Remedy.PIXELS, "other pixel values"),
    ),
    "surgery": (replace(TRUSTED, has_surgery=True), (Cause.SURGERY, Remedy.WHOLE, "switched off")),
    "a photo": (
        replace(TRUSTED, kind="photo", title="cat"),
        (Cause.PICTURE, Remedy.IMAGENET, "six shapes. It can only say which shape the cat looks like."),
    ),
    "an upload": (replace(TRUSTED, kind="own"), (Cause.PICTURE, Remedy.IMAGENET, "which shape your picture looks")),
    "a drawing": (
        replace(TRUSTED, kind="drawing"),
        (Cause.PICTURE, Remedy.SHAPE, "which shape this drawing looks like"),
    ),
    "four shapes": (replace(TRUSTED, kind="shapes"), (Cause.PICTURE, Remedy.SHAPE, "name one of four")),
    "a shape before ImageNet's weights": (
        replace(IMAGENET, kind="shape"),
        (Cause.PICTURE, Remedy.PHOTO, "1,000 kinds of things"),
    ),
    "weights of a run on other pictures": (
        replace(TRUSTED, source="run", learned_from="other"),
        (Cause.PICTURE, None, "It knows only its own 6 classes."),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_every_cause_has_one_sentence_and_one_way_out(case):
    situation, (cause, remedy, part) = CASES[case]
    doubt = doubt_about(situation)
    assert (doubt.cause, doubt.remedy) == (cause, remedy)
    assert part in doubt.sentence
    assert "{" not in doubt.sentence


def test_no_cause_is_left_out():
    assert {case[1][0] for case in CASES.values()} == set(Cause)
    assert {case[1][1] for case in CASES.values()} == {*Remedy, None}


@pytest.mark.parametrize(
    "situation",
    [
        TRUSTED,
        IMAGENET,
        replace(IMAGENET, kind="own"),
        replace(TRUSTED, source="file", made_for=None, learned_from="", kind="photo"),
        replace(TRUSTED, spec=replace(COURSE, seed=3, bn_momentum=0.9, classifier_activation="linear")),
    ],
)
def test_what_the_weights_were_made_for_raises_no_doubt(situation):
    assert doubt_about(situation) is None


def test_what_spoils_more_is_told_first():
    worse = replace(TRUSTED, spec=LARGE, random_layers=("fc6",), is_misshapen=True, has_surgery=True, kind="photo")
    assert doubt_about(worse).cause == Cause.SIZE
    assert doubt_about(replace(worse, spec=COURSE, random_layers=())).cause == Cause.SURGERY


@pytest.mark.parametrize("remedy", Remedy)
def test_every_way_out_has_a_name_that_says_where_to(remedy):
    assert remedy_title(remedy, COURSE)
    assert remedy_title(Remedy.SIZE, COURSE) == "Back to 64 px"
    assert remedy_title(Remedy.CLASSES, COURSE) == "Back to 6 classes"
