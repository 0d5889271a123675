"""What a failure of the catalog, or of the files behind it, means for the user."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

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


class _Meaning(NamedTuple):
    why: str
    remedy: str


_NO_RIGHTS = _Meaning(
    "this user may not do that there", "Give it the rights to read and write the namespaces and their files."
)
_NO_ANSWER = _Meaning("its SQL catalog does not answer", _RUN_AGAIN)
_NOT_THERE = _Meaning("a file, folder or bucket is not there", "See that the warehouse's location exists.")
_MEANING: tuple[tuple[type[Exception] | tuple[type[Exception], ...], _Meaning], ...] = (
    ((ForbiddenError, UnauthorizedError, PermissionError), _NO_RIGHTS),
    (
        NoSuchTableError,
        _Meaning(
            "a table is missing that was there",
            "Somebody dropped it; `encord-sync migrate` makes it again, and `sync --full` fills it.",
        ),
    ),
    (
        CommitStateUnknownException,
        _Meaning(
            "the catalog did not say whether a commit was made",
            "Run again: what is missing is fetched again, and nothing comes twice.",
        ),
    ),
    (
        (CommitFailedException, ValidationException),
        _Meaning("another process kept changing the same rows", "Run again when it has ended."),
    ),
    (FileNotFoundError, _NOT_THERE),
    (NotImplementedError, _Meaning("the catalog cannot do what this needs", "Use another kind of catalog.")),
)
_SAID_BY_STORAGE = {
    "NO_SUCH_BUCKET": _NOT_THERE,
    "ACCESS_DENIED": _NO_RIGHTS,
    "INVALID_ACCESS_KEY_ID": _NO_RIGHTS,
    "SIGNATURE_DOES_NOT_MATCH": _NO_RIGHTS,
}
"""What Arrow says of an answer of S3, whose errors are all of one type."""
_INSUFFICIENT_PRIVILEGE = "42501"


@contextmanager
def lake_failures(location: LakeLocation) -> Iterator[None]:
    """A block in which errors of pyiceberg, of its catalog and its files become ConnectorError(WAREHOUSE).

    No message repeats what a library says of a request, which may hold addresses that were signed.
    """
    try:
        yield
    except ConnectorError:
        raise
    except Exception as error:
        is_of_files = isinstance(error, (OSError, ValueError, RuntimeError, sa.exc.SQLAlchemyError))
        if not is_of_files and type(error).__module__ != _PYICEBERG:
            raise
        raise _failure(location, _meaning(error)) from error


def _meaning(error: Exception) -> _Meaning:
    if isinstance(error, sa.exc.SQLAlchemyError):
        of_driver = getattr(error, "orig", None)
        codes = {getattr(of_driver, name, None) for name in ("sqlstate", "pgcode")}
        return _NO_RIGHTS if _INSUFFICIENT_PRIVILEGE in codes else _NO_ANSWER
    said = next((meaning for word, meaning in _SAID_BY_STORAGE.items() if word in str(error)), None)
    known = (meaning for kinds, meaning in _MEANING if isinstance(error, kinds))
    return said or next(known, _Meaning(f"{type(error).__name__} in its catalog or files", _RUN_AGAIN))


def _failure(location: LakeLocation, meaning: _Meaning) -> ConnectorError:
    return ConnectorError(
        ErrorKind.WAREHOUSE, f"The lake {location.shown} cannot be used: {meaning.why}.", remedy=meaning.remedy
    )
