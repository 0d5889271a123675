"""Generated label rows in one warehouse, a project each: written without the sync, as the normaliser makes them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from connector.load import open_warehouse
from connector.load.tables import METADATA, arrow_schema
from connector.normalise.label_rows.bundle import normalise_label_rows
from connector.normalise.listing.listing import normalise_listing
from connector.normalise.listing.project_tables import project_tables
from connector.normalise.ontology import Ontology
from connector.views import install
from tests.duckdb_files import connected
from tests.parity.raw_rows import GeneratedRow

SCHEMAS = {name: arrow_schema(table) for name, table in METADATA.tables.items()}


def project_of(number: int) -> str:
    """The project of a generated row, by its place."""
    return f"6b2a7f5e-0000-4000-8000-{number:012d}"


def write_warehouse(path: Path, rows: Sequence[GeneratedRow]) -> str:
    """Make a DuckDB warehouse of generated rows and return its URL. A row's label hash is made its own."""
    url = f"duckdb:///{path}"
    warehouse = open_warehouse(url)
    with warehouse.connection() as connection:
        install(connection)
    warehouse.close()
    tables: dict[str, list[pa.Table]] = {}
    for number, row in enumerate(rows):
        for name, table in _tables(number, row).items():
            tables.setdefault(name, []).append(table)
    with connected(path) as connection:
        connection.execute("INSERT INTO frame_number SELECT unnest(generate_series(0, 100))")
        for name in ("project", "data_unit", *(name for name in tables if name not in {"project", "data_unit"})):
            arriving = pa.concat_tables(tables[name])
            connection.execute(f"INSERT INTO {name} BY NAME SELECT * FROM arriving")
            assert arriving.num_rows >= 0
    return url


def _tables(number: int, row: GeneratedRow) -> dict[str, pa.Table]:
    label_hash = f"label-{number}"
    entry: dict[str, Any] = {**row.entry, "label_hash": label_hash}
    labels = {**row.labels, "label_hash": label_hash}
    project_hash = project_of(number)
    bundle = normalise_label_rows(
        [(entry, labels)], Ontology.from_structure(row.editor), SCHEMAS, project_hash=project_hash
    )
    assert not bundle.failures, bundle.failures
    listing = normalise_listing(project_hash, [entry], SCHEMAS)
    assert not listing.rejected, listing.rejected
    record = {"projectHash": project_hash, "title": f"Generated {number}"}
    return {
        **project_tables(record, {"editor": row.editor}, SCHEMAS),
        **listing.tables,
        **{name: table for name, table in bundle.tables.items() if name in METADATA.tables},
    }
