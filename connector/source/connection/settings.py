"""What the source needs to know: key, domain, sizes of requests, time-outs. Checked before anything is sent."""

import dataclasses
import ipaddress
from urllib.parse import urlsplit

from connector.config import EUROPE, UNITED_STATES, Settings
from connector.credentials import without_credentials
from connector.errors import ConnectorError, ErrorKind

_DEFAULTS = Settings()
"""The defaults of options, which are declared there."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SourceSettings:
    """How to reach Encord and how much to ask of it.

    The key comes from `ssh_key_file`, or from `ssh_key` where that is not given.

    Attributes:
        ssh_key_file: path of an Ed25519 private key in OpenSSH form; `~` is expanded.
        ssh_key: the text of such a key.
        ssh_key_passphrase: the key's passphrase, if it has one.
        domain: the API's address without a path; the United States region is https://api.us.encord.com.
        bundle_rows: the most label rows in a request.
        bundle_bytes: how much label JSON a request aims at, in bytes; one label row may be larger.
        requests_in_flight: the most label requests at the same time, bundles that nobody has taken yet included.
        retry_attempts: how often one request is tried in all.
        retry_wait_seconds: the first wait between two attempts; doubles, with jitter.
        retry_wait_max_seconds: the longest such wait.
        retry_after_cap_seconds: the longest wait that the server may ask for (Retry-After); a longer one ends the run.
        connect_timeout_seconds: the longest wait for a connection.
        read_timeout_seconds: the longest wait for the next bytes of an answer (not for the whole answer).
        answer_timeout_seconds: the longest wait for the whole answer.
        max_unpacked_bytes: the largest listing, and the largest answer with label rows, once unpacked.
        include_client_metadata: whether to ask for the customer's own metadata of each data unit too.

    Raises:
        ConnectorError: CONFIGURATION, if a value cannot be used.
    """

    ssh_key_file: str | None = None
    ssh_key: str | None = dataclasses.field(default=None, repr=False)
    ssh_key_passphrase: str | None = dataclasses.field(default=None, repr=False)
    domain: str = _DEFAULTS.domain
    bundle_rows: int = _DEFAULTS.bundle_rows
    bundle_bytes: int = _DEFAULTS.bundle_bytes
    requests_in_flight: int = _DEFAULTS.requests_in_flight
    retry_attempts: int = _DEFAULTS.retry_attempts
    retry_wait_seconds: float = 1.0
    retry_wait_max_seconds: float = 30.0
    retry_after_cap_seconds: float = _DEFAULTS.retry_after_cap_seconds
    connect_timeout_seconds: float = _DEFAULTS.connect_timeout_seconds
    read_timeout_seconds: float = _DEFAULTS.read_timeout_seconds
    answer_timeout_seconds: float = _DEFAULTS.answer_timeout_seconds
    max_unpacked_bytes: int = _DEFAULTS.max_unpacked_bytes
    include_client_metadata: bool = _DEFAULTS.include_client_metadata

    def __post_init__(self) -> None:
        object.__setattr__(self, "domain", checked_domain(self.domain))
        for name in ("bundle_rows", "bundle_bytes", "requests_in_flight", "retry_attempts", "max_unpacked_bytes"):
            if getattr(self, name) < 1:
                raise ConnectorError(ErrorKind.CONFIGURATION, f"{name} must be at least 1, not {getattr(self, name)}.")
        for name in ("connect_timeout_seconds", "read_timeout_seconds", "answer_timeout_seconds"):
            if not getattr(self, name) > 0:
                raise ConnectorError(ErrorKind.CONFIGURATION, f"{name} must be above 0, not {getattr(self, name)}.")
        for name in ("retry_wait_seconds", "retry_wait_max_seconds", "retry_after_cap_seconds"):
            if not getattr(self, name) >= 0:
                raise ConnectorError(ErrorKind.CONFIGURATION, f"{name} must not be negative.")


def checked_domain(domain: str) -> str:
    """The API's address without a trailing slash.

    The SDK would keep a path for calls of one API and drop it for the other, so an address with a path cannot be used.
    An address without encryption cannot be used either, except for this machine itself.

    Raises:
        ConnectorError: CONFIGURATION, if it is not an https address, or has a path, query, user or password.
    """
    remedy = f"Use {EUROPE}, {UNITED_STATES}, or your private cloud's address, without a path."
    shown = f"The domain {without_credentials(domain)!r}"
    try:
        parts = urlsplit(domain.strip())
        port_is_valid = parts.port is None or parts.port > 0
    except ValueError:
        raise ConnectorError(ErrorKind.CONFIGURATION, "The domain is not a web address.", remedy=remedy) from None
    if "@" in domain:
        raise ConnectorError(ErrorKind.CONFIGURATION, "The domain must not hold a user or password.", remedy=remedy)
    if parts.scheme not in {"http", "https"} or not parts.hostname or not port_is_valid:
        raise ConnectorError(ErrorKind.CONFIGURATION, f"{shown} is not a web address.", remedy=remedy)
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise ConnectorError(ErrorKind.CONFIGURATION, f"{shown} has a path.", remedy=remedy)
    if parts.scheme == "http" and not _is_this_machine(parts.hostname):
        raise ConnectorError(
            ErrorKind.CONFIGURATION,
            f"{shown} has no encryption: http is only for a server on this machine.",
            remedy=f"Write https://{parts.netloc}.",
        )
    return f"{parts.scheme}://{parts.netloc}"


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
