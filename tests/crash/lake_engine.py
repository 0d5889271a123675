"""Crash tests on a lake: a folder a warehouse, read as its tables are at that moment, noted by a commit or not."""

import contextlib
import itertools
import shutil
from collections.abc import Collection, Iterator
from pathlib import Path

import duckdb

from connector.load import open_warehouse
from connector.load.contract.lake_location import LakeLocation
from connector.load.contract.warehouse_url import warehouse_location
from connector.load.on_iceberg.opening import open_lake_for_reading
from connector.load.on_iceberg.reading_session import reading_session


class LakeEngine:
    """See `Engine`; the lakes lie in `folder`.

    Args:
        folder: where.
        reads_notes: whether tables are read as readers see them: as the last note names them, and not as they are.
    """

    name = "iceberg"
    schema = "main"

    def __init__(self, folder: Path, *, reads_notes: bool = False) -> None:
        self._folder = folder
        self._reads_notes = reads_notes
        self._numbers = itertools.count()
        self._template = self.absent()
        open_warehouse(self._template).close()

    def absent(self) -> str:
        return f"iceberg:///{self._folder / f'lake-{next(self._numbers)}'}?threads=1"

    def empty(self) -> str:
        return self.copied(self._template)

    def copied(self, url: str) -> str:
        """A catalog that begins with the same files: what is written to one of the two is not in the other."""
        copy = self.absent()
        self.folder(copy).mkdir()
        shutil.copyfile(self.folder(url) / "catalog.db", self.folder(copy) / "catalog.db")
        return copy

    @staticmethod
    def location(url: str) -> LakeLocation:
        location = warehouse_location(url)
        assert isinstance(location, LakeLocation)
        return location

    def folder(self, url: str) -> Path:
        folder = self.location(url).folder
        assert folder is not None
        return folder

    def remove(self, url: str) -> None:
        shutil.rmtree(self.folder(url))

    @contextlib.contextmanager
    def reading(self, url: str, tables: Collection[str] | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
        lake = open_lake_for_reading(self.location(url))
        if tables is not None:
            with duckdb.connect() as connection:
                for name in tables:
                    connection.register(name, lake.rows(lake.table(name)))
                yield connection
            return
        seen = None if self._reads_notes else lake.now()
        with reading_session(lake, tables=seen, has_views=False) as session:
            yield session.raw
