"""Videos whose pixels say which frame it is: eight bars, black or white, are the bits of the frame's number."""

import struct
from collections.abc import Callable, Mapping
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
from PIL import Image

Pixels = npt.NDArray[np.uint8]

WIDTH, HEIGHT = 64, 48
_MILLISECOND = Fraction(1, 1000)


def drawn(number: int, width: int = WIDTH, height: int = HEIGHT) -> Pixels:
    """The frame of a number, RGB; the lowest eighth is grey, so that up and down differ."""
    pixels = np.zeros((height, width, 3), dtype=np.uint8)
    bar = width // 8
    for bit in range(8):
        pixels[:, bit * bar : (bit + 1) * bar] = 255 if number >> bit & 1 else 0
    pixels[-height // 8 :] = 128
    return pixels


def number_of(path: Path) -> int:
    """The number that a saved image says it is."""
    with Image.open(path) as image:
        assert image.size == (WIDTH, HEIGHT)
        return number_in(np.asarray(image.convert("RGB")))


def number_in(pixels: Pixels) -> int:
    """The number that the bars of a frame stand for."""
    bar = WIDTH // 8
    middles = [pixels[8:32, bit * bar + 2 : (bit + 1) * bar - 2] for bit in range(8)]
    return sum(1 << bit for bit, middle in enumerate(middles) if middle.mean() > 128)


def every_40(number: int) -> int:
    """25 frames a second."""
    return 40 * number


def make_video(
    path: Path,
    count: int = 60,
    *,
    codec: str = "libx264",
    options: Mapping[str, str] | None = None,
    milliseconds: Callable[[int], int] = every_40,
    keyframe_every: int = 12,
    pixel_format: str = "yuv420p",
    picture: Callable[[int], Pixels] = drawn,
) -> Path:
    """Encode frames 0 to count - 1, each shown at `milliseconds(frame)`."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=25, options=dict(options or {}))
        assert isinstance(stream, av.VideoStream)
        stream.height, stream.width = picture(0).shape[:2]
        stream.pix_fmt = pixel_format
        stream.codec_context.time_base = _MILLISECOND
        stream.codec_context.gop_size = keyframe_every
        for number in range(count):
            frame = av.VideoFrame.from_ndarray(picture(number), format="rgb24")
            frame.pts, frame.time_base = milliseconds(number), _MILLISECOND
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def turn(path: Path, matrix: tuple[int, int, int, int]) -> None:
    """Say in an MP4 file's track header how players are to turn it, as phones do; a, b, c, d of the matrix."""
    data = bytearray(path.read_bytes())
    # Name, version and flags, five numbers, two reserved, four short ones: then come the nine numbers of the matrix.
    place = data.index(b"tkhd") + 4 + 4 + 20 + 8 + 8
    a, b, c, d = (number << 16 for number in matrix)
    struct.pack_into(">9i", data, place, a, b, 0, c, d, 0, 0, 0, 1 << 30)
    path.write_bytes(data)


def packet_places(path: Path) -> list[tuple[int, int]]:
    """Where each packet lies in the file, and how long it is."""
    with av.open(str(path)) as container:
        return [(packet.pos or 0, packet.size) for packet in container.demux(video=0) if packet.size]
