"""A stand-in for the model worker: answers of the right shape at once, so that pages draw without Keras."""

from collections import defaultdict
from typing import Any

import numpy as np

from resnet_viz.analysis import analyse
from resnet_viz.errors import JobError
from resnet_viz.results import Attribution
from resnet_viz.worker.requests.activations import Activations
from resnet_viz.worker.requests.explain import Explain


class StillWorker:
    """Answers maps and attributions with zeros, and refuses everything else with a sentence."""

    pid = None

    def ask(self, request: Any, _waiting: Any = None) -> Any:
        """Return zeros in the shapes of the network, for what the worker would answer."""
        request.check()
        summary = analyse(request.network.spec)
        if isinstance(request, Activations):
            return {node: np.zeros(summary.by_id[node].output_shape, np.float32) for node in request.nodes}
        if isinstance(request, Explain):
            # A map of Grad-CAM has the layer's cells, the others' the picture's.
            of_layer = request.wanted.method == "gradcam"
            shape = summary.by_id[request.wanted.node].output_shape if of_layer else summary.graph.spec.input_shape
            return Attribution(np.zeros(shape[:2], np.float32), 0.0, defaultdict(float))
        sentence = "This worker stands still."
        raise JobError(sentence)
