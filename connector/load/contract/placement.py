"""Where a relation lies: what is for people in the warehouse's schema, the plumbing in a second one beside it.

The sessions' search path holds both, so the connector's own statements name no schema. What is stored in the database,
views and functions, names one everywhere: DuckDB keeps the text, and whoever attaches the file has another search path.
"""

import re
from functools import cache

import sqlalchemy as sa

from connector.load.tables import METADATA
from connector.load.tables.declaration import internal_schema, is_internal
from connector.sql_files import view_files

_NAMED = re.compile(r"\b(FROM|JOIN)(\s+)(\w+)\b(?!\.)")
_INTERNAL = re.compile(r"\binternal\.(?=\w)")


def current_schema(connection: sa.Connection) -> str:
    """The warehouse's schema, which stands first in a session's search path."""
    return str(connection.scalar(sa.text("SELECT current_schema()")))


def placed(text: str, schema: str) -> str:
    """A statement of `sql/`, with every relation's schema written before its name.

    Args:
        text: the statement; it says `internal.` before the names of the plumbing.
        schema: the warehouse's schema.
    """

    def with_schema(found: re.Match[str]) -> str:
        word, blank, name = found.groups()
        return f'{word}{blank}"{schema}".{name}' if name in _for_people() else found[0]

    return _INTERNAL.sub(f'"{internal_schema(schema)}".', _NAMED.sub(with_schema, text))


def without_schema(text: str) -> str:
    """A statement of `sql/` as the sessions understand it, by their search path."""
    return _INTERNAL.sub("", text)


@cache
def _for_people() -> frozenset[str]:
    tables = (name for name, table in METADATA.tables.items() if not is_internal(table))
    return frozenset([*tables, *(file.view_name for file in view_files() if not file.is_internal)])
