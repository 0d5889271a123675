"""The unmodified SDK reads what the fake server tells of the work, and what lacks a parameter is refused."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from encord import EncordUserClient
from encord.issues.issue_client import TaskIssues
from encord.utilities.project_user import ProjectUserRole

from connector.sample import SampleProject, SampleServer
from connector.sample.world.work_log import RequestRefusedError, editor_logs, issues, task_actions, time_spent

LONG_AGO, LATER = datetime(2025, 1, 1, tzinfo=UTC), datetime(2025, 3, 1, tzinfo=UTC)


def test_time_spent(client: EncordUserClient, project: SampleProject, server: SampleServer) -> None:
    server.world.page_size = 7
    read = client.get_project(project.project_hash)
    found = list(read.list_time_spent(LONG_AGO, LATER))
    assert [spent.time_spent_seconds for spent in found] == [each["timeSpentSeconds"] for each in project.time_spent]
    assert {spent.project_user_role for spent in found} == {
        ProjectUserRole.ADMIN,
        ProjectUserRole.ANNOTATOR,
        ProjectUserRole.REVIEWER,
    }
    assert all(spent.workflow_stage is not None for spent in found)
    assert list(read.list_time_spent(LATER)) == []
    one = found[0].user_email
    assert {spent.user_email for spent in read.list_time_spent(LONG_AGO, user_email=one)} == {one}


def test_task_actions_spread_over_two_weeks(client: EncordUserClient, project: SampleProject) -> None:
    found = list(client.get_project(project.project_hash).get_task_actions(after=LONG_AGO, before=LATER))
    assert len(found) == len(project.task_actions) > 60
    days = {action.timestamp.date() for action in found}
    assert timedelta(days=8) < max(days) - min(days) < timedelta(days=15)
    assert {action.action_type.value for action in found} == {"assign", "submit", "reject", "approve"}


def test_issues(client: EncordUserClient, project: SampleProject) -> None:
    read = client.get_project(project.project_hash)
    found = [
        issue
        for data_hash in {each["dataUuid"] for each in project.issues}
        for issue in TaskIssues(read._api_client, UUID(project.project_hash), UUID(data_hash)).list()
    ]
    assert {str(issue.uuid) for issue in found} == {each["uuid"] for each in project.issues}
    assert {len(issue.comments) for issue in found} >= {1, 2}
    assert {bool(issue.resolution_history) for issue in found} == {True, False}


def test_editor_logs(client: EncordUserClient, project: SampleProject) -> None:
    read = client.get_project(project.project_hash)
    found = list(read.get_editor_logs(datetime(2025, 1, 15, tzinfo=UTC), datetime(2025, 2, 14, tzinfo=UTC)))
    assert {str(log.id) for log in found} == {each["id"] for each in project.editor_logs}


def test_users_have_roles(client: EncordUserClient, project: SampleProject) -> None:
    roles = [user.user_role for user in client.get_project(project.project_hash).list_users()]
    assert set(roles) == set(ProjectUserRole) - {ProjectUserRole.ANNOTATOR_REVIEWER, ProjectUserRole.UNKNOWN}


START, END = "2025-01-01T00:00:00Z", "2025-03-01T00:00:00Z"


def test_what_encord_would_refuse_is_refused(project: SampleProject) -> None:
    of_project = {"projectUuid": [project.project_hash]}
    for answer, parameters, reason in (
        (task_actions, {**of_project, "after": [START]}, "before is required"),
        (task_actions, {"after": [START], "before": [END]}, "projectUuid is required"),
        (time_spent, of_project, "after is required"),
        (issues, {}, "dataUnitId is required"),
        (editor_logs, {"startTime": [START]}, "endTime is required"),
        (editor_logs, {"startTime": [START], "endTime": [END]}, "longer than 30 days"),
    ):
        with pytest.raises(RequestRefusedError, match=reason):
            answer(project, parameters)
