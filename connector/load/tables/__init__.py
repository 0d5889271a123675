"""The warehouse's tables, declared once. Importing this package declares all of them in `METADATA`."""

from connector.load.tables import consensus, histories, labels, runs, source_metadata, work
from connector.load.tables.declaration import METADATA, arrow_schema

LABEL_TABLES: tuple[str, ...] = (
    "data_space",
    "object_instance",
    "object_annotation",
    "object_range",
    "classification_instance",
    "classification_range",
    "attribute_answer",
)
"""Tables keyed by label_hash: what is replaced together when a label row is written."""

__all__ = [
    "LABEL_TABLES",
    "METADATA",
    "arrow_schema",
    "consensus",
    "histories",
    "labels",
    "runs",
    "source_metadata",
    "work",
]
