"""Translates a query of `sql/` to Spark's SQL: sqlglot's own translation, and rules for what it leaves wrong."""

from collections.abc import Callable

from sqlglot import exp, parse_one

from connector.errors import ConnectorError
from connector.sql_files import ViewFile
from connector.views.spark.attribute_paths import with_walked_paths
from connector.views.spark.clause_rules import (
    with_exploded_frames,
    with_exploded_series,
    with_filtered_arrays,
    with_transformed_arrays,
    with_windows_written_out,
    without_materialisation,
)
from connector.views.spark.expression_rules import (
    with_double_literals,
    with_java_patterns,
    with_joined_arrays,
    with_json_texts,
    with_lengths_of_arrays,
    with_unix_times,
    without_collation,
)

RULES: tuple[Callable[[exp.Expr], exp.Expr], ...] = (
    without_materialisation,
    without_collation,
    with_json_texts,
    with_java_patterns,
    with_unix_times,
    with_filtered_arrays,
    with_transformed_arrays,
    with_windows_written_out,
    with_joined_arrays,
    with_exploded_series,
    with_exploded_frames,
    with_lengths_of_arrays,
    with_double_literals,
    with_walked_paths,
)
"""In this order: sub-queries over arrays go before what is left of their parts is looked at, and what is in Spark's SQL
already comes last."""


def in_sparks_sql(file: ViewFile) -> exp.Expr:
    """What a view selects, as Spark says it; its relations still have the names that `sql/` calls them by.

    Raises:
        ConnectorError: INTERNAL, if the view has something that no rule knows to say in Spark's SQL.
    """
    query: exp.Expr = parse_one(file.query, read="duckdb")
    try:
        for rule in RULES:
            query = rule(query)
    except ConnectorError as error:
        raise ConnectorError(error.kind, f"View {file.view_name}: {error}") from error
    return query
