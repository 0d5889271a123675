"""The extra package that a lake needs: required if the warehouse is one, never otherwise."""

from connector.errors import ConnectorError, ErrorKind


def require_pyiceberg() -> None:
    """Checks that pyiceberg can be imported.

    Raises:
        ConnectorError: CONFIGURATION, with the command that installs it.
    """
    try:
        import pyiceberg  # noqa: F401 - only whether it is there
        import pyiceberg_core  # type: ignore[import-untyped]  # noqa: F401 - as above; buckets need it
    except ImportError as error:
        raise ConnectorError(
            ErrorKind.CONFIGURATION,
            "A warehouse of Iceberg tables needs pyiceberg, which is not installed.",
            remedy="Run pip install '.[iceberg]' in the checkout.",
        ) from error
