"""What happens to the warehouse while a sync runs, or between two: the run says so, and the next one makes all well."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.sample import Fault, Hook
from tests.crash.crashed_warehouse import CrashedWarehouse, differences
from tests.crash.engines import DuckDBEngine
from tests.crash.fault_matrix import assert_heals
from tests.crash.postgres_engine import PostgresEngine
from tests.crash.scenes import Scene, scene
from tests.postgres_server import running_server
from tests.sync.command_line import CommandLine


@pytest.fixture(scope="module")
def on_duckdb(duckdb_engine: DuckDBEngine) -> Iterator[Scene]:
    with scene("edited", duckdb_engine) as made:
        yield made


@pytest.fixture(scope="module")
def on_postgres(postgres_engine: PostgresEngine) -> Iterator[Scene]:
    with scene("edited", postgres_engine) as made:
        yield made


def test_a_file_that_was_removed_is_made_again(on_duckdb: Scene, duckdb_engine: DuckDBEngine) -> None:
    warehouse = on_duckdb.warehouse()
    duckdb_engine.file(warehouse.url).unlink()
    assert warehouse.sync().counts() == {"loaded": 9, "skipped": 1}
    assert not differences(warehouse.contents(), on_duckdb.after)


def test_a_file_of_an_older_backup_catches_up(on_duckdb: Scene, duckdb_engine: DuckDBEngine) -> None:
    warehouse = on_duckdb.warehouse()
    backup = duckdb_engine.file(on_duckdb.warehouse().url)
    assert warehouse.sync().exit_code == 0
    shutil.copyfile(backup, duckdb_engine.file(warehouse.url))
    assert_heals(warehouse, on_duckdb.after)


@pytest.mark.skipif(os.geteuid() == 0, reason="permissions do not bind root")
def test_a_file_that_is_read_only_is_named(on_duckdb: Scene, duckdb_engine: DuckDBEngine, tmp_path: Path) -> None:
    warehouse = on_duckdb.warehouse()
    file = duckdb_engine.file(warehouse.url)
    file.chmod(0o400)
    printed = CommandLine(on_duckdb.server, tmp_path).sync(warehouse=warehouse.url)
    assert printed.exit_code == 6
    assert str(file) in printed.all
    file.chmod(0o600)
    assert_heals(warehouse, on_duckdb.after)


@pytest.mark.parametrize("kilobytes", [2, 8, 16])
def test_a_full_disk(kilobytes: int, on_duckdb: Scene, tmp_path: Path) -> None:
    """From the first commit, or after some: no file may grow beyond so much, DuckDB's log of what it commits first."""
    warehouse = on_duckdb.warehouse()
    command = CommandLine(on_duckdb.server, tmp_path)
    printed = command.sync("--settle-seconds=0", warehouse=warehouse.url, file_blocks=2 * kilobytes, bundle_rows=2)
    assert printed.exit_code == 6
    assert "the disk is full" in printed.all
    assert not printed.is_traceback
    assert_heals(warehouse, on_duckdb.after)


def test_a_disk_that_fills_while_the_file_is_closed(
    on_duckdb: Scene, duckdb_engine: DuckDBEngine, tmp_path: Path
) -> None:
    """All is committed by then, in the log beside the file: it counts as done, and is there."""
    warehouse = on_duckdb.warehouse()
    blocks = duckdb_engine.file(warehouse.url).stat().st_size // 512
    printed = CommandLine(on_duckdb.server, tmp_path).sync(warehouse=warehouse.url, file_blocks=blocks)
    assert printed.exit_code == 0
    assert not differences(warehouse.contents(), on_duckdb.after)


def test_a_connection_that_is_cut_at_every_request(on_postgres: Scene, postgres_engine: PostgresEngine) -> None:
    """The transaction under way, if there is one, is run again: the run itself succeeds."""
    warehouse = on_postgres.warehouse()
    cut = on_postgres.server.faults.add(Fault(Hook(lambda: cut_off(postgres_engine, warehouse)), times=None))
    outcome = warehouse.sync(bundle_rows=2)
    on_postgres.server.faults.clear()
    assert cut.hits > 5
    assert outcome.exit_code == 0, outcome.run.message
    assert not warehouse.damage()
    assert not differences(warehouse.contents(), on_postgres.after)


def cut_off(engine: PostgresEngine, warehouse: CrashedWarehouse) -> None:
    with engine.server.connect() as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
            [engine.database(warehouse.url)],
        )


def test_a_server_that_crashes_and_comes_back_in_the_middle() -> None:
    with running_server() as server:
        if not server.is_own:
            pytest.skip("a server of one's own is not stopped")
        engine = PostgresEngine(server)

        def restart() -> None:
            server.stop(at_once=True)
            server.start()

        with scene("edited", engine) as made:
            warehouse = made.warehouse()
            made.server.faults.add(Fault(Hook(restart), kind="label_rows", skip=1))
            outcome = warehouse.sync(bundle_rows=2, requests_in_flight=1)
            made.server.faults.clear()
            assert outcome.exit_code == 0, outcome.run.message
            assert not warehouse.damage()
            assert not differences(warehouse.contents(), made.after)
