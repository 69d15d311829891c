"""Files written so that a reader, or a power cut, finds the old bytes or the new ones."""

import os
from pathlib import Path


def write_whole(path: Path, data: bytes) -> None:
    """Put bytes in place of a file, durably; a reader sees the old ones or the new ones, never a part.

    Raises:
        OSError: If the disk does not take them.
    """
    work = path.with_name(f".new-{path.name}-{os.getpid()}")
    try:
        write_durably(work, data)
        work.replace(path)
    except OSError as error:
        work.unlink(missing_ok=True)
        error.filename, error.filename2 = str(path), None  # the name that a person knows
        raise


def write_durably(path: Path, data: bytes) -> None:
    """Write a new file, and return when it is on the disk.

    Raises:
        OSError: If the disk does not take it.
    """
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
