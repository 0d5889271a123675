"""How much of a project's label rows is read: reported after each group and each part, before they are written."""

from collections.abc import Mapping
from types import MappingProxyType

import pyarrow as pa

from connector.runs.receipt import Receipt
from connector.runs.report import Report

_NOTHING: Mapping[str, pa.Table] = MappingProxyType({})


class ReadingProgress:
    """Counts what was read, and reports it."""

    def __init__(self, receipt: Receipt, report: Report) -> None:
        """Start from what the receipt says is done."""
        self._receipt = receipt
        self._report = report
        self._rows, self._annotations = receipt.done, receipt.annotations

    def add(self, rows: int, tables: Mapping[str, pa.Table] = _NOTHING) -> None:
        """Add the number of label rows that were read completely, and the rows of tables that were made."""
        self._rows += rows
        if "object_annotation" in tables:
            self._annotations += tables["object_annotation"].num_rows
        self._report.progress(self._receipt.project_title, self._rows, self._receipt.planned, self._annotations)
