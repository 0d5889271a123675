"""Runs SQL texts as they are."""

import sqlalchemy as sa

from connector.errors import ConnectorError, ErrorKind
from connector.load.contract.engine_refusals import is_circumstance


def execute_text(connection: sa.Connection, text: str, failure: str, remedy: str) -> None:
    """Runs statements without parameters, so that no driver reads a % or : in a comment as one.

    Args:
        connection: in a transaction.
        text: the statements, separated by semicolons.
        failure: a sentence that says what it means if they fail; the database's message follows it.
        remedy: what to do then.

    Raises:
        ConnectorError: SCHEMA; the transaction is then lost.
        sa.exc.DBAPIError: the database could not do it at this time: disk, rights, a lock or the connection.
    """
    try:
        connection.exec_driver_sql(text, execution_options={"no_parameters": True})
    except sa.exc.DBAPIError as error:
        if is_circumstance(error.orig):
            raise  # the session explains it
        reason = str(error.orig).strip().splitlines()[0]
        raise ConnectorError(ErrorKind.SCHEMA, f"{failure} {reason}", remedy=remedy) from error
