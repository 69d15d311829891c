"""A stand-in for the model worker: answers of the right shape at once, so that pages draw without Keras."""

from collections import defaultdict
from types import SimpleNamespace
from typing import Any

import numpy as np

from resnet_viz.analysis import analyse
from resnet_viz.errors import JobError


class StillWorker:
    """Answers maps, logits and attributions with zeros, and refuses everything else with a sentence."""

    pid = None

    def ask(self, op: str, spec: Any, _arrays: Any = None, **options: Any) -> Any:
        """Return zeros; the shapes are those of the network."""
        summary = analyse(spec)
        if op == "activations":
            made = {node: np.zeros(summary.by_id[node].output_shape, np.float32) for node in options["nodes"]}
            return SimpleNamespace(arrays=made, header={})
        if op == "logits":
            return SimpleNamespace(arrays={"logits": np.zeros((1, spec.classes), np.float32)}, header={})
        if op == "explain":
            # A map of Grad-CAM has the layer's cells, the others' the picture's.
            shape = summary.by_id[options["node"]].output_shape if options["method"] == "gradcam" else spec.input_shape
            header = {"score": 0.0, "numbers": defaultdict(float)}
            return SimpleNamespace(arrays={"values": np.zeros(shape[:2], np.float32)}, header=header)
        sentence = "This worker stands still."
        raise JobError(sentence)
