"""Every failure of the server is one clear error that says what to do; what passes by itself is tried again."""

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa

from connector.errors import ConnectorError, ErrorKind, ExitCode
from connector.load import Warehouse, open_warehouse
from connector.load.contract.warehouse_url import warehouse_location
from connector.load.on_postgres.session import PostgresSession
from connector.load.writing.frame_numbers import fill_frame_numbers
from connector.views import install, remove
from tests.load.warehouse_rows import PROJECT, everything, labels, read, states, together
from tests.migrations.migrated_schema import MigratedSchema
from tests.postgres_server import PostgresServer, running_server

PASSWORD = "geheim-7"


def refused(url: str) -> ConnectorError:
    with pytest.raises(ConnectorError) as caught:
        open_warehouse(url)
    assert PASSWORD not in str(caught.value)
    return caught.value


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"password": PASSWORD}, "does not accept the password"),
        ({"username": "nobody-here", "password": PASSWORD}, "password"),
        ({"database": "not_there"}, "no such database"),
        ({"port": 1}, "nothing listens there"),
        ({"host": "nowhere.invalid"}, "host is not known"),
        ({"query": {"sslmode": "verify-full"}}, "TLS could not be agreed on"),
        ({"query": {"sslmode": "perhaps"}}, "sslmode"),
    ],
)
def test_a_connection_that_cannot_be_made_says_why(
    postgres_server: PostgresServer, change: dict[str, Any], said: str
) -> None:
    error = refused(postgres_server.url.set(**change).render_as_string(hide_password=False))
    assert error.kind in {ErrorKind.WAREHOUSE, ErrorKind.CONFIGURATION}
    assert said in str(error)
    assert str(postgres_server.url.password) not in str(error)


def test_a_database_that_cannot_hold_every_label_is_refused(postgres_server: PostgresServer) -> None:
    name = "encord_sync_test_latin"
    with postgres_server.connect() as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name}")
        connection.execute(f"CREATE DATABASE {name} ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
    error = refused(postgres_server.database_url(name))
    assert (error.kind, "LATIN1" in str(error)) == (ErrorKind.WAREHOUSE, True)
    postgres_server.drop_database(name)


def test_a_standby_is_named_as_read_only(postgres_url: str) -> None:
    warehouse = open_warehouse(f"{postgres_url}?options=-c%20default_transaction_read_only%3Don")
    with pytest.raises(ConnectorError, match="read-only") as caught:
        warehouse.record_failures(PROJECT, [("label-1", "missing", "x")], "run-1")
    assert caught.value.kind is ErrorKind.WAREHOUSE
    warehouse.close()


def test_a_character_that_cannot_be_stored_fails_its_label_row_only(filled: Warehouse) -> None:
    odd = labels("label-1")
    column = odd["attribute_answer"].column_names.index("answer_text")
    odd["attribute_answer"] = odd["attribute_answer"].set_column(column, "answer_text", [["limps\x00left"]])
    bundle = together(odd, labels("label-2", x=0.9))
    written = filled.write_bundle(PROJECT, bundle, states("label-1", "label-2"), [], "run-2")
    [failure] = written.failures
    assert failure.label_hash == "label-1"
    assert "NUL" in failure.message
    assert "limps" not in failure.message
    assert read(filled, "SELECT max(x) FROM object_annotation WHERE label_hash = 'label-2'") == [(0.9,)]


def test_a_full_disk_of_the_server_is_named_and_nothing_is_written(filled: Warehouse) -> None:
    """The server says so itself, in its own words and code; only the disk is not really full."""
    with filled.connection() as connection:
        connection.exec_driver_sql(
            "CREATE FUNCTION fill_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            " RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$"
        )
        connection.exec_driver_sql(
            "CREATE TRIGGER full_disk BEFORE INSERT OR UPDATE ON object_annotation EXECUTE FUNCTION fill_disk()"
        )
    before = everything(filled)
    with pytest.raises(ConnectorError, match="disk is full") as caught:
        filled.write_bundle(PROJECT, labels("label-1", x=0.9), states("label-1"), [], "run-2")
    assert caught.value.kind is ErrorKind.WAREHOUSE
    assert everything(filled) == before


@pytest.fixture
def other(postgres_server: PostgresServer, postgres_url: str) -> Iterator["psycopg.Connection[tuple[Any, ...]]"]:
    """Somebody else's connection to the same warehouse."""
    with postgres_server.connect(sa.make_url(postgres_url).database) as connection:
        connection.execute("SET search_path = encord, encord_internal")
        yield connection


def test_a_lock_that_is_held_too_long_is_named(
    filled: Warehouse, postgres_url: str, other: "psycopg.Connection[tuple[Any, ...]]"
) -> None:
    impatient = open_warehouse(f"{postgres_url}?options=-c%20lock_timeout%3D200ms")
    before = everything(filled)
    with other.transaction():
        other.execute("LOCK TABLE object_annotation")
        with pytest.raises(ConnectorError, match="lock_timeout") as caught:
            impatient.write_bundle(PROJECT, labels("label-1", x=0.9), states("label-1"), [], "run-2")
    assert caught.value.kind is ErrorKind.LOCKED
    assert caught.value.kind.exit_code is ExitCode.LOCKED
    assert everything(filled) == before
    impatient.write_bundle(PROJECT, labels("label-1", x=0.9), states("label-1"), [], "run-2")
    impatient.close()
    assert read(filled, "SELECT count(*), max(x) FROM object_annotation WHERE label_hash = 'label-1'") == [(3, 0.9)]


TIME_OUTS = [
    ("lock_timeout%3D200ms", ErrorKind.LOCKED, "lock_timeout"),
    ("lock_timeout%3D0%20-c%20statement_timeout%3D300ms", ErrorKind.WAREHOUSE, "statement_timeout"),
]


@pytest.mark.parametrize(("setting", "kind", "said"), TIME_OUTS)
def test_a_time_out_while_tables_or_views_are_made_is_told_as_that(
    postgres_url: str,
    other: "psycopg.Connection[tuple[Any, ...]]",
    setting: str,
    kind: ErrorKind,
    said: str,
) -> None:
    """Not as views that are in the way."""
    impatient = open_warehouse(f"{postgres_url}?options=-c%20{setting}")
    with impatient.connection() as connection:
        remove(connection)
    with other.transaction():
        other.execute("LOCK TABLE label_row")
        with pytest.raises(ConnectorError, match=said) as caught, impatient.connection() as connection:
            install(connection)
    assert (caught.value.kind, "views" in str(caught.value)) == (kind, False)
    MigratedSchema(postgres_url).run("UPDATE alembic_version SET version_num = '0006'")
    with other.transaction():
        other.execute("LOCK TABLE data_unit")
        with pytest.raises(ConnectorError, match=said) as caught:
            open_warehouse(f"{postgres_url}?options=-c%20{setting}", migrate=True)
    assert (caught.value.kind, "views" in str(caught.value)) == (kind, False)
    impatient.close()


def in_background(action: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=action, daemon=True)
    thread.start()
    return thread


def until(condition: Callable[[], object], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.01)


def waits_for_a_lock(other: "psycopg.Connection[tuple[Any, ...]]") -> bool:
    return bool(
        other.execute(
            "SELECT 1 FROM pg_stat_activity WHERE application_name = 'encord-sync' AND wait_event_type = 'Lock'"
            " AND datname = current_database()"
        ).fetchall()
    )


def test_a_deadlock_is_tried_again(
    filled: Warehouse, other: "psycopg.Connection[tuple[Any, ...]]", caplog: pytest.LogCaptureFixture
) -> None:
    """The other one holds what the bundle writes last, and asks for what it has written first."""
    other.execute("SET deadlock_timeout = '10min'")  # the connector's session finds it, and gives way
    caplog.set_level("INFO", "connector.load")
    done: list[object] = []
    with other.transaction():
        other.execute("SELECT 1 FROM label_row WHERE label_hash = 'label-1' FOR UPDATE")
        writing = in_background(
            lambda: done.append(filled.write_bundle(PROJECT, labels("label-1", x=0.9), states("label-1"), [], "run-2"))
        )
        until(lambda: waits_for_a_lock(other))
        other.execute("UPDATE object_annotation SET y = 0.1 WHERE label_hash = 'label-1' AND frame = 0")
    writing.join(60)
    assert len(done) == 1
    assert "deadlock" in caplog.text
    assert read(filled, "SELECT count(*), max(x), max(y) FROM object_annotation WHERE label_hash = 'label-1'") == [
        (3, 0.9, None)
    ]


def test_a_connection_that_is_cut_is_made_again(
    filled: Warehouse, other: "psycopg.Connection[tuple[Any, ...]]"
) -> None:
    cut = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'encord-sync'"
    cut += " AND datname = current_database()"
    assert other.execute(cut).fetchone() == (1,), "between two transactions"
    filled.write_bundle(PROJECT, labels("label-1", x=0.7), states("label-1"), [], "run-2")
    done: list[object] = []
    with other.transaction():
        other.execute("LOCK TABLE label_row IN SHARE MODE")
        writing = in_background(
            lambda: done.append(filled.write_bundle(PROJECT, labels("label-1", x=0.9), states("label-1"), [], "run-3"))
        )
        until(lambda: waits_for_a_lock(other))
        assert other.execute(cut).fetchone() == (1,), "in the middle of one"
    writing.join(60)
    assert len(done) == 1
    assert read(filled, "SELECT count(*), max(x) FROM object_annotation WHERE label_hash = 'label-1'") == [(3, 0.9)]


def may_stop(server: PostgresServer) -> None:
    if not server.is_own:
        pytest.skip("nobody's server is stopped for a test")


def test_a_server_that_restarts_in_the_middle_is_waited_for() -> None:
    with running_server() as server:
        may_stop(server)
        warehouse = open_warehouse(server.database_url(server.create_database()))
        before = warehouse.state(PROJECT)
        for at_once in (False, True):
            server.stop(at_once=at_once)
            starting = threading.Timer(0.6, server.start)
            starting.start()
            assert warehouse.state(PROJECT).equals(before)
            starting.join(60)
        warehouse.close()


def test_a_server_that_stays_away_ends_the_run_with_a_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connector.load.on_postgres.warehouse._ATTEMPTS", 2)
    with running_server() as server:
        may_stop(server)
        warehouse = open_warehouse(server.database_url(server.create_database()))
        server.stop()
        with pytest.raises(ConnectorError, match="nothing listens there") as caught:
            warehouse.project_hashes()
        assert caught.value.kind is ErrorKind.WAREHOUSE
        warehouse.close()


def test_two_first_syncs_into_one_schema_make_its_tables_once(postgres_database: str) -> None:
    opened: list[Warehouse] = []
    threads = [in_background(lambda: opened.append(open_warehouse(postgres_database))) for _ in range(4)]
    for thread in threads:
        thread.join(60)
    assert len(opened) == 4
    for warehouse in opened:
        warehouse.close()


def fill(session: PostgresSession, count: int) -> None:
    with session.transaction():
        fill_frame_numbers(session, count)


def test_two_projects_may_add_the_same_frames_at_once(warehouse: Warehouse, postgres_url: str) -> None:
    location = warehouse_location(postgres_url)
    first, second = (PostgresSession(location) for _ in range(2))  # type: ignore[arg-type] # the URL is PostgreSQL's
    with first.transaction():
        fill_frame_numbers(first, 100)
        waiting = in_background(lambda: fill(second, 200))
        time.sleep(0.3)
    waiting.join(60)
    assert read(warehouse, "SELECT count(*), max(frame) FROM frame_number") == [(200, 199)]
    first.close()
    second.close()
