"""Files written so that a reader, or a power cut, finds the old bytes or the new ones."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path


def write_whole(path: Path, data: bytes) -> None:
    """Put bytes in place of a file, durably; a reader sees the old ones or the new ones, never a part.

    Raises:
        OSError: If the disk does not take them.
    """
    with whole(path) as work:
        write_durably(work, data)


@contextlib.contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Yield where to write what takes the place of a file once all of it is there.

    Raises:
        OSError: If the disk does not take it.
    """
    work = path.with_name(f".new-{path.name}-{os.getpid()}")
    try:
        yield work
        work.replace(path)
    except OSError as error:
        error.filename, error.filename2 = str(path), None  # the name that a person knows
        raise
    finally:
        work.unlink(missing_ok=True)


def write_durably(path: Path, data: bytes) -> None:
    """Write a new file, and return when it is on the disk.

    Raises:
        OSError: If the disk does not take it.
    """
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
