"""The streams of the work that a sync can keep beside the labels: each is declared here, and read by `keep_streams`."""

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum

from connector.normalise.work.editor_log_rows import editor_log_rows
from connector.normalise.work.issue_rows import issue_rows
from connector.normalise.work.project_user_rows import project_user_rows
from connector.normalise.work.task_action_rows import task_action_rows
from connector.normalise.work.time_spent_rows import time_spent_rows
from connector.normalise.work.work_entries import Entry, Rows

DAY = datetime.timedelta(days=1)

TASKS = ("workflow_stage_uuid", "task_uuid", "assigned_user_email", "last_actioned_by_user_email")
"""What the listing says about a label row that changes with an action on its task."""
WORK = (*TASKS, "last_edited_at")
"""What changes with any work on it that is saved."""


class Asks(Enum):
    """What one reading of a stream asks for."""

    PERIODS = "what happened since the last reading"
    PROJECT = "everything there is now"
    DATA_UNITS = "everything there is now of each data unit that moved"


@dataclass(frozen=True, slots=True)
class Stream:
    """Something that Encord tells of the work.

    Attributes:
        name: its word in the option `streams`.
        asks: what one reading asks for.
        keys: the tables that it fills, and how many of their first columns tell rows apart.
        rows_of: makes the rows of one entry of an answer.
        listed: the columns of label_row that say that there may be news: while they stay, nothing is asked.
        newest: the column of its first table that says how far a reading came, for streams of periods.
        overlap: how far before the newest known moment a reading begins, because entries may come or change late.
        longest: the longest period that Encord answers at once; None if there is no limit.
        at_least_every: after what time to ask even if the listing did not move; None: never.
        of_workflow: whether only projects with a workflow have it.
    """

    name: str
    asks: Asks
    keys: Mapping[str, int]
    rows_of: Callable[[str, Entry], Rows]
    listed: tuple[str, ...]
    newest: str = "acted_at"
    overlap: datetime.timedelta = DAY
    longest: datetime.timedelta | None = None
    at_least_every: datetime.timedelta | None = None
    of_workflow: bool = False


STREAMS = (
    Stream("task_actions", Asks.PERIODS, {"task_action": 1}, task_action_rows, TASKS, of_workflow=True),
    # A day's figure grows until the day is over, and may be corrected later.
    Stream(
        "time_spent",
        Asks.PERIODS,
        {"time_spent": 1},
        time_spent_rows,
        WORK,
        newest="period_start",
        overlap=3 * DAY,
        at_least_every=DAY,
    ),
    Stream("issues", Asks.DATA_UNITS, {"issue": 1, "issue_comment": 2}, issue_rows, WORK),
    Stream("project_users", Asks.PROJECT, {"project_user": 2}, project_user_rows, TASKS, at_least_every=DAY),
    Stream("editor_logs", Asks.PERIODS, {"editor_log": 1}, editor_log_rows, WORK, longest=30 * DAY),
)
"""In the order in which they are read."""
