"""Which file shows a frame: what the warehouse knows of the video or image that the frame is of."""

from dataclasses import dataclass
from typing import Literal

from connector.load.contract.session import Session
from connector.load.questions.frame_labels import LabelledVideo

Kind = Literal["video", "image", "other"]

_OF_FRAME = """
SELECT r.project_hash, r.project_title, r.data_hash, r.data_title,
    CASE WHEN $space = 'root' THEN r.data_type ELSE s.space_type END,
    CASE WHEN $space = 'root' THEN r.frame_count ELSE s.frame_count END,
    s.file_name, f.image_hash, f.title
FROM current_label_row AS r
LEFT JOIN data_space AS s ON s.label_hash = r.label_hash AND s.space_id = $space
LEFT JOIN data_frame AS f ON f.project_hash = r.project_hash AND f.data_hash = r.data_hash AND f.frame = $frame
WHERE r.project_hash = $project AND r.data_hash = $unit
ORDER BY s.file_name NULLS LAST, r.label_row_id
LIMIT 1
"""

_SHARED_NAMES = """
SELECT name
FROM (
    SELECT data_title AS name, data_hash, 'root' AS part
    FROM current_label_row
    WHERE project_hash = $project AND data_type IN ('video', 'image')
    UNION
    SELECT s.file_name, r.data_hash, s.space_id
    FROM data_space AS s
    JOIN current_label_row AS r ON r.label_hash = s.label_hash
    WHERE r.project_hash = $project AND r.data_type = 'group'
    UNION
    SELECT f.title, f.data_hash, COALESCE(f.image_hash, CAST(f.frame AS VARCHAR))
    FROM data_frame AS f
    JOIN current_label_row AS r ON r.project_hash = f.project_hash AND r.data_hash = f.data_hash
    WHERE r.project_hash = $project AND r.data_type = 'img_group'
) AS named
WHERE name IS NOT NULL
GROUP BY name
HAVING COUNT(*) > 1
"""


@dataclass(frozen=True, slots=True)
class FrameFile:
    """A frame, and the file that shows it.

    Attributes:
        video: the data unit or the part of it, with the size of its frames.
        frame: the number of the frame.
        kind: whether the file is a video or an image; other if it is neither.
        id: the data unit's or the image's id; empty for a part of a data group, which has none of its own.
        title: the file's name in Encord.
    """

    video: LabelledVideo
    frame: int
    kind: Kind
    id: str
    title: str


def shared_names(session: Session, project_hash: str) -> set[str]:
    """Titles that several videos and images of a project have, parts of data groups and images of groups included.

    Call it in a transaction, and on a session that sees the whole project.
    """
    return {name for (name,) in session.rows(_SHARED_NAMES, project=project_hash)}


def frame_file(
    session: Session, project_hash: str, data_hash: str, space_id: str, frame: int, size: tuple[int, int]
) -> FrameFile:
    """The file of a frame that has labels; in a transaction. The size is that of the frame, in pixels."""
    [row] = session.rows(_OF_FRAME, project=project_hash, unit=data_hash, space=space_id, frame=frame)
    *names, data_type, frame_count, file_name, image_hash, image_title = row
    video = LabelledVideo(names[0], names[1], names[2], names[3], space_id, frame_count, *size)
    if space_id == "root" and data_type == "img_group":
        return FrameFile(video, frame, "image", image_hash or "", image_title or "")
    kinds: dict[str, Kind] = {"video": "video", "image": "image"}
    kind = kinds.get(data_type, "other")
    if space_id == "root":
        return FrameFile(video, frame, kind, data_hash, video.data_title)
    return FrameFile(video, frame, kind, "", file_name or "")
