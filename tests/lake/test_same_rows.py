"""One source, synced into a lake and into a DuckDB file: the same rows in every table and view, after edits too."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from connector.demo.walk import work_on
from connector.load.contract.session import Session
from connector.load.on_iceberg.layout import LAKE_TABLES
from connector.load.on_iceberg.reading_session import duckdb_script
from connector.load.questions.reading import open_for_reading
from connector.load.tables import METADATA
from connector.sample import SampleServer, build_sample_world
from connector.sql_files import view_files
from connector.sync.streams import STREAMS
from tests.crash.crashed_warehouse import CrashedWarehouse
from tests.crash.lake_engine import LakeEngine
from tests.lake.command import run_command
from tests.sync.synced_warehouse import SyncedWarehouse

pytestmark = pytest.mark.slow

OF_THE_RUN = {
    *("run_id", "command", "synced_at", "made_from", "is_settled", "deleted_at", "read_at", "moved_at", "read_through"),
    *("first_seen", "last_seen", "started_at", "ended_at", "stage_seconds"),
    *("replaced_at", "written_at", "changed_at", "began_at", "known_since", "last_at", "unchanged_until"),
    *("class_from", "class_until"),
}
OF_ONE_ENGINE = {"installed_view"}


@pytest.fixture(scope="module")
def synced(
    lake_engine: LakeEngine, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[SyncedWarehouse, CrashedWarehouse]]:
    """A file and a lake after a first sync, a sync of edits of many kinds, and one that found nothing."""
    with SampleServer(build_sample_world("small", seed=7)) as server:
        file = SyncedWarehouse(server, tmp_path_factory.mktemp("same_rows") / "labels.duckdb")
        lake = CrashedWarehouse(server, lake_engine, lake_engine.empty())
        for turn in range(3):
            options: dict[str, Any] = {"streams": [stream.name for stream in STREAMS], "task_actions": True}
            assert file.sync(**options).run.outcome == lake.sync(**options).run.outcome == "succeeded"
            if turn == 0:
                assert len(list(work_on(file.project))) > 3
        yield file, lake


def test_every_table_and_view_is_the_same(synced: tuple[SyncedWarehouse, CrashedWarehouse]) -> None:
    file, lake = synced
    with open_for_reading(lake.url) as session:
        session.execute(f"ATTACH '{file.file}' AS file (READ_ONLY)")
        different = list(differences(session))
    assert not different


def differences(session: Session) -> Iterator[str]:
    names = [*(METADATA.tables.keys() & LAKE_TABLES), *(view.view_name for view in view_files())]
    columns_of: dict[str, list[str]] = {}
    schema_of: dict[str, str] = {}
    found = session.rows(
        "SELECT table_name, schema_name, column_name FROM duckdb_columns() WHERE database_name = 'file'"
        " AND schema_name IN ('main', 'internal')"
        " ORDER BY table_name, column_index"
    )
    for table, schema, column in found:
        schema_of[table] = schema
        columns_of.setdefault(table, []).append(column)
    for name in names:
        if name in OF_ONE_ENGINE:
            continue
        columns = ", ".join(column for column in columns_of[name] if column not in OF_THE_RUN)
        one, other = f"SELECT {columns} FROM {name}", f"SELECT {columns} FROM file.{schema_of[name]}.{name}"
        [(here, there)] = session.rows(
            # Each is worked out once: planning a view takes longer than answering it from so few rows.
            f"WITH one AS MATERIALIZED ({one}), other AS MATERIALIZED ({other})"
            " SELECT (SELECT count(*) FROM (FROM one EXCEPT ALL FROM other)),"
            " (SELECT count(*) FROM (FROM other EXCEPT ALL FROM one))"
        )
        if here or there:
            yield f"{name}: {here} rows only in the lake, {there} only in the file"


def test_the_past_is_told_as_in_a_file(synced: tuple[SyncedWarehouse, CrashedWarehouse]) -> None:
    """Which changes follow a run that saw the labels before them; and moments are in the same order."""
    file, lake = synced
    of_place = "rank() OVER (PARTITION BY {of} ORDER BY {moment})"
    versions = of_place.format(of="label_hash", moment="written_at")
    rows = of_place.format(of="label_row_id", moment="replaced_at")
    for columns in (
        f"label_hash, reason, unchanged_until IS NULL, {versions} FROM label_row_version",
        f"label_hash, change, {rows} FROM label_row_history",
        "label_hash, change_kind, item_hash, unchanged_until IS NULL FROM label_change",
    ):
        query = f"SELECT {columns} ORDER BY ALL"
        told = file.rows(query)
        assert len(told) > 3
        assert lake_rows(lake, query) == told


def lake_rows(lake: CrashedWarehouse, query: str) -> list[tuple[Any, ...]]:
    with open_for_reading(lake.url) as session:
        return [tuple(row) for row in session.rows(query)]


def test_the_script_for_duckdb_shows_the_same(synced: tuple[SyncedWarehouse, CrashedWarehouse], tmp_path: Path) -> None:
    _, lake = synced
    query = "SELECT data_title, branch_name, count(*) FROM object_on_frame GROUP BY ALL ORDER BY ALL"
    with duckdb.connect(str(tmp_path / "shown.duckdb")) as connection, open_for_reading(lake.url) as session:
        connection.execute(duckdb_script(LakeEngine.location(lake.url)))
        [(moment,)] = session.rows("SELECT min(written_at) FROM label_row_version WHERE reason <> 'first'")
        of_a_moment = (
            f"SELECT data_title, count(*) FROM object_on_frame_as_of(TIMESTAMPTZ '{moment.isoformat()}')"
            " GROUP BY ALL ORDER BY ALL"
        )
        for asked in (query, of_a_moment, "FROM label_change ORDER BY ALL"):
            shown = connection.execute(asked).fetchall()
            assert shown == session.rows(asked)
            assert len(shown) > 3


def test_exports_and_verify_find_the_same(synced: tuple[SyncedWarehouse, CrashedWarehouse], tmp_path: Path) -> None:
    file, lake = synced
    project = file.server.world.project_hash
    (tmp_path / "key").write_text(file.server.world.private_key)
    for form in ("coco", "json"):
        for name, warehouse in (("file", file), ("lake", lake)):
            done = run_command(
                "export",
                form,
                "--project",
                project,
                "--out",
                f"{name}.{form}",
                "--warehouse",
                warehouse.url,
                folder=tmp_path,
            )
            assert done.exit_code == 0, done.err
        exported = (tmp_path / f"lake.{form}").read_bytes()
        assert len(exported) > 10_000
        assert exported == (tmp_path / f"file.{form}").read_bytes()
    of_source = ["--ssh-key-file", "key", "--domain", file.server.domain, "--project", project]
    for command in ("verify", "check"):
        done = run_command(command, *of_source, "--warehouse", lake.url, folder=tmp_path)
        assert done.exit_code == 0, done.out + done.err


def test_files_are_loaded_into_both_alike(
    synced: tuple[SyncedWarehouse, CrashedWarehouse], lake_engine: LakeEngine, tmp_path: Path
) -> None:
    file, _ = synced
    project = f"--project={file.server.world.project_hash}"
    written = run_command(
        "export", "json", project, "--branch=all", "--out=rows.json", f"--warehouse={file.url}", folder=tmp_path
    )
    assert written.exit_code == 0, written.err
    lake = lake_engine.empty()
    for warehouse in (lake, f"duckdb:///{tmp_path / 'loaded.duckdb'}"):
        done = run_command("load", "rows.json", project, f"--warehouse={warehouse}", folder=tmp_path)
        assert done.exit_code == 0, done.err
    with open_for_reading(lake) as session:
        session.execute(f"ATTACH '{tmp_path / 'loaded.duckdb'}' AS file (READ_ONLY)")
        assert session.rows("SELECT count(*) > 100 FROM object_annotation") == [(True,)]
        assert list(differences(session)) == []
