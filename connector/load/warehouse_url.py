"""Reading the URL that `--warehouse` takes, and the name that `--schema` takes."""

import re
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError

from connector.errors import ConnectorError, ErrorKind
from connector.load.postgres_location import EXAMPLE, PostgresLocation, postgres_location

_EXAMPLES = f"Give duckdb:///labels.duckdb (relative), duckdb:////absolute/labels.duckdb, or {EXAMPLE}."

_SCHEMA = r"(?!(?:.*_)?internal$)[a-z_][a-z0-9_]{0,53}"
"""PostgreSQL's names have 63 characters: what is left is for the name of the schema beside it, `…_internal`."""

_DUCKDB_SETTINGS = ("memory_limit", "threads")
"""DuckDB settings that the URL may carry, as in duckdb:///labels.duckdb?memory_limit=4GB&threads=2."""


@dataclass(frozen=True, slots=True)
class DuckDBLocation:
    """A DuckDB file and the schema in it.

    Attributes:
        path: the file.
        schema: the schema that the tables live in.
        settings: DuckDB settings given in the URL.
    """

    path: Path
    schema: str
    settings: dict[str, str]


def warehouse_location(url: str, schema: str | None = None) -> DuckDBLocation | PostgresLocation:
    """Reads a warehouse URL; each engine has its own type of location.

    Raises:
        ConnectorError: CONFIGURATION if the URL is none, or of an engine that this release does not write to; never
            repeats a password.
    """
    try:
        parsed = sa.make_url(url)
    except ArgumentError as error:
        raise ConnectorError(ErrorKind.CONFIGURATION, "The warehouse is not a URL.", remedy=_EXAMPLES) from error
    if schema is not None and not re.fullmatch(_SCHEMA, schema):
        raise ConnectorError(
            ErrorKind.CONFIGURATION,
            f"The schema's name cannot be used: {schema!r}.",
            remedy="Use up to 54 lower-case letters, digits and _; begin with no digit, and do not end in internal.",
        )
    engine = parsed.get_backend_name()
    if engine == "duckdb":
        return _duckdb_location(parsed, schema or "main")
    if engine in {"postgresql", "postgres"}:
        return postgres_location(parsed, schema)
    raise ConnectorError(ErrorKind.CONFIGURATION, f"Unknown kind of warehouse: {engine}.", remedy=_EXAMPLES)


def _duckdb_location(url: sa.URL, schema: str) -> DuckDBLocation:
    if url.host or not url.database or url.database.startswith((":memory:", "md:")):
        raise ConnectorError(
            ErrorKind.CONFIGURATION,
            "The warehouse's URL names no file (three slashes, then the path).",
            remedy=_EXAMPLES,
        )
    if unknown := sorted(set(url.query) - set(_DUCKDB_SETTINGS)):
        raise ConnectorError(
            ErrorKind.CONFIGURATION,
            f"The warehouse's URL has settings that are not known: {', '.join(unknown)}.",
            remedy=f"Known are {' and '.join(_DUCKDB_SETTINGS)}.",
        )
    path = Path(url.database)
    # In encord.duckdb, encord.project could be table project of schema encord or of the database; DuckDB renames its
    # own main, so that main.duckdb is no problem.
    if path.stem.lower() == schema != "main":
        raise ConnectorError(
            ErrorKind.CONFIGURATION,
            f"The file {path.name} and the schema {schema} have the same name, which makes every {schema}.… ambiguous.",
            remedy="Rename one of them, for example labels.duckdb.",
        )
    return DuckDBLocation(path, schema, {name: str(value) for name, value in url.query.items()})
