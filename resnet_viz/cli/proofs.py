"""Proof files: "same network, same numbers", so that a lab can show that its port of some weights is right.

A proof has the sha256 of every array and the logits of one stated picture; the arrays are float32, little end first, in
Keras's layout, by our names.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from resnet_viz.analysis import NetworkSummary, network
from resnet_viz.engine.arrays import laid_out
from resnet_viz.engine.session import Session
from resnet_viz.engine.write import write
from resnet_viz.errors import WeightsError, broken_rule
from resnet_viz.messages import gettext as _
from resnet_viz.spec import ResNetSpec
from resnet_viz.spec.reach import logits_node

Arrays = Mapping[str, npt.NDArray[np.float32]]

KIND = "resnet-viz proof 1"
PICTURE = "value[row, column, channel] = ((7 row + 3 column + 11 channel) mod 32) / 16 - 1"
# Of the logits' range: engines add in different orders.
_TOLERANCE = 1e-4
_MAX_BYTES = 10**7


def proof_of(summary: NetworkSummary, arrays: Arrays) -> dict[str, Any]:
    """Return the proof of a network and its arrays."""
    return {
        "kind": KIND,
        "specification": summary.graph.spec.to_dict(),
        "parameters": summary.totals.parameters,
        "arrays": {name: _digest(array) for name, array in sorted(arrays.items())},
        "picture": PICTURE,
        "logits": [float(value) for value in _logits(summary, arrays)],
    }


def check(path: Path, arrays: Arrays, own: ResNetSpec) -> str:
    """Return what was found equal: arrays, and outputs in the network that the proof describes.

    A file of more arrays than the proof's, as of biases into which BatchNorm was folded, is run as the network it is of.

    Args:
        path: The proof.
        arrays: Of the file, by our names.
        own: The network that the file is of.

    Raises:
        WeightsError: If it is no proof, or the first thing that differs.
    """
    proof = _read(path)
    spec = ResNetSpec.from_dict(proof["specification"])
    if not arrays.keys() <= proof["arrays"].keys():
        spec = replace(own, input_shape=spec.input_shape)
    summary = network(spec)
    lacking = next((name for name in proof["arrays"] if name not in arrays), None)
    if lacking:
        raise WeightsError(_("Not proved: the file lacks `{name}`.").format(name=lacking))
    differing = [name for name, digest in proof["arrays"].items() if _digest(arrays[name]) != digest]
    try:
        found = _logits(summary, arrays)
    except (ValueError, KeyError, RuntimeError) as error:
        raise WeightsError(_("Not proved: these arrays do not make up the network of the proof.")) from error
    expected = np.array(proof["logits"])
    gap = float(np.abs(found - expected).max()) if found.shape == expected.shape else float("inf")
    if gap > _TOLERANCE * max(float(np.ptp(expected)), 1e-6):
        where = differing[0] if differing else "-"
        raise WeightsError(
            _("Not proved: the outputs differ by up to {gap:.3g}; the first array of other bytes: `{name}`.").format(
                gap=gap, name=where
            )
        )
    return _("Proved: {same} of {n} arrays are equal to the last bit, and the outputs agree to {gap:.1g}.").format(
        same=len(proof["arrays"]) - len(differing), n=len(proof["arrays"]), gap=gap
    )


def _read(path: Path) -> dict[str, Any]:
    rule = _("a proof file made by `weights FILE --proof`")
    if not path.is_file() or path.stat().st_size > _MAX_BYTES:
        raise WeightsError(broken_rule("--verify", rule, str(path)))
    try:
        proof = json.loads(path.read_text("utf-8"))
        is_one = proof["kind"] == KIND and proof["picture"] == PICTURE
        texts = all(isinstance(text, str) for pair in proof["arrays"].items() for text in pair)
        numbers = all(isinstance(value, int | float) for value in proof["logits"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise WeightsError(broken_rule("--verify", rule, path.name)) from error
    if not (is_one and texts and numbers and "specification" in proof):
        raise WeightsError(broken_rule("--verify", rule, path.name))
    return dict(proof)


def _logits(summary: NetworkSummary, arrays: Arrays) -> npt.NDArray[np.float32]:
    height, width, channels = summary.graph.spec.input_shape
    row, column, channel = np.ogrid[:height, :width, :channels]
    picture = (((7 * row + 3 * column + 11 * channel) % 32) / 16 - 1).astype(np.float32)
    last = logits_node(summary.graph)
    written = write(summary, laid_out(arrays), [last])
    known = {summary.graph.nodes[0].id: np.ascontiguousarray(picture.transpose(2, 0, 1))[None]}
    logits: npt.NDArray[np.float32] = Session(written).run(known)[last][0]
    return logits


def _digest(array: npt.NDArray[np.float32]) -> str:
    return hashlib.sha256(np.ascontiguousarray(array, "<f4").tobytes()).hexdigest()
