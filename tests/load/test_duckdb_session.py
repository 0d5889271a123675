"""What a transaction that inserts changes in DuckDB's settings, it takes back, however it ends."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from connector.errors import ConnectorError
from connector.load.on_duckdb.session import DuckDBSession

ROWS = pa.table({"number": [1, 2]})


def settings(session: DuckDBSession) -> tuple[int, str]:
    """Threads, and the limit of memory as DuckDB prints it."""
    [(threads, memory)] = session.rows("SELECT current_setting('threads'), current_setting('memory_limit')")
    return threads, memory


@pytest.fixture
def session(tmp_path: Path) -> Iterator[DuckDBSession]:
    opened = DuckDBSession(tmp_path / "labels.duckdb", "main", {"threads": "3"})
    opened.execute("CREATE TABLE numbers (number BIGINT NOT NULL)")
    yield opened
    opened.close()


def test_inserts_hold_little_until_their_transaction_ends(session: DuckDBSession) -> None:
    before = settings(session)
    with session.transaction():
        session.copy("numbers", ROWS)
        assert settings(session) == (1, "122.0 MiB")
        session.copy("numbers", ROWS)
    assert before == settings(session) == (3, "381.4 MiB")
    assert session.rows("SELECT count(*) FROM numbers") == [(4,)]


def test_a_large_query_gets_back_what_inserts_did_without(session: DuckDBSession) -> None:
    before = settings(session)
    with session.transaction():
        session.copy("numbers", ROWS)
        session.expect_large_query()
        assert settings(session) == before
        session.copy("numbers", ROWS)
        assert settings(session)[0] == 1
    assert settings(session) == before


def test_settings_come_back_after_rows_that_are_refused(session: DuckDBSession) -> None:
    before = settings(session)
    with pytest.raises(ConnectorError), session.transaction():
        session.copy("numbers", pa.table({"number": pa.array([None], pa.int64())}))
    assert settings(session) == before
    assert session.rows("SELECT count(*) FROM numbers") == [(0,)]


def test_a_limit_that_the_user_set_stays(tmp_path: Path) -> None:
    session = DuckDBSession(tmp_path / "labels.duckdb", "main", {"memory_limit": "1GB"})
    session.execute("CREATE TABLE numbers (number BIGINT)")
    before = settings(session)
    with session.transaction():
        session.copy("numbers", ROWS)
        assert settings(session)[1] == before[1]
    assert settings(session) == before
    session.close()
