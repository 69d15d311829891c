"""All activations of the network: our compiled function against Keras `predict` on a multi-output model, and forward."""

import keras
import numpy as np
from interleaved import medians_ms, report

from resnet_viz.model.build import build_model
from resnet_viz.model.compiled import compile_taps
from resnet_viz.spec import build_graph, preset


def main() -> None:
    """Print the ratios at 64 and 224 px."""
    for side in (64, 224):
        spec = preset("course", input_shape=(side, side, 3))
        nodes = [node.id for node in build_graph(spec).nodes[1:]]
        model = build_model(spec)
        everything, forward = compile_taps(model, nodes), compile_taps(model, nodes[-1:])
        multi = keras.Model(model.input, [model.get_layer(name).output for name in nodes])
        picture = np.random.default_rng(0).uniform(size=(1, *spec.input_shape)).astype(np.float32)
        times = medians_ms(
            {
                "forward": lambda: forward(picture),
                "all": lambda: everything(picture),
                "predict": lambda: multi.predict(picture, verbose=0),
            },
            rounds=15,
        )
        print(f"{side} px: " + ", ".join(f"{name} {value:.1f} ms" for name, value in times.items()))
        report(f"  predict / all activations, {side} px", times["predict"] / times["all"], 3, at_least=True)
        report(f"  all activations / forward, {side} px", times["all"] / times["forward"], 1.25, at_least=False)


if __name__ == "__main__":
    main()
