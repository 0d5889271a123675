"""One Encord server synced into any warehouse URL, and two warehouses compared table by table and view by view."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from connector.config import load_settings
from connector.load.contract.warehouse_url import warehouse_location
from connector.load.on_postgres.session import PostgresSession
from connector.load.tables import METADATA
from connector.process.interruption import Interruption
from connector.runs.run_record import Run
from connector.sample import SampleServer
from connector.sql_files import view_files
from connector.sync.run import run_sync
from tests.duckdb_files import connected
from tests.sync.synced_warehouse import HeardReport

VIEWS = [file.view_name for file in view_files()]
_OF_THE_RUN = {
    "run_id", "started_at", "ended_at", "synced_at", "first_seen", "last_seen", "installed_at", "read_at", "command",
    "replaced_at", "written_at", "unchanged_until", "changed_at", "began_at", "known_since", "last_at",
    "class_from", "class_until", "moved_at", "stage_seconds", "attempts", "requests", "made_from",
}  # fmt: skip
"""Columns that say when and in which run something happened."""
_OF_THE_ENGINE = {"schema_name"}


def sync(server: SampleServer, url: str, **options: Any) -> Run:  # noqa: ANN401 - any option of a sync
    """Sync the world's main project, or the ones that `options` name, as the command does."""
    settings = load_settings(
        {
            "domain": server.domain,
            "ssh_key": server.world.private_key,
            "project": [server.world.project_hash],
            "warehouse": url,
            "settle_seconds": 0,
            "retry_attempts": 1,
            **options,
        },
        environment={},
    )
    return run_sync(settings, HeardReport(), Interruption())


def differences(file: Path, url: str, names: Sequence[str] = (*METADATA.tables, *VIEWS)) -> list[str]:
    """The rows of tables and views that a DuckDB file has more often than a PostgreSQL warehouse, or less often."""
    location = warehouse_location(url)
    session = PostgresSession(location, read_only=True)  # type: ignore[arg-type] # the URL is PostgreSQL's
    try:
        with connected(file, read_only=True) as connection, session.transaction():
            connection.execute("SET TimeZone = 'UTC'")
            return [line for name in names for line in _differences(connection, session, name)]
    finally:
        session.close()


def _differences(connection: duckdb.DuckDBPyConnection, session: PostgresSession, name: str) -> Iterator[str]:
    empty: pa.Table = connection.execute(f"SELECT * FROM {name} LIMIT 0").to_arrow_table()
    fields = [field for field in empty.schema if field.name not in _OF_THE_RUN | _OF_THE_ENGINE]
    shown = [_shown(field.name) for field in fields]
    schema = pa.schema(
        pa.field(field.name, pa.bool_() if "IS NULL" in column else field.type)
        for field, column in zip(fields, shown, strict=True)
    )
    query = f"SELECT {', '.join(shown)} FROM {name}"
    held: dict[str, pa.Table] = {
        "duckdb": connection.execute(query).to_arrow_table().cast(schema),
        "postgresql": session.table(query, schema),
    }
    for rows_of, rows in held.items():
        connection.register(f"in_{rows_of}", rows)
    for this, that in (("duckdb", "postgresql"), ("postgresql", "duckdb")):
        more = connection.execute(f"SELECT * FROM in_{this} EXCEPT ALL SELECT * FROM in_{that}").fetchall()
        yield from (f"{name}, only in {this}: {dict(zip(schema.names, row, strict=True))}" for row in more)


def _shown(column: str) -> str:
    # A tombstone has the time of the run that set it.
    return "deleted_at IS NULL AS deleted_at" if column == "deleted_at" else column


def counts(url: str, tables: Sequence[str]) -> dict[str, int]:
    """How many rows some tables or views of a PostgreSQL warehouse have."""
    session = PostgresSession(warehouse_location(url), read_only=True)  # type: ignore[arg-type] # as above
    try:
        with session.transaction():
            return {name: int(session.rows(f"SELECT count(*) FROM {name}")[0][0]) for name in tables}
    finally:
        session.close()
