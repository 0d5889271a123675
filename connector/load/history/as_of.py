"""The tables as they were at a moment: what is there now, without what changed since, and with what it was before."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.types import TypeEngine

from connector.load.contract.statements import column_list, key_columns, sql
from connector.load.tables import LABEL_TABLES, METADATA
from connector.load.tables.declaration import FLAG, INSTANT, INTEGER, NUMBER, PERSON, TEXT
from connector.load.tables.histories import HISTORIES, OF_LABELS, kept_columns

_SQL_TYPES: dict[type[TypeEngine[Any]], str] = {
    type(TEXT): "VARCHAR",
    type(PERSON): "VARCHAR",
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

# What was pruned is no longer known, but for the moments that have a name.
_KNOWN_PROJECTS = (
    "SELECT project_hash FROM {history_clock} WHERE began_at <= {moment}"
    " AND (known_since <= {moment} OR {moment} IN (SELECT marked_at FROM {mark}))"
)
_VERSIONS = "SELECT {columns} FROM {label_row_version} WHERE written_at <= {moment} AND project_hash IN ({projects})"


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
    names = {each: place(each) for each in ("history_clock", "label_row_version", "mark")}
    projects = sql(_KNOWN_PROJECTS, moment=moment, **names)
    versions = {"projects": projects, "moment": moment, "label_row_version": names["label_row_version"]}
    has_labels = f"present.label_hash IN ({sql(_VERSIONS, columns='label_hash', **versions)})"
    # What came first is not written down: a row was there if its label row or its project was known.
    if name in LABEL_TABLES:
        is_known = has_labels
    elif name == "data_frame":
        of_units = sql(_VERSIONS, columns="project_hash, data_hash", **versions)
        is_known = f"(present.project_hash, present.data_hash) IN ({of_units})"
    else:
        is_known = f"present.project_hash IN ({projects})"
    return sql(
        _AS_OF,
        columns=", ".join(_shown(table, column.name, has_labels) for column in table.columns),
        present=place(name),
        history=place(HISTORIES[name].name),
        moment=moment,
        keys=column_list(keys),
        same_key=" AND ".join(f"later.{key} = present.{key}" for key in keys),
        is_known=is_known,
    )


def _shown(table: sa.Table, column: str, has_labels: str) -> str:
    if column not in kept_columns(table):
        return f"CAST(NULL AS {_SQL_TYPES[type(table.columns[column].type)]}) AS {column}"
    if table.name == "label_row" and column in OF_LABELS:
        return f"CASE WHEN {has_labels} THEN present.{column} END AS {column}"
    return f"present.{column}"
