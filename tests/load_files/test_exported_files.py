"""What `export json` wrote, loaded into an empty warehouse, is what was synced but for what only the API knows."""

from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from connector.load.questions.held_rows import HeldRows
from connector.load.questions.reading import open_for_reading
from connector.load.tables import LABEL_TABLES, METADATA
from connector.sample import SampleServer
from tests.load_files.conftest import Exported, Load, events, rows_of
from tests.sync.fresh_comparison import assert_equals_fresh_sync
from tests.sync.synced_warehouse import SyncedWarehouse

SOURCE_TABLES = ("project", "ontology_class", "ontology_attribute", "ontology_option", "data_unit", "data_frame")
ONLY_ENCORD_KNOWS = {
    "project": {
        "description", "project_type", "status", "ontology_hash", "ontology_title", "ontology_content_hash",
        "ontology_last_edited_at", "created_at", "last_edited_at",
    },
    "data_unit": {"frame_count", "group_hash", "backing_item_uuid", "client_metadata", "spaces_digest"},
    "label_row": {
        "workflow_stage_uuid", "workflow_stage_title", "task_uuid", "priority", "assigned_user_email",
        "last_actioned_by_user_email", "is_valid", "synced_is_valid", "synced_last_edited_at",
    },
}  # fmt: skip
"""Columns that are NULL after a load, by table; table workflow_stage is empty, and nobody's unopened task is there."""
OF_THE_FORM = {"label_row": {"content_hash"}}
"""Columns that say in which form the labels came."""
OF_THE_RUN = {"run_id", "synced_at", "is_settled"}
WHOLE_SECONDS = {"created_at", "last_edited_at"}
NOT_WRITTEN = {
    "img_group": ("width", "height"),
    "group": ("frames_per_second", "duration_seconds"),
}
"""Columns of data_unit that the SDK writes nothing of, by kind of data; an image group's images have their own."""


def compared(file: str, table: str) -> str:
    """The rows of a table that a load brings back, as a query."""
    left_out = ONLY_ENCORD_KNOWS.get(table, set()) | OF_THE_FORM.get(table, set()) | OF_THE_RUN
    columns = [column.name for column in METADATA.tables[table].columns if column.name not in left_out]
    opened = f"SELECT * FROM {file}.label_row WHERE label_hash IS NOT NULL"
    if table == "label_row":
        columns = [f"date_trunc('second', {name})" if name in WHOLE_SECONDS else name for name in columns]
        return f"SELECT {', '.join(columns)} FROM ({opened})"
    if table == "data_unit":
        for data_type, names in NOT_WRITTEN.items():
            columns = [f"CASE WHEN data_type <> '{data_type}' THEN {c} END" if c in names else c for c in columns]
        return (
            f"SELECT {', '.join(columns)} FROM {file}.data_unit WHERE data_hash IN (SELECT data_hash FROM ({opened}))"
        )
    return f"SELECT {', '.join(columns)} FROM {file}.{table}"


def differences(left: Path, right: Path) -> list[str]:
    """The rows that one file has more often than the other."""
    found = []
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for name, file in (("synced", left), ("loaded", right)):
            connection.execute(f"ATTACH '{file}' AS {name} (READ_ONLY)")
        for table in (*SOURCE_TABLES, "label_row", *LABEL_TABLES):
            for this, that in (("synced", "loaded"), ("loaded", "synced")):
                rows = connection.execute(f"{compared(this, table)} EXCEPT ALL {compared(that, table)}").fetchall()
                found += [f"{table}, only {this}: {row}" for row in rows]
    return found


def test_every_table_is_the_same_again(exported: Exported, load: Load, new_file: Path) -> None:
    title = exported.project.record["title"]
    result = load(exported.labels, "--ontology", exported.ontology, "--title", title)
    assert result.exit_code == 0, result.output
    found = differences(exported.file, new_file)
    assert not found, "\n".join(found[:30])
    with duckdb.connect(str(new_file), read_only=True) as connection:
        connection.execute(f"ATTACH '{exported.file}' AS synced (READ_ONLY)")
        frames = connection.execute(
            "SELECT DISTINCT loaded.data_type, loaded.frame_count = known.frame_count FROM data_unit AS loaded"
            " JOIN synced.data_unit AS known USING (data_hash) WHERE loaded.frame_count IS NOT NULL ORDER BY ALL"
        ).fetchall()
    assert frames == [("dicom", True), ("image", True), ("img_group", True), ("video", True)]
    _loading_it_again_changes_nothing(exported, load, new_file)


def _loading_it_again_changes_nothing(exported: Exported, load: Load, new_file: Path) -> None:
    before = rows_of(new_file, *LABEL_TABLES, *SOURCE_TABLES)
    [finished] = events(load(exported.labels, "--ontology", exported.ontology), "project_finished")
    assert (finished["listed"], finished["loaded"], finished["failed"]) == (30, 30, 0)
    assert finished["rows_written"] == 0
    after = rows_of(new_file, *LABEL_TABLES, *SOURCE_TABLES)
    assert after == before


def test_without_an_ontology_no_answer_is_lost_and_a_later_sync_takes_over(
    exported: Exported, load: Load, new_file: Path, server: SampleServer, tmp_path: Path
) -> None:
    """What files knew only in part, and an ontology that was put together from labels, become what Encord holds."""
    result = load(exported.labels)
    assert (result.exit_code, len(events(result, "ontology_from_labels"))) == (0, 1)
    _no_answer_is_lost(exported, new_file)
    synced = SyncedWarehouse(server, new_file)
    outcome = synced.sync()
    assert outcome.counts() == {"loaded": 30, "skipped": 3}
    assert_equals_fresh_sync(synced, tmp_path / "fresh.duckdb")


def _no_answer_is_lost(exported: Exported, new_file: Path) -> None:
    columns = "owner_hash, space_id, attribute_feature_hash, option_feature_hash, answer_text, frame_start, frame_end"
    names = "SELECT feature_hash, name FROM {} WHERE feature_hash IN (SELECT feature_hash FROM {})"
    with duckdb.connect(str(new_file), read_only=True) as connection:
        connection.execute(f"ATTACH '{exported.file}' AS synced (READ_ONLY)")
        for query in (
            f"SELECT {columns} FROM {{}}.attribute_answer",
            "SELECT * FROM {}.object_annotation",
            "SELECT * FROM {}.classification_range",
        ):
            both = [
                connection.execute(f"{query.format(name)} ORDER BY ALL").fetchall() for name in ("labels", "synced")
            ]
            assert both[0] == both[1]
            assert both[0]
        for table in ("ontology_class", "ontology_attribute"):
            found = connection.execute(names.format(table, table)).fetchall()
            known = connection.execute(names.format(f"synced.{table}", table)).fetchall()
            assert sorted(found) == sorted(known) != []
        assert connection.execute("SELECT DISTINCT warnings FROM label_row").fetchall() == [(None,)]


def test_both_engines_hold_the_same(exported: Exported, load: Load, new_file: Path, postgres_url: str) -> None:
    for warehouse in (None, postgres_url):
        assert load(exported.labels, "--ontology", exported.ontology, warehouse=warehouse).exit_code == 0
    held = []
    for warehouse in (f"duckdb:///{new_file}", postgres_url):
        with open_for_reading(warehouse) as session:
            rows = HeldRows(session)
            listing = rows.of_listing(exported.project.project_hash)
            tables = {**listing, **rows.of_label_rows(exported.project.label_hashes)}
            held.append({name: sorted(map(repr, _without_run(table))) for name, table in tables.items()})
    assert held[0] == held[1]
    assert held[0]["object_annotation"]


def _without_run(table: pa.Table) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = table.drop_columns(list(OF_THE_RUN & set(table.column_names))).to_pylist()
    return rows
