"""A mosaic of 2,048 channels as palette PNG against 64 matplotlib subplots."""

import io

import matplotlib as mpl
import numpy as np
from interleaved import medians_ms, report

from resnet_viz.viz.mosaic import mosaic_png

mpl.use("Agg")


def subplots(maps: np.ndarray) -> bytes:
    """Return the usual picture of 64 channels."""
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(8, 8, figsize=(8, 8))
    for channel, axis in enumerate(axes.flat):
        axis.imshow(maps[..., channel])
        axis.axis("off")
    out = io.BytesIO()
    figure.savefig(out, format="png")
    plt.close(figure)
    return out.getvalue()


def main() -> None:
    """Print ratio and size for the last stage's maps at 64 and 224 px, and for the largest map."""
    random = np.random.default_rng(0)
    for side, channels in ((2, 2048), (7, 2048), (55, 256)):
        maps = np.maximum(random.normal(size=(side, side, channels)), 0).astype(np.float32)
        times = medians_ms({"ours": lambda: mosaic_png(maps), "matplotlib": lambda: subplots(maps)}, rounds=5)
        size = len(mosaic_png(maps)) / 1e3
        print(
            f"{side}x{side}x{channels}: {times['ours']:.1f} ms, {size:.0f} kB; 64 subplots {times['matplotlib']:.0f} ms"
        )
        if channels == 2048:
            report("  matplotlib / ours", times["matplotlib"] / times["ours"], 50, at_least=True)
            report("  size / 300 kB", size / 300, 1, at_least=False)


if __name__ == "__main__":
    main()
