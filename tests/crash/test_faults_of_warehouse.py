"""What happens to the warehouse while a sync runs, or between two: the run says so, and the next one makes all well."""

import contextlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.errors import ConnectorError
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


def test_a_file_that_is_read_only_is_named(on_duckdb: Scene, duckdb_engine: DuckDBEngine, tmp_path: Path) -> None:
    """As root, whom permissions do not bind, the file is made immutable, where the file system can do that."""
    warehouse = on_duckdb.warehouse()
    file = duckdb_engine.file(warehouse.url)
    with read_only(file):
        printed = CommandLine(on_duckdb.server, tmp_path).sync(warehouse=warehouse.url)
    assert printed.exit_code == 6
    assert str(file) in printed.all
    assert_heals(warehouse, on_duckdb.after)


@contextlib.contextmanager
def read_only(file: Path) -> Iterator[None]:
    if os.geteuid() != 0:
        file.chmod(0o400)
        yield
        file.chmod(0o600)
        return
    if shutil.which("chattr") is None or subprocess.run(["chattr", "+i", file], check=False).returncode:
        pytest.skip("permissions do not bind root, and files cannot be made immutable here")
    try:
        yield
    finally:
        subprocess.run(["chattr", "-i", file], check=True)


@pytest.mark.parametrize("kilobytes", [2, 8, 12])
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
    """All is committed by then, in the log beside the file: it counts as done, is there, and is published."""
    warehouse = on_duckdb.warehouse()
    file = duckdb_engine.file(warehouse.url)
    command = CommandLine(on_duckdb.server, tmp_path)
    copy, target = tmp_path / "copy.duckdb", f"--publish={tmp_path / 'copy.duckdb'}"
    printed = command.sync(warehouse=warehouse.url, file_blocks=file.stat().st_size // 512, log_format="json")
    assert printed.exit_code == 0
    (warning,) = [json.loads(line) for line in printed.out.splitlines() if '"log_left"' in line]
    log = file.with_name(f"{file.name}.wal")
    assert (warning["path"], warning["bytes"]) == (str(log), log.stat().st_size)

    assert command.run("publish", f"--warehouse={warehouse.url}", target).exit_code == 0
    published = CrashedWarehouse(on_duckdb.server, duckdb_engine, f"duckdb:///{copy}")
    for filled in (published, warehouse):
        assert not differences(filled.contents(), on_duckdb.after)
    # A copy for which there is no space is an error, and the earlier one stays.
    before = copy.read_bytes()
    on_a_full_disk = command.run("publish", f"--warehouse={warehouse.url}", target, file_blocks=1)
    assert on_a_full_disk.exit_code == 6
    assert "disk is full" in on_a_full_disk.all
    assert copy.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["copy.duckdb", "key"]

    again = command.sync(warehouse=warehouse.url, log_format="json")
    assert (again.exit_code, '"log_left"' in again.out, log.exists()) == (0, False, False)


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


@contextlib.contextmanager
def small_disk(megabytes: int) -> Iterator[Path]:
    """A file system of its own, which the server of the tests may write, mounted while the block runs."""
    mount = Path(tempfile.mkdtemp(prefix="encord-sync-disk-"))
    size = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=777", "tmpfs", str(mount)]
    if shutil.which("mount") is None or subprocess.run(size, check=False, capture_output=True).returncode:
        mount.rmdir()
        pytest.skip("file systems cannot be mounted here")
    try:
        yield mount
    finally:
        subprocess.run(["umount", "--lazy", mount], check=True)
        mount.rmdir()


def fill(disk: Path) -> Path:
    """A file that leaves no space on a disk."""
    filler = disk / "filler"
    with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
        while file.write(bytes(4096)):
            pass
    return filler


def test_a_full_disk_of_a_postgresql_server(on_postgres: Scene, postgres_engine: PostgresEngine) -> None:
    """Really full: the database lies on a small file system that has no byte left."""
    server = postgres_engine.server
    if not server.is_own:
        pytest.skip("a server of one's own may lie on another machine")
    with small_disk(40) as disk:
        data = disk / "data"
        data.mkdir()
        if os.geteuid() == 0:
            shutil.chown(data, "nobody")
        data.chmod(0o700)
        warehouse = on_postgres.warehouse()
        database = postgres_engine.database(warehouse.url)
        with server.connect() as connection:
            connection.execute(f"CREATE TABLESPACE small LOCATION '{data}'".encode())
            connection.execute(f"ALTER DATABASE {database} SET TABLESPACE small".encode())
        for _ in range(5):
            # Without the file that the first connection writes none opens, and the server itself removes it at times.
            server.connect(database).close()
            filler = fill(disk)
            try:
                printed = warehouse.sync(bundle_rows=2)
                break
            except ConnectorError as error:
                if "could not write init file" not in error.message:
                    raise
                filler.unlink()
        assert (printed.exit_code, printed.run.outcome) == (6, "failed")
        filler.unlink()
        assert "the server's disk is full" in str(printed.run.message)
        assert_heals(warehouse, on_postgres.after)
        warehouse.remove()
        with server.connect() as connection:
            connection.execute("DROP TABLESPACE small")
