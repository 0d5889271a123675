"""Frames of a local video by their number: the frame number is the index of the decoded frame, in display order.

It is never computed from a time and a frame rate, so variable frame rates, B-frames, a first time stamp other than 0
and edit lists do not matter. A file is decoded once, from its start to the last frame that is wanted.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from connector.errors import ConnectorError, ErrorKind

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.frame import VideoFrame
    from PIL.Image import Image


def require_frames_extra() -> None:
    """Checks that PyAV and Pillow can be imported.

    Raises:
        ConnectorError: CONFIGURATION, with the command that installs them.
    """
    try:
        import av  # noqa: F401 - only whether it is there
        import PIL  # noqa: F401 - as above
    except ImportError as error:
        raise ConnectorError(
            ErrorKind.CONFIGURATION,
            "Frames are read with PyAV and Pillow, which are not installed.",
            remedy='Run pip install "encord-sync[frames]".',
        ) from error


@dataclass(frozen=True, slots=True)
class DecodedFrame:
    """A frame as players show it, turned upright if the file says so.

    Attributes:
        number: its index among the decoded frames, from 0.
        seconds: its time after the first frame; None if the file gives none.
        is_damaged: whether the decoder calls it damaged; parts of it may be guessed.
    """

    number: int
    seconds: float | None
    is_damaged: bool
    image: "Image"


class VideoFile:
    """A video on this machine.

    Attributes:
        path: the file.
        frame_count: how many frames it decodes to, from its packets or, after `decoded_count`, from decoding.
    """

    def __init__(self, path: Path, *, ignore_edit_list: bool = False) -> None:
        """Reads the time stamps of all packets, without decoding any.

        Args:
            path: the file.
            ignore_edit_list: whether to decode what the file's edit list cuts off too (MP4, MOV).

        Raises:
            ConnectorError: CONFIGURATION, if it is missing or is not a video.
        """
        self.path = path
        self._options = {"ignore_editlist": "1"} if ignore_edit_list else {}
        self._times = self._packet_times()
        self.frame_count = len(self._times) if self._times is not None else self.decoded_count()

    def _packet_times(self) -> npt.NDArray[np.int64] | None:
        """The presentation times of the packets that are shown, sorted; None if they do not distinguish frames."""
        with self._opened() as container:
            times = [
                packet.pts
                for packet in container.demux(container.streams.video[0])
                if packet.size and not packet.is_discard
            ]
        if None in times or len(set(times)) != len(times):
            return None
        return np.sort(np.array(times, dtype=np.int64))

    def decoded_count(self) -> int:
        """How many frames the file decodes to, found by decoding all of it; sets `frame_count`.

        Raises:
            ConnectorError: CONFIGURATION, if some of it cannot be decoded.
        """
        self.frame_count = sum(1 for _ in self._decoded())
        return self.frame_count

    def frames(self, wanted: Sequence[int]) -> Iterator[DecodedFrame]:
        """The frames with these numbers, ascending; only one is in memory at a time.

        Raises:
            ConnectorError: CONFIGURATION, if some of it cannot be decoded, if it ends before the last frame wanted, or
                if a packet gives no frame of its own, so that `frame_count` was wrong (it is corrected then).
        """
        remaining = iter(wanted)
        next_wanted = next(remaining, None)
        first_time: float | None = None
        for number, frame in enumerate(self._decoded()):
            if self._times is not None and (number >= len(self._times) or frame.pts != self._times[number]):
                self._times = None
                expected, decoded = self.frame_count, self.decoded_count()
                if decoded != expected:
                    raise ConnectorError(
                        ErrorKind.CONFIGURATION,
                        f"{self.path} has {expected:,} packets but decodes to {decoded:,} frames;"
                        f" they part at frame {number:,}.",
                        remedy="Frame numbers cannot be trusted from there on: use the file that was uploaded to"
                        " Encord, undamaged and uncut.",
                    )
            if number == 0:
                first_time = frame.time
            if number != next_wanted:
                continue
            seconds = None if frame.time is None or first_time is None else frame.time - first_time
            yield DecodedFrame(number, seconds, frame.is_corrupt, _upright(frame))
            next_wanted = next(remaining, None)
            if next_wanted is None:
                return
        if next_wanted is not None:
            raise ConnectorError(
                ErrorKind.CONFIGURATION, f"{self.path} ends before frame {next_wanted:,}, which has labels."
            )

    def _decoded(self) -> "Iterator[VideoFrame]":
        import av

        count = 0
        with self._opened() as container:
            stream = container.streams.video[0]
            stream.thread_type = "AUTO"
            try:
                for frame in container.decode(stream):
                    yield frame
                    count += 1
            except av.error.FFmpegError as error:
                raise ConnectorError(
                    ErrorKind.CONFIGURATION,
                    f"{self.path} cannot be decoded beyond frame {count - 1:,}: {error.strerror}.",
                    remedy="Use an undamaged copy of the file.",
                ) from error

    @contextmanager
    def _opened(self) -> "Iterator[InputContainer]":
        import av

        try:
            # In full: a bare name with a colon in it would be the address of a stream.
            container = av.open(str(self.path.absolute()), options=self._options)
        except (av.error.FFmpegError, OSError) as error:
            raise ConnectorError(
                ErrorKind.CONFIGURATION,
                f"{self.path} cannot be opened as a video: {error.strerror}.",
                remedy="Check --video.",
            ) from error
        with container:
            if not container.streams.video:
                raise ConnectorError(
                    ErrorKind.CONFIGURATION, f"{self.path} has no video in it.", remedy="Check --video."
                )
            yield container


def _upright(frame: "VideoFrame") -> "Image":
    """The frame as RGB, turned as players turn it, because people draw labels on what a player shows."""
    from PIL import Image

    image = Image.fromarray(frame.to_ndarray(format="rgb24"))
    turns = {90: Image.Transpose.ROTATE_90, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_270}
    turn = turns.get(frame.rotation % 360)
    return image if turn is None else image.transpose(turn)
