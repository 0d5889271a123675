"""The manifest of saved images: JSON Lines, under its name only once it is whole."""

from pathlib import Path
from types import TracebackType
from typing import Any, Self

import orjson

from connector.file_modes import take_place

NAME = "manifest.jsonl"


class Manifest:
    """Collects one line an image; at the end it replaces the folder's earlier manifest.

    Images that the earlier manifest names and this one does not are deleted: the folder then holds the frames that are
    labelled now. Other files are left alone.

    Attributes:
        path: where it is in the end.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / NAME
        self._partial = folder / f".{NAME}.part"
        self._names: set[str] = set()

    def __enter__(self) -> Self:
        self._file = self._partial.open("wb")
        return self

    def add(self, image: Path, root: Path, facts: dict[str, Any]) -> None:
        """Add an image, by its path from `root`, with its facts."""
        self._names.add(image.name)
        line = {"file": image.relative_to(root).as_posix(), **facts}
        self._file.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
        if kind is not None:
            self._partial.unlink(missing_ok=True)
            return
        earlier = self._earlier_names()
        take_place(self._partial, self.path)
        for name in earlier - self._names:
            (self.path.parent / name).unlink(missing_ok=True)

    def _earlier_names(self) -> set[str]:
        """The images of the manifest that is there, by file name; names that lead out of the folder do not count."""
        if not self.path.exists():
            return set()
        with self.path.open("rb") as file:
            try:
                names = {Path(str(orjson.loads(line)["file"])).name for line in file}
            except (orjson.JSONDecodeError, KeyError, TypeError):
                return set()  # not of this command
        return names - {NAME}
