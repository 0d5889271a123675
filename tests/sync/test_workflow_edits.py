"""What happens to tasks and data units shows in the listing alone: no label is fetched for it."""

from collections.abc import Callable

from connector.load.tables import LABEL_TABLES
from tests.sync.conftest import Comparison
from tests.sync.synced_warehouse import ALL_REQUESTS_OF_A_LISTING, SyncedWarehouse

CONSENSUS = "calving-pen-002.mp4"
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
