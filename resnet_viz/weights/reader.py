"""A throw-away process that reads one untrusted weights file: a crash or a bomb costs one upload, not the class.

``python -m resnet_viz.weights.reader SOURCE TARGET LANGUAGE [SPECIFICATION]`` writes the arrays to TARGET as float32
safetensors and prints one JSON object: their shapes and what the file is, or the sentence that says what is wrong.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

from resnet_viz.errors import ResNetVizError, WeightsError
from resnet_viz.messages import current_language, use_language
from resnet_viz.messages import gettext as _
from resnet_viz.sandbox import Limits
from resnet_viz.spec import ResNetSpec
from resnet_viz.spec.layers import Shape
from resnet_viz.weights.about import About

_PROCESSOR_S = 20
# By the clock, for systems without a limit of processor time; a busy machine may give a process a fifth of a core.
_TIMEOUT_S = 6.0 * _PROCESSOR_S
LIMITS = Limits(memory_bytes=3 * 2**30, cpu_s=_PROCESSOR_S, file_bytes=600 * 2**20)


class Converted(NamedTuple):
    """A file whose arrays were written anew.

    Attributes:
        shapes: Of its arrays, by ``layer/array``.
        about: What it is.
    """

    shapes: dict[str, Shape]
    about: About


def convert(source: Path, target: Path, spec: ResNetSpec | None = None) -> Converted:
    """Read `source` in a process of its own and write its arrays to `target`.

    Args:
        source: The file.
        target: Where they go.
        spec: The network, where a person has said which; the file decides it otherwise.

    Raises:
        WeightsError: If the file is unsafe, damaged, or took too long or too much memory to read.
    """
    command = [sys.executable, "-m", __spec__.name, str(source), str(target), current_language()]
    command += [spec.to_json(None)] if spec else []
    too_much = _(
        "The weights file could not be read within {n:.0f} s and the memory allowed: it is damaged or not a network's weights."
    )
    try:
        done = subprocess.run(command, capture_output=True, timeout=_TIMEOUT_S, check=False)
    except subprocess.TimeoutExpired as error:
        raise WeightsError(too_much.format(n=_PROCESSOR_S)) from error
    try:
        answer: dict[str, Any] = json.loads(done.stdout)
    except ValueError as error:
        raise WeightsError(too_much.format(n=_PROCESSOR_S)) from error
    if "sentence" in answer:
        raise WeightsError(answer["sentence"])
    return Converted(shapes_from(answer["shapes"]), About.from_dict(answer["about"]))


def shapes_from(data: dict[str, list[int]]) -> dict[str, Shape]:
    """Return shapes after a way through JSON."""
    return {name: tuple(map(int, shape)) for name, shape in data.items()}


def answer(source: Path, target: Path, spec: ResNetSpec | None = None) -> dict[str, Any]:
    """Write the arrays of a file to `target`; return their shapes and what it is, or the sentence that says what is wrong."""
    from resnet_viz.weights.formats import read_weights, save_arrays  # by the process alone

    try:
        found = read_weights(source, spec=spec)
        save_arrays(found.arrays, target)
    except ResNetVizError as error:
        return {"sentence": str(error)}
    return {"shapes": {name: array.shape for name, array in found.arrays.items()}, "about": found.about.to_dict()}


def main() -> None:
    """Convert the file that the arguments name."""
    source, target, language, *said = sys.argv[1:]
    use_language(language)
    LIMITS.apply()
    spec = ResNetSpec.from_json(said[0]) if said else None
    print(json.dumps(answer(Path(source), Path(target), spec)))


if __name__ == "__main__":
    main()
