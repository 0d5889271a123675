"""Tasks as they may come, malformed ones too, become branches; the listing's digest says when to ask again."""

from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pytest

from connector.errors import ConnectorError, ErrorKind
from connector.load import ARROW_SCHEMAS
from connector.normalise.listing.branch_tasks import ConsensusStage, consensus_branches, consensus_stages
from connector.sample import Body, Fault, SampleServer
from connector.source.source import Source
from tests.source.world import PROJECT_HASH, image_world, settings_for

ANNOTATE = ConsensusStage("stage-1", "CONSENSUS_ANNOTATION", "digest")
REVIEW = ConsensusStage("stage-2", "CONSENSUS_REVIEW", "digest")
SEEN = datetime(2026, 1, 2, tzinfo=UTC)
STAGE_UUID = "00000000-0000-4000-8000-000000000001"


def branches_of(stage: ConsensusStage, *tasks: object) -> list[tuple[Any, ...]]:
    table = consensus_branches("project", stage, tasks, SEEN, ARROW_SCHEMAS["consensus_task_branch"])
    assert table.schema == ARROW_SCHEMAS["consensus_task_branch"]
    assert set(table["first_seen"].to_pylist() + table["last_seen"].to_pylist()) <= {SEEN}
    names = ["data_hash", "branch_name", "annotator_email", "stage_uuid", "stage_type", "subtask_status", "task_uuid"]
    return [tuple(row.values()) for row in table.select(names).to_pylist()]


def test_subtasks_and_options_say_whose_a_branch_is() -> None:
    subtask = {"uuid": "t1", "labelBranchName": "encord-a", "assignee": "a@x.org", "status": "COMPLETED"}
    assert branches_of(ANNOTATE, {"uuid": "t0", "dataHash": "d", "subtasks": [subtask]}) == [
        ("d", "encord-a", "a@x.org", "stage-1", "CONSENSUS_ANNOTATION", "COMPLETED", "t1")
    ]
    option = {"annotator": "a@x.org", "labelBranchName": "encord-a", "labelHash": "l"}
    assert branches_of(REVIEW, {"uuid": "t0", "dataHash": "d", "options": [option]}) == [
        ("d", "encord-a", "a@x.org", "stage-2", "CONSENSUS_REVIEW", None, "t0")
    ]


@pytest.mark.parametrize(
    "task",
    [
        None,
        [],
        "task",
        {},
        {"subtasks": [{"labelBranchName": "b"}]},
        {"dataHash": 1, "subtasks": [{"labelBranchName": "b"}]},
        {"dataHash": "d"},
        {"dataHash": "d", "subtasks": None, "options": {}},
        {"dataHash": "d", "subtasks": [None, "x", {}, {"labelBranchName": ""}, {"labelBranchName": 3}]},
    ],
)
def test_what_names_no_branch_is_left_out(task: object) -> None:
    good = {"dataHash": "d2", "subtasks": [{"labelBranchName": "b", "assignee": None}]}
    assert branches_of(ANNOTATE, task, good) == [("d2", "b", None, "stage-1", "CONSENSUS_ANNOTATION", None, None)]


def test_of_a_branch_named_twice_the_last_counts() -> None:
    subtasks = [{"labelBranchName": "b", "assignee": name} for name in ("first", "last")]
    assert [row[2] for row in branches_of(ANNOTATE, {"dataHash": "d", "subtasks": subtasks})] == ["last"]


def listed(**changed: object) -> pa.Table:
    row = {"label_row_id": "r", "project_hash": "p", "data_hash": "d", "branch_name": "b", "workflow_stage_uuid": "s"}
    return pa.Table.from_pylist([{**row, **changed}], schema=ARROW_SCHEMAS["label_row"])


def digest_of(label_rows: pa.Table, stage_type: str = "CONSENSUS_REVIEW") -> str | None:
    stage = {"project_hash": "p", "stage_uuid": "s", "stage_type": stage_type, "position": 0}
    found = consensus_stages(pa.Table.from_pylist([stage], schema=ARROW_SCHEMAS["workflow_stage"]), label_rows)
    return found[0].listing_digest if found else None


@pytest.mark.parametrize(
    "moved",
    [
        {"label_row_id": "other"},
        {"label_hash": "l"},
        {"task_uuid": "t"},
        {"assigned_user_email": "a@x.org"},
        {"last_actioned_by_user_email": "a@x.org"},
        {"last_edited_at": SEEN},
    ],
)
def test_the_digest_moves_with_what_may_move_with_a_task(moved: dict[str, Any]) -> None:
    assert digest_of(listed(**moved)) != digest_of(listed())


def test_the_digest_does_not_move_with_anything_else() -> None:
    assert digest_of(listed()) == digest_of(listed(priority=0.5, is_valid=True))
    two = pa.concat_tables([listed(), listed(label_row_id="q")])
    assert digest_of(two) == digest_of(two.take([1, 0]))


def test_only_consensus_stages_that_hold_a_label_row_are_found() -> None:
    assert digest_of(listed(), "REVIEW") is None
    assert digest_of(listed(workflow_stage_uuid="elsewhere")) is None
    assert digest_of(listed(), "CONSENSUS_ANNOTATION")


@pytest.mark.parametrize(
    "answer",
    [b"[]", b'{"results": {}}', b'{"results": [], "nextPageToken": 7}', b'{"results": [], "nextPageToken": "0"}'],
)
def test_an_answer_that_is_no_list_of_tasks_or_never_ends_is_refused(answer: bytes) -> None:
    with SampleServer(image_world(rows=1)) as server:
        server.faults.add(Fault(Body(answer), kind="tasks", times=None))
        with pytest.raises(ConnectorError, match=STAGE_UUID) as caught:
            Source.connect(settings_for(server)).stage_tasks(PROJECT_HASH, STAGE_UUID)
        assert caught.value.kind is ErrorKind.SOURCE_CONTENT
