"""A file that has its name only once it is whole."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from connector.process.file_modes import take_place


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """A new file beside `path`: it takes that place at the end of the block, and goes if the block raises.

    What a killed run left beside it is replaced. A link under either name is replaced, too, and never
    followed. It is as open to others as what it replaces.

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
