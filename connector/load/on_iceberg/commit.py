"""Writes what a working copy has changed to the lake: labels are added first, one commit then makes them valid.

Table by table, because Iceberg has no commit over several tables: (1) rows of labels and matches are added, which no
reader sees yet; (2) what rows were, which stays true even if nothing follows; (3) what may be written twice; (4) label
rows, with the names of their valid commits: in this one commit, readers see the new labels of all of them; (5) what
decides about the next run; (6) a note of where all tables are now. A process that is killed at any point leaves rows
that nobody sees, or work that the next run does again.
"""

from collections.abc import Callable

import pyarrow as pa
from pyiceberg.expressions import And, BooleanExpression
from pyiceberg.table import Table

from connector.errors import ConnectorError, ErrorKind
from connector.load.contract.share import WHOLE, Share
from connector.load.contract.statements import column_list, sql
from connector.load.on_iceberg.kept_past import date_changes
from connector.load.on_iceberg.lake_tables import among, arrow_schema, equal, new_commit_id
from connector.load.on_iceberg.layout import (
    AFTER_LABELS,
    BEFORE_LABELS,
    COMMIT_ID,
    HELD,
    KEYS,
    KINDS,
    LABELS,
    LOGS,
    MATCHES,
    OF_SHARE,
    OWNERS,
    PROJECT_TABLES,
    SHARD,
    Kind,
    Owned,
    columns_of,
    logged_rows,
    sorted_by,
)
from connector.load.on_iceberg.taking_in import replaced_by, written_by
from connector.load.on_iceberg.working_copy import WorkingCopy
from connector.load.tables import METADATA

_RENEWED = {
    LABELS.owner: f"SELECT label_hash FROM {HELD}.renewed",
    MATCHES.owner: f"SELECT data_hash FROM {HELD}.renewed_unit",
}
"""What is valid from this commit on: the links of an owner's rows whose owned rows are in the working copy."""

_OF_SHARE = f", CAST($shard AS VARCHAR) AS {SHARD}"
_VALID_NOW = {
    name: f"SELECT *{_OF_SHARE if name in OF_SHARE else ''} FROM {name} WHERE project_hash = $project_hash"
    for name in PROJECT_TABLES
    if name not in OWNERS
} | {
    owned.owner: (
        f"SELECT owner.*, CASE WHEN {has_rows} THEN CASE WHEN owner.{owned.link} IN ({_RENEWED[owned.owner]})"
        f" THEN $commit_id ELSE known.{COMMIT_ID} END END AS {COMMIT_ID} FROM {owned.owner} AS owner LEFT JOIN"
        f" (SELECT {owned.link}, max({COMMIT_ID}) AS {COMMIT_ID} FROM {HELD}.{owned.owner}"
        f" WHERE project_hash = $project_hash GROUP BY {owned.link}) AS known"
        f" ON known.{owned.link} = owner.{owned.link}"
        " WHERE owner.project_hash = $project_hash"
    )
    for owned, has_rows in ((LABELS, "owner.content_hash IS NOT NULL"), (MATCHES, "TRUE"))
}
"""The rows of each table of a project as the lake shall have them, by table."""


def commit_project(copy: WorkingCopy, project_hash: str, check_lease: Callable[[], None], share: Share = WHOLE) -> bool:
    """Writes a project's changes; returns whether there were any.

    Args:
        copy: the working copy; afterwards it holds no labels.
        project_hash: the project.
        check_lease: raises if another process may be writing the project by now.
        share: which of its data units the working copy has.

    Raises:
        ConnectorError: WAREHOUSE if catalog or files fail; LOCKED if another process wrote the same label rows.
    """
    commit = _Commit(copy, project_hash, share)
    with copy.transaction():
        commit.find_renewed_units()
        if not commit.has_changes():
            # A run that was killed before its note leaves what no reader would see until something changes.
            if not copy.lake.is_noted():
                copy.lake.note_commit(commit.commit_id)
            return False
        check_lease()
        commit.add_owned(LABELS)
        commit.add_owned(MATCHES)
        commit.add_frame_numbers()
        commit.add_logs()
        for name in BEFORE_LABELS:
            commit.write(name)
        check_lease()
        commit.write(LABELS.owner)
        for name in AFTER_LABELS:
            commit.write(name)
        commit.forget_other_shares()
        commit.take_over()
    copy.lake.note_commit(commit.commit_id)
    return True


class _Commit:
    def __init__(self, copy: WorkingCopy, project_hash: str, share: Share) -> None:
        self._copy = copy
        self._project_hash = project_hash
        self._share = share
        self.commit_id = new_commit_id()
        self._new: dict[str, pa.Table] = {}
        self._gone: set[str] = set()

    def find_renewed_units(self) -> None:
        """Finds the data units whose branches were compared: all of the project's, if the rules changed."""
        then = {
            MATCHES.owner: f"{HELD}.{MATCHES.owner}",
            "consensus_match_rules": f"{HELD}.consensus_match_rules_in_force",
        }
        differ = (
            "(SELECT * FROM {now} WHERE project_hash = $project_hash EXCEPT SELECT {columns} FROM {then})"
            " UNION ALL (SELECT {columns} FROM {then} WHERE project_hash = $project_hash EXCEPT SELECT * FROM {now})"
        )
        changed = {name: sql(differ, now=name, then=place, columns=_declared(name)) for name, place in then.items()}
        self._copy.execute(
            f"CREATE OR REPLACE TABLE {HELD}.renewed_unit AS SELECT DISTINCT data_hash FROM ({changed[MATCHES.owner]})"
            f" UNION SELECT data_hash FROM {MATCHES.owner} WHERE project_hash = $project_hash"
            f" AND EXISTS (SELECT 1 FROM ({changed['consensus_match_rules']}))",
            project_hash=self._project_hash,
        )

    def has_changes(self) -> bool:
        """Compares the tables of the project with what the lake has; returns whether anything differs."""
        for name in PROJECT_TABLES:
            self._compare(name)
        return bool(self._new or self._gone)

    def _compare(self, name: str) -> None:
        if not self._is_ours(name):
            return
        valid, held = f"({_VALID_NOW[name]})", f"(SELECT * FROM {HELD}.{name} WHERE project_hash = $project_hash)"
        new = self._copy.table(f"{valid} EXCEPT {held}", arrow_schema(name), **self._parameters)
        if new.num_rows:
            self._new[name] = new
        if self._copy.rows(f"SELECT 1 FROM ({held} EXCEPT {valid}) LIMIT 1", **self._parameters):
            self._gone.add(name)

    def _is_ours(self, name: str) -> bool:
        return KINDS.get(name) is not Kind.OF_PROJECT or self._share.is_first

    def add_owned(self, owned: Owned) -> None:
        """Adds the rows that the owner's rows will name."""
        for name in owned.tables:
            of_commit = {"project_hash": "CAST($project_hash AS VARCHAR)", COMMIT_ID: "CAST($commit_id AS VARCHAR)"}
            query = sql(
                "SELECT {columns} FROM {name} WHERE {link} IN ({renewed}) ORDER BY {order}",
                columns=", ".join(f"{of_commit.get(column, column)} AS {column}" for column in columns_of(name)),
                name=name,
                link=owned.link,
                renewed=_RENEWED[owned.owner],
                order=column_list(column for column in sorted_by(name) if column != "project_hash"),
            )
            for rows in self._copy.in_pieces(query, arrow_schema(name), **self._parameters):
                self._copy.lake.add(name, rows)

    def add_frame_numbers(self) -> None:
        """Adds the numbers that the lake lacks. Two processes may add the same ones: readers take each once."""
        name = "frame_number"
        query = f"SELECT frame FROM {name} EXCEPT SELECT frame FROM {HELD}.{name}"
        self._copy.lake.add(name, self._copy.table(query, arrow_schema(name)))
        self._copy.execute(f"CREATE OR REPLACE TABLE {HELD}.{name} AS SELECT * FROM {name}")

    def add_logs(self) -> None:
        """Adds what rows were, dated by now: the tables that name these moments are compared once more."""
        date_changes(self._copy, self._project_hash)
        for name in ("label_row_version", "history_clock"):
            self._compare(name)
        for name in (log for log, logged in LOGS.items() if self._is_ours(logged)):
            query = f"{logged_rows(name)} ORDER BY {column_list(sorted_by(name))}"
            for rows in self._copy.in_pieces(query, arrow_schema(name), project_hash=self._project_hash):
                self._copy.lake.add(name, rows)

    def write(self, name: str) -> None:
        """Writes a table's rows of the project, if they differ."""
        if name not in self._new and name not in self._gone:
            return
        lake, of_project = self._copy.lake, equal(project_hash=self._project_hash)
        if name not in self._gone:
            lake.add(name, self._new[name])
        elif name in KEYS:
            self._replace_by_key(name, And(of_project, among(KEYS[name], self._changed_keys(name))))
        else:
            rows = self._copy.table(_VALID_NOW[name], arrow_schema(name), **self._parameters)
            lake.replace(name, rows, And(of_project, written_by({self._share})) if name in OF_SHARE else of_project)
        self._copy.seen(name)

    def forget_other_shares(self) -> None:
        """Removes what shares of another count have written, once all of this one's count have written theirs."""
        name = "compared_ontology"
        if name not in self._new:
            return
        lake, of_project = self._copy.lake, equal(project_hash=self._project_hash)
        found = lake.rows(lake.table(name, fresh=True), (SHARD,), of_project)[SHARD].to_pylist()
        if replaced := replaced_by(self._share, {Share.of(text) for text in found}):
            for each in OF_SHARE - KEYS.keys():
                lake.replace(each, arrow_schema(each).empty_table(), And(of_project, written_by(replaced)))

    def _replace_by_key(self, name: str, changed: BooleanExpression) -> None:
        key = KEYS[name]
        query = f"SELECT * FROM ({_VALID_NOW[name]}) AS valid WHERE valid.{key} IN (SELECT {key} FROM {HELD}.changed)"
        rows = self._copy.table(query, arrow_schema(name), **self._parameters)

        def check(table: Table) -> None:
            if self._copy.has_moved(table):
                self._refuse_foreign_commits(table, changed, key)

        self._copy.lake.replace(name, rows, changed, check=check if name == LABELS.owner else None)

    def _changed_keys(self, name: str) -> list[str]:
        """The keys of rows that differ, which stay in table `changed`."""
        key = KEYS[name]
        self._copy.execute(
            f"CREATE OR REPLACE TABLE {HELD}.changed AS SELECT DISTINCT {key} FROM ("
            f"(SELECT * FROM ({_VALID_NOW[name]}) EXCEPT SELECT * FROM {HELD}.{name}) UNION ALL"
            f" (SELECT * FROM {HELD}.{name} WHERE project_hash = $project_hash EXCEPT ({_VALID_NOW[name]})))",
            **self._parameters,
        )
        return [str(value) for (value,) in self._copy.rows(f"SELECT {key} FROM {HELD}.changed")]

    def _refuse_foreign_commits(self, table: Table, changed: BooleanExpression, key: str) -> None:
        """Raises if label rows have other labels than when they were read: another process writes them."""
        found = self._copy.lake.rows(table, (key, COMMIT_ID), changed)
        self._copy.stage("found_now", found)
        moved = self._copy.rows(
            f"SELECT coalesce(found.{key}, held.{key}) FROM found_now AS found"
            f" FULL JOIN (SELECT * FROM {HELD}.label_row WHERE {key} IN (SELECT {key} FROM {HELD}.changed)) AS held"
            f" ON held.{key} = found.{key} WHERE held.{COMMIT_ID} IS DISTINCT FROM found.{COMMIT_ID} LIMIT 1"
        )
        if moved:
            raise ConnectorError(
                ErrorKind.LOCKED,
                f"Another process has written label row {moved[0][0]} of project {self._project_hash} in the lake"
                f" {self._copy.lake.location.shown} meanwhile.",
                remedy="Nothing of this commit is visible; run again when that one has ended.",
            )

    def take_over(self) -> None:
        """Notes in the working copy that the lake has everything, and removes the labels from it."""
        for name in PROJECT_TABLES:
            self._copy.execute(f"CREATE OR REPLACE TEMP TABLE valid_now AS {_VALID_NOW[name]}", **self._parameters)
            self._copy.execute(
                f"DELETE FROM {HELD}.{name} WHERE project_hash = $project_hash", project_hash=self._project_hash
            )
            self._copy.execute(f"INSERT INTO {HELD}.{name} SELECT * FROM valid_now")
        self._copy.note_what_is_in_force()
        self._copy.drop_labels()

    @property
    def _parameters(self) -> dict[str, str]:
        return {"project_hash": self._project_hash, "commit_id": self.commit_id, "shard": str(self._share)}


def _declared(name: str) -> str:
    return column_list(METADATA.tables[name].columns.keys())
