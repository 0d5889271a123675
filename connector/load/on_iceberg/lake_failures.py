"""What a failure of the catalog, or of the files behind it, means for the user."""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from pyiceberg.exceptions import (
    CommitFailedException,
    CommitStateUnknownException,
    ForbiddenError,
    NoSuchTableError,
    UnauthorizedError,
    ValidationException,
)

from connector.errors import ConnectorError, ErrorKind
from connector.load.contract.lake_location import LakeLocation

_PYICEBERG = "pyiceberg.exceptions"
_RUN_AGAIN = "What was committed before stays; run again when it is well."
_MEANING: tuple[tuple[type[Exception] | tuple[type[Exception], ...], str, str], ...] = (
    (
        (ForbiddenError, UnauthorizedError, PermissionError),
        "this user may not do that there",
        "Give it the rights to read and write the namespaces and their files.",
    ),
    (
        NoSuchTableError,
        "a table is missing that was there",
        "Somebody dropped it; `encord-sync migrate` makes it again, and `sync --full` fills it.",
    ),
    (
        CommitStateUnknownException,
        "the catalog did not say whether a commit was made",
        "Run again: what is missing is fetched again, and nothing comes twice.",
    ),
    (
        (CommitFailedException, ValidationException),
        "another process kept changing the same rows",
        "Run again when it has ended.",
    ),
    (FileNotFoundError, "a file, folder or bucket is not there", "See that the warehouse's location exists."),
    (NotImplementedError, "the catalog cannot do what this needs", "Use another kind of catalog."),
)


@contextmanager
def lake_failures(location: LakeLocation) -> Iterator[None]:
    """A block in which errors of pyiceberg, of its catalog and its files become ConnectorError(WAREHOUSE).

    No message repeats what a library says of a request, which may hold addresses that were signed.
    """
    try:
        yield
    except ConnectorError:
        raise
    except sa.exc.SQLAlchemyError as error:
        raise _failure(location, "its SQL catalog does not answer", _RUN_AGAIN) from error
    except Exception as error:
        if not isinstance(error, (OSError, ValueError, RuntimeError)) and type(error).__module__ != _PYICEBERG:
            raise
        for kinds, why, remedy in _MEANING:
            if isinstance(error, kinds):
                raise _failure(location, why, remedy) from error
        raise _failure(location, f"{type(error).__name__} in its catalog or files", _RUN_AGAIN) from error


def _failure(location: LakeLocation, why: str, remedy: str) -> ConnectorError:
    return ConnectorError(ErrorKind.WAREHOUSE, f"The lake {location.shown} cannot be used: {why}.", remedy=remedy)
