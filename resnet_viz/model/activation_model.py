"""A network ready to show its activations: built once, compiled once, the last pictures' maps kept."""

import hashlib
import math
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from keras import ops

from resnet_viz.analysis import NetworkSummary, analyse
from resnet_viz.errors import ImageError, SpecError, broken_rule
from resnet_viz.messages import gettext as _
from resnet_viz.model.build import assign_weights, build_model
from resnet_viz.model.compiled import FloatArray, OutputFunction, compile_outputs
from resnet_viz.model.partial_forward import run_graph
from resnet_viz.spec import ResNetSpec
from resnet_viz.spec.reach import descendants, surgery_nodes
from resnet_viz.spec.surgery import NO_SURGERY, Surgery

# All activations of one picture are 11 MB at 64 px and 148 MB at 224 px: the cap holds a few large or many small ones.
CACHE_BYTES = 256 * 2**20


class ActivationModel:
    """One network with weights, in inference mode (moving statistics).

    Two compiled functions serve every request. One returns the signals of all blocks, the other every layer. Both cost
    little more than a forward pass, so after the first look at a picture each further block is a lookup. Once warm,
    `activations` without a surgery may be called from several threads.
    """

    def __init__(
        self,
        spec: ResNetSpec,
        *,
        weights: Mapping[str, FloatArray] | None = None,
        on_progress: Callable[[str], None] = lambda _step: None,
        cache_bytes: int = CACHE_BYTES,
        max_bytes: float = math.inf,
    ) -> None:
        """Build the network.

        Args:
            spec: The network.
            weights: Arrays by ``layer/array``; those that fit replace the random start, others are passed over.
            on_progress: Hears the steps build and compile.
            cache_bytes: Most bytes of feature maps to keep.
            max_bytes: Most bytes that weights and all maps of one picture may take.

        Raises:
            SpecError: If the network cannot exist, or takes more than that.
        """
        self.summary: NetworkSummary = analyse(spec)
        size = 4 * self.summary.totals.parameters + self.summary.totals.activation_bytes
        if size > max_bytes:
            rule = _("at most {n} bytes of weights and feature maps to be computed here").format(n=f"{max_bytes:,}")
            advice = _("Choose a smaller picture or fewer filters.")
            raise SpecError(broken_rule("network", rule, size, advice))
        on_progress("build")
        self.model = build_model(spec)
        assign_weights(self.model, weights or {})
        self._on_progress = on_progress
        self._functions: dict[tuple[tuple[str, ...], int], OutputFunction] = {}
        self._cache: OrderedDict[tuple[str, str], FloatArray] = OrderedDict()
        self._cache_bytes, self._cached = cache_bytes, 0
        self._lock = threading.Lock()
        self._first = self.summary.graph.nodes[0].id
        signals = [name for block in self.summary.graph.blocks for name in block[4:] if name]
        self._signals = tuple(dict.fromkeys([*signals, self.summary.graph.nodes[-1].id]))
        self._everything = tuple(node.id for node in self.summary.graph.nodes[1:])

    def warm(self) -> None:
        """Compile both functions ahead of the first request."""
        self.output_function(self._signals)
        self.output_function(self._everything)

    def is_ready_for(self, nodes: Sequence[str]) -> bool:
        """Return whether these layers' outputs need nothing compiled first."""
        output_function = self._signals if set(nodes) - {self._first} <= set(self._signals) else self._everything
        return (output_function, 1) in self._functions

    def activations(
        self, picture: FloatArray, nodes: Sequence[str], surgery: Surgery = NO_SURGERY, *, fresh: bool = False
    ) -> dict[str, FloatArray]:
        """Return the outputs of layers, by id, without the batch axis.

        Args:
            picture: float32 ``(height, width, channels)`` of the network's input size, preprocessed.
            nodes: Layer ids; `input` gives the picture itself.
            surgery: What is done to the network first; only what it reaches is computed anew.
            fresh: Neither look into the cache nor keep anything: the weights are others for the moment.

        Raises:
            UnknownLayerError: If the network has no such layer.
            ImageError: If the picture has another shape.
        """
        for name in nodes:
            self.summary.graph.node(name)
        if picture.shape != self.summary.graph.spec.input_shape:
            rule = _("an array of shape {shape}").format(shape=self.summary.graph.spec.input_shape)
            raise ImageError(broken_rule("picture", rule, picture.shape))
        key = hashlib.sha256(np.ascontiguousarray(picture).data).hexdigest()
        if fresh:
            missing = [name for name in nodes if name != self._first]
            return {self._first: picture, **self._run(picture, missing)} if missing else {self._first: picture}
        if surgery:
            return self._with_surgery(picture, key, nodes, surgery)
        found = {self._first: picture, **self._recalled(key, nodes)}
        missing = [name for name in nodes if name not in found]
        if missing:
            found |= self._kept(key, self._run(picture, missing))
        return {name: found[name] for name in nodes}

    def output_function(self, nodes: tuple[str, ...], batch: int = 1) -> OutputFunction:
        """Return the compiled function of some layers for a batch of pictures; compiled at first use, then kept."""
        if (nodes, batch) not in self._functions:
            self._on_progress("compile")
            function = compile_outputs(self.model, nodes, batch=batch)
            function(np.zeros((batch, *self.summary.graph.spec.input_shape), np.float32))  # the first call allocates
            self._functions[nodes, batch] = function
        return self._functions[nodes, batch]

    def _with_surgery(
        self, picture: FloatArray, key: str, nodes: Sequence[str], surgery: Surgery
    ) -> dict[str, FloatArray]:
        """Return layers' outputs after a surgery, walked eagerly from the last maps that it does not reach."""
        graph, mark = self.summary.graph, f"{key}/{surgery.to_text()}"
        changed = surgery_nodes(graph, surgery)
        reached = descendants(graph, changed) | changed
        intact = [name for name in nodes if name not in reached]
        found = self.activations(picture, intact) if intact else {}
        found |= self._recalled(mark, [name for name in nodes if name in reached])
        missing = [name for name in nodes if name not in found]
        if missing:
            signals = [name for name in (*self._signals, *missing) if name in reached]
            edge = {name for node in graph.nodes if node.id in reached for name in node.inputs if name not in reached}
            known = {name: array[np.newaxis] for name, array in self.activations(picture, sorted(edge)).items()}
            outputs = run_graph(self.model, known, signals, graph=graph, surgery=surgery)
            fresh = {name: np.asarray(ops.convert_to_numpy(array))[0] for name, array in outputs.items()}
            found |= self._kept(mark, fresh)
        return {name: found[name] for name in nodes}

    def _run(self, picture: FloatArray, missing: Sequence[str]) -> dict[str, FloatArray]:
        output_function = self._signals if set(missing) <= set(self._signals) else self._everything
        outputs = self.output_function(output_function)(np.ascontiguousarray(picture[np.newaxis], np.float32))
        return {name: array[0] for name, array in zip(output_function, outputs, strict=True)}

    def _recalled(self, key: str, nodes: Sequence[str]) -> dict[str, FloatArray]:
        """Return those of the outputs that are kept."""
        with self._lock:
            found = {name: self._cache[key, name] for name in nodes if (key, name) in self._cache}
            for name in found:
                self._cache.move_to_end((key, name))
        return found

    def _kept(self, key: str, fresh: dict[str, FloatArray]) -> dict[str, FloatArray]:
        with self._lock:
            for name, array in fresh.items():
                old = self._cache.pop((key, name), None)
                self._cached += array.nbytes - (old.nbytes if old is not None else 0)
                self._cache[key, name] = array
            while self._cached > self._cache_bytes and self._cache:
                self._cached -= self._cache.popitem(last=False)[1].nbytes
        return fresh
