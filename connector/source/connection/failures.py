"""Translates what the SDK raises into the connector's own errors.

The messages are made here, from the exception's class, the answer's status and the ids that were asked for. They never
repeat the exception's own text, because the SDK puts whole response bodies (labels, signed URLs) into it.
"""

import json

import requests

from connector.config import EUROPE, UNITED_STATES
from connector.errors import ConnectorError, ErrorKind
from connector.source.answers.exchange import Exchange
from connector.source.connection import sdk
from connector.source.connection.network_faults import network_fault, proxy_refusal

SDK_FAILURES = (
    sdk.EncordException,
    requests.RequestException,
    LookupError,
    TypeError,
    AttributeError,
    ValueError,
    RecursionError,
)
"""What a call of the SDK may raise: an answer of an unexpected shape raises an ordinary error of Python."""

_AUTHENTICATION = (sdk.AuthenticationError, sdk.SshKeyNotFound, sdk.DuplicateSshKeyError)
_PERMISSION = (sdk.AuthorisationError, sdk.OperationNotAllowed)
_TOO_LARGE = (sdk.PayloadTooLargeError, sdk.MultiLabelLimitError)
_NO_USABLE_ANSWER = (
    sdk.RequestException,
    sdk.GenericServerError,
    sdk.UnknownException,
    requests.RequestException,
    json.JSONDecodeError,
)
_KIND_OF_STATUS = {
    401: ErrorKind.AUTHENTICATION,
    403: ErrorKind.PERMISSION,
    413: ErrorKind.TOO_LARGE,
    429: ErrorKind.RATE_LIMITED,
}


def translate(
    error: Exception,
    exchange: Exchange,
    *,
    domain: str,
    not_found: ErrorKind = ErrorKind.PERMISSION,
    is_first: bool = False,
) -> ConnectorError:
    """The connector's error for one of `SDK_FAILURES`.

    Args:
        error: what the SDK raised.
        exchange: what was attempted, and the answer as far as there was one.
        domain: the API's address.
        not_found: the kind for "not found": a missing project looks the same as one without access.
        is_first: whether no request of this run has been answered yet.
    """
    doing, status = exchange.doing, exchange.status
    if status is None and (fault := network_fault(error, doing=doing, domain=domain, is_first=is_first)):
        return fault
    if status is not None and status == requests.codes.proxy_authentication_required:
        return proxy_refusal(status, doing=doing, domain=domain)
    kind = _kind(error, status, not_found)
    hint = getattr(error, "retry_after", None)
    retry_after = exchange.retry_after if exchange.retry_after is not None else hint
    match kind:
        case ErrorKind.AUTHENTICATION:
            message, remedy = f"Encord does not accept the SSH key ({doing}, at {domain}).", _other_region(domain)
        case ErrorKind.PERMISSION:
            message = f"No access, or no such thing: {doing}, at {domain}."
            remedy = f"Check the id, and that the key's owner is a member of the project. {_other_region(domain)}"
        case ErrorKind.RATE_LIMITED:
            message, remedy = f"Encord's rate limit was reached ({doing}).", "Run again later, or less in parallel."
        case ErrorKind.TOO_LARGE:
            message, remedy = f"Encord refused a request for its size ({doing}).", "Lower bundle_rows or bundle_bytes."
        case ErrorKind.MISSING:
            message, remedy = f"Encord does not know what was asked for ({doing}).", ""
        case ErrorKind.SOURCE_CONTENT:
            message, remedy = (
                f"Encord could not serve this, or in no form that is known ({doing}): {_cause(error)}.",
                "",
            )
        case _:
            message = f"No usable answer from {domain} ({doing}): {_symptom(error, status)}."
            remedy = "Check the network, proxy and domain; if they are well, run again later."
    return ConnectorError(kind, message, remedy=remedy, retry_after=retry_after)


def _kind(error: Exception, status: int | None, not_found: ErrorKind) -> ErrorKind:
    """Typed exceptions decide first, then the status, if the exception only says that something went wrong."""
    for classes, kind in (
        (_AUTHENTICATION, ErrorKind.AUTHENTICATION),
        (_PERMISSION, ErrorKind.PERMISSION),
        (_TOO_LARGE, ErrorKind.TOO_LARGE),
        (sdk.RateLimitExceededError, ErrorKind.RATE_LIMITED),
        (sdk.ResourceNotFoundError, not_found),
    ):
        if isinstance(error, classes):
            return kind
    if status == 404:
        return not_found
    if status in _KIND_OF_STATUS:
        return _KIND_OF_STATUS[status]
    if isinstance(error.__cause__, RecursionError):
        return ErrorKind.SOURCE_CONTENT  # it arrived complete, but is nested too deep to be decoded
    if isinstance(error, _NO_USABLE_ANSWER) or (status is not None and status >= 500):
        return ErrorKind.UNREACHABLE
    return ErrorKind.SOURCE_CONTENT


def _symptom(error: Exception, status: int | None) -> str:
    cause = _cause(error)
    if status is None:
        return f"no answer ({cause})"
    if status >= 400:
        return f"HTTP status {status}"
    if isinstance(error, (sdk.GenericServerError, sdk.UnknownException)):
        return "the server reported an error"
    return f"the answer was cut short or garbled ({cause})"


def _cause(error: Exception) -> str:
    """The class of the cause of the SDK's exception: ReadTimeoutError, NameResolutionError, JSONDecodeError."""
    cause = error.__cause__ or error
    inner = cause.args[0] if isinstance(cause, requests.ConnectionError) and cause.args else None
    # requests says ConnectionError for nearly everything; urllib3's reason inside tells a time-out from a wrong name.
    reason = getattr(inner, "reason", None)
    return type(reason if isinstance(reason, Exception) else cause).__name__


def _other_region(domain: str) -> str:
    other = EUROPE if domain == UNITED_STATES else UNITED_STATES
    return (
        "Check that its public half is registered with Encord and has not expired or been revoked, that this machine's"
        f" clock is right, and that the region is: the other one is --domain {other}."
    )
