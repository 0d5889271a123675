"""A part of a picture as a small JPEG file, for a page that must stay small."""

import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image

WIDEST = 640
_WIDTHS = (WIDEST, 480, 320, 200)
_QUALITIES = (80, 65, 50, 35)


def small_jpeg(image: "Image", part: tuple[float, float, float, float], room: int) -> bytes | None:
    """A part of a picture, as large and as good as there is room for.

    The file holds pixels alone: no place, camera or comment of the file that they come from.

    Args:
        image: the picture, RGB.
        part: left, top, right and bottom of the part, as shares of the picture.
        room: how many bytes the file may have.

    Returns:
        The file; None if the room is too small for any.
    """
    from PIL import Image

    left, right = (share * image.width for share in part[::2])
    top, bottom = (share * image.height for share in part[1::2])
    for widest in _WIDTHS:
        width = max(1, min(widest, round(right - left)))
        height = max(1, round(width * (bottom - top) / (right - left)))
        small = image.resize((width, height), Image.Resampling.LANCZOS, box=(left, top, right, bottom))
        small.info.clear()
        for quality in _QUALITIES:
            file = io.BytesIO()
            small.save(file, "JPEG", quality=quality, optimize=True)
            if file.tell() <= room:
                return file.getvalue()
    return None
