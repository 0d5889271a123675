"""A file that gets its name only when it is complete."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from connector.process.file_modes import take_place


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """A new file next to `path`, which it replaces at the end of the block; it is removed if the block raises.

    A file that a killed run left there is replaced. A link with either name is replaced too, and never followed. The
    new file has the same permissions as the one that it replaces.

    Raises:
        OSError: it cannot be written.
    """
    partial = path.with_name(f".{path.name}.part")
    partial.unlink(missing_ok=True)
    try:
        with partial.open("xb") as file:
            yield file
        take_place(partial, path)
    finally:
        partial.unlink(missing_ok=True)
