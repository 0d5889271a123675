"""The extra packages that PostgreSQL needs: required if the warehouse is there, never if it is in DuckDB."""

from connector.errors import ConnectorError, ErrorKind


def require_postgres_driver() -> None:
    """Checks that psycopg and pgpq can be imported.

    Raises:
        ConnectorError: CONFIGURATION, with the command that installs them.
    """
    try:
        import pgpq  # noqa: F401 - only whether it is there
        import psycopg  # noqa: F401 - as above; without libpq it raises ImportError too
    except ImportError as error:
        raise ConnectorError(
            ErrorKind.CONFIGURATION,
            "A warehouse in PostgreSQL needs psycopg and pgpq, which are not installed.",
            remedy="Run pip install 'encord-sync[postgres]'.",
        ) from error
