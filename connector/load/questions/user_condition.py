"""A condition in SQL from a user (`--where`): one expression over the columns of a view, run read-only."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from connector.errors import ConnectorError, ErrorKind
from connector.load.contract.session import DataRefusedError, Session


def checked_condition(condition: str, option: str = "--where") -> str:
    """The condition in parentheses, for use after AND.

    Only an expression may pass: with a query around it, DuckDB's own parser must find exactly one statement. PostgreSQL
    refuses a second statement by itself, because every query of the connector has parameters.

    Args:
        condition: the user's text.
        option: the option that gave it, for messages.

    Raises:
        ConnectorError: CONFIGURATION, if it is empty, holds a second statement, or a `$` that reads as a parameter.
    """
    if not condition.strip():
        raise ConnectorError(
            ErrorKind.CONFIGURATION, f"{option} is empty.", remedy="Give a condition, such as frame < 100."
        )
    if re.search(r"\$\w", condition):
        raise ConnectorError(
            ErrorKind.CONFIGURATION,
            f"{option} holds a $ before a letter or digit, which is how parameters are written.",
            remedy="In a text write '…' || chr(36) || '…'.",
        )
    # The line break ends a comment at the end of the user's text, if there is one.
    enclosed = f"({condition}\n)"
    try:
        kinds = [statement.type for statement in duckdb.extract_statements(f"SELECT 1 WHERE {enclosed}")]
    except duckdb.ParserException:
        # It may be valid for PostgreSQL only; a second statement would parse on both.
        kinds = [duckdb.StatementType.SELECT]
    if kinds != [duckdb.StatementType.SELECT]:
        raise ConnectorError(
            ErrorKind.CONFIGURATION,
            f"{option} is not one condition: it holds another statement.",
            remedy="Give what would stand behind WHERE, without a semicolon.",
        )
    return enclosed


@contextmanager
def condition_errors(session: Session, option: str = "--where") -> Iterator[None]:
    """Turns an engine's error about the user's condition into a message about the option; for use in a transaction.

    Raises:
        ConnectorError: CONFIGURATION. It quotes the engine only if the engine cannot quote a row.
    """
    value_errors: tuple[type[Exception], ...] = (DataRefusedError, *session.value_errors)
    try:
        yield
    except session.statement_errors as error:
        reason = str(error).partition("\n")[0]
        raise ConnectorError(
            ErrorKind.CONFIGURATION,
            f"{option} cannot be used: {reason}",
            remedy="It is SQL over the columns that docs/reference/views.md lists for the view.",
        ) from error
    except value_errors as error:
        raise ConnectorError(
            ErrorKind.CONFIGURATION,
            f"{option} cannot be evaluated for some row: a value does not convert to what it is compared with.",
            remedy="Compare texts with texts and numbers with numbers; TRY_CAST helps on DuckDB.",
        ) from error
