"""A warehouse whose content says which run wrote it: run n leaves n in every annotation, and its own number of them."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from connector.load import Warehouse, open_warehouse
from connector.load.tables import METADATA
from connector.views import install
from tests.load.warehouse_rows import PROJECT, SAME, labels, listing, states

LABEL_ROWS = 3
STARTED = datetime(2026, 11, 23, tzinfo=UTC)


def run_id_of(number: int) -> str:
    return f"{STARTED + timedelta(minutes=number):%Y%m%dT%H%M%SZ}-{number:06x}"


def annotations_in(number: int) -> int:
    """How many annotations the warehouse holds after a run."""
    return LABEL_ROWS * (20 + number % 7)


def record_success(warehouse: Warehouse, number: int) -> None:
    """Write the receipt of a run that succeeded."""
    columns = METADATA.tables["sync_run"].columns
    counters = {column.name: 0 for column in columns if not column.nullable and column.type.python_type is int}
    words = dict.fromkeys(("command", "connector_version", "sdk_version", "schema_version"), "")
    started_at = STARTED + timedelta(minutes=number)
    run = {"run_id": run_id_of(number), "started_at": started_at, "outcome": "succeeded"}
    warehouse.record_run({**counters, **words, **run})


def make(url: str, schema: str | None = None) -> None:
    """Make the warehouse, with views and label rows, before any run."""
    warehouse = open_warehouse(url, schema)
    with warehouse.connection() as connection:
        install(connection)
    rows = [(f"video-{n}", "main", f"label-{n}") for n in range(LABEL_ROWS)]
    warehouse.upsert_metadata(PROJECT, listing(rows), SAME)
    warehouse.close()


def run(file: Path, number: int) -> None:
    """One run: every label row is written anew, each in a transaction of its own, and the receipt at the end."""
    warehouse = open_warehouse(f"duckdb:///{file}")
    run_id = run_id_of(number)
    frames = range(annotations_in(number) // LABEL_ROWS)
    for n in range(LABEL_ROWS):
        made = labels(f"label-{n}", frames=frames, x=float(number))
        content = {name: made[name] for name in ("object_instance", "object_annotation")}
        warehouse.write_bundle(PROJECT, content, states(f"label-{n}", content_hash=run_id), [], run_id)
    record_success(warehouse, number)
    warehouse.close()
