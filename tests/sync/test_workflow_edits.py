"""What happens to tasks and data units shows in the listing alone: no label is fetched for it."""

from collections.abc import Callable

import pytest

from connector.load.tables import LABEL_TABLES
from connector.sample import SampleProject
from tests.sync.conftest import Comparison
from tests.sync.synced_warehouse import ALL_REQUESTS_OF_A_LISTING, SyncedWarehouse

CONSENSUS = "calving-pen-002.mp4"
ROWS = """
SELECT DISTINCT workflow_stage_title, workflow_stage.title, priority, assigned_user_email, data_unit.title
FROM label_row
JOIN data_unit USING (project_hash, data_hash)
JOIN workflow_stage ON stage_uuid = workflow_stage_uuid AND workflow_stage.project_hash = label_row.project_hash
WHERE data_hash = $data
"""


def move(project: SampleProject, data_hash: str) -> None:
    project.move_to_stage(data_hash, "Complete")


def prioritise(project: SampleProject, data_hash: str) -> None:
    project.set_priority(data_hash, 0.93)


def assign(project: SampleProject, data_hash: str) -> None:
    project.assign(data_hash, "priya.nair@example.com")


def rename(project: SampleProject, data_hash: str) -> None:
    project.rename_data_unit(data_hash, "calving-pen-002-final.mp4")


@pytest.mark.parametrize(
    ("edit", "place", "value"),
    [
        (move, slice(0, 2), ("Complete", "Complete")),
        (prioritise, slice(2, 3), (0.93,)),
        (assign, slice(3, 4), ("priya.nair@example.com",)),
        (rename, slice(4, 5), ("calving-pen-002-final.mp4",)),
    ],
)
def test_the_listing_says_it_all(
    edit: Callable[[SampleProject, str], None],
    place: slice,
    value: tuple[object, ...],
    farm: SyncedWarehouse,
    equals_fresh: Comparison,
) -> None:
    data_hash = farm.project.row_named(CONSENSUS).data_hash
    before = farm.snapshot(*LABEL_TABLES)
    edit(farm.project, data_hash)
    outcome = farm.sync()
    assert outcome.exit_code == 0
    assert outcome.requests == ALL_REQUESTS_OF_A_LISTING
    # All four branches of the data unit say the new thing.
    assert {row[place] for row in farm.rows(ROWS, data=data_hash)} == {value}
    assert farm.snapshot(*LABEL_TABLES) == before
    equals_fresh(farm)


def test_a_renamed_project_is_one_changed_row(farm: SyncedWarehouse, equals_fresh: Comparison) -> None:
    farm.project.rename_project("Meadowbrook, second herd")
    outcome = farm.sync()
    assert outcome.requests == ALL_REQUESTS_OF_A_LISTING
    assert farm.rows("SELECT title FROM project") == [("Meadowbrook, second herd",)]
    assert outcome.receipt.project_title == "Meadowbrook, second herd"
    equals_fresh(farm)
