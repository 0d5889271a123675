"""Which schema a relation is in: the warehouse's schema if it is for people, a second schema if it is plumbing.

The sessions' search path has both, so the connector's own statements name no schema. Views and functions, which are
stored in the database, name one everywhere: DuckDB keeps their text, and whoever attaches the file has another search
path.
"""

import re
from functools import cache

import sqlalchemy as sa

from connector.load.tables import METADATA
from connector.load.tables.declaration import internal_schema, is_internal
from connector.sql_files import view_files

_NAMED = re.compile(r"\b(FROM|JOIN)(\s+)(\w+)\b(?!\.)")
_INTERNAL = re.compile(r"\binternal\.(?=\w)")
_WAREHOUSE = re.compile(r"\bwarehouse\.(?=\w)")


def current_schema(connection: sa.Connection) -> str:
    """The warehouse's schema, which is the first in a session's search path."""
    return str(connection.scalar(sa.text("SELECT current_schema()")))


def placed(text: str, schema: str) -> str:
    """A statement of `sql/`, with its schema before the name of every relation.

    Args:
        text: the statement, which has `internal.` before names of the plumbing.
        schema: the warehouse's schema.
    """

    def with_schema(found: re.Match[str]) -> str:
        word, blank, name = found.groups()
        return f'{word}{blank}"{schema}".{name}' if name in _for_people() else found[0]

    return _INTERNAL.sub(f'"{internal_schema(schema)}".', _NAMED.sub(with_schema, text))


def in_words(name: str) -> str:
    """A table's name with `warehouse.` or `internal.` before it, which `with_schemas` turns into the schema."""
    return f"{'internal' if is_internal(METADATA.tables[name]) else 'warehouse'}.{name}"


def with_schemas(text: str, schema: str, database: str | None = None) -> str:
    """A statement in which only names with `warehouse.` or `internal.` are relations of the warehouse.

    Args:
        text: the statement.
        schema: the warehouse's schema.
        database: its database, if a schema alone is ambiguous: DuckDB has a schema main of temporary views, too.
    """
    before = "" if database is None else f'"{database}".'
    return _INTERNAL.sub(f'{before}"{internal_schema(schema)}".', _WAREHOUSE.sub(f'{before}"{schema}".', text))


def without_schema(text: str) -> str:
    """A statement of `sql/` without schemas, for sessions, which have a search path."""
    return _INTERNAL.sub("", text)


@cache
def _for_people() -> frozenset[str]:
    tables = (name for name, table in METADATA.tables.items() if not is_internal(table))
    return frozenset([*tables, *(file.view_name for file in view_files() if not file.is_internal)])
