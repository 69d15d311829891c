"""A published ImageNet file against what is known of it: make imagenet-check FILE. Never in CI, since the files are large.

First values of arrays, where they were published, and the likeliest classes of the shipped photographs.
"""

import sys
import tempfile
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file

from resnet_viz.analysis import NetworkSummary, network
from resnet_viz.engine.arrays import laid_out
from resnet_viz.engine.session import Session, channels_first
from resnet_viz.engine.write import write
from resnet_viz.errors import ResNetVizError
from resnet_viz.images.preprocess import NORMALISATIONS, as_input
from resnet_viz.images.samples import sample_picture
from resnet_viz.spec.reach import logits_node
from resnet_viz.weights.about import About
from resnet_viz.weights.imagenet import class_names
from resnet_viz.weights.reader import convert

FIRST = {
    "conv1/kernel": (0.0282526277, -0.0118737184, 0.00151488732),
    "res2a_branch1/kernel": (0.00460704, 0.0613995),
    "res2a_branch2c/kernel": (0.00412396, -0.01779881),
}
"""Of Keras's ResNet-50, MD5 2cb95161c43110f7111970584f804107."""

EXPECTED = {
    "cat": {"tabby", "tiger cat", "Egyptian cat"},
    "coffee": {"espresso", "cup", "coffee mug"},
    "rocket": {"missile", "projectile", "space shuttle"},
}
"""One of these has to be among the five likeliest; the other photographs show nothing that has a class of its own."""
OTHERS = ("astronaut", "flower", "temple", "bricks")
_TOLERANCE = 1e-6


def first_values(preset: str, arrays: dict[str, np.ndarray]) -> list[str]:
    """Print the first values of arrays beside the published ones; return the arrays that differ."""
    if preset != "keras-v1":
        print(f"first values: none are known of {preset}")
        return []
    wrong = []
    for name, values in FIRST.items():
        found = arrays[name].ravel()[: len(values)]
        is_same = np.allclose(found, values, rtol=0, atol=_TOLERANCE)
        print(
            f"{name}: {', '.join(f'{value:.9g}' for value in found)}: {'as published' if is_same else f'NOT {values}'}"
        )
        wrong += [] if is_same else [name]
    return wrong


def likeliest(summary: NetworkSummary, arrays: dict[str, np.ndarray], pixels: str) -> list[str]:
    """Print the five likeliest classes of each photograph; return the photographs whose own is not among them."""
    last = logits_node(summary.graph)
    session = Session(write(summary, laid_out(arrays), [last]))
    wrong = []
    for name in (*EXPECTED, *OTHERS):
        rgb, shape = sample_picture(name).rgb, summary.graph.spec.input_shape
        picture = as_input(rgb, shape, "crop", NORMALISATIONS[pixels])
        logits = session.run({summary.graph.nodes[0].id: channels_first(picture[np.newaxis])})[last][0]
        shares = np.exp(logits - logits.max())
        five = [(class_names()[index], shares[index] / shares.sum()) for index in np.argsort(-logits)[:5]]
        print(f"{name}: {', '.join(f'{word} {share:.0%}' for word, share in five)}")
        wrong += [name] if EXPECTED.get(name) and not EXPECTED[name] & {word for word, _share in five} else []
    return wrong


def checked(about: About, arrays: dict[str, np.ndarray]) -> str:
    """Return what is wrong with a file of ImageNet's classes, or ""."""
    if about.spec is None or about.spec.classes != len(class_names()) or not about.normalisation:
        return "This is no file of ImageNet's thousand classes whose pixels are known."
    print(f"{about.preset}, {len(arrays)} arrays, pixels: {about.normalisation}")
    wrong = first_values(about.preset, arrays) + likeliest(network(about.spec), arrays, about.normalisation)
    return f"Not as published: {', '.join(wrong)}." if wrong else ""


def main() -> None:
    """Check the file that the argument names; without one, say where one comes from."""
    path = Path(sys.argv[1]) if len(sys.argv) == 2 else None
    if path is None or not path.is_file():
        sys.exit(
            "Say which file: make imagenet-check FILE=resnet50_weights_tf_dim_ordering_tf_kernels.h5, as Keras fetches it."
        )
    with tempfile.TemporaryDirectory() as work:
        try:
            about = convert(path, Path(work, "arrays")).about
        except ResNetVizError as error:
            sys.exit(str(error))
        sentence = checked(about, load_file(Path(work, "arrays")))
    sys.exit(sentence or None)


if __name__ == "__main__":
    main()
