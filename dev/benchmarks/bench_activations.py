"""All activations of the network: our compiled function against Keras `predict`, ONNX Runtime and torch hooks.

The last takes part where it is installed (`pip install torch`).
"""

import importlib.util
from collections.abc import Callable

import keras
import numpy as np
from figures import figure, report, run
from interleaved import medians_ms

from resnet_viz.analysis import analyse
from resnet_viz.engine.arrays import laid_out
from resnet_viz.engine.session import Session, channels_first
from resnet_viz.engine.write import write
from resnet_viz.model.build import build_model
from resnet_viz.model.compiled import compile_outputs
from resnet_viz.spec import preset
from resnet_viz.weights.start import starting_arrays


def hooked(side: int, picture: np.ndarray) -> Callable[[], object]:
    """Return a forward pass of the course network in PyTorch that keeps every layer's output."""
    import torch
    from torch_resnet import course

    model = course(side=side).eval()
    kept: list[torch.Tensor] = []
    for module in model.modules():
        if not list(module.children()):
            module.register_forward_hook(lambda _module, _inputs, output: kept.append(output))
    images = torch.from_numpy(picture).permute(0, 3, 1, 2).contiguous(memory_format=torch.channels_last)

    def run() -> list[np.ndarray]:
        kept.clear()
        with torch.inference_mode():
            model(images)
        return [output.numpy() for output in kept]

    return run


def main() -> None:
    """Print the ratios at 64 and 224 px."""
    for side in (64, 224):
        spec = preset("course", input_shape=(side, side, 3))
        summary = analyse(spec)
        nodes = [node.id for node in summary.graph.nodes[1:]]
        model = build_model(spec)
        everything, forward = compile_outputs(model, nodes), compile_outputs(model, nodes[-1:])
        multi = keras.Model(model.input, [model.get_layer(name).output for name in nodes])
        picture = np.random.default_rng(0).uniform(size=(1, *spec.input_shape)).astype(np.float32)
        contenders: dict[str, Callable[[], object]] = {
            "forward": lambda: forward(picture),
            "all": lambda: everything(picture),
            "predict": lambda: multi.predict(picture, verbose=0),
        }
        engine = Session(write(summary, laid_out(starting_arrays(summary)), nodes))
        turned = {"input": channels_first(picture)}
        contenders["ONNX Runtime, all"] = lambda: engine.run(turned)
        found = engine.run(turned)[nodes[-1]]
        figure(f"ONNX Runtime's answer differs, {side} px, by", f"{np.abs(found - everything(picture)[-1]).max():.1g}")
        if importlib.util.find_spec("torch"):
            contenders["torch hooks, all"] = hooked(side, picture)
        times = medians_ms(contenders, rounds=15, warm_up=4)
        figure(f"{side} px", ", ".join(f"{name} {value:.1f} ms" for name, value in times.items()))
        report(f"predict / all activations, {side} px", times["predict"] / times["all"], 3, at_least=True)
        report(f"all activations / forward, {side} px", times["all"] / times["forward"], 1.25, at_least=False)
        if "torch hooks, all" in times:
            report(
                f"all activations / torch hooks, {side} px",
                times["all"] / times["torch hooks, all"],
                1.2,
                at_least=False,
            )
        # The faster engine on a CPU; a measure, no goal.
        figure(f"all activations / ONNX Runtime, {side} px", f"{times['all'] / times['ONNX Runtime, all']:.2f}×")


if __name__ == "__main__":
    run(main)
