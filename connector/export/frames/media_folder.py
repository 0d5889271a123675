"""Pictures of single frames out of a folder of videos and images, each found by its title or its id.

No title is ever made into a path: the folder is listed once, and titles are looked up in the list.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from connector.errors import ConnectorError, ErrorKind
from connector.export.frames.decoding import VideoFile
from connector.export.frames.fitting_file import has_other_aspect, other_frame_count
from connector.load.questions.frame_files import FrameFile

if TYPE_CHECKING:
    from PIL.Image import Image


_FORMATS = ("JPEG", "PNG", "WEBP", "TIFF", "BMP", "GIF")
"""Pillow reads others too, some of them by running other programs."""


class MediaFolder:
    """The files that lie in a folder; those of its own folders are not looked at."""

    def __init__(self, folder: Path) -> None:
        """Lists the folder.

        Raises:
            ConnectorError: CONFIGURATION, if it cannot be listed.
        """
        self._folder = folder
        try:
            self._names = {path.name: path for path in sorted(folder.iterdir()) if path.is_file()}
        except OSError as error:
            raise ConnectorError(
                ErrorKind.CONFIGURATION,
                f"{folder} cannot be listed: {error.strerror}.",
                remedy="Give --video-dir the folder that the videos and images are in.",
            ) from error
        self._stems: dict[str, list[Path]] = defaultdict(list)
        for name, path in self._names.items():
            self._stems[name.partition(".")[0]].append(path)

    def pictures(self, frames: Sequence[FrameFile], shared_names: set[str]) -> "Iterator[tuple[int, Image]]":
        """Frames as pictures, RGB; only one is in memory at a time.

        Args:
            frames: frames of one video by ascending number, or one image.
            shared_names: titles that do not say which file is meant.

        Yields:
            The number of the frame and its picture.

        Raises:
            ConnectorError: CONFIGURATION, if a file is not there, cannot be read, or is not the one that was labelled.
        """
        first, last = frames[0], frames[-1]
        if first.kind == "other":
            raise ConnectorError(ErrorKind.CONFIGURATION, "only videos and images are read.")
        path = self._file(first, shared_names)
        if first.kind == "image":
            yield first.frame, _fitting(_read(path), first)
            return
        file = VideoFile(path)
        if differs := other_frame_count(file, first.video, last.frame):
            raise ConnectorError(ErrorKind.CONFIGURATION, f"{differs}: the same number may be another picture.")
        for decoded in file.frames([frame.frame for frame in frames]):
            yield decoded.number, _fitting(decoded.image, first)

    def _file(self, frame: FrameFile, shared_names: set[str]) -> Path:
        """The file with the frame's id and any ending (of several the title's), or else the one with its title."""
        by_id = self._stems[frame.id] if frame.id else []
        if len(by_id) > 1:
            by_id = [path for path in by_id if path.suffix == Path(frame.title).suffix]
        if len(by_id) == 1:
            return by_id[0]
        if frame.title in self._names and frame.title not in shared_names:
            return self._names[frame.title]
        if frame.title in self._names:
            raise ConnectorError(
                ErrorKind.CONFIGURATION, f"several files of the project are called {frame.title}: name it by its id."
            )
        wanted = f"is called {frame.title}" + (f" or {frame.id} with any ending" if frame.id else "")
        raise ConnectorError(ErrorKind.CONFIGURATION, f"no file in {self._folder} {wanted}.")


def _read(path: Path) -> "Image":
    """An image file as RGB, turned as browsers turn it."""
    from PIL import Image, ImageOps

    try:
        with Image.open(path, formats=_FORMATS) as image:
            return ImageOps.exif_transpose(image).convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise ConnectorError(ErrorKind.CONFIGURATION, f"{path} cannot be read as an image.") from error


def _fitting(image: "Image", frame: FrameFile) -> "Image":
    if has_other_aspect(image.size, frame.video):
        width, height = image.size
        raise ConnectorError(
            ErrorKind.CONFIGURATION,
            f"its file shows {width}x{height} pixels, but Encord has {frame.video.width}x{frame.video.height}:"
            " shapes would not lie where they were drawn.",
        )
    return image
