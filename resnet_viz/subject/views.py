"""How a subject is looked at: one small state for every page, and one for who looks."""

from collections.abc import Mapping
from dataclasses import dataclass

from resnet_viz.analysis.measures import COUNTS, MEASURES, OWN
from resnet_viz.attribution.catalogue import METHODS
from resnet_viz.training.demos import ORDER, demo
from resnet_viz.training.plan import Plan, with_settings

PANELS = ("layer", "difference", "files")
COLORS = ("kind", *MEASURES, OWN)
VIEWS = ("table", "treemap", "depth", "field", "size")
ASPECTS = ("block", "depth", "compare")
STATISTICS = ("moving", "batch")
JUDGED = ("course", "coursera-2018")
PUZZLES = ("", "identity_block", "convolutional_block")
CHARTS = ("", "gradient_norms", "loss", "training_accuracy", "inference_accuracy", "validation_accuracy")


@dataclass(frozen=True)
class Viewer:
    """Who looks, and where they are on a walk.

    Attributes:
        language: Chosen language, or "" for the browser's.
        present: Whether the page is projected: large, one thing on screen.
        walk: The walk that is being walked, or "".
        stop: The stop it is at, from 1.
    """

    language: str = ""
    present: bool = False
    walk: str = ""
    stop: int = 1


@dataclass(frozen=True)
class ArchitectureView:
    """The page of the picture.

    Attributes:
        opened: Groups of the picture that are open: stage numbers and block names.
        color: What the picture's colours mean: a name of `COLORS`.
        panel: What stands beside the picture: a name of `PANELS`.
        against: The network compared with, as `resnet_viz.spec.changes.to_text` writes it, or "" for none.
    """

    opened: frozenset[str] = frozenset()
    color: str = COLORS[0]
    panel: str = PANELS[0]
    against: str = ""


@dataclass(frozen=True)
class LayersView:
    """The page of the layers.

    Attributes:
        view: How they are shown: a name of `VIEWS`.
        metric: What the charts of cost count: a name of `COUNTS`.
    """

    view: str = VIEWS[0]
    metric: str = COUNTS[0]


@dataclass(frozen=True)
class ActivationsView:
    """The page of the maps.

    Attributes:
        aspect: What it shows: a name of `ASPECTS`.
        channel: The channel in focus, by number, or None for the strongest.
        beside: What the picture's maps are compared with: ``image:NAME``, ``weights:NAME``, ``surgery:none``, or "".
        statistics: By which BatchNorm normalises along depth: a name of `STATISTICS`.
        every_layer: Whether the charts along depth show all layers, not only the blocks' outputs.
        pixel: A cell whose sum is written out, as ``LAYER:ROW.COLUMN.CHANNEL``, or "".
    """

    aspect: str = ASPECTS[0]
    channel: int | None = None
    beside: str = ""
    statistics: str = STATISTICS[0]
    every_layer: bool = False
    pixel: str = ""


@dataclass(frozen=True)
class ExplainView:
    """The page of explanations.

    Attributes:
        method: How the prediction is explained: a name of `METHODS`.
        target: The class that is explained, by number, or "" for the likeliest.
        explaining: Settings of the method that differ from its own: ``name=value`` with semicolons between.
        checked: Whether the map is held against those of random weights.
    """

    method: str = next(iter(METHODS))
    target: str = ""
    explaining: str = ""
    checked: bool = False


@dataclass(frozen=True)
class TrainView:
    """The page of training.

    Attributes:
        demo: The demo that would be trained.
        settings: What is changed in it: ``path=value`` with semicolons between.
        run: The run that is watched: its id, or `recorded-` and a demo's name, or "".
        compared: Ids of runs drawn beside it.
        chart: What of it stands first: a name of `CHARTS`; "" for what its demo is about.
    """

    demo: str = ORDER[0]
    settings: str = ""
    run: str = ""
    compared: tuple[str, ...] = ()
    chart: str = ""

    @property
    def plan(self) -> Plan:
        """The demo's plan with what is changed in it."""
        return with_settings(demo(self.demo).plan, parse_settings(self.settings))


@dataclass(frozen=True)
class WeightsView:
    """The page of the weights.

    Attributes:
        looked: Whose weights it shows: "" for the subject's, a place of `resnet_viz.weights.store.PLACES` for a visitor's file before it
            is taken.
        versus: The set of weights beside them: a name of `resnet_viz.weights.choice.SOURCES`, a run's, or "".
    """

    looked: str = ""
    versus: str = ""


@dataclass(frozen=True)
class CheckView:
    """The page of a student's code; the code itself is no part of it, and never comes here.

    Attributes:
        judged: The preset that `ResNet50` is judged against: a name of `JUDGED`.
        puzzle: The block whose lines are put in order: a name of `PUZZLES`, "" where code is written.
    """

    judged: str = JUDGED[0]
    puzzle: str = PUZZLES[0]


def parse_settings(text: str) -> dict[str, str]:
    """Return the settings of ``path=value;path=value``."""
    return dict(part.partition("=")[::2] for part in text.split(";") if part)


def settings_text(settings: Mapping[str, str]) -> str:
    """Return settings as links write them; `parse_settings` reads them back."""
    return ";".join(f"{name}={value}" for name, value in settings.items())
