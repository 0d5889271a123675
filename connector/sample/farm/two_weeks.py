"""The work behind the labels: who was given what, handed it in, sent it back or approved it, and how long it took.

It spreads over the two weeks in which the sample was labelled. Nothing here draws from the random numbers that labels
are made of, so that the labels are the same with and without it.
"""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta

from connector.sample.farm.builder import ANNOTATORS, REVIEWER, FarmBuilder
from connector.sample.farm.ontology_pieces import Json
from connector.sample.world.clock import api_time, read_time
from connector.sample.world.randomness import label_hash_like, seeded_random
from connector.sample.world.sample_label_row import SampleLabelRow

SECOND_REVIEWER = "tom.keller@example.com"
ROLES = {
    REVIEWER: 0,
    **dict.fromkeys(ANNOTATORS, 1),
    SECOND_REVIEWER: 2,
    "helga.lorenz@example.com": 4,
    "barn.office@example.com": 5,
}
"""Everybody on the project → the role, as Encord numbers it."""

TAGS = ("Missing label", "Wrong answer", "Box too loose")
SAYS = ("Please look at this again: one animal is missing.", "I think this answer is wrong.", "The box is too loose.")
ANSWER = "Done, thank you."
PRIORITIES = (0.5, 0.9, 0.5, 0.2)
"""Of the tasks that are not done yet."""


def add_work(builder: FarmBuilder) -> None:
    """Add what was done with the tasks of the plain stages; then, for all tasks, time spent, issues and logs."""
    builder.roles = ROLES
    for place, row in enumerate(row for row in builder.rows if _is_plain(builder, row)):
        _work_on_task(builder, row, place)
    for place, row in enumerate(builder.rows):
        if row.branch_name == "main" and row.metadata["workflow_graph_node"]["title"] != "Complete":
            row.metadata["priority"] = PRIORITIES[place % len(PRIORITIES)]
            row.forget()
    builder.task_actions.sort(key=lambda action: str(action["timestamp"]))
    rows = {row.metadata["task_uuid"]: row for row in builder.rows}
    began: dict[str, datetime] = {}
    open_issues: dict[str, Json] = {}
    times: dict[tuple[str, ...], Json] = {}
    for action in builder.task_actions:
        row, at = rows[action["taskUuid"]], read_time(action["timestamp"])
        source = seeded_random("work", row.data_hash, row.branch_name, action["timestamp"])
        for spent in _time_of(builder, action, row, began.get(action["taskUuid"]), source):
            key = (
                spent["userEmail"],
                spent["workflowTaskUuid"],
                spent["workflowStage"]["uuid"],
                spent["periodStartTime"],
            )
            times.setdefault(key, {**spent, "timeSpentSeconds": 0})["timeSpentSeconds"] += spent["timeSpentSeconds"]
        builder.editor_logs.append(_editor_log(builder, action, row, source))
        began[action["taskUuid"]] = at
        match action["actionType"]:
            case "reject":
                issue = open_issues[row.data_hash] = issue_about(row, action["actorEmail"], at, source)
                builder.issues.append(issue)
            case "submit" if row.data_hash in open_issues:
                answer_issue(open_issues[row.data_hash], action["actorEmail"], at)
            case "approve" if row.data_hash in open_issues:
                resolve_issue(open_issues.pop(row.data_hash), action["actorEmail"], at)
    builder.time_spent = list(times.values())


def _is_plain(builder: FarmBuilder, row: SampleLabelRow) -> bool:
    is_of_consensus = any(data_hash == row.data_hash for data_hash, _ in builder.branch_annotators)
    return row.label_hash is not None and row.branch_name == "main" and not is_of_consensus


def _work_on_task(builder: FarmBuilder, row: SampleLabelRow, place: int) -> None:
    """Annotate, review, and again if the reviewer is not content, until the task is where the listing has it."""
    source = seeded_random("tasks", row.data_hash)
    stage, annotator = row.metadata["workflow_graph_node"]["title"], row.metadata["last_actioned_by_user_email"]
    reviewer = (REVIEWER, SECOND_REVIEWER)[place % 2]
    at = read_time(row.metadata["last_edited_at"]) - timedelta(minutes=source.randint(15, 70))
    builder.act(row, "Annotate", "assign", annotator, at)
    at = read_time(row.metadata["last_edited_at"]) + timedelta(minutes=source.randint(10, 50))
    rejections = (0, 1, 0, 0, 2, 0, 0)[place % 7]
    if stage == "Annotate" and not rejections:
        row.metadata["assigned_user_email"] = annotator
        row.forget()
        return
    builder.act(row, "Annotate", "submit", annotator, at)
    for number in range(rejections):
        at += timedelta(hours=source.randint(3, 30), minutes=source.randrange(60))
        builder.act(row, "Review", "reject", reviewer, at)
        if stage == "Annotate" and number == rejections - 1:
            row.metadata["assigned_user_email"] = annotator
            row.forget()
            return
        at += timedelta(hours=source.randint(1, 20), minutes=source.randrange(60))
        builder.act(row, "Annotate", "submit", annotator, at)
    at += timedelta(hours=source.randint(6, 90), minutes=source.randrange(60))
    if stage == "Complete":
        builder.act(row, "Review", "approve", reviewer, at)
    elif place % 3:
        builder.act(row, "Review", "assign", reviewer, at)
        row.metadata["assigned_user_email"] = reviewer
        row.forget()


def _time_of(
    builder: FarmBuilder, action: Json, row: SampleLabelRow, began: datetime | None, source: random.Random
) -> Iterator[Json]:
    """How long somebody worked before an action, a day at a time."""
    if action["actionType"] == "assign":
        return
    end = read_time(action["timestamp"])
    is_review = action["actionType"] != "submit"
    minutes = source.randint(4, 25) if is_review else source.randint(25, 110)
    start = end - timedelta(minutes=minutes)
    if began is not None:
        start = max(start, began)
    stage = next(each for each in builder.stages.values() if each["uuid"] == action["workflowStageUuid"])
    while start < end:
        day = start.replace(hour=0, minute=0, second=0, microsecond=0)
        until = min(end, day + timedelta(days=1))
        yield {
            "periodStartTime": api_time(day),
            "periodEndTime": api_time(day + timedelta(days=1)),
            "timeSpentSeconds": int((until - start).total_seconds()),
            "userEmail": action["actorEmail"],
            "projectUserRole": ROLES[action["actorEmail"]],
            "dataUuid": row.data_hash,
            "dataTitle": row.metadata["data_title"],
            "datasetUuid": row.metadata["dataset_hash"],
            "datasetTitle": row.metadata["dataset_title"],
            "workflowTaskUuid": action["taskUuid"],
            "workflowStage": stage,
        }
        start = until


def issue_about(row: SampleLabelRow, email: str, at: datetime, source: random.Random) -> Json:
    """What a reviewer finds fault with: on a frame where there are several, else of the data unit as a whole.

    Args:
        row: what was reviewed.
        email: who sends it back.
        at: when they do; the comment is a little older.
        source: what kind of fault it is.
    """
    number, frames = source.randrange(3), row.metadata["number_of_frames"] or 1
    about = {"type": "frame", "frameIndex": source.randrange(frames)} if frames > 1 else {"type": "dataUnit"}
    issue: Json = {
        **about,
        "uuid": label_hash_like(source),
        "dataUuid": row.data_hash,
        "spaceId": None,
        "comments": [],
        "tags": [{"name": TAGS[number], "uuid": label_hash_like(seeded_random("tag", number))}],
        "resolutionHistory": [],
    }
    _say(issue, SAYS[number], email, at - timedelta(minutes=3))
    return issue


def answer_issue(issue: Json, email: str, at: datetime) -> None:
    """Somebody says that they have seen to it."""
    _say(issue, ANSWER, email, at)


def resolve_issue(issue: Json, email: str, at: datetime) -> None:
    """Somebody is content, and closes the issue."""
    issue["resolutionHistory"].append({"isResolved": True, "createdAt": api_time(at), "actorEmail": email})


def _say(issue: Json, content: str, email: str, at: datetime) -> None:
    issue["comments"].append({"content": content, "authorEmail": email, "createdAt": api_time(at)})


def _editor_log(builder: FarmBuilder, action: Json, row: SampleLabelRow, source: random.Random) -> Json:
    """The editor's own record of an action."""
    stage = next(each for each in builder.stages.values() if each["uuid"] == action["workflowStageUuid"])
    return {
        "id": label_hash_like(source),
        "action": f"{action['actionType']}_task",
        "actionCategory": "task",
        "dataUnitId": row.data_hash,
        "workflowStageId": stage["uuid"],
        "branchName": row.branch_name,
        "workflowTaskId": action["taskUuid"],
        "timestamp": action["timestamp"],
        "sessionId": label_hash_like(source),
        "actorUserId": action["actorEmail"].split("@")[0],
        "actorOrganisationId": 1,
        "actorUserEmail": action["actorEmail"],
        "projectOrganisationId": 1,
        "projectUserRole": ("ADMIN", "ANNOTATOR", "REVIEWER")[ROLES[action["actorEmail"]]],
        "projectOrganisationUserRole": "USER",
        "dataUnitTitle": row.metadata["data_title"],
        "dataUnitDataType": row.metadata["data_type"],
        "dataUnitDatasetId": row.metadata["dataset_hash"],
        "dataUnitDatasetTitle": row.metadata["dataset_title"],
        "labelId": row.label_hash or "",
        "workflowStageType": stage["stageType"],
        "workflowStageTitle": stage["title"],
    }
