"""Compares rows that Spark wrote to files with the same view of a DuckDB warehouse, row by row and both ways."""

from collections.abc import Iterator
from pathlib import Path

import duckdb

from connector.sql_files import ViewFile

TOLERANCE = 1e-12
"""Of numbers, relative to the greater one above 1: sums are added up in another order."""
BY_THE_CLOCK = {"synced_at"}
"""What each sync writes by its own clock."""
_NUMBER = r"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?"


def differences(connection: duckdb.DuckDBPyConnection, file: ViewFile, written: Path) -> Iterator[str]:
    """What differs between a view and the Parquet files in a folder, in words.

    Args:
        connection: to a DuckDB warehouse.
        file: the view.
        written: the folder of what Spark has of it.
    """
    relation = f"internal.{file.view_name}" if file.is_internal else file.view_name
    types = dict(connection.execute(f"SELECT column_name, column_type FROM (DESCRIBE {relation})").fetchall())
    there = f"read_parquet('{written}/*.parquet')"
    found = dict(
        connection.execute(f"SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM {there})").fetchall()
    )
    if list(types) != list(found):
        yield f"{relation}: columns {list(types)} here, {list(found)} in Spark"
        return
    keys = [key.removesuffix("?") for key in file.key_columns]
    on = " AND ".join(f"here.{key} IS NOT DISTINCT FROM there.{key}" for key in keys)
    joined = (
        f"(SELECT *, 1 AS is_here FROM {relation}) AS here"
        f" FULL JOIN (SELECT *, 1 AS is_there FROM {there}) AS there ON {on}"
    )
    counts = connection.execute(
        f"SELECT (SELECT count(*) FROM {relation}), (SELECT count(*) FROM {there}),"
        f" count(*) FILTER (WHERE is_there IS NULL), count(*) FILTER (WHERE is_here IS NULL) FROM {joined}"
    ).fetchone()
    if counts is None or counts[0] != counts[1] or counts[2] or counts[3]:
        yield f"{relation}: rows here, in Spark, only here, only in Spark: {counts}"
    elif not counts[0]:
        yield f"{relation}: nothing is compared, because it has no rows"
    for column, column_type in types.items():
        if column in BY_THE_CLOCK:
            continue
        same = _same(column, column_type)
        unequal = connection.execute(
            f"SELECT here.{column}, there.{column} FROM {joined} WHERE is_here = 1 AND is_there = 1 AND NOT ({same})"
        ).fetchall()
        if unequal:
            yield f"{relation}.{column}: {len(unequal)} differ, such as {unequal[0]}"


def _same(column: str, column_type: str) -> str:
    here, there = f"here.{column}", f"there.{column}"
    neither = f"({here} IS NULL AND {there} IS NULL)"
    if column_type == "DOUBLE":
        return f"{neither} OR coalesce({_near(here, there)}, false)"
    if column.startswith("wkt"):
        # The engines write one number in several ways.
        words = " = ".join(f"regexp_replace({text}, '{_NUMBER}', '0', 'g')" for text in (here, there))
        numbers = ", ".join(
            f"list_transform(regexp_extract_all({text}, '{_NUMBER}'), lambda n: CAST(n AS DOUBLE))"
            for text in (here, there)
        )
        near = f"list_bool_and(list_transform(list_zip({numbers}), lambda pair: {_near('pair[1]', 'pair[2]')}))"
        return f"{neither} OR coalesce({words} AND {near}, false)"
    return f"{here} IS NOT DISTINCT FROM {there}"


def _near(one: str, other: str) -> str:
    return f"abs({one} - {other}) <= {TOLERANCE} * greatest(1, abs({one}), abs({other}))"
