"""A network ready to be looked at: maps, logits, and gradients where these are closed; the last pictures' maps kept."""

import copy
import hashlib
import threading
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple, Self

import numpy as np

from resnet_viz.analysis import NetworkSummary
from resnet_viz.engine.arrays import Array, in_keras_layout, laid_out
from resnet_viz.engine.head import head_gradient, maps_for
from resnet_viz.engine.kept import Kept
from resnet_viz.engine.outputs import Outputs
from resnet_viz.engine.session import Session, channels_first, channels_last
from resnet_viz.engine.write import BatchNorms, write
from resnet_viz.errors import ImageError, SpecError, broken_rule
from resnet_viz.messages import gettext as _
from resnet_viz.spec.reach import descendants, logits_node, surgery_nodes
from resnet_viz.spec.surgery import NO_SURGERY, Surgery

# All maps of one picture are 11 MB at 64 px and 148 MB at 224 px: of the former several are kept, of the latter one.
KEPT_BYTES, ONE_PICTURE_BYTES = 48 * 2**20, 192 * 2**20
# A visitor's surgeries, and the few sets of layers that pages ask for.
_SESSION_BYTES = 24 * 2**20
# Pictures in one pass: the kernels gain little from more, and of a backward pass every activation is kept.
MAX_BATCH, MAX_BATCH_BYTES = 8, 512 * 2**20


class _Pass(NamedTuple):
    """Layers whose outputs one pass gives.

    Attributes:
        nodes: Their ids.
        reach: The same, to look them up.
        nbytes: Of their maps for one picture.
    """

    nodes: tuple[str, ...]
    reach: frozenset[str]
    nbytes: int


class InferenceModel:
    """One network with weights, in inference mode (moving statistics), perhaps after a surgery. No Keras.

    Two models serve nearly every request for maps. One gives the signals of all blocks, the other every layer: both cost
    little more than the last layer alone, so after the first look at a picture each further block is a lookup. All models
    of a network share its arrays. Safe to use from several threads.

    Attributes:
        summary: The network.
        surgery: What is done to it.
        batch: Pictures that a pass takes at once.
    """

    def __init__(self, summary: NetworkSummary, arrays: Mapping[str, Array], *, kept_bytes: int | None = None) -> None:
        """Prepare a network; its models are made when they are needed.

        Args:
            summary: The network.
            arrays: All its arrays by ``layer/array``, in Keras's layout.
            kept_bytes: Most bytes of maps to keep; by default `KEPT_BYTES`, or one picture's maps if these are more.
        """
        self.summary, self.graph = summary, summary.graph
        self.surgery = NO_SURGERY
        self.batch = max(1, min(MAX_BATCH, MAX_BATCH_BYTES // summary.totals.activation_bytes))
        own = summary.totals.activation_bytes
        default = max(KEPT_BYTES, own) if own <= ONE_PICTURE_BYTES else KEPT_BYTES
        self._first = self.graph.nodes[0].id
        signals = [name for block in self.graph.blocks for name in block[4:] if name]
        self._signals = self._pass([*signals, self.graph.nodes[-1].id])
        self._everything = self._pass([node.id for node in self.graph.nodes[1:]])
        self._hold(laid_out(arrays), default if kept_bytes is None else kept_bytes)

    def _hold(self, laid: dict[str, Array], kept_bytes: int) -> None:
        """Take arrays as its own, and keep at most so many bytes of their maps; nothing that others gave is left."""
        self._kept_bytes = kept_bytes
        self._laid = laid
        self.arrays: Mapping[str, Array] = in_keras_layout(laid)
        self._array_bytes = sum({id(array): array.nbytes for array in laid.values()}.values())
        self._maps: Kept[str, tuple[Outputs, ...]] = Kept(self._kept_bytes)
        self._sessions: Kept[tuple[object, ...], Session] = Kept(_SESSION_BYTES)
        self._making = threading.Lock()

    @property
    def nbytes(self) -> int:
        """About how many bytes it takes: arrays, maps that are kept, and models."""
        return self._array_bytes + self._maps.nbytes + self._sessions.nbytes

    def after(self, surgery: Surgery) -> Self:
        """Return the same network after a surgery; both share what they keep."""
        view = copy.copy(self)
        view.surgery = surgery
        return view

    def with_arrays(self, other: Mapping[str, Array]) -> Self:
        """Return the network with other values in some arrays, in Keras's layout; it keeps no maps."""
        view = copy.copy(self)
        view._hold(self._laid | laid_out(other), kept_bytes=0)  # noqa: SLF001 - one of its own
        return view

    def warm(self) -> None:
        """Make both models ahead of the first request."""
        for wanted in (self._signals, self._everything):
            self._session(wanted.nodes, [self._first], NO_SURGERY)

    def arrays_of(self, node: str) -> dict[str, Array]:
        """Return a layer's arrays by name, in Keras's layout."""
        return {
            name.rpartition("/")[2]: array for name, array in self.arrays.items() if name.rpartition("/")[0] == node
        }

    def activations(self, picture: Array, nodes: Sequence[str]) -> dict[str, Array]:
        """Return the outputs of layers, by id, without the batch axis: views ``(height, width, channels)``, each map whole.

        Args:
            picture: float32 ``(height, width, channels)`` of the network's input size, preprocessed.
            nodes: Layer ids; `input` gives the picture itself. Of a surgery only what it reaches is computed anew.

        Raises:
            UnknownLayerError: If the network has no such layer.
            ImageError: If the picture has another shape.
        """
        for name in nodes:
            self.graph.node(name)
        if picture.shape != self.graph.spec.input_shape:
            rule = _("an array of shape {shape}").format(shape=self.graph.spec.input_shape)
            raise ImageError(broken_rule("picture", rule, picture.shape))
        key = hashlib.sha256(np.ascontiguousarray(picture).data).hexdigest()
        if self.surgery:
            return self._after_surgery(picture, key, nodes)
        found = {self._first: picture, **self._recalled(key, nodes)}
        missing = [name for name in nodes if name not in found]
        if missing:
            found |= _views(self._computed(key, {self._first: picture}, self._together(missing)), missing)
        return {name: found[name] for name in nodes}

    def logits(self, pictures: Array) -> Array:
        """Return logits ``(n, classes)`` of float32 pictures ``(n, height, width, channels)``."""
        node = logits_node(self.graph)
        session = self._session((node,), [self._first], self.surgery)
        parts = [
            _run(session, {self._first: pictures[start : start + self.batch]})[node]
            for start in range(0, len(pictures), self.batch)
        ]
        return np.concatenate(parts)

    def normalised_by_batch(self, pictures: Array) -> dict[str, Array]:
        """Return every layer's output for the first picture, each BatchNorm by the statistics of all these pictures."""
        session = self._session(self._everything.nodes, [self._first], self.surgery, batch_norms="batch, first")
        found = _run(session, {self._first: pictures})
        return {name: channels_last(maps)[0] for name, maps in found.items()}

    def direction(self, target: int) -> Array:
        """Return the vector ``(classes,)`` whose product with the logits is the score of a class.

        Raises:
            SpecError: If there is no such class.
        """
        classes = self.graph.spec.classes
        if not 0 <= target < classes:
            raise SpecError(broken_rule("class", _("from 0 to {last}").format(last=classes - 1), target))
        return np.asarray(np.arange(classes) == target, np.float32)

    def head_gradient(self, picture: Array, node: str, direction: Array) -> tuple[float, Array, Array]:
        """Return the score, a layer's output ``(height, width, channels)``, and the score's gradient in it.

        Args:
            picture: float32 ``(height, width, channels)``.
            node: A layer for which `is_closed` holds.
            direction: As `direction` gives it.
        """
        maps = self.activations(picture, maps_for(self.graph, node))
        score, gradient = head_gradient(self.summary, self.arrays, maps, node, direction, self.surgery)
        return score, maps[node], gradient

    # --- Within ------------------------------------------------------------------------------------------------------

    def _after_surgery(self, picture: Array, key: str, nodes: Sequence[str]) -> dict[str, Array]:
        """Return layers' outputs, computed from the last maps that the surgery does not reach."""
        changed = surgery_nodes(self.graph, self.surgery)
        reached, mark = descendants(self.graph, changed) | changed, f"{key}/{self.surgery.to_text()}"
        intact = self.after(NO_SURGERY)
        untouched = [name for name in nodes if name not in reached]
        found = intact.activations(picture, untouched) if untouched else {}
        found |= self._recalled(mark, [name for name in nodes if name in reached])
        missing = [name for name in nodes if name not in found]
        if missing:
            edge = {name for node in self.graph.nodes if node.id in reached for name in node.inputs} - reached
            known = intact.activations(picture, sorted(edge))
            wanted = self._pass([name for name in self._together(missing).nodes if name in reached])
            found |= _views(self._computed(mark, known, wanted), missing)
        return {name: found[name] for name in nodes}

    def _pass(self, nodes: Sequence[str]) -> _Pass:
        size = sum(self.summary.by_id[name].activation_bytes for name in set(nodes))
        return _Pass(tuple(dict.fromkeys(nodes)), frozenset(nodes), size)

    def _together(self, missing: Sequence[str]) -> _Pass:
        """Return what to compute for some layers: all signals, or every layer, as far as it can be kept."""
        for group in (self._signals, self._everything):
            if group.nbytes <= self._kept_bytes and group.reach.issuperset(missing):
                return group
        return self._pass(missing)

    def _computed(self, mark: str, known: Mapping[str, Array], wanted: _Pass) -> Outputs:
        """Return outputs ``(1, channels, …)`` from known ones, and keep them, all of one picture together."""
        session = self._session(wanted.nodes, list(known), self.surgery)
        self._maps.make_room(wanted.nbytes)  # old maps go before new ones come
        found = _run(session, {name: maps[np.newaxis] for name, maps in known.items()})
        earlier = [maps for maps in self._maps.find(mark) or () if not maps.keys() <= found.keys()]
        kept = (found, *earlier)
        self._maps.keep({mark: (kept, sum(maps.nbytes for maps in kept))})
        return found

    def _recalled(self, mark: str, nodes: Collection[str]) -> dict[str, Array]:
        recalled: dict[str, Array] = {}
        for maps in self._maps.find(mark) or ():
            recalled |= _views(maps, [name for name in nodes if name in maps])
        return recalled

    def _session(
        self, wanted: tuple[str, ...], known: Sequence[str], surgery: Surgery, *, batch_norms: BatchNorms = "moving"
    ) -> Session:
        key = (wanted, tuple(known), surgery, batch_norms)
        with self._making:
            session = self._sessions.find(key)
            if session is None:
                made = write(self.summary, self._laid, wanted, known=known, surgery=surgery, batch_norms=batch_norms)
                session = Session(made)
                self._sessions.keep({key: (session, session.nbytes)})
            return session


def _views(found: Mapping[str, Array], nodes: Collection[str]) -> dict[str, Array]:
    """Return some outputs without the batch axis, channels last."""
    return {name: channels_last(found[name])[0] for name in nodes}


def _run(session: Session, known: Mapping[str, Array]) -> Outputs:
    """Return a model's outputs, channels first, from maps with channels last."""
    return session.run({name: channels_first(np.asarray(maps, np.float32)) for name, maps in known.items()})
