"""The script that makes a lake's views in Spark's catalog: definitions over tables, not over files, so they stay valid.

Views that Spark would take too long to plan are stored as tables, which the script makes again each time it runs. Those
of what changed are left out.
"""

from collections.abc import Iterator

from sqlglot import exp

from connector.load.contract.statements import column_list
from connector.load.on_iceberg.layout import (
    COMMIT_ID,
    LAKE_TABLES,
    OWNED,
    PROJECT_HASH,
    Owned,
    shown_rows,
    views_of_the_present,
)
from connector.load.tables import METADATA
from connector.sql_files import ViewFile
from connector.views.spark.relation_names import RelationNames
from connector.views.spark.stored_views import STORED_VIEWS, taken_out
from connector.views.spark.translation import in_sparks_sql


def standing_script(names: RelationNames) -> str:
    """The statements, each ending in a semicolon at the end of a line.

    Raises:
        ConnectorError: INTERNAL, if a view has something that cannot be said in Spark's SQL.
    """
    statements = [
        *(f"CREATE NAMESPACE IF NOT EXISTS {namespace}" for namespace in names.namespaces()),
        *(base_view(name, names) for name in LAKE_TABLES if name in METADATA.tables),
        *(statement for file in views_of_the_present() for statement in definitions(file, names)),
    ]
    return "\n\n".join(f"{statement};" for statement in statements)


def base_view(name: str, names: RelationNames) -> str:
    """The rows of a table that are valid, with the columns that it has on the other engines."""
    for owned in OWNED:
        if name in owned.tables:
            return _view(name, _valid_rows(name, owned, names), str(METADATA.tables[name].comment), names)
    query = shown_rows(name, names.stored(name), line="\n")
    return _view(name, query, str(METADATA.tables[name].comment), names)


def definitions(file: ViewFile, names: RelationNames) -> Iterator[str]:
    """What makes a view of `sql/`, or the table that stands for it, and before it the part that is stored.

    Raises:
        ConnectorError: INTERNAL, if the view has something that cannot be said in Spark's SQL.
    """
    part, query = taken_out(file.view_name, in_sparks_sql(file))
    if part is not None:
        yield _table(names.internal(part.name), part.query, f"A part of {file.view_name}.", names)
    if file.view_name in STORED_VIEWS:
        yield _table(names.shown(file.view_name), query, file.description, names)
    else:
        yield _view(file.view_name, _written(query, names), file.description, names)


def _valid_rows(name: str, owned: Owned, names: RelationNames) -> str:
    # The owner comes first, because Spark loads tables in this order: the rows that it names are there before it does.
    # DISTINCT, because several branches of a data unit name one commit.
    link = f"{PROJECT_HASH}, {owned.link}, {COMMIT_ID}"
    return (
        f"SELECT {column_list(METADATA.tables[name].columns.keys(), 'owned.')}\n"
        f"FROM (SELECT DISTINCT {link} FROM {names.stored(owned.owner)}) AS owner\n"
        f"JOIN {names.stored(name)} AS owned\n"
        f"  ON owned.{PROJECT_HASH} = owner.{PROJECT_HASH} AND owned.{owned.link} = owner.{owned.link}"
        f" AND owned.{COMMIT_ID} = owner.{COMMIT_ID}"
    )


def _view(name: str, query: str, comment: str, names: RelationNames) -> str:
    return f"CREATE OR REPLACE VIEW {names.shown(name)} COMMENT {_text(comment)} AS\n{query}"


def _table(name: str, query: exp.Expr, comment: str, names: RelationNames) -> str:
    return f"CREATE OR REPLACE TABLE {name} USING iceberg COMMENT {_text(comment)} AS\n{_written(query, names)}"


def _written(query: exp.Expr, names: RelationNames) -> str:
    return names.placed(query).sql(dialect="spark", pretty=True, comments=False)


def _text(text: str) -> str:
    return exp.Literal.string(text).sql(dialect="spark")
