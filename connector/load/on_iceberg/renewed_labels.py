"""How the rows of label rows are replaced in a working copy: as in any DuckDB file, and noted for the next commit."""

from collections.abc import Mapping

import pyarrow as pa
from typing_extensions import override

from connector.load.on_iceberg.working_copy import HELD
from connector.load.writing.row_replacement import DeleteAndInsert, PartReplacement


class RenewedLabels(DeleteAndInsert):
    """Notes, in the transaction that replaces them, which label rows have new rows."""

    @override
    def replace_labels(
        self, label_tables: Mapping[str, pa.Table], renewed: pa.Array, known: frozenset[str]
    ) -> dict[str, int]:
        self._note(renewed)
        return super().replace_labels(label_tables, renewed, known)

    @override
    def replace_in_parts(self, label_hash: str, *, is_known: bool) -> PartReplacement:
        self._note(pa.array([label_hash]))
        return super().replace_in_parts(label_hash, is_known=is_known)

    def _note(self, label_hashes: pa.Array) -> None:
        self._session.copy(f"{HELD}.renewed", pa.table({"label_hash": label_hashes}))
