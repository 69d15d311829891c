"""What the tour says of maps is so of the maps it shows: by the shipped weights, on the picture that is there at first."""

from resnet_viz.analysis import analyse
from resnet_viz.engine.inference import InferenceModel
from resnet_viz.images.preprocess import NORMALISATIONS, as_input
from resnet_viz.images.samples import sample_picture
from resnet_viz.lessons.walks import shipped_walks
from resnet_viz.subject.links import from_params
from resnet_viz.weights.catalogue import cards
from resnet_viz.weights.start import network_arrays


def test_block_3b_adds_in_one_place_and_takes_away_in_another():
    from safetensors.numpy import load_file

    stop = next(stop for stop in shipped_walks()["tour"].stops if stop.page == "activations")
    selection, _problems = from_params(dict(stop.params))
    spec, block = selection.spec, selection.block
    summary = analyse(spec)
    network = InferenceModel(summary, network_arrays(summary, load_file(cards()["course-shapes"].path)))
    rule = NORMALISATIONS[selection.preparation.normalisation]
    picture = as_input(sample_picture(selection.image).rgb, spec.input_shape, selection.preparation.resize, rule)
    maps = network.activations(picture, [block.input, block.branch])
    assert block.name == "3b"
    assert maps[block.input].min() >= 0
    assert maps[block.input].max() > 0
    both = [bool((maps[block.branch] > 0).any()), bool((maps[block.branch] < 0).any())]
    assert both == [True, True]
