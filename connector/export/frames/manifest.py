"""The manifest of saved images: JSON Lines; it gets its name only when it is complete."""

import re
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import orjson

from connector.export.whole_file import whole_file

NAME = "manifest.jsonl"
_IMAGE = re.compile(r"[0-9]+\.(png|jpg)")


class Manifest:
    """Collects one line for each image; at the end it replaces the folder's earlier manifest.

    Images that the earlier manifest names and this one does not are deleted, so that the folder holds the frames that
    are labelled now. Other files are left alone; a manifest with a line that this command did not write counts as
    naming no images.

    Attributes:
        path: its final path.
    """

    def __init__(self, folder: Path, root: Path) -> None:
        """Begin a manifest in a folder; its paths are relative to `root`."""
        self.path = folder / NAME
        self._folder = folder.relative_to(root).as_posix()
        self._names: set[str] = set()
        self._open = ExitStack()

    def __enter__(self) -> Self:
        self._file = self._open.enter_context(whole_file(self.path))
        self._earlier = self._earlier_names()
        return self

    def add(self, image: Path, facts: dict[str, Any]) -> None:
        """Add an image of the folder, with its facts."""
        self._names.add(image.name)
        line = {"file": f"{self._folder}/{image.name}", **facts}
        self._file.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.__exit__(kind, error, trace)
        if kind is None:
            for name in self._earlier - self._names:
                image = self.path.parent / name
                if image.is_file() and not image.is_symlink():
                    image.unlink()

    def _earlier_names(self) -> set[str]:
        """The file names of the images in the present manifest."""
        if not self.path.is_file() or self.path.is_symlink():
            return set()
        names = set()
        with self.path.open("rb") as file:
            for text in file:
                try:
                    line = orjson.loads(text)
                    folder, _, name = line["file"].rpartition("/")
                    is_ours = (
                        folder == self._folder and _IMAGE.fullmatch(name) and name.split(".")[0] == str(line["frame"])
                    )
                except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
                    is_ours = False
                if not is_ours:
                    return set()
                names.add(name)
        return names
