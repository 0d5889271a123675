"""Opening a warehouse: what is created, and one clear error for everything that cannot be used."""

import os
import sqlite3
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from connector.errors import ConnectorError, ErrorKind
from connector.load import Warehouse, open_warehouse
from tests.load.warehouse_rows import PROJECT, SAME, listing, read

ENGINES = ("duckdb",)


def refused(url: str, schema: str | None = None) -> ConnectorError:
    with pytest.raises(ConnectorError) as caught:
        open_warehouse(url, schema)
    return caught.value


def test_a_missing_file_is_created_with_a_storage_that_older_readers_open(tmp_path: Path) -> None:
    path = tmp_path / "labels.duckdb"
    open_warehouse(f"duckdb:///{path}").close()
    with duckdb.connect(str(path)) as connection:
        [(tags,)] = connection.execute("SELECT tags FROM duckdb_databases() WHERE path IS NOT NULL").fetchall()
    assert tags["storage_version"].startswith("v1.2.0")


def test_a_relative_url_means_the_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    open_warehouse("duckdb:///labels.duckdb").close()
    assert (tmp_path / "labels.duckdb").is_file()


def test_what_was_written_is_there_when_it_is_opened_again(url: str) -> None:
    first = open_warehouse(url)
    first.upsert_metadata(PROJECT, listing([("video-1", "main", "label-1")]), SAME)
    first.close()
    first.close()
    again = open_warehouse(url)
    assert again.project_hashes() == [PROJECT]
    assert again.migrated_from is None
    again.close()


def test_schemas_of_one_file_are_apart(url: str) -> None:
    for schema, project_hash in ((None, "project-a"), ("team_b", "project-b")):
        warehouse = open_warehouse(url, schema)
        assert warehouse.project_hashes() == []
        warehouse.upsert_metadata(project_hash, listing([("video-1", "main", "label-1")], project_hash), SAME)
        warehouse.close()
    team_b = open_warehouse(url, "team_b")
    assert team_b.project_hashes() == ["project-b"]
    assert read(team_b, "SELECT version_num FROM team_b_internal.alembic_version") == [(team_b.schema_version,)]
    assert read(team_b, "SELECT project_hash FROM main.project") == [("project-a",)]
    team_b.close()


@pytest.mark.parametrize(
    ("url", "schema", "said"),
    [
        ("labels.duckdb", None, "not a URL"),
        ("duckdb://", None, "names no file"),
        ("duckdb:///:memory:", None, "names no file"),
        ("duckdb://labels.duckdb", None, "three slashes"),
        ("duckdb:///labels.duckdb?password=geheim", None, "settings that are not known. Known are memory_limit"),
        ("duckdb:///labels.duckdb?memory_limi=1GB", None, "Did you mean memory_limit?"),
        ("duckdb:///a?b.duckdb", None, "%3F"),
        ("duckdb:///labels.duckdb?threads", None, "name=value"),
        ("duckdb:///labels.duckdb?threads=&memory_limit=1GB", None, "name=value"),
        ("duckdb:///labels.duckdb?threads=many", None, "threads"),
        ("duckdb:///encord.duckdb", "encord", "ambiguous"),
        ("duckdb:///labels.duckdb", "Encord; DROP", "cannot be used"),
        ("postgresql+psycopg2://anna:geheim@db/labels", None, "through psycopg, not psycopg2"),
        ("postgresql://anna:geheim@db", None, "names no database"),
        ("postgresql://anna:geheim@db/labels?password=geheim", None, "before the @, or in ~/.pgpass or PGPASSWORD"),
        ("postgresql://anna:geheim@db/labels?sslmode", None, "name=value"),
        ("postgresql://anna:p@geheim@db/labels", None, "write @ as %40"),
        ("postgresql://anna/geheim@db/labels", None, "write @ as %40"),
        ("postgresql://anna:geheim/labels", None, "not a URL"),
        ("postgresql://anna:geheim@db/labels", "Encord; DROP", "cannot be used"),
        ("mysql://anna:geheim@db/labels", None, "mysql"),
    ],
)
def test_a_url_that_cannot_be_used_is_a_configuration_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str, schema: str | None, said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    error = refused(url, schema)
    assert error.kind is ErrorKind.CONFIGURATION
    assert said in str(error)
    assert "geheim" not in str(error)
    assert list(tmp_path.iterdir()) == []


def test_a_question_mark_in_a_files_name_is_encoded(tmp_path: Path) -> None:
    open_warehouse(f"duckdb:///{tmp_path}/a%3Fb.duckdb").close()
    assert [file.name for file in tmp_path.iterdir()] == ["a?b.duckdb"]


def test_memory_and_threads_can_be_given(url: str) -> None:
    warehouse = open_warehouse(f"{url}?threads=1&memory_limit=300MB")
    assert read(warehouse, "SELECT current_setting('threads')") == [(1,)]
    assert read(warehouse, "SELECT current_setting('memory_limit')") == [("286.1 MiB",)]
    warehouse.close()


def test_memory_is_bounded_and_nothing_is_downloaded_unless_told_otherwise(warehouse: Warehouse) -> None:
    assert read(warehouse, "SELECT current_setting('memory_limit')") == [("381.4 MiB",)]
    assert read(warehouse, "SELECT current_setting('autoinstall_known_extensions')") == [(False,)]


def test_a_file_held_by_another_process_is_locked_and_named(warehouse: Warehouse, url: str) -> None:
    assert warehouse.project_hashes() == []
    code = (
        "import sys; from connector.load import open_warehouse; from connector.errors import ConnectorError\n"
        "try: open_warehouse(sys.argv[1])\n"
        "except ConnectorError as error: print(error.kind.value, error)"
    )
    other = subprocess.run([sys.executable, "-c", code, url], capture_output=True, text=True, check=True)
    assert other.stdout.startswith("locked ")
    assert f"process {os.getpid()}" in other.stdout


def _main_header_checksum(body: bytes) -> int:
    """DuckDB's checksum of a block: every 8 bytes times a constant, xor."""
    checksum = 5381
    for (word,) in struct.iter_unpack("<Q", body):
        checksum ^= (word * 0xBF58476D1CE4E5B9) & 0xFFFFFFFFFFFFFFFF
    return checksum


def _newer_storage(path: Path) -> None:
    open_warehouse(f"duckdb:///{path}").close()
    content = bytearray(path.read_bytes())
    content[12:20] = struct.pack("<Q", 250)
    content[:8] = struct.pack("<Q", _main_header_checksum(bytes(content[8:4096])))
    path.write_bytes(content)


def _damaged(path: Path) -> None:
    open_warehouse(f"duckdb:///{path}").close()
    content = bytearray(path.read_bytes())
    content[4096:12288] = b"\x55" * 8192
    path.write_bytes(content)


def _cut_short(path: Path) -> None:
    open_warehouse(f"duckdb:///{path}").close()
    path.write_bytes(path.read_bytes()[:9000])


def _sqlite(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE project (a)")
    connection.close()


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda path: path.write_text("label_hash,frame\n" * 1000), "is not a DuckDB file"),
        (_sqlite, "is not a DuckDB file"),
        (_newer_storage, "storage this one does not read"),
        (_damaged, "is damaged"),
        (_cut_short, "is damaged"),
        (lambda path: path.mkdir(), "is a folder"),
    ],
)
def test_a_file_that_cannot_be_read_is_a_warehouse_error_and_stays_as_it_was(
    tmp_path: Path, make: Callable[[Path], object], said: str
) -> None:
    path = tmp_path / "labels.duckdb"
    make(path)
    before = path.read_bytes() if path.is_file() else None
    error = refused(f"duckdb:///{path}")
    assert error.kind is ErrorKind.WAREHOUSE
    assert said in str(error)
    assert str(path) in str(error)
    assert error.remedy
    assert (path.read_bytes() if path.is_file() else None) == before


@pytest.mark.parametrize("size", [0, 4_096, 8_192])
def test_a_file_that_was_never_finished_is_made_anew(tmp_path: Path, size: int) -> None:
    """As a kill leaves it between two of the three writes that make a file."""
    path = tmp_path / "labels.duckdb"
    duckdb.connect(str(path)).close()
    os.truncate(path, size)
    open_warehouse(f"duckdb:///{path}").close()
    with duckdb.connect(str(path), read_only=True) as connection:
        assert connection.execute("SELECT count(*) FROM label_row").fetchall() == [(0,)]


def test_a_data_file_is_not_taken_for_a_database_that_is_kept_nowhere(tmp_path: Path) -> None:
    path = tmp_path / "labels.csv"
    path.write_text("label_hash,frame\nlabel-1,0\n")
    assert "is not a DuckDB file" in str(refused(f"duckdb:///{path}"))
    assert path.read_text() == "label_hash,frame\nlabel-1,0\n"


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    error = refused(f"duckdb:///{tmp_path / 'missing' / 'labels.duckdb'}")
    assert error.kind is ErrorKind.WAREHOUSE
    assert "folder does not exist" in str(error)


@pytest.mark.skipif(not Path("/sys/kernel").is_dir(), reason="needs a folder that nobody may write to")
def test_a_place_that_may_not_be_written_is_named() -> None:
    error = refused("duckdb:////sys/kernel/labels.duckdb")
    assert error.kind is ErrorKind.WAREHOUSE
    assert "may not be opened for writing" in str(error)
