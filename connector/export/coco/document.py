"""Writes a COCO file as a stream: images and annotations come in turns, and end up in separate lists."""

import tempfile
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import IO, Any, BinaryIO, Self

import orjson


class CocoDocument:
    """One JSON object with the members info, images, annotations and categories, in this order.

    Images go into the file as they come; annotations go into a nameless file until the images are done. Neither is held
    in memory.
    """

    def __init__(self, out: BinaryIO, info: dict[str, Any], folder: Path | None) -> None:
        """Begins the document.

        Args:
            out: where to write it.
            info: its member `info`.
            folder: where the annotations wait; the system's temporary folder if not given.
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
        """How many images have come, which is the id of the last one."""
        return self._images

    @property
    def annotations(self) -> int:
        """How many annotations have come, which is the id of the last one."""
        return self._annotations

    def add_image(self, image: dict[str, Any]) -> int:
        """Add an image and return the id that it got, counted from 1."""
        self._out.write(b",\n" if self._images else b"\n")
        self._images += 1
        self._out.write(orjson.dumps({"id": self._images, **image}))
        return self._images

    def add_annotation(self, annotation: dict[str, Any]) -> None:
        """Add an annotation; it gets the next id, counted from 1.

        The SDK counts from 0, but for pycocotools a match with annotation 0 is no match.
        """
        self._waiting.write(b",\n" if self._annotations else b"\n")
        self._annotations += 1
        self._waiting.write(orjson.dumps({"id": self._annotations, **annotation}))

    def end(self, categories: Iterable[dict[str, Any]]) -> None:
        """Write the annotations and the categories after the images."""
        self._out.write(b'\n],"annotations":[')
        self._waiting.seek(0)
        while block := self._waiting.read(1 << 20):
            self._out.write(block)
        self._out.write(b'\n],"categories":' + orjson.dumps(list(categories)) + b"}\n")
