"""A sync keeps the matched objects of consensus in step: with labels, stages, branches and edited thresholds."""

from pathlib import Path

from click.testing import CliRunner

from connector.cli import application
from connector.load.matching.compared_branches import MADE_OF_UNITS
from connector.sample.farm.moving_shapes import points
from tests.duckdb_files import connected
from tests.migrations.migrated_schema import MigratedSchema
from tests.sync.fresh_comparison import assert_equals_fresh_sync
from tests.sync.synced_warehouse import ALL_REQUESTS_OF_A_LISTING, SyncedWarehouse

IN_REVIEW = "calving-pen-002.mp4"
MATCHES = "SELECT count(*) FROM consensus_object_match"
TABLES = (*MADE_OF_UNITS, "consensus_match_rules")


def assert_up_to_date(farm: SyncedWarehouse) -> None:
    """The tables hold what matching makes of the label rows now, row by row."""
    kept = {table: farm.rows(f"SELECT * FROM {table} ORDER BY ALL") for table in MADE_OF_UNITS}
    with connected(farm.file) as connection:
        for table in TABLES:
            connection.execute(f"DELETE FROM {table}")
    farm.sync()
    assert {table: farm.rows(f"SELECT * FROM {table} ORDER BY ALL") for table in MADE_OF_UNITS} == kept


def test_a_first_sync_matches_what_may_be_compared(farm: SyncedWarehouse) -> None:
    assert farm.value(MATCHES) > 100
    # Three in review, three that are decided and main; of the video that is still annotated the two that are submitted.
    assert farm.value("SELECT count(*) FROM consensus_matched_branch") == 3 + 4 + 2
    assert_up_to_date(farm)


def test_edits_moves_and_deletions_are_followed(farm: SyncedWarehouse, tmp_path: Path) -> None:
    project = farm.project
    video = project.row_named(IN_REVIEW).data_hash
    one, other, third = sorted(branch for data, branch in project.branch_annotators if data == video)
    cow = project.class_named("Cow")["featureNodeHash"]
    hashes = [project.rows[video, branch].label_hash for branch in (one, other)]
    frames = {0: {"x": 0.1, "y": 0.1, "w": 0.2, "h": 0.2}}
    before = farm.value(MATCHES)
    for label_hash in hashes:
        project.add_object(str(label_hash), cow, frames)
    farm.sync()
    assert farm.value(MATCHES) == before + 1
    assert_up_to_date(farm)
    project.move_to_stage(video, "Consensus annotate")
    farm.sync()
    assert farm.value(f"{MATCHES} WHERE data_hash = $data_hash", data_hash=video) < before + 1
    assert_up_to_date(farm)
    project.move_to_stage(video, "Complete")
    project.delete_label_row(str(project.rows[video, third].label_hash))
    farm.sync()
    assert (
        farm.value("SELECT count(*) FROM consensus_matched_branch WHERE data_hash = $data_hash", data_hash=video) == 2
    )
    assert_up_to_date(farm)
    assert_equals_fresh_sync(farm, tmp_path / "fresh.duckdb")


def test_shapes_of_a_sync_are_compared_exactly(farm: SyncedWarehouse) -> None:
    project = farm.project
    video = project.row_named(IN_REVIEW).data_hash
    polygon = next(each for each in project.editor["objects"] if each["shape"] == "polygon")["featureNodeHash"]
    drawn = []
    for number, branch in enumerate(sorted(branch for data, branch in project.branch_annotators if data == video)):
        shift = number * 0.05
        corners = [(0.1 + shift, 0.1), (0.5 + shift, 0.1), (0.1 + shift, 0.5)]
        label_hash = str(project.rows[video, branch].label_hash)
        drawn.append(project.add_object(label_hash, polygon, {3: points(corners)}))
    farm.sync()
    # Half a square moved by an eighth of its side: (7/8)² of its area is shared. By two eighths it is too little.
    shared = (7 / 8) ** 2
    expected = [shared / (2 - shared)] * 2
    measured = "SELECT iou FROM consensus_object_match WHERE list_contains($drawn, object_hash)"
    both = farm.rows(f"{measured} AND list_contains($drawn, other_object_hash) ORDER BY iou", drawn=drawn)
    found = [iou for (iou,) in both]
    assert [round(iou, 9) for iou in found] == [round(iou, 9) for iou in expected]
    # A skeleton has no area: of two of them the boxes around them are compared, and it is said.
    methods = "SELECT DISTINCT shape, iou_method FROM consensus_object_match JOIN object_instance"
    methods += " USING (label_hash, object_hash) WHERE iou_method <> 'exact' ORDER BY 1"
    assert farm.rows(methods) == [("bounding_box", "box"), ("skeleton", "extent")]
    assert_up_to_date(farm)


def test_a_threshold_that_somebody_edited_counts_from_the_next_sync_on(farm: SyncedWarehouse) -> None:
    before = farm.value(MATCHES)
    with connected(farm.file) as connection:
        connection.execute("INSERT INTO consensus_threshold VALUES (?, '*', 0.9)", [farm.project.project_hash])
    assert farm.sync().requests == ALL_REQUESTS_OF_A_LISTING
    assert 0 < farm.value(MATCHES) < before
    assert_up_to_date(farm)


def test_migrating_makes_an_edited_threshold_count_at_once(farm: SyncedWarehouse) -> None:
    def migrated() -> str:
        result = CliRunner().invoke(application, ["migrate", f"--warehouse={farm.url}"], catch_exceptions=False)
        assert result.exit_code == 0
        return result.output

    before = farm.value(MATCHES)
    assert "matched again" not in migrated()
    with connected(farm.file) as connection:
        # There is such a row already, and no key keeps this one out: the stricter counts.
        connection.execute("INSERT INTO consensus_threshold VALUES ('*', '*', 0.9)")
    assert "matched again, projects: 1" in migrated()
    assert 0 < farm.value(MATCHES) < before
    assert_up_to_date(farm)
    assert "matched again" not in migrated()


def test_a_sync_that_migrates_matches_the_projects_again_that_it_does_not_sync(
    farm: SyncedWarehouse, new_gate: SyncedWarehouse
) -> None:
    """Revision 0010 empties the matches: whoever asks of the other projects must not find nothing."""
    before = {table: farm.rows(f"SELECT * FROM {table} ORDER BY ALL") for table in MADE_OF_UNITS}
    MigratedSchema(f"duckdb:///{farm.file}").move("0009")
    assert farm.value(f"{MATCHES} WHERE match_round = 1") == len(before["consensus_object_match"])
    outcome = SyncedWarehouse(new_gate.server, farm.file).sync(migrate=True)
    assert outcome.receipt.project_hash != farm.project.project_hash
    assert {table: farm.rows(f"SELECT * FROM {table} ORDER BY ALL") for table in MADE_OF_UNITS} == before


def test_a_project_without_branches_has_none_of_it(new_gate: SyncedWarehouse) -> None:
    new_gate.sync()
    assert {name: new_gate.value(f"SELECT count(*) FROM {name}") for name in TABLES} == dict.fromkeys(TABLES, 0)
