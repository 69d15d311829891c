"""The weights that ship are what their card says."""

import hashlib

import numpy as np
import pytest

from resnet_viz.analysis import analyse
from resnet_viz.cli.main import parsed
from resnet_viz.datasets.shapes import CLASSES, Style, shapes
from resnet_viz.images.preprocess import NORMALISATIONS, as_input
from resnet_viz.images.samples import SHAPES, sample_picture
from resnet_viz.spec import preset
from resnet_viz.training.plan import NetworkPlan, Plan
from resnet_viz.weights.catalogue import cards, shapes_of
from resnet_viz.weights.fit import fit


@pytest.fixture(scope="module")
def card():
    return cards()["course-shapes"]


def test_the_file_is_the_one_on_the_card_and_fits_the_course_network(card):
    data = card.path.read_bytes()
    assert hashlib.sha256(data).hexdigest() == card.sha256
    assert len(data) <= 40 * 10**6
    assert fit(analyse(preset(card.preset)), shapes_of(card.path)).is_complete
    assert preset(card.preset).input_shape == card.input_shape
    assert card.classes == CLASSES


def test_kernels_are_float16_and_normalisation_is_float32(card):
    from safetensors.numpy import load_file

    for name, array in load_file(card.path).items():
        is_norm = name.rpartition("/")[2] in ("gamma", "beta", "moving_mean", "moving_variance")
        assert array.dtype == (np.float32 if is_norm else np.float16), name
        assert np.isfinite(array).all()


def test_samples_are_recognised_and_fresh_shapes_classified_as_the_card_says(card):
    """600 pictures of a seed that neither training nor card used; three standard errors of so few are 1.2 points."""
    from safetensors.numpy import load_file

    from resnet_viz.model.build import assign_weights
    from resnet_viz.training.trainer import Trainer

    plan = Plan(networks=(NetworkPlan(name="course", text="course"),), seconds=1.0)
    trainer = Trainer(plan.summaries(6)["course"], plan, batch=100)
    assign_weights(trainer.model, load_file(card.path))
    rule = NORMALISATIONS[card.normalisation]
    samples = [as_input(sample_picture(name).rgb, card.input_shape, "crop", rule) for name in SHAPES.indices]
    shares = trainer.model.predict_on_batch(np.stack(samples))
    assert [CLASSES[number] for number in shares.argmax(axis=1)] == list(SHAPES.indices)
    assert shares.max(axis=1).min() > 0.99
    images, labels = shapes(Style(64, 0.6, 5), 987_654_321, range(600))
    accuracy = trainer.evaluate(images, labels).accuracy
    assert accuracy == pytest.approx(card.accuracy, abs=0.015)


def test_the_command_on_the_card_is_understood(card):
    words = card.command.split()
    assert words[:3] == ["python", "-m", "resnet_viz"]
    parsed(words[3:])
