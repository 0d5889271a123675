"""Label rows → tables → dicts, without a database between: what the normaliser stores and the export writes."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
import pyarrow as pa

from connector.export.label_rows.encord_dict import LabelRowTables, OntologyNames, label_row_dict, ontology_structure
from connector.export.label_rows.encord_dict.records import TimeTexts
from connector.export.label_rows.slices import DataFrameSlices, LabelRowSlices
from connector.load.tables import METADATA, arrow_schema
from connector.normalise.label_rows.bundle import normalise_label_rows
from connector.normalise.listing.listing import normalise_listing
from connector.normalise.listing.project_tables import project_tables
from connector.normalise.ontology import Ontology

SCHEMAS = {name: arrow_schema(table) for name, table in METADATA.tables.items()}
PROJECT = "6b2a7f5e-0000-4000-8000-00000000000f"

Raw = Mapping[str, Any]
RawRow = tuple[Raw, Raw]
"""A listing entry and the raw label-row dict that belongs to it."""


def exported(rows: Sequence[RawRow], editor: Raw) -> list[dict[str, Any]]:
    """The dicts that the export makes of label rows, read back from JSON, in the order given.

    Raises:
        AssertionError: A row could not be normalised.
    """
    bundle = normalise_label_rows(rows, Ontology.from_structure(editor), SCHEMAS, project_hash=PROJECT)
    assert not bundle.failures, bundle.failures
    listing = normalise_listing(PROJECT, [entry for entry, _ in rows], SCHEMAS)
    assert not listing.rejected, listing.rejected
    project = project_tables({"projectHash": PROJECT}, {"editor": editor}, SCHEMAS)
    names = OntologyNames.from_structure(ontology_structure(project))
    slices, frames = LabelRowSlices(bundle.tables), DataFrameSlices(bundle.tables["data_frame"])
    label_rows = {row["label_hash"]: row for row in plain_rows(listing.tables["label_row"])}
    units = {row["data_hash"]: row for row in plain_rows(listing.tables["data_unit"])}
    facts = {row["label_hash"]: row for row in plain_rows(bundle.facts)}
    made = []
    for entry, _ in rows:
        label_hash, data_hash = str(entry["label_hash"]), str(entry["data_hash"])
        tables = LabelRowTables(
            {**label_rows[label_hash], **facts[label_hash]},
            units[data_hash],
            frames.of(data_hash),
            slices.of(label_hash),
        )
        made.append(orjson.loads(orjson.dumps(label_row_dict(tables, names, TimeTexts()))))
    return made


def plain_rows(table: pa.Table) -> list[dict[str, Any]]:
    """Rows as dicts, instants as microseconds, as the export takes them."""
    schema = [field.with_type(pa.int64()) if pa.types.is_timestamp(field.type) else field for field in table.schema]
    rows: list[dict[str, Any]] = table.cast(pa.schema(schema)).to_pylist()
    return rows
