"""What a subject comes to: worked out when it is asked for, once, and kept as far as it still holds."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from resnet_viz.analysis import network
from resnet_viz.caches import ArrayCache
from resnet_viz.images.reader import Picture
from resnet_viz.images.samples import sample_picture
from resnet_viz.spec import PRESETS
from resnet_viz.subject.operations import surgery_of
from resnet_viz.subject.subject import Subject
from resnet_viz.subject.trial import trial_of
from resnet_viz.weights.choice import Trained
from resnet_viz.weights.fit import expected_arrays
from resnet_viz.weights.store import WeightsFile

SPEC = PRESETS["cifar-20"]
OWN = Picture(lambda: Image.new("RGB", (40, 30), (9, 9, 9)), "0" * 64, ())


class CountingStores:
    """Stores that count how often they are asked."""

    def __init__(self, tmp_path, picture=OWN):
        path = tmp_path / "arrays"
        path.write_bytes(b"arrays")
        self.arrays, self.asked, self._picture = ArrayCache(10**7), Counter(), picture
        self._file = WeightsFile("mine", path, "a" * 64, expected_arrays(network(SPEC)))

    def own_picture(self):
        """Count, and return the picture."""
        self.asked["picture"] += 1
        return self._picture

    def own_weights(self, _place):
        """Count, and return the file."""
        self.asked["weights"] += 1
        return self._file

    def imagenet(self, _file):
        """Count, and return nothing."""
        self.asked["imagenet"] += 1

    def trained(self, run_id, name):
        """Count, and return the file as a run's."""
        self.asked[f"{run_id} {name}"] += 1
        return Trained(self._file, SPEC, tuple("abcdefghij"), "other")


def subject(**parts):
    return Subject().with_preset("cifar-20").having(**parts)


def test_nothing_is_asked_for_that_is_not_needed(tmp_path):
    stores = CountingStores(tmp_path)
    trial = trial_of(subject(weights="file", image="upload"), stores)
    assert trial.summary.totals.parameters > 0
    assert stores.asked == {}


def test_weights_and_picture_are_asked_for_once_however_often_they_are_used(tmp_path):
    stores = CountingStores(tmp_path)
    trial = trial_of(subject(weights="file", image="upload", surgery=surgery_of("drop:3b", network(SPEC))), stores)
    for own in (trial, trial.whole, trial.having(image="cat"), trial.having(surgery=trial.surgery)):
        assert own.weights.fit.is_complete
        assert own.key.count("/") == 7
        assert own.input.shape == SPEC.input_shape
    assert stores.asked == {"weights": 1, "picture": 1}
    assert trial.whole.key != trial.key != trial.having(image="cat").key


def test_other_weights_another_network_and_another_picture_are_asked_for_anew(tmp_path):
    stores = CountingStores(tmp_path)
    trial = trial_of(subject(weights="file", image="cat"), stores)
    assert trial.weights.classes == ()
    assert trial.having(source="run.abcd.plain").weights.classes == tuple("abcdefghij")
    assert not trial.having(spec=replace(SPEC, classes=7)).weights.fit.is_complete
    assert trial.having(image="upload").picture.sha256 == OWN.sha256
    assert stores.asked == {"weights": 2, "abcd plain": 1, "picture": 1}


def test_a_picture_that_is_not_here_is_the_first_sample_and_known_to_be_missing(tmp_path):
    trial = trial_of(subject(image="upload"), CountingStores(tmp_path, picture=None))
    assert trial.lacks_picture
    assert trial.picture.sha256 == sample_picture("star").sha256
    assert not trial.having(image="cat").lacks_picture


@pytest.mark.parametrize(
    ("source", "has_file", "learned_from"), [("random", False, ""), ("imagenet", False, ""), ("file", True, "")]
)
def test_a_source_of_weights_comes_to_what_there_is(tmp_path, source, has_file, learned_from):
    weights = trial_of(subject(weights=source), CountingStores(tmp_path)).weights
    assert ((weights.file is not None), weights.learned_from, weights.refusal) == (has_file, learned_from, "")


def test_the_picture_as_it_is_seen_and_as_numbers_are_of_one_resize(tmp_path):
    trial = trial_of(subject(image="upload"), CountingStores(tmp_path))
    np.testing.assert_allclose(trial.input, trial.rgb / np.float32(255), rtol=1e-6)
    assert set(trial.with_plain) == {"picture", "black", "white"}
