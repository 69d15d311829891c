"""A throw-away process that reads one untrusted weights file: a crash or a bomb costs one upload, not the class.

``python -m resnet_viz.weights.reader SOURCE TARGET MAX_BYTES LANGUAGE`` writes the arrays to TARGET as float32
safetensors and prints one JSON object: the shapes, or the sentence that says what is wrong.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from resnet_viz.errors import ResNetVizError, WeightsError
from resnet_viz.messages import current_language, use_language
from resnet_viz.messages import gettext as _
from resnet_viz.sandbox import Limits

TIMEOUT_S = 20.0
LIMITS = Limits(memory_bytes=3 * 2**30, cpu_s=int(TIMEOUT_S), file_bytes=600 * 2**20)


def convert(source: Path, target: Path, *, max_bytes: int) -> dict[str, tuple[int, ...]]:
    """Read `source` in a process of its own, write its arrays to `target`, and return their shapes by name.

    Raises:
        WeightsError: If the file is unsafe, damaged, or took too long or too much memory to read.
    """
    command = [sys.executable, "-m", __spec__.name, str(source), str(target), str(max_bytes), current_language()]
    too_much = _(
        "The weights file could not be read within {n:.0f} s and the memory allowed: it is damaged or not a network's weights."
    )
    try:
        done = subprocess.run(command, capture_output=True, timeout=TIMEOUT_S, check=False)
    except subprocess.TimeoutExpired as error:
        raise WeightsError(too_much.format(n=TIMEOUT_S)) from error
    try:
        answer: dict[str, Any] = json.loads(done.stdout)
    except ValueError as error:
        raise WeightsError(too_much.format(n=TIMEOUT_S)) from error
    if "sentence" in answer:
        raise WeightsError(answer["sentence"])
    return {name: tuple(shape) for name, shape in answer["shapes"].items()}


def answer(source: Path, target: Path, *, max_bytes: int) -> dict[str, Any]:
    """Write the arrays of a file to `target` and return their shapes, or the sentence that says what is wrong."""
    from resnet_viz.weights.formats import read_weights, save_arrays  # of the optional model part

    try:
        arrays = read_weights(source, max_bytes=max_bytes)
        save_arrays(arrays, target)
    except ResNetVizError as error:
        return {"sentence": str(error)}
    return {"shapes": {name: array.shape for name, array in arrays.items()}}


def main() -> None:
    """Convert the file that the arguments name."""
    source, target, max_bytes, language = sys.argv[1:]
    use_language(language)
    LIMITS.apply()
    print(json.dumps(answer(Path(source), Path(target), max_bytes=int(max_bytes))))


if __name__ == "__main__":
    main()
