"""The specification: a ResNet as data, its presets, and the LayerGraph made from it. Standard library only."""

from resnet_viz.spec.graph import Block, LayerGraph, Node, build_graph
from resnet_viz.spec.presets import DEFAULT_PRESET, PRESETS, parse_classes, parse_input_shape, preset
from resnet_viz.spec.schema import Bias, ResNetSpec, Shortcut, Stage, Stem

__all__ = [
    "DEFAULT_PRESET",
    "PRESETS",
    "Bias",
    "Block",
    "LayerGraph",
    "Node",
    "ResNetSpec",
    "Shortcut",
    "Stage",
    "Stem",
    "build_graph",
    "parse_classes",
    "parse_input_shape",
    "preset",
]
