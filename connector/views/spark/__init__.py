"""Says in Spark's SQL what `sql/` says: the same views over a lake's tables, as definitions that stay valid."""

from connector.errors import ConnectorError, ErrorKind


def require_sqlglot() -> None:
    """Checks that sqlglot can be imported, which a lake installed by an older release may lack.

    Raises:
        ConnectorError: CONFIGURATION, with the command that installs it.
    """
    try:
        import sqlglot  # noqa: F401 - only whether it is there
    except ImportError as error:
        raise ConnectorError(
            ErrorKind.CONFIGURATION,
            "The views are translated with sqlglot, which is not installed.",
            remedy="Run pip install '.[iceberg]' in the checkout.",
        ) from error
