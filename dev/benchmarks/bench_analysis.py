"""Is the analysis of a specification cheap enough for every keystroke? Against building the same model in Keras."""

import gc

from figures import figure, report, run
from interleaved import medians_ms

from resnet_viz.analysis import analyse
from resnet_viz.model.build import build_model
from resnet_viz.spec import ResNetSpec
from resnet_viz.viz.dot import draw

# One call is a millisecond: a turn is this many of them.
CALLS = 20


def account() -> None:
    """Account for the network from scratch, `CALLS` times."""
    for _ in range(CALLS):
        analyse(ResNetSpec())


def pictures() -> None:
    """Account for it and draw it folded, with one block open, and with all open, `CALLS` times."""
    for _ in range(CALLS):
        summary = analyse(ResNetSpec())
        for opened in ((), ("3", "3a"), summary.graph.groups):
            draw(summary, opened)


def main() -> None:
    """Print the two ratios."""
    gc.collect()
    gc.freeze()  # as the server does; it never holds Keras, whose objects each collection here would walk
    times = medians_ms(
        {"analysis": account, "pictures": pictures, "keras": lambda: build_model(ResNetSpec())}, rounds=9
    )
    analysis, dots, keras = times["analysis"] / CALLS, times["pictures"] / CALLS, times["keras"]
    figure("analysis", f"{analysis:.2f} ms")
    figure("analysis with three pictures: folded, a block open, all layers open", f"{dots:.2f} ms")
    figure("Keras build", f"{keras:.0f} ms")
    report("Keras build / analysis", keras / analysis, 500, at_least=True)
    report("analysis with three pictures / 20 ms", dots / 20, 1, at_least=False)


if __name__ == "__main__":
    run(main)
