"""The lock beside a file: what it says, what it does with what it finds, and where it cannot be."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from connector.errors import ConnectorError, ErrorKind
from connector.load.locks.file_lock import file_lock, read_holder
from connector.load.locks.lock_holder import LockHolder

ME = LockHolder.this_process("sync", "20261123T014503Z-ab12cd")


def refused(path: Path) -> ConnectorError:
    with pytest.raises(ConnectorError) as caught, file_lock(path, ME, f"The warehouse {path}"):
        pass
    return caught.value


def test_a_holder_is_read_as_it_was_written() -> None:
    assert LockHolder.from_json(ME.to_json()) == ME


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b'{"pid": 1}', b'{"started_at": "yesterday"}', b"\xff"])
def test_what_is_no_holder_is_nobody(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "labels.duckdb"
    path.with_name("labels.duckdb.lock").write_bytes(content)
    assert read_holder(path) is None
    with file_lock(path, ME, "The warehouse") as left_by:
        assert left_by is None
        assert read_holder(path) == ME
    assert list(tmp_path.iterdir()) == []


def test_the_age_is_told() -> None:
    since = datetime.now(UTC) - timedelta(hours=26, minutes=3, seconds=1)
    holder = LockHolder("sync", "ana", "farm-7", 4711, since, None)
    assert str(holder).startswith("encord-sync sync of ana on farm-7, process 4711, since ")
    assert str(holder).endswith("Z (1 day, 2:03:01)")


def test_it_is_held_against_everybody_of_this_process_too(tmp_path: Path) -> None:
    path = tmp_path / "labels.duckdb"
    with file_lock(path, ME, "The warehouse"):
        error = refused(path)
        assert error.kind is ErrorKind.LOCKED
        assert str(ME.run_id) in str(error)
        assert read_holder(path) == ME
    with file_lock(path, ME, "The warehouse") as left_by:
        assert left_by is None


def test_it_is_let_go_of_when_the_block_fails(tmp_path: Path) -> None:
    path = tmp_path / "labels.duckdb"
    with pytest.raises(ZeroDivisionError), file_lock(path, ME, "The warehouse"):
        raise ZeroDivisionError
    with file_lock(path, ME, "The warehouse") as left_by:
        assert left_by is None


def test_there_is_no_lock_where_there_can_be_no_file(tmp_path: Path) -> None:
    error = refused(tmp_path / "missing" / "labels.duckdb")
    assert error.kind is ErrorKind.WAREHOUSE
    assert "its folder does not exist" in str(error)
    assert not (tmp_path / "missing").exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        error = refused(tmp_path / "labels.duckdb")
    finally:
        tmp_path.chmod(0o700)
    assert error.kind is ErrorKind.WAREHOUSE
    assert "Permission denied" in str(error)


def test_a_link_in_place_of_the_lock_is_not_followed(tmp_path: Path) -> None:
    """Somebody who may write the folder must not have a sync write over another file."""
    precious = tmp_path / "precious"
    precious.write_text("keep me")
    (tmp_path / "labels.duckdb.lock").symlink_to(precious)
    assert refused(tmp_path / "labels.duckdb").kind is ErrorKind.WAREHOUSE
    assert precious.read_text() == "keep me"
