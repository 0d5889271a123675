"""Issues of a data unit, each a thread of comments → rows of issue and issue_comment."""

from connector.normalise.work.work_entries import Entry, Rows, as_json


def issue_rows(project_hash: str, issue: Entry) -> Rows:
    """The issue and its comments. Its author is the author of the first comment; Encord names no other."""
    issue_uuid, data_hash = issue.id("uuid"), issue.id("dataUuid")
    comments = [
        (comment.text_or_none("content"), comment.text_or_none("authorEmail"), comment.moment_or_none("createdAt"))
        for comment in issue.parts("comments")
    ]
    comments.sort(key=lambda comment: comment[2] or 0)
    changes = sorted(
        (change.moment("createdAt"), change.is_set("isResolved"), change.text_or_none("actorEmail") or "")
        for change in issue.parts("resolutionHistory")
    )
    changed_at, is_resolved, changed_by = changes[-1] if changes else (None, False, "")
    place = issue.part_or_none("coordinate")
    ranges = [[part.whole_or_none("start"), part.whole_or_none("end")] for part in issue.parts("frameRanges")]
    tags = [tag.text("name") for tag in issue.parts("tags")]
    yield (
        "issue",
        (
            issue_uuid,
            project_hash,
            data_hash,
            issue.text_or_none("type"),
            issue.text_or_none("spaceId"),
            issue.whole_or_none("frameIndex"),
            as_json(ranges) if ranges else None,
            issue.text_or_none("annotationId"),
            *((place.number_or_none(name) if place is not None else None) for name in ("x", "y", "z")),
            as_json(tags) if tags else None,
            len(comments),
            comments[0][1] if comments else None,
            comments[0][2] if comments else None,
            is_resolved,
            changed_at,
            changed_by or None,
        ),
    )
    for position, comment in enumerate(comments):
        yield "issue_comment", (issue_uuid, position, project_hash, data_hash, *comment)
