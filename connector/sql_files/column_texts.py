"""What the columns of tables and views mean: reads `sql/columns.toml`, which describes each once."""

import hashlib
import tomllib
from functools import cache
from pathlib import Path
from typing import NamedTuple

from connector.errors import ConnectorError, ErrorKind
from connector.load.tables import METADATA
from connector.packaged_files import packaged_folder

COLUMNS_FILE = "columns.toml"
_EVERY_RELATION = "*"
_HISTORY = "_history"


class ColumnTexts(NamedTuple):
    """The texts as they are in the file.

    Attributes:
        by_relation: relation → column → text; `*` stands for every relation that has no text of its own.
    """

    by_relation: dict[str, dict[str, str]]

    def of(self, relation: str, column: str) -> str:
        """What a column of a table or view means; in the history of a table it means what it means there.

        Raises:
            ConnectorError: INTERNAL, if the file does not say so.
        """
        for name in (relation, relation.removesuffix(_HISTORY), _EVERY_RELATION):
            if text := self.by_relation.get(name, {}).get(column):
                return text
        raise ConnectorError(ErrorKind.INTERNAL, f"sql/{COLUMNS_FILE} does not describe column {relation}.{column}.")


@cache
def column_texts() -> ColumnTexts:
    """Reads the file that ships with the connector."""
    path = packaged_folder("sql") / COLUMNS_FILE
    return ColumnTexts(tomllib.loads(path.read_text(encoding="utf-8")))


def texts_digest(folder: Path) -> bytes:
    """SHA-256 of what the comments say: the file, if the folder has one, and the texts of the tables."""
    path = folder / COLUMNS_FILE
    digest = hashlib.sha256(path.read_bytes() if path.is_file() else b"")
    digest.update(repr([(table.name, table.comment) for table in METADATA.sorted_tables]).encode())
    return digest.digest()
