"""What happens to tasks, branches and data units shows in the listing alone: hardly a label is fetched for it."""

from collections.abc import Callable
from typing import Any

from connector.load.tables import LABEL_TABLES
from tests.sync.conftest import Comparison
from tests.sync.synced_warehouse import ALL_REQUESTS_OF_A_LISTING, SyncedWarehouse

CONSENSUS = "calving-pen-002.mp4"
VIDEO = "barn-east-001.mp4"
ANNOTATOR = "priya.nair@example.com"
ROWS = """
SELECT DISTINCT workflow_stage_title, workflow_stage.title, priority, assigned_user_email, data_unit.title
FROM label_row
JOIN data_unit USING (project_hash, data_hash)
JOIN workflow_stage ON stage_uuid = workflow_stage_uuid AND workflow_stage.project_hash = label_row.project_hash
WHERE data_hash = $data
"""


def test_the_listing_says_it_all(farm: SyncedWarehouse, equals_fresh: Comparison) -> None:
    project, data_hash = farm.project, farm.project.row_named(CONSENSUS).data_hash
    ((_, _, priority, assignee, title),) = farm.rows(ROWS, data=data_hash)
    before = farm.snapshot(*LABEL_TABLES)
    edits: list[tuple[Callable[[], None], tuple[object, ...]]] = [
        (lambda: project.move_to_stage(data_hash, "Complete"), ("Complete", "Complete", priority, assignee, title)),
        (lambda: project.set_priority(data_hash, 0.93), ("Complete", "Complete", 0.93, assignee, title)),
        (lambda: project.assign(data_hash, ANNOTATOR), ("Complete", "Complete", 0.93, ANNOTATOR, title)),
        (lambda: project.rename_data_unit(data_hash, "pen.mp4"), ("Complete", "Complete", 0.93, ANNOTATOR, "pen.mp4")),
    ]
    for edit, expected in edits:
        edit()
        outcome = farm.sync()
        assert outcome.exit_code == 0
        assert outcome.requests == ALL_REQUESTS_OF_A_LISTING
        # All four branches of the data unit say the new thing.
        assert farm.rows(ROWS, data=data_hash) == [expected]
    assert farm.snapshot(*LABEL_TABLES) == before
    equals_fresh(farm)


def test_a_renamed_project_is_one_changed_row(farm: SyncedWarehouse, equals_fresh: Comparison) -> None:
    farm.project.rename_project("Meadowbrook, second herd")
    outcome = farm.sync()
    assert outcome.requests == ALL_REQUESTS_OF_A_LISTING
    assert farm.rows("SELECT title FROM project") == [("Meadowbrook, second herd",)]
    assert outcome.receipt.project_title == "Meadowbrook, second herd"
    equals_fresh(farm)


def branches_of(farm: SyncedWarehouse, title: str) -> list[str]:
    data_hash = farm.project.row_named(title).data_hash
    return sorted(branch for data, branch in farm.project.rows if data == data_hash and branch != "main")


def test_a_renamed_branch_keeps_its_labels_and_is_compared_under_its_new_name(
    farm: SyncedWarehouse, equals_fresh: Comparison
) -> None:
    data_hash = farm.project.row_named(CONSENSUS).data_hash
    exact = "SELECT count(*) FROM consensus_object_match WHERE data_hash = $data AND iou_method = 'exact'"
    before = farm.value(exact, data=data_hash)
    assert before > 0
    # Other names turn about half of the pairs round.
    for number, branch in enumerate(branches_of(farm, CONSENSUS)):
        farm.project.rename_branch(data_hash, branch, f"encord-renamed-{number}")
    outcome = farm.sync()
    assert (outcome.exit_code, outcome.fetched, outcome.receipt.tombstoned) == (0, [], 0)
    assert farm.value(exact, data=data_hash) == before
    assert farm.value("SELECT count(*) FROM label_row WHERE deleted_at IS NOT NULL") == 0
    equals_fresh(farm)


def test_branches_that_swap_their_names_swap_nothing_else(farm: SyncedWarehouse, equals_fresh: Comparison) -> None:
    data_hash = farm.project.row_named(CONSENSUS).data_hash
    one, other, _ = branches_of(farm, CONSENSUS)
    annotators = "SELECT branch_name, annotator_email FROM consensus_task_branch WHERE data_hash = $data"
    before = dict(farm.rows(annotators, data=data_hash))
    for old, new in ((one, "between"), (other, one), ("between", other)):
        farm.project.rename_branch(data_hash, old, new)
    outcome = farm.sync(consensus_tasks=False)
    assert (outcome.exit_code, outcome.fetched) == (0, [])
    after = dict(farm.rows(annotators, data=data_hash))
    assert after == {**before, one: before[other], other: before[one]}
    equals_fresh(farm)


def test_a_branch_that_was_deleted_and_comes_back_under_another_name_is_fetched(
    farm: SyncedWarehouse, equals_fresh: Comparison
) -> None:
    data_hash, branch = farm.project.row_named(CONSENSUS).data_hash, branches_of(farm, CONSENSUS)[0]
    row = farm.project.rows[data_hash, branch]
    farm.project.delete_label_row(str(row.label_hash))
    assert farm.sync().receipt.tombstoned == 1
    farm.project.restore(row)
    farm.project.rename_branch(data_hash, branch, "encord-back-again")
    assert farm.sync().fetched == [row.label_hash]
    farm.project.rename_branch(data_hash, "encord-back-again", branch)
    assert farm.sync().fetched == []
    equals_fresh(farm)


def test_a_size_that_only_the_listing_knows_makes_the_rows_anew(
    farm: SyncedWarehouse, equals_fresh: Comparison
) -> None:
    """Label rows of old carry no size of their video: the extents of turned boxes are of the listing's."""
    row = farm.project.row_named(VIDEO)

    def forget_size(labels: dict[str, Any]) -> None:
        for unit in labels["data_units"].values():
            unit.pop("width"), unit.pop("height")

    farm.project.edit_labels(str(row.label_hash), forget_size)
    farm.sync()
    extents = "SELECT sum(x_max - x_min), sum(y_max - y_min) FROM object_annotation WHERE label_hash = $hash"
    before = farm.rows(extents, hash=row.label_hash)
    farm.project.describe_data_unit(row.data_hash, width=480, height=1080)
    outcome = farm.sync()
    assert (outcome.fetched, outcome.receipt.fetch_reasons) == ([row.label_hash], {"stale": 1})
    assert farm.rows(extents, hash=row.label_hash) != before
    assert farm.sync().requests == ALL_REQUESTS_OF_A_LISTING
    equals_fresh(farm)


def test_frames_that_the_listing_does_not_count_any_more_are_warned_of(
    farm: SyncedWarehouse, equals_fresh: Comparison
) -> None:
    row = farm.project.row_named(VIDEO)
    farm.project.describe_data_unit(row.data_hash, number_of_frames=3)
    assert farm.sync().fetched == [row.label_hash]
    assert "beyond the 3" in farm.value("SELECT warnings FROM label_row WHERE label_hash = $hash", hash=row.label_hash)
    equals_fresh(farm)


def test_a_renamed_part_of_a_data_group_is_fetched_for_its_name(
    farm: SyncedWarehouse, equals_fresh: Comparison
) -> None:
    row = farm.project.row_named("parlour, both cameras")
    space_id = next(iter(row.metadata["spaces"]))
    farm.project.rename_space(row.data_hash, space_id, "left-of-the-parlour.mp4")
    assert farm.sync().fetched == [row.label_hash]
    name = "SELECT file_name FROM data_space WHERE space_id = $space"
    assert farm.value(name, space=space_id) == "left-of-the-parlour.mp4"
    assert farm.sync().requests == ALL_REQUESTS_OF_A_LISTING
    equals_fresh(farm)


def test_a_data_unit_from_another_dataset_and_a_renamed_stage_are_listed(
    farm: SyncedWarehouse, equals_fresh: Comparison
) -> None:
    data_hash = farm.project.row_named(VIDEO).data_hash
    farm.project.move_to_dataset(data_hash, "dataset-of-2", "Second dataset")
    farm.project.rename_stage("Review", "Second look")
    outcome = farm.sync()
    assert outcome.requests == ALL_REQUESTS_OF_A_LISTING
    assert farm.rows("SELECT dataset_title FROM data_unit WHERE data_hash = $data", data=data_hash) == [
        ("Second dataset",)
    ]
    assert farm.value("SELECT count(*) FROM label_row WHERE workflow_stage_title = 'Second look'") > 0
    equals_fresh(farm)
