"""Whether a file is the one that was labelled: its frame numbers may mean other pictures, its frames be turned."""

from connector.errors import ConnectorError, ErrorKind
from connector.export.frames.decoding import VideoFile
from connector.load.questions.frame_labels import LabelledVideo


def other_frame_count(file: VideoFile, video: LabelledVideo, last: int) -> str:
    """How the file's number of frames differs from Encord's, without a full stop; empty if it does not.

    Args:
        file: the file; decoded as a whole if its packets say another number.
        video: what Encord says.
        last: the last frame that is wanted.

    Raises:
        ConnectorError: CONFIGURATION, if the file has no such frame, or cannot be decoded.
    """
    expected = video.frame_count
    if expected is not None and file.frame_count != expected:
        file.decoded_count()
    if last >= file.frame_count:
        raise ConnectorError(
            ErrorKind.CONFIGURATION,
            f"{file.path} has {file.frame_count:,} frames, but frame {last:,} of {video.data_title}"
            f" ({video.data_hash}) has labels.",
            remedy="Give the file that was uploaded to Encord; it is another one, or cut.",
        )
    if expected in (None, file.frame_count):
        return ""
    return (
        f"{file.path} decodes to {file.frame_count:,} frames, but Encord counts {expected:,} in {video.data_title}"
        f" ({video.data_hash})"
    )


def has_other_aspect(size: tuple[int, int], video: LabelledVideo) -> bool:
    """Whether frames of that size are turned, cropped or squeezed; a smaller copy is not."""
    if not video.width or not video.height:
        return False
    width, height = size
    return abs(width * video.height - height * video.width) > 0.02 * width * video.height
