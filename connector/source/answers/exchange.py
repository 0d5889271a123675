"""One request and its answer, as far as it has come: the thread that asks fills it in, and another one watches it.

It forbids what no answer may do: redirect the request to another host, be endless, or never arrive completely.
"""

import dataclasses
import time
from urllib.parse import urljoin, urlsplit

import requests

from connector.errors import ConnectorError, ErrorKind
from connector.source.answers.retry_after import retry_after_seconds


@dataclasses.dataclass(frozen=True, slots=True)
class SizeLimit:
    """How large the body of a good answer may be, unpacked.

    Attributes:
        size: in bytes.
        option: the option that sets it; empty if none does.
    """

    size: int
    option: str = ""


DECODED = SizeLimit(64_000_000)
"""The limit of an answer that is decoded as a whole: project, ontology, branches, a page of tasks or actions."""
ERROR_BYTES = 1_000_000
"""How much is read of an answer that reports an error; its status says the most important part."""
LEAST_BYTES_A_SECOND = 1_000
"""How fast an answer must come, on average over the longest silence that is allowed."""


@dataclasses.dataclass(frozen=True, slots=True)
class Pace:
    """How slow an answer may be.

    Attributes:
        head_seconds: how long its status and headers may take.
        silence_seconds: how long nothing of its body may come; the least rate is averaged over this time.
        answer_seconds: how long the whole of it may take.
    """

    head_seconds: float
    silence_seconds: float
    answer_seconds: float


@dataclasses.dataclass(slots=True)
class Exchange:
    """One request and its answer.

    Attributes:
        doing: what is being attempted, with its id, for messages.
        limit: how large the answer may be.
        status: the answer's HTTP status; None until it is there.
        retry_after: seconds that it asks to wait, if it does.
        is_whole: whether all of its body is there.
        is_abandoned: whether nobody waits for it any more.
        received_bytes: bytes of its body, as they came over the line.
    """

    doing: str = "a request"
    limit: SizeLimit = DECODED
    status: int | None = None
    retry_after: float | None = None
    is_whole: bool = False
    is_abandoned: bool = False
    received_bytes: int = 0
    _began: float = dataclasses.field(default_factory=time.monotonic)
    _window_began: float = 0.0
    _bytes_before_window: int = 0

    def head_came(self, response: requests.Response) -> None:
        """Note status and headers.

        Raises:
            ConnectorError: UNREACHABLE, if the answer is a redirect. To follow it would send the request's signature
                to another host, and take that host's answer for Encord's.
        """
        self.retry_after = retry_after_seconds(response)
        self._window_began = time.monotonic()
        self.status = response.status_code
        if response.is_redirect:
            target = _host(response.headers["Location"], response.url)
            raise ConnectorError(
                ErrorKind.UNREACHABLE,
                f"{_host(response.url)} answers with a redirect to {target} ({self.doing}); no redirect is followed.",
                remedy="Check --domain: it must be the API's own address, with https. A proxy or a network's sign-in"
                " page may also answer so.",
                is_transient=False,
            )

    def bytes_came(self, count: int) -> None:
        """Note a piece of the body, as it came over the line.

        Raises:
            ConnectorError: TOO_LARGE; INTERRUPTED if nobody waits for the answer any more.
        """
        self.received_bytes += count
        if self.is_abandoned:
            raise ConnectorError(ErrorKind.INTERRUPTED, f"Nobody waits for the answer any more ({self.doing}).")
        if self.received_bytes > self.limit.size:
            raise self.too_large()

    def too_large(self, limit: SizeLimit | None = None) -> ConnectorError:
        """The error for a body that is larger than the given limit, or than the limit of this exchange."""
        limit = limit or self.limit
        return ConnectorError(
            ErrorKind.TOO_LARGE,
            f"The answer is larger than {limit.size:,} bytes ({self.doing}); the rest was not read.",
            remedy=f"If so much is right, raise {limit.option}." if limit.option else "Look at it in Encord.",
        )

    def check_pace(self, pace: Pace) -> None:
        """Check from time to time whether the answer comes fast enough; decoding it has no limit of time.

        Raises:
            ConnectorError: UNREACHABLE.
        """
        now = time.monotonic()
        if self.is_whole:
            return
        if now - self._began > pace.answer_seconds:
            raise ConnectorError(
                ErrorKind.UNREACHABLE,
                f"The answer was not whole after {pace.answer_seconds:g} s ({self.doing});"
                f" {self.received_bytes:,} bytes of it had come.",
                remedy="On a slow line raise answer_timeout_seconds, or lower bundle_bytes.",
                is_transient=False,
            )
        if self.status is None:
            if now - self._began > pace.head_seconds:
                raise ConnectorError(
                    ErrorKind.UNREACHABLE,
                    f"No answer had begun after {pace.head_seconds:g} s ({self.doing}).",
                    remedy="Check the network and proxy; on a slow line raise connect_timeout_seconds.",
                )
        elif now - self._window_began > pace.silence_seconds:
            came = self.received_bytes - self._bytes_before_window
            if came < LEAST_BYTES_A_SECOND * pace.silence_seconds:
                raise ConnectorError(
                    ErrorKind.UNREACHABLE,
                    f"The answer came too slowly ({self.doing}): {came:,} bytes in {pace.silence_seconds:g} s;"
                    f" it must be {LEAST_BYTES_A_SECOND:,} bytes a second.",
                    remedy="Check the network and proxy; on a slow line raise read_timeout_seconds.",
                )
            self._window_began, self._bytes_before_window = now, self.received_bytes


def _host(url: str, base: str = "") -> str:
    """Scheme, host and port of an address, without what may be a secret: user, password, path and query."""
    try:
        parts = urlsplit(urljoin(base, url))
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "an address that cannot be read"
    return f"{parts.scheme}://{host}" if port is None else f"{parts.scheme}://{host}:{port}"
