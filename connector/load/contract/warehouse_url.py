"""Reads the URL that `--warehouse` takes, and the name that `--schema` takes.

No message repeats a piece of a URL that may be part of its password. None is raised from a library's error that might
repeat one either, because --debug shows these.
"""

import difflib
import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError

from connector.credentials import without_credentials
from connector.errors import ConnectorError, ErrorKind
from connector.load.contract.lake_location import LAKE_EXAMPLES, LakeLocation, lake_location
from connector.load.contract.postgres_location import EXAMPLE, SETTINGS, PostgresLocation, postgres_location

_EXAMPLES = f"Give duckdb:///labels.duckdb (relative), duckdb:////absolute/labels.duckdb, {EXAMPLE}, {LAKE_EXAMPLES}."
_ENCODE = "In a user's name or a password write @ as %40, / as %2F, : as %3A, ? as %3F and % as %25."

_SCHEMA = r"(?!(?:.*_)?internal$)[a-z_][a-z0-9_]{0,53}"
"""PostgreSQL's names have 63 characters; the rest is for the name of the second schema, `…_internal`."""

_DUCKDB_SETTINGS = ("memory_limit", "threads")
"""DuckDB settings that the URL may carry, as in duckdb:///labels.duckdb?memory_limit=4GB&threads=2."""


@dataclass(frozen=True, slots=True)
class DuckDBLocation:
    """A DuckDB file and the schema in it.

    Attributes:
        path: the file.
        schema: the schema of the tables.
        settings: DuckDB settings given in the URL.
    """

    path: Path
    schema: str
    settings: dict[str, str]


def warehouse_location(url: str, schema: str | None = None) -> DuckDBLocation | PostgresLocation | LakeLocation:
    """Reads a warehouse URL; each engine has its own type of location.

    Raises:
        ConnectorError: CONFIGURATION if it is not a URL, is ambiguous, or names an engine that this release does not
            write to.
    """
    try:
        parsed = sa.make_url(url)
    except (ArgumentError, ValueError):  # a ValueError: its port is not a number
        raise ConnectorError(
            ErrorKind.CONFIGURATION, f"The warehouse is not a URL. {_ENCODE}", remedy=_EXAMPLES
        ) from None
    if schema is not None and not re.fullmatch(_SCHEMA, schema):
        raise ConnectorError(
            ErrorKind.CONFIGURATION,
            f"The schema's name cannot be used: {without_credentials(schema)!r}.",
            remedy="Use up to 54 lower-case letters, digits and _; begin with no digit, and do not end in internal.",
        )
    engine = parsed.get_backend_name()
    if engine == "duckdb":
        _refuse_unknown_settings(parsed, url.partition("?")[2], _DUCKDB_SETTINGS)
        return _duckdb_location(parsed, schema or "main")
    if engine == "iceberg":
        _refuse_unknown_settings(parsed, url.partition("?")[2], _DUCKDB_SETTINGS)
        return lake_location(parsed, schema)
    if engine in {"postgresql", "postgres"}:
        _refuse_stray_at_sign(parsed, url)
        _refuse_unknown_settings(parsed, url.rpartition("@")[2].partition("?")[2], SETTINGS)
        return postgres_location(parsed, schema)
    raise ConnectorError(ErrorKind.CONFIGURATION, f"Unknown kind of warehouse: {engine}.", remedy=_EXAMPLES)


def _refuse_stray_at_sign(parsed: sa.URL, url: str) -> None:
    """Refuses an @ that does not end user and password: pieces of a password would be taken for a host or a name.

    Behind a ? it may be part of a password that stands among the settings.
    """
    in_place = parsed.username is not None and "?" not in url.partition("@")[0]
    if url.count("@") > in_place:
        raise ConnectorError(
            ErrorKind.CONFIGURATION, "The warehouse's URL has an @ at a place where it has none.", remedy=_ENCODE
        )


def _refuse_unknown_settings(parsed: sa.URL, settings: str, known: Collection[str]) -> None:
    """Refuses unknown settings, which may be pieces of a password, and a ? that no settings follow.

    Args:
        parsed: the URL.
        settings: the text after its ?, as written, because the library leaves out settings without a value.
        known: the names that the engine accepts.
    """
    if settings and not all(re.fullmatch("[^=]+=.+", setting, re.DOTALL) for setting in settings.split("&")):
        raise ConnectorError(
            ErrorKind.CONFIGURATION,
            "A ? in the warehouse's URL begins its settings, name=value&name=value; here is something else behind it.",
            remedy="Write a ? that belongs to a file's name or a password as %3F.",
        )
    if unknown := sorted(set(parsed.query) - set(known)):
        close = [match for name in unknown for match in difflib.get_close_matches(name, known, n=1)]
        hint = f"Did you mean {close[0]}? " if close else ""
        raise ConnectorError(
            ErrorKind.CONFIGURATION,
            "The warehouse's URL has settings that are not known.",
            remedy=f"{hint}Known are {', '.join(known)}."
            + (" A password stands before the @, or in ~/.pgpass or PGPASSWORD." if known is SETTINGS else ""),
        )


def _duckdb_location(url: sa.URL, schema: str) -> DuckDBLocation:
    if url.host or not url.database or url.database.startswith((":memory:", "md:")):
        raise ConnectorError(
            ErrorKind.CONFIGURATION,
            "The warehouse's URL names no file (three slashes, then the path).",
            remedy=_EXAMPLES,
        )
    if without_credentials(url.database) != url.database:
        raise ConnectorError(
            ErrorKind.CONFIGURATION,
            "The DuckDB file of the warehouse's URL looks like a server's address with a password.",
            remedy=_EXAMPLES,
        )
    path = Path(url.database)
    # In encord.duckdb, encord.project could be table project of schema encord or of the database. With main.duckdb this
    # is no problem, because DuckDB renames its own main.
    if path.stem.lower() == schema != "main":
        raise ConnectorError(
            ErrorKind.CONFIGURATION,
            f"The file {path.name} and the schema {schema} have the same name, which makes every {schema}.… ambiguous.",
            remedy="Rename one of them, for example labels.duckdb.",
        )
    return DuckDBLocation(path, schema, {name: str(value) for name, value in url.query.items()})
