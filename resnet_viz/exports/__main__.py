"""A throw-away process that writes one network with its weights: ``python -m resnet_viz.exports``.

It takes its order as one JSON object on its standard input (`store.py` sends it) and answers in lines of
JSON: the share that is done, or the sentence that says why there is no file.
"""

import json
import sys
from pathlib import Path
from typing import Any

from resnet_viz.analysis import analyse
from resnet_viz.errors import ResNetVizError
from resnet_viz.exports.arrays import Source, completed
from resnet_viz.exports.file import write_file
from resnet_viz.exports.keras_files import write_archive
from resnet_viz.messages import gettext as _
from resnet_viz.messages import use_language
from resnet_viz.spec import ResNetSpec
from resnet_viz.weights.arrays import arrays_of
from resnet_viz.weights.content import Content
from resnet_viz.weights.handing_on import write_as


def main() -> None:
    """Write the file that the order names."""
    order = json.load(sys.stdin)
    use_language(order["language"])
    try:
        _write(order)
    except ResNetVizError as error:
        _say(sentence=str(error))
    except OSError as error:
        _say(sentence=_("The file could not be made ({reason}): try again.").format(reason=error.strerror))


def _write(order: dict[str, Any]) -> None:
    summary = analyse(ResNetSpec.from_dict(order["specification"]))
    _say(share=0.1)
    arrays = arrays_of(Content(Path(order["path"]), order["sha256"])) if order["path"] else {}
    _say(share=0.2)
    source = Source(order["preset"], order["weights"], order["sha256"], order["pixels"])
    whole, about = completed(summary, arrays, source)
    _say(share=0.4)
    target = Path(order["target"])
    match order["kind"]:
        case "onnx" | "onnx-folded" as kind:
            folds = kind == "onnx-folded"
            write_file(summary, whole, about, target, folds=folds, on_share=lambda share: _say(share=share))
        case "keras":
            write_archive(summary, whole, target, about)
        case kind:
            write_as(kind, summary, whole, target, about)


def _say(**message: Any) -> None:
    print(json.dumps(message), flush=True)


if __name__ == "__main__":
    main()
