"""Grad-CAM from a cached activation, where only the head runs, against tf-keras-vis, which runs the whole network twice."""

import warnings

import keras
import numpy as np
from figures import figure, report, run
from interleaved import medians_ms

from resnet_viz.analysis import analyse
from resnet_viz.attribution.grad_cam import grad_cam
from resnet_viz.model.gradient_model import GradientModel
from resnet_viz.spec import preset
from resnet_viz.spec.reach import logits_node
from resnet_viz.weights.start import network_arrays


def main() -> None:
    """Print the ratios at 64 and 224 px, for the last block and for one in the middle, and that the maps agree."""
    warnings.simplefilter("ignore")
    from tf_keras_vis.gradcam import Gradcam

    for side in (64, 224):
        spec = preset("course", input_shape=(side, side, 3))
        summary = analyse(spec)
        network = GradientModel(summary, network_arrays(summary))
        model = keras.Model(network.model.input, network.model.get_layer(logits_node(network.graph)).output)
        oracle = Gradcam(model, clone=False)
        picture = np.random.default_rng(0).uniform(size=spec.input_shape).astype(np.float32)
        for node in ("res5c_out", "res3d_out"):

            def theirs(node: str = node) -> np.ndarray:
                return oracle(
                    lambda output: output[:, 2],
                    picture[np.newaxis],
                    penultimate_layer=node,
                    seek_penultimate_conv_layer=False,
                    expand_cam=False,
                    normalize_cam=False,
                )

            times = medians_ms(
                {"ours": lambda: grad_cam(network, picture, node, 2), "theirs": theirs}, rounds=9, warm_up=3
            )
            ours = np.maximum(grad_cam(network, picture, node, 2).values, 0)
            other = np.asarray(theirs())[0]
            apart = float(np.abs(ours - other).max()) / max(float(other.max()), 1e-12)
            figure(
                f"{side} px, {node}",
                f"{times['ours']:.1f} ms, tf-keras-vis {times['theirs']:.0f} ms; "
                f"largest difference {apart:.1g} of the largest value",
            )
            goal = 20 if node == "res5c_out" else 1
            report(f"tf-keras-vis / ours, {side} px, {node}", times["theirs"] / times["ours"], goal, at_least=True)


if __name__ == "__main__":
    run(main)
