"""A visitor's picture is read in a throw-away process with limits: what it asks of a decoder costs nobody else anything.

``python -m resnet_viz.images.sandboxed LANGUAGE`` takes the file's bytes on its standard input and answers with one line of
JSON, then the pixels.
"""

import json
import os
import subprocess
import sys
import threading
from typing import Any

from PIL import Image

from resnet_viz.errors import ImageError
from resnet_viz.images.modes import strips
from resnet_viz.images.reader import Picture, check_size, read_picture
from resnet_viz.messages import current_language, use_language
from resnet_viz.messages import gettext as _
from resnet_viz.sandbox import Limits

# The largest picture takes 0.8 s of the processor and 170 MB where this was measured; a slow machine gets six times as
# long. By the clock it may take far longer: what a crowd or a training leaves of the machine is no fault of the picture.
LIMITS = Limits(memory_bytes=400 * 2**20, cpu_s=5, file_bytes=0)
_TIMEOUT_S = 90.0

_one_at_a_time = threading.Lock()


def read_sandboxed(data: bytes) -> Picture:
    """Return the picture in some bytes of unknown origin, as `read_picture` does, whatever they make a decoder do.

    Raises:
        ImageError: If they are no picture that can be read safely, in the time and memory allowed.
    """
    check_size(data)
    command = [sys.executable, "-m", __spec__.name, current_language()]
    # NumPy is asked for by pictures of numbers only; its threads would take address space that counts as memory.
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    too_much = _(
        "The image could not be read in the time and memory allowed: save it as a plain PNG or JPEG, then try again."
    )
    try:
        with _one_at_a_time:
            done = subprocess.run(
                command, input=data, capture_output=True, timeout=_TIMEOUT_S, check=False, env=environment
            )
        head_bytes = done.stdout.index(b"\n") + 1
        answer: dict[str, Any] = json.loads(done.stdout[:head_bytes])
    except (subprocess.TimeoutExpired, ValueError) as error:
        raise ImageError(too_much) from error
    if "sentence" in answer:
        raise ImageError(answer["sentence"])
    # A view: the pixels of 12 megapixels are not copied once more on their way.
    rgb = Image.frombytes("RGB", tuple(answer["size"]), memoryview(done.stdout)[head_bytes:])
    return Picture(lambda: rgb, answer["sha256"], tuple(answer["notes"]))


def main() -> None:
    """Answer for the picture on the standard input."""
    use_language(sys.argv[1])
    LIMITS.apply()
    try:
        picture = read_picture(sys.stdin.buffer.read())
    except ImageError as error:
        head: dict[str, Any] = {"sentence": str(error)}
        print(json.dumps(head))
        return
    head = {"size": picture.rgb.size, "sha256": picture.sha256, "notes": picture.notes}
    sys.stdout.buffer.write(json.dumps(head).encode() + b"\n")
    for _top, strip in strips(picture.rgb):
        sys.stdout.buffer.write(strip.tobytes())


if __name__ == "__main__":
    main()
