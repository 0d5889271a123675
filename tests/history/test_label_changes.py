"""View label_change and its kin: what an edit was, in words, and what is no edit."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.sample import Fault, SampleServer, without_key
from connector.sample.world.label_pen import answered
from tests.history.synced_farms import SyncedPostgres, writing
from tests.postgres_server import PostgresServer
from tests.sync.conftest import farm_world
from tests.sync.synced_warehouse import SyncedWarehouse, copied

VIDEO = "barn-east-001.mp4"
EDITOR = "lena.brandt@example.com"
CHANGES = (
    "SELECT label_kind, change_kind, label_name, value_before, value_after, n_frames, last_edited_by, reason"
    " FROM label_change WHERE data_title = 'barn-east-001.mp4' ORDER BY changed_at, change_kind"
)


@pytest.fixture(params=["duckdb", "postgresql"])
def farm(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[SyncedWarehouse]:
    """The same on both engines."""
    with SampleServer(farm_world()) as server:
        if request.param == "duckdb":
            yield SyncedWarehouse(server, copied(request.getfixturevalue("farm_file"), tmp_path / "farm.duckdb"))
        else:
            postgres: PostgresServer = request.getfixturevalue("postgres_server")
            name = postgres.create_database(request.getfixturevalue("farm_database"))
            yield SyncedPostgres(server, postgres.database_url(name))
            postgres.drop_database(name)


def label_hash_of(farm: SyncedWarehouse, title: str = VIDEO) -> str:
    return str(farm.project.row_named(title, "main").label_hash)


def boxed(farm: SyncedWarehouse) -> tuple[str, int, float]:
    """Object, frames and x of a cow with a box on several frames."""
    ((object_hash, frames, x),) = farm.rows(
        "SELECT object_hash, count(*), min(x) FROM object_on_frame WHERE data_title = $title AND branch_name = 'main'"
        " AND object_name = 'Cow' AND ontology_shape = 'bounding_box' GROUP BY 1 HAVING count(*) > 2 ORDER BY 1"
        " LIMIT 1",
        title=VIDEO,
    )
    return object_hash, frames, x


def test_a_first_sync_is_no_change(farm: SyncedWarehouse) -> None:
    assert farm.rows("SELECT * FROM label_change") == []
    assert farm.rows("SELECT * FROM label_row_change") == []
    assert farm.value("SELECT count(*) FROM label_row_version WHERE reason <> 'first'") == 0


def test_a_moved_box_tells_how_far_and_by_whom(farm: SyncedWarehouse) -> None:
    object_hash, frames, _ = boxed(farm)
    before = farm.value("SELECT max(started_at) FROM sync_run_project")
    farm.project.move_box(label_hash_of(farm), object_hash, x=0.03, y=0.04)
    farm.sync()
    assert farm.rows(CHANGES) == [("object", "moved", "Cow", "Cow", "Cow", frames, EDITOR, "edited")]
    ((iou, shift, item, until, edited, changed),) = farm.rows(
        "SELECT iou, shift, item_hash, unchanged_until, last_edited_at, changed_at FROM label_change"
    )
    assert item == object_hash
    assert round(shift, 6) == 0.05, "3 hundredths to the right and 4 down"
    ((expected,),) = farm.rows(
        "SELECT avg((width - 0.03) * (height - 0.04) / (2 * width * height - (width - 0.03) * (height - 0.04)))"
        " FROM object_annotation WHERE object_hash = $object_hash AND label_hash = $label_hash",
        object_hash=object_hash,
        label_hash=label_hash_of(farm),
    )
    assert abs(iou - expected) < 1e-3, "places have four decimals"
    assert until == before, "the sync before saw the old place"
    assert edited is not None
    assert changed > until


def test_objects_that_come_and_go_and_answers(farm: SyncedWarehouse) -> None:
    project, label_hash = farm.project, label_hash_of(farm)
    cow = project.class_named("Cow")
    box = {"x": 0.25, "y": 0.5, "w": 0.125, "h": 0.0625}
    gone, frames, _ = boxed(farm)
    new = project.add_object(label_hash, cow["featureNodeHash"], {3: box, 4: box})
    farm.sync()
    project.delete_object(label_hash, gone)
    question = next(each for each in cow["attributes"] if each["type"] == "radio" and not each["dynamic"])
    first, second = question["options"][:2]
    project.answer_attribute(label_hash, new, answered(question, [first]))
    farm.sync()
    project.answer_attribute(label_hash, new, answered(question, [second]))
    farm.sync()
    told = farm.rows(
        "SELECT change_kind, item_hash, attribute_name, value_before, value_after, n_frames FROM label_change"
        " WHERE item_hash IN ($gone, $new) AND (attribute_name IS NULL OR item_hash = $new) ORDER BY changed_at, 1",
        gone=gone,
        new=new,
    )
    name = question["name"]
    assert told == [
        ("added", new, None, None, "Cow", 2),
        ("answered", new, name, "", first["label"], None),
        ("removed", gone, None, "Cow", None, frames),
        ("answer changed", new, name, first["label"], second["label"], None),
    ]


def test_what_is_told_of_a_label_has_its_class_of_then(farm: SyncedWarehouse) -> None:
    """Of an object that was opened, moved, re-classed and deleted, all in the time of the history."""
    project = farm.project
    cow, calf = (project.class_named(name)["featureNodeHash"] for name in ("Cow", "Calf"))
    label_hash = project.open_data_unit(project.row_named("barn-north-night.mp4", "main").data_hash)
    boxes = {frame: {"x": 0.25, "y": 0.5, "w": 0.125, "h": 0.0625} for frame in (3, 4)}
    new = project.add_object(label_hash, cow, boxes)
    farm.sync()
    project.move_box(label_hash, new, frame=3)
    farm.sync()
    project.reclass_object(label_hash, new, calf)
    farm.sync()
    project.delete_object(label_hash, new)
    farm.sync()
    told = farm.rows(
        "SELECT change_kind, label_name, value_before, value_after, n_frames FROM label_change"
        " WHERE item_hash = $new ORDER BY changed_at",
        new=new,
    )
    assert told == [
        ("added", "Cow", None, "Cow", 2),
        ("moved", "Cow", "Cow", "Cow", 1),
        ("re-classed", "Calf", "Cow", "Calf", 0),
        ("removed", "Calf", "Calf", None, 2),
    ]


def test_a_label_row_that_goes_and_comes_back(farm: SyncedWarehouse) -> None:
    row = farm.project.row_named(VIDEO, "main")
    label_hash = label_hash_of(farm)
    objects = farm.value("SELECT count(*) FROM object_instance WHERE label_hash = $label_hash", label_hash=label_hash)
    farm.project.delete_label_row(label_hash)
    farm.sync(allow_deletes=True)
    farm.project.restore(row)
    farm.sync()
    reasons = farm.rows(
        "SELECT reason FROM label_row_version WHERE label_hash = $label_hash ORDER BY written_at", label_hash=label_hash
    )
    assert [reason for (reason,) in reasons] == ["first", "removed", "restored"]
    counted = farm.rows(
        "SELECT reason, change_kind, count(*) FROM label_change WHERE label_hash = $label_hash"
        " AND label_kind = 'object' AND attribute_feature_hash IS NULL GROUP BY reason, change_kind ORDER BY 1",
        label_hash=label_hash,
    )
    assert counted == [("removed", "removed", objects), ("restored", "added", objects)]
    named = "SELECT count(*), count(last_edited_by) FROM label_change WHERE change_kind = 'removed'"
    ((removed, with_name),) = farm.rows(named)
    assert removed > objects, "classifications went as well"
    assert with_name == 0, "nobody is said to have removed what they edited last"


def test_what_no_person_changed_is_no_edit(farm: SyncedWarehouse) -> None:
    """A full sync that finds the same, and rows that a newer release reads otherwise."""
    farm.sync(full=True)
    assert farm.value("SELECT count(*) FROM label_row_version WHERE reason <> 'first'") == 0, "nothing differs"
    with writing(farm.url) as warehouse, warehouse.session.transaction():
        session, of_one = warehouse.session, {"label_hash": label_hash_of(farm)}
        session.execute("UPDATE object_annotation SET confidence = 0.25 WHERE label_hash = $label_hash", **of_one)
        older = "UPDATE label_row SET normaliser_version = normaliser_version - 1 WHERE label_hash = $label_hash"
        session.execute(older, **of_one)
    moment = farm.value("SELECT now()")
    farm.sync()
    assert farm.rows("SELECT reason, count(*) FROM label_row_version GROUP BY 1 HAVING reason <> 'first'") == [
        ("normaliser", 1)
    ]
    assert farm.rows("SELECT * FROM label_change") == []
    was = "SELECT DISTINCT confidence FROM object_on_frame_as_of($moment) WHERE label_hash = $label_hash"
    assert farm.rows(was, moment=moment, label_hash=label_hash_of(farm)) == [(0.25,)], "but it was so"


def test_a_broken_label_row_hides_no_news_of_the_others(farm: SyncedWarehouse) -> None:
    """Only of itself it is not known what the runs that it failed in would have seen."""
    project = farm.project
    object_hash, _, _ = boxed(farm)
    farm.server.faults.add(
        Fault(without_key("data_units"), kind="label_rows", label_hash=label_hash_of(farm), times=None)
    )
    project.move_box(label_hash_of(farm), object_hash)
    assert farm.sync().run.outcome == "partial"
    opened = project.open_data_unit(project.row_named("barn-north-night.mp4", "main").data_hash)
    box = {"x": 0.25, "y": 0.5, "w": 0.125, "h": 0.0625}
    project.add_object(opened, project.class_named("Cow")["featureNodeHash"], {3: box})
    assert farm.sync().run.outcome == "partial"
    farm.server.faults.clear()
    assert farm.sync().run.outcome == "succeeded"
    runs = [began for (began,) in farm.rows("SELECT started_at FROM sync_run_project ORDER BY started_at")]
    told = "SELECT label_hash, change_kind, unchanged_until FROM label_change ORDER BY changed_at"
    assert farm.rows(told) == [(opened, "added", runs[1]), (label_hash_of(farm), "moved", runs[0])]


def test_a_label_row_that_was_broken_from_the_first_sync_on_is_no_news(tmp_path: Path) -> None:
    with SampleServer(farm_world()) as server:
        farm = SyncedWarehouse(server, tmp_path / "labels.duckdb")
        fault = Fault(without_key("data_units"), kind="label_rows", label_hash=label_hash_of(farm), times=None)
        server.faults.add(fault)
        assert [farm.sync().run.outcome for _ in range(2)] == ["partial", "partial"]
        server.faults.clear()
        assert farm.sync().run.outcome == "succeeded"
    assert farm.value("SELECT count(*) FROM object_on_frame WHERE data_title = $title", title=VIDEO) > 0
    assert farm.rows("SELECT * FROM label_change") == []


def test_a_listing_that_says_otherwise(farm: SyncedWarehouse) -> None:
    row = farm.project.row_named(VIDEO, "main")
    farm.project.assign(row.data_hash, "new.hand@example.com")
    farm.project.rename_data_unit(row.data_hash, "barn-west.mp4")
    farm.sync()
    told = farm.rows(
        "SELECT column_name, value_after FROM label_row_change WHERE label_row_id = (SELECT label_row_id FROM"
        " current_label_row WHERE label_hash = $label_hash) ORDER BY 1",
        label_hash=label_hash_of(farm, "barn-west.mp4"),
    )
    assert ("assigned_user_email", "new.hand@example.com") in told
    assert ("data_title", "barn-west.mp4") in told


def test_a_reviewer_corrects_what_was_submitted(farm: SyncedWarehouse) -> None:
    """Submitted, seen by a sync, corrected, approved: the change is the reviewer's."""
    project, label_hash = farm.project, label_hash_of(farm)
    object_hash, _, _ = boxed(farm)
    data_hash = farm.project.row_named(VIDEO, "main").data_hash
    stages = [stage["title"] for stage in project.record["workflow"]["stages"]]
    project.log_action(data_hash, "submit", "anna@example.com")
    project.move_to_stage(data_hash, stages[1])
    farm.sync(task_actions=True)
    project.move_box(label_hash, object_hash)
    project.log_action(data_hash, "approve", EDITOR)
    project.move_to_stage(data_hash, stages[-1])
    farm.sync(task_actions=True)
    assert farm.rows("SELECT change_kind, label_name, submitted_by, reviewer, corrected_by FROM review_correction") == [
        ("moved", "Cow", "anna@example.com", EDITOR, EDITOR)
    ]
