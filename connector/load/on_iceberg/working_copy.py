"""A DuckDB file that holds what a run needs of the lake: the tables of its projects, and the labels that it writes.

All statements of the other engines run on it unchanged. Beside each table of a project, schema `held` has its rows as
they are in the lake, so a comparison of the two says what has to be written.
"""

from collections.abc import Collection, Iterable, Iterator
from urllib.parse import urlsplit

import duckdb
import pyarrow as pa
import pyarrow.fs as pafs
from fsspec.implementations.arrow import ArrowFSWrapper
from pyiceberg.expressions import And, BooleanExpression
from pyiceberg.table import Table
from typing_extensions import override

from connector.load.contract.session import Value
from connector.load.contract.share import WHOLE, Share
from connector.load.contract.statements import column_list, sql
from connector.load.locks.scratch_folder import ScratchFolder
from connector.load.on_duckdb.new_tables import create_table
from connector.load.on_duckdb.session import DuckDBSession
from connector.load.on_iceberg.kept_past import without_unfinished
from connector.load.on_iceberg.lake_tables import Lake, among, equal, stored_rows
from connector.load.on_iceberg.layout import (
    COMMIT_ID,
    COMPARED_ONTOLOGY,
    HELD,
    LABELS,
    LOGS,
    OF_SHARE,
    OWNED_TABLES,
    OWNERS,
    PROJECT_TABLES,
    SHARD,
    columns_of,
)
from connector.load.on_iceberg.taking_in import TakenIn, distinct_of, taken_in
from connector.load.tables import METADATA, arrow_schema

WORKING_TABLES = {str(table.name): table for table in (*METADATA.tables.values(), COMPARED_ONTOLOGY)}
"""What a working copy has: every table of the other engines, and what a lake needs beside."""

_HASHES_AT_ONCE = 500
_ROWS_A_BATCH = 50_000
_BYTES_A_PIECE = 128_000_000


class _StoredFiles(ArrowFSWrapper):  # type: ignore[misc]  # fsspec ships no types
    """A file system of Arrow as DuckDB takes one: for addresses of one scheme."""

    cachable = False

    def __init__(self, system: pafs.FileSystem, scheme: str) -> None:
        super().__init__(system)
        self._scheme = scheme

    @property
    def protocol(self) -> str:
        """The scheme of the addresses, which Arrow may call otherwise: gs and gcs, s3a and s3."""
        return self._scheme


class WorkingCopy(DuckDBSession):
    """A session on a new file in a temporary folder, which goes when it is closed."""

    def __init__(self, lake: Lake, settings: dict[str, str]) -> None:
        self.lake = lake
        self._folder = ScratchFolder()
        self._label_rows_seen: int | None = None
        super().__init__(self._folder.path / "working_copy.duckdb", "main", settings)
        with self.transaction():
            self.execute(f"CREATE SCHEMA {HELD}")
            for table in WORKING_TABLES.values():
                self.execute(create_table(table, "main"))
            for name in PROJECT_TABLES:
                of_lake = (SHARD,) if name in OF_SHARE else (COMMIT_ID,) if name in OWNERS else ()
                more = "".join(f", CAST(NULL AS VARCHAR) AS {column}" for column in of_lake)
                self.execute(f"CREATE TABLE {HELD}.{name} AS SELECT *{more} FROM {name}")
            # Label rows whose rows are in the tables of labels to be written, and those that were brought to be read.
            self.execute(f"CREATE TABLE {HELD}.renewed (label_hash VARCHAR)")
            self.execute(f"CREATE TABLE {HELD}.brought (label_hash VARCHAR)")
            self.execute(f"CREATE TABLE {HELD}.frame_number AS SELECT * FROM frame_number")

    @override
    def _set_up(self, raw: duckdb.DuckDBPyConnection) -> None:
        """Has DuckDB read the lake's files as pyiceberg does: with its keys, and without an extension."""
        super()._set_up(raw)
        # Nobody opens the file again: what is not written there when it is closed is not missed.
        raw.execute("PRAGMA disable_checkpoint_on_shutdown")
        place = self.lake.table("lake_commit").location()
        scheme = urlsplit(place).scheme
        if scheme not in ("", "file") and not raw.filesystem_is_registered(scheme):
            raw.register_filesystem(_StoredFiles(self.lake.file_system(place), scheme))

    def take_in_projects(self) -> None:
        """Reads which projects there are, for questions about the lake as a whole."""
        rows = self.lake.rows(self.lake.table("project"), columns_of("project"))
        with self.transaction():
            for place in ("project", f"{HELD}.project"):
                self.copy(place, rows)

    def take_in_moments(self) -> None:
        """Reads since when the past of each project is known, and which moments have a name."""
        rows = self.lake.rows(self.lake.table("history_clock", fresh=True))
        self.execute("DELETE FROM history_clock")
        self.copy("history_clock", distinct_of("history_clock", rows))
        self.take_in_marks()

    def take_in_marks(self) -> None:
        """Reads which moments have a name by now."""
        self.lake.table("mark", fresh=True)
        self._take_in_whole("mark", None)

    def take_in(self, project_hash: str, share: Share = WHOLE) -> None:
        """Reads the tables of a project from the lake as they are now, in place of what was there of it.

        Args:
            project_hash: the project.
            share: which of its data units a run is about.
        """
        self.lake.forget_tables()
        of_others: set[str] = set()
        with self.transaction():
            for name in PROJECT_TABLES:
                rows = self.lake.rows(self.lake.table(name), columns_of(name), equal(project_hash=project_hash))
                found = taken_in(name, rows, share, of_others)
                if name == LABELS.owner and not share.is_whole:
                    of_others = set(rows["label_hash"].to_pylist()) - set(found.held["label_hash"].to_pylist()) - {None}
                for place in (name, f"{HELD}.{name}"):
                    delete = "DELETE FROM {place} WHERE project_hash = $project_hash"
                    self.execute(sql(delete, place=place), project_hash=project_hash)
                self._copy_in(name, found)
            self._take_in_receipts(project_hash, share)
            self.note_what_is_in_force()
            without_unfinished(self, project_hash)
            self._take_in_what_is_of_no_project(None)
        self.seen(LABELS.owner)

    def _take_in_receipts(self, project_hash: str, share: Share) -> None:
        """Reads when the runs of a project began that were about no other label rows than this share's."""
        rows = self.lake.rows(self.lake.table("sync_run_project"), where=equal(project_hash=project_hash))
        of_share = pa.array([Share.of(text) in (WHOLE, share) for text in rows["shard"].to_pylist()], pa.bool_())
        self.execute("DELETE FROM sync_run_project WHERE project_hash = $project_hash", project_hash=project_hash)
        self.copy("sync_run_project", rows.filter(of_share))

    def take_in_all(self, tables: dict[str, Table]) -> None:
        """Reads the tables of all projects, as they are in these states of the tables, into an empty working copy."""
        with self.transaction():
            for name in PROJECT_TABLES:
                rows = self.lake.rows(tables[name], columns_of(name))
                self._copy_in(name, TakenIn(rows, distinct_of(name, rows) if name in OF_SHARE else rows))
            self._take_in_what_is_of_no_project(tables)

    def note_what_is_in_force(self) -> None:
        """Notes by which rules matches were made, and when something changed last; other shares may have written it."""
        for name in ("consensus_match_rules", "history_clock"):
            self.execute(f"CREATE OR REPLACE TABLE {HELD}.{name}_in_force AS SELECT * FROM {name}")

    def _copy_in(self, name: str, rows: TakenIn) -> None:
        self.copy(f"{HELD}.{name}", rows.held)
        self.copy(name, rows.now.select(arrow_schema(WORKING_TABLES[name]).names))

    def _take_in_what_is_of_no_project(self, tables: dict[str, Table] | None) -> None:
        self._take_in_whole("consensus_threshold", tables)
        self._take_in_whole("mark", tables)
        self._take_in_whole("frame_number", tables)
        self.execute(f"CREATE OR REPLACE TABLE {HELD}.frame_number AS SELECT * FROM frame_number")

    def _take_in_whole(self, name: str, tables: dict[str, Table] | None) -> None:
        """Reads a table that belongs to no project."""
        table = self.lake.table(name) if tables is None else tables[name]
        self.stage("taken_in", self.lake.rows(table, arrow_schema(METADATA.tables[name]).names))
        self.execute(sql("DELETE FROM {name}", name=name))
        self.execute(sql("INSERT INTO {name} SELECT DISTINCT * FROM taken_in", name=name))

    def seen(self, name: str) -> None:
        """Notes that the lake's label rows are as this process has just read or written them."""
        if name == LABELS.owner:
            self._label_rows_seen = _snapshot_id(self.lake.table(name))

    def has_moved(self, label_rows: Table) -> bool:
        """Whether anybody has changed the lake's label rows since they were read or written here."""
        return _snapshot_id(label_rows) != self._label_rows_seen

    def in_pieces(self, query: str, schema: pa.Schema, **parameters: Value) -> Iterator[pa.Table]:
        """The rows of a query, as many at a time as may be held in memory; no other statement may run meanwhile."""
        piece: list[pa.RecordBatch] = []
        for batch in self._run(query, parameters).to_arrow_reader(_ROWS_A_BATCH):
            piece.append(batch)
            if sum(held.nbytes for held in piece) >= _BYTES_A_PIECE:
                yield pa.Table.from_batches(piece).cast(schema)
                piece = []
        if piece:
            yield pa.Table.from_batches(piece).cast(schema)

    def label_rows_held(self) -> int:
        """How many rows of labels it has, read or to be written."""
        counts = " + ".join(f"(SELECT count(*) FROM {name})" for name in LABELS.tables)
        return int(self.rows(f"SELECT {counts}")[0][0])

    def drop_labels(self) -> None:
        """Removes the rows of labels, matches and logs, which the lake has, or which shall not be written."""
        for name in (*OWNED_TABLES, *LOGS, f"{HELD}.renewed", f"{HELD}.brought"):
            self.execute(sql("DELETE FROM {name}", name=name))

    @override
    def bring_labels(self, label_hashes: Iterable[str]) -> None:
        """Reads the valid rows of some label rows from the lake, unless they are still to be written."""
        self._drop_brought()
        self.stage("wanted", pa.table({"label_hash": pa.array(label_hashes, pa.string())}))
        valid = self.rows(
            f"SELECT project_hash, label_hash, {COMMIT_ID} FROM {HELD}.label_row WHERE {COMMIT_ID} IS NOT NULL"
            f" AND label_hash IN (SELECT label_hash FROM wanted)"
            # Others have lost their labels since, and the lake does not know yet.
            f" AND label_hash IN (SELECT label_hash FROM label_row WHERE content_hash IS NOT NULL)"
            f" AND label_hash NOT IN (SELECT label_hash FROM {HELD}.renewed)"
        )
        for start in range(0, len(valid), _HASHES_AT_ONCE):
            some = valid[start : start + _HASHES_AT_ONCE]
            self._bring(some, among("project_hash", {row[0] for row in some}))

    def _bring(self, valid: Collection[tuple[str, ...]], of_project: BooleanExpression) -> None:
        names = ("project_hash", "label_hash", COMMIT_ID)
        self.stage("valid", pa.table(list(zip(*valid, strict=True)), names))
        _, label_hashes, commits = (set(values) for values in zip(*valid, strict=True))
        where = And(of_project, among("label_hash", label_hashes), among(COMMIT_ID, commits))
        for name in LABELS.tables:
            columns = column_list(METADATA.tables[name].columns.keys())
            stored = stored_rows(self.lake, self.lake.table(name), where)
            insert = "INSERT INTO {name} ({columns}) SELECT {columns} FROM {stored} WHERE ({link}) IN (FROM valid)"
            self.execute(sql(insert, name=name, columns=columns, stored=stored, link=column_list(names)))
        self.copy(f"{HELD}.brought", pa.table({"label_hash": pa.array(label_hashes, pa.string())}))

    @override
    def bring_instances(self, project_hash: str, feature_hashes: Iterable[str]) -> None:
        """Reads the instances of some classes, so that the label rows that have them can be found."""
        self._drop_brought()
        wanted = among("feature_hash", set(feature_hashes))
        where = And(equal(project_hash=project_hash), wanted)
        for name in ("object_instance", "classification_instance"):
            table = self.lake.table(name)
            columns = [*arrow_schema(METADATA.tables[name]).names, COMMIT_ID]
            self.stage("of_classes", self.lake.rows(table, columns, where))
            valid = (
                "INSERT INTO {name} ({columns}) SELECT {columns} FROM of_classes WHERE EXISTS (SELECT 1 FROM"
                f" {HELD}.label_row AS owner WHERE owner.label_hash = of_classes.label_hash"
                f" AND owner.{COMMIT_ID} = of_classes.{COMMIT_ID})"
                f" AND label_hash NOT IN (SELECT label_hash FROM {HELD}.renewed)"
            )
            self.execute(sql(valid, name=name, columns=column_list(columns[:-1])))
            self.execute(f"INSERT INTO {HELD}.brought SELECT DISTINCT label_hash FROM of_classes")

    def _drop_brought(self) -> None:
        """Removes what was brought before, but not what has been written over it meanwhile."""
        for name in LABELS.tables:
            delete = (
                f"DELETE FROM {{name}} WHERE label_hash IN (SELECT label_hash FROM {HELD}.brought"
                f" EXCEPT SELECT label_hash FROM {HELD}.renewed)"
            )
            self.execute(sql(delete, name=name))
        self.execute(f"DELETE FROM {HELD}.brought")

    @override
    def close(self) -> None:
        super().close()
        self._folder.remove()


def _snapshot_id(table: Table) -> int | None:
    snapshot = table.current_snapshot()
    return None if snapshot is None else snapshot.snapshot_id
