"""The golden files: label rows with every shape, answer type and kind of data in, one CSV a table out.

`golden/ontology.json` and `golden/rows/*.json` (listing entry and raw label row) are written by hand and may be added
to; `golden/tables/*.csv` are what the normaliser makes of them. After a change that is meant, write them again with

    python -m tests.normalise.golden_files

and read the difference before committing it.
"""

import csv
import io
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from connector.normalise.label_rows.bundle import NormalisedBundle, normalise_label_rows
from connector.normalise.ontology import Ontology
from tests.normalise.rows import SCHEMAS, Json

GOLDEN = Path(__file__).parent / "golden"
TABLES = GOLDEN / "tables"
NULL = "\\N"
EXTENT = frozenset({"x_min", "y_min", "x_max", "y_max"})


def structure() -> Json:
    """The ontology's structure."""
    loaded: Json = json.loads((GOLDEN / "ontology.json").read_text(encoding="utf-8"))
    return loaded


def label_rows() -> list[tuple[Json, Json]]:
    """Listing entry and raw label row of every golden row, by file name."""
    files = sorted((GOLDEN / "rows").glob("*.json"))
    loaded = [json.loads(path.read_text(encoding="utf-8")) for path in files]
    return [(item["entry"], item["labels"]) for item in loaded]


def bundle() -> NormalisedBundle:
    """The golden rows, normalised together."""
    return normalise_label_rows(label_rows(), Ontology.from_structure(structure()), SCHEMAS, project_hash="project")


def tables() -> dict[str, pa.Table]:
    """Every table that the golden rows come to, the facts about the rows among them."""
    normalised = bundle()
    return {**normalised.tables, "facts": normalised.facts}


def _cell(name: str, value: Any) -> str:  # noqa: ANN401 - a cell of any type
    if name in EXTENT and value is not None:
        value = round(value, 12)  # trigonometry may differ in the last digit from one machine to another
    if value is None:
        return NULL
    if isinstance(value, datetime):
        return value.isoformat()
    return repr(value) if isinstance(value, (bool, float)) else str(value)


def to_csv(table: pa.Table) -> str:
    r"""A table as text: a header, a line a row, \N for NULL, floats with every digit they need (extents with 12)."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(table.schema.names)
    for row in table.to_pylist():
        writer.writerow([_cell(name, row[name]) for name in table.schema.names])
    return text.getvalue()


def main() -> None:
    """Write the CSV files again."""
    TABLES.mkdir(exist_ok=True)
    for name, table in tables().items():
        (TABLES / f"{name}.csv").write_text(to_csv(table), encoding="utf-8", newline="")


if __name__ == "__main__":
    main()
