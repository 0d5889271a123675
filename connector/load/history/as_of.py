"""The tables as they were at a moment: what is there now, without what changed since, and with what it was before."""

from collections.abc import Callable

import sqlalchemy as sa

from connector.load.contract.statements import column_list, key_columns, sql
from connector.load.tables import LABEL_TABLES, METADATA
from connector.load.tables.declaration import FLAG, INSTANT, INTEGER, NUMBER, TEXT
from connector.load.tables.history import HISTORIES, kept_columns
from connector.load.tables.source_metadata import FACT_COLUMNS

_SQL_TYPES = {
    type(TEXT): "VARCHAR",
    type(INTEGER): "BIGINT",
    type(NUMBER): "DOUBLE PRECISION",
    type(FLAG): "BOOLEAN",
    type(INSTANT): "TIMESTAMPTZ",
}

_AS_OF = """\
SELECT {columns} FROM {present} AS present
WHERE {is_known} AND NOT EXISTS (
    SELECT 1 FROM {history} AS later WHERE later.replaced_at > {moment} AND {same_key}
)
UNION ALL
SELECT {columns} FROM (
    SELECT DISTINCT ON ({keys}) * FROM {history} WHERE replaced_at > {moment} ORDER BY {keys}, replaced_at
) AS present
WHERE present.change <> 'added' AND {is_known}"""

_PROJECT = "present.project_hash IN (SELECT project_hash FROM {history_clock} WHERE known_since <= {moment})"
_VERSIONS = (
    "SELECT {columns} FROM {label_row_version} WHERE written_at <= {moment}"
    " AND project_hash IN (SELECT project_hash FROM {history_clock} WHERE known_since <= {moment})"
)


def table_as_of(name: str, moment: str, place: Callable[[str], str]) -> str:
    """A query for the rows of a table at a moment; columns without a past are NULL in it.

    Before the first moment that is known of a project it has no rows of that project.

    Args:
        name: the table, one of HISTORIES.
        moment: the moment as an SQL expression.
        place: gives the name of a table its schema.
    """
    table = METADATA.tables[name]
    keys = key_columns(table)
    names = {each: place(each) for each in ("history_clock", "label_row_version")}
    return sql(
        _AS_OF,
        columns=", ".join(_shown(table, column, moment, names) for column in table.columns.keys()),
        present=place(name),
        history=place(HISTORIES[name].name),
        moment=moment,
        keys=column_list(keys),
        same_key=" AND ".join(f"later.{key} = present.{key}" for key in keys),
        is_known=sql(_condition(name), moment=moment, **names),
    )


def _condition(name: str) -> str:
    """Whether a row may have been there, if nothing says when it was added: what came first is not written down."""
    if name in LABEL_TABLES:
        return f"present.label_hash IN ({sql(_VERSIONS, columns='label_hash', **_LATER)})"
    if name == "data_frame":
        versions = sql(_VERSIONS, columns="project_hash, data_hash", **_LATER)
        return f"(present.project_hash, present.data_hash) IN ({versions})"
    return _PROJECT


_LATER = {name: f"{{{name}}}" for name in ("label_row_version", "history_clock", "moment")}


def _shown(table: sa.Table, column: str, moment: str, names: dict[str, str]) -> str:
    sql_type = _SQL_TYPES[type(table.columns[column].type)]
    if column not in kept_columns(table):
        return f"CAST(NULL AS {sql_type}) AS {column}"
    if table.name == "label_row" and column in FACT_COLUMNS:
        versions = sql(_VERSIONS, columns="label_hash", moment=moment, **names)
        return f"CASE WHEN present.label_hash IN ({versions}) THEN present.{column} END AS {column}"
    return f"present.{column}"
