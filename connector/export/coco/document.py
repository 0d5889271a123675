"""A COCO file written as a stream: images and annotations come in turns, and are in lists of their own in the end."""

import tempfile
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import IO, Any, BinaryIO, Self

import orjson


class CocoDocument:
    """One JSON object with the members info, images, annotations and categories, in this order.

    Images go into the file as they come, annotations into a nameless file beside it until the images are done; neither
    is held in memory.
    """

    def __init__(self, out: BinaryIO, info: dict[str, Any], folder: Path | None) -> None:
        """Begins the document.

        Args:
            out: where it goes.
            info: its member of that name.
            folder: where the annotations wait; the system's folder for such files if not given.
        """
        self._out = out
        self._waiting: IO[bytes] = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - closed at the end of the block
        self._images = self._annotations = 0
        out.write(b'{"info":' + orjson.dumps(info) + b',"images":[')

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._waiting.close()

    @property
    def images(self) -> int:
        """How many images have come; the last one's id."""
        return self._images

    @property
    def annotations(self) -> int:
        """How many annotations have come; the last one's id."""
        return self._annotations

    def add_image(self, image: dict[str, Any]) -> int:
        """Add an image and return the id that it got, counted from 1."""
        self._out.write(b",\n" if self._images else b"\n")
        self._images += 1
        self._out.write(orjson.dumps({"id": self._images, **image}))
        return self._images

    def add_annotation(self, annotation: dict[str, Any]) -> None:
        """Add an annotation; it gets the next id, counted from 1.

        Not from 0, as the SDK counts: to pycocotools a match with annotation 0 is no match.
        """
        self._waiting.write(b",\n" if self._annotations else b"\n")
        self._annotations += 1
        self._waiting.write(orjson.dumps({"id": self._annotations, **annotation}))

    def end(self, categories: Iterable[dict[str, Any]]) -> None:
        """Write the annotations and the categories behind the images."""
        self._out.write(b'\n],"annotations":[')
        self._waiting.seek(0)
        while block := self._waiting.read(1 << 20):
            self._out.write(block)
        self._out.write(b'\n],"categories":' + orjson.dumps(list(categories)) + b"}\n")
