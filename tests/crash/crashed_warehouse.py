"""A warehouse of any engine under crash tests: what it holds, and whether it is whole."""

from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from connector.load.contract.placement import in_words, with_schemas
from connector.load.history.as_of import table_as_of
from connector.load.on_iceberg.layout import RECEIPTS
from connector.load.questions.reading import warehouse_exists
from connector.load.tables import LABEL_TABLES, METADATA
from connector.load.tables.histories import HISTORIES, kept_columns
from connector.sample import SampleServer
from tests.crash.engines import Engine
from tests.sync.fresh_comparison import OF_THE_RUN, SOURCE_TABLES
from tests.sync.synced_warehouse import SyncedWarehouse

Contents = dict[str, Counter[str]]
"""By table, its rows as text and how often each is there."""

_ORPHANS = {
    **{
        f"{table} without its label row": f"SELECT count(*) FROM {table} WHERE label_hash NOT IN"
        " (SELECT label_hash FROM label_row WHERE label_hash IS NOT NULL AND deleted_at IS NULL)"
        for table in LABEL_TABLES
    },
    "annotations without their object": "SELECT count(*) FROM object_annotation AS a WHERE NOT EXISTS (SELECT 1 FROM"
    " object_instance AS o WHERE o.label_hash = a.label_hash AND o.object_hash = a.object_hash)",
    "label rows in two places": "SELECT count(*) FROM (SELECT 1 FROM label_row WHERE deleted_at IS NULL"
    " GROUP BY project_hash, data_hash, branch_name HAVING count(*) > 1) AS doubled",
    "label hashes given twice": "SELECT count(*) FROM (SELECT 1 FROM label_row WHERE label_hash IS NOT NULL"
    " AND deleted_at IS NULL GROUP BY label_hash HAVING count(*) > 1) AS doubled",
    "label rows of which only a part is there": "SELECT count(*) FROM label_row AS r WHERE content_hash IS NOT NULL"
    " AND deleted_at IS NULL AND (object_count, annotation_count, classification_count) IS DISTINCT FROM ("
    "(SELECT count(*) FROM object_instance AS i WHERE i.label_hash = r.label_hash),"
    " (SELECT count(*) FROM object_annotation AS i WHERE i.label_hash = r.label_hash),"
    " (SELECT count(*) FROM classification_instance AS i WHERE i.label_hash = r.label_hash))",
}
"""What no committed state may show, however a run ended: how many there are."""
_ALL_ORPHANS = "SELECT " + ", ".join(f"({query})" for query in _ORPHANS.values())


class CrashedWarehouse(SyncedWarehouse):
    """A warehouse that syncs of one server fill, and that tests break off, on any engine."""

    def __init__(self, server: SampleServer, engine: Engine, url: str) -> None:
        super().__init__(server, Path())
        self.engine = engine
        self._url = url
        self._looking: Any = None

    @property
    def url(self) -> str:
        return self._url

    def copy(self) -> "CrashedWarehouse":
        """A second warehouse that holds the same, synced from the same server."""
        return CrashedWarehouse(self.server, self.engine, self.engine.copied(self.url))

    def has_tables(self) -> bool:
        """Whether a first run came so far as to make them; it makes all of them or none."""
        return warehouse_exists(self._url)

    def remove(self) -> None:
        """Delete it."""
        self.engine.remove(self._url)

    @contextmanager
    def looked_into(self) -> Iterator[None]:
        """One connection for all that is asked in the block: opening costs more than a question."""
        with self.engine.reading(self._url) as self._looking:
            try:
                yield
            finally:
                self._looking = None

    @contextmanager
    def _reading(self) -> Iterator[Any]:
        if self._looking is not None:
            yield self._looking
        else:
            with self.engine.reading(self._url) as connection:
                yield connection

    def _reading_receipts(self) -> AbstractContextManager[Any]:
        return self.engine.reading(self._url, RECEIPTS)

    def damage(self) -> list[str]:
        """Half label rows, doubled ones, rows that belong to nothing: none at any time, whatever happened."""
        (counts,) = self.rows(_ALL_ORPHANS)
        return [f"{count} {what}" for what, count in zip(_ORPHANS, counts, strict=True) if count]

    def contents(self) -> Contents:
        """What Encord fills, and is not marked deleted: all that a clean sync would bring as well."""
        contents = {}
        with self._reading() as connection:
            for table in (*SOURCE_TABLES, *LABEL_TABLES):
                names = [column.name for column in METADATA.tables[table].columns]
                columns = ", ".join(name for name in names if name not in OF_THE_RUN)
                live = " WHERE deleted_at IS NULL" if "deleted_at" in names else ""
                rows = connection.execute(f"SELECT {columns} FROM {table}{live}").fetchall()
                contents[table] = Counter(map(repr, rows))
        return contents

    def contents_at(self, moment: datetime | None = None) -> Contents:
        """What has a past, as it is or as it was at a moment."""
        contents: Contents = {}
        with self._reading() as connection:
            for table in HISTORIES:
                columns = ", ".join(kept_columns(METADATA.tables[table]))
                rows = table
                if moment is not None:
                    literal = f"CAST('{moment.isoformat()}' AS TIMESTAMPTZ)"
                    rows = f"({with_schemas(table_as_of(table, literal, in_words), self.engine.schema)}) AS held"
                contents[table] = Counter(map(repr, connection.execute(f"SELECT {columns} FROM {rows}").fetchall()))
        return contents

    def clean_contents(self) -> Contents:
        """The same of a new warehouse, filled by one sync of what the server holds now, undisturbed."""
        clean = CrashedWarehouse(self.server, self.engine, self.engine.empty())
        outcome = clean.sync()
        assert outcome.run.outcome == "succeeded", outcome.run.message
        return clean.contents()


def differences(one: Contents, other: Contents) -> list[str]:
    """The rows that only one of two has, as text."""
    return [
        f"{table}, only in the {name}: {row}"
        for table in one
        for name, rows in (("first", one[table] - other[table]), ("second", other[table] - one[table]))
        for row in rows
    ]
