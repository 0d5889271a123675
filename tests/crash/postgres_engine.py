"""Crash tests on PostgreSQL: a database a warehouse, read as DuckDB would hand it out."""

import contextlib
import re
from collections.abc import Collection, Iterator
from typing import Any

import psycopg
import sqlalchemy as sa
from psycopg.types.string import TextLoader

from tests.crash.engines import with_tables
from tests.postgres_server import PostgresServer


class PostgresEngine:
    """See `Engine`; each warehouse is a database of its own on one server."""

    name = "postgresql"
    schema = "encord"

    def __init__(self, server: PostgresServer) -> None:
        self.server = server
        self._databases: list[str] = []
        self._template = self.absent()
        with_tables(self._template)

    def absent(self) -> str:
        return self._made("template0")

    def empty(self) -> str:
        return self.copied(self._template)

    def copied(self, url: str) -> str:
        return self._made(self.database(url))

    @staticmethod
    def database(url: str) -> str:
        return str(sa.make_url(url).database)

    def _made(self, template: str) -> str:
        self._databases.append(self.server.create_database(template))
        return self.server.database_url(self._databases[-1])

    def remove(self, url: str) -> None:
        self.server.drop_database(self.database(url))
        self._databases.remove(self.database(url))

    def remove_all(self) -> None:
        """Drop all databases."""
        while self._databases:
            self.server.drop_database(self._databases.pop())

    def reading(
        self,
        url: str,
        tables: Collection[str] | None = None,  # noqa: ARG002
    ) -> contextlib.AbstractContextManager["_PostgresReading"]:
        return reading_postgres(url)


@contextlib.contextmanager
def reading_postgres(url: str) -> Iterator["_PostgresReading"]:
    """A connection to a warehouse; see `Engine.reading`."""
    plain = sa.make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(
        plain, autocommit=True, options="-c search_path=encord,encord_internal -c timezone=UTC"
    ) as connection:
        # As DuckDB hands it out: text.
        connection.adapters.register_loader("jsonb", TextLoader)
        yield _PostgresReading(connection)


class _PostgresReading:
    def __init__(self, connection: "psycopg.Connection[tuple[Any, ...]]") -> None:
        self._connection = connection

    def execute(self, query: str, parameters: dict[str, object] | None = None) -> "psycopg.Cursor[tuple[Any, ...]]":
        if parameters:
            query = re.sub(r"\$(\w+)", r"%(\1)s", query.replace("%", "%%"))
        return self._connection.execute(query.encode(), parameters)
