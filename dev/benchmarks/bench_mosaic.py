"""A mosaic of 2,048 channels as palette PNG against 64 matplotlib subplots and 64 Plotly facets; and drawn in the browser."""

import io
import shutil
import tempfile
from pathlib import Path

import matplotlib as mpl
import numpy as np
from figures import figure, report, run
from interleaved import medians_ms

from resnet_viz.analysis import analyse
from resnet_viz.spec import preset
from resnet_viz.viz.block_view import Focus, signals
from resnet_viz.viz.mosaic import mosaic_png
from resnet_viz.viz.takehome import About, takehome_html

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


def facets(maps: np.ndarray) -> str:
    """Return 64 channels as Plotly facets, as the JSON that a browser would still have to draw."""
    import plotly.express as px

    return px.imshow(maps[..., :64].transpose(2, 0, 1), facet_col=0, facet_col_wrap=8).to_json()


def browser_draws(side: int) -> None:
    """Print how long the page's component takes to sort and draw 2,048 channels, in the file that is taken home."""
    from playwright.sync_api import sync_playwright

    summary = analyse(preset("course", input_shape=(64 if side == 2 else 224,) * 2 + (3,)))
    random = np.random.default_rng(0)
    block = summary.graph.block("5c")
    found = {
        node: np.maximum(random.normal(size=summary.record(node).output_shape), 0).astype(np.float32)
        for node in signals(block).values()
    }
    rgb = np.zeros((*summary.graph.spec.input_shape[:2], 3), np.uint8)
    about = About("noise", "none", "", "", "", "")
    with tempfile.TemporaryDirectory() as work, sync_playwright() as playwright:
        path = Path(work, "view.html")
        path.write_bytes(takehome_html(summary, Focus(block, block.out), found, rgb, about))
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport={"width": 1280, "height": 720})
        page.goto(path.as_uri())
        mosaic = page.locator("#maps canvas.mosaic")
        mosaic.wait_for()
        times = []
        for order in ("energy", "sparsity", "similarity", "number") * 5:
            page.locator("#maps select[aria-label='sorted by']").select_option(order)
            times.append(float(mosaic.get_attribute("data-drawn")))
        browser.close()
    size = f"{side}×{side}×2048"
    figure(f"in the browser, {size}, sorted and drawn", f"median {np.median(times):.1f} ms, worst {max(times):.1f} ms")
    report(f"in the browser, {size}, median / a frame of 16 ms", float(np.median(times)) / 16, 1, at_least=False)


def main() -> None:
    """Print ratio and size for the last stage's maps at 64 and 224 px, and for the largest map."""
    random = np.random.default_rng(0)
    for side, channels in ((2, 2048), (7, 2048), (55, 256)):
        maps = np.maximum(random.normal(size=(side, side, channels)), 0).astype(np.float32)
        times = medians_ms(
            {
                "ours": lambda: mosaic_png(maps),
                "matplotlib": lambda: subplots(maps),
                "plotly": lambda: facets(maps),
            },
            rounds=5,
        )
        size = len(mosaic_png(maps)) / 1e3
        maps_text = f"{side}×{side}×{channels}"
        figure(
            maps_text,
            f"{times['ours']:.1f} ms, {size:.0f} kB; 64 subplots {times['matplotlib']:.0f} ms, "
            f"64 Plotly facets, not drawn {times['plotly']:.0f} ms",
        )
        if channels == 2048:
            report(f"matplotlib / ours, {maps_text}", times["matplotlib"] / times["ours"], 50, at_least=True)
            report(f"Plotly / ours, {maps_text}", times["plotly"] / times["ours"], 10, at_least=True)
            report(f"size / 300 kB, {maps_text}", size / 300, 1, at_least=False)
    for side in (2, 7):
        browser_draws(side)


if __name__ == "__main__":
    run(main)
