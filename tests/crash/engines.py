"""The engines that every test of this folder runs on: where their warehouses come from, and how they are read."""

import contextlib
import itertools
import shutil
from collections.abc import Collection
from pathlib import Path
from typing import Any, Protocol

import sqlalchemy as sa

from connector.load import open_warehouse
from connector.views import install
from tests.duckdb_files import connected


class Engine(Protocol):
    """Makes warehouses of one kind, all gone when the test process ends.

    Attributes:
        name: as it stands in a test's id.
        schema: the schema of its tables.
    """

    name: str
    schema: str

    def absent(self) -> str:
        """The URL of a place where nothing is yet."""

    def empty(self) -> str:
        """The URL of a new warehouse with tables and views, and no rows."""

    def copied(self, url: str) -> str:
        """The URL of a copy of a warehouse that nobody has open."""

    def remove(self, url: str) -> None:
        """Delete a warehouse that nobody has open."""

    def reading(self, url: str, tables: Collection[str] | None = None) -> contextlib.AbstractContextManager[Any]:
        """A connection that answers `execute(query, parameters).fetchall()`, parameters written as `$name`.

        Args:
            url: the warehouse.
            tables: what will be asked for, if not everything: opening all tables of a lake costs as much as a sync.
        """


class DuckDBEngine:
    """See `Engine`; the files lie in `folder`."""

    name = "duckdb"
    schema = "main"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = itertools.count()
        self._template = self.absent()
        with_tables(self._template)

    def absent(self) -> str:
        # One thread: the tests run side by side, and their tables are small.
        return f"duckdb:///{self._folder / f'labels-{next(self._numbers)}.duckdb'}?threads=1"

    def empty(self) -> str:
        return self.copied(self._template)

    def copied(self, url: str) -> str:
        copy = self.absent()
        shutil.copyfile(self.file(url), self.file(copy))
        return copy

    @staticmethod
    def file(url: str) -> Path:
        return Path(str(sa.make_url(url).database))

    def remove(self, url: str) -> None:
        for file in self._folder.glob(f"{self.file(url).name}*"):
            file.unlink()

    def reading(self, url: str, tables: Collection[str] | None = None) -> contextlib.AbstractContextManager[Any]:  # noqa: ARG002
        return connected(self.file(url), read_only=True)


def with_tables(url: str) -> None:
    """Make tables and views."""
    warehouse = open_warehouse(url)
    with warehouse.connection() as connection:
        install(connection)
    warehouse.close()
