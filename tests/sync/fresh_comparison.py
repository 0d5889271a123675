"""The truth that a warehouse is measured by: a fresh sync of the same server state into a new file."""

from pathlib import Path
from typing import Any

import duckdb

from connector.load.matching.compared_branches import MADE_OF_UNITS
from connector.load.tables import LABEL_TABLES, METADATA
from tests.duckdb_files import schema_of
from tests.sync.synced_warehouse import SyncedWarehouse

SOURCE_TABLES = (
    "project",
    "workflow_stage",
    "ontology_class",
    "ontology_attribute",
    "ontology_option",
    "data_unit",
    "data_frame",
    "label_row",
)
CONSENSUS_TABLES = MADE_OF_UNITS
"""Tables that the load makes of label rows: they must be what a fresh sync makes of them."""

OF_THE_RUN = {"run_id", "synced_at", "is_settled", "made_from"}
"""Columns that say when, and by which run, labels were fetched."""


def assert_equals_fresh_sync(synced: SyncedWarehouse, new_file: Path, **options: Any) -> None:  # noqa: ANN401 - any option
    """Sync the server's present state into a new file, and find no difference in any table that Encord fills.

    Tombstones are left aside: a new warehouse never knew those rows. Their labels are not: they must be gone.
    """
    synced.server.faults.clear()
    fresh = SyncedWarehouse(synced.server, new_file)
    outcome = fresh.sync(**options)
    assert outcome.run.outcome == "succeeded", outcome.run.message
    found = differences(synced.file, new_file)
    assert not found, "\n".join(found[:20])


def differences(left: Path, right: Path) -> list[str]:
    """The rows that one file has more often than the other, as text; in no table if the files say the same."""
    found = []
    with duckdb.connect(config={"threads": 1}) as connection:
        for name, file in (("one", left), ("other", right)):
            connection.execute(f"ATTACH '{file}' AS {name} (READ_ONLY)")
        for table in (*SOURCE_TABLES, *LABEL_TABLES, *CONSENSUS_TABLES):
            names = [column.name for column in METADATA.tables[table].columns]
            columns = ", ".join(name for name in names if name not in OF_THE_RUN)
            is_live = ["deleted_at IS NULL"] if "deleted_at" in names else []
            if "project_hash" in names:
                # The ontology of a tombstoned project stays: nothing shows it.
                is_live.append("project_hash IN (SELECT project_hash FROM {file}.project WHERE deleted_at IS NULL)")
            held_in = f"{{file}}.{schema_of(table)}.{table}"
            rows_of = f"SELECT {columns} FROM {held_in} WHERE {' AND '.join(is_live) or 'true'}"
            # Rows that are equal in whatever order have equal sums of hashes; only others are looked at one by one.
            sums = [
                connection.execute(
                    f"SELECT count(*), sum(CAST(hash(held) AS HUGEINT)) FROM ({rows_of.format(file=file)}) AS held"
                ).fetchone()
                for file in ("one", "other")
            ]
            if sums[0] == sums[1]:
                continue
            for this, that in (("one", "other"), ("other", "one")):
                rows = connection.execute(
                    f"{rows_of.format(file=this)} EXCEPT ALL {rows_of.format(file=that)}"
                ).fetchall()
                found += [f"{table}, only in {this}: {row}" for row in rows]
    return found
