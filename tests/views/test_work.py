"""The views of the work: labels counted once for who made them, moments of tasks, and stays in stages."""

import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connector.load import Warehouse, open_warehouse
from connector.normalise.timestamps import parse_timestamp
from connector.sample import SampleProject, build_sample_world
from connector.sample.world.clock import read_time
from tests.views.exported_sample import Exported
from tests.views.herd import add_classification, add_object, asked, insert
from tests.views.keys import key_faults

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
STAGES = {
    "annotate": "ANNOTATION",
    "review": "REVIEW",
    "vote": "CONSENSUS_ANNOTATION",
    "judge": "CONSENSUS_REVIEW",
    "done": "DONE",
}


def add_workflow(warehouse: Warehouse) -> None:
    """Project herd, and its stages."""
    insert(warehouse, "project", {"project_hash": "herd", "title": "Herd"})
    insert(
        warehouse,
        "workflow_stage",
        *(
            {"project_hash": "herd", "stage_uuid": name, "stage_type": kind, "title": name, "position": place}
            for place, (name, kind) in enumerate(STAGES.items())
        ),
    )


def add_unit(warehouse: Warehouse, data_hash: str, stage: str, *branches: str, **of_main: object) -> None:
    """A data unit with main and other branches, each with a task of its own, named as the branch."""
    insert(warehouse, "data_unit", {"project_hash": "herd", "data_hash": data_hash, "title": data_hash})
    rows = [
        {
            "label_row_id": f"{data_hash}/{branch}",
            "project_hash": "herd",
            "data_hash": data_hash,
            "branch_name": branch,
            "label_hash": f"{data_hash}/{branch}",
            "workflow_stage_uuid": stage,
            "workflow_stage_title": stage,
            "task_uuid": f"{data_hash}/{branch}",
            "created_at": NOON,
        }
        for branch in ("main", *branches)
    ]
    insert(warehouse, "label_row", *({**row, **of_main} for row in rows))


def act(warehouse: Warehouse, data_hash: str, *actions: tuple[str, str, float], branch: str = "main") -> None:
    """Things done with a task: in which stage, what, and how many hours after noon."""
    insert(
        warehouse,
        "task_action",
        *(
            {
                "task_action_id": f"{data_hash}/{branch}/{place:04}",
                "project_hash": "herd",
                "data_hash": data_hash,
                "task_uuid": f"{data_hash}/{branch}",
                "workflow_stage_uuid": stage,
                "action_type": action_type,
                "actor_email": "ann@example.com",
                "acted_at": NOON + timedelta(hours=hours),
            }
            for place, (stage, action_type, hours) in enumerate(actions)
        ),
    )


TIMING = (
    "SELECT branch_name, n_submissions, n_rejections, hours_to_submission, hours_to_review, hours_in_review,"
    " hours_to_approval FROM task_timing ORDER BY 1"
)


def test_a_task_that_is_sent_back_once(warehouse: Warehouse) -> None:
    add_workflow(warehouse)
    add_unit(warehouse, "video", "done")
    first = [("annotate", "assign", 0.0), ("annotate", "submit", 2.0), ("review", "assign", 3.0)]
    act(warehouse, "video", *first, ("review", "reject", 5), ("annotate", "submit", 6), ("review", "approve", 9))
    assert asked(warehouse, TIMING) == [("main", 2, 1, 2, 3, 3, 9)]
    stays = "SELECT visit, stage_title, hours, n_actions FROM time_in_stage ORDER BY visit"
    assert asked(warehouse, stays) == [
        (1, "annotate", 2, 2),
        (2, "review", 3, 2),
        (3, "annotate", 1, 1),
        (4, "review", 3, 1),
        (5, "done", None, 0),
    ]
    flow = "SELECT stage_title, next_stage_title, n_stays, share_of_stays, median_hours FROM stage_flow ORDER BY 1, 2"
    assert asked(warehouse, flow) == [
        ("annotate", "review", 2, 1, 1.5),
        ("done", None, 1, None, None),
        ("review", "annotate", 1, 0.5, 3),
        ("review", "done", 1, 0.5, 3),
    ]


def test_an_approval_stands_until_the_task_comes_back(warehouse: Warehouse) -> None:
    add_workflow(warehouse)
    add_unit(warehouse, "rejected", "annotate")
    add_unit(warehouse, "again", "review")
    begin = [("annotate", "assign", 0.0), ("annotate", "submit", 1.0), ("review", "approve", 2.0)]
    act(warehouse, "rejected", *begin, ("review", "reject", 3))
    act(warehouse, "again", *begin, ("annotate", "submit", 3))
    query = "SELECT data_hash, approved_at, hours_in_review, hours_to_approval FROM task_timing ORDER BY 1"
    assert asked(warehouse, query) == [("again", None, None, None), ("rejected", None, None, None)]


def test_main_of_a_consensus_unit_has_the_moments_of_its_branches(warehouse: Warehouse) -> None:
    add_workflow(warehouse)
    add_unit(warehouse, "video", "done", "encord-a", "encord-b", "model")
    act(warehouse, "video", ("vote", "assign", 0), ("vote", "submit", 1), branch="encord-a")
    act(warehouse, "video", ("vote", "assign", 2), ("vote", "submit", 4), branch="encord-b")
    act(warehouse, "video", ("judge", "approve", 10))
    assert asked(warehouse, TIMING) == [
        ("encord-a", 1, 0, 1, None, None, None),
        ("encord-b", 1, 0, 2, None, None, None),
        ("main", 2, 0, 1, 9, 6, 10),
    ]


def test_hours_are_never_negative_and_keys_hold_whatever_the_log_says(warehouse: Warehouse) -> None:
    source = random.Random("logs")
    add_workflow(warehouse)
    acts = ("assign", "submit", "approve", "reject", "move", "skip", "release")
    for number in range(60):
        stage, annotator = source.choice([*STAGES, "gone"]), source.choice(["encord-a", "encord-b"])
        add_unit(warehouse, f"unit{number}", stage, annotator)
        for branch in ("main", "encord-a"):
            log = [
                (source.choice([*STAGES, "unknown"]), source.choice(acts), float(source.randint(-9, 9)))
                for _ in range(source.randint(0, 12))
            ]
            if log:
                act(warehouse, f"unit{number}", *log, branch=branch)
    assert key_faults(warehouse) == []
    columns = ["hours_to_submission", "hours_to_review", "hours_in_review", "hours_to_approval"]
    lowest = ", ".join(f"MIN({name})" for name in columns)
    [found] = asked(warehouse, f"SELECT {lowest} FROM task_timing")
    assert all(hours is not None and hours >= 0 for hours in found)
    [(shortest,)] = asked(warehouse, "SELECT MIN(hours) FROM time_in_stage")
    assert shortest >= 0
    [found] = asked(warehouse, "SELECT MIN(hours_to_consensus), MIN(hours_in_review) FROM consensus_unit")
    assert all(hours is None or hours >= 0 for hours in found)
    # Where a data unit is now, it is once; its stays follow one another without a gap.
    query = "SELECT data_hash, COUNT(*) FROM time_in_stage WHERE left_at IS NULL GROUP BY data_hash HAVING COUNT(*) > 1"
    assert asked(warehouse, query) == []
    query = (
        "SELECT a.data_hash FROM time_in_stage AS a JOIN time_in_stage AS b"
        " ON b.data_hash = a.data_hash AND b.visit = a.visit + 1 WHERE b.entered_at IS DISTINCT FROM a.left_at"
    )
    assert asked(warehouse, query) == []


def test_a_copy_on_main_is_not_counted_again(warehouse: Warehouse) -> None:
    add_workflow(warehouse)
    add_unit(warehouse, "video", "done", "encord-a", "model")
    ann = "ann@example.com"
    add_object(warehouse, "video/encord-a", "cow", [0, 1], created_by=ann, created_at=NOON)
    add_object(warehouse, "video/main", "cow", [0], created_by="lena@example.com", created_at=NOON + timedelta(days=1))
    add_object(warehouse, "video/main", "bull", [0], created_by="lena@example.com", created_at=NOON)
    add_object(warehouse, "video/model", "ghost", [0], created_by=ann, created_at=NOON)
    add_classification(warehouse, "video/main", "nobody", "day", (0, 1))
    insert(
        warehouse,
        "time_spent",
        {
            "time_spent_id": "1",
            "project_hash": "herd",
            "data_hash": "video",
            "user_email": "ann@example.com",
            "period_start": NOON.replace(hour=0),
            "period_end": NOON.replace(hour=0) + timedelta(days=1),
            "seconds": 5400.0,
        },
    )
    query = "SELECT annotator, CAST(work_day AS VARCHAR), n_labels, n_objects, n_data_units, hours_spent"
    assert asked(warehouse, f"{query} FROM work_by_annotator_day ORDER BY 1") == [
        ("ann@example.com", "2026-03-02", 1, 1, 1, 1.5),
        ("lena@example.com", "2026-03-02", 1, 1, 1, None),
    ]


def labels_by_person(project: SampleProject) -> Counter[tuple[str, str]]:
    """Labels by person and day, counted from what the server holds: a hash of a data unit is one label."""
    made: dict[tuple[str, str, str], tuple[int, bool, str]] = {}

    def see(key: tuple[str, str, str], drawn: dict[str, Any], *, is_main: bool) -> None:
        if drawn.get("createdBy") and drawn.get("createdAt"):
            said = (parse_timestamp(drawn["createdAt"]), is_main, drawn["createdBy"])
            made[key] = min(made.get(key, said), said)

    for (data_hash, branch), row in project.rows.items():
        if row.label_hash is None or not (branch == "main" or branch.startswith("encord-")):
            continue
        spaces = [row.labels, *row.labels.get("spaces", {}).values()]
        for space in spaces:
            for unit in [*space.get("data_units", {}).values(), space]:
                held = unit.get("labels") or {}
                for part in [held] if "objects" in held else held.values():
                    for drawn in part.get("objects", []) if isinstance(part, dict) else []:
                        see((data_hash, "object", drawn["objectHash"]), drawn, is_main=branch == "main")
            for drawn in space.get("object_answers", {}).values():
                see((data_hash, "object", drawn["objectHash"]), drawn, is_main=branch == "main")
            for answer in space.get("classification_answers", {}).values():
                see((data_hash, "classification", answer["classificationHash"]), answer, is_main=branch == "main")
    return Counter(
        (email, datetime.fromtimestamp(moment / 1e6, UTC).date().isoformat()) for moment, _, email in made.values()
    )


@pytest.mark.parametrize("of_engine", ["duckdb", "postgresql"])
def test_each_label_of_the_sample_is_counted_once(exported: Exported, of_engine: str) -> None:
    world = build_sample_world("small", seed=7)
    project = world.projects[world.project_hash]
    opened = open_warehouse(exported.urls[of_engine])
    query = "SELECT annotator, CAST(work_day AS VARCHAR), n_labels FROM work_by_annotator_day WHERE n_labels > 0"
    assert {(who, day): count for who, day, count in asked(opened, query)} == labels_by_person(project)
    [(hours,)] = asked(opened, "SELECT SUM(hours_spent) FROM work_by_annotator_day")
    assert hours == pytest.approx(sum(each["timeSpentSeconds"] for each in project.time_spent) / 3600, abs=1e-4)
    query = "SELECT DISTINCT CAST(work_day AS VARCHAR) FROM work_by_annotator_day WHERE hours_spent > 0"
    days = {read_time(each["periodStartTime"]).date().isoformat() for each in project.time_spent}
    assert {day for (day,) in asked(opened, query)} == days
    opened.close()
