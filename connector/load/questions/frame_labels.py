"""The labels on the frames of one video or image, from view label_on_frame, in the form that `export frames` needs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import orjson

from connector.load.contract.session import Session, Value
from connector.load.contract.statements import column_list, sql
from connector.load.questions.user_condition import condition_errors

Label = dict[str, Any]
"""A label on a frame, with the names of label_on_frame's columns and without NULLs; `geometry` is a JSON value, and
`attributes` a list of {name, feature_hash, answer, answer_feature_hash}."""

ALL_BRANCHES = "all"
"""The name that chooses every branch."""

_FRAMES_AT_ONCE = 200

_OF_LABEL = (
    "label_kind",
    "branch_name",
    "label_hash",
    "object_hash",
    "object_name",
    "classification_hash",
    "classification_name",
    "feature_hash",
    "object_color",
    "ontology_shape",
    "classification_answer",
    "classification_answer_hash",
    "x",
    "y",
    "width",
    "height",
    "rotation",
    "x_pixels",
    "y_pixels",
    "width_pixels",
    "height_pixels",
    "geometry",
    "confidence",
    "is_manual",
    "created_at",
    "created_by",
    "last_edited_at",
    "last_edited_by",
)
_OF_ATTRIBUTE = {
    "name": "attribute_name",
    "feature_hash": "attribute_feature_hash",
    "answer": "attribute_answer",
    "answer_feature_hash": "attribute_answer_feature_hash",
}
_IDENTITY = ("label_hash", "frame", "label_kind", "object_hash", "classification_hash")

_VIDEOS = """
SELECT DISTINCT project_hash, project_title, data_hash, data_title, 'root', frame_count, frame_width, frame_height
FROM current_label_row WHERE data_type = 'video' AND {data_unit} = $wanted
UNION
SELECT DISTINCT
    r.project_hash, r.project_title, r.data_hash, r.data_title, s.space_id, s.frame_count, s.width, s.height
FROM data_space AS s JOIN current_label_row AS r ON r.label_hash = s.label_hash
WHERE s.space_type = 'video' AND {space} = $wanted
ORDER BY 1, 3, 5
"""

_IN_SCOPE = (
    "project_hash = $project_hash AND data_hash = $data_hash AND data_title = $data_title AND space_id = $space_id"
    " AND frame >= $first AND frame <= $last AND ($branch = 'all' OR branch_name = $branch)"
)

# A label has a row for each attribute; it is chosen with all of them if the condition is true for one.
_LABELS = """
SELECT frame, {columns} FROM (
    SELECT
        label_on_frame.*,
        bool_or(CASE WHEN {condition} THEN TRUE ELSE FALSE END) OVER (PARTITION BY {identity}) AS is_chosen
    FROM label_on_frame WHERE {scope}
        -- Chosen frames may be far apart.
        AND frame IN (SELECT CAST(unnest(string_to_array($frames, ',')) AS BIGINT))
) AS label
WHERE is_chosen
ORDER BY frame, branch_name, label_kind DESC, object_hash, classification_hash, attribute_feature_hash,
    attribute_answer_feature_hash, attribute_answer
"""

_LAST_FRAME = 2**62


@dataclass(frozen=True, slots=True)
class LabelledVideo:
    """A video that the warehouse knows: a data unit, or a part of a data group if `space_id` is not root.

    Attributes:
        frame_count: how many frames it has in Encord; None if unknown.
        width, height: size of a frame in pixels in Encord; None if unknown.
    """

    project_hash: str
    project_title: str | None
    data_hash: str
    data_title: str
    space_id: str
    frame_count: int | None
    width: int | None
    height: int | None


def videos_of_title(session: Session, title: str) -> list[LabelledVideo]:
    """Videos with that title, in all projects, and parts of data groups whose file has that name."""
    query = sql(_VIDEOS, data_unit="data_title", space="s.file_name")
    with session.transaction():
        return [LabelledVideo(*row) for row in session.rows(query, wanted=title)]


def videos_of_data_hash(session: Session, data_hash: str) -> list[LabelledVideo]:
    """The video with that id, in each project that has it; for a data group, its video parts."""
    query = sql(_VIDEOS, data_unit="data_hash", space="r.data_hash")
    with session.transaction():
        return [LabelledVideo(*row) for row in session.rows(query, wanted=data_hash)]


def video_titles(session: Session) -> list[str]:
    """The titles of all videos, for a hint about a misspelt one."""
    with session.transaction():
        rows = session.rows("SELECT DISTINCT data_title FROM current_label_row WHERE data_type = 'video' ORDER BY 1")
        return [str(title) for (title,) in rows]


def labelled_frames(session: Session, video: LabelledVideo, branch: str, condition: str, limit: int) -> list[int]:
    """The first frames that hold a label for which the condition is true, ascending.

    Args:
        session: in a transaction.
        video: the video.
        branch: the branch's name, or ALL_BRANCHES.
        condition: from `checked_condition`, over the columns of label_on_frame.
        limit: the most frames to return; a label may claim to be on a billion.

    Raises:
        ConnectorError: CONFIGURATION, if the condition is not SQL over those columns.
    """
    query = "SELECT DISTINCT frame FROM label_on_frame WHERE {scope} AND {condition} ORDER BY frame LIMIT $limit"
    scope = _scope(video, branch, first=0, last=_LAST_FRAME)
    with condition_errors(session):
        rows = session.rows(sql(query, scope=_IN_SCOPE, condition=condition), **scope, limit=limit)
    return [int(frame) for (frame,) in rows]


def labels_of_frames(
    session: Session, video: LabelledVideo, branch: str, condition: str, frames: Sequence[int]
) -> Iterator[tuple[int, list[Label]]]:
    """Each frame with those of its labels for which the condition is true; reads a few hundred frames at a time.

    Args:
        session: in a transaction; see `labelled_frames` for the other arguments.
        video: the video.
        branch: the branch.
        condition: the condition.
        frames: from `labelled_frames`, ascending.
    """
    attributes = list(_OF_ATTRIBUTE.values())
    query = sql(
        _LABELS,
        columns=column_list([*_OF_LABEL, *attributes]),
        identity=column_list(_IDENTITY),
        condition=condition,
        scope=_IN_SCOPE,
    )
    for start in range(0, len(frames), _FRAMES_AT_ONCE):
        window = frames[start : start + _FRAMES_AT_ONCE]
        with condition_errors(session):
            scope = _scope(video, branch, first=window[0], last=window[-1])
            rows = session.rows(query, **scope, frames=",".join(map(str, window)))
        for frame, of_frame in groupby(rows, key=lambda row: int(row[0])):
            yield frame, _labels([row[1:] for row in of_frame])


def _scope(video: LabelledVideo, branch: str, *, first: int, last: int) -> dict[str, Value]:
    return {
        "project_hash": video.project_hash,
        "data_hash": video.data_hash,
        "data_title": video.data_title,
        "space_id": video.space_id,
        "branch": branch,
        "first": first,
        "last": last,
    }


def _labels(rows: list[tuple[Any, ...]]) -> list[Label]:
    """Rows of one frame → its labels, each with its attributes."""
    labels: dict[tuple[Any, ...], Label] = {}
    for row in rows:
        named = dict(zip([*_OF_LABEL, *_OF_ATTRIBUTE.values()], row, strict=True))
        identity = (named["label_hash"], named["object_hash"], named["classification_hash"])
        if identity not in labels:
            label = {name: named[name] for name in _OF_LABEL if named[name] is not None}
            if "geometry" in label:
                label["geometry"] = orjson.loads(label["geometry"])
            labels[identity] = {**label, "attributes": []}
        if named["attribute_feature_hash"] is not None:
            attribute = {key: named[name] for key, name in _OF_ATTRIBUTE.items() if named[name] is not None}
            labels[identity]["attributes"].append(attribute)
    return list(labels.values())
