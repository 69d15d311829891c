"""Is the analysis of a specification cheap enough for every keystroke? Against building the same model in Keras."""

from interleaved import medians_ms, report

from resnet_viz.analysis import analyse
from resnet_viz.model.build import build_model
from resnet_viz.spec import ResNetSpec
from resnet_viz.viz.dot import to_dot


def main() -> None:
    """Print the two ratios."""

    def account() -> object:
        return analyse(ResNetSpec())

    def pictures() -> object:
        summary = analyse(ResNetSpec())
        return [to_dot(summary, depth, "res3a_branch2b") for depth in ("network", "stage", "block")]

    times = medians_ms(
        {"analysis": account, "with three DOT texts": pictures, "Keras build": lambda: build_model(ResNetSpec())},
        rounds=7,
    )
    for name, value in times.items():
        print(f"{name}: {value:.2f} ms")
    report("Keras build / analysis", times["Keras build"] / times["analysis"], 500, at_least=True)
    report("analysis with three DOT texts / 20 ms", times["with three DOT texts"] / 20, 1, at_least=False)


if __name__ == "__main__":
    main()
